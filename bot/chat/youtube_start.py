"""Which messages were written before the program started, by YouTube's own clock.

YouTube sends what was said before one came. A clock that is minutes wrong is common on streamers'
machines, so the time of the start is reckoned from what YouTube's first answer says it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

_GRAIN_S = 1.0
"""An answer's date has whole seconds."""


class Start:
    """The moment at which it was made."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`clock` counts seconds from anywhere, `wall` Unix seconds."""
        self._clock = clock
        self._at = clock()
        self._unix = wall()
        self._told = False

    def told(self, date: str | None) -> None:
        """Take in the `Date` of an answer; the first that can be read counts."""
        if self._told or not date:
            return
        try:
            now = parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            return
        self._told = True
        self._unix = now - (self._clock() - self._at)

    def by_now(self) -> float:
        """What it is at the latest by YouTube's clock, in Unix seconds."""
        return self._unix + self._clock() - self._at + _GRAIN_S

    def after(self, at: float | None) -> bool:
        """Whether `at` (Unix seconds) is later than the start; what has no time is taken as new."""
        return at is None or at >= self._unix - _GRAIN_S
