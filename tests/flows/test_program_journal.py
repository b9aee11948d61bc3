"""What `check` and a start say of the journal of a state folder."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.chat.codec import encode
from bot.check import _journal
from bot.exits import BadInput
from bot.findings import Finding, Word
from bot.journal import Journal
from bot.journal_file import path_of
from bot.line import End
from bot.settings import Settings, load
from engine.spawn import python_command, python_environment
from tests.journals import keep, paid_line, states


@pytest.fixture
def settings(state_dir: Path) -> Settings:
    return load()


def test_a_journal_that_was_not_made_yet_is_no_fault(settings: Settings) -> None:
    assert _journal(settings) == f"{path_of(settings.state_dir)} (not made yet)"
    assert not path_of(settings.state_dir).exists()


async def test_what_waits_and_what_was_counted_is_told_while_a_bot_runs(
    settings: Settings,
) -> None:
    journal = Journal.open(settings.state_dir)
    for id in ("a", "b"):
        await keep(journal, paid_line(id))
    journal.count(7, {End.SPOKEN: 5})
    assert await journal.written()
    found = _journal(settings)
    assert isinstance(found, str)
    assert found.startswith("version 1, ")
    assert found.endswith(" KiB, 2 paid lines wait; received=7 spoken=5 so far")
    journal.close()


def test_a_damaged_journal_is_a_note(settings: Settings) -> None:
    path_of(settings.state_dir).write_bytes(b"zorgle\n")
    (found,) = _journal(settings)
    assert isinstance(found, Finding)
    assert found.word is Word.NOTE
    assert found.text.startswith("damaged (")
    assert path_of(settings.state_dir).read_bytes() == b"zorgle\n"


def test_a_journal_that_cannot_be_read_is_a_note(settings: Settings) -> None:
    path_of(settings.state_dir).mkdir()
    (found,) = _journal(settings)
    assert isinstance(found, Finding)
    assert found.text.startswith("cannot be read (")


def test_a_newer_journal_is_wrong_and_a_start_ends_with_one_line(settings: Settings) -> None:
    path = path_of(settings.state_dir)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(BadInput, match="newer version"):
        _journal(settings)
    done = run()
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "newer version" in done.stderr
    assert path.read_bytes() == before


async def test_a_start_tells_what_is_too_old_to_be_spoken(settings: Settings) -> None:
    journal = Journal.open(settings.state_dir, wall=lambda: time.time() - 12.1 * 3600)
    await keep(journal, paid_line("a"))
    journal.close()
    done = await asyncio.to_thread(run)
    assert done.returncode == 0
    assert done.stdout.startswith("received=0 ")
    assert "1 paid lines of an earlier run are older than 12 h and are not spoken" in done.stderr
    assert states(settings.state_dir) == {"a": "stale"}


async def test_a_recording_is_spoken_each_time_it_is_replayed(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "chat.jsonl"
    file.write_text(json.dumps(encode(paid_line("a").message)), encoding="utf-8")
    for _ in range(2):
        done = await asyncio.to_thread(run, "--fast", "--replay", str(file))
        assert " duplicate=0 " in done.stdout
        assert " spoken=1 " in done.stdout
    assert states(settings.state_dir) == {"a": "spoken"}


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*python_command("bot"), "--output", "null", *args],
        env=python_environment(),
        input="",
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
