"""bot.journal_file: files of every version and in every state, each with one line and no loss."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import journal_file
from bot.exits import BadInput
from bot.journal import Journal
from bot.journal_file import VERSION, migrate, open_file, path_of, version_of
from tests.journals import keep, names, paid_line, rows

FROZEN = Path(__file__).parents[1] / "data" / "journal"
"""A file of each version, as SQL, made by the program of that version."""


def made(folder: Path, *statements: str) -> Path:
    path = path_of(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_new_file_has_this_version_and_waits_for_the_disk_at_each_commit(tmp_path: Path) -> None:
    with closing(open_file(path_of(tmp_path))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert version_of(path_of(tmp_path)) == VERSION


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_a_file_of_every_version_since_the_first_is_brought_up_to_this_one(
    tmp_path: Path, version: int
) -> None:
    script = (FROZEN / f"version-{version}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path_of(tmp_path))) as connection:
        connection.executescript(script)
    journal_file.complete(path_of(tmp_path)).touch()
    journal = Journal.open(tmp_path, wall=lambda: 1_000_000.0)
    journal.close()
    kept = journal.kept
    assert version_of(path_of(tmp_path)) == VERSION
    assert [(one.message.text, one.again) for one in kept.left] == [("zorgle frim", True)]
    assert dict(kept.mutes) == {("twitch", "9"): float("inf")}
    assert dict(kept.voices) == {("twitch", "7"): "en-us+f3"}
    assert dict(kept.words) == {"blippo": True}
    assert dict(kept.totals) == {"received": 9, "spoken": 8, "waiting": 1}
    assert rows(tmp_path, "SELECT by, verb, what FROM audit") == [("mod", "mute", "@Eve")]


def test_a_step_is_done_whole_or_not_at_all_and_the_next_start_goes_on(tmp_path: Path) -> None:
    first, second = ("CREATE TABLE a (x)",), ("CREATE TABLE b (x)", "CREATE TABLE a (x)")
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, [first, second])
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        tables = "SELECT name FROM sqlite_master"
        assert connection.execute(tables).fetchall() == [("a",)]
        migrate(connection, [first, ("CREATE TABLE b (x)",)])
        assert connection.execute(tables).fetchall() == [("a",), ("b",)]


def test_a_newer_version_is_refused_in_one_line_and_left_as_it_is(tmp_path: Path) -> None:
    path = made(
        tmp_path, "PRAGMA journal_mode = WAL", "CREATE TABLE new (x)", "PRAGMA user_version = 99"
    )
    before = path.read_bytes()
    with pytest.raises(BadInput) as refusal:
        Journal.open(tmp_path)
    assert "\n" not in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "99" in str(refusal.value)
    assert path.read_bytes() == before


async def damage(folder: Path, how: str) -> None:
    """Make a file that holds a line and damage it."""
    journal = Journal.open(folder)
    await keep(journal, paid_line("a"))
    journal.close()
    path = path_of(folder)
    data = path.read_bytes()
    if how == "cut off":
        path.write_bytes(data[: len(data) // 2])
    elif how == "overwritten":
        path.write_bytes(data[:4096] + b"\xff" * 4096 + data[8192:])
    elif how == "its head overwritten":
        path.write_bytes(b"zorgle" * 100 + data[600:])
    elif how == "no database":
        path.write_bytes(b"hello\n")
    elif how == "something else's":
        path.unlink()
        made(folder, "CREATE TABLE t (x)")
    elif how == "a table gone":
        made(folder, "DROP TABLE mutes")
    elif how == "a column gone":
        made(folder, "ALTER TABLE words DROP COLUMN blocked")


HOW = [
    "cut off",
    "overwritten",
    "its head overwritten",
    "no database",
    "something else's",
    "a table gone",
    "a column gone",
]


@pytest.mark.parametrize("how", HOW)
async def test_a_damaged_file_is_kept_beside_and_a_new_one_begun_with_one_line(
    tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    await damage(tmp_path, how)
    before = path_of(tmp_path).read_bytes()
    journal = Journal.open(tmp_path)
    assert await keep(journal, paid_line("b"))
    journal.close()
    (told,) = caplog.messages
    (aside,) = names(tmp_path, "journal-damaged-*.db")
    assert aside in told
    assert "lost" in told
    assert (tmp_path / aside).read_bytes() == before
    assert rows(tmp_path, "SELECT id FROM lines") == [("b",)]


async def test_a_row_that_cannot_be_read_costs_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal.open(tmp_path)
    for id in ("a", "b", "c"):
        await keep(journal, paid_line(id))
    journal.close()
    made(
        tmp_path,
        "UPDATE lines SET message = '{' WHERE id = 'a'",
        "UPDATE lines SET at = 'then' WHERE id = 'b'",
        "INSERT INTO mutes VALUES ('t', 'x', 'for ever', 1)",
        "INSERT INTO totals VALUES ('spoken', 'many')",
    )
    journal = Journal.open(tmp_path)
    journal.close()
    assert [one.message.id for one in journal.kept.left] == ["c"]
    assert caplog.messages == [
        "2 rows of the journal cannot be read and are left out",
        "1 rows of the journal cannot be read and are left out",
    ]


def test_an_empty_file_is_a_new_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path_of(tmp_path).touch()
    Journal.open(tmp_path).close()
    assert version_of(path_of(tmp_path)) == VERSION
    assert not caplog.messages


async def test_a_file_that_cannot_be_opened_is_one_line_and_speech_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path_of(tmp_path).mkdir()
    journal = Journal.open(tmp_path)
    assert str(path_of(tmp_path)) in caplog.messages[0]
    assert not await keep(journal, paid_line("a"))
    assert journal.left(3600) == ()
    journal.close()


async def test_damage_met_while_running_is_mended_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(tmp_path)
    await keep(journal, paid_line("a"))
    assert journal._requests._writer is not None
    journal._requests._writer._retry_s = 0.0
    connection = journal._requests._writer._connection
    assert connection is not None

    class Corrupt:
        def execute(self, statement: str, values: tuple[object, ...] = ()) -> None:
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

        def close(self) -> None:
            connection.close()
            path_of(tmp_path).write_bytes(b"x" * 8192)

    monkeypatch.setattr(journal._requests._writer, "_connection", Corrupt())
    assert not await keep(journal, paid_line("b"))
    assert await keep(journal, paid_line("c"))
    journal.close()
    # What was owed is in the new file.
    assert rows(tmp_path, "SELECT id FROM lines") == [("b",), ("c",)]
    assert len(names(tmp_path, "journal-damaged-*.db")) == 1


def test_the_version_of_a_file_is_read_without_touching_it(tmp_path: Path) -> None:
    open_file(path_of(tmp_path)).close()
    before = path_of(tmp_path).read_bytes()
    assert version_of(path_of(tmp_path)) == VERSION
    assert path_of(tmp_path).read_bytes() == before
