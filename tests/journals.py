"""Paid lines, and a look into a journal's file, for the tests of the journal. Knows no bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot import journal_file
from bot.bench.journal_child import keep, paid_line
from bot.journal import Journal
from bot.line import Line

__all__ = ["fill", "keep", "names", "paid_line", "resumed", "rows", "states", "until"]


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in the file of a state folder."""
    with closing(journal_file.read_only(journal_file.path_of(folder))) as connection:
        return connection.execute(query).fetchall()


def states(folder: Path) -> dict[str, str]:
    """The state of each line by its id."""
    return dict(rows(folder, "SELECT id, state FROM lines ORDER BY number"))  # type: ignore[arg-type]


def names(folder: Path, pattern: str = "*") -> list[str]:
    """The names of the files in a folder."""
    return sorted(file.name for file in folder.glob(pattern))


async def until(condition: Callable[[], object]) -> None:
    """Wait, for 10 s at most, until a condition holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nobody signals it
            await asyncio.sleep(0.001)


def resumed(journal: Journal, max_age_s: float = 3600.0) -> list[Line]:
    """The lines that an earlier run left, as intake makes them."""
    lines = []
    for one in journal.left(max_age_s):
        line = paid_line(one.message.id)
        line.numbers, line.again = (one.number,), one.again
        lines.append(line)
    return lines


def fill(journal: Journal, *, full: bool) -> None:
    """Let the disk be full, or not any more: no page can be added to the file (SQLITE_FULL)."""
    assert journal._requests._writer is not None
    connection = journal._requests._writer._connection
    assert connection is not None
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {used if full else 1 << 20}")
