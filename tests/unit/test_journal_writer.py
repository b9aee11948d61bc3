"""bot.journal_writer: full disks, other processes, slow disks. Nothing is lost but what is told."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import journal_file, journal_requests, journal_writer
from bot.journal import Journal
from bot.journal_writer import Change, Writer
from bot.line import End
from tests.journals import fill, keep, names, paid_line, rows, states

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
ANN = ("t", "ann")
LONG = "zorgle " * 2000


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setattr(journal_file, "BUSY_S", 0.02)
    journal = Journal.open(tmp_path)
    assert journal._requests._writer is not None
    journal._requests._writer._retry_s = 0.05
    yield journal
    journal.close()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Another process holds the file."""
    path = str(journal_file.path_of(folder))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()


async def until_written(journal: Journal) -> None:
    async with asyncio.timeout(5):
        while not await journal.written():  # noqa: ASYNC110 - it is the answer that is waited for
            await asyncio.sleep(0.01)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


async def test_on_a_full_disk_speech_goes_on_with_one_line_and_what_is_owed_is_written_later(
    journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    before = paid_line("before")
    assert await keep(journal, before)
    fill(journal, full=True)
    long = [paid_line(str(n), LONG) for n in range(5)]
    assert not any([await keep(journal, line) for line in long])
    journal.ended(before, End.SPOKEN)
    journal.ended(long[0], End.SPOKEN)
    journal.mute(ANN, 9e9)
    assert not await journal.written()
    await asyncio.sleep(0.2)
    assert len(errors(caplog)) == 1
    assert "database or disk is full" in errors(caplog)[0]
    fill(journal, full=False)
    await until_written(journal)
    assert states(tmp_path) == {
        "before": "spoken", "0": "spoken", **dict.fromkeys("1234", "waiting"),
    }  # fmt: skip
    assert rows(tmp_path, "SELECT author FROM mutes") == [("ann",)]
    assert caplog.messages[-1] == "the journal is written again"


async def test_a_file_that_another_process_holds_is_as_a_full_disk(
    journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with held(tmp_path):
        began = time.monotonic()
        assert not await keep(journal, paid_line("a"))
        assert time.monotonic() - began < 1.0
        assert not await journal.written()
    await until_written(journal)
    assert states(tmp_path) == {"a": "waiting"}
    assert len(errors(caplog)) == 1
    assert "locked" in errors(caplog)[0]


async def test_a_file_held_at_the_start_is_one_line_and_is_written_once_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journal_file, "BUSY_S", 0.02)
    # A file that is being made: it is not in WAL mode yet, so that nobody else can even read it.
    sqlite3.connect(journal_file.path_of(tmp_path)).close()
    with held(tmp_path):
        journal = Journal.open(tmp_path)
        assert len(errors(caplog)) == 1
        assert "end what holds the file" in errors(caplog)[0]
        assert journal._requests._writer is not None
        journal._requests._writer._retry_s = 0.05
        assert not await keep(journal, paid_line("a"))
    await until_written(journal)
    journal.close()
    assert states(tmp_path) == {"a": "waiting"}


async def test_there_is_one_error_a_minute_while_it_lasts(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journal_writer, "_TELL_S", 0.3)
    fill(journal, full=True)
    await keep(journal, paid_line("a", LONG))
    await asyncio.sleep(0.75)
    assert 2 <= len(errors(caplog)) <= 3
    fill(journal, full=False)


async def test_what_is_put_while_the_file_fails_is_answered_at_once(journal: Journal) -> None:
    assert journal._requests._writer is not None
    journal._requests._writer._retry_s = 60.0
    fill(journal, full=True)
    await keep(journal, paid_line("a", LONG))
    began = time.monotonic()
    for _ in range(100):
        assert not await keep(journal, paid_line(""))
    assert time.monotonic() - began < 0.5
    fill(journal, full=False)


async def test_a_slow_disk_holds_no_line_up_longer_than_the_limit(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_requests, "SLOW_S", 0.05)
    assert journal._requests._writer is not None
    answered, commit = threading.Event(), journal._requests._writer._commit

    def slow(batch: Any) -> None:
        answered.wait(5)
        commit(batch)

    monkeypatch.setattr(journal._requests._writer, "_commit", slow)
    answers: list[bool] = []
    line = paid_line("a")
    began = time.monotonic()
    journal.add(line, answers.append)
    await journal.started(line)
    assert 0.05 <= time.monotonic() - began < 0.5
    assert answers == [False]
    answered.set()
    await until_written(journal)
    # It was told once, and the file has it all the same.
    assert answers == [False]
    assert states(tmp_path) == {"a": "started"}


async def test_too_much_to_write_is_refused_but_the_end_of_a_line_never(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = paid_line("a")
    await keep(journal, line)
    fill(journal, full=True)
    await keep(journal, paid_line("b", LONG))
    monkeypatch.setattr(journal_writer, "MOST", 2)
    for _ in range(3):
        journal.mute(ANN, 9e9)
    refused = paid_line("c")
    assert not await keep(journal, refused)
    assert not refused.numbers
    journal.ended(refused, End.SPOKEN)
    journal.ended(line, End.SPOKEN)
    assert journal._requests._writer is not None
    assert journal._requests._writer.owed == 3
    fill(journal, full=False)
    await until_written(journal)
    assert states(tmp_path) == {"a": "spoken", "b": "waiting"}


async def test_what_was_begun_or_ended_on_a_full_disk_comes_back_announced(
    journal: Journal, tmp_path: Path
) -> None:
    ended, begun, not_begun = (paid_line(id) for id in ("a", "b", "c"))
    for line in (ended, begun, not_begun):
        await keep(journal, line)
    fill(journal, full=True)
    assert not await keep(journal, paid_line("d", LONG))
    await journal.started(begun)
    journal.ended(ended, End.SPOKEN)
    journal.close()
    # A full disk cannot take down which ones were heard.
    for _ in range(2):
        again = Journal.open(tmp_path)
        assert [(x.message.id, x.again) for x in again.left(3600)] == [
            ("a", True), ("b", True), ("c", True),
        ]  # fmt: skip
        again.close()


async def test_what_is_written_after_all_comes_back_as_it_was(
    journal: Journal, tmp_path: Path
) -> None:
    ended, not_begun = paid_line("a"), paid_line("b")
    for line in (ended, not_begun):
        await keep(journal, line)
    fill(journal, full=True)
    assert not await keep(journal, paid_line("c", LONG))
    journal.ended(ended, End.SPOKEN)
    fill(journal, full=False)
    await until_written(journal)
    journal.close()
    again = Journal.open(tmp_path)
    assert [(x.message.id, x.again) for x in again.left(3600)] == [("b", False), ("c", False)]
    again.close()


async def test_what_cannot_be_written_at_the_end_is_told(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    fill(journal, full=True)
    await keep(journal, paid_line("a", LONG))
    began = time.monotonic()
    journal.close()
    assert time.monotonic() - began < 1.0
    assert "changes are lost" in errors(caplog)[-1]


async def test_all_that_was_put_is_written_before_the_end(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    for number in range(1000):
        journal.add(paid_line(str(number)), lambda kept: None)
    journal.close()
    assert len(states(tmp_path)) == 1000


async def test_several_that_wait_share_a_commit(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    commits = []

    class Counted(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            commits.extend([sql] if sql == "COMMIT" else [])
            return super().execute(sql, *values)

    connection = sqlite3.connect(
        path, factory=Counted, isolation_level=None, check_same_thread=False
    )
    connection.execute("CREATE TABLE t (x)")
    free, told = threading.Event(), []

    def first(kept: bool) -> None:
        free.wait(5)

    writer = Writer(connection, connection.close, tmp_path / "complete")  # type: ignore[arg-type]
    insert = (("INSERT INTO t VALUES (1)", ()),)
    writer.put(Change(insert, first))
    for _ in range(100):
        writer.put(Change(insert, told.append))
    free.set()
    writer.close()
    assert told == [True] * 100
    assert len(commits) <= 3


async def test_the_loop_may_end_before_the_answer(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)

    async def put() -> None:
        journal.add(paid_line("a"), lambda kept: None)

    await asyncio.to_thread(asyncio.run, put())
    journal.close()
    assert names(tmp_path) == ["journal.complete", "journal.db"]  # closed whole
    assert states(tmp_path) == {"a": "waiting"}
