"""Clips that sound to a listener of levels as speech does: bursts with a rhythm, and pauses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.enrolment.words import phrases
from engine.f5 import reference
from engine.f5.reference import Clip

RATE = 24_000
TEXT = (
    "I went down to the market this morning. The zorgle had stopped, and nobody was there yet! "
    "So I bought two blippos and a very large frim. Then I walked home again, singing."
)


def spoken(
    parts: Sequence[tuple[float, float]],
    *,
    level: float = 0.1,
    noise: float = 1e-4,
    rate: int = RATE,
    channels: int = 1,
) -> Clip:
    """Seconds of sound and of the pause behind it, each; 0.3 s of silence in front."""
    random = np.random.default_rng(1)
    pieces = [np.zeros(round(0.3 * rate))]
    for sound, pause in parts:
        t = np.arange(round(sound * rate)) / rate
        rhythm = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * t)
        pieces.append(level * rhythm * np.sign(np.sin(2 * np.pi * 130 * t)))
        pieces.append(np.zeros(round(pause * rate)))
    x = np.concatenate(pieces)
    x += noise * random.standard_normal(len(x))
    pcm = np.rint(np.clip(x, -1.0, 1.0) * 32_767).astype(np.int16)
    return Clip(np.repeat(pcm[:, None], channels, axis=1), rate)


def reading(text: str = TEXT, beat_s: float = 0.2, **more: float) -> Clip:
    """A text as it would be read: a pause after each phrase, a longer one after a sentence."""
    parts = [
        (phrase.beats * beat_s * (0.9, 1.1)[i % 2], 0.5 if phrase.closes else 0.25)
        for i, phrase in enumerate(phrases(text))
    ]
    return spoken(parts, **more)  # type: ignore[arg-type]


def written(path: Path, clip: Clip) -> Path:
    """The clip as a file."""
    reference.write(path, clip)
    return path
