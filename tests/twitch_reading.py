"""The signed-in Twitch connector under its supervisor, on a server, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.chat import twitch_events as events
from bot.chat.supervise import supervise
from bot.chat.twitch import Addresses, Twitch
from bot.chat.twitch_socket import Timing
from bot.chat.twitch_tokens import SignIn, TokenFile, Who
from filters.message import ChatMessage, Event
from tests.twitch_server import TwitchServer
from tests.twitch_sign_ins import CLIENT_ID

QUICK = Timing(connect=5.0, grace=0.2, drain=5.0, spacing=0.01, compare=0.05, sign_in=0.05)


class Chat:
    """What came out of the connector, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._changed.set()

    @property
    def messages(self) -> list[ChatMessage]:
        return [event for event in self.events if isinstance(event, ChatMessage)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10.0):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


async def hurried(seconds: float) -> None:
    """Stands for `asyncio.sleep` in the supervisor."""
    await asyncio.sleep(seconds / 100)


class Reading:
    """A supervised connector and its chat."""

    def __init__(self, twitch: Twitch, chat: Chat, task: asyncio.Task[bool]) -> None:
        self.twitch = twitch
        self.chat = chat
        self.task = task

    async def ended(self) -> None:
        await asyncio.wait_for(asyncio.wait({self.task}), 10.0)


@asynccontextmanager
async def reading(
    server: TwitchServer,
    folder: Path,
    *channels: str,
    timing: Timing = QUICK,
    sign_in: SignIn | None = None,
    bot: SignIn | None = None,
    joined: bool = True,
    client_id: str = CLIENT_ID,
) -> AsyncIterator[Reading]:
    """The connector on a server, subscribed to everything."""
    file = TokenFile(folder)
    sign_in = sign_in or server.sign_in()
    file.save(sign_in)
    if bot is not None:
        file.save(bot, Who.BOT)
    twitch = Twitch(
        channels or ("room",),
        file,
        sign_in,
        Addresses(f"{server.http}/helix", server.http, server.eventsub),
        bot=bot,
        client_id=client_id,
        timing=timing,
    )
    chat = Chat()
    task = asyncio.create_task(supervise(twitch, chat.emit, sleep=hurried))
    try:
        if joined:
            await server.subscribed(events.REDEEMED, count=6)
        yield Reading(twitch, chat, task)
    finally:
        task.cancel()
        await asyncio.wait({task})
