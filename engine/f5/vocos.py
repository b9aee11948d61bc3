"""Mel frames -> samples: the Vocos vocoder for 24 kHz. Always fp32, as upstream runs it.

The inverse transform is our own: torch's looks at a number on the way, which holds a GPU up.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.f5 import layout
from engine.f5.checkpoint import Weights
from engine.f5.config import HOP, WINDOW

_EPS = 1e-6
_KERNEL = 7
_LOUDEST = 1e2
"""No bin of a spectrum is louder: a guard of the model's own."""
_OVERLAP = WINDOW // HOP


class Vocos:
    """The weights of a vocoder, and how to decode with them."""

    def __init__(self, shape: layout.VocosShape, weights: Weights, device: torch.device) -> None:
        self._w = {
            name: weights[name].to(device, torch.float32, copy=True) for name in layout.vocos(shape)
        }
        self._layers = shape.layers
        self._window = torch.hann_window(WINDOW, device=device)

    def bytes(self) -> int:
        """Memory of the weights."""
        return sum(tensor.nbytes for tensor in self._w.values())

    def __call__(self, mel: Tensor) -> Tensor:
        """Decode frames (n, 100) -> ((n - 1) * 256,) samples. n is at least 2."""
        w = self._w
        x = F.conv1d(mel.T[None], w["backbone.embed.weight"], w["backbone.embed.bias"], padding=3)
        x = self._norm("backbone.norm", x[0].T)
        for i in range(self._layers):
            x = self._block(f"backbone.convnext.{i}", x)
        x = self._linear("head.out", self._norm("backbone.final_layer_norm", x))
        size, angle = x.chunk(2, dim=-1)
        return self._wave(torch.polar(size.exp().clamp(max=_LOUDEST), angle))

    def _block(self, name: str, x: Tensor) -> Tensor:
        weight, bias = self._w[f"{name}.dwconv.weight"], self._w[f"{name}.dwconv.bias"]
        y = F.conv1d(x.T[None], weight, bias, padding=_KERNEL // 2, groups=x.shape[-1])
        y = F.gelu(self._linear(f"{name}.pwconv1", self._norm(f"{name}.norm", y[0].T)))
        return torch.addcmul(x, self._w[f"{name}.gamma"], self._linear(f"{name}.pwconv2", y))

    def _norm(self, name: str, x: Tensor) -> Tensor:
        shape = (x.shape[-1],)
        return F.layer_norm(x, shape, self._w[f"{name}.weight"], self._w[f"{name}.bias"], _EPS)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])

    def _wave(self, spectrum: Tensor) -> Tensor:
        """Overlap-add of windowed frames (n, 513), without the half window at either end."""
        pieces = torch.fft.irfft(spectrum, WINDOW, dim=-1) * self._window
        wave = _overlapped(pieces)
        weight = _overlapped((self._window * self._window).expand(len(pieces), -1))
        inner = slice(WINDOW // 2, len(wave) - WINDOW // 2)
        return wave[inner] / weight[inner]


def _overlapped(pieces: Tensor) -> Tensor:
    """The sum of pieces (n, 1024), each 256 after the one before."""
    n = len(pieces)
    out = torch.zeros(n + _OVERLAP - 1, HOP, device=pieces.device)
    for i in range(_OVERLAP):
        out[i : i + n] += pieces[:, i * HOP : (i + 1) * HOP]
    return out.reshape(-1)
