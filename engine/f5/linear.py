"""A linear layer in the quickest way that this machine has. Knows no network.

    plain     torch's own, everywhere                                       exact
    packed    oneDNN with weights laid out beforehand, CPU, fp32 or bf16    exact to rounding
    int8      8-bit weights and activations, CPU, fp32 in and out           approximate

On a CPU `auto` times plain against packed for a moment and takes the quicker one: which of the two
libraries wins depends on who made the processor. The packed way is an operator that torch does not
promise to keep, so each use is tried first and plain stands in.
"""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.f5.options import LINEARS
from engine.speech import EngineMissing

log = logging.getLogger(__name__)

_ROWS = 1024
"""That a layout is chosen for: a line with its reference and guidance has 500 to 2,000."""
_TIMED_ROWS = 512
_SIZE = 1024
_ROUNDS = 4
_GAIN = 0.97
"""Packed has to be this much quicker: it costs a moment at load."""
_AGREES = 1e-4


class Linear(Protocol):
    """A linear layer, with GELU (tanh) behind it if it was made so."""

    def __call__(self, x: Tensor) -> Tensor:
        """Takes (..., inputs), gives (..., outputs)."""

    def bytes(self) -> int:
        """Memory of the weights."""


class Maker(Protocol):
    """Makes a linear layer. Raises RuntimeError where torch has not what it needs."""

    def __call__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Linear:
        """`weight` is (outputs, inputs), `bias` (outputs,)."""


class Plain:
    """torch's own linear layer."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> None:
        self.weight, self.bias = weight, bias
        self._gelu = gelu

    def __call__(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight, self.bias)
        return F.gelu(y, approximate="tanh") if self._gelu else y

    def bytes(self) -> int:
        """Memory of the weights."""
        return self.weight.nbytes + self.bias.nbytes


class Packed:
    """oneDNN on weights that it laid out itself."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> None:
        try:
            reorder = torch.ops.mkldnn._reorder_linear_weight
            self._linear = torch.ops.mkldnn._linear_pointwise.default
        except AttributeError as error:
            raise RuntimeError("this torch has no packed linear layer") from error
        self.weight = reorder(weight.contiguous(), _ROWS)
        self.bias = bias
        self._bytes = weight.nbytes + bias.nbytes
        self._then = ("gelu", "tanh") if gelu else ("none", "")

    def __call__(self, x: Tensor) -> Tensor:
        then, how = self._then
        y: Tensor = self._linear(x, self.weight, self.bias, then, [], how)
        return y

    def bytes(self) -> int:
        """Memory of the weights."""
        return self._bytes


class Int8:
    """8-bit weights with a scale for each output, activations scaled by their range."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> None:
        engine = "onednn"
        if engine not in torch.backends.quantized.supported_engines:
            raise RuntimeError("this torch has no 8-bit linear layer")
        torch.backends.quantized.engine = engine
        weight = weight.float()
        scales = weight.abs().amax(1).clamp(min=1e-12) / 127
        zeros = torch.zeros(len(scales), dtype=torch.int64)
        with warnings.catch_warnings():
            # torch says that these tensors will go; when they do, plain stands in.
            warnings.simplefilter("ignore", UserWarning)
            quantized = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
        self._packed = torch.ops.quantized.linear_prepack(quantized, bias.float())
        self._linear = torch.ops.quantized.linear_dynamic
        self._gelu = gelu
        self._bytes = weight.numel() + scales.nbytes + bias.nbytes

    def __call__(self, x: Tensor) -> Tensor:
        y: Tensor = self._linear(x, self._packed, False)
        return F.gelu(y, approximate="tanh") if self._gelu else y

    def bytes(self) -> int:
        """Memory of the weights."""
        return self._bytes


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that a network takes."""

    most: Maker
    fine: Maker
    """For the layer behind the attention, an eighth of the work: 8 bits there would make nearly
    half of all their error."""


def ways(kind: str, device: torch.device, dtype: torch.dtype) -> Ways:
    """The ways for one of LINEARS. Raises EngineMissing as `choose`."""
    most = choose(kind, device, dtype)
    return Ways(most, choose("auto", device, dtype) if most is Int8 else most)


def choose(kind: str, device: torch.device, dtype: torch.dtype) -> Maker:
    """The way to take for one of LINEARS; what cannot be had here is told and replaced by plain.

    Raises EngineMissing for any other.
    """
    if kind not in LINEARS:
        raise EngineMissing(f"F5's linear layers are one of {', '.join(LINEARS)}, not {kind!r:.40}")
    if kind == "plain" or device.type != "cpu":
        return Plain
    maker: Maker = Int8 if kind == "int8" else Packed
    weight = torch.linspace(-1, 1, _SIZE * _SIZE).reshape(_SIZE, _SIZE).to(dtype)
    bias = torch.linspace(-1, 1, _SIZE).to(dtype)
    x = torch.linspace(-1, 1, _TIMED_ROWS * _SIZE).sin().reshape(_TIMED_ROWS, _SIZE).to(dtype)
    plain = Plain(weight, bias)
    try:
        other = maker(weight, bias)
        if kind == "int8":
            other(x)
            return maker
        expected = plain(x).float()
        apart = float((other(x).float() - expected).norm() / expected.norm())
    except (RuntimeError, AttributeError) as error:
        log.info("linear layers stay plain: %s", str(error).partition("\n")[0])
        return Plain
    if apart > (_AGREES if dtype == torch.float32 else 1e-2):
        log.warning("linear layers stay plain: packed ones are %.1e off", apart)
        return Plain
    if kind == "packed":
        return Packed
    took = _fastest((plain, other), x)
    log.debug("linear: plain %.2f ms, packed %.2f ms", 1e3 * took[0], 1e3 * took[1])
    return Packed if took[1] < _GAIN * took[0] else Plain


def _fastest(ways: tuple[Linear, ...], x: Tensor) -> list[float]:
    """Seconds of the quickest of some rounds, by turns: other work on the machine hits both."""
    best = [float("inf")] * len(ways)
    for _ in range(_ROUNDS):
        for i, way in enumerate(ways):
            began = time.perf_counter()
            way(x)
            best[i] = min(best[i], time.perf_counter() - began)
    return best
