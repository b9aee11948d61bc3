"""What the event loop asks of the thread that writes the journal.

Answers come back on the loop, and not later than a second.
Does not know what a change means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.journal_writer import Change, Statement, Writer

SLOW_S = 1.0
"""Seconds that anybody waits for a commit."""


class Requests:
    """Hands changes to a writer; without one everything counts as written."""

    def __init__(self, writer: Writer | None) -> None:
        self._writer = writer

    @property
    def writes(self) -> bool:
        """Whether there is a writer."""
        return self._writer is not None

    def close(self) -> None:
        """Write what is left; blocks, for 2.5 s at most."""
        if self._writer is not None:
            self._writer.close()

    async def ask(self, *statements: Statement, must: bool = False) -> bool:
        """Whether the statements, and all that was put before them, are committed in a second."""
        if self._writer is None:
            return True
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def then(kept: bool) -> None:
            if not told.done():
                told.set_result(kept)

        self.put(statements, then, must=must)
        return await told

    def put(
        self,
        statements: tuple[Statement, ...],
        then: Callable[[bool], None] | None = None,
        *,
        must: bool = False,
    ) -> bool:
        """Have statements committed together; False: too much waits already.

        `then` is called once, on the loop: True: they are committed. False after a failure, or a
        second without an answer: they are committed as soon as can be. What `must` be written is
        taken however much waits.
        """
        if self._writer is None:
            return True
        if then is None:
            return self._writer.put(Change(statements), must=must)
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None

        def tell(kept: bool) -> None:
            nonlocal timer
            if timer is not None:
                timer.cancel()
                timer = None
                then(kept)

        def told(kept: bool) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(tell, kept)

        timer = loop.call_later(SLOW_S, tell, False)
        taken = self._writer.put(Change(statements, told), must=must)
        if not taken:
            tell(False)
        return taken
