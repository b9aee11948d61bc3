"""Staying on a server that asks to connect anew: the next connection is up before the old is left.

Does not know what is said on a connection. Both are read meanwhile: nothing is lost, and what both
bring has the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

log = logging.getLogger(__name__)


class Link(Protocol):
    """One connection, from its task's start to its end."""

    task: asyncio.Task[None]
    """Reads; ends only by raising."""
    joined: asyncio.Future[Any]
    """Done once the connection brings what it is there for."""
    leaving: asyncio.Future[Any]
    """Done once the server asks to connect anew."""

    async def drain(self) -> None:
        """Wait until what was sent before now has been read, if that is soon."""

    async def close(self) -> None:
        """End the connection and its task."""


L = TypeVar("L", bound=Link)


class Visit(Generic[L]):
    """One run of a connector: the connection in use and, for moments, its successor."""

    def __init__(self, connect: Callable[[L | None], L], name: str, spacing: float) -> None:
        """`connect` makes a connection, given the one that it follows; `spacing` in seconds."""
        self._connect = connect
        self._name = name
        self._spacing = spacing
        self._links: list[L] = []
        self._next = 0.0

    async def stay(self) -> None:
        """Read; move when asked to; raise what ended the last connection."""
        link = await self._open(None)
        while True:
            await first(link.task, link.leaving)
            if link.leaving.done():
                link = await self._successor(link)
            else:
                link.task.result()

    async def end(self) -> None:
        """Close every connection."""
        while self._links:
            await self._links.pop().close()

    async def _successor(self, old: L) -> L:
        log.info("%s: moving to a new connection, as the server asked", self._name)
        while True:
            new = await self._open(old)
            await first(new.task, new.joined, old.task)
            if not new.task.done():
                await old.drain()
                await self._close(old)
                return new
            if old.task.done():
                new.task.result()
            await self._close(new)  # the old one is still read: there is time for another try

    async def _open(self, old: L | None) -> L:
        loop = asyncio.get_running_loop()
        # A server that asks again and again must not be answered without a pause.
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        self._next = loop.time() + self._spacing
        self._links.append(self._connect(old))
        return self._links[-1]

    async def _close(self, link: L) -> None:
        await link.close()
        self._links.remove(link)


async def first(*waited: asyncio.Future[Any]) -> None:
    """Wait until one of them is done."""
    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
