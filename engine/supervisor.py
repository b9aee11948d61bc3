"""Keeps an engine's worker alive: starts it, replaces it when it dies or hangs, speaks through it.

Does not know how audio is made or played, nor which engine a line is for (attempts.py does).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from enum import StrEnum

from engine.child import Child, EngineSpec
from engine.inquiry import Inquiry
from engine.speech import (
    Chunk,
    EngineFailed,
    EngineMissing,
    EngineSlow,
    Judge,
    LineFailed,
    Pace,
    Progress,
    Refused,
    SpeechError,
    SpeechRequest,
    Voice,
)

__all__ = ["ESPEAK", "EngineSpec", "State", "Supervisor"]

log = logging.getLogger(__name__)

ESPEAK = EngineSpec("espeak", "espeak", first_chunk_s=1.0, chunk_s=1.0, start_s=10.0)

PATIENCE_S = 10.0
"""How long a line waits for a worker that starts, or is still at a line that was skipped, where no
other engine could speak it."""
EAR_S = 0.2
"""How long a line waits for another engine that is to tell its phonemes."""


def backoff_s(failures: int) -> float:
    """Seconds to wait before a restart, after so many failures in a row: 0, 1, 2, 4 ... 60."""
    return 0.0 if failures <= 1 else min(60.0, 2.0 ** min(failures - 2, 6))


class State(StrEnum):
    """What a supervisor's worker is doing."""

    STARTING = "starting"
    READY = "ready"
    SPEAKING = "speaking"
    RESTARTING = "restarting"
    MISSING = "missing"
    CLOSED = "closed"


class Supervisor:
    """One engine behind a worker process that is replaced whenever it fails."""

    def __init__(
        self,
        spec: EngineSpec,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        progress: Progress = lambda stage, share: None,
    ) -> None:
        """`sleep` waits out the restart backoff; `progress` hears how far a worker that takes long
        to load is, and an empty stage when that is over."""
        self.spec = spec
        self._sleep = sleep
        self._progress = progress
        self._child = Child(spec, progress=progress)
        self._keeper: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._inquiry = Inquiry(spec.name)
        self._settled = asyncio.Event()
        """Set while it is known whether a line can be spoken: ready, missing or closed."""
        self._tried = asyncio.Event()
        """Set once it is known how the first start went."""
        self._over: SpeechError | None = None
        """Why there will be no worker any more."""
        self._failed = False
        """Whether the last that was logged is a failure."""
        self._chosen = False
        """Whether a worker has ever been ready, and quick enough."""

    @property
    def name(self) -> str:
        """The engine's name, for logs."""
        return self.spec.name

    @property
    def voices(self) -> tuple[Voice, ...]:
        """What the engine can speak with; known once it is ready."""
        return self._child.voices

    @property
    def pace(self) -> Pace | None:
        """How quick the worker is, if it tells; known while it is ready."""
        return self._child.pace

    @property
    def worth_waiting(self) -> bool:
        """Whether a line that another engine could speak should go to this one first."""
        if self._over is not None:
            return False
        ready = self._settled.is_set() and self._child.fate is None
        return ready or not self.spec.in_background

    @property
    def state(self) -> State:
        """What the worker is doing now."""
        if self._over is not None:
            missing = isinstance(self._over, EngineMissing)
            return State.MISSING if missing else State.CLOSED
        if not self._settled.is_set():
            return State.RESTARTING if self._failed else State.STARTING
        return State.READY if self._child.idle.is_set() else State.SPEAKING

    def start(self) -> None:
        """Begin to keep a worker alive, in the running loop."""
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")
        self._keeper.add_done_callback(self._kept)

    async def wait_ready(self) -> None:
        """Wait until a line can be spoken; raises the error if one never can."""
        await self._settled.wait()
        if self._over is not None:
            raise self._over

    async def wait_tried(self) -> None:
        """Wait until it is known how the first start went: ready, failed, or missing something."""
        await self._tried.wait()

    async def speak(
        self,
        request: SpeechRequest,
        *,
        patience_s: float = PATIENCE_S,
        first_chunk_s: float | None = None,
        judge: Judge | None = None,
    ) -> AsyncGenerator[Chunk, None]:
        """The audio of one line, as it is made. Lines asked at the same time queue up.

        Close the generator (`aclosing`) to stop early: that returns at once, whatever the engine
        does. Waits at most `patience_s` for a worker that is being started. `judge` is asked before
        anything is made, where the engine tells phonemes.

        Raises:
            Refused: `judge` gave a reason.
            BadRequest: the engine can never speak this.
            EngineMissing: something must be installed first.
            LineFailed: this line did not come out, or the worker is not free in time.
            EngineFailed: the worker died, hung or gave garbage; it is being replaced.
        """
        async with self._turn:
            child = await self._free_child(patience_s)
            if judge is not None:
                await self._inquiry.hear(child, request, judge)
                if child.fate is not None:  # the question was its end
                    child = await self._free_child(patience_s)
            talk = child.ask(request, first_chunk_s)
        try:
            while (answer := await talk.answers.get()) is not None:
                if isinstance(answer, SpeechError):
                    raise answer
                yield answer
        finally:
            child.cancel(talk)

    async def hear(self, request: SpeechRequest, judge: Judge) -> None:
        """Have a line judged by how this engine would say it, where another one will speak it.

        A line of which that is not known soon may be said. Raises Refused.
        """
        try:
            async with asyncio.timeout(EAR_S), self._turn:
                child = await self._free_child(EAR_S)
                await self._inquiry.hear(child, request, judge)
        except Refused:
            raise
        except (TimeoutError, SpeechError) as error:
            log.debug("%s: not heard: %r", self.name, error)

    @property
    def tells_phonemes(self) -> bool:
        """Whether the worker can tell phonemes; known while it is ready."""
        return self._child.tells_phonemes

    async def phonemes(self, texts: Sequence[str], voice: str) -> list[str] | None:
        """How the engine would say each text, in IPA, as soon as no line is being made.

        None if it does not tell in time. Lines wait meanwhile: give few texts.

        Raises:
            EngineMissing: something must be installed first.
            EngineFailed: there is no worker that may be asked now.
        """
        async with self._turn:
            child = await self._free_child(PATIENCE_S)
            return await self._inquiry.between_lines(child, texts, voice)

    async def aclose(self) -> None:
        """End the worker and wait until it is reaped. Open lines fail."""
        self._over = EngineFailed(f"{self.name} is closed")
        self._settled.set()
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    async def _free_child(self, patience_s: float) -> Child:
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    await self.wait_ready()
            except TimeoutError:
                raise EngineFailed(f"no worker was ready within {patience_s:g} s") from None
            child = self._child
            try:
                async with asyncio.timeout(patience_s if child.letting_go else None):
                    await child.idle.wait()
            except TimeoutError:
                raise LineFailed("still at a line that was skipped") from None
            if child.fate is None:
                return child
            # Its end is known here before the keeper has had its turn to see it.
            await asyncio.sleep(0)

    async def _keep(self) -> None:
        failures = 0
        while True:
            child = self._child
            life = asyncio.create_task(child.run(), name=f"{self.name} worker")
            try:
                await self._live(child)
            finally:
                child.fail(EngineFailed(f"{self.name} is closed"))
                await life
            self._inquiry.over(child)
            self._tried.set()
            self._progress("", 1.0)
            if isinstance(child.fate, EngineMissing):
                self._over = child.fate
                self._settled.set()
                slow = isinstance(child.fate, EngineSlow)
                log.log(logging.WARNING if slow else logging.ERROR, "%s: %s", self.name, child.fate)
                return
            if child.spoken:
                failures = 0
            if not child.abandoned:  # a skip must not make the next line wait
                failures += 1
                await self._sleep(backoff_s(failures))
            self._child = Child(self.spec, voices=child.voices, progress=self._progress)

    def _kept(self, keeper: asyncio.Task[None]) -> None:
        if not keeper.cancelled() and (error := keeper.exception()) is not None:
            log.error("%s: its keeper has a fault", self.name, exc_info=error)
            self._over = EngineFailed(f"{self.name} is not kept any more: {error!r:.200}")
            self._settled.set()
            self._tried.set()

    async def _live(self, child: Child) -> None:
        """See one worker through, from its start to the moment it fails."""
        await self._until_started(child)
        self._progress("", 1.0)
        if child.fate is None and (why := self._too_slow(child.pace)):
            child.fail(EngineSlow(why))
        if child.fate is None:
            log.info("%s: %s", self.name, self._news(child.pace))
            self._failed, self._chosen = False, True
            self._settled.set()
            self._tried.set()
            await child.over.wait()
            self._settled.clear()
        if not self._failed and not isinstance(child.fate, EngineMissing):
            self._failed = True
            log.warning("%s: %s, restarting", self.name, child.fate)

    async def _until_started(self, child: Child) -> None:
        """Wait until a worker is ready, or over; end it if it is silent for too long."""
        limit_s = self.spec.start_s
        while not child.started.is_set():
            signs = child.signs
            with suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await child.started.wait()
            if not child.started.is_set() and child.signs == signs:
                child.fail(EngineFailed(f"not ready, and no progress for {limit_s:g} s"))

    def _too_slow(self, pace: Pace | None) -> str:
        """Why the engine is not used; one that was is not given up for a bad moment."""
        if pace is None or self._chosen or pace.rtf < self.spec.most_rtf:
            return ""
        return (
            f"too slow here, it takes {pace.rtf:.2f} s for a second of speech (RTF, below "
            f"{self.spec.most_rtf:g} is needed); the embedded voice stays; {self.spec.if_slow}"
        )

    def _news(self, pace: Pace | None) -> str:
        if self._chosen:
            return "back"
        if pace is None:
            return "back" if self._failed else "ready"
        return f"ready, RTF {pace.rtf:.2f}; speaking with it from now on"
