"""The one thread that writes the journal: changes in, commits out, several changes in one commit.

Changes are committed in the order in which they were put. Where the disk is full, the file locked
or gone, a change is told at once that it is not kept, and stays here all the same: once the file
can be written again, all that is owed is written first.

Does not know what a change means.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.exits import BadInput
from bot.journal_file import is_damage

log = logging.getLogger(__name__)

MOST = 10_000
"""Changes that may wait to be written."""
_TOGETHER = 256
"""Changes of one commit, at most."""
_RETRY_S = 5.0
_TELL_S = 60.0
_CLOSE_S = 2.5

Statement = tuple[str, tuple[object, ...]]
_REOPEN = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""The errors after which a connection is as good as before; all others ask for a new one."""


@dataclass(slots=True, eq=False)
class Change:
    """Statements that are committed together."""

    statements: tuple[Statement, ...]
    then: Callable[[bool], None] | None = None
    """Called once, in the thread, with whether they are committed. Must not raise."""
    told: bool = False

    def tell(self, kept: bool) -> None:
        """Say what has become of the change, unless that was said."""
        if not self.told and self.then is not None:
            self.then(kept)
        self.told = True


class Writer:
    """Writes what is put, until closed."""

    def __init__(
        self,
        connection: sqlite3.Connection | None,
        reopen: Callable[[], sqlite3.Connection],
        complete: Path,
        *,
        retry_s: float = _RETRY_S,
    ) -> None:
        """Takes the connection over; None: `reopen` is to make one, in the thread.

        `reopen` may raise sqlite3.Error, OSError and BadInput; the file `complete` is there while
        nothing is owed after a failure.
        """
        self._connection = connection
        self._reopen = reopen
        self._complete = complete
        self._retry_s = retry_s
        self._changes: deque[Change] = deque()
        self._something = threading.Condition()
        self._retry_at: float | None = None
        """When a file that failed is tried again, on the monotonic clock; None: it works."""
        self._told_at = -_TELL_S
        self._told = False
        self._owes = False
        """Whether a failure was, and not all is written since."""
        self._closing = False
        # A daemon: a disk that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def put(self, change: Change, *, must: bool = False) -> bool:
        """Have a change written; False if too many wait already, unless it `must` be.

        Never waits, never raises.
        """
        with self._something:
            if len(self._changes) >= MOST and not must:
                return False
            self._changes.append(change)
            self._something.notify()
        return True

    def close(self) -> None:
        """Write what is left, or lose it with one line; takes 2.5 s at most."""
        with self._something:
            self._closing = True
            self._something.notify()
        self._thread.join(_CLOSE_S)
        if self._changes:
            log.error("the journal could not be written to its end: %d changes are lost", self.owed)

    @property
    def owed(self) -> int:
        """How many changes wait to be written."""
        return len(self._changes)

    def _run(self) -> None:
        while batch := self._next():
            self._write(batch)
            if self._owes and not self._changes:
                self._owes = False
                with suppress(OSError):
                    self._complete.touch(0o600)
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()

    def _next(self) -> list[Change]:
        """What to write now; empty at the end. Waits."""
        with self._something:
            while True:
                wait = self._wait_s()
                if self._closing or (self._changes and wait is None):
                    return self._last() if self._closing else self._first()
                if wait is not None:
                    self._refuse()
                self._something.wait(wait)

    def _wait_s(self) -> float | None:
        """Seconds until a file that failed is tried again; None: no need to wait."""
        if self._retry_at is None:
            return None
        wait = self._retry_at - time.monotonic()
        return wait if wait > 0 else None

    def _first(self) -> list[Change]:
        return list(islice(self._changes, _TOGETHER))

    def _last(self) -> list[Change]:
        """While closing a file that fails is tried once more, not longer."""
        if self._retry_at == float("inf"):
            return []
        if self._retry_at is not None:
            self._retry_at = float("inf")
        return self._first()

    def _refuse(self) -> None:
        for change in reversed(self._changes):
            if change.told:
                return  # and so is all that came before it
            change.tell(False)

    def _write(self, batch: list[Change]) -> None:
        try:
            self._commit(batch)
        except Exception as error:
            if _is_of_the_file(error):
                self._fail(error)
                return
            if len(batch) > 1:
                self._write_each(batch)
                return
            log.exception("a change of the journal is a fault of this program")
            self._done(batch, kept=False)
        else:
            self._works()
            self._done(batch, kept=True)

    def _write_each(self, batch: Iterable[Change]) -> None:
        for change in batch:
            self._write([change])
            if self._retry_at is not None:
                return

    def _commit(self, batch: Iterable[Change]) -> None:
        if self._connection is None:
            self._connection = self._reopen()
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            for change in batch:
                for statement, values in change.statements:
                    execute(statement, values)
            execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                execute("ROLLBACK")  # a full disk may have done so already
            raise

    def _done(self, batch: Iterable[Change], *, kept: bool) -> None:
        for change in batch:
            with self._something:
                self._changes.popleft()
            change.tell(kept)

    def _fail(self, error: Exception) -> None:
        self._owes = True
        with suppress(OSError):
            self._complete.unlink(missing_ok=True)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in _REOPEN and self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        with self._something:
            closing = self._closing
            self._retry_at = float("inf") if closing else time.monotonic() + self._retry_s
            self._refuse()
        if time.monotonic() - self._told_at >= _TELL_S:
            self._told, self._told_at = True, time.monotonic()
            log.error(
                "the journal cannot be written (%s): paid lines are spoken all the same, but not "
                "kept; free the disk, or end what holds the file",
                error,
            )

    def _works(self) -> None:
        self._retry_at = None
        if self._told:
            self._told = False
            log.info("the journal is written again")


def _is_of_the_file(error: Exception) -> bool:
    """Whether it is the file or the disk that does not take a change, not the change itself."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_ERROR
    return isinstance(error, OSError | BadInput) or is_damage(error)
