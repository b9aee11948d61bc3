"""The voice library on disk: a folder for each cloned voice, with its clip and what is told of it.

Ids, never paths, cross its border: an id is also the name of its folder. Does not know any model,
nor where the library lies.

    FOLDER/ID/voice.json    what is told of it
    FOLDER/ID/clip.wav      the part of the clip that is used
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.f5.options import Options
from engine.speech import Voice

log = logging.getLogger(__name__)

DEFAULT = "default"
"""The voice of requests that name none: the one of this id, else the first."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


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


class Library:
    """The voices of one folder, which need not be there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def references(self, defaults: Options) -> list[Reference]:
        """Every voice that can be used, by id; `defaults` are what a voice does not say itself.

        One that cannot be read is left out, and told in the log.
        """
        return list(self._read(defaults))

    def _read(self, defaults: Options) -> Iterator[Reference]:
        for file in sorted(self._folder.glob("*/voice.json")):
            id_ = file.parent.name
            try:
                if not _ID.fullmatch(id_):
                    raise ValueError(f"{id_!r:.60} is no voice id")
                yield _reference(id_, file.parent, json.loads(file.read_text("utf-8")), defaults)
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.error("voice %s cannot be used: %s", id_, error)


def _reference(id_: str, folder: Path, told: Any, defaults: Options) -> Reference:
    own = {key: told[key] for key in ("speed", "nfe", "guidance") if told.get(key) is not None}
    return Reference(
        Voice(id_, told["name"], told["language"]),
        folder / "clip.wav",
        told["text"],
        replace(defaults, **own),
    )
