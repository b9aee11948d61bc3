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

from bot.cli import main
from bot.journal import Journal
from bot.line import End
from bot.policy import build_payments
from bot.settings import load
from filters.chain import Rules
from filters.gate import Gate
from filters.message import Kind, Payment, Removal, RemovalKind, Role
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


async def test_gifts_in_a_row_are_kept_each_and_end_as_their_line_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(tmp_path, payments=build_payments(load())) as bot:
        free = slowed(bot.journal, monkeypatch)
        for id in ("before it is judged", "with it"):
            bot.channel.says("", "gus", id=id, kind=Kind.GIFT)
        await judged(bot)
        bot.channel.says("", "gus", id="while it is kept", kind=Kind.GIFT)
        free.set()
        await bot.journal.written()
        bot.channel.says("", "gus", id="while it waits", kind=Kind.GIFT)
        await bot.settled()
        assert bot.channel.asked == ["gus gave 4 subs"]
    assert set(states(tmp_path).values()) == {"spoken"}
    assert len(states(tmp_path)) == 4


async def test_gifts_that_come_back_are_one_line_again_announced_if_any_may_have_been_heard(
    tmp_path: Path,
) -> None:
    async with run(tmp_path, payments=build_payments(load())) as bot:
        bot.channel.engine.word_s = 10
        for id in "ab":
            bot.channel.says("", "gus", id=id, kind=Kind.GIFT)
        await bot.sounds()
        bot.channel.says("", "gus", id="c", kind=Kind.GIFT)
        await until(lambda: bot.channel.waiting == 3)
        await bot.journal.written()
    async with run(tmp_path, payments=build_payments(load())) as bot:
        await bot.settled()
        assert bot.channel.asked == ["again: gus gave 3 subs"]
        assert bot.channel.ends() == {"spoken": 3}
    assert set(states(tmp_path).values()) == {"spoken"}


async def test_a_line_that_was_put_back_is_not_announced_after_a_crash(tmp_path: Path) -> None:
    async with run(tmp_path) as bot:
        bot.channel.says("!tts sounds " + "one " * 100)
        await bot.sounds()
        bot.pays("ready", "a", author="bob")
        await until(lambda: states(tmp_path) == {"a": "started"})
        bot.channel.says("rich", "eve", id="b", paid=Payment(5000, "bits"))
        await until(lambda: states(tmp_path) == {"a": "waiting", "b": "started"})


async def test_a_viewer_who_is_muted_stays_so_whatever_an_earlier_run_left(tmp_path: Path) -> None:
    await left(tmp_path, "a")
    async with run(tmp_path) as bot:
        bot.channel.player.close_device()
        line = next(iter(bot.channel.intake._unjudged))
        # Somebody who has not written in this run, but has a line in it, can be named.
        mute = f"!tts mute @{line.message.author.name}"
        bot.channel.says(mute, "you", role=Role.BROADCASTER)
        assert bot.channel.ends() == {"purged": 1, "command": 1}
    await left(tmp_path, "b")
    async with run(tmp_path) as bot:
        assert bot.channel.ends() == {"dropped": 1}
    assert states(tmp_path) == {"a": "purged", "b": "dropped"}


async def test_clear_leaves_a_line_that_is_being_kept_and_stop_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(tmp_path) as bot:
        free = slowed(bot.journal, monkeypatch)
        bot.pays("hello there", "a")
        await judged(bot)
        bot.channel.says("!tts clear", "you", role=Role.BROADCASTER)
        assert bot.channel.waiting == 1
        bot.channel.says("!tts stop", "you", role=Role.BROADCASTER)
        assert bot.channel.ends() == {"skipped": 1, "command": 2}
        free.set()
    assert states(tmp_path) == {"a": "skipped"}


async def test_what_moderators_did_can_be_read_afterwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISHOWTTS_STATE_DIR", str(tmp_path))
    assert main(["audit"]) == 0
    assert capsys.readouterr().out == "no moderator has told the bot to do anything yet\n"
    async with run(tmp_path) as bot:
        bot.channel.says("!tts volume 7", "mod\x1b[31m", role=Role.MODERATOR)
        bot.channel.says("!tts block zorgle", "mod", role=Role.MODERATOR)
        bot.channel.says("!tts voices", "viewer")
    assert main(["audit", "--last", "5"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.partition("  ")[2] for row in rows] == [
        "mod\\x1b[31m (t): volume 7: the volume is 7",
        "mod (t): block zorgle: blocked, also in what waits",
    ]
    assert main(["audit", "--last", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == rows[1:]
    (tmp_path / "journal.db").write_bytes(b"frim" * 999)
    assert main(["audit"]) == 2
    assert "cannot read the journal" in capsys.readouterr().err
