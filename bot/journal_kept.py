"""What the journal keeps, as values, and how it is read from the file at the start.

Does not write. A row that cannot be read is left out and counted: it costs nobody else theirs.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from bot.backlog import AuthorKey
from bot.chat import codec
from bot.memory import Deed
from filters.message import ChatMessage

log = logging.getLogger(__name__)

T = TypeVar("T")

IDS = 10_000
"""Ids of paid lines that are known, the newest."""
RECEIVED = "received"
"""The total of all that came in, beside those of the ends."""


class State(StrEnum):
    """Where a line in the journal stands, unless it has ended: then its state is the `End`."""

    WAITING = "waiting"
    STARTED = "started"
    """Its audio may have reached the player."""


@dataclass(frozen=True, slots=True)
class Left:
    """A paid line that an earlier run took in and did not see to its end."""

    number: int
    """Its number in the journal."""
    at: float
    """When it was taken in, in Unix seconds."""
    message: ChatMessage
    """The message, its trigger word cut off."""
    again: bool
    """Whether some of it may have been heard."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All that the file held when it was opened."""

    left: tuple[Left, ...] = ()
    """The paid lines that have not ended, in the order in which they came."""
    ids: tuple[tuple[str, str], ...] = ()
    """Platform and id of the newest paid lines, oldest first."""
    mutes: Mapping[AuthorKey, float] = field(default_factory=lambda: MappingProxyType({}))
    """The mutes that have not run out: until when, `inf` for good."""
    voices: Mapping[AuthorKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """The voice of each viewer who has chosen one, the last used last."""
    words: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """The words added, oldest first: whether each is blocked, or allowed."""
    totals: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """`received` and every `End` over all runs, and `waiting`: what had not ended when its run
    stopped. received = the sum of all others."""
    number: int = 0
    """The highest number of a line."""


def load(connection: sqlite3.Connection, now: float, *, complete: bool) -> Kept:
    """Read everything. Raises sqlite3.Error.

    Args:
        connection: to the file.
        now: in Unix seconds.
        complete: whether the file lacks no change; otherwise any line may have been heard.
    """
    ids = connection.execute(
        "SELECT platform, id FROM lines WHERE id <> '' ORDER BY number DESC LIMIT ?", (IDS,)
    )
    mutes = connection.execute(
        "SELECT platform, author, until FROM mutes WHERE until > ? ORDER BY at", (now,)
    )
    voices = connection.execute("SELECT platform, author, voice FROM voices ORDER BY used")
    words = connection.execute("SELECT word, blocked FROM words ORDER BY at")
    return Kept(
        left=_left(connection, complete=complete),
        ids=tuple(reversed([(str(platform), str(id)) for platform, id in ids])),
        mutes=MappingProxyType(dict(_read(mutes, _mute))),
        voices=MappingProxyType({(str(p), str(a)): str(voice) for p, a, voice in voices}),
        words=MappingProxyType({str(word): bool(blocked) for word, blocked in words}),
        totals=totals(connection),
        number=connection.execute("SELECT coalesce(max(number), 0) FROM lines").fetchone()[0],
    )


def totals(connection: sqlite3.Connection) -> Mapping[str, int]:
    """The counts over all runs. Raises sqlite3.Error."""
    rows = connection.execute("SELECT * FROM totals WHERE typeof(count) = 'integer'")
    counts = {str(reason): count for reason, count in rows}
    received = counts.pop(RECEIVED, 0)
    waiting = {str(State.WAITING): received - sum(counts.values())}
    return MappingProxyType({RECEIVED: received} | counts | waiting)


def waiting(connection: sqlite3.Connection) -> int:
    """How many paid lines have not ended. Raises sqlite3.Error."""
    count: int = connection.execute("SELECT count(*) FROM lines WHERE message <> ''").fetchone()[0]
    return count


def audit(connection: sqlite3.Connection, last: int) -> list[Deed]:
    """The `last` things that were done, oldest first. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT at, by, platform, author, verb, what, answer, changed FROM audit"
        " ORDER BY number DESC LIMIT ?",
        (last,),
    ).fetchall()
    return [
        Deed(at, by, (platform, author), verb, what, answer, bool(changed))
        for at, by, platform, author, verb, what, answer, changed in reversed(rows)
    ]


def _left(connection: sqlite3.Connection, *, complete: bool) -> tuple[Left, ...]:
    rows = connection.execute(
        "SELECT number, at, message, again, state, changed FROM lines WHERE message <> ''"
        " ORDER BY number"
    ).fetchall()
    # The player plays in the order in which it was given audio: of several lines that it was given,
    # and that did not end, only the first can have been heard. It may speak for several messages,
    # which were marked at once.
    (begun,) = connection.execute(
        "SELECT min(changed) FROM lines WHERE message <> '' AND state = ?", (State.STARTED,)
    ).fetchone()

    def again(row: tuple[object, ...]) -> bool:
        return not complete or bool(row[3]) or row[4:] == (State.STARTED, begun)

    return tuple(_read(rows, lambda row: _line(*row[:3], again=again(row))))


def _line(number: int, at: float, message: str, *, again: bool) -> Left:
    event = codec.decode(json.loads(message))
    if not isinstance(event, ChatMessage):
        raise ValueError("not a message")
    return Left(number, float(at), event, again)


def _mute(row: tuple[object, object, float]) -> tuple[AuthorKey, float]:
    platform, author, until = row
    return (str(platform), str(author)), float(until)


def _read(rows: Iterable[tuple[object, ...]], make: Callable[..., T]) -> list[T]:
    found, wrong = [], 0
    for row in rows:
        try:
            found.append(make(row))
        except (TypeError, ValueError):
            wrong += 1
    if wrong:
        log.error("%d rows of the journal cannot be read and are left out", wrong)
    return found
