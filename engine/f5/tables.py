"""What depends on the time step alone, for every step of every usual schedule: made once.

At each time the network scales, shifts and gates its layers by numbers that follow from the time
and 42 % of the weights. They are computed for the times of all usual schedules at load, and those
weights are let go. Knows the names of layout.py; keeps no file.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.f5 import sampler
from engine.f5.checkpoint import Weights
from engine.f5.config import Config
from engine.f5.layout import TIME_DIM
from engine.f5.options import FEWEST_STEPS, MOST_STEPS, SWAY
from engine.speech import BadRequest

USUAL = (5, 6, 7, 8, 10, 12, 16, 24, 32)
"""Numbers of steps whose tables are always there."""
_KEPT = 4


class Tables:
    """Rows of numbers by time: for each block shift, 1 + scale and gate of the attention and the
    same of the feed-forward layer; 1 + scale and shift of the end. In fp32.

    `reopen` opens the checkpoint again, for a schedule that is not a usual one.
    """

    def __init__(
        self,
        config: Config,
        weights: Weights,
        reopen: Callable[[], Weights],
        device: torch.device,
    ) -> None:
        self._config, self._reopen, self._device = config, reopen, device
        times = sorted({t for nfe in USUAL for t in sampler.times(nfe)[:-1]})
        self._usual = dict(zip(times, make(config, weights, times).to(device), strict=True))
        self._others: OrderedDict[tuple[int, float], list[Tensor]] = OrderedDict()

    def rows(self, nfe: int, sway: float = SWAY) -> list[Tensor]:
        """The row of each step, shape ((6 depth + 2) dim,).

        Raises:
            BadRequest: so many steps cannot be taken.
            EngineMissing: the checkpoint is no longer there to make them of.
        """
        if not FEWEST_STEPS <= nfe <= MOST_STEPS:
            raise BadRequest(f"F5 takes {FEWEST_STEPS} to {MOST_STEPS} steps, not {nfe}")
        times = sampler.times(nfe, sway)[:-1]
        if all(t in self._usual for t in times):
            return [self._usual[t] for t in times]
        key = (nfe, sway)
        if key not in self._others:
            with self._reopen() as weights:
                self._others[key] = list(make(self._config, weights, times).to(self._device))
            if len(self._others) > _KEPT:
                self._others.popitem(last=False)
        self._others.move_to_end(key)
        return self._others[key]

    def bytes(self) -> int:
        """Memory of all rows."""
        others = [row for rows in self._others.values() for row in rows]
        return sum(row.nbytes for row in [*self._usual.values(), *others])


@torch.inference_mode()
def make(config: Config, weights: Weights, times: Sequence[float]) -> Tensor:
    """The rows of some times, shape (times, (6 depth + 2) dim)."""
    half = TIME_DIM // 2
    turns = torch.exp(torch.arange(half).float() * -(math.log(10_000) / (half - 1)))
    angles = 1000 * torch.tensor(times)[:, None] * turns[None]
    x = torch.cat((angles.sin(), angles.cos()), -1)
    x = F.silu(_linear(weights, "time_embed.time_mlp.0", x))
    x = F.silu(_linear(weights, "time_embed.time_mlp.2", x))
    names = [f"transformer_blocks.{i}.attn_norm.linear" for i in range(config.depth)]
    rows = torch.empty(len(times), (6 * config.depth + 2) * config.dim)
    for i, name in enumerate([*names, "norm_out.linear"]):
        y = _linear(weights, name, x)
        rows[:, 6 * i * config.dim :][:, : y.shape[1]] = y
    pieces = rows.view(len(times), -1, config.dim)
    scales = [i for i in range(6 * config.depth) if i % 3 == 1]
    pieces[:, [*scales, 6 * config.depth]] += 1
    return rows


def _linear(weights: Weights, name: str, x: Tensor) -> Tensor:
    return F.linear(x, weights[f"{name}.weight"].float(), weights[f"{name}.bias"].float())
