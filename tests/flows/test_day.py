"""A day of chat in virtual time, with every fault: the count is exact and nothing grows."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable

import pytest

from bot.audio.mixer import Outcome
from bot.audio.player import State
from bot.policy import build_load, build_payments
from bot.settings import load
from filters.chain import Rules
from filters.message import Kind, Payment, Removal, RemovalKind, Reward, Role
from filters.wordlist import compile_words
from tests.fakes import Channel, FakeEngine, FakePlayer, failure

pytestmark = pytest.mark.virtual_time

HOURS = 24
PAUSE_S = 6.0
"""Between two messages, on average."""
VIEWERS = 400
WORDS = "hello blippo frim nice what a play that was close again quimble vexnar".split()


class EventPlayer(FakePlayer):
    """Without the polling of the other one: a day has too many milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self._something = asyncio.Event()

    def play(self, utterance: str) -> None:
        super().play(utterance)
        self._something.set()

    def open_device(self) -> None:
        self.state = State.OPEN
        self._opened.set()
        self._something.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._order or self.state is not State.OPEN:
                self._something.clear()
                await self._something.wait()
            utterance = self._order.pop(0)
            if not self._ends[utterance].done():
                self.started(utterance, loop.time())
                began = loop.time()
                await self._finished[utterance].wait()
                rest = began + self._seconds[utterance] - loop.time()
                await asyncio.wait([self._ends[utterance]], timeout=max(0.0, rest))
                self._end(utterance, Outcome.PLAYED)
            self.log.clear()
            loop.call_later(60, self._forget, utterance)

    def _forget(self, utterance: str) -> None:
        for held in (self._seconds, self._finished, self._ends):
            held.pop(utterance, None)


class Chat:
    """Whatever comes in a day."""

    def __init__(self, channel: Channel, rng: random.Random) -> None:
        self._channel = channel
        self._rng = rng
        self._ids: list[str] = []
        self._kinds: dict[Callable[[], object], int] = {
            self._chatter: 70, self._asks: 16, self._pays: 2, self._subscribes: 2, self._gives: 1,
            self._redeems: 2, self._repeats: 3, self._skips: 1, self._is_deleted: 1,
            self._is_banned: 1,
        }  # fmt: skip

    def next(self) -> None:
        (kind,) = self._rng.choices(list(self._kinds), list(self._kinds.values()))
        kind()

    def _who(self) -> str:
        return f"viewer{min(int(self._rng.expovariate(1 / 60)), VIEWERS)}"

    def _text(self) -> str:
        text = " ".join(self._rng.choices(WORDS, k=self._rng.randrange(1, 6)))
        return f"{text} zorgle" if self._rng.random() < 0.05 else text

    def _says(self, text: str, who: str = "", **more: object) -> None:
        role = self._rng.choice([None] * 8 + [Role.SUBSCRIBER, Role.MODERATOR])
        self._ids.append(self._channel.says(text, who or self._who(), role=role, **more))  # type: ignore[arg-type]
        del self._ids[:-50]

    def _chatter(self) -> None:
        self._says(self._text())

    def _asks(self) -> None:
        self._says(f"!tts {self._text()}")

    def _pays(self) -> None:
        unit = self._rng.choice(["bits", "EUR", "XXX"])
        self._says(self._text(), paid=Payment(self._rng.choice([0, 1, 100, 500]), unit))

    def _subscribes(self) -> None:
        self._says(self._rng.choice(["", "", self._text()]), kind=Kind.SUB, months=3)

    def _gives(self) -> None:
        who = self._who()
        for gifts in self._rng.choice([(1, 1, 1), (3, 1, 1, 1), (0,), (50,)]):
            self._says("", who, kind=Kind.GIFT, gifts=gifts)

    def _redeems(self) -> None:
        self._says(self._text(), kind=Kind.REDEMPTION, reward=Reward("r", "Say it"))

    def _repeats(self) -> None:
        if self._ids:
            self._channel.says("!tts once more", id=self._rng.choice(self._ids))

    def _skips(self) -> None:
        self._says("!tts skip", "mod")

    def _is_deleted(self) -> None:
        if self._ids:
            target = self._rng.choice(self._ids)
            self._channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, target))

    def _is_banned(self) -> None:
        kind = self._rng.choice([RemovalKind.CLEAR_AUTHOR] * 9 + [RemovalKind.CLEAR_ALL])
        self._channel.intake.emit(Removal("t", "c", kind, self._who()))


async def faults(channel: Channel, player: EventPlayer, rng: random.Random) -> None:
    """The device goes and comes, the worker is restarted, a raid comes."""
    while True:
        await asyncio.sleep(rng.uniform(600, 1800))
        match rng.randrange(3):
            case 0:
                player.close_device()
                await asyncio.sleep(rng.uniform(1, 180))
                player.open_device()
            case 1:
                channel.engine.ready.clear()
                await asyncio.sleep(rng.uniform(1, 30))
                channel.engine.ready.set()
            case _:
                # Few names: up to 5,000 are remembered, and all have come by three quarters of it.
                channel.says("", "raider", kind=Kind.RAID, viewers=rng.choice([5, 50]))
                for number in range(30):
                    channel.says(f"!tts we are {number} here", f"raider{rng.randrange(100)}")


def counted() -> int:
    gc.collect()
    return len(gc.get_objects())


async def test_a_day_with_every_fault_is_counted_whole_and_leaves_nothing_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL")
    rng, settings = random.Random(1), load()
    engine = FakeEngine()
    channel = Channel(
        limits=True, say_name=True, lines=6, seconds=45, hold_s=2.0, engine=engine,
        rules=Rules(words=compile_words(["zorgle"])),
        load=build_load(settings),
        payments=build_payments(load(overrides={"paid": {"minimums": {"bits": 100}}})),
    )  # fmt: skip
    player = EventPlayer()
    player.started = channel.speaker.started
    channel.player = channel.speaker._player = player  # type: ignore[assignment]
    chat = Chat(channel, rng)
    async with channel:
        trouble = asyncio.create_task(faults(channel, player, rng))
        tasks, objects = [], {}
        for hour in range(1, HOURS + 1):
            until = asyncio.get_running_loop().time() + 3600
            while asyncio.get_running_loop().time() < until:
                await asyncio.sleep(rng.expovariate(1 / PAUSE_S))
                if len(engine.faults) < 9:
                    engine.faults += [failure() if rng.random() < 0.03 else None] * 2
                chat.next()
                received = channel.ledger.received
                assert received == sum(channel.ledger.ends.values()) + channel.waiting
            engine.asked.clear()
            tasks.append(len(asyncio.all_tasks()))
            if hour in (HOURS * 3 // 4, HOURS):
                objects[hour] = counted()
        trouble.cancel()
        player.open_device()
        engine.ready.set()
        await channel.ledger.settled()
        ends = channel.ends()
    assert set(ends) >= {
        "ignored", "command", "duplicate", "dropped", "spoken", "skipped", "purged", "stale",
        "failed", "shed",
    }, ends  # fmt: skip
    assert sum(ends.values()) == channel.ledger.received > 14_000
    assert max(tasks) <= 20
    # The ids of 10,000 messages are remembered; after three quarters of it there are so many.
    # One object kept of each message would be 3,600 more.
    assert objects[HOURS] < objects[HOURS * 3 // 4] + 1_200
