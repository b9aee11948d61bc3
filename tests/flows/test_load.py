"""What is saved while much waits, step by step and back, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from bot.load import Load, Step
from filters.message import Kind, Payment, Role
from tests.fakes import Channel

pytestmark = pytest.mark.virtual_time

MARKS = {Step.NAMES: 6.0, Step.SHORT: 12.0, Step.QUICK: 18.0, Step.SAMPLE: 24.0}


def long_line(number: int, words: int = 60) -> str:
    return " ".join(f"word{chr(97 + number % 26)}{chr(97 + n)}" for n in range(26))[: words * 7]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("INFO")
    return caplog


async def test_each_step_begins_at_its_mark_and_is_told_once(
    told: pytest.LogCaptureFixture,
) -> None:
    load = Load(MARKS)
    async with Channel(say_name=True, load=load) as channel:
        channel.player.close_device()
        named, quick = [], []
        for n in range(40):
            channel.says(f"!tts hello from number {n}", f"viewer{chr(97 + n % 26)}{n // 26}")
            await asyncio.sleep(0.01)
            named.append(load.names)
            quick.append(load.quick)
        assert (named[0], named[-1]) == (True, False)
        assert quick.index(True) > named.index(False)
        assert channel.ends()["shed"] > 3
        assert told.text.count("names are left out") == 1
        assert told.text.count("cut to half the length") == 1
        assert told.text.count("takes fewer steps") == 1
        assert told.text.count("only every 3. unpaid line is taken") == 1
        assert "(busy: every 3. unpaid line is taken)" in told.text


async def test_all_goes_back_when_less_waits_and_never_flutters(
    told: pytest.LogCaptureFixture,
) -> None:
    async with Channel(say_name=True, load=Load(MARKS)) as channel:
        for n in range(40):
            channel.says(f"!tts hello from number {n}", f"viewer{n}")
            await asyncio.sleep(0.01)
        await channel.ledger.settled()
        await asyncio.sleep(2)
        assert channel.load.names
        assert channel.load.length == 1
        assert not channel.load.quick
        for ends in ("names are said again", "full length again", "all its steps", "every line"):
            assert told.text.count(ends) == 1
        channel.says("!tts one more", "zoe")
        await channel.ledger.settled()
        assert channel.asked[-1] == "zoe says one more"


async def test_lines_under_load_are_short_and_quick_and_paid_ones_are_whole() -> None:
    async with Channel(load=Load({Step.SHORT: 5.0, Step.QUICK: 5.0})) as channel:
        channel.player.close_device()
        channel.says(f"!tts {long_line(0)}", "ann")
        await asyncio.sleep(0.1)
        channel.says(f"!tts {long_line(1)}", "bob")
        channel.says(long_line(2), "giver", paid=Payment(500, "bits"))
        await asyncio.sleep(0.1)
        lines = {line.message.author.id: line.seconds for line in channel.backlog}
        assert lines["bob"] <= 6 < lines["giver"]
        channel.player.state = type(channel.player.state).OPEN
        channel.player._opened.set()
        await asyncio.sleep(3)
        assert channel.engine.asked[0].quick


async def test_sampling_takes_every_third_and_leaves_paid_lines_and_the_streamer_alone() -> None:
    async with Channel(load=Load({Step.SAMPLE: 1.0})) as channel:
        channel.player.close_device()
        channel.says("!tts a line that takes a second or two to say", "ann")
        await asyncio.sleep(0.1)
        for n in range(9):
            channel.says("!tts hello there", f"viewer{n}", role=Role.SUBSCRIBER)
            channel.says("hello there", f"giver{n}", paid=Payment(1, "bits"))
            channel.says("!tts hello there", "host", role=Role.BROADCASTER)
        await asyncio.sleep(0.1)
        assert channel.ends() == {"shed": 6}
        assert channel.waiting == 1 + 3 + 9 + 9


async def test_a_crowd_is_a_load_too() -> None:
    async with Channel(limits=True, load=Load(MARKS)) as channel:
        channel.says("", "raider", kind=Kind.RAID)
        channel.says("!tts hello there", "sub", role=Role.SUBSCRIBER)
        await asyncio.sleep(0.1)
        assert not channel.load.names
        assert channel.load.length == 0.5
        assert not channel.load.quick
        await asyncio.sleep(92)
        assert channel.load.names
        assert channel.load.length == 1


async def test_a_mark_of_nothing_never_begins() -> None:
    load = Load({step: 0.0 for step in Step})
    load.look(1e9, crowded=False)
    assert load.names
    assert not load.quick
    assert load.passes_over() is None


async def test_a_step_ends_only_when_clearly_less_waits(told: pytest.LogCaptureFixture) -> None:
    load = Load({Step.QUICK: 10.0})
    for seconds, quick in [(9.9, False), (10.0, True), (9.0, True), (6.0, True), (5.9, False)]:
        load.look(seconds, crowded=False)
        assert load.quick is quick
    assert told.text.count("takes fewer steps") == 1
