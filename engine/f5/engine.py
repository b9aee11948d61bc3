"""F5 behind the protocol of engine/speech.py: voices by their ids, lines in, audio out.

Does not know where settings or the voice library come from: whoever makes it (setup.py) passes a
`Source` and the voices, or the library. Imports torch when it is loaded, not before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.f5 import faults, reference
from engine.f5.config import RATE
from engine.f5.options import Options, Source
from engine.f5.supply import in_time
from engine.f5.warmup import warm_up
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    LineFailed,
    Pace,
    Progress,
    Samples,
    SpeechRequest,
    UnknownVoice,
    Voice,
)
from engine.voices import DEFAULT, Library, Reference

if TYPE_CHECKING:
    from engine.f5.model import Enrolled, Model

log = logging.getLogger(__name__)

INSTALL = "F5 needs torch and safetensors, which are not installed: scripts/run --with f5"
NO_VOICE = (
    "F5 has no voice that can be used: add one, a clip of 3 to 12 s and its words "
    "(python -m bot voices add), then start again"
)

WARMING = "warming up"
"""What `load` is doing once all is in memory, as it tells."""
DEFAULTS = Options()
QUICK_STEPS = 5
"""At most, where much waits behind a line: the fewest that upstream has a schedule for."""


class _Stopped(Exception):  # noqa: N818 - no error
    """Raised through the network when nobody wants its audio any more."""


class F5Engine:
    """The `Engine` protocol over a `Model`."""

    name = "f5"
    calibration = ""

    def __init__(
        self,
        source: Source,
        voices: Sequence[Reference] = (),
        library: Library | None = None,
        defaults: Options = DEFAULTS,
    ) -> None:
        """`library` gives more voices, and is followed; `defaults` are what those do not say."""
        self._source = source
        self._library, self._defaults = library, defaults
        self._stamp = library.fingerprint() if library else ()
        kept = library.references(defaults) if library else []
        self._references = {reference.voice.id: reference for reference in [*voices, *kept]}
        self._enrolled: dict[str, Enrolled] = {}
        self._model: Model | None = None
        self.progress: Progress = lambda stage, share: None
        self.pace = Pace(0.0)
        self._usual_cost = 1
        """Of the voice that the pace was measured with, as `_cost`."""
        self._share = 0.0
        """Of the warm-up, how much is done."""

    @property
    def model(self) -> Model:
        """The loaded model. Raises EngineFailed before `load`."""
        if self._model is None:
            raise EngineFailed("F5 is not loaded")
        return self._model

    def load(self) -> None:
        """Load the model, enrol the voices, say a few lines unheard to see how quick it is.

        A voice that cannot be enrolled is logged and left out.

        Raises:
            EngineMissing: a file, a package or every voice is missing.
            EngineFailed: there is not enough memory.
        """
        self.progress("starting torch", 0.0)
        try:
            from engine.f5.model import load
        except (ImportError, OSError) as error:
            raise EngineMissing(f"{INSTALL} ({error!s:.200})") from error
        try:
            self._model = load(self._source, self.progress)
            self._enrol_all(list(self._references.values()))
            if not self._enrolled:
                raise EngineMissing(NO_VOICE)
            self.pace = warm_up(self._unheard, self._warming)
            self._know_slowest()
        except (LineFailed, BadRequest) as error:
            raise EngineMissing(
                f"F5 fails in its very first line ({error}): compute in fp32 "
                "(ISHOWTTS_F5__DTYPE=fp32), or take another model"
            ) from error
        except (MemoryError, RuntimeError) as error:
            if not faults.out_of_memory(error):
                raise
            raise EngineFailed(
                "not enough memory for F5: end what else uses it, or take a smaller model"
            ) from error

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
        """The voices that can be spoken with, in the order they were given."""
        return [reference.voice for reference in self._references.values()]

    def refresh(self) -> bool:
        """Take in what has changed in the folder of the voices; whether anything has."""
        if self._library is None or (stamp := self._library.fingerprint()) == self._stamp:
            return False
        changed = {id_ for id_, _ in set(stamp) ^ set(self._stamp)}
        self._stamp = stamp
        references = self._library.references(self._defaults)
        found = {reference.voice.id: reference for reference in references}
        for id_ in self._references.keys() - found.keys():
            self.remove(id_)
        self._enrol_all(
            [new for id_, new in found.items() if id_ in changed or id_ not in self._references]
        )
        self._references = {id_: self._references[id_] for id_ in found if id_ in self._enrolled}
        self._know_slowest()
        return True

    def synthesise(
        self,
        request: SpeechRequest,
        emit: Callable[[Chunk], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Speak, a chunk for each sentence. `cancelled` is asked four times in every layer."""
        voice = self._named(request.voice)
        options = self._references[voice].options
        steps = min(options.nfe, QUICK_STEPS) if request.quick else options.nfe
        seed = options.seed_for(request.text)
        options = replace(options, nfe=steps, speed=options.speed * request.rate, seed=seed)

        def tick() -> None:
            if cancelled():
                raise _Stopped

        said = self._said(self._enrolled[voice], request, options, tick)
        try:
            for samples in said:
                emit(Chunk(samples, RATE))
        except _Stopped:
            log.debug("stopped early")
        except (MemoryError, RuntimeError) as error:
            raise faults.meaning(error, on_card=self.model.on_card) from error

    def loudness(self, voice: str) -> float:
        """The gated RMS that lines of a voice should have: that of its clip. Not in compat mode.

        Raises UnknownVoice.
        """
        name = self._named(voice)
        compat = self._references[name].options.compat
        return 0.0 if compat else self._enrolled[name].loudness

    def close(self) -> None:
        """Give the weights and voices back."""
        self._model = None
        self._enrolled.clear()

    def _said(
        self, voice: Enrolled, request: SpeechRequest, options: Options, tick: Callable[[], None]
    ) -> Iterator[Samples]:
        """The audio of a line, a piece as soon as it can be followed by the next without a gap."""
        model = self.model
        pieces = model.plan(voice, request.text, options)
        pieces = model.within(pieces, voice, options, request.max_seconds)
        made = model.say(voice, pieces, options, tick)
        pace = self.pace.times(_cost(options) / self._usual_cost)
        return in_time(made, [piece.seconds for piece in pieces], pace)

    def _know_slowest(self) -> None:
        """Tell the pace of the voice that takes longest, which may take more steps than others."""
        costs = [_cost(r.options) / r.options.speed for r in self._references.values()]
        slowest = max(costs, default=self._usual_cost) / self._usual_cost
        self.pace = replace(self.pace, slowest=max(1.0, slowest))

    def _enrol_all(self, voices: Sequence[Reference]) -> None:
        for i, voice in enumerate(voices):
            self.progress("enrolling voices", i / len(voices))
            try:
                self.enrol(voice)
            except BadRequest as error:
                log.error("voice %s cannot be used: %s", voice.voice.id, error)
                self.remove(voice.voice.id)

    def _unheard(self, text: str) -> float:
        voice = self._named(DEFAULT)
        options = self._references[voice].options
        self._usual_cost = _cost(options)
        said = self.model.speak(self._enrolled[voice], text, options, self._still_warming)
        return sum(len(samples) for samples in said) / RATE

    def _warming(self, share: float) -> None:
        self._share = share
        self._still_warming()

    def _still_warming(self) -> None:
        self.progress(WARMING, self._share)

    def _named(self, voice: str) -> str:
        name = voice
        if voice in ("", DEFAULT):
            name = DEFAULT if DEFAULT in self._enrolled else next(iter(self._enrolled), DEFAULT)
        if name not in self._enrolled:
            known = ", ".join(self._enrolled) or "none"
            raise UnknownVoice(f"F5 has no voice {name!r:.60}; there are: {known:.300}")
        return name


def _cost(options: Options) -> int:
    """Runs of the network that a line takes."""
    return options.nfe + options.guided_steps
