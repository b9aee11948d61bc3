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

from bot.line import End, Line
from bot.redaction import redact

log = logging.getLogger(__name__)

_KEPT_LINES = 1000
_LOGGED_A_SECOND = 5


class _Redacting(logging.Formatter):
    """Takes tokens out of whatever is logged, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up_logging(level: str) -> None:
    """Log to standard error, one line a record, secrets taken out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Its warnings are about its own inside, such as a child that was reaped before it looked.
    logging.getLogger("asyncio").setLevel(logging.ERROR)


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

    def end(self, end: End) -> None:
        """Count a message that ended before it became a line."""
        self.ends[end] += 1
        self._open -= 1
        if not self._open:
            self._settled.set()

    async def settled(self) -> None:
        """Wait until every message that came in has ended."""
        await self._settled.wait()

    def end_line(self, line: Line, end: End, reason: str) -> None:
        """Count a line's end, and log it with the reason; at most some a second are logged."""
        self.end(end)
        if line.stages.first_sample is not None:
            self.heard.append(line)
        if self._may_log():
            log.info("%s: %s: %r (%s)", end, _shown(line.message.author.name), _cut(line), reason)

    def _may_log(self) -> bool:
        second = self._now() // 1
        if second != self._second:
            if self._unlogged:
                log.info("... and %d more lines that ended", self._unlogged)
            self._second, self._logged, self._unlogged = second, 0, 0
        if self._logged < _LOGGED_A_SECOND:
            self._logged += 1
            return True
        self._unlogged += 1
        return False

    def closing_line(self, waiting: int) -> str:
        """The one line that a run ends with."""
        total = sum(self.ends.values()) + waiting
        if total != self.received:
            log.error("the count does not add up: %d received, %d ended", self.received, total)
        counts = " ".join(f"{end}={self.ends[end]}" for end in End)
        return f"received={self.received} {counts} waiting={waiting}"


def _shown(name: str) -> str:
    """A viewer's name as it may stand in a log: one short line, no control characters."""
    return repr(name[:40])[1:-1]


def _cut(line: Line) -> str:
    text = line.spoken or line.message.text
    return text if len(text) <= 80 else text[:77] + "..."
