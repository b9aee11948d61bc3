"""READ THIS FIRST: builds every part of the bot, runs them, and stops them in order.

    connectors -> Intake -> Backlog -> Speaker -> engine worker (a process)
                                          '-----> Player -> audio process -> device

The parts know one another only through what is handed to them here.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.audio.player import OutputUnavailable, Player
from bot.backlog import Backlog
from bot.chat.connector import Connector, Emit, GivesBack, LeavingOut, Saying, Writing
from bot.chat.supervise import supervise
from bot.choices import Choices
from bot.control import Control
from bot.desk import Desk
from bot.drops import Drops
from bot.engines import build_engines, is_embedded, uses_f5
from bot.exits import Exit, NothingHeard
from bot.hearing import Hearing
from bot.intake import Intake
from bot.journal import Journal
from bot.lists import Watch, files
from bot.mutes import Mutes
from bot.outputs import check_output
from bot.policy import (
    build_load,
    build_policy,
    build_rules,
    cloned_voices,
    requests,
    voices,
    wrong_voice,
)
from bot.refunds import Refunds
from bot.seen import Seen
from bot.settings import Settings
from bot.speaker import Speaker
from bot.telemetry import Ledger
from bot.wordbook import Wordbook
from engine.attempts import HASTE_S, Attempt, Engines
from engine.speech import BadRequest, EngineMissing, Progress, SpeechError, SpeechRequest
from engine.voices import DEFAULT
from filters.chain import Rules
from filters.message import ChatMessage, Verdict

log = logging.getLogger(__name__)

READY = "ready to speak"
"""What the log says once the first line could be heard at once."""
_SWEEP_S = 1.0
_COUNT_S = 30.0
"""Seconds between two times that the counts are added to the journal's totals."""


class Bot:
    """Every part, built and wired; `run` brings it to life."""

    def __init__(
        self,
        settings: Settings,
        *,
        fast: bool = False,
        journal: Journal | None = None,
        now: Callable[[], float] = time.monotonic,
        progress: Progress = lambda stage, share: None,
    ) -> None:
        """`fast`: a simulated output does not wait for real time. `progress` hears how far F5 is
        with loading. Raises BadInput.

        `journal` is closed by whoever opened it; without one nothing outlives the run.
        """
        check_output(settings.audio.output)
        self._bounds = settings.backlog
        self._voices = tuple(voices(settings))
        self._cloned = tuple(cloned_voices(settings)) if uses_f5(settings) else ()
        self._hold_s = settings.hold_seconds
        bounds = settings.backlog
        self._resume_s = bounds.resume_h * 3600
        self._journal = journal or Journal.nowhere()
        self.ledger = Ledger(now)
        self.backlog = Backlog(lines=bounds.lines, seconds=bounds.seconds, stale_s=bounds.stale_s)
        self.player = Player(
            settings.audio.output,
            fast=fast,
            volume=settings.audio.volume,
            gap=settings.audio.gap_ms / 1000,
            latency=settings.audio.latency,
            on_started=lambda utterance, at: self.speaker.started(utterance, at),
        )
        self.engines = build_engines(settings, progress)
        words = Wordbook(
            self._journal,
            renew=lambda: self._lists.renew(),
            stopgap=lambda rules: self.control.stopgap(rules),
        )
        self._words = words
        # Before the lists are read: what changes from here on is seen.
        self._lists = Watch(
            files(settings), lambda: words.built(partial(build_rules, settings)), self._take_rules
        )
        policy = build_policy(settings, words.added)
        self._drops = Drops(settings.state_dir, _wall_clock) if settings.filter.log_drops else None
        dropped = self._drops.add if self._drops else None
        self.load = build_load(settings)
        self._hearing = build_hearing(settings, self.engines, policy.rules, dropped)
        choices = Choices(
            self._journal,
            voices=lambda: self.engines.primary.voices,
            offered=settings.command.voices,
            variants=is_embedded(settings),
            usual=settings.f5.voice if uses_f5(settings) else settings.speech.voice,
        )
        self.speaker = Speaker(
            backlog=self.backlog,
            engines=self.engines,
            player=self.player,
            ledger=self.ledger,
            request=requests(
                settings,
                load=self.load,
                known=lambda: self.engines.primary.voices,
                chosen=choices.spoken,
            ),
            stale_s=bounds.stale_s,
            now=now,
            judge=self._hearing.judge if self._hearing else None,
            refuse=lambda line: self.intake.verdicts.refuses_now(line),
            thanks=lambda line: self.intake.verdicts.thanks(line),
            journal=self._journal,
        )
        self.control = Control(
            speaker=self.speaker,
            sound=self.player,
            mutes=Mutes(self._journal),
            seen=Seen(),
            choices=choices,
            words=words,
            wall=time.time,
            volume=settings.audio.volume,
        )
        self._answers = settings.command.answers
        self._writers: dict[str, Saying] = {}
        desk = Desk(
            self.control,
            memory=self._journal,
            reply=self._reply,
            now=now,
            wall=time.time,
            may_log=self.ledger.may_log,
        )
        self._refunds = Refunds()
        self.ledger.on_end.append(self.control.whys.add)
        self.ledger.on_line_end += [self.control.line_ended, self._journal.ended]
        self._gives_back = settings.paid.refund
        if self._gives_back:
            self.ledger.on_end.append(self._refunds.ended)
            self.ledger.on_line_end.append(self._refunds.line_ended)
        self.intake = Intake(
            policy,
            backlog=self.backlog,
            ledger=self.ledger,
            speaker=self.speaker,
            desk=desk,
            load=self.load,
            now=now,
            dropped=dropped,
            journal=self._journal,
        )
        self.control.lines = self.intake
        self.control.verdicts = self.intake.verdicts
        self._started = asyncio.Event()
        self.ready = asyncio.Event()
        """Set once the first line could be heard at once."""
        self.refused = False
        """Whether every source has ended because the user must act; each has said so."""

    @property
    def waiting(self) -> int:
        """How many lines have not ended."""
        return self.intake.waiting + self.speaker.waiting

    def has_room(self) -> bool:
        """Whether a source that can wait should emit now: half the backlog is free."""
        bounds = self._bounds
        return (
            self.waiting < max(1, bounds.lines // 2) and self.backlog.seconds < bounds.seconds / 2
        )

    async def run(
        self,
        connectors: Iterable[Connector],
        stop: asyncio.Event,
        watch: Callable[[Emit], Emit] = lambda emit: emit,
    ) -> None:
        """Speak until `stop` is set, or every connector has ended and all is played.

        `watch` is put between the connectors and intake, to record what passes.

        Raises:
            NothingHeard: no engine, or no output, can ever work.
        """
        async with AsyncExitStack() as children:
            # Entered first, so closed last: what sounds is faded while the engines end.
            await self.player.start()
            children.push_async_callback(self.player.aclose)
            self.engines.start()
            children.push_async_callback(self.engines.aclose)
            # Entered last, so called first: when all work has ended.
            children.callback(self._count)
            connectors = list(connectors)
            for connector in connectors:
                # Before anything ends: what an earlier run left may be owed at once.
                if isinstance(connector, GivesBack):
                    self._refunds.add(connector)
            self.intake.resume(self._journal.left(self._resume_s, stale=self._too_old))
            try:
                async with asyncio.TaskGroup() as group:
                    work = [
                        group.create_task(self.intake.run(), name="intake"),
                        group.create_task(self._speak(), name="speaker"),
                        group.create_task(self._sweep(), name="sweep"),
                        group.create_task(self._lists.run(), name="lists"),
                        group.create_task(self._look_at_cloned(), name="cloned voices"),
                        group.create_task(self._keep_count(), name="totals"),
                    ]
                    if self._drops is not None:
                        work.append(group.create_task(self._drops.run(), name="drops"))
                    if self._hearing is not None:
                        work.append(group.create_task(self._listen(self._hearing), name="hearing"))
                    sources = group.create_task(self._read(connectors, watch), name="sources")
                    finished = group.create_task(self._finished(sources), name="finished")
                    await _either(finished, stop.wait())
                    for task in [*work, sources, finished]:
                        task.cancel()
            except BaseExceptionGroup as group:
                raise _cause(group) from None

    def _too_old(self, message: ChatMessage) -> None:
        if self._gives_back:
            self._refunds.never_spoken(message)

    def _reply(self, message: ChatMessage, text: str) -> None:
        writer = self._writers.get(message.platform)
        if writer is not None and self._answers:
            writer.say(message.channel, text, message.id)

    def _take_rules(self, rules: Rules) -> None:
        self.intake.verdicts.rules = rules
        self._words.taken()
        if self._hearing is not None:
            self._hearing.take_rules(rules)

    async def _read(self, connectors: Iterable[Connector], watch: Callable[[Emit], Emit]) -> None:
        sources = []
        async with asyncio.TaskGroup() as group:
            for connector in connectors:
                hold_s = self._hold_s if connector.moderated else 0.0
                emit = watch(partial(self.intake.emit, hold_s=hold_s))
                if isinstance(connector, Writing):
                    self._writers[connector.platform] = connector.sender
                if isinstance(connector, LeavingOut):
                    connector.on_left_out = self.ledger.ignore
                sources.append(group.create_task(supervise(connector, emit), name=connector.name))
        self.refused = bool(sources) and not any(source.result() for source in sources)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            self.intake.expire()
            self.speaker.expire()

    async def _keep_count(self) -> None:
        while True:
            await asyncio.sleep(_COUNT_S)
            self._count()
            self._journal.prune()

    def _count(self) -> None:
        self._journal.count(self.ledger.received, self.ledger.ends)

    async def _finished(self, sources: asyncio.Task[None]) -> None:
        """Wait until no source is left and all is played, and no start can fail any more."""
        await asyncio.wait([sources])
        await self._started.wait()
        await self.ledger.settled()

    async def _speak(self) -> None:
        """Start what speaks, say when it is ready, and let it; raises if it never can."""
        await self.engines.wait_ready()
        await self._try_voices()
        await self.player.wait_settled()
        self._started.set()
        await self.player.wait_open()
        self.ready.set()
        log.info(READY)
        await self.speaker.run()

    async def _listen(self, hearing: Hearing) -> None:
        # Not sooner: it would take its second from what everybody waits for.
        await self.ready.wait()
        await hearing.run()

    async def _try_voices(self) -> None:
        """Speak unheard in each voice: a wrong one is told now, and a first line finds all warm."""
        for setting, voice in self._voices:
            attempt = self._first_attempt()
            try:
                request = SpeechRequest("ready", voice, stand_in=voice if self._cloned else "")
                async with aclosing(attempt.speak(request)) as chunks:
                    async for _ in chunks:
                        pass
            except BadRequest as error:
                raise wrong_voice(setting, error) from None
            except SpeechError as error:
                log.warning("%s is not ready: %s", attempt.name, error)
                return

    def _first_attempt(self) -> Attempt:
        """With the engine that is there from the start; F5 may take long."""
        if self._cloned and self.engines.last_resort is not None:
            return Attempt(self.engines.last_resort, patience_s=HASTE_S, voice="")
        return next(self.engines.attempts())

    async def _look_at_cloned(self) -> None:
        """Say which of the voices that are set F5 does not have, once it is ready."""
        if not self._cloned:
            return
        try:
            await self.engines.primary.wait_ready()
        except SpeechError:
            return  # the supervisor has told who must act
        there = {voice.id for voice in self.engines.primary.voices}
        for setting, voice in self._cloned:
            if voice not in there and voice != DEFAULT:
                log.warning(
                    "%s: F5 has no voice %r; there are: %s; its lines go to the embedded voice",
                    *(setting, voice, ", ".join(sorted(there))),
                )


def _wall_clock() -> datetime:
    return datetime.now(UTC).astimezone()


def build_hearing(
    settings: Settings,
    engines: Engines,
    rules: Rules,
    dropped: Callable[[ChatMessage, Verdict, Rules], None] | None,
) -> Hearing | None:
    """The rule that listens, with the voices to learn first; None where it is switched off."""
    if not settings.filter.heard:
        return None
    hearing = Hearing(rules, engines.supervisors(), dropped)
    other = engines.last_resort
    # F5 tells no phonemes: the embedded voice's stand for them.
    teller = other if uses_f5(settings) and other is not None else engines.primary
    for _, voice in voices(settings):
        hearing.learn(teller.name, voice)
    if other is not None and other is not teller:
        hearing.learn(other.name, "")
    return hearing


async def _either(*waits: Coroutine[Any, Any, object] | asyncio.Task[None]) -> None:
    """Wait until one of them is done; the coroutines among the others are cancelled."""
    tasks = [w if isinstance(w, asyncio.Task) else asyncio.create_task(w) for w in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait, task in zip(waits, tasks, strict=True):
            if wait is not task:
                task.cancel()


def _cause(group: BaseExceptionGroup) -> BaseException:
    """The one error that ended the run, as the user should be told of it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, EngineMissing | OutputUnavailable):
        return NothingHeard(str(error))
    return error if isinstance(error, Exit) else group
