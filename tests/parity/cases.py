"""What our F5 and upstream are both asked: clips, texts, steps. Shared with scripts/parity.py.

Knows neither. Clips and weights are drawn from seeds in whole numbers, so that every machine has
the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.f5 import config, layout, randomised, text

FOLDER = Path(__file__).parent
EVERY = 37
"""Of the samples that upstream makes, every so many are kept."""
VOCOS = layout.VocosShape(dim=64, inner=128, layers=2)
SEED = 20

TEXTS = (
    "Hello there, blippo!",
    "@user said: it's 3.14% of A+B; \"really?\" don't (ever) frim-frim...a,bc",
    "“Zorgle”—caf\u00e9 na\u00efve; \u00fcber \u20ac5",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002",
    "\u6211\u5728 GPU \u4e0a\u8dd1 test123\uff0c\u5f88\u5feb\uff01",
    "\u3053\u3093\u306b\u3061\u306f \U0001f600 \ud55c\uad6d\uc5b4",
    "",
)
CHUNKS = (
    ("One. Two! Three? Four; five: six, seven.", 12),
    ("One. Two! Three? Four; five: six, seven.", 400),
    ("A clause that is longer than all that may be, and another.", 20),
    ("\u4f60\u597d\uff0c\u4e16\u754c\u3002\u518d\u89c1\uff01", 12),
    ("zorgle   blippo", 5),
)
STEPS = (4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64)


@dataclass(frozen=True)
class Clip:
    """A reference clip."""

    samples: NDArray[np.int16]
    """(n,) or (n, channels)."""
    rate: int


def _noise(seconds: float, rate: int, seed: int, level: int, channels: int = 1) -> Clip:
    """Noise whose level changes every tenth of a second, silent at both ends."""
    random = np.random.default_rng(seed)
    n = round(seconds * rate)
    x = random.integers(-level, level, (n, channels), dtype=np.int64)
    levels = random.integers(2, 9, n // (rate // 10) + 1).repeat(rate // 10)[:n]
    x = x * levels[:, None] // 8
    x[: rate // 8] //= 4096
    x[-rate // 6 :] //= 4096
    return Clip((x[:, 0] if channels == 1 else x).astype(np.int16), rate)


def _paused() -> Clip:
    """Over 12 s with two long pauses, the second of which ends what is used."""
    parts = [_noise(s, 24_000, 3, 9000).samples for s in (4.0, 4.5, 6.0)]
    pause = np.zeros(24_000 * 5 // 4, np.int16)
    return Clip(np.concatenate((parts[0], pause, parts[1], pause, parts[2])), 24_000)


CLIPS: dict[str, Callable[[], Clip]] = {
    "plain": lambda: _noise(1.5, 24_000, 1, 12_000),
    "quiet": lambda: _noise(1.2, 22_050, 2, 1500, channels=2),
    "paused": _paused,
    "endless": lambda: _noise(13.0, 24_000, 4, 9000),
}


def six_seconds() -> Clip:
    """A clip as long as a good reference is."""
    return _noise(6.3, 24_000, 5, 12_000)


@dataclass(frozen=True)
class Case:
    """A line to be spoken."""

    text: str
    nfe: int
    clip: str = "plain"
    words: str = "Zorgle blippo frim"
    speed: float = 1.0
    seed: int = 7


_LONG = "Zorgle the blippo, then frim; " * 11 + "and that was all. Or was it?"

FEW = ("nfe7", "chinese")
"""The cases that are enough for a model that differs in one place."""
CASES = {
    "word": Case("gg", 7),
    "nfe5": Case("that was so clean", 5),
    "nfe7": Case("that was so clean", 7, seed=8),
    "nfe16": Case("lol nice, blippo!", 16),
    "nfe32": Case("lol nice, blippo!", 32),
    "nfe9": Case("an odd number of steps", 9),
    "quick": Case("that was so clean", 7, speed=1.4),
    "chinese": Case("\u4f60\u597d\uff0c\u4e16\u754c\u3002", 7, words="\u4f60\u597d\u5440\u3002"),
    "quiet": Case("that was so clean", 7, clip="quiet", words="Zorgle blippo."),
    "chunks": Case(_LONG, 5),
    "paused": Case("that was", 5, clip="paused"),
    "endless": Case("that was", 5, clip="endless", words="Zorgle blippo frim. "),
}


def vocab() -> list[str]:
    """The tokens of the tiny models: ASCII, and what the Chinese cases need but for one."""
    ascii_ = [chr(c) for c in range(33, 127)]
    chinese = set(text.tokens("".join(case.text + case.words for case in CASES.values())))
    return [" ", *ascii_, *sorted(chinese - {" ", *ascii_} - {"\u3002"})]


def write(folder: Path, name: str) -> None:
    """Write a tiny model and its vocoder into a folder: `NAME` and `vocos`."""
    randomised.write_model(folder / name, config.CONFIGS[name], vocab(), SEED)
    randomised.write_vocos(folder / "vocos", VOCOS, SEED)


def digest(name: str) -> str:
    """Of a model's weights: another one means that the random numbers themselves have changed."""
    made = hashlib.sha256()
    weights = randomised.transformer(config.CONFIGS[name], len(vocab()) + 1, SEED)
    for key, tensor in [*weights.items(), *randomised.vocos(VOCOS, SEED).items()]:
        made.update(key.encode() + tensor.numpy().tobytes())
    return made.hexdigest()


def snr(expected: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    """Decibels of a wave above its difference from another one of the same length."""
    wrong = np.square(expected.astype(np.float64) - found).mean()
    return float(10 * np.log10(np.square(expected.astype(np.float64)).mean() / max(wrong, 1e-30)))


def fingerprint(pcm: NDArray[np.int16]) -> NDArray[np.int64]:
    """Length, sum, and the sum of samples by place: of what upstream cuts out of a clip."""
    flat = pcm.reshape(-1).astype(np.int64)
    return np.array([len(flat), flat.sum(), (flat * np.arange(len(flat))).sum()])
