"""Where a clip sounds, how loud, and how much noise is behind it. Knows no words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.f5.reference import Clip
from engine.levels import Loudness
from engine.speech import Samples

SHORTEST_PAUSE_S = 0.15
FLOOR_DB = -100.0
_FRAME_S = 0.01
_CLICK_S = 0.05
"""Sound that is no longer is none."""
_CANCELLED = 0.25
"""Of the power of the channels, what is left in their mean if it is to be used."""
_OVER_NOISE_DB = 6.0
_LEAST_DB, _MOST_DB = 40.0, 10.0
"""How far below the voice a pause may be at least, and must be at most."""

Span = tuple[float, float]
"""From one second to another."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip as it is heard."""

    seconds: float
    """Its length."""
    level: float
    """Gated RMS in dBFS; FLOOR_DB if there is nothing."""
    noise: float
    """What is behind the voice, in dBFS."""
    stretches: tuple[Span, ...]
    """Where it sounds; between two of them is a pause."""
    frames: NDArray[np.float64]
    """The RMS of every hundredth of a second, in dBFS."""

    @property
    def pauses(self) -> tuple[Span, ...]:
        """What is between two stretches."""
        ends = zip(self.stretches, self.stretches[1:], strict=False)
        return tuple((before[1], after[0]) for before, after in ends)

    @property
    def sounding(self) -> float:
        """Seconds of sound, pauses left out."""
        return sum(end - start for start, end in self.stretches)

    def within(self, start: float, end: float) -> NDArray[np.float64]:
        """The frames of a part."""
        return self.frames[round(start / _FRAME_S) : round(end / _FRAME_S)]


def cancelling(clip: Clip) -> bool:
    """Whether the channels of a clip cancel each other, so that their mean is not to be used."""
    channels = clip.pcm.astype(np.float64)
    power = float(np.square(channels).mean()) if channels.size else 0.0
    return power > 0.0 and float(np.square(channels.mean(1)).mean()) < _CANCELLED * power


def mono(clip: Clip) -> Samples:
    """One channel, shape (n,): the mean of all, or the loudest if they cancel each other."""
    if not cancelling(clip):
        return clip.mono
    loudest = int(np.square(clip.pcm.astype(np.float64)).mean(0).argmax())
    return Clip(clip.pcm[:, loudest : loudest + 1], clip.rate).mono


def hear(samples: Samples, rate: int) -> Sound:
    """Listen to a mono clip, shape (n,). What a sound card adds to every sample is no sound."""
    samples = samples - samples.mean() if len(samples) else samples
    frames = _frames(samples, rate)
    meter = Loudness(rate)
    meter.add(samples)
    level = decibels(meter.rms)
    noise = float(np.percentile(frames, 5)) if len(frames) else FLOOR_DB
    limit = min(max(noise + _OVER_NOISE_DB, level - _LEAST_DB), level - _MOST_DB)
    stretches = _stretches(frames > limit) if level > FLOOR_DB else ()
    return Sound(len(samples) / rate, level, noise, stretches, frames)


def decibels(rms: float) -> float:
    """An RMS in dBFS."""
    return max(FLOOR_DB, 20 * math.log10(rms)) if rms > 0.0 else FLOOR_DB


def _frames(samples: Samples, rate: int) -> NDArray[np.float64]:
    size = max(1, round(rate * _FRAME_S))
    whole = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    power = np.square(whole).mean(1) if len(whole) else np.zeros(0)
    frames: NDArray[np.float64] = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    return frames


def _stretches(loud: NDArray[np.bool_]) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    spans = [(a * _FRAME_S, b * _FRAME_S) for a, b in edges.reshape(-1, 2).tolist()]
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < SHORTEST_PAUSE_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple((start, end) for start, end in joined if end - start > _CLICK_S)
