"""Whether what was made can be speech at all. Knows no network.

A model now and then gives silence, or garbage in half precision; a second draw mostly does better.
"""

from __future__ import annotations

import math

import numpy as np

from engine.f5.config import RATE
from engine.speech import Samples

_FRAME_S = 0.02
_QUIET = 10 ** (-50 / 20)
_LOUD = 4.0
_SOUNDING = 0.1
"""Of the time there is sound, at least."""


def fault(samples: Samples, seconds: float) -> str:
    """What is wrong with audio that should last so long; empty if nothing is."""
    if not np.isfinite(samples).all():
        return "it is not finite"
    if not math.isclose(len(samples) / RATE, seconds, abs_tol=_FRAME_S):
        return f"it has {len(samples) / RATE:.2f} s, not {seconds:.2f}"
    size = round(_FRAME_S * RATE)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    levels = np.sqrt(np.square(frames).mean(1)) if len(frames) else np.zeros(1)
    if np.abs(samples).max(initial=0.0) > _LOUD:
        return "it is far too loud"
    if (levels >= _QUIET).mean() < _SOUNDING:
        return "it is nearly silent"
    return ""
