"""One line ahead and the words of moderators in the whole bot: real voice, real audio process."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import Bot
from bot.chat.connector import Emit
from bot.settings import load
from filters.message import Author, ChatMessage, Payment

TEXT = "these are words that take quite a while"


class Source:
    """Says three lines while the first one sounds: the third is paid for."""

    name = "desk"
    moderated = False

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def run(self, emit: Emit) -> None:
        await self._bot.ready.wait()
        for author, text, paid in (
            ("ann", f"!tts {TEXT}", None),
            ("bob", "!tts ready behind it", None),
            ("eve", "paid for", Payment(500, "bits")),
        ):
            emit(ChatMessage("desk", "c", author, Author(author, author), text, paid=paid))
            await asyncio.sleep(0.6)


@pytest.fixture(autouse=True)
def _output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_AUDIO__OUTPUT", "null")


async def test_a_ready_line_gives_way_and_its_audio_is_used_again() -> None:
    bot = Bot(load())
    asked = []
    attempts = bot.engines.attempts

    def counted():  # type: ignore[no-untyped-def]
        asked.append(1)
        return attempts()

    bot.engines.attempts = counted  # type: ignore[method-assign]
    async with asyncio.timeout(30):
        await bot.run([Source(bot)], asyncio.Event())
    assert [line.spoken for line in bot.ledger.heard] == [TEXT, "paid for", "ready behind it"]
    assert len(asked) == 1 + 3  # the first one unheard, to try the voice
    assert bot.player.starved == 0
    starts = [line.stages.first_sample for line in bot.ledger.heard]
    assert starts == sorted(starts)  # type: ignore[type-var]


async def test_a_blocked_word_gets_into_the_rules_while_the_bot_runs() -> None:
    bot = Bot(load())
    stop = asyncio.Event()
    running = asyncio.create_task(bot.run([Source(bot)], stop))
    async with asyncio.timeout(30):
        await bot.ready.wait()
        before = bot.intake.verdicts.rules
        assert bot.control.block("words")
        assert bot.intake.verdicts.also is not None
        while bot.intake.verdicts.also is not None:  # noqa: ASYNC110 - nobody signals it
            await asyncio.sleep(0.01)
        assert bot.intake.verdicts.rules is not before
        await bot.ledger.settled()
        stop.set()
        await running
    assert bot.ledger.ends["dropped"] == 1
