"""Fakes with the real method names: an engine, a player and a chat that tests script.

They run in virtual time: a clip lasts as long as its samples say, and nothing is really heard.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.audio.mixer import Outcome
from bot.audio.player import Ended, State
from bot.backlog import AuthorKey, Backlog, author_key
from bot.choices import Choices
from bot.control import Control
from bot.desk import Desk
from bot.intake import Intake, Policy
from bot.journal import Journal
from bot.line import Line
from bot.load import Load
from bot.memory import Deed, Memory
from bot.mutes import Mutes
from bot.payments import Payments
from bot.policy import build_policy
from bot.seen import Seen
from bot.settings import load
from bot.speaker import Speaker
from bot.telemetry import Ledger
from bot.wordbook import Wordbook
from engine.speech import (
    Chunk,
    EngineFailed,
    Judge,
    Refused,
    SpeechError,
    SpeechRequest,
    Voice,
)
from filters.chain import Rules
from filters.gate import Gate
from filters.message import Author, ChatMessage, Payment, Role, Verdict
from filters.trigger import Trigger

RATE = 1000


@dataclass
class FakeEngine:
    """Speaks one second for each word. `faults` are taken one an attempt; None: no fault."""

    name: str = "fake"
    word_s: float = 1.0
    delay_s: float = 0.0
    """Before each chunk."""
    faults: list[SpeechError | None] = field(default_factory=list)
    """Raised after the first chunk, or instead of it if `at_once`."""
    at_once: bool = False
    asked: list[SpeechRequest] = field(default_factory=list)
    closed: int = 0
    """How often a consumer stopped early."""

    phonemes: str = ""
    """What it tells of every text."""

    async def speak(
        self, request: SpeechRequest, judge: Judge | None = None
    ) -> AsyncIterator[Chunk]:
        self.asked.append(request)
        question = judge(self.name, request) if judge is not None and self.phonemes else None
        if question and (reason := question.refused([self.phonemes] * len(question.texts))):
            raise Refused(reason)
        fault = self.faults.pop(0) if self.faults else None
        try:
            for number, _ in enumerate(request.text.split()):
                await asyncio.sleep(self.delay_s)
                if fault is not None and (number or self.at_once):
                    raise fault
                yield Chunk(np.full(round(RATE * self.word_s), 0.1, np.float32), RATE)
            if fault is not None:
                raise fault
        except GeneratorExit:
            self.closed += 1
            raise

    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared by a test: the worker is being restarted."""

    def __post_init__(self) -> None:
        self.ready.set()

    async def wait_ready(self) -> None:
        await self.ready.wait()

    def attempts(self) -> Iterator[FakeEngine]:
        yield self
        yield self


class FakePlayer:
    """Plays utterances one after the other, as long as their samples last."""

    def __init__(self) -> None:
        self.state = State.OPEN
        self.started: Callable[[str, float], None] = lambda utterance, at: None
        self.log: list[tuple[str, str]] = []
        self.paused = False
        self.volume = 1.0
        self._order: list[str] = []
        self._seconds: dict[str, float] = {}
        self._finished: dict[str, asyncio.Event] = {}
        self._ends: dict[str, asyncio.Future[Ended]] = {}
        self._opened = asyncio.Event()
        self._opened.set()

    def close_device(self) -> None:
        self.state = State.WAITING
        self._opened.clear()

    async def wait_open(self) -> None:
        await self._opened.wait()

    def play(self, utterance: str) -> None:
        self._seconds[utterance] = 0.0
        self._finished[utterance] = asyncio.Event()
        self._ends[utterance] = asyncio.get_running_loop().create_future()
        self._order.append(utterance)
        self.log.append(("play", utterance))

    def feed(self, utterance: str, chunk: Chunk) -> None:
        self._seconds[utterance] += len(chunk.samples) / chunk.sample_rate

    def finish(self, utterance: str) -> None:
        self._finished[utterance].set()

    def cancel(self, utterance: str, fade_ms: float = 8.0) -> None:
        self.log.append(("cancel", utterance))
        self._finished[utterance].set()
        self._end(utterance, Outcome.CANCELLED)

    def withdraw(self, utterance: str) -> None:
        self.log.append(("withdraw", utterance))
        if ("start", utterance) not in self.log:
            self._finished[utterance].set()
            self._end(utterance, Outcome.WITHDRAWN)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def set_volume(self, volume: float) -> None:
        self.volume = volume

    async def wait_ended(self, utterance: str) -> Ended:
        return await asyncio.shield(self._ends[utterance])

    def _end(self, utterance: str, outcome: Outcome) -> None:
        if not self._ends[utterance].done():
            self._ends[utterance].set_result(Ended(outcome, self._seconds[utterance], None))

    async def run(self) -> None:
        """The device: take the utterances in order, each for its seconds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0.001)
            waiting = [u for u in self._order if not self._ends[u].done()]
            if not waiting or self.state is not State.OPEN or self.paused:
                continue
            utterance = waiting[0]
            self.log.append(("start", utterance))
            self.started(utterance, loop.time())
            began = loop.time()
            await self._finished[utterance].wait()
            rest = began + self._seconds[utterance] - loop.time()
            await asyncio.wait([self._ends[utterance]], timeout=max(0.0, rest))
            self._end(utterance, Outcome.PLAYED)


class Forgetful:
    """A memory that is gone with the test."""

    def __init__(self) -> None:
        self._mutes: dict[AuthorKey, float] = {}
        self._voices: dict[AuthorKey, str] = {}
        self._words: dict[str, bool] = {}

    def mutes(self) -> dict[AuthorKey, float]:
        return dict(self._mutes)

    def mute(self, author: AuthorKey, until: float) -> None:
        self._mutes[author] = until

    def unmute(self, author: AuthorKey) -> None:
        self._mutes.pop(author, None)

    def voices(self) -> dict[AuthorKey, str]:
        return dict(self._voices)

    def choose(self, author: AuthorKey, voice: str) -> None:
        self._voices.pop(author, None)
        if voice:
            self._voices[author] = voice

    def used_voice(self, author: AuthorKey) -> None:
        """The next choice is forgotten before it."""
        self._voices[author] = self._voices.pop(author)

    def words(self) -> dict[str, bool]:
        return dict(self._words)

    def rule(self, word: str, blocked: bool) -> None:
        self._words[word] = blocked

    def audit(self, deed: Deed) -> None:
        """Not kept."""


@functools.cache
def _shipped() -> Policy:
    return build_policy(load())


class Channel:
    """Intake, backlog, speaker and control, wired as in bot.app, around the fakes."""

    def __init__(
        self,
        *,
        trigger: Trigger | None = None,
        gate: Gate | None = None,
        rules: Rules | None = None,
        limits: bool = False,
        say_name: bool = False,
        lines: int = 50,
        seconds: float = 1000.0,
        engine: FakeEngine | None = None,
        dropped: Callable[[ChatMessage, Verdict, Rules], None] | None = None,
        judge: Callable[[Line], Judge] | None = None,
        hold_s: float = 0.0,
        load: Load | None = None,
        payments: Payments | None = None,
        memory: Memory | None = None,
        journal: Journal | None = None,
        voices: Sequence[Voice] = (),
        **more: Any,
    ) -> None:
        """`more` goes to the policy. Without a `memory` the journal is it, if there is one."""
        loop = asyncio.get_running_loop()
        self._hold_s = hold_s
        self.engine = engine or FakeEngine()
        self.player = FakePlayer()
        self.ledger = Ledger(loop.time)
        self.load = load or Load()
        self.backlog = Backlog(lines=lines, seconds=seconds, stale_s=60.0)
        self.speaker = Speaker(
            backlog=self.backlog,
            engines=self.engine,  # type: ignore[arg-type]
            player=self.player,  # type: ignore[arg-type]
            ledger=self.ledger,
            request=lambda line: SpeechRequest(
                line.spoken,
                line.voice or self.choices.spoken(author_key(line.message)),
                quick=self.load.quick,
            ),
            stale_s=60.0,
            now=loop.time,
            judge=judge,
            refuse=lambda line: self.intake.verdicts.refuses_now(line),
            thanks=lambda line: self.intake.verdicts.thanks(line),
            journal=journal,
        )
        self.player.started = self.speaker.started
        self.memory = memory or journal or Forgetful()
        self.choices = Choices(self.memory, voices=lambda: voices, variants=True)
        self.words = Wordbook(
            self.memory,
            renew=self._renew,
            stopgap=lambda rules: self.control.stopgap(rules),
        )
        self.renewed = 0
        self.replies: list[tuple[str, str]] = []
        self.control = Control(
            speaker=self.speaker,
            sound=self.player,
            mutes=Mutes(self.memory),
            seen=Seen(),
            choices=self.choices,
            words=self.words,
            wall=loop.time,
        )
        self.desk = Desk(
            self.control,
            memory=self.memory,
            reply=lambda message, text: self.replies.append((message.author.name, text)),
            now=loop.time,
            wall=loop.time,
            may_log=self.ledger.may_log,
        )
        self.ledger.on_end.append(self.control.whys.add)
        self.ledger.on_line_end.append(self.control.line_ended)
        if journal is not None:
            self.ledger.on_line_end.append(journal.ended)
        shipped = _shipped()
        policy = Policy(
            trigger=trigger or Trigger(),
            gate=gate or Gate(),
            lines=shipped.lines if limits else {},
            rules=rules or Rules(),
            speech=shipped.speech if limits else {},
            copies=limits,
            crowd_s=shipped.crowd_s if limits else 0.0,
            raid_viewers=shipped.raid_viewers,
            wary=shipped.wary,
            say_name=say_name,
            payments=payments or Payments(),
            **more,
        )
        self.intake = Intake(
            policy,
            backlog=self.backlog,
            ledger=self.ledger,
            speaker=self.speaker,
            desk=self.desk,
            load=self.load,
            now=loop.time,
            dropped=dropped,
            journal=journal,
        )
        self.control.lines = self.intake
        self.control.verdicts = self.intake.verdicts
        self._tasks: list[asyncio.Task[None]] = []
        self._ids = 0

    async def __aenter__(self) -> Channel:
        for part in (self.intake.run(), self.speaker.run(), self.player.run(), self._sweep()):
            self._tasks.append(asyncio.create_task(part))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The law of counting: everything that came in ended once, or still waits.
        assert self.ledger.received == sum(self.ledger.ends.values()) + self.waiting

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.intake.expire()
            self.speaker.expire()

    def _renew(self) -> None:
        self.renewed += 1

    @property
    def waiting(self) -> int:
        return self.intake.waiting + self.speaker.waiting

    def says(
        self,
        text: str,
        author: str = "ann",
        *,
        id: str | None = None,
        role: Role | None = None,
        paid: Payment | None = None,
        **more: object,
    ) -> str:
        """Emit a chat line; returns its id."""
        self._ids += 1
        id = f"m{self._ids}" if id is None else id
        roles = frozenset({role}) if role else frozenset()
        who = Author(author, author, roles)
        self.intake.emit(
            ChatMessage("t", "c", id, who, text, paid=paid, **more),  # type: ignore[arg-type]
            hold_s=self._hold_s,
        )
        return id

    def ends(self) -> dict[str, int]:
        return {str(end): count for end, count in self.ledger.ends.items() if count}

    @property
    def asked(self) -> list[str]:
        return [request.text for request in self.engine.asked]


def failure(text: str = "crashed") -> EngineFailed:
    return EngineFailed(text)


__all__ = ["RATE", "Channel", "FakeEngine", "FakePlayer", "Line", "failure"]
