"""Whether a crowd has come: a raid, or far more authors at once than this chat is used to.

Does not know what anybody says, nor what time it is: `now` is an argument, in seconds of a
monotonic clock. It counts authors, not lines: one who floods is stopped by the limits of one
author, and cannot silence the others by it.
"""

from __future__ import annotations

import statistics
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum

WINDOW_S = 10.0
"""Seconds in which authors are counted."""
_TIMES = 5
"""So many times the usual number of authors are a flood,"""
_LEAST = 10
"""if they are at least so many,"""
_LEARNED = 6
"""and so many windows have told what is usual: not at the start of a stream."""
_WINDOWS = 60
"""Windows whose median is what is usual. A rush that lasts becomes usual after half of them."""
_COUNTED = 1000


class Why(StrEnum):
    """What made a crowd of it."""

    RAID = "raid"
    FLOOD = "flood"


@dataclass(slots=True)
class Crowd:
    """Who is speaking here and how many. The caller owns it; bounded, the oldest goes first."""

    seconds: float = 90.0
    """How long it lasts after a raid, or after the last moment of a flood; 0: never."""
    regulars: int = 10_000
    """Authors that are known at most; the one who was silent for longest is forgotten first."""
    why: Why | None = None
    """What made the last crowd; None: there has been none."""
    _until: float = -float("inf")
    _known_before: float = -float("inf")
    """Who spoke before this time did not come with the crowd."""
    _known: OrderedDict[Hashable, float] = field(default_factory=OrderedDict)
    """When each author was first let through, in order of when they last were."""
    _lately: OrderedDict[Hashable, float] = field(default_factory=OrderedDict)
    """When each author of the last window was counted, oldest first."""
    _start: float | None = None
    """When the window that is filling began."""
    _arrived: int = 0
    """Authors counted in it."""
    _windows: deque[int] = field(default_factory=lambda: deque(maxlen=_WINDOWS))
    """Authors of each of the windows before."""
    _usual: float = 0.0
    """Their median."""

    def __len__(self) -> int:
        return len(self._known) + len(self._lately) + len(self._windows)

    def here(self, now: float) -> bool:
        """Whether there is a crowd. To be asked at least now and then: silence is usual too."""
        self._turn(now)
        return now < self._until

    def raid(self, now: float) -> None:
        """Another channel's viewers were sent here."""
        self._begin(Why.RAID, now, now)

    def arrive(self, author: Hashable, now: float) -> None:
        """An author asks to be spoken."""
        self._turn(now)
        if author in self._lately or len(self._lately) >= _COUNTED:
            return
        self._lately[author] = now
        self._arrived += 1
        if len(self._windows) >= _LEARNED and len(self._lately) >= _LEAST:
            if len(self._lately) > _TIMES * self._usual:
                self._begin(Why.FLOOD, now, now - WINDOW_S)

    def spoke(self, author: Hashable, now: float) -> None:
        """An author's line was let through."""
        self._known.setdefault(author, now)
        self._known.move_to_end(author)
        if len(self._known) > self.regulars:
            self._known.popitem(last=False)

    def knows(self, author: Hashable) -> bool:
        """Whether an author had spoken here before the last crowd came."""
        return self._known.get(author, float("inf")) < self._known_before

    def forget(self, author: Hashable) -> None:
        """An author was sent out: no regular any more."""
        self._known.pop(author, None)

    def _begin(self, why: Why, now: float, known_before: float) -> None:
        if now >= self._until:
            self.why, self._known_before = why, known_before
        self._until = max(self._until, now + self.seconds)

    def _turn(self, now: float) -> None:
        """Closes the windows that are over and forgets who came before the last one."""
        if self._start is None:
            self._start = now
        over = int((now - self._start) // WINDOW_S)
        if over > 0:
            self._start += over * WINDOW_S
            self._windows.append(self._arrived)
            self._windows.extend([0] * min(over - 1, _WINDOWS))
            self._arrived = 0
            self._usual = statistics.median(self._windows)
        while self._lately and now - next(iter(self._lately.values())) >= WINDOW_S:
            self._lately.popitem(last=False)
