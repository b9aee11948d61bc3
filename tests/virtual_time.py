"""An asyncio event loop whose clock jumps to the next timer: a scripted day takes milliseconds.

Does not know pytest, and cannot wait for the world outside: sockets, child processes and threads
have no place in virtual time. Code under test reads `loop.time()` or an injected clock.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class DeadlockError(RuntimeError):
    """Nothing is ready and no timer is set: in real time the test would wait for ever."""


class _Jump(selectors.BaseSelector):
    """A selector that, asked to wait, moves `now` (s) on by the wait instead.

    The loop asks for the time to its next timer, or for None when it has none.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = self._real.select(0)
        if events or timeout == 0:
            return events
        if timeout is None:
            raise DeadlockError(
                "deadlock in virtual time: no task can go on and no timer is set "
                "(sockets, child processes and threads need a test in real time)"
            )
        self.now += timeout
        return events

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that starts at 0.0 s and never sleeps. Raises DeadlockError where it would hang."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        # The one private touch: where the real clock is coarse (15.6 ms on Windows before Python
        # 3.13) asyncio would run timers up to that much early, and tests would differ by platform.
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jump.now


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in virtual time, as asyncio.run does in real time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
