"""How busy the voice is, and what is saved while it is: one idea of load for the whole bot.

When more seconds of speech wait than a mark says, a step begins: first names are left out, then
lines are cut shorter, then a neural engine is asked for fewer steps, then only every so many-th
unpaid line is taken. A step ends when clearly less waits than its mark, so that it does not come
and go with each line. A crowd (a raid, a flood of viewers) saves names and length as well.

Does not know what waits nor who is let in (`allowance.py`); has no clock.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum

log = logging.getLogger(__name__)

_BACK = 0.6
"""A step ends when less than this share of its mark waits."""
_SHORTER = 0.5


class Step(StrEnum):
    """What is saved, in the usual order of their marks."""

    NAMES = "names"
    SHORT = "short"
    QUICK = "quick"
    SAMPLE = "sample"


_BEGINS = {
    Step.NAMES: "names are left out",
    Step.SHORT: "unpaid lines are cut to half the length",
    Step.QUICK: "a neural voice takes fewer steps",
    Step.SAMPLE: "only every {every}. unpaid line is taken",
}
_ENDS = {
    Step.NAMES: "names are said again",
    Step.SHORT: "lines have their full length again",
    Step.QUICK: "a neural voice takes all its steps again",
    Step.SAMPLE: "every line is taken again",
}


class Load:
    """Which steps are in force."""

    def __init__(self, marks: Mapping[Step, float] | None = None, *, every: int = 3) -> None:
        """`marks`: seconds of waiting speech at which each step begins, 0 or missing: never;
        `every`: of so many unpaid lines, 2 at least, one is taken when sampling."""
        self._marks = {step: mark for step, mark in (marks or {}).items() if mark}
        self._every = every
        self._on: set[Step] = set()
        self._crowded = False
        self._count = 0

    def look(self, seconds: float, *, crowded: bool) -> None:
        """Take notice of how many `seconds` of speech wait, and whether there is a crowd."""
        self._crowded = crowded
        for step, mark in self._marks.items():
            if step not in self._on and seconds >= mark:
                self._on.add(step)
                what = _BEGINS[step].format(every=self._every)
                log.info("busy, %.0f s of speech wait: %s", seconds, what)
            elif step in self._on and seconds < mark * _BACK:
                self._on.remove(step)
                log.info("less busy, %.0f s of speech wait: %s", seconds, _ENDS[step])

    @property
    def names(self) -> bool:
        """Whether names may be said."""
        return Step.NAMES not in self._on and not self._crowded

    @property
    def length(self) -> float:
        """The share of its longest length that an unpaid line may have."""
        return _SHORTER if Step.SHORT in self._on or self._crowded else 1.0

    @property
    def quick(self) -> bool:
        """Whether an engine should save work where it can."""
        return Step.QUICK in self._on

    def passes_over(self) -> str | None:
        """Why the next unpaid line is not taken; None: it is. Counts one line each time."""
        if Step.SAMPLE not in self._on:
            return None
        self._count += 1
        if self._count % self._every == 1:
            return None
        return f"busy: every {self._every}. unpaid line is taken"
