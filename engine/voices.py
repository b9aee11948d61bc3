"""The voice library on disk: a folder for each cloned voice, with its clip and what is told of it.

Ids, never paths, cross its border: an id is also the name of its folder. Does not know any model,
nor where the library lies, nor which part of a clip is best.

    FOLDER/ID/voice.json      what is told of it
    FOLDER/ID/clip.wav        the part of the clip that is used
    FOLDER/ID/original.wav    the clip as it was given

A voice is written beside its place and then moved there, so that it is there whole or not at all.
Whoever writes holds a lock; whoever reads needs none.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from engine.f5 import reference
from engine.f5.options import FEWEST_STEPS, MOST_STEPS, Options
from engine.speech import BadRequest, Voice

log = logging.getLogger(__name__)

DEFAULT = "default"
"""The voice of requests that name none: the one of this id, else the first."""
RANGES = {"speed": (0.5, 2.0), "nfe": (FEWEST_STEPS, MOST_STEPS), "guidance": (0.0, 10.0)}
"""What a voice may have of its own, from the least to the most."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
"""Names that Windows lets no folder have."""
_MOST_BYTES = 64 << 10
_LOCK_S = 10.0
_NEW, _OLD, _GONE = ".new-", ".old-", ".gone-"


@dataclass(frozen=True, slots=True)
class Reference:
    """A voice: a clip of somebody who agreed, and the words in it."""

    voice: Voice
    """What is told of it."""
    clip: Path
    """A WAV file."""
    text: str
    """The words of the clip, exactly."""
    options: Options = Options()
    """How it is spoken, unless the request says more; its seed counts only in compat mode."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a voice beside its clip; `voice.json` has the same names."""

    name: str
    """For people."""
    language: str
    """BCP 47 tag."""
    text: str
    """The words of the part that is used, exactly."""
    consent: str = ""
    """Who agreed to it, and how."""
    added: str = ""
    """The day that was written down, as 2026-11-27."""
    start: float = 0.0
    """Where in the original the part begins, in seconds."""
    end: float = 0.0
    """Where it ends."""
    speed: float | None = None
    """Its own, if it has one; the same below."""
    nfe: int | None = None
    guidance: float | None = None

    def __post_init__(self) -> None:
        """Raises BadRequest: what cannot be, in one line."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in RANGES:
                _check_range(field.name, value)
            elif not isinstance(value, (int, float) if field.type == "float" else str):
                raise BadRequest(f"its {field.name} is {value!r:.40}, which cannot be")
        if not self.text.strip():
            raise BadRequest("its text is empty: give the words of the clip")

    def over(self, defaults: Options) -> Options:
        """How the voice is spoken: its own, else what is usual."""
        own = {key: getattr(self, key) for key in RANGES if getattr(self, key) is not None}
        return replace(defaults, **own)


def check_id(id_: str) -> None:
    """Raises BadRequest, with an id that would do, for one that no voice can have."""
    if _ID.fullmatch(id_) and not _DEVICES.fullmatch(id_):
        return
    near = re.sub("[^a-z0-9_-]+", "-", id_.lower()).strip("-_")[:32].strip("-_") or "my-voice"
    if _DEVICES.fullmatch(near):
        near += "-voice"
    raise BadRequest(
        f"{id_!r:.60} is no voice id: it has 1 to 32 of a-z, 0-9, - and _, as {near} has"
    )


class Library:
    """The voices of one folder, which need not be there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def references(self, defaults: Options) -> list[Reference]:
        """Every voice that can be used, by id; `defaults` are what a voice does not say itself.

        One that cannot be read is left out, and told in the log.
        """
        return [
            Reference(
                Voice(id_, record.name, record.language),
                folder / "clip.wav",
                record.text,
                record.over(defaults),
            )
            for id_, (folder, record) in self._read().items()
        ]

    def records(self) -> dict[str, Record]:
        """What is kept of every voice that can be used, by id; as `references`."""
        return {id_: record for id_, (_, record) in self._read().items()}

    def clip(self, id_: str) -> Path:
        """Where the clip of a voice is. Raises BadRequest if there is no such voice."""
        known = self._read()
        if id_ not in known:
            raise BadRequest(f"there is no voice {id_!r:.60} of your own; {_listed(known)}")
        return known[id_][0] / "clip.wav"

    def named(self, id_: str) -> str:
        """The id of the voice that a request for `id_` means: `default` may be the first one's."""
        known = self.records()
        return next(iter(known), id_) if id_ == DEFAULT and id_ not in known else id_

    def fingerprint(self) -> tuple[object, ...]:
        """Equal as long as no voice was added, changed or removed: what a running bot polls.

        Two calls of `stat` for each voice, no reading. After it has changed, read again.
        """
        return tuple(
            (id_, *(_stamp(folder / name) for name in ("voice.json", "clip.wav")))
            for id_, folder in self._folders()
        )

    def add(
        self,
        id_: str,
        record: Record,
        clip: reference.Clip,
        original: Path,
        *,
        replace: bool = False,
    ) -> None:
        """Keep a voice: the part of its clip that is used, and the file that it came from.

        Raises:
            BadRequest: the id is none, or is taken and not to be replaced.
            OSError: it cannot be written; nothing is changed then.
        """
        check_id(id_)
        with self._writing():
            place = self._folder / id_
            if place.exists() and not replace:
                raise BadRequest(
                    f"there is a voice {id_} already: take another id, or --replace it"
                )
            new = Path(tempfile.mkdtemp(dir=self._folder, prefix=_NEW))  # mode 0700
            try:
                self._write(new, record, clip, original)
                old = self._folder / f"{_OLD}{id_}"
                if place.exists():
                    place.rename(old)
                new.rename(place)
                shutil.rmtree(old, ignore_errors=True)
            except BaseException:  # whatever it was: nothing stays behind, and it goes on
                self._sweep()
                raise

    def remove(self, id_: str) -> None:
        """Delete a voice, its clip and its original.

        Raises:
            BadRequest: there is no such voice.
            OSError: it cannot be deleted.
        """
        if not (_ID.fullmatch(id_) and (self._folder / id_).is_dir()):
            raise BadRequest(f"there is no voice {id_!r:.60} of your own; {_listed(self._read())}")
        with self._writing():
            gone = Path(tempfile.mkdtemp(dir=self._folder, prefix=_GONE)) / id_
            (self._folder / id_).rename(gone)
            shutil.rmtree(gone.parent)

    @staticmethod
    def _write(new: Path, record: Record, clip: reference.Clip, original: Path) -> None:
        reference.write(new / "clip.wav", clip)
        shutil.copyfile(original, new / "original.wav")
        told = {key: value for key, value in asdict(record).items() if value is not None}
        text = json.dumps(told, ensure_ascii=False, indent=2)
        (new / "voice.json").write_text(text + "\n", "utf-8")
        for name in ("clip.wav", "original.wav", "voice.json"):
            with (new / name).open("rb+") as file:
                os.fsync(file.fileno())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._folder / ".lock", timeout=_LOCK_S):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Clear away what a writer left that was killed; a voice that it moved aside comes back."""
        for path in self._folder.glob(".*-*"):
            place = self._folder / path.name.removeprefix(_OLD)
            if path.name.startswith(_OLD) and not place.exists():
                path.rename(place)
            elif path.name.startswith((_NEW, _OLD, _GONE)):
                shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> list[tuple[str, Path]]:
        """Each voice's folder, by id. One that is being replaced just now counts as it was."""
        try:
            names = [path.name for path in self._folder.iterdir() if path.is_dir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            log.error("the voices in %s cannot be read: %s", self._folder, error.strerror)
            return []
        found = {name: name for name in names if not name.startswith(".")}
        for name in names:
            if name.startswith(_OLD):
                found.setdefault(name.removeprefix(_OLD), name)
        return [(id_, self._folder / name) for id_, name in sorted(found.items())]

    def _read(self) -> dict[str, tuple[Path, Record]]:
        found: dict[str, tuple[Path, Record]] = {}
        for id_, folder in self._folders():
            try:
                check_id(id_)
                found[id_] = folder, _record(folder)
            except (BadRequest, OSError, ValueError, RecursionError) as error:
                log.error("voice %.60s cannot be used: %s", ascii(id_)[1:-1], error)
        return found


def _record(folder: Path) -> Record:
    """Raises BadRequest, OSError, ValueError, RecursionError."""
    file, clip = folder / "voice.json", folder / "clip.wav"
    if not (file.is_file() and clip.is_file()):
        raise BadRequest(f"{file if clip.is_file() else clip} is missing: add the voice again")
    if file.stat().st_size > _MOST_BYTES:
        raise BadRequest(f"{file} has more than {_MOST_BYTES >> 10} KiB: add the voice again")
    told: Any = json.loads(file.read_text("utf-8"))
    if not isinstance(told, dict):
        raise BadRequest(f"{file} holds no voice: add it again")
    known = {field.name for field in fields(Record)}
    given = {key: value for key, value in told.items() if key in known}
    if missing := {"name", "language", "text"} - given.keys():
        raise BadRequest(f"{file} has no {', '.join(sorted(missing))}: add the voice again")
    return Record(**given)


def _check_range(name: str, value: Any) -> None:
    least, most = RANGES[name]
    kinds = (int,) if name == "nfe" else (int, float)
    if value is None:
        return
    # NaN fails the comparison too.
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
        raise BadRequest(f"its {name} is {value!r:.40}, and must be {least:g} to {most:g}")


def _listed(known: dict[str, Any]) -> str:
    return f"there are: {', '.join(known):.300}" if known else "there is none yet"


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
