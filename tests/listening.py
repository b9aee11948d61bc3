"""Stands where the program stands behind a connector: takes events, and keeps the delays short."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.chat.connector import Connector
from bot.chat.supervise import supervise
from filters.message import ChatMessage, Event


class Chat:
    """What came out of a connector, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._changed.set()

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, ChatMessage)]

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def heard(self, *texts: str) -> None:
        """Wait for exactly these lines."""
        await self.until(lambda: len(self.texts) >= len(texts))
        assert self.texts == list(texts)


class Delays:
    """Stands for `asyncio.sleep`: a hundred times faster, and remembers."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._again = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._again.set()
        await asyncio.sleep(seconds / 100)

    async def until(self, count: int) -> None:
        """Wait until so many delays were asked for."""
        async with asyncio.timeout(10.0):
            while len(self.asked) < count:
                self._again.clear()
                await self._again.wait()


@asynccontextmanager
async def listening(
    connector: Connector, chat: Chat, delays: Delays | None = None
) -> AsyncIterator[asyncio.Task[bool]]:
    """A connector, kept alive as the program keeps it, until the end of the block."""
    sleep = (delays or Delays()).sleep
    task = asyncio.create_task(supervise(connector, chat.emit, sleep=sleep))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
