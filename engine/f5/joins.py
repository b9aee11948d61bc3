"""Pieces of audio -> one: the cross-fade between them. Knows no network."""

from __future__ import annotations

import numpy as np

from engine.f5.config import RATE
from engine.speech import Samples

FADE_S = 0.15


def cross_fade(before: Samples, after: Samples, seconds: float = FADE_S) -> Samples:
    """Join two pieces, the end of one fading linearly into the start of the other."""
    n = min(round(seconds * RATE), len(before), len(after))
    if n <= 0:
        return np.concatenate((before, after))
    rise = np.linspace(0, 1, n)
    mixed = before[-n:] * rise[::-1] + after[:n] * rise
    return np.concatenate((before[:-n], mixed.astype(np.float32), after[n:]))


class Joiner:
    """The same for a stream: what may be heard of each piece as soon as it is there."""

    def __init__(self, seconds: float = FADE_S) -> None:
        self._seconds = seconds
        self._held = np.zeros(0, np.float32)

    def add(self, piece: Samples, *, last: bool) -> Samples:
        """Take the next piece; give all that later pieces cannot change."""
        joined = cross_fade(self._held, piece, self._seconds) if len(self._held) else piece
        end = len(joined) if last else max(0, len(joined) - round(self._seconds * RATE))
        self._held = joined[end:]
        return joined[:end]
