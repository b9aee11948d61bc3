"""Twenty minutes of a busy chat through the real intake, limits and backlog, in virtual time.

One spammer, a raid, 40 paid lines, and a voice that takes its seconds: who is heard?
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from bot.line import End, Line
from bot.policy import build_load
from bot.settings import load
from filters.message import Kind, Payment, Role
from tests.fakes import Channel

pytestmark = pytest.mark.virtual_time

log = logging.getLogger(__name__)

MINUTES = 20
VIEWERS = 120
PAID = 40
GAP_S = 0.3


@dataclass
class Heard:
    """What the voice has said."""

    seconds: Counter[str] = field(default_factory=Counter)
    waits: dict[str, list[float]] = field(default_factory=dict)
    paid: int = 0

    def add(self, line: Line, wait: float) -> None:
        author = line.message.author.id
        self.seconds[author] += line.seconds
        self.paid += line.paid
        kind = "paid" if line.paid else author.rstrip("0123456789")
        self.waits.setdefault(kind, []).append(wait)

    def share(self, author: str) -> float:
        return self.seconds[author] / sum(self.seconds.values())


class Voice:
    """Stands for speaker, engine and player: a line takes its seconds."""

    def __init__(self, channel: Channel) -> None:
        self.heard = Heard()
        self._channel = channel
        self._wake = asyncio.Event()
        channel.speaker.wake = self._wake.set  # type: ignore[method-assign]

    async def run(self) -> None:
        backlog, loop = self._channel.backlog, asyncio.get_running_loop()
        while True:
            self._wake.clear()
            line = backlog.take(loop.time())
            if line is None:
                await self._wake.wait()
                continue
            backlog.heard(line, loop.time())
            self.heard.add(line, loop.time() - line.stages.received)
            await asyncio.sleep(line.seconds + GAP_S)
            self._channel.ledger.end_line(line, End.SPOKEN, "the voice")


def text(rng: random.Random) -> str:
    """About 3.5 s of invented words that nobody has said before."""
    words = ["".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(3))]
    while len(" ".join(words)) < 44:
        words.append("".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(2)))
    return " ".join(words)


async def spammer(channel: Channel, rng: random.Random) -> None:
    while True:
        channel.says(f"!tts {text(rng)}", "spammer")
        await asyncio.sleep(1.0)


async def viewer(channel: Channel, rng: random.Random, name: str) -> None:
    role = Role.SUBSCRIBER if rng.random() < 0.15 else None
    while True:
        await asyncio.sleep(rng.expovariate(1 / 150))
        channel.says(f"!tts {text(rng)}", name, role=role)


async def raid(channel: Channel, rng: random.Random) -> None:
    await asyncio.sleep(MINUTES / 2 * 60)
    channel.says("", "raider", kind=Kind.RAID, viewers=300)
    for number in range(240):
        channel.says(f"!tts {text(rng)}", f"raider{number}")
        await asyncio.sleep(0.25)


async def payers(channel: Channel, rng: random.Random) -> None:
    for _ in range(PAID):
        await asyncio.sleep(MINUTES * 60 / (PAID + 2) * rng.uniform(0.5, 1.5))
        bits = Payment(rng.choice([100, 300, 1000]), "bits")
        channel.says(text(rng), f"viewer{rng.randrange(VIEWERS)}", paid=bits)


async def simulate(seed: int) -> tuple[Heard, dict[str, int]]:
    rng = random.Random(seed)
    settings = load()
    bounds = settings.backlog
    channel = Channel(
        limits=True, lines=bounds.lines, seconds=bounds.seconds, load=build_load(settings)
    )
    voice = Voice(channel)
    work = [channel.intake.run(), voice.run(), spammer(channel, rng), raid(channel, rng)]
    work += [viewer(channel, rng, f"viewer{number}") for number in range(VIEWERS)]
    tasks = [asyncio.create_task(one) for one in work]
    paying = asyncio.create_task(payers(channel, rng))
    for _ in range(MINUTES * 60):
        await asyncio.sleep(1.0)
        channel.intake.expire()
    await paying
    await asyncio.sleep(30.0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    ends = channel.ends()
    in_the_mouth = channel.ledger.received - sum(ends.values()) - channel.intake.waiting
    assert in_the_mouth in (0, 1)
    return voice.heard, ends


@pytest.mark.parametrize("seed", [1, 2])
async def test_everybody_has_a_turn_whatever_one_spammer_and_a_raid_do(seed: int) -> None:
    heard, ends = await simulate(seed)
    people = {who for who in heard.seconds if who.startswith("viewer")}
    waits = {who: sorted(seconds) for who, seconds in heard.waits.items()}
    log.info(
        "spammer %.1f %% of the speech, %d viewers, paid %d of %d (longest wait %.0f s), "
        "a viewer's median wait %.0f s, %s",
        100 * heard.share("spammer"), len(people), heard.paid, PAID, waits["paid"][-1],
        waits["viewer"][len(waits["viewer"]) // 2], ends,
    )  # fmt: skip
    # Half of what was to be reached: without what is just heard it would be 8 %.
    assert heard.share("spammer") <= 0.06
    assert heard.paid == PAID
    assert len(people) >= 80
    assert waits["paid"][-1] <= 30
