"""Where a loaded model's time goes, what it asks of the device, and what it runs on.

Watches by standing in front of the methods that it is told, and goes away again. Knows both our
model and, by the names of its parts, upstream's.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from engine.f5.model import Model

_SYNCS = {"_local_scalar_dense", "item", "is_nonzero", "nonzero", "equal", "unique"}
Part = tuple[Any, str, str]
"""An object, the name of a method of it, and what is done there."""


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts what runs: operations that are no mere views, and those that wait for the device."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = self.syncs = 0

    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = op(*args, **(kwargs or {}))
        first = next((x for x in args if isinstance(x, Tensor)), None)
        self.syncs += op.overloadpacket.__name__ in _SYNCS or _comes_back(first, made)
        shares = isinstance(made, Tensor | tuple | list) and op.is_view
        self.count += not (shares and first is not None)
        return made


@dataclass
class Watched:
    """What was seen of some parts, by what is done there."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Of all calls together."""
    operations: dict[str, int] = field(default_factory=dict)
    """Of the last call: the first one of a step may make what later ones find."""
    syncs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Of all calls together."""


def ours(model: Model) -> list[Part]:
    """The parts of our model."""
    network = model._network
    return [
        (model, "plan", "text"),
        (network, "prepare", "text embedding"),
        (network, "step", "step"),
        (model, "render", "render"),
        (model, "decode", "vocoder"),
    ]


def upstreams(model: Any, vocoder: Any) -> list[Part]:
    """The parts of the f5-tts package's model."""
    return [
        (model.transformer, "forward", "step"),
        (model, "sample", "render"),
        (vocoder, "decode", "vocoder"),
    ]


@contextmanager
def timing(parts: Sequence[Part]) -> Iterator[Watched]:
    """Take the seconds of each part but the steps; a graphics card is waited for around each."""
    seen = Watched()

    def timed(work: Callable[..., Any], what: str) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            wait()
            began = time.perf_counter()
            made = work(*args, **kwargs)
            wait()
            seen.seconds[what] += time.perf_counter() - began
            return made

        return run

    with _in_front([part for part in parts if part[2] != "step"], timed):
        yield seen


@contextmanager
def counting(parts: Sequence[Part]) -> Iterator[Watched]:
    """Count the operations of each part, on whatever thread it runs."""
    seen = Watched()

    def counted(work: Callable[..., Any], what: str) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            with Operations() as counter:
                made = work(*args, **kwargs)
            seen.operations[what] = counter.count
            seen.syncs[what] += counter.syncs
            return made

        return run

    with _in_front(parts, counted):
        yield seen


def wait() -> None:
    """Wait for the graphics card, if there is one."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def forget_gpu_peak() -> None:
    """Let the peak of the graphics card's memory begin anew."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def gpu_peak() -> int | None:
    """Bytes of the graphics card's memory that torch took at most; None without a card."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None


def runs_on() -> dict[str, Any]:
    """torch's version, its threads, and the graphics card or None."""
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {"torch": torch.__version__, "threads": torch.get_num_threads(), "gpu": card}


def describe(model: Model) -> dict[str, str]:
    """What a model computes on, in what, and by which linear layers."""
    network = model._network
    return {
        "config": model.config.name,
        "device": network.device.type,
        "dtype": str(network.dtype).removeprefix("torch."),
        "linear": type(network._blocks[0]._up).__name__.lower(),
    }


@contextmanager
def _in_front(
    parts: Sequence[Part], stand_in: Callable[[Callable[..., Any], str], Callable[..., Any]]
) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, name, what in parts:
            work = getattr(owner, name)
            if name in vars(owner):  # another one stands there
                stack.callback(setattr, owner, name, work)
            else:
                stack.callback(delattr, owner, name)
            setattr(owner, name, stand_in(work, what))
        yield


def _comes_back(first: Tensor | None, made: Any) -> bool:
    """Whether numbers are copied from a graphics card to the host, which has to wait for them."""
    if first is None or not isinstance(made, Tensor):
        return False
    return first.device.type != "cpu" and made.device.type == "cpu"
