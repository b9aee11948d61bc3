"""The journal's file: its tables, and how a file of any state becomes one that can be used.

    no file, or an empty one    the tables are made
    an older version            brought up to this one, step by step, each in one transaction
    this version                checked for damage
    a newer version             refused, and left as it is
    damaged, or something else  moved aside under a dated name, and a new one begun

Does not know what is written into the tables (journal.py), nor when (journal_writer.py).
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from bot.exits import BadInput

log = logging.getLogger(__name__)

BUSY_S = 2.0
"""Seconds to wait for another process that holds the file."""

_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # A line that has ended keeps its id and its end; its text is taken out.
        """CREATE TABLE lines (
            number INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            platform TEXT NOT NULL,
            id TEXT NOT NULL,
            message TEXT NOT NULL,
            state TEXT NOT NULL,
            changed REAL NOT NULL,
            again INTEGER NOT NULL
        )""",
        "CREATE UNIQUE INDEX lines_id ON lines (platform, id) WHERE id <> ''",
        "CREATE INDEX lines_open ON lines (number) WHERE message <> ''",
        """CREATE TABLE mutes (
            platform TEXT NOT NULL,
            author TEXT NOT NULL,
            until REAL NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (platform, author)
        )""",
        """CREATE TABLE voices (
            platform TEXT NOT NULL,
            author TEXT NOT NULL,
            voice TEXT NOT NULL,
            used REAL NOT NULL,
            PRIMARY KEY (platform, author)
        )""",
        "CREATE INDEX voices_used ON voices (used)",
        """CREATE TABLE words (
            word TEXT PRIMARY KEY,
            blocked INTEGER NOT NULL,
            at REAL NOT NULL
        )""",
        "CREATE TABLE totals (reason TEXT PRIMARY KEY, count INTEGER NOT NULL)",
        """CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            by TEXT NOT NULL,
            platform TEXT NOT NULL,
            author TEXT NOT NULL,
            verb TEXT NOT NULL,
            what TEXT NOT NULL,
            answer TEXT NOT NULL,
            changed INTEGER NOT NULL
        )""",
    ),
)
"""Each step brings a file from the version of its place to the next."""
VERSION = len(_MIGRATIONS)
"""The version of the file that this program reads and writes (`PRAGMA user_version`)."""

_DAMAGE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""Besides damage, tables or columns that are not there."""


class Damaged(Exception):  # noqa: N818 - it says what the file is
    """The file cannot be a journal of this version; the text says what is wrong with it."""


def path_of(folder: Path) -> Path:
    """The journal's file in a state folder."""
    return folder / "journal.db"


def complete(path: Path) -> Path:
    """The empty file beside the journal that is there while the journal lacks no change.

    It is taken away once one could not be written, which can be done on a full disk too. What is
    begun or ended is not to be believed while it is missing.
    """
    return path.with_suffix(".complete")


def open_file(path: Path) -> sqlite3.Connection:
    """A connection for whichever one thread uses it, to a file that is ready to be written.

    Raises:
        BadInput: the file is of a newer version.
        sqlite3.Error, OSError: it cannot be written now: a full disk, another process, no right.
    """
    try:
        return _opened(path)
    except Damaged as damage:
        aside = _move_aside(path)
        log.error(
            "the journal was damaged (%s) and is kept as %s; a new one is begun: what it held is "
            "lost, that is, paid lines that waited, mutes, viewers' voices, words added in chat",
            damage,
            aside.name,
        )
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    if path.exists():
        check_version(version_of(path), path)
    else:
        # SQLite gives its other files the mode of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException as error:
        connection.close()
        if is_damage(error):
            raise Damaged(str(error)) from None
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # What a moderator deleted is not to be found in the file.
    connection.execute("PRAGMA secure_delete = ON")
    migrate(connection, _MIGRATIONS)
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(" ".join(str(found).split()))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        migrate(model, _MIGRATIONS)
        if _tables(connection) != _tables(model):
            raise Damaged(f"its tables are not those of version {VERSION}")


def _tables(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """The names of all tables, and of their columns."""
    return set(
        connection.execute(
            "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table'"
        )
    )


def migrate(connection: sqlite3.Connection, steps: Sequence[Sequence[str]]) -> None:
    """Bring a file to the version that has as many `steps`; a step is done whole or not at all."""
    for target in range(_version(connection) + 1, len(steps) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) < target:
                for statement in steps[target - 1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {target}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def version_of(path: Path) -> int:
    """The version of a file, which is not touched. Raises Damaged, sqlite3.Error."""
    try:
        with closing(read_only(path)) as connection:
            version = _version(connection)
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error as error:
        if is_damage(error):
            raise Damaged(str(error)) from None
        raise
    if tables and version < 1:
        raise Damaged("it is something else's")
    return version


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)


def check_version(version: int, path: Path) -> None:
    """Raises BadInput if a file of this version is from a newer program."""
    if version > VERSION:
        raise BadInput(
            f"the journal {path} is from a newer version of this program ({version}; this one "
            f"knows {VERSION}) and is left as it is: use that program, or give another "
            "ISHOWTTS_STATE_DIR"
        )


def is_damage(error: BaseException) -> bool:
    """Whether an error says that the file is no journal, or none any more."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, Damaged) or (code is not None and code & 0xFF in _DAMAGE)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _move_aside(path: Path) -> Path:
    """Rename a file and what belongs to it to a name that is free. Raises OSError."""
    stem = f"{path.stem}-damaged-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    free = (path.with_name(f"{stem}{n or ''}{path.suffix}") for n in range(1000))
    aside = next(name for name in free if not name.exists())
    path.rename(aside)
    for more in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + more).rename(aside.with_name(aside.name + more))
    return aside
