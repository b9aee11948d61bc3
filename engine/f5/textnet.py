"""Tokens -> the text's half of the network's input, for a length in frames.

The norm in it (GRN) runs over all frames, so it is computed at the true length, never a padded one.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.f5.checkpoint import Weights
from engine.f5.config import Config
from engine.f5.layout import TEXT_KERNEL

_EPS = 1e-6
Take = Callable[[str], Tensor]


class TextNet:
    """The text embedding and the ConvNeXt V2 blocks behind it."""

    def __init__(
        self, config: Config, weights: Weights, device: torch.device, dtype: torch.dtype
    ) -> None:
        def take(name: str) -> Tensor:
            return weights[f"text_embed.{name}"].to(device, dtype, copy=True)

        self._mask = config.mask_padding
        self._embedding = take("text_embed.weight")
        self._blocks = [
            _Block(lambda name, i=i: take(f"text_blocks.{i}.{name}"))  # type: ignore[misc]
            for i in range(config.text_layers)
        ]
        self._dim, self._device, self._dtype = config.text_dim, device, dtype

    def bytes(self) -> int:
        """Memory of the weights."""
        parts = [tensor for block in self._blocks for tensor in vars(block).values()]
        return sum(tensor.nbytes for tensor in [self._embedding, *parts])

    def __call__(self, tokens: Tensor, frames: int, *, drop: bool = False) -> Tensor:
        """Embed tokens, shape (n,), 0 for an unknown one -> (frames, text_dim).

        What is more than the frames is cut off. `drop`: no text, as guidance wants it.
        """
        ids = F.pad(tokens[:frames] + 1, (0, max(0, frames - len(tokens))))
        filled = (ids != 0)[:, None]
        x = F.embedding(torch.zeros_like(ids) if drop else ids, self._embedding)
        x = x + self._places(frames)
        if self._mask:
            x = x * filled
        for block in self._blocks:
            x = block(x)
            if self._mask:
                x = x * filled
        return x

    def _places(self, frames: int) -> Tensor:
        """The sinusoids of every frame, (frames, dim)."""
        turns = 1.0 / (10_000.0 ** (torch.arange(0, self._dim, 2).float() / self._dim))
        angles = torch.outer(torch.arange(frames), turns)
        return torch.cat((angles.cos(), angles.sin()), -1).to(self._device, self._dtype)


class _Block:
    def __init__(self, take: Take) -> None:
        self.conv, self.conv_bias = take("dwconv.weight"), take("dwconv.bias")
        self.norm, self.norm_bias = take("norm.weight"), take("norm.bias")
        self.up, self.up_bias = take("pwconv1.weight"), take("pwconv1.bias")
        self.gamma, self.beta = take("grn.gamma")[0], take("grn.beta")[0]
        self.down, self.down_bias = take("pwconv2.weight"), take("pwconv2.bias")

    def __call__(self, x: Tensor) -> Tensor:
        dim = x.shape[-1]
        y = F.conv1d(x.T[None], self.conv, self.conv_bias, padding=TEXT_KERNEL // 2, groups=dim)
        y = F.layer_norm(y[0].T, (dim,), self.norm, self.norm_bias, _EPS)
        y = F.gelu(F.linear(y, self.up, self.up_bias))
        size = torch.linalg.vector_norm(y, dim=0, keepdim=True)
        y = self.gamma * (y * (size / (size.mean(-1, keepdim=True) + _EPS))) + self.beta + y
        return x + F.linear(y, self.down, self.down_bias)
