"""The loop that speaks: take a line, synthesise it while the one before plays, play it, count it.

Does not choose which line comes next (`bot.backlog`), nor how audio is made or mixed. At most two
lines are here at a time: one that sounds and one that is ready, or being made ready, behind it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

from bot.audio.mixer import Outcome
from bot.audio.player import Player, State
from bot.backlog import Backlog
from bot.line import End, Line
from bot.telemetry import Ledger
from engine.speech import Judge, Refused, SpeechError, SpeechRequest
from engine.supervisor import Attempt, Engines
from filters.message import Removal

log = logging.getLogger(__name__)

_SKIP_FADE_MS = 8.0
_PURGE_FADE_MS = 30.0
_ENDS = {
    Outcome.PLAYED: End.SPOKEN,
    Outcome.CANCELLED: End.SKIPPED,
    Outcome.WITHDRAWN: End.SKIPPED,
    Outcome.FAILED: End.FAILED,
}


class _Job:
    """One line in the speaker's hands."""

    def __init__(self, line: Line, before: _Job | None) -> None:
        self.line = line
        self.before = before
        """The line that is to be heard first."""
        self.utterance = ""
        self.whole = asyncio.Event()
        """All of its audio is in the player: it needs the engine no more."""
        self.started = asyncio.Event()
        self.over = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


class Speaker:
    """Speaks what waits in the backlog, until cancelled."""

    def __init__(
        self,
        *,
        backlog: Backlog,
        engines: Engines,
        player: Player,
        ledger: Ledger,
        request: Callable[[Line], SpeechRequest],
        stale_s: float,
        now: Callable[[], float],
        judge: Callable[[Line], Judge] | None = None,
        before: Callable[[Line], Awaitable[None]] | None = None,
    ) -> None:
        """`request` chooses the voice and the length cap for a line; `judge` looks at what an
        engine would make of it, where the engine tells; `before` is waited for before the player
        is given any of it."""
        self._backlog = backlog
        self._engines = engines
        self._player = player
        self._ledger = ledger
        self._request = request
        self._stale_s = stale_s
        self._now = now
        self._judge = judge
        self._before = before
        self._jobs: list[_Job] = []
        self._something = asyncio.Event()
        self._count = 0

    @property
    def waiting(self) -> int:
        """How many lines are here that have not ended."""
        return len(self._jobs)

    def wake(self) -> None:
        """The backlog has something to take."""
        self._something.set()

    def skip(self) -> Line | None:
        """End the line that sounds, or would sound next; None if there is none."""
        if not self._jobs:
            return None
        job = self._jobs[0]
        self._stop(job, End.SKIPPED, "skipped", _SKIP_FADE_MS)
        return job.line

    def purge(self, removal: Removal) -> None:
        """End every line that `removal` covers, wherever it is by now."""
        for job in [job for job in self._jobs if removal.covers(job.line.message)]:
            self._stop(job, End.PURGED, removal.kind, _PURGE_FADE_MS)

    def expire(self) -> None:
        """End the unpaid lines that have waited too long for a device or an engine."""
        oldest = self._now() - self._stale_s
        for job in list(self._jobs):
            sounds = job.started.is_set() and self._player.state is State.OPEN
            # A line that was cut off by a lost device waits for it anew.
            heard = job.line.stages.first_sample
            since = job.line.stages.received if heard is None else heard
            if not sounds and not job.line.paid and since < oldest:
                self._stop(job, End.STALE, "waited too long", _SKIP_FADE_MS)

    def _stop(self, job: _Job, end: End, reason: str, fade_ms: float) -> None:
        if job.utterance:
            self._player.cancel(job.utterance, fade_ms)
        if job.task is not None:
            job.task.cancel()
        self._end(job, end, reason)

    def _end(self, job: _Job, end: End, reason: str, *, final: bool = True) -> None:
        self._jobs.remove(job)
        job.over.set()
        self._ledger.end_line(job.line, end, reason, final=final)

    def started(self, utterance: str, at: float) -> None:
        """The player tells that an utterance's first sample was heard, `at` this time."""
        for job in self._jobs:
            if job.utterance == utterance:
                job.line.stages.first_sample = at
                job.started.set()

    async def run(self) -> None:
        """Speak until cancelled; what sounds then is counted as skipped by the stop."""
        async with asyncio.TaskGroup() as group:
            while True:
                # While nothing can be heard lines stay in the backlog, where they can go stale.
                await self._player.wait_open()
                await self._engines.wait_ready()
                line = await self._take()
                job = _Job(line, self._jobs[-1] if self._jobs else None)
                self._jobs.append(job)
                job.task = group.create_task(self._carry(job), name=f"speak {line.message.id}")
                await _first(job.started, job.over)

    async def _take(self) -> Line:
        while True:
            self._something.clear()
            now = self._now()
            line = self._backlog.take(now)
            if line is not None:
                line.stages.taken = now
                return line
            release = self._backlog.next_release()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if release is None else release - now):
                    await self._something.wait()

    async def _carry(self, job: _Job) -> None:
        """Speak one line and count how it ended."""
        try:
            end, reason = await self._speak(job)
        except asyncio.CancelledError:
            if job.over.is_set():
                return  # the line was stopped, not the bot
            if job.started.is_set():
                self._end(job, End.SKIPPED, "the bot stops", final=False)
            raise
        except Exception as error:
            log.exception("speaking failed in a way that is a fault of this program")
            end, reason = End.FAILED, type(error).__name__
            if job.utterance:
                self._player.cancel(job.utterance, _SKIP_FADE_MS)
        self._end(job, end, reason)

    async def _speak(self, job: _Job) -> tuple[End, str]:
        if job.before is not None:
            # Its engine may fail it in the middle; its next try must not come after this line.
            await _first(job.before.whole, job.before.over)
            job.before = None
        request = self._request(job.line)
        why = ""
        for attempt in self._engines.attempts():
            if why:
                log.warning("%s; the line is tried again", why)
            self._count += 1
            utterance = f"u{self._count}"
            try:
                await self._engines.wait_ready()
                await self._synthesise(job, attempt, request, utterance)
            except Refused as error:
                return End.DROPPED, str(error)
            except SpeechError as error:
                why = f"{attempt.name}: {error}"
                if job.utterance:
                    self._player.cancel(job.utterance, _SKIP_FADE_MS)
                    job.utterance = ""
                continue
            job.whole.set()
            ended = await self._player.wait_ended(utterance)
            return _ENDS[ended.outcome], attempt.name
        return End.FAILED, why

    async def _synthesise(
        self, job: _Job, attempt: Attempt, request: SpeechRequest, utterance: str
    ) -> None:
        judge = None if self._judge is None else self._judge(job.line)
        async with aclosing(attempt.speak(request, judge)) as chunks:
            async for chunk in chunks:
                if not job.utterance:
                    # Not before its first audio is there: the mixer would count a starvation.
                    job.line.stages.first_chunk = self._now()
                    if self._before is not None:
                        await self._before(job.line)
                    job.utterance = utterance
                    self._player.play(utterance)
                self._player.feed(utterance, chunk)
        self._player.finish(utterance)


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
