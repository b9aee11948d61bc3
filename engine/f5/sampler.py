"""The steps from noise to mel frames: schedule, noise, guidance. Knows no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import torch
from torch import Tensor

from engine.f5.config import MELS
from engine.f5.options import SWAY

_PRUNED = {
    5: (0, 2, 4, 8, 16, 32),
    6: (0, 2, 4, 6, 8, 16, 32),
    7: (0, 2, 4, 6, 8, 16, 24, 32),
    10: (0, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32),
    12: (0, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    16: (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
}
"""Empirically pruned step sampling (arXiv 2505.19931), in 32nds."""

Step = Callable[[int, Tensor], tuple[Tensor, Tensor | None]]
"""Takes the number of the step and the state (B, N, 100); gives the flow with and without the
condition, the latter None where it was not asked for."""


@lru_cache(maxsize=64)
def times(nfe: int, sway: float = SWAY) -> tuple[float, ...]:
    """The times of a schedule, nfe + 1 of them, each a fp32 number, from 0 to 1."""
    pruned = _PRUNED.get(nfe)
    if pruned is None:
        t = torch.linspace(0, 1, nfe + 1)
    else:
        t = torch.tensor(pruned) * (1 / 32)
    t = t + sway * (torch.cos(torch.pi / 2 * t) - 1 + t)
    return tuple(t.tolist())


def noise(
    lengths: Sequence[int], seed: int, generator: torch.Generator | None = None
) -> list[Tensor]:
    """The noise of several chunks of one request, each (n, 100), in order.

    Seeded once, drawn on the CPU on every device, so that a seed means the same everywhere. With
    `generator` None torch's global one is seeded, as upstream does.
    """
    if generator is None:
        torch.manual_seed(seed)
    else:
        generator.manual_seed(seed)
    return [torch.randn(n, MELS, generator=generator) for n in lengths]


def solve(x: Tensor, schedule: Sequence[float], guidance: float, step: Step) -> Tensor:
    """Go the way from noise to frames, in place, by Euler's method.

    `guidance`: how far beyond the conditioned flow, seen from the unconditioned one; 0 for none.
    """
    for i, (now, then) in enumerate(zip(schedule, schedule[1:], strict=False)):
        flow, free = step(i, x)
        if free is not None:
            flow = torch.add(flow, flow - free, alpha=guidance)
        x.add_(flow, alpha=then - now)
    return x
