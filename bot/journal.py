"""The journal: what must outlive the run, in one SQLite file. This room is what others call.

    at start      journal = Journal.open(folder); journal.kept: all that the file holds, as values
    paid lines    add, then offer; started, before its audio plays; ended; holds: was it here before
    others        it is a `bot.memory.Memory`: mutes, viewers' voices, words, the audit
    now and then  used_voice, count, prune
    at the end    close

The owner of each state (mutes, voices, words) has it in memory, fills it from here once, and tells
each change; nothing is read back while the bot runs. Times are Unix seconds, since they outlive the
clock of a run. No call blocks the event loop or raises. What cannot be written is told in the log,
once a minute, is in force all the same, and is written as soon as the file takes it again. Bounds:
30 days and 100,000 of ended lines and of the audit; 10,000 mutes, 10,000 words, and 10,000 viewers'
voices, those last used.

    journal_kept.py      the values
    journal_file.py      the tables, and files of other versions or damaged
    journal_requests.py  what the event loop asks of the thread that writes, and for how long
    journal_writer.py    that thread

Does not know what a mute or a word is for, nor which line is to be spoken.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Self

from bot import journal_file
from bot.backlog import AuthorKey
from bot.chat import codec
from bot.journal_kept import IDS, RECEIVED, Kept, Left, State, load
from bot.journal_requests import Requests
from bot.journal_writer import Statement, Writer
from bot.line import End, Line
from bot.memory import Deed
from bot.telemetry import shown
from filters.message import ChatMessage

log = logging.getLogger(__name__)

DAYS = 30
"""How long ended lines and the audit are kept."""
MOST = 10_000
"""Mutes, viewers' voices and words at most."""
_MOST_ROWS = 100_000
_DAY_S = 86_400.0
_SHOWN = 5
_LONGEST = 500
"""Characters of a value that somebody gave."""


class Journal:
    """Takes what is to be kept; see the top of this room."""

    def __init__(
        self,
        requests: Requests,
        kept: Kept,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`wall` tells the time in Unix seconds. Made by `open` and `nowhere`."""
        self.kept = kept
        """What the file held when it was opened."""
        self._requests = requests
        self._wall = wall
        # Also larger than any in a file that could not be read.
        self._number = max(kept.number, int(wall() * 1e6))
        self._ids = dict.fromkeys(kept.ids)
        self._counted: dict[str, int] = {}
        self._used: dict[AuthorKey, float] = {}
        self._pruned = 0.0
        self._changed = 0.0

    @classmethod
    def open(cls, folder: Path, *, ids: bool = True, wall: Callable[[], float] = time.time) -> Self:
        """The journal in a state folder. Takes milliseconds, or 2 s if another process holds it.

        One that cannot be opened now is told in one line, counts as empty, and is tried again with
        what is to be written.

        Args:
            folder: is there, and nobody else writes a journal in it.
            ids: whether the lines of earlier runs count as seen. A replay comes again on purpose.
            wall: tells the time in Unix seconds.

        Raises:
            BadInput: it is from a newer version of the program.
        """
        path = journal_file.path_of(folder)
        reopen, complete = partial(journal_file.open_file, path), journal_file.complete(path)
        try:
            connection, kept = _read(path, wall())
        except (sqlite3.Error, OSError) as error:
            log.error(
                "the journal %s cannot be opened (%s): speech goes on without what it holds; free "
                "the disk, or end what holds the file, then start again",
                path,
                error,
            )
            return cls(Requests(Writer(None, reopen, complete)), Kept(), wall=wall)
        journal = cls(Requests(Writer(connection, reopen, complete)), kept, wall=wall)
        if not ids:
            journal._ids = {_id(line.message): None for line in kept.left}
        journal.prune()
        return journal

    @classmethod
    def nowhere(cls) -> Self:
        """A journal that keeps nothing and says that it does: for a run that leaves nothing."""
        return cls(Requests(None), Kept())

    def close(self) -> None:
        """Write what is left; blocks, for 2.5 s at most."""
        self._requests.close()

    # Paid lines.

    def left(
        self, max_age_s: float, stale: Callable[[ChatMessage], None] = lambda message: None
    ) -> tuple[Left, ...]:
        """The paid lines that an earlier run left, to be offered again; called once.

        Those that are older than `max_age_s` end here as stale, in one line of the log; `stale`
        hears of each of which nothing can have been heard.
        """
        now = self._wall()
        fresh = tuple(line for line in self.kept.left if now - line.at <= max_age_s)
        old = [line for line in self.kept.left if now - line.at > max_age_s]
        for line in old:
            self._requests.put(self._marks(_END, End.STALE, (line.number,)), must=True)
            if not line.again:
                stale(line.message)
        for line in fresh:
            statement = "UPDATE lines SET state = ?, again = ? WHERE number = ?"
            values = State.WAITING, line.again, line.number
            self._requests.put(((statement, values),), must=True)
        _tell_left(fresh, old, max_age_s)
        return fresh

    def holds(self, message: ChatMessage) -> bool:
        """Whether a paid line with this id was taken in before, in an earlier run too."""
        return bool(message.id) and _id(message) in self._ids

    def add(self, line: Line, then: Callable[[bool], None]) -> None:
        """Keep a paid line, with all messages that it speaks for; `then` is called once, on the
        loop: True: it is committed.

        False after a failure, or after a second without an answer: the line is to go on.
        """
        for message in line.messages:
            self._remember(message)
        if not self._requests.writes:
            return then(True)
        rows = dict(filter(None, map(self._row, line.messages)))
        if not rows:
            return then(False)
        if self._requests.put(tuple(rows.values()), then):
            line.numbers = tuple(rows)
        return None

    def join(self, line: Line, message: ChatMessage) -> None:
        """Keep one more message that a line speaks for: it ends as the line does.

        Nothing is done where the line is not here: `add`, if it is still to come, keeps all.
        """
        self._remember(message)
        row = self._row(message) if line.numbers else None
        if row is not None and self._requests.put((row[1],)):
            line.numbers = (*line.numbers, row[0])

    def _remember(self, message: ChatMessage) -> None:
        if message.id:
            self._ids[_id(message)] = None
            if len(self._ids) > IDS:
                del self._ids[next(iter(self._ids))]

    def _row(self, message: ChatMessage) -> tuple[int, Statement] | None:
        """The next number, and what writes a message down; None: it cannot be written."""
        try:
            text = json.dumps(codec.encode(message), separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            log.warning("a paid line cannot be journalled: %s", error)
            return None
        self._number += 1
        now = self._wall()
        # A replay may bring an id that an earlier run has ended.
        statement = "INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
        values = self._number, now, *_id(message), text, State.WAITING, now
        return self._number, (statement, values)

    async def started(self, line: Line) -> None:
        """Note that a line's audio is about to be given to the player; a second at most.

        From then on it is spoken again only announced. Does nothing for a line that is not here.
        """
        if line.numbers:
            await self._requests.ask(*self._marks(_MARK, State.STARTED, line.numbers), must=True)

    def waits(self, line: Line) -> None:
        """Note that a line waits again, and nothing of it was heard."""
        if line.numbers:
            self._requests.put(self._marks(_MARK, State.WAITING, line.numbers), must=True)

    def ended(self, line: Line, end: End) -> None:
        """Note how a line ended, and take its text out; nothing for a line that is not here."""
        if line.numbers:
            self._requests.put(self._marks(_END, end, line.numbers), must=True)

    async def written(self) -> bool:
        """Whether all that was told before is committed; waits a second at most."""
        return await self._requests.ask()

    # What others own and have kept here.

    def mutes(self) -> dict[AuthorKey, float]:
        """Who was muted at the start, and until when: Unix seconds, `inf` where it has no end."""
        return dict(self.kept.mutes)

    def mute(self, author: AuthorKey, until: float) -> None:
        """Keep a mute; a later one of the same author takes its place."""
        self._replace("mutes", "at", *map(_safe, author), until, self._wall())

    def unmute(self, author: AuthorKey) -> None:
        """Forget the mute of an author."""
        statement = "DELETE FROM mutes WHERE platform = ? AND author = ?"
        self._change(statement, *map(_safe, author))

    def voices(self) -> dict[AuthorKey, str]:
        """The voices that viewers had chosen at the start, the last used last."""
        return dict(self.kept.voices)

    def choose(self, author: AuthorKey, voice: str) -> None:
        """Keep the voice that a viewer has chosen; empty: forget it."""
        if voice:
            self._replace("voices", "used", *map(_safe, (*author, voice)), self._wall())
        else:
            statement = "DELETE FROM voices WHERE platform = ? AND author = ?"
            self._change(statement, *map(_safe, author))

    def used_voice(self, author: AuthorKey) -> None:
        """Note that a chosen voice was heard, so that it is not the first forgotten; cheap."""
        now = self._wall()
        if now - self._used.get(author, 0.0) < _DAY_S:
            return
        self._used.pop(author, None)
        self._used[author] = now
        if len(self._used) > MOST:
            del self._used[next(iter(self._used))]
        statement = "UPDATE voices SET used = ? WHERE platform = ? AND author = ?"
        self._change(statement, now, *map(_safe, author))

    def words(self) -> dict[str, bool]:
        """The words added before the start, oldest first: whether each is blocked, or allowed."""
        return dict(self.kept.words)

    def rule(self, word: str, blocked: bool) -> None:
        """Keep what holds of a word from now on."""
        self._replace("words", "at", _safe(word), blocked, self._wall())

    def audit(self, deed: Deed) -> None:
        """Keep what somebody did, or asked for."""
        self._change(
            "INSERT INTO audit (at, by, platform, author, verb, what, answer, changed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            deed.at,
            *map(_safe, (deed.by, *deed.author, deed.verb, deed.what, deed.answer)),
            deed.changed,
        )

    # Now and then.

    def count(self, received: int, ends: Mapping[End, int]) -> None:
        """Add what this run has counted since the last call to the totals over all runs."""
        counts = {RECEIVED: received} | {str(end): count for end, count in ends.items()}
        more = {key: n - self._counted.get(key, 0) for key, n in counts.items()}
        statement = (
            "INSERT INTO totals VALUES (?, ?)"
            " ON CONFLICT (reason) DO UPDATE SET count = count + excluded.count"
        )
        changed = tuple((statement, (key, n)) for key, n in more.items() if n)
        if changed and self._requests.put(changed):
            self._counted = counts

    def prune(self) -> None:
        """Once a day, forget what is too old or too much; to be called now and then."""
        now = self._wall()
        if now - self._pruned < _DAY_S:
            return
        self._pruned = now
        old = now - DAYS * _DAY_S
        self._requests.put(
            (
                ("DELETE FROM lines WHERE at < ?", (old,)),
                (_prune("lines", "number", "message = ''"), (_MOST_ROWS,)),
                ("DELETE FROM audit WHERE at < ?", (old,)),
                (_prune("audit", "number"), (_MOST_ROWS,)),
                ("DELETE FROM mutes WHERE until <= ?", (now,)),
            )
        )

    # How it is written.

    def _marks(
        self, statement: str, state: State | End, numbers: tuple[int, ...]
    ) -> tuple[Statement, ...]:
        # The order of the marks is to be read from their times, however the clock goes.
        self._changed = max(self._wall(), self._changed + 1e-6)
        return tuple((statement, (state, self._changed, number)) for number in numbers)

    def _replace(self, table: str, order: str, *row: object) -> None:
        marks = ", ".join("?" * len(row))
        self._requests.put(
            (
                (f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row),  # noqa: S608
                (_prune(table, order), (MOST,)),
            )
        )

    def _change(self, statement: str, *values: object) -> None:
        self._requests.put(((statement, values),))


_MARK = "UPDATE lines SET state = ?, changed = ? WHERE number = ?"
_END = "UPDATE lines SET state = ?, changed = ?, message = '' WHERE number = ?"


def _read(path: Path, now: float) -> tuple[sqlite3.Connection, Kept]:
    complete = journal_file.complete(path)
    connection = journal_file.open_file(path)
    try:
        kept = load(connection, now, complete=complete.exists())
        if not complete.exists():
            # The disk may still be full: then this holds for the next start as well.
            with suppress(sqlite3.Error, OSError):
                connection.execute("UPDATE lines SET again = 1 WHERE message <> ''")
                complete.touch(0o600)
        return connection, kept
    except BaseException:
        connection.close()
        raise


def _prune(table: str, order: str, condition: str = "1") -> str:
    """Deletes all but the newest rows of a table; the number kept is its one value."""
    return (
        f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} "  # noqa: S608 - names of ours
        f"WHERE {condition} ORDER BY {order} DESC, rowid DESC LIMIT -1 OFFSET ?)"
    )


def _id(message: ChatMessage) -> tuple[str, str]:
    return _safe(message.platform), _safe(message.id)


def _safe(text: str) -> str:
    """A text that SQLite takes, of bounded length: half a surrogate pair is no text to it."""
    return text[:_LONGEST].encode("utf-8", "replace").decode()


def _tell_left(fresh: tuple[Left, ...], old: list[Left], max_age_s: float) -> None:
    if fresh:
        log.info("%d paid lines that an earlier run left are spoken now", len(fresh))
    if old:
        texts = [f"{shown(x.message.author.name)}: {x.message.text[:80]!r}" for x in old[:_SHOWN]]
        more = f" and {len(old) - _SHOWN} more" if len(old) > _SHOWN else ""
        log.warning(
            "%d paid lines of an earlier run are older than %g h and are not spoken: %s%s",
            len(old), max_age_s / 3600, ", ".join(texts), more,
        )  # fmt: skip
