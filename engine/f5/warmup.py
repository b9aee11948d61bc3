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
"""After so many seconds what was measured has to do: on a slow machine each line takes long."""

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
    lines = (USUAL[0], *USUAL)
    usual: list[float] = []
    for i, text in enumerate(lines):
        tell(i / (len(lines) + 1))
        at = clock()
        seconds = max(speak(text), 1e-3)
        now = clock()
        if i:
            usual.append((now - at) / seconds)
        if usual and now - began > ENOUGH_S:
            break
    rtf = statistics.median(usual)
    tell(len(lines) / (len(lines) + 1))
    at = clock()
    seconds = speak(SHORT)
    pace = Pace(rtf, max(0.0, clock() - at - rtf * seconds))
    tell(1.0)
    return pace
