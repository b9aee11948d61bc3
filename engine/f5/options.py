"""Where a model is, how it is run and how a line is spoken. No torch: settings know this too."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from pathlib import Path

DTYPES = ("auto", "fp32", "fp16", "bf16", "int8")
"""What the network computes in; the state, the tables and the vocoder are fp32 always. Auto is fp16
on a graphics card and fp32 elsewhere. bf16 and int8 (CPU only) change the sound a little."""
LINEARS = ("auto", "plain", "packed", "int8")
"""Ways of a linear layer, see linear.py."""
FEWEST_STEPS, MOST_STEPS = 4, 64
_LEAST_GUIDANCE = 1e-5
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
    guided_share: float = 1.0
    """Share of the steps that are guided, the first ones, 0 to 1: what comes late is fine detail.
    Each of the others is half of the work, and changes the sound (as arXiv 2404.07724 does)."""
    sway: float = SWAY
    """How much closer together the first steps are."""
    speed: float = 1.0
    """Above 1 is faster."""
    seed: int | None = None
    """The same seed, the same sound; None: by the text, so that a line always sounds alike."""
    compat: bool = False
    """Upstream's rules for length, pieces, noise and level, to compare with it."""

    @property
    def guided_steps(self) -> int:
        """How many steps are guided, from the first on."""
        return math.ceil(self.guided_share * self.nfe) if self.guidance >= _LEAST_GUIDANCE else 0

    def seed_for(self, text: str) -> int:
        """The seed that a line is spoken with."""
        return zlib.crc32(text.encode("utf-8", "replace")) if self.seed is None else self.seed
