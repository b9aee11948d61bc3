"""Where a model is, how it is run and how a line is spoken. No torch: settings know this too."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

DTYPES = ("auto", "fp32", "fp16", "bf16", "int8")
"""What the network computes in; the state, the tables and the vocoder are fp32 always. Auto is fp16
on a graphics card and fp32 elsewhere. bf16 and int8 (CPU only) change the sound a little."""
LINEARS = ("auto", "plain", "packed", "int8")
"""Ways of a linear layer, see linear.py."""
FEWEST_STEPS, MOST_STEPS = 4, 64
SWAY = -1.0
"""Upstream's default: steps are closer together at the beginning."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is and how it is to be run."""

    model: Path
    """The folder of the checkpoint, or its file; `vocab.txt` is beside it."""
    vocoder: Path
    """The folder of a Vocos vocoder."""
    config: str = ""
    """Which configuration of config.py; empty: by the folder's name."""
    dtype: str = "auto"
    """One of DTYPES."""
    device: str = "auto"
    """`cpu`, `cuda`, or auto: a graphics card if torch can use one."""
    linear: str = "auto"
    """One of LINEARS."""
    allow_pt: bool = False
    """Whether the checkpoint may be a `.pt` file; it is read as tensors only."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a line is to be spoken."""

    nfe: int = 7
    """Steps, FEWEST_STEPS to MOST_STEPS."""
    guidance: float = 2.0
    """How much the text and the clip count; 0 halves the work and changes the sound."""
    sway: float = SWAY
    """How much closer together the first steps are."""
    speed: float = 1.0
    """Above 1 is faster."""
    seed: int | None = None
    """The same seed, the same sound; None: by the text, so that a line always sounds alike."""
    compat: bool = False
    """Upstream's rules for length, pieces, noise and level, to compare with it."""

    def seed_for(self, text: str) -> int:
        """The seed that a line is spoken with."""
        return zlib.crc32(text.encode("utf-8", "replace")) if self.seed is None else self.seed
