"""Paid lines through intake, backlog and speaker with a real journal, over several runs.

In real time, since the journal writes in a thread; a word lasts 20 ms.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.journal import Journal
from bot.line import End
from filters.chain import Rules
from filters.gate import Gate
from filters.message import Payment, Removal, RemovalKind
from filters.wordlist import compile_words
from tests.fakes import Channel, FakeEngine
from tests.journals import fill, keep, paid_line, states, until

PAID = Payment(100, "bits")
WORD_S = 0.02


class Run:
    """One run of the bot on the journal of a folder."""

    def __init__(self, channel: Channel, journal: Journal) -> None:
        self.channel, self.journal = channel, journal

    def pays(self, text: str, id: str, **more: Any) -> str:
        return self.channel.says(text, id=id, paid=PAID, **more)

    async def settled(self) -> None:
        async with asyncio.timeout(10):
            await self.channel.ledger.settled()

    async def sounds(self) -> None:
        """Wait until something is heard."""
        await until(lambda: any(what == "start" for what, _ in self.channel.player.log))


@asynccontextmanager
async def run(folder: Path, **parts: Any) -> AsyncIterator[Run]:
    journal = Journal.open(folder)
    try:
        engine = FakeEngine(word_s=WORD_S)
        async with Channel(journal=journal, engine=engine, **parts) as channel:
            channel.intake.resume(journal.left(3600))
            yield Run(channel, journal)
    finally:
        journal.close()


def slowed(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nothing is committed until the event is set."""
    assert journal._requests._writer is not None
    free, commit = threading.Event(), journal._requests._writer._commit

    def slow(batch: Any) -> None:
        free.wait(5)
        commit(batch)

    monkeypatch.setattr(journal._requests._writer, "_commit", slow)
    return free


async def judged(bot: Run) -> None:
    """Wait until a line waits for its commit."""
    await until(lambda: bot.channel.intake._being_kept)


async def test_a_paid_line_waits_for_its_commit_and_is_spoken_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(tmp_path) as bot:
        free = slowed(bot.journal, monkeypatch)
        bot.pays("hello there", "a")
        bot.channel.says("!tts free of charge", "bob")
        await judged(bot)
        await bot.sounds()
        assert bot.channel.asked == ["free of charge"]
        assert bot.channel.waiting >= 1
        free.set()
        await bot.settled()
        assert bot.channel.asked == ["free of charge", "hello there"]
    assert states(tmp_path) == {"a": "spoken"}


async def test_a_line_deleted_while_it_is_committed_is_never_spoken_nor_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(tmp_path) as bot:
        free = slowed(bot.journal, monkeypatch)
        bot.pays("hello there", "a")
        await judged(bot)
        bot.channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, "a"))
        assert bot.channel.ends() == {"purged": 1}
        free.set()
        await bot.journal.written()
        await asyncio.sleep(0.05)
        assert bot.channel.asked == []
    assert states(tmp_path) == {"a": "purged"}
    async with run(tmp_path) as bot:
        assert bot.channel.ledger.received == 0


async def test_on_a_full_disk_a_paid_line_is_spoken_and_told_as_not_journalled(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with run(tmp_path) as bot:
        fill(bot.journal, full=True)
        for number in range(5):
            bot.pays("hello " * 5, str(number), extra={"long": "zorgle " * 2000})
        await bot.settled()
        assert bot.channel.ends() == {"spoken": 5}
        fill(bot.journal, full=False)
    spoken = [message for message in caplog.messages if message.startswith("spoken")]
    assert [message.endswith("not journalled)") for message in spoken] == [True] * 5


async def test_what_a_stop_leaves_is_spoken_in_the_next_run_and_only_what_sounded_announced(
    tmp_path: Path,
) -> None:
    async with run(tmp_path) as bot:
        bot.pays("one " * 100, "a")
        await bot.sounds()
        bot.pays("two", "b")
        bot.pays("three", "c")
        bot.channel.says("!tts not paid", "bob")
        await until(lambda: bot.channel.speaker.waiting == len(bot.channel.backlog) == 2)
    # The stop counts what sounded as skipped; the journal keeps it for the next run.
    assert bot.channel.ends() == {"skipped": 1}
    async with run(tmp_path) as bot:
        await bot.settled()
        assert bot.channel.ledger.received == 3
        assert bot.channel.ends() == {"spoken": 3}
        assert [text.split(" ")[0] for text in bot.channel.asked] == ["again:", "two", "three"]
    assert set(states(tmp_path).values()) == {"spoken"}
    async with run(tmp_path) as bot:
        assert bot.channel.ledger.received == 0


async def test_what_the_platform_sends_again_after_a_restart_is_a_duplicate(tmp_path: Path) -> None:
    async with run(tmp_path) as bot:
        bot.pays("one", "a")
        await bot.settled()
    async with run(tmp_path) as bot:
        bot.pays("one", "a")
        assert bot.channel.ends() == {"duplicate": 1}


async def left(folder: Path, *ids: str) -> None:
    """Leave lines in the journal of a folder, as a crash does."""
    journal = Journal.open(folder)
    for id in ids:
        await keep(journal, paid_line(id, f"hello {id}"))
    journal.close()


@pytest.mark.parametrize("when", ["before it is judged", "while it waits"])
async def test_a_line_that_came_back_can_be_taken_away(tmp_path: Path, when: str) -> None:
    await left(tmp_path, "a", "b")
    async with run(tmp_path) as bot:
        bot.channel.player.close_device()
        if when == "while it waits":
            await until(lambda: len(bot.channel.backlog) + bot.channel.speaker.waiting == 2)
        bot.channel.intake.emit(Removal("bench", "bench", RemovalKind.DELETE, "b"))
        assert bot.channel.ends() == {"purged": 1}
        await bot.journal.written()
        assert states(tmp_path) == {"a": "waiting", "b": "purged"}


@pytest.mark.parametrize(
    "parts",
    [{"rules": Rules(words=compile_words(["zorgle"]))}, {"gate": Gate(blocked=["1"])}],
    ids=["word", "author"],
)
async def test_a_line_that_came_back_is_judged_by_the_rules_of_now(
    tmp_path: Path, parts: dict[str, Any]
) -> None:
    await left(tmp_path, "zorgle")
    async with run(tmp_path, **parts) as bot:
        await bot.settled()
        assert bot.channel.ends() == {"dropped": 1}
        assert bot.channel.asked == []
    assert states(tmp_path) == {"zorgle": "dropped"}


async def test_what_is_not_paid_or_not_let_through_is_not_written_down(tmp_path: Path) -> None:
    rules = Rules(words=compile_words(["zorgle"]))
    async with run(tmp_path, rules=rules) as bot:
        bot.channel.says("!tts hello")
        bot.pays("zorgle", "a")
        await bot.settled()
        assert bot.channel.ends() == {"spoken": 1, "dropped": 1}
    assert states(tmp_path) == {}


async def test_a_failed_line_does_not_come_back(tmp_path: Path) -> None:
    async with run(tmp_path) as bot:
        bot.channel.engine.attempts = lambda: iter(())  # type: ignore[method-assign]
        bot.pays("one", "a")
        await bot.settled()
        assert bot.channel.ends() == {End.FAILED: 1}
    assert states(tmp_path) == {"a": "failed"}
