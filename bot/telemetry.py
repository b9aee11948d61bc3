"""What the bot says of itself: log set-up with redaction, the count of every message's end, and
the stage times of the lines that were spoken.

Does not decide what happens to a message.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter, deque
from collections.abc import Callable
from typing import TextIO

from bot.line import End, Line
from bot.progress import Bar
from bot.redaction import redact
from filters.message import ChatMessage

log = logging.getLogger(__name__)

_KEPT_LINES = 1000
_LOGGED_A_SECOND = 5
_REFUSED = frozenset({End.DROPPED, End.SHED})


class _Redacting(logging.Formatter):
    """Takes tokens out of whatever is logged, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _AboveBar(logging.StreamHandler[TextIO]):
    """Writes to standard error, above the bar if there is one."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(sys.stderr)
        self._bar = bar

    def emit(self, record: logging.LogRecord) -> None:
        shown = self._bar.text
        if shown:
            self._bar.draw("")
        super().emit(record)
        if shown:
            self._bar.draw(shown)


def set_up_logging(level: str) -> Bar:
    """Log to standard error, one line a record, secrets taken out; give the bar that is there."""
    bar = Bar(sys.stderr)
    handler = _AboveBar(bar)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Its warnings are about its own inside, such as a child that was reaped before it looked.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    return bar


UNJUDGED = "***"
"""Stands in the log for a text that nobody has judged: a terminal may be on stream."""


class Ledger:
    """Counts what came in and how each message ended.

    received = the sum of all ends + what still waits, at any moment between two events.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.received = 0
        self.ends: Counter[End] = Counter()
        self.heard: deque[Line] = deque(maxlen=_KEPT_LINES)
        """The lines that were last heard, whole or in part, with their stage times."""
        self.on_end: list[Callable[[ChatMessage, End, str], None]] = []
        """Called with each message that ends, where it is known, and the reason."""
        self.on_line_end: list[Callable[[Line, End], None]] = []
        """Called with each line that ends, after its messages have."""
        self._open = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._second = 0.0
        self._logged = 0
        self._unlogged = 0

    def receive(self) -> None:
        """Count a message that came in."""
        self.received += 1
        self._open += 1
        self._settled.clear()

    def end(self, end: End, message: ChatMessage | None = None, reason: str = "") -> None:
        """Count the end of a message that is not judged, and log it if there is a reason.

        What was heard, or was to be, is always logged: the backlog bounds it. Of refused messages
        at most some a second are, since anybody can send them.
        """
        self._count(end)
        if message is not None:
            self._hear(end, message, reason)
            self._log(end, message.author.name, UNJUDGED, reason)

    def _count(self, end: End) -> None:
        self.ends[end] += 1
        self._open -= 1
        if not self._open:
            self._settled.set()

    def _log(self, end: End, name: str, text: str, reason: str) -> None:
        if end not in _REFUSED or self.may_log():
            log.info("%s: %s: %r (%s)", end, shown(name), _cut(text), reason)

    def _hear(self, end: End, message: ChatMessage, reason: str) -> None:
        for hear in self.on_end:
            hear(message, end, reason)

    def ignore(self) -> None:
        """Count a message that came in and is not even looked at."""
        self.receive()
        self.end(End.IGNORED)

    async def settled(self) -> None:
        """Wait until every message that came in has ended."""
        await self._settled.wait()

    def end_line(self, line: Line, end: End, reason: str, *, final: bool = True) -> None:
        """The same for a line, and for every message that it stands for.

        Not `final`: it ends with this run only, the next may speak it; nobody else is told.
        """
        line.end = end
        for _ in line.messages:
            self._count(end)
        if final:
            for message in line.messages:
                self._hear(end, message, reason)
            for hear in self.on_line_end:
                hear(line, end)
        if line.unkept:
            reason = f"{reason}; not journalled"
        text = line.spoken or (UNJUDGED if line.stages.judged is None else line.message.text)
        self._log(end, line.message.author.name, text, reason)
        if line.stages.first_sample is not None:
            self.heard.append(line)

    def may_log(self) -> bool:
        """Whether one more line that anybody in chat can cause may be logged in this second."""
        second = self._now() // 1
        if second != self._second:
            self._tell_unlogged()
            self._second, self._logged = second, 0
        self._logged += 1
        self._unlogged += self._logged > _LOGGED_A_SECOND
        return self._logged <= _LOGGED_A_SECOND

    def _tell_unlogged(self) -> None:
        if self._unlogged:
            log.info("... and %d more refused messages", self._unlogged)
        self._unlogged = 0

    def closing_line(self, waiting: int) -> str:
        """The one line that a run ends with."""
        self._tell_unlogged()
        total = sum(self.ends.values()) + waiting
        if total != self.received:
            log.error("the count does not add up: %d received, %d ended", self.received, total)
        counts = " ".join(f"{end}={self.ends[end]}" for end in End)
        return f"received={self.received} {counts} waiting={waiting}"


def shown(name: str) -> str:
    """A viewer's name as it may stand in a log: one short line, no control characters."""
    return repr(name[:40])[1:-1]


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
