"""What an engine is asked, what it gives back, and how it can fail.

Does not know any engine, process or device.

Errors, by who must act:

    SpeechError                 base; `retryable` says whether the same request may work again
    |-- BadRequest              the caller: this text or this voice can never be spoken so
    |   `-- UnknownVoice        the caller: another voice would do
    |-- EngineMissing           the user: something must be installed or downloaded first
    |   `-- EngineSlow          the user: it works, but would be used only if a setting says so
    |-- LineFailed              nobody: this line did not come out; the engine is as good as before
    |-- EngineFailed            nobody: the engine crashed, hung or gave garbage; try a fresh one
    |-- Refused                 nobody: it is not to be said, by what the engine would make of it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono audio, shape (n,), full scale +-1.0."""


class SpeechError(Exception):
    """A line could not be spoken. The text says why and who must act, in one line."""

    retryable: ClassVar[bool] = False
    code: ClassVar[str] = "error"
    """The name of the error on the wire between worker and supervisor."""


class BadRequest(SpeechError):
    """This text or this voice can never be spoken by this engine."""

    code: ClassVar[str] = "bad_request"


class UnknownVoice(BadRequest):
    """This engine has no such voice."""

    code: ClassVar[str] = "unknown_voice"


class EngineMissing(SpeechError):
    """The engine's library or model is not there; the text says what installs it."""

    code: ClassVar[str] = "missing"


class EngineSlow(EngineMissing):
    """The engine works here, but takes too long to be chosen by itself."""

    code: ClassVar[str] = "slow"


class LineFailed(SpeechError):
    """The engine could not make this line; it need not be replaced, and would fail it again."""

    code: ClassVar[str] = "line_failed"


class EngineFailed(SpeechError):
    """The engine crashed, hung or gave garbage. A fresh engine may do better."""

    retryable: ClassVar[bool] = True
    code: ClassVar[str] = "failed"


class Refused(SpeechError):
    """The caller's own rule does not let this be said; the text is the rule's reason."""

    code: ClassVar[str] = "refused"


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One text to be spoken."""

    text: str
    """The exact text; engines read it as plain text, never as markup."""
    voice: str = ""
    """A voice id as `voices()` lists it; empty or `default`: the engine's default."""
    rate: float = 1.0
    """Speed relative to the voice's own, 0.5 to 2.0."""
    pitch: float = 0.0
    """Pitch shift in -1.0 .. 1.0 for engines that can; 0.0 is the voice's own."""
    max_seconds: float = 30.0
    """Audio beyond this is cut (with a fade), whatever the engine makes."""
    stand_in: str = ""
    """The voice of the engine that speaks it where the one it is meant for cannot; empty: its
    default."""
    quick: bool = False
    """Whether much waits behind it: an engine that can be faster at some loss of quality is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What must be known of an engine's pronunciation before it says a line."""

    texts: tuple[str, ...]
    """The texts whose phonemes are wanted; if there are none, the engine is not asked."""
    refused: Callable[[Sequence[str]], str | None]
    """Takes the phonemes of each text in IPA, empty where the engine has none; gives the reason why
    the line is not to be said, or None."""


Judge = Callable[[str, SpeechRequest], Question | None]
"""Takes the name of an engine that tells phonemes, and the line that it is to say; gives what must
be asked first, or None."""


@dataclass(frozen=True, slots=True)
class Word:
    """When a word of the text is heard."""

    start: int
    """Index of the word's first character in the request's text."""
    length: int
    """Its length in characters."""
    at: float
    """Seconds from the first sample of the clip."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of audio, as soon as it is made."""

    samples: Samples
    """Mono float32, shape (n,)."""
    sample_rate: int
    """Samples per second; the same for every chunk of a request."""
    words: tuple[Word, ...] = ()
    """Words that begin in this chunk, or later; empty for engines that cannot tell."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be asked for."""

    id: str
    """What `SpeechRequest.voice` takes."""
    name: str
    """For people."""
    language: str = ""
    """BCP 47 tag, such as `en-GB`; empty if the voice has none."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an engine takes, as it was measured."""

    rtf: float
    """Seconds of work for a second of audio, of a line of usual length."""
    overhead_s: float = 0.0
    """Seconds that even the shortest line takes besides."""
    slowest: float = 1.0
    """Times that long a line takes in the voice that takes longest."""

    def work_s(self, seconds: float) -> float:
        """Seconds of work for so many seconds of audio."""
        return self.overhead_s + self.rtf * seconds

    def times(self, factor: float) -> Pace:
        """The pace of one that takes so many times as long."""
        return Pace(self.rtf * factor, self.overhead_s * factor)


class Engine(Protocol):
    """A voice engine inside its worker process: plain synchronous code, used from one thread."""

    name: str
    """Short, for logs."""
    calibration: str
    """A sentence said unheard, once per voice, to learn its loudness; empty: learnt from use."""

    def load(self) -> None:
        """Get ready to speak; raises EngineMissing with the line that installs what is missing."""

    def voices(self) -> list[Voice]:
        """The voices that can be asked for."""

    def synthesise(
        self,
        request: SpeechRequest,
        emit: Callable[[Chunk], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Give each chunk of raw audio to `emit` as soon as it is made.

        Returns early once `cancelled()` is true. Asking it is also the engine's sign of life, so a
        slow engine asks at least every 100 ms. `emit` may raise to stop the engine: let it pass.

        Raises:
            UnknownVoice: there is no such voice.
            BadRequest: the text cannot be spoken.
            LineFailed: this line did not come out, and the engine is all right.
            EngineFailed: anything else.
        """

    def close(self) -> None:
        """Give everything back."""


@runtime_checkable
class TellsPhonemes(Protocol):
    """What an engine has besides if it can tell how it would say a text."""

    def phonemes(self, text: str, voice: str) -> str:
        """The phonemes of a text in IPA, words apart by spaces, within a few milliseconds.

        Args:
            text: as `SpeechRequest.text`.
            voice: as `SpeechRequest.voice`.

        Raises:
            UnknownVoice: there is no such voice.
            EngineFailed: anything else.
        """


Progress = Callable[[str, float], None]
"""Takes what an engine that loads is doing, in a word or two, and how much of that is done, 0 to 1.
"""


@runtime_checkable
class LoadsLong(Protocol):
    """What an engine has besides if it takes seconds to load: it tells how far it is, and how quick
    it proved to be."""

    progress: Progress
    """Set before `load`, which calls it at least every few seconds: it is the sign of life."""
    pace: Pace
    """Known once it is loaded; may change with its voices."""


@runtime_checkable
class VoicesChange(Engine, Protocol):
    """What an engine has besides if its voices may come and go while it runs."""

    def refresh(self) -> bool:
        """Take in what has changed; whether anything has. Called often: be quick."""


@runtime_checkable
class KnowsLoudness(Protocol):
    """What an engine has besides if it knows how loud a voice will be before it has spoken."""

    def loudness(self, voice: str) -> float:
        """The gated RMS (`levels.Loudness`) that lines of a voice should have; 0.0: not known.

        Args:
            voice: as `SpeechRequest.voice`.

        Raises:
            UnknownVoice: there is no such voice.
        """
