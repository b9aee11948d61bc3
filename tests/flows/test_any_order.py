"""Chat at random and commands in every order, in virtual time: nothing fails, nothing is lost."""

from __future__ import annotations

import asyncio
import logging
import random

import pytest

from bot.policy import build_payments, build_trigger
from bot.settings import load
from engine.speech import Voice
from filters.message import Kind, Payment, Removal, RemovalKind, Reward, Role
from tests.fakes import Channel

pytestmark = pytest.mark.virtual_time

PIECES = (
    *("!tts", "!say", "!TTSskip", "!skiptts", "!ttsmute", "!", "/ban", "$5", "{text}", "zorgle"),
    *("skip", "all", "of", "@", "@ann", "@bob", "mute", "unmute", "block", "allow", "say", "voice"),
    *("cancel", "why", "off", "on", "stop", "clear", "replay", "pause", "resume", "help", "volume"),
    *("-5", "10m", "0s", "100%", "\u0663", "\u202e", "\u200b", "\ud800", "\u0130", "\u017fkip"),
    *("", " ", "\t", "\n", "\x00", "de:", "*", "#", "[never]", "/a/", '"', "a" * 300, "Cheer100"),
)
NAMES = ("ann", "bob", "zorgle", "\u202ee", "{name}")
ROLES = (None, None, Role.SUBSCRIBER, Role.MODERATOR, Role.BROADCASTER)
MODES = ("command", "line", "mention", "paid", "reward")


def written(channel: Channel, dice: random.Random) -> None:
    text = dice.choice(("", " ")).join(dice.choices(PIECES, k=dice.randrange(6)))
    more = dice.choice(
        (
            *({}, {}, {}, {}, {"shared_from": "x"}),
            {"paid": Payment(dice.choice((0, 1, 1e9)), dice.choice(("bits", "EUR", "points")))},
            {"kind": Kind.REDEMPTION, "reward": Reward("r")},
            {"kind": dice.choice((Kind.SUB, Kind.GIFT)), "gifts": dice.choice((None, 0, 1, 5))},
        )
    )
    begins = dice.choice(("", "!tts "))
    channel.says(begins + text, dice.choice(NAMES), role=dice.choice(ROLES), **more)


def taken_away(channel: Channel, dice: random.Random) -> None:
    target = dice.choice((*NAMES, f"m{channel._ids}"))
    kind = dice.choice((RemovalKind.DELETE, RemovalKind.CLEAR_AUTHOR))
    channel.intake.emit(Removal("t", "c", kind, target))


@pytest.mark.parametrize("mode", MODES)
async def test_every_message_ends_once_and_no_answer_is_a_command(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    dice = random.Random(mode)
    chosen = load(overrides={"trigger": {"mode": mode}, "paid": {"thanks_reward": "For {name}"}})
    async with Channel(
        limits=mode == "line",
        say_name=True,
        trigger=build_trigger(chosen),
        payments=build_payments(chosen),
        voices=(Voice("de", "German"),),
        voice_in_line=True,
        lines=20,
    ) as channel:
        for _ in range(500):
            taken_away(channel, dice) if dice.random() < 0.02 else written(channel, dice)
            await asyncio.sleep(max(0.0, dice.uniform(-2, 1)))
            ended = sum(channel.ledger.ends.values())
            assert channel.ledger.received == ended + channel.waiting
        channel.control.on()
        channel.control.resume()
        await channel.ledger.settled()
        assert channel.ends()["spoken"]
    assert channel.replies
    assert not any(text.startswith(("!", "/")) for _, text in channel.replies)
    assert not [record.getMessage() for record in caplog.records]
