"""The loop that speaks: take a line, synthesise it while the one before plays, play it, count it.

Does not choose which line comes next (`bot.backlog`), nor how audio is made or mixed. At most two
lines are here at a time: one that sounds and one that is ready, or being made ready, behind it. If
a more urgent one comes before that has begun to sound, it goes back to the backlog; what was made
of it whole is kept, of a few lines, so that it need not be made anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import aclosing, suppress

from bot.audio.mixer import Outcome
from bot.audio.player import Player, State
from bot.backlog import Backlog
from bot.journal import Journal
from bot.line import End, Line
from bot.telemetry import Ledger
from engine.attempts import Attempt, Engines
from engine.speech import Chunk, Judge, Refused, SpeechError, SpeechRequest
from filters.message import Removal

log = logging.getLogger(__name__)

_SKIP_FADE_MS = 8.0
_PURGE_FADE_MS = 10.0
_KEPT = 4
"""Lines whose audio is kept while they wait again: 2.4 MB each, 25 s at 24 kHz, at most."""
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
        self.clip: list[Chunk] = []
        """Its audio so far."""
        self.aside = False
        """A more urgent line goes first, if this one has not begun."""
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
        refuse: Callable[[Line], str | None] = lambda line: None,
        thanks: Callable[[Line], str] = lambda line: "",
        journal: Journal | None = None,
    ) -> None:
        """`request` chooses the voice and the length cap for a line; `judge` looks at what an
        engine would make of it, where the engine tells; `refuse` says why a line that waited is not
        to be spoken any more; `thanks` is what is said instead of a line that the engine refuses,
        or empty; the `journal` knows of a line before the player is given any of it."""
        self._backlog = backlog
        self._engines = engines
        self._player = player
        self._ledger = ledger
        self._request = request
        self._stale_s = stale_s
        self._now = now
        self._judge = judge
        self._refuse = refuse
        self._thanks = thanks
        self._journal = journal or Journal.nowhere()
        self._jobs: list[_Job] = []
        self._something = asyncio.Event()
        self._held = False
        self._clips: OrderedDict[Line, tuple[str, list[Chunk]]] = OrderedDict()
        """What was said and made of lines that went back to the backlog; the latest last."""
        self._count = 0

    @property
    def waiting(self) -> int:
        """How many messages are here that have not ended."""
        return sum(len(job.line.messages) for job in self._jobs)

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
        self.stop_lines(lambda line: line.covered_by(removal), End.PURGED, removal.kind)

    def stop_lines(
        self,
        covers: Callable[[Line], bool],
        end: End,
        reason: str,
        *,
        sounding: bool = True,
        paid: bool = True,
    ) -> int:
        """End the lines here that `covers` says yes to, and give how many.

        Args:
            covers: what is meant.
            end: what is counted.
            reason: for the log.
            sounding: whether those that sound are meant too.
            paid: whether paid ones that do not sound end as well; if not, they wait again.
        """
        count = 0
        # The last one first, so that none begins because the one before it has ended.
        for job in reversed(self._jobs.copy()):
            started = job.started.is_set()
            if not covers(job.line) or (started and not sounding):
                continue
            if job.line.paid and not paid and not started:
                self._give_back(job)
            else:
                self._stop(job, end, reason, _PURGE_FADE_MS)
                count += 1
        return count

    def hold(self) -> None:
        """End what sounds and take no line until `release`; a paid one behind it waits again."""
        self._held = True
        self.stop_lines(lambda line: True, End.SKIPPED, "speech is off", paid=False)

    def release(self) -> None:
        """Take lines again."""
        self._held = False
        self._something.set()

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

    def _give_back(self, job: _Job) -> None:
        """Let a line that has not begun to sound wait again."""
        if job.utterance:
            self._player.cancel(job.utterance, _SKIP_FADE_MS)
        if job.task is not None:
            job.task.cancel()
        self._wait_again(job)

    def _wait_again(self, job: _Job) -> None:
        self._jobs.remove(job)
        job.over.set()
        job.line.stages.taken = job.line.stages.first_chunk = None
        self._journal.waits(job.line)
        if job.whole.is_set():
            self._clips[job.line] = job.line.spoken, job.clip
            while len(self._clips) > _KEPT:
                self._clips.popitem(last=False)
        for shed in self._backlog.put_back(job.line):
            self._ledger.end_line(shed, End.SHED, "backlog full")

    def started(self, utterance: str, at: float) -> None:
        """The player tells that an utterance's first sample was heard, `at` this time."""
        for job in self._jobs:
            if job.utterance == utterance:
                job.line.stages.first_sample = at
                if not job.started.is_set():
                    job.started.set()
                    self._backlog.heard(job.line, self._now())

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
                await self._until_next(job)

    async def _take(self) -> Line:
        while True:
            self._something.clear()
            now = self._now()
            line = None if self._held else self._backlog.take(now)
            if line is None:
                await self._until_more(now, self._something)
            elif (reason := self._refuse(line)) is not None:
                self._ledger.end_line(line, End.DROPPED, reason)
            else:
                line.stages.taken = now
                return line

    async def _until_next(self, job: _Job) -> None:
        """Wait until the line has begun to sound, or has gone; a more urgent one goes first."""
        while not (job.started.is_set() or job.over.is_set()):
            self._something.clear()
            now = self._now()
            if not self._held and not job.aside and self._backlog.before(job.line, now):
                self._set_aside(job)
            else:
                await self._until_more(now, self._something, job.started, job.over)

    async def _until_more(self, now: float, *events: asyncio.Event) -> None:
        """Wait until one of the events is set, or a line that is held may be taken."""
        release = self._backlog.next_release(now)
        with suppress(TimeoutError):
            # A timer may come early by its clock's resolution: then not at once again.
            async with asyncio.timeout(None if release is None else max(1e-6, release - now)):
                await _first(*events)

    def _set_aside(self, job: _Job) -> None:
        """Let a more urgent line go first, unless this one begins meanwhile."""
        if job.whole.is_set():
            # Whether it had begun is told by how it ends.
            job.aside = True
            self._player.withdraw(job.utterance)
        elif not job.utterance:
            self._give_back(job)
        else:
            # Its last audio comes within moments, and then this is asked again.
            job.aside = True

    async def _carry(self, job: _Job) -> None:
        """Speak one line and count how it ended."""
        try:
            ended = await self._speak(job)
            if ended and ended[0] is End.DROPPED and (thanks := self._thanks(job.line)):
                job.line.spoken, job.line.left_out = thanks, ended[1]
                ended = await self._speak(job)
        except asyncio.CancelledError:
            if job.over.is_set():
                return  # the line was stopped, not the bot
            if job.started.is_set():
                self._end(job, End.SKIPPED, "the bot stops", final=False)
            raise
        except Exception as error:
            log.exception("speaking failed in a way that is a fault of this program")
            ended = End.FAILED, type(error).__name__
            if job.utterance:
                self._player.cancel(job.utterance, _SKIP_FADE_MS)
        if ended is None:
            self._wait_again(job)
        else:
            self._end(job, *ended)

    async def _speak(self, job: _Job) -> tuple[End, str] | None:
        """How it ended and why; None: it has not, and is to wait again."""
        if job.before is not None:
            # Its engine may fail it in the middle; its next try must not come after this line.
            await _first(job.before.whole, job.before.over)
            job.before = None
        spoken, clip = self._clips.pop(job.line, ("", []))
        if clip and spoken == job.line.spoken:
            return await self._play_again(job, clip)
        request = self._request(job.line)
        why = ""
        for attempt in self._engines.attempts():
            if why:
                log.warning("%s; the line is tried again", why)
            utterance = self._new_utterance()
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
                    job.clip.clear()
                continue
            return await self._heard(job, attempt.name)
        return End.FAILED, why

    async def _play_again(self, job: _Job, clip: list[Chunk]) -> tuple[End, str] | None:
        """Play what was made of a line before it had to wait again."""
        utterance = self._new_utterance()
        await self._begin(job, utterance)
        for chunk in clip:
            self._feed(job, utterance, chunk)
        self._player.finish(utterance)
        return await self._heard(job, "made before")

    async def _heard(self, job: _Job, how: str) -> tuple[End, str] | None:
        """How a line of which all audio is there ended; None: it is to wait again."""
        job.whole.set()
        if job.aside:
            self._player.withdraw(job.utterance)
        ended = await self._player.wait_ended(job.utterance)
        if ended.outcome is Outcome.WITHDRAWN and job.aside:
            return None
        return _ENDS[ended.outcome], how

    def _new_utterance(self) -> str:
        self._count += 1
        return f"u{self._count}"

    async def _begin(self, job: _Job, utterance: str) -> None:
        """Tell the player of it; not before its first audio is there, or it would starve."""
        job.line.stages.first_chunk = self._now()
        await self._journal.started(job.line)
        job.utterance = utterance
        self._player.play(utterance)

    def _feed(self, job: _Job, utterance: str, chunk: Chunk) -> None:
        job.clip.append(chunk)
        self._player.feed(utterance, chunk)

    async def _synthesise(
        self, job: _Job, attempt: Attempt, request: SpeechRequest, utterance: str
    ) -> None:
        judge = None if self._judge is None else self._judge(job.line)
        async with aclosing(attempt.speak(request, judge)) as chunks:
            async for chunk in chunks:
                if not job.utterance:
                    await self._begin(job, utterance)
                self._feed(job, utterance, chunk)
        self._player.finish(utterance)


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
