"""Samples -> mel frames, and the change of the sample rate as torchaudio does it.

24 kHz, Hann window of 1024, hop 256, 100 triangles on the HTK mel scale from 0 to 12 kHz, natural
logarithm of magnitudes. Equal to the mel frames that the models were trained on. Knows no model.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.f5.config import HOP, MELS, RATE, WINDOW

_FLOOR = 1e-5
_LOBES = 6
_ROLLOFF = 0.99


@lru_cache(maxsize=1)
def filters() -> Tensor:
    """The triangles, shape (513, 100). Not to be written to."""
    hertz = torch.linspace(0, RATE // 2, WINDOW // 2 + 1)
    top = 2595.0 * math.log10(1.0 + (RATE / 2) / 700.0)
    corners = 700.0 * (10.0 ** (torch.linspace(0.0, top, MELS + 2) / 2595.0) - 1.0)
    widths = corners[1:] - corners[:-1]
    slopes = corners.unsqueeze(0) - hertz.unsqueeze(1)
    falling = (-1.0 * slopes[:, :-2]) / widths[:-1]
    rising = slopes[:, 2:] / widths[1:]
    return torch.max(torch.zeros(1), torch.min(falling, rising))


def frames(samples: Tensor) -> Tensor:
    """The mel frames of mono samples at 24 kHz, shape (n,) -> (1 + n // 256, 100)."""
    window = torch.hann_window(WINDOW)
    spectrum = torch.stft(
        samples, WINDOW, HOP, WINDOW, window, center=True, pad_mode="reflect", return_complex=True
    )
    return torch.matmul(spectrum.abs().T, filters()).clamp(min=_FLOOR).log()


def resample(samples: Tensor, rate: int) -> Tensor:
    """Bring mono samples to 24 kHz: band-limited by a Hann-windowed sinc of 6 lobes."""
    if rate == RATE:
        return samples
    shared = math.gcd(rate, RATE)
    old, new = rate // shared, RATE // shared
    kernel, width = _kernel(old, new)
    padded = F.pad(samples[None, None], (width, width + old))
    out = F.conv1d(padded, kernel, stride=old)[0].T.reshape(-1)
    return out[: math.ceil(new * len(samples) / old)]


def _kernel(old: int, new: int) -> tuple[Tensor, int]:
    cut = min(old, new) * _ROLLOFF
    width = math.ceil(_LOBES * old / cut)
    at = torch.arange(-width, width + old, dtype=torch.float64)[None, None] / old
    t = torch.arange(0, -new, -1, dtype=torch.float64)[:, None, None] / new + at
    t = (t * cut).clamp(-_LOBES, _LOBES)
    window = torch.cos(t * math.pi / _LOBES / 2) ** 2
    t *= math.pi
    sinc = torch.where(t == 0, torch.ones_like(t), t.sin() / t)
    return (sinc * window * (cut / old)).float(), width
