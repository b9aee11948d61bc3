"""bot.chat.sender: within the platform's limits, merged, never stale, never twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.chat.connector import Fatal, Lost
from bot.chat.sender import BUDGET, MODERATOR_BUDGET, MOST, STALE_S, WINDOW_S, Sender
from bot.chat.twitch_account import Refused

pytestmark = pytest.mark.virtual_time


class Chat:
    """Takes what is sent; `errors` are raised, one a try."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str, str, str]] = []
        self.errors: list[Exception] = []
        self.sender = Sender("test", self._send)

    async def _send(self, channel: str, text: str, reply_to: str) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((asyncio.get_running_loop().time(), channel, text, reply_to))
        return f"sent-{len(self.sent)}"

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text, _ in self.sent]


@asynccontextmanager
async def chatting() -> AsyncIterator[Chat]:
    chat = Chat()
    task = asyncio.create_task(chat.sender.run())
    try:
        yield chat
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_one_reply_is_sent_at_once_as_an_answer() -> None:
    async with chatting() as chat:
        chat.sender.say("room", " skipped \n it ", reply_to="m1")
        await asyncio.sleep(0.1)
        assert chat.sent == [(0.0, "room", "skipped it", "m1")]


async def test_what_waits_for_one_channel_becomes_one_message() -> None:
    async with chatting() as chat:
        chat.sender.say("room", "zero")
        await asyncio.sleep(0.1)
        for text, channel in (("one", "room"), ("two", "room"), ("far", "other"), ("two", "room")):
            chat.sender.say(channel, text, reply_to="m1")
        await asyncio.sleep(5.0)
        assert [(c, t, r) for _, c, t, r in chat.sent] == [
            ("room", "zero", ""),
            ("room", "one | two", ""),
            ("other", "far", "m1"),
        ]


async def test_a_message_is_never_longer_than_the_platform_takes() -> None:
    async with chatting() as chat:
        chat.sender.say("room", "x" * 600)
        chat.sender.say("room", "y" * 300)
        chat.sender.say("room", "z" * 300)
        await asyncio.sleep(5.0)
        assert [len(text) for text in chat.texts] == [MOST, 300, 300]


@pytest.mark.parametrize(("moderates", "budget"), [(False, BUDGET), (True, MODERATOR_BUDGET)])
async def test_never_more_in_any_half_minute_than_is_allowed(moderates: bool, budget: int) -> None:
    async with chatting() as chat:
        if moderates:
            chat.sender.moderates("room")
        for number in range(1200):
            chat.sender.say("room", str(number).rjust(300))
            chat.sender.say("room", str(number) * 100)
            await asyncio.sleep(0.1)
        times = [at for at, *_ in chat.sent]
        assert len(times) >= min(budget, 30) * 3
        for at in times:
            assert sum(at <= other < at + WINDOW_S for other in times) <= budget
        assert all(b - a >= 1.0 for a, b in zip(times, times[1:], strict=False))


async def test_what_waits_too_long_is_left_out() -> None:
    async with chatting() as chat:
        for number in range(BUDGET):
            chat.sender.say("room", str(number).rjust(3, "x") * 130)
            await asyncio.sleep(1.0 if number < BUDGET - 1 else 0.1)
        assert len(chat.sent) == BUDGET
        chat.sender.say("room", "useless by then")
        await asyncio.sleep(STALE_S + 5)
        chat.sender.say("room", "fresh")
        await asyncio.sleep(1.0)
        assert chat.texts[BUDGET:] == ["fresh"]


async def test_the_same_text_is_not_said_twice_within_half_a_minute() -> None:
    async with chatting() as chat:
        for _ in range(3):
            chat.sender.say("room", "skipped")
            await asyncio.sleep(5.0)
        assert len(chat.sent) == 1
        await asyncio.sleep(WINDOW_S)
        chat.sender.say("room", "skipped")
        await asyncio.sleep(5.0)
        assert len(chat.sent) == 2


async def test_a_lost_connection_is_waited_for_and_a_refusal_is_not() -> None:
    async with chatting() as chat:
        chat.errors = [Lost("gone")]
        chat.sender.say("room", "one")
        await asyncio.sleep(5.0)
        chat.errors = [Refused(429, "too many")]
        chat.sender.say("room", "two")
        await asyncio.sleep(5.0)
        chat.sender.say("room", "three")
        await asyncio.sleep(5.0)
        assert chat.texts == ["one", "three"]


async def test_while_nothing_can_be_sent_nothing_is_kept_for_ever() -> None:
    async with chatting() as chat:
        chat.errors = [Lost("gone")] * 100
        for number in range(500):
            chat.sender.say("room", str(number))
        await asyncio.sleep(60.0)
        chat.errors.clear()
        await asyncio.sleep(60.0)
        assert chat.sent == []


async def test_a_sign_in_that_is_gone_ends_it() -> None:
    chat = Chat()
    chat.errors = [Fatal("sign in again")]
    chat.sender.say("room", "one")
    with pytest.raises(Fatal):
        await chat.sender.run()


async def test_its_own_lines_are_known_by_id_and_before_that_by_text() -> None:
    async with chatting() as chat:
        assert not chat.sender.is_ours("room", "sent-1", "skipped")
        chat.sender.say("room", "skipped")
        await asyncio.sleep(0.1)
        assert chat.sender.is_ours("room", "sent-1", "anything")
        assert chat.sender.is_ours("room", "another", "skipped")
        assert not chat.sender.is_ours("room", "another", "anything")
        await asyncio.sleep(60.0)
        assert chat.sender.is_ours("room", "sent-1", "skipped")
        assert not chat.sender.is_ours("room", "another", "skipped")  # typed by hand
