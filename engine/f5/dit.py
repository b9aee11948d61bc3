"""One step of the network: a state and a time in, the flow out.

Everything that does not change from step to step is worked out before the first one (`Prepared`).
One line runs without masks at its true length. Several lines, or one that is padded on purpose, run
with masks, and come out as each would alone. Does not know schedules, noise or audio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.f5.checkpoint import Weights
from engine.f5.config import MELS, Config
from engine.f5.layout import CONV_GROUPS, CONV_KERNEL
from engine.f5.linear import Linear, Maker, Plain, Ways
from engine.f5.textnet import TextNet

_EPS = 1e-6
_PIECES = 6
"""Of the row of a time, for a block: shift, 1 + scale and gate, of the attention and the rest."""

Tick = Callable[[], None]
"""Called before each of a block's four large parts; may raise to give up."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the network needs to know of one line."""

    tokens: Tensor
    """Reference text and text, shape (n,), as `textnet` takes them."""
    reference: Tensor
    """Mel frames of the reference clip, shape (m, 100), m < frames."""
    frames: int
    """Length of all, reference included."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What stays the same over the steps of some lines."""

    base: Tensor
    """What text and reference add to the input, (G, B, N, dim); G is 2 with guidance, else 1."""
    turns: Tensor
    """The rotation of each place, complex, (N, 1, 1, head_dim / 2)."""
    inside: Tensor | None
    """Which places are not padding, (G B, N), where there is any."""

    def alone(self) -> Prepared:
        """The same for steps without guidance."""
        inside = self.inside if self.inside is None else self.inside[: self.base.shape[1]]
        return Prepared(self.base[:1], self.turns, inside)


class DiT:
    """The weights of the network, laid out for speed; tables.py stands in for some of them."""

    def __init__(
        self,
        config: Config,
        weights: Weights,
        linear: Ways,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        def take(name: str) -> Tensor:
            return weights[name].to(device, dtype, copy=True)

        self._config, self.device, self.dtype = config, device, dtype
        self.text = TextNet(config, weights, device, dtype)
        proj = take("input_embed.proj.weight")
        self._from_state = proj[:, :MELS].contiguous()
        self._from_reference = proj[:, MELS : 2 * MELS].contiguous()
        self._from_text = proj[:, 2 * MELS :].contiguous()
        self._proj_bias = take("input_embed.proj.bias")
        self._convs = [
            tuple(take(f"input_embed.conv_pos_embed.conv1d.{i}.{part}") for part in _PARTS)
            for i in (0, 2)
        ]
        self._blocks = [
            _Block(config, weights, f"transformer_blocks.{i}", linear, device, dtype)
            for i in range(config.depth)
        ]
        self._out = Plain(*(take(f"proj_out.{part}") for part in _PARTS))

    def bytes(self) -> int:
        """Memory of the weights."""
        own = [self._from_state, self._from_reference, self._from_text, self._proj_bias]
        own += [tensor for pair in self._convs for tensor in pair]
        size = sum(tensor.nbytes for tensor in own) + self.text.bytes() + self._out.bytes()
        return size + sum(block.bytes() for block in self._blocks)

    def prepare(self, lines: Sequence[Line], frames: int, *, guided: bool) -> Prepared:
        """Work out what stays the same. `frames`: length to run at, at least that of each line."""
        with_text = [self._padded(self.text(line.tokens, line.frames), frames) for line in lines]
        references = [self._padded(line.reference.to(self.dtype), frames) for line in lines]
        base = F.linear(torch.stack(with_text), self._from_text, self._proj_bias)
        base = base + F.linear(torch.stack(references), self._from_reference)
        halves = [base]
        if guided:
            free = [self.text(line.tokens, line.frames, drop=True) for line in lines]
            stacked = torch.stack([self._padded(text, frames) for text in free])
            halves.append(F.linear(stacked, self._from_text, self._proj_bias))
        inside = None
        if any(line.frames < frames for line in lines):
            ends = torch.tensor([line.frames for line in lines], device=self.device)
            inside = torch.arange(frames, device=self.device) < ends[:, None]
            inside = inside.repeat(len(halves), 1)
        return Prepared(torch.stack(halves), self._turns(frames), inside)

    def step(
        self, x: Tensor, row: Tensor, prepared: Prepared, tick: Tick
    ) -> tuple[Tensor, Tensor | None]:
        """The flow at a state (B, N, 100), with and without the condition; fp32.

        `row`: what tables.py has for the time, in the type of the weights.
        """
        groups, batch, frames, dim = prepared.base.shape
        h = prepared.base + F.linear(x.to(self.dtype), self._from_state)
        h = h.view(groups * batch, frames, dim)
        inside = prepared.inside
        h = h + self._placed(h, None if inside is None else inside[:, None])
        keys = None if inside is None else inside[:, None, None]
        pieces = row.view(-1, dim)
        for i, block in enumerate(self._blocks):
            tick()
            block(h, pieces[_PIECES * i : _PIECES * (i + 1)], prepared.turns, keys, tick)
        scale, shift = pieces[-2:]
        flow = self._out(F.layer_norm(h, (dim,), scale, shift, _EPS)).float()
        flow = flow.view(groups, batch, frames, MELS)
        return flow[0], flow[1] if groups > 1 else None

    def _placed(self, h: Tensor, inside: Tensor | None) -> Tensor:
        """Two wide convolutions, which tell the network where it is."""
        y = h.transpose(1, 2)
        if inside is not None:
            y = y * inside
        for weight, bias in self._convs:
            y = F.conv1d(y, weight, bias, padding=CONV_KERNEL // 2, groups=CONV_GROUPS)
            if inside is not None:
                y = y * inside
            y = F.mish(y)
        return y.transpose(1, 2)

    def _padded(self, x: Tensor, frames: int) -> Tensor:
        return F.pad(x, (0, 0, 0, frames - len(x))) if len(x) < frames else x

    def _turns(self, frames: int) -> Tensor:
        """Always made in fp32: half precision is off by 0.3 rad at 900 frames."""
        half = self._config.head_dim
        speeds = 10_000.0 ** (-torch.arange(0, half, 2, device=self.device).float() / half)
        angles = torch.outer(torch.arange(frames, device=self.device).float(), speeds)
        return torch.polar(torch.ones_like(angles), angles)[:, None, None]


class _Block:
    """A transformer block. The scale and shift of its norms follow from the time."""

    def __init__(
        self,
        config: Config,
        weights: Weights,
        name: str,
        linear: Ways,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        def take(*names: str) -> Tensor:
            parts = [weights[f"{name}.{part}"] for part in names]
            return torch.cat(parts).to(device, dtype, copy=len(parts) == 1)

        def layer(*names: str, gelu: bool = False, way: Maker = linear.most) -> Linear:
            weight, bias = (take(*(f"{part}.{which}" for part in names)) for which in _PARTS)
            return way(weight, bias, gelu=gelu)

        self._config = config
        self._qkv = layer("attn.to_q", "attn.to_k", "attn.to_v")
        self._joined = layer("attn.to_out.0", way=linear.fine)
        self._up = layer("ff.ff.0.0", gelu=True)
        self._down = layer("ff.ff.2")
        self._norms = None
        if config.qk_norm:
            self._norms = (take("attn.q_norm.weight"), take("attn.k_norm.weight"))

    def bytes(self) -> int:
        """Memory of the weights."""
        layers = (self._qkv, self._joined, self._up, self._down)
        return sum(layer.bytes() for layer in layers)

    def __call__(
        self, h: Tensor, pieces: Tensor, turns: Tensor, keys: Tensor | None, tick: Tick
    ) -> None:
        """Change the hidden state (B, N, dim) in place."""
        dim = (h.shape[-1],)
        shift, scale, gate, ff_shift, ff_scale, ff_gate = pieces
        y = self._qkv(F.layer_norm(h, dim, scale, shift, _EPS))
        tick()
        y = self._attend(y, turns, keys)
        tick()
        h.addcmul_(gate, self._joined(y))
        y = self._up(F.layer_norm(h, dim, ff_scale, ff_shift, _EPS))
        tick()
        h.addcmul_(ff_gate, self._down(y))

    def _attend(self, qkv: Tensor, turns: Tensor, keys: Tensor | None) -> Tensor:
        batch, frames, _ = qkv.shape
        x = qkv.view(batch, frames, 3, self._config.heads, self._config.head_dim)
        if self._norms is not None:
            for i, weight in enumerate(self._norms):
                x[:, :, i] = F.rms_norm(x[:, :, i], weight.shape, weight, _EPS)
        _turn(x[:, :, :2, : self._config.rope_heads], turns)
        q, k, v = (x[:, :, i].transpose(1, 2) for i in range(3))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=keys)
        return y.transpose(1, 2).reshape(batch, frames, -1)


def _turn(x: Tensor, turns: Tensor) -> None:
    """Rotate neighbours (2i, 2i + 1) of the last dimension in place, as complex numbers.

    One pass over the memory, where a table of sines over two halves takes four.
    """
    pairs = x.view(*x.shape[:-1], -1, 2)
    if x.dtype == torch.float32:
        torch.view_as_complex(pairs).mul_(turns)
    else:
        pairs.copy_(torch.view_as_real(torch.view_as_complex(pairs.float()) * turns))


_PARTS = ("weight", "bias")
