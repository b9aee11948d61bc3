"""The lines that wait to be spoken: bounded, the worthiest first, the least worthy shed.

A plain data structure: no clock (`now` is an argument), no tasks, no knowledge of engines.

A line's score is worth (role, payment) + waiting - what its author was heard of late (`order.py`);
whoever speaks tells what was heard, for a line that was taken may be put back.
A line that is held for the moderators waits like any other but is not taken before its time. Of one
author's paid lines three compete; more of them wait behind, and their waiting counts from when they
get a place, so that who gives often does not keep the others who gave from being heard.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bot.line import Line
from bot.order import AGEING_S, Order, Ranked, rests_after, standing
from filters.message import ChatMessage, Payment, Rank, Removal, RemovalKind
from filters.trigger import is_paid

__all__ = ["AGEING_S", "PAID_AT_ONCE", "AuthorKey", "Backlog", "author_key", "worth"]

PAID_AT_ONCE = 3
"""Paid lines of one author that compete with those of others."""

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


@dataclass(slots=True, eq=False)
class _Author:
    """Whose lines wait, or who was heard of late."""

    key: AuthorKey
    lines: dict[_Place, None] = field(default_factory=dict)
    """Those that compete, in order of arrival."""
    behind: dict[_Place, None] = field(default_factory=dict)
    """Paid ones that have no place yet."""
    paid: int = 0
    """How many of `lines` are paid."""
    rests: float | None = None
    """When what was heard is forgotten; None: it is."""


@dataclass(slots=True, eq=False)
class _Place(Ranked):
    """A line's place."""

    line: Line = field(kw_only=True)
    author: _Author = field(kw_only=True)
    held: bool = False
    competes: bool = False


class Backlog:
    """The waiting lines.

    Put, take, and a purge of a message or an author cost O(log n) in the number of lines that wait
    (an author has a handful); only a cleared chat looks at all.
    """

    def __init__(self, *, lines: int, seconds: float, stale_s: float) -> None:
        """Bounds: how many unpaid `lines`, how many `seconds` of speech, and the longest wait."""
        self._max_lines = lines
        self._max_seconds = seconds
        self._stale_s = stale_s
        self._now = -float("inf")
        self._waiting: dict[Line, _Place] = {}
        self._unpaid = 0
        self._authors: dict[AuthorKey, _Author] = {}
        self._of_id: dict[tuple[str, str], list[Line]] = {}
        self._best = Order[_Place]()
        self._least = Order[_Place](lowest=True)  # unpaid lines only
        self._held: list[tuple[float, int, _Place]] = []  # by when they may be taken
        self._ageing: list[tuple[float, int, _Place]] = []  # unpaid lines, by arrival
        self._resting: list[tuple[float, int, _Author]] = []  # by when they are rested
        self._seconds = 0.0
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Line]:
        """The waiting lines, in order of arrival."""
        return iter(self._waiting)

    def __contains__(self, line: Line) -> bool:
        return line in self._waiting

    @property
    def seconds(self) -> float:
        """Estimated seconds of speech that wait."""
        return self._seconds if self._waiting else 0.0

    def waiting_of(self, author: AuthorKey) -> int:
        """How many lines of one author wait."""
        found = self._authors.get(author)
        return 0 if found is None else len(found.lines) + len(found.behind)

    def refuses(self, line: Line, now: float, unjudged: int) -> bool:
        """Whether an unpaid line that arrives now would be shed as soon as it is judged.

        So it is if nothing that waits has a lower score, and the backlog is full, counting the
        `unjudged` lines on their way to it.
        """
        if unjudged >= self._max_lines:
            return True
        if len(self._waiting) + unjudged < self._max_lines and self._seconds < self._max_seconds:
            return False
        self._go_on(now)
        least = self._least.first(self._now)
        if least is None:
            return True
        author = self._authors.get(author_key(line.message))
        mine = self._standing(line.worth - now / AGEING_S, author)
        return mine <= self._standing(least.base, least.author)

    def _standing(self, base: float, author: _Author | None) -> float:
        rests = -float("inf") if author is None or author.rests is None else author.rests
        return standing(base, rests, self._now)

    def offer(self, line: Line) -> list[Line]:
        """Let `line` wait; returns the lines shed for it, which may be `line` itself."""
        waiting = self._authors.get(author_key(line.message))
        full = line.paid and waiting is not None and waiting.paid >= PAID_AT_ONCE
        return self._put_in(line, competes=not full)

    def _put_in(self, line: Line, *, competes: bool) -> list[Line]:
        self._go_on(line.stages.received)
        self._count += 1
        author = self._author(line)
        place = self._waiting[line] = _Place(self._count, line=line, author=author)
        self._seconds += line.seconds
        if line.message.id:
            self._of_id.setdefault((line.message.platform, line.message.id), []).append(line)
        if not line.paid:
            self._unpaid += 1
            heapq.heappush(self._ageing, (line.stages.received, self._count, place))
        if competes:
            self._compete(place, line.stages.received)
        else:
            author.behind[place] = None
        return list(self._shed())

    def _compete(self, place: _Place, since: float) -> None:
        """Give a line its place in the order; its waiting counts `since` then."""
        line, author = place.line, place.author
        place.base = line.worth - since / AGEING_S
        place.competes = True
        author.lines[place] = None
        author.paid += line.paid
        place.held = line.held_until > line.stages.received
        if place.held:
            heapq.heappush(self._held, (line.held_until, place.number, place))
        self._put(place)

    def _put(self, place: _Place) -> None:
        if not place.held:
            self._best.put(place, place.author.rests)
        if not place.line.paid:
            self._least.put(place, place.author.rests)

    def _shed(self) -> Iterable[Line]:
        # A single line is never too long to wait: its length has a cap of its own.
        while len(self._waiting) > self._max_lines or (
            self._seconds > self._max_seconds and len(self._waiting) > 1
        ):
            least = self._least.first(self._now)
            if least is None:
                return  # only paid lines are left, and those are kept
            yield self._remove(least.line)

    def take(self, now: float) -> Line | None:
        """The line with the highest score that is not held, which waits no longer; None if there is
        none."""
        best = self._first(now)
        return None if best is None else self._remove(best.line)

    def before(self, line: Line, now: float) -> bool:
        """Whether a line that waits is to be taken before `line`, which does not wait."""
        best = self._first(now)
        if best is None:
            return False
        mine = line.worth - line.stages.received / AGEING_S
        author = self._authors.get(author_key(line.message))
        return self._standing(best.base, best.author) > self._standing(mine, author)

    def _first(self, now: float) -> _Place | None:
        self._let_go(now)
        return self._best.first(self._now)

    def _let_go(self, now: float) -> None:
        """Hold no line any longer than it was to be."""
        self._go_on(now)
        while (held := self._next_held()) is not None and held.line.held_until <= now:
            held.held = False
            self._best.put(held, held.author.rests)

    def put_back(self, line: Line) -> list[Line]:
        """Let a line that was taken wait again, as if it had never left; returns the lines shed."""
        return self._put_in(line, competes=True)

    def heard(self, line: Line, now: float) -> None:
        """A line that was taken sounds: its seconds weigh on its author's other lines.

        What is said again, or ahead of all, and the broadcaster's lines do not.
        """
        if line.free or line.message.author.rank is Rank.BROADCASTER or not line.seconds:
            return
        self._go_on(now)
        author = self._author(line)
        before = self._now if author.rests is None else author.rests
        author.rests = rests_after(before, line.seconds, self._now)
        self._count += 1
        heapq.heappush(self._resting, (author.rests, self._count, author))
        self._order_again(author)

    def _author(self, line: Line) -> _Author:
        key = author_key(line.message)
        author = self._authors.get(key)
        if author is None:
            author = self._authors[key] = _Author(key)
        return author

    def _order_again(self, author: _Author) -> None:
        for place in author.lines:
            place.stamp += 1
            self._put(place)

    def _go_on(self, now: float) -> None:
        """It is `now`, or later: those who are rested are ordered as such."""
        self._now = max(self._now, now)
        while self._resting and self._resting[0][0] <= self._now:
            rests, _, author = heapq.heappop(self._resting)
            if author.rests == rests:  # else heard again since
                author.rests = None
                self._order_again(author)
                self._forget_if_idle(author)

    def next_release(self, now: float) -> float | None:
        """When the next held line may be taken, later than `now`; None if none is held then."""
        self._let_go(now)
        held = self._next_held()
        return held.line.held_until if held else None

    def _next_held(self) -> _Place | None:
        while self._held and not (self._held[0][2].held and self._held[0][2].stamp >= 0):
            heapq.heappop(self._held)
        return self._held[0][2] if self._held else None

    def expire(self, now: float) -> list[Line]:
        """Take out the unpaid lines that have waited too long."""
        self._go_on(now)
        stale = []
        while (oldest := self._oldest()) is not None:
            if now - oldest.stages.received <= self._stale_s:
                break
            stale.append(self._remove(oldest))
        return stale

    def _oldest(self) -> Line | None:
        """The unpaid line that came first."""
        while self._ageing and self._ageing[0][2].stamp < 0:
            heapq.heappop(self._ageing)
        return self._ageing[0][2].line if self._ageing else None

    def purge(self, removal: Removal) -> list[Line]:
        """Take out every line that `removal` covers."""
        return self._take_out(self._near(removal), lambda line: line.covered_by(removal))

    def take_out(
        self, covers: Callable[[Line], bool], author: AuthorKey | None = None
    ) -> list[Line]:
        """Take out every line that `covers` says yes to; of one `author`, or of all."""
        return self._take_out(self._waiting if author is None else self._of(author), covers)

    def _take_out(self, lines: Iterable[Line], covers: Callable[[Line], bool]) -> list[Line]:
        gone = [line for line in lines if covers(line)]
        return [self._remove(line) for line in gone]

    def _near(self, removal: Removal) -> Iterable[Line]:
        """The lines that a removal may cover."""
        target = removal.platform, removal.target
        match removal.kind:
            case RemovalKind.DELETE:
                return self._of_id.get(target, ())
            case RemovalKind.CLEAR_AUTHOR:
                return self._of(target)
        return self._waiting

    def _of(self, author: AuthorKey) -> Iterable[Line]:
        found = self._authors.get(author)
        places = () if found is None else (*found.lines, *found.behind)
        return (place.line for place in places)

    def _remove(self, line: Line) -> Line:
        place = self._waiting.pop(line)
        place.stamp = -1
        self._seconds -= line.seconds
        self._unpaid -= not line.paid
        self._forget_id(line)
        author = place.author
        if place.competes:
            del author.lines[place]
            author.paid -= line.paid
            if line.paid and author.behind and author.paid < PAID_AT_ONCE:
                next_one = next(iter(author.behind))
                del author.behind[next_one]
                self._compete(next_one, self._now)
        else:
            del author.behind[place]
        self._forget_if_idle(author)
        self._tidy()
        return line

    def _forget_id(self, line: Line) -> None:
        key = line.message.platform, line.message.id
        of_id = self._of_id.get(key)
        if of_id is not None:
            of_id.remove(line)
            if not of_id:
                del self._of_id[key]

    def _forget_if_idle(self, author: _Author) -> None:
        if author.rests is None and not author.lines and not author.behind:
            self._authors.pop(author.key, None)

    def _tidy(self) -> None:
        self._best.tidy(len(self._waiting))
        self._least.tidy(self._unpaid)
        if len(self._held) > 2 * len(self._waiting) + 64:
            self._held = [entry for entry in self._held if entry[2].held and entry[2].stamp >= 0]
            heapq.heapify(self._held)
        if len(self._ageing) > 2 * self._unpaid + 64:
            self._ageing = [entry for entry in self._ageing if entry[2].stamp >= 0]
            heapq.heapify(self._ageing)
