"""The voice library on disk: a folder for each cloned voice, with its clip and what is told of it.

Ids, never paths, cross its border: an id is also the name of its folder. Does not know any model,
nor where the library lies, nor which part of a clip is best.

    FOLDER/ID/voice.json           what is told of it, and which take it is
    FOLDER/ID/clip-TAKE.wav        the part of the clip that is used; clip.wav where no take is told
    FOLDER/ID/original-TAKE.wav    the clip as it was given

A new voice is written beside its place and moved there; of one that is replaced the new take is
written first and its voice.json last. So whoever reads, without a lock, finds a voice whole.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
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
_TRIES = 5
_NEW, _GONE = ".new-", ".gone-"
_TAKE = re.compile("[0-9a-f]{8}")


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
    """How it is spoken, unless the request says more."""


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
    take: str = ""
    """Part of the names of its files."""

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
        if self.take and not _TAKE.fullmatch(self.take):
            raise BadRequest(f"its take is {self.take!r:.40}, which cannot be")

    @property
    def clip(self) -> str:
        """The name of the file with the part that is used."""
        return f"clip-{self.take}.wav" if self.take else "clip.wav"

    def over(self, defaults: Options) -> Options:
        """How the voice is spoken: its own, else what is usual."""
        own = {key: getattr(self, key) for key in RANGES if getattr(self, key) is not None}
        return dataclasses.replace(defaults, **own)


def check_id(id_: str) -> None:
    """Raises BadRequest, with an id that would do, for one that no voice can have."""
    if _ID.fullmatch(id_) and not _DEVICES.fullmatch(id_):
        return
    near = re.sub("[^a-z0-9_-]+", "-", id_.lower()).strip("-_")[:32].strip("-_") or "my-voice"
    if _DEVICES.fullmatch(near):
        near += "-voice"
    raise BadRequest(
        f"{id_!r:.60} is no voice id: it has 1 to 32 of a-z, 0-9, - and _; {near} would do"
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
                folder / record.clip,
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
        folder, record = known[id_]
        return folder / record.clip

    def named(self, id_: str) -> str:
        """The id of the voice that a request for `id_` means: `default` may be the first one's."""
        known = self.records()
        return next(iter(known), id_) if id_ == DEFAULT and id_ not in known else id_

    def fingerprint(self) -> tuple[tuple[str, object], ...]:
        """Of each voice its id and a stamp, equal until the voice is changed: what a bot polls.

        One call of `stat` for each voice, no reading. Take it before `references`, so that a
        change meanwhile is seen the next time.
        """
        return tuple((folder.name, _stamp(folder / "voice.json")) for folder in self._folders())

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
        record = dataclasses.replace(record, take=secrets.token_hex(4))
        with self._writing():
            place = self._folder / id_
            if place.exists() and not replace:
                raise BadRequest(
                    f"there is a voice {id_} already: take another id, or --replace it"
                )
            new = Path(tempfile.mkdtemp(dir=self._folder, prefix=_NEW))  # mode 0700
            try:
                _write(new, record, clip, original)
                if not place.exists():
                    new.rename(place)
                    return
                for path in sorted(new.iterdir()):  # voice.json last
                    path.replace(place / path.name)
                _keep(place, record.take)
            finally:
                shutil.rmtree(new, ignore_errors=True)

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

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._folder / ".lock", timeout=_LOCK_S):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Clear away what a writer left that was killed."""
        for path in (*self._folder.glob(f"{_NEW}*"), *self._folder.glob(f"{_GONE}*")):
            shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> list[Path]:
        """Each voice's folder, by id."""
        try:
            found = [path for path in self._folder.iterdir() if not path.name.startswith(".")]
        except FileNotFoundError:
            return []
        except OSError as error:
            log.error("the voices in %s cannot be read: %s", self._folder, error.strerror)
            return []
        return sorted(path for path in found if path.is_dir())

    def _read(self) -> dict[str, tuple[Path, Record]]:
        wrong: list[tuple[str, Exception]] = []
        found: dict[str, tuple[Path, Record]] = {}
        for _ in range(_TRIES):
            before = self.fingerprint()
            found, wrong = self._look()
            if self.fingerprint() == before:
                break  # else a voice may have been moved while it was read
        for id_, error in wrong:
            log.error("voice %.60s cannot be used: %s", ascii(id_)[1:-1], error)
        return found

    def _look(self) -> tuple[dict[str, tuple[Path, Record]], list[tuple[str, Exception]]]:
        found: dict[str, tuple[Path, Record]] = {}
        wrong: list[tuple[str, Exception]] = []
        for folder in self._folders():
            id_ = folder.name
            try:
                check_id(id_)
                found[id_] = folder, _record(folder)
            except (BadRequest, OSError, ValueError, RecursionError) as error:
                wrong.append((id_, error))
        return found, wrong


def _write(folder: Path, record: Record, clip: reference.Clip, original: Path) -> None:
    reference.write(folder / record.clip, clip)
    shutil.copyfile(original, folder / f"original-{record.take}.wav")
    told = {key: value for key, value in asdict(record).items() if value is not None}
    text = json.dumps(told, ensure_ascii=False, indent=2)
    (folder / "voice.json").write_text(text + "\n", "utf-8")
    for path in folder.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _record(folder: Path) -> Record:
    """Raises BadRequest, OSError, ValueError, RecursionError."""
    file = folder / "voice.json"
    if not file.is_file():
        raise BadRequest(f"{file} is missing: add the voice again")
    if file.stat().st_size > _MOST_BYTES:
        raise BadRequest(f"{file} has more than {_MOST_BYTES >> 10} KiB: add the voice again")
    told: Any = json.loads(file.read_text("utf-8"))
    if not isinstance(told, dict):
        raise BadRequest(f"{file} holds no voice: add it again")
    known = {field.name for field in fields(Record)}
    given = {key: value for key, value in told.items() if key in known}
    if missing := {"name", "language", "text"} - given.keys():
        raise BadRequest(f"{file} has no {', '.join(sorted(missing))}: add the voice again")
    record = Record(**given)
    if not (folder / record.clip).is_file():
        raise BadRequest(f"{folder / record.clip} is missing: add the voice again")
    return record


def _keep(folder: Path, *takes: str) -> None:
    """Delete the files of other takes, which are nobody's."""
    kept = {f"{kind}-{take}.wav" for kind in ("clip", "original") for take in takes}
    for path in folder.glob("*.wav"):
        if path.name not in kept:
            path.unlink()


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
