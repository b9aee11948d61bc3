"""Unpaid lines of a platform are held for the moderators, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import Bot
from bot.chat.connector import Emit
from bot.policy import build_payments
from bot.settings import load
from filters.message import Author, ChatMessage, Kind, Payment, Removal, RemovalKind, Role
from tests.fakes import Channel

HOLD_S = 2.0


@pytest.mark.virtual_time
async def test_a_line_is_taken_when_its_time_is_over_and_not_before() -> None:
    async with Channel(hold_s=HOLD_S) as channel:
        channel.says("!tts hello")
        await asyncio.sleep(HOLD_S - 0.01)
        assert channel.asked == []
        await channel.ledger.settled()
        (line,) = channel.ledger.heard
        assert line.stages.taken is not None
        assert line.stages.taken - line.stages.received == pytest.approx(HOLD_S)


@pytest.mark.virtual_time
async def test_nobody_asks_again_and_again_for_a_line_that_may_be_taken_while_speech_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Channel(payments=build_payments(load())) as channel:
        looks, next_release = 0, channel.backlog.next_release

        def counted(now: float) -> float | None:
            nonlocal looks
            looks += 1
            assert looks < 100
            return next_release(now)

        monkeypatch.setattr(channel.backlog, "next_release", counted)
        channel.says("!tts off", "mod", role=Role.MODERATOR)
        channel.says("", "gus", kind=Kind.GIFT)  # held for those that follow
        await asyncio.sleep(30)
        assert looks < 10
        channel.says("!tts on", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["gus gave a sub"]


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    "removal",
    [
        Removal("t", "c", RemovalKind.DELETE, "bad"),
        Removal("t", "c", RemovalKind.CLEAR_AUTHOR, "ann"),
        Removal("t", "c", RemovalKind.CLEAR_ALL),
    ],
)
async def test_a_moderator_who_is_quick_enough_keeps_it_from_the_engine(removal: Removal) -> None:
    async with Channel(hold_s=HOLD_S) as channel:
        channel.says("!tts something awful", id="bad")
        await asyncio.sleep(HOLD_S - 0.1)
        channel.intake.emit(removal)
        await channel.ledger.settled()
        assert channel.asked == []
        assert channel.ends() == {"purged": 1}


@pytest.mark.virtual_time
async def test_a_paid_line_is_not_held_and_a_moderators_is() -> None:
    async with Channel(hold_s=HOLD_S) as channel:
        channel.says("!tts first", role=Role.MODERATOR)
        channel.says("paid for", "bob", paid=Payment(100, "bits"))
        await asyncio.sleep(0.1)
        assert channel.asked == ["paid for"]
        await channel.ledger.settled()
        assert channel.asked == ["paid for", "first"]


@pytest.mark.virtual_time
async def test_held_lines_come_out_by_urgency_when_the_speaker_was_busy() -> None:
    async with Channel(hold_s=HOLD_S) as channel:
        channel.says("long", "bob", paid=Payment(100, "bits"))
        await asyncio.sleep(0.01)
        channel.says("!tts viewer", "eve")
        channel.says("!tts subscriber", "sue", role=Role.SUBSCRIBER)
        await channel.ledger.settled()
        assert channel.asked == ["long", "subscriber", "viewer"]


class Source:
    """Says one line and ends."""

    def __init__(self, name: str, *, moderated: bool) -> None:
        self.name = name
        self.moderated = moderated

    async def run(self, emit: Emit) -> None:
        emit(ChatMessage(self.name, "c", "1", Author(self.name, self.name), f"!tts {self.name}"))


async def test_the_bot_holds_what_has_moderators_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISHOWTTS_AUDIO__OUTPUT", "null")
    monkeypatch.setenv("ISHOWTTS_HOLD_SECONDS", "0.4")
    bot = Bot(load(), fast=True)
    sources = [Source("platform", moderated=True), Source("desk", moderated=False)]
    async with asyncio.timeout(30):
        await bot.run(sources, asyncio.Event())
    held = {line.message.platform: line.held_until for line in bot.ledger.heard}
    received = {line.message.platform: line.stages.received for line in bot.ledger.heard}
    assert held["platform"] - received["platform"] == pytest.approx(0.4)
    assert held["desk"] == received["desk"]
