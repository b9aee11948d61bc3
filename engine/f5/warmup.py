"""The first lines of a loaded model, unheard: they warm it up, and show how quick it is here.

Knows no process. Takes any way to speak a text; gives a `Pace`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from engine.speech import Pace

USUAL = (
    "so that was the longest round of the whole evening, well done",
    "please say hello to everybody who came over from the other stream",
    "nobody knows how the last level works, and that is why we love it",
)
"""Lines of the length that chat has, about four seconds."""
SHORT = "well done"
ENOUGH_S = 20.0
"""After so many seconds what was measured has to do."""
HOPELESS_S = 10.0
"""Where even the short line takes so long, it alone is measured."""

Speak = Callable[[str], float]
"""Speaks a text unheard; gives the seconds of audio that came of it."""


def warm_up(
    speak: Speak,
    tell: Callable[[float], None],
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> Pace:
    """Speak the lines, the first one without counting it; `tell` hears how much is done, 0 to 1."""
    began = clock()

    def took(text: str) -> tuple[float, float]:
        """Seconds of work, and of audio."""
        at = clock()
        seconds = max(speak(text), 1e-3)
        return clock() - at, seconds

    tell(0.0)
    cold, _ = took(SHORT)
    lines = USUAL if cold <= HOPELESS_S else (SHORT,)
    rates: list[float] = []
    for i, text in enumerate(lines, 1):
        tell(i / (len(lines) + 2))
        work, seconds = took(text)
        rates.append(work / seconds)
        if clock() - began > ENOUGH_S:
            break
    rtf = statistics.median(rates)
    tell(1 - 1 / (len(lines) + 2))
    work, seconds = took(SHORT) if lines is USUAL else (0.0, 0.0)
    tell(1.0)
    return Pace(rtf, max(0.0, work - rtf * seconds))
