"""Keeps one connector alive: tries again with growing, jittered delays, and says so once.

Does not know platforms. Whatever happens to one connector stays with that connector.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from bot.chat.connector import Announcing, Connector, Emit, Fatal, one_line
from filters.message import Event

log = logging.getLogger(__name__)

LONGEST_DELAY = 60.0
"""Seconds between two tries, at most."""
HEALTHY = 60.0
"""Seconds of connection after which the delays begin anew."""


async def supervise(
    connector: Connector,
    emit: Emit,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    rng: Callable[[], float] = random.random,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Run a connector until it ends for good. Returns whether it ended by itself: False, if not
    before the user acts.

    The n-th delay is drawn from the upper half of 2**n s (1 s first, 60 s at most), so that many
    programs do not come back at the same instant. `rng` gives numbers in 0 .. 1.
    """
    watch = _Watch(connector, emit, clock)
    if isinstance(connector, Announcing):
        connector.on_connected = watch.connected
    failures = 0
    while True:
        try:
            await connector.run(watch.emit)
        except Fatal as error:
            log.error("%s: stopped: %s", connector.name, one_line(error))
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must live on
            if watch.lost(error) >= HEALTHY:
                failures = 0
        else:
            log.info("%s: ended", connector.name)
            return True
        delay = min(LONGEST_DELAY, 2.0 ** min(failures, 10))
        failures += 1
        await sleep(delay * (0.5 + 0.5 * rng()))


class _Watch:
    """What is known of the connector's state, and the log lines when it changes."""

    def __init__(self, connector: Connector, emit: Emit, clock: Callable[[], float]) -> None:
        self._connector = connector
        self._emit = emit
        self._clock = clock
        self._since: float | None = None
        self._lost_at: float | None = None
        self._errors = 0

    def connected(self) -> None:
        """The source is there."""
        if self._since is not None:
            return
        self._since = self._clock()
        if self._lost_at is None:
            log.info("%s: connected", self._connector.name)
        else:
            log.info("%s: back after %.0f s", self._connector.name, self._since - self._lost_at)
        self._lost_at = None

    def lost(self, error: Exception) -> float:
        """The connector failed. Returns the seconds that it had been connected."""
        now = self._clock()
        since, self._since = self._since, None
        if self._lost_at is None:
            what = "cannot connect" if since is None else "lost"
            log.warning("%s: %s, trying again: %s", self._connector.name, what, one_line(error))
            self._lost_at = now
        return 0.0 if since is None else now - since

    def emit(self, event: Event) -> None:
        """Passes an event on. An event that its taker cannot take must not cost the next one."""
        if self._lost_at is not None:
            self.connected()
        elif self._since is None:
            self._since = self._clock()
        try:
            self._emit(event)
        except Exception as error:  # noqa: BLE001 - a bug further on, not the connector's
            self._errors += 1
            if self._errors & (self._errors - 1) == 0:  # the 1st, 2nd, 4th, 8th …
                log.error(
                    "%s: %d events not taken, the last: %s",
                    self._connector.name,
                    self._errors,
                    one_line(error),
                )
