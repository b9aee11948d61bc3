"""How the lines that wait compare: a score that is exact at every moment, and heaps that keep it.

    score(now) = worth + (now - since) / AGEING_S - max(0, rests - now) / FORGIVEN_S

`since` is when the line's waiting began to count, `rests` when its author, who was heard lately,
is rested again. Nothing has to be done as time goes by: waiting grows equally for all, so among
the lines of rested authors `worth - since / AGEING_S` is constant and gives the order. What was
heard is forgotten at one rate too, so among the lines of the others `... - rests / FORGIVEN_S` is.
Each line is in one of two heaps by such a constant, and the first of all is the better of the two
tops. A line gets another key only when its author is heard, and once when its author is rested;
its old entry has an old stamp then, and is skipped when it is met. So everything is O(log n).

Has no clock, and does not know what a line is.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Generic, TypeVar

AGEING_S = 15.0
"""Seconds of waiting that weigh as much as one step of rank (a line is stale after four)."""
HEARD_WORTH = 0.2
"""Steps of rank that a second of speech takes from its author's other lines."""
FORGIVEN_S = 150.0
"""Seconds in which one such step is forgotten."""
MOST_HEARD = 2.0
"""Steps that are taken at most: a paid line still comes before a viewer's new one."""


@dataclass(slots=True, eq=False)
class Ranked:
    """Something that is compared. Changed by its owner, who then puts it again."""

    number: int
    """By which ties are broken: the smaller one came first."""
    base: float = 0.0
    """worth - since / AGEING_S."""
    stamp: int = 0
    """Entries with another one are void; -1: it has left."""


_R = TypeVar("_R", bound=Ranked)
_Entry = tuple[float, float, int, _R]


def rests_after(rests: float, seconds: float, now: float) -> float:
    """When an author who would have rested at `rests` does so after so many seconds of speech."""
    owed = max(rests - now, 0.0) / FORGIVEN_S + seconds * HEARD_WORTH
    return now + min(owed, MOST_HEARD) * FORGIVEN_S


def standing(base: float, rests: float, now: float) -> float:
    """A score without `now / AGEING_S`, which is the same for all."""
    return base - max(0.0, rests - now) / FORGIVEN_S


class Order(Generic[_R]):
    """The one with the highest score, or with the lowest, in O(log n).

    Whoever's author is rested by now must have been put again since: the owner sees to it.
    """

    def __init__(self, *, lowest: bool = False) -> None:
        """`lowest`: the least comes first, and of equals the newest; else the best, the oldest."""
        self._sign = 1.0 if lowest else -1.0
        self._rested: list[_Entry[_R]] = []
        self._owing: list[_Entry[_R]] = []

    def __len__(self) -> int:
        """Entries, void ones included."""
        return len(self._rested) + len(self._owing)

    def put(self, one: _R, rests: float | None) -> None:
        """Order `one` by its present base; `rests`: when its author is rested, None: by now."""
        key = one.base if rests is None else one.base - rests / FORGIVEN_S
        heap = self._rested if rests is None else self._owing
        entry = (self._sign * key, -self._sign * one.number, one.stamp, one)
        heapq.heappush(heap, entry)

    def first(self, now: float) -> _R | None:
        """The first one; None if there is none."""
        rested, owing = _top(self._rested), _top(self._owing)
        if rested is None or owing is None:
            found = rested or owing
            return None if found is None else found[3]
        shift = self._sign * now / FORGIVEN_S
        return min((rested[0], rested[1], rested[3]), (owing[0] + shift, owing[1], owing[3]))[2]

    def tidy(self, alive: int) -> None:
        """Throw the void entries away if they are more than the `alive` ones. Amortised O(1)."""
        for heap in (self._rested, self._owing):
            if len(heap) > 2 * alive + 64:
                heap[:] = [entry for entry in heap if entry[3].stamp == entry[2]]
                heapq.heapify(heap)


def _top(heap: list[_Entry[_R]]) -> _Entry[_R] | None:
    while heap and heap[0][3].stamp != heap[0][2]:
        heapq.heappop(heap)
    return heap[0] if heap else None
