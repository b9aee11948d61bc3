"""The lines that wait to be spoken: bounded, the worthiest first, the least worthy shed.

A plain data structure: no clock (`now` is an argument), no tasks, no knowledge of engines.

A line's urgency is worth + waiting / AGEING_S. Waiting grows equally for all, so the order of two
lines never changes while they wait: worth - received / AGEING_S is a constant that heaps can hold.
Lines leave the heaps lazily: whoever is no longer in `_waiting` is skipped when met. A line that is
held for the moderators waits like any other but is not taken before its time.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator

from bot.line import Line
from filters.message import ChatMessage, Payment, Removal
from filters.trigger import is_paid

AGEING_S = 15.0
"""Seconds of waiting that weigh as much as one step of rank (a line is stale after four)."""

AHEAD = 1000.0
"""Worth of what is said before all others."""

_PAID_WORTH = 5.0
_BITS_OF_FULL_BONUS = 500.0
# Worth of one unit in bits. Rough on purpose: it orders paid lines among themselves, no more.
_BITS_PER_UNIT = {
    "bits": 1.0,
    "points": 0.02,
    "JPY": 0.7,
    "KRW": 0.07,
    "INR": 1.2,
    "BRL": 18.0,
    "MXN": 5.0,
    "TWD": 3.0,
    "RUB": 1.1,
    "IDR": 0.006,
    "VND": 0.004,
    "CLP": 0.1,
    "ARS": 0.1,
    "PHP": 1.7,
    "THB": 3.0,
    "TRY": 2.5,
}
_BITS_PER_OTHER_CURRENCY = 100.0

AuthorKey = tuple[str, str]


def author_key(message: ChatMessage) -> AuthorKey:
    """What identifies an author across a platform's channels."""
    return message.platform, message.author.id


def worth(message: ChatMessage) -> float:
    """A message's place by role and payment: 0 for an ordinary viewer, 5 to 7 for a paid line."""
    if not is_paid(message):
        return float(message.author.rank)
    bits = _bits(message.paid) if message.paid else 0.0
    return _PAID_WORTH + 2.0 * min(bits / _BITS_OF_FULL_BONUS, 1.0)


def _bits(paid: Payment) -> float:
    return paid.amount * _BITS_PER_UNIT.get(paid.unit, _BITS_PER_OTHER_CURRENCY)


def _urgency(line: Line) -> float:
    return line.worth - line.stages.received / AGEING_S


class Backlog:
    """The waiting lines. Put and take cost O(log n); a purge costs O(n) of what it looks at."""

    def __init__(self, *, lines: int, seconds: float, stale_s: float) -> None:
        """Bounds: how many unpaid `lines`, how many `seconds` of speech, and the longest wait."""
        self._max_lines = lines
        self._max_seconds = seconds
        self._stale_s = stale_s
        self._waiting: dict[Line, int] = {}  # in order of arrival; the value breaks ties
        self._best: list[tuple[float, int, Line]] = []
        self._held: list[tuple[float, int, Line]] = []  # by when they may be taken
        self._least: list[tuple[float, int, Line]] = []  # unpaid lines only
        self._of_author: Counter[AuthorKey] = Counter()
        self._seconds = 0.0
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, line: Line) -> bool:
        return line in self._waiting

    @property
    def seconds(self) -> float:
        """Estimated seconds of speech that wait."""
        return self._seconds if self._waiting else 0.0

    def waiting_of(self, author: AuthorKey) -> int:
        """How many lines of one author wait."""
        return self._of_author[author]

    def refuses(self, worth: float, now: float, unjudged: int) -> bool:
        """Whether an unpaid line that arrives now would be shed as soon as it is judged.

        So it is if nothing that waits is less urgent, and the backlog is full, counting the
        `unjudged` lines on their way to it.
        """
        if unjudged >= self._max_lines:
            return True
        if len(self._waiting) + unjudged < self._max_lines and self._seconds < self._max_seconds:
            return False
        least = self._peek(self._least)
        return least is None or worth - now / AGEING_S <= least[0]

    def offer(self, line: Line) -> list[Line]:
        """Let `line` wait; returns the lines shed for it, which may be `line` itself."""
        self._count += 1
        self._waiting[line] = self._count
        urgency = _urgency(line)
        if line.held_until > line.stages.received:
            heapq.heappush(self._held, (line.held_until, self._count, line))
        else:
            heapq.heappush(self._best, (-urgency, self._count, line))
        if not line.paid:
            heapq.heappush(self._least, (urgency, -self._count, line))
        self._of_author[author_key(line.message)] += 1
        self._seconds += line.seconds
        shed = []
        while self._over():
            entry = self._peek(self._least)
            if entry is None:
                break  # only paid lines are left, and those are kept
            shed.append(self._remove(entry[2]))
        return shed

    def _over(self) -> bool:
        # A single line is never too long to wait: its length has a cap of its own.
        return len(self._waiting) > self._max_lines or (
            self._seconds > self._max_seconds and len(self._waiting) > 1
        )

    def take(self, now: float) -> Line | None:
        """The most urgent line that is not held, which waits no longer; None if there is none."""
        line = self.first(now)
        return None if line is None else self._remove(line)

    def before(self, line: Line, now: float) -> bool:
        """Whether a line that waits is to be taken before `line`, which does not wait."""
        first = self.first(now)
        return first is not None and _urgency(first) > _urgency(line)

    def first(self, now: float) -> Line | None:
        """The line that `take` would give, which goes on waiting."""
        while (held := self._peek(self._held)) is not None and held[0] <= now:
            _, count, line = heapq.heappop(self._held)
            heapq.heappush(self._best, (-_urgency(line), count, line))
        entry = self._peek(self._best)
        return entry[2] if entry else None

    def next_release(self) -> float | None:
        """When the next held line may be taken; None if none is held."""
        held = self._peek(self._held)
        return held[0] if held else None

    def expire(self, now: float) -> list[Line]:
        """Take out the unpaid lines that have waited too long."""
        return [self._remove(line) for line in list(self._stale(now))]

    def _stale(self, now: float) -> Iterator[Line]:
        for line in self._waiting:
            if now - line.stages.received <= self._stale_s:
                return
            if not line.paid:
                yield line

    def purge(self, removal: Removal) -> list[Line]:
        """Take out every line that `removal` covers."""
        return self.take_out(lambda line: removal.covers(line.message))

    def take_out(self, covers: Callable[[Line], bool]) -> list[Line]:
        """Take out every line that `covers` says yes to."""
        gone = [line for line in self._waiting if covers(line)]
        return [self._remove(line) for line in gone]

    def _remove(self, line: Line) -> Line:
        del self._waiting[line]
        author = author_key(line.message)
        self._of_author[author] -= 1
        if not self._of_author[author]:
            del self._of_author[author]
        self._seconds -= line.seconds
        if max(len(self._best), len(self._held)) > 2 * len(self._waiting) + 64:
            self._best = [entry for entry in self._best if entry[2] in self._waiting]
            self._least = [entry for entry in self._least if entry[2] in self._waiting]
            self._held = [entry for entry in self._held if entry[2] in self._waiting]
            for heap in (self._best, self._least, self._held):
                heapq.heapify(heap)
        return line

    def _peek(self, heap: list[tuple[float, int, Line]]) -> tuple[float, int, Line] | None:
        while heap and heap[0][2] not in self._waiting:
            heapq.heappop(heap)
        return heap[0] if heap else None
