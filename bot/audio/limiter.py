"""The last guard before the device: nothing above full scale, and no NaN.

Does not know utterances or volume. Memoryless: each sample by itself, so that the result does not
depend on how the blocks are cut.
"""

from __future__ import annotations

import numpy as np

from engine.speech import Samples

KNEE = 10 ** (-1 / 20)
"""-1 dBFS: the limiter leaves everything up to here alone."""


def limit(block: Samples) -> None:
    """Bends what is above -1 dBFS smoothly towards full scale, in place; NaN becomes silence."""
    np.nan_to_num(block, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    size = np.abs(block)
    loud = size > KNEE
    over = (size[loud] - KNEE) / (1.0 - KNEE)
    bent = np.minimum(KNEE + (1.0 - KNEE) * np.tanh(over), 1.0)
    block[loud] = np.copysign(bent, block[loud])
