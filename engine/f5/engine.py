"""F5 behind the protocol of engine/speech.py: voices by their ids, lines in, audio out.

Does not know where settings or the voice library come from: whoever makes it passes a `Source` and
the voices. `worker.py` makes engines without arguments, so it is to name a subclass or a function
that knows them. Imports torch when it is loaded, not before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.f5 import reference
from engine.f5.config import RATE
from engine.f5.options import Source
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    SpeechRequest,
    UnknownVoice,
    Voice,
)
from engine.voices import DEFAULT, Reference

if TYPE_CHECKING:
    from engine.f5.model import Enrolled, Model

log = logging.getLogger(__name__)

INSTALL = "F5 needs torch and safetensors, which are not installed: scripts/run --with f5"


class _Stopped(Exception):  # noqa: N818 - no error
    """Raised through the network when nobody wants its audio any more."""


class F5Engine:
    """The `Engine` protocol over a `Model`."""

    name = "f5"
    calibration = ""

    def __init__(self, source: Source, voices: Sequence[Reference]) -> None:
        self._source = source
        self._references = {reference.voice.id: reference for reference in voices}
        self._enrolled: dict[str, Enrolled] = {}
        self._model: Model | None = None

    @property
    def model(self) -> Model:
        """The loaded model. Raises EngineFailed before `load`."""
        if self._model is None:
            raise EngineFailed("F5 is not loaded")
        return self._model

    def load(self) -> None:
        """Load the model and enrol the voices; a voice that cannot be is logged and left out.

        Raises:
            EngineMissing: a file, a package or every voice is missing.
        """
        try:
            from engine.f5.model import load
        except (ImportError, OSError) as error:
            raise EngineMissing(f"{INSTALL} ({error!s:.200})") from error
        self._model = load(self._source)
        for reference_ in list(self._references.values()):
            try:
                self.enrol(reference_)
            except BadRequest as error:
                log.error("voice %s cannot be used: %s", reference_.voice.id, error)
                del self._references[reference_.voice.id]
        if not self._enrolled:
            raise EngineMissing("F5 has no voice: add one, a clip of 3 to 12 s and its words")

    def enrol(self, voice: Reference) -> None:
        """Add or replace a voice. Raises BadRequest if its clip cannot be used."""
        clip = reference.cut(reference.read(voice.clip))
        self._enrolled[voice.voice.id] = self.model.enrol(clip.mono, clip.rate, voice.text)
        self._references[voice.voice.id] = voice

    def remove(self, voice: str) -> None:
        """Forget a voice and its tensors; one that is not there is no error."""
        self._enrolled.pop(voice, None)
        self._references.pop(voice, None)

    def voices(self) -> list[Voice]:
        """The voices that were enrolled, in the order they were given."""
        return [reference.voice for reference in self._references.values()]

    def synthesise(
        self,
        request: SpeechRequest,
        emit: Callable[[Chunk], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Speak, a chunk for each sentence. `cancelled` is asked before every layer."""
        voice = self._named(request.voice)
        options = self._references[voice].options
        options = replace(options, speed=options.speed * request.rate)

        def tick() -> None:
            if cancelled():
                raise _Stopped

        said = self.model.speak(
            self._enrolled[voice], request.text, options, tick, max_seconds=request.max_seconds
        )
        try:
            for samples in said:
                emit(Chunk(samples, RATE))
        except _Stopped:
            log.debug("stopped early")
        except (MemoryError, RuntimeError) as error:
            line = str(error).partition("\n")[0]
            raise EngineFailed(f"F5 failed: {line:.200}") from error

    def close(self) -> None:
        """Give the weights and voices back."""
        self._model = None
        self._enrolled.clear()

    def _named(self, voice: str) -> str:
        name = voice or (DEFAULT if DEFAULT in self._enrolled else next(iter(self._enrolled), ""))
        if name not in self._enrolled:
            known = ", ".join(self._enrolled)
            raise UnknownVoice(f"F5 has no voice {name!r:.60}; there are: {known:.300}")
        return name
