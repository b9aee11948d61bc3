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
class Mute:
    """A viewer who is not spoken."""

    author: AuthorKey
    """Platform and id of the account."""
    name: str
    """The name as it was shown, to be told. Hostile."""
    until: float | None
    """The end, in Unix seconds; None: for good."""
    by: str
    """Who muted."""
    at: float
    """When, in Unix seconds."""


class WordList(StrEnum):
    """What a word that was added at run time is for."""

    BLOCK = "block"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase that was added at run time."""

    list: WordList
    """Blocked, or never blocked."""
    word: str
    """As it was given."""
    by: str
    """Who added it."""
    at: float
    """When, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did, or asked for, in the audit."""

    at: float
    """When, in Unix seconds."""
    who: str
    """Platform and name, as they are to be shown."""
    verb: str
    """What: `skip`, `mute`, ..."""
    arguments: str
    """With what, as given; never a chat line's text."""
    outcome: str
    """What came of it: `done`, `refused`, ..."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All that the file held when it was opened."""

    left: tuple[Left, ...] = ()
    """The paid lines that have not ended, in the order in which they came."""
    ids: tuple[tuple[str, str], ...] = ()
    """Platform and id of the newest paid lines, oldest first."""
    mutes: Mapping[AuthorKey, Mute] = field(default_factory=lambda: MappingProxyType({}))
    """The mutes that have not run out."""
    voices: Mapping[AuthorKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """The voice of each viewer who has chosen one, the last used last."""
    words: tuple[Word, ...] = ()
    """The words added, oldest first."""
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
        "SELECT platform, author, name, until, by, at FROM mutes"
        " WHERE until IS NULL OR until > ? ORDER BY at",
        (now,),
    )
    voices = connection.execute("SELECT platform, author, voice FROM voices ORDER BY used")
    words = connection.execute("SELECT list, word, by, at FROM words ORDER BY at")
    return Kept(
        left=_left(connection, complete=complete),
        ids=tuple(reversed([(str(platform), str(id)) for platform, id in ids])),
        mutes=MappingProxyType({mute.author: mute for mute in _read(mutes, _mute)}),
        voices=MappingProxyType({(str(p), str(a)): str(voice) for p, a, voice in voices}),
        words=tuple(_read(words, lambda row: Word(WordList(row[0]), str(row[1]), *row[2:]))),
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


def audit(connection: sqlite3.Connection, last: int) -> list[Act]:
    """The `last` things that were done, oldest first. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT at, who, verb, arguments, outcome FROM audit ORDER BY number DESC LIMIT ?", (last,)
    )
    return [Act(*row) for row in reversed(rows.fetchall())]


def _left(connection: sqlite3.Connection, *, complete: bool) -> tuple[Left, ...]:
    rows = connection.execute(
        "SELECT number, at, message, again, state FROM lines WHERE message <> '' ORDER BY number"
    ).fetchall()
    # The player plays in the order in which it is given audio: of several lines that it was given,
    # and that did not end, only the first can have been heard.
    begun = connection.execute(
        "SELECT number FROM lines WHERE message <> '' AND state = ? ORDER BY changed, number",
        (State.STARTED,),
    ).fetchone()
    heard = None if begun is None else begun[0]

    def again(row: tuple[object, ...]) -> bool:
        return not complete or bool(row[3]) or row[0] == heard

    return tuple(_read(rows, lambda row: _line(*row[:3], again=again(row))))


def _line(number: int, at: float, message: str, *, again: bool) -> Left:
    event = codec.decode(json.loads(message))
    if not isinstance(event, ChatMessage):
        raise ValueError("not a message")
    return Left(number, float(at), event, again)


def _mute(row: tuple[str, str, str, float | None, str, float]) -> Mute:
    platform, author, name, until, by, at = row
    return Mute((platform, author), name, None if until is None else float(until), by, float(at))


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
