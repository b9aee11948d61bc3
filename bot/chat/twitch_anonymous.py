"""Twitch chat without an account or a token: read-only IRC over a websocket.

Does not know how often it may fail: `supervise` tries again. What it cannot give: sending,
rewards without text, reward titles, what AutoMod holds.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp

from bot.chat import twitch_tags
from bot.chat.connector import Emit
from bot.chat.irc import IrcLine
from bot.chat.irc_link import DEFAULT, IrcLink, Timing

log = logging.getLogger(__name__)

URL = "wss://irc-ws.chat.twitch.tv:443"

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,24}")
_HOSTS = {"twitch.tv", "www.twitch.tv", "m.twitch.tv"}


def channel_name(text: str) -> str:
    """The login name in `name`, `#name`, `@name`, or the address of a channel's page.

    Raises:
        ValueError: it is none of these.
    """
    name = text.strip()
    if "/" in name:
        name = _in_address(name)
    elif name[:1] in {"#", "@"}:
        name = name[1:]
    name = name.lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"{text[:80]!r} is not a Twitch channel: give its name, such as somename")
    return name


def _in_address(text: str) -> str:
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:  # brackets that hold no IP address
        return ""
    return url.path.strip("/") if url.hostname in _HOSTS else ""


class TwitchAnonymous:
    """Reads one channel's chat.

    When the server asks to reconnect, the new connection is joined before the old one is left,
    and both are read: nothing is lost, and what both bring has the same id.
    """

    moderated = True

    def __init__(self, channel: str, url: str = URL, *, timing: Timing = DEFAULT) -> None:
        """`channel` as `channel_name` takes it. Raises ValueError."""
        self._channel = channel_name(channel)
        self.name = f"twitch #{self._channel}"
        self.on_connected: Callable[[], None] = lambda: None
        self._url = url
        self._timing = timing

    async def run(self, emit: Emit) -> None:
        """Emit chat events until the connection is lost; always ends by raising.

        Raises:
            Fatal: there is no such channel.
            Lost, aiohttp.ClientError, OSError: the connection failed or ended.
        """

        def take(line: IrcLine) -> None:
            event = twitch_tags.read(line)
            if event is not None:
                emit(event)

        async with aiohttp.ClientSession() as http:

            def connect() -> IrcLink:
                link = IrcLink(http, self._url, self._channel, self._timing, take)
                link.joined.add_done_callback(lambda _: self.on_connected())
                return link

            visit = _Visit(connect, self.name, self._timing.spacing)
            try:
                await visit.stay()
            finally:
                await visit.end()


class _Visit:
    """One run of the connector: the connection in use and, for moments, its successor."""

    def __init__(self, connect: Callable[[], IrcLink], name: str, spacing: float) -> None:
        self._connect = connect
        self._name = name
        self._spacing = spacing
        self._links: list[IrcLink] = []
        self._next = 0.0

    async def stay(self) -> None:
        """Read; move when asked to; raise what ended the last connection."""
        link = await self._open()
        while True:
            await _first(link.task, link.leaving)
            if link.leaving.done():
                link = await self._successor(link)
            else:
                link.task.result()

    async def end(self) -> None:
        """Close every connection."""
        while self._links:
            await self._links.pop().close()

    async def _successor(self, old: IrcLink) -> IrcLink:
        log.info("%s: moving to a new connection, as the server asked", self._name)
        while True:
            new = await self._open()
            await _first(new.task, new.joined, old.task)
            if not new.task.done():
                await old.drain()
                await self._close(old)
                return new
            if old.task.done():
                new.task.result()
            await self._close(new)  # the old one is still read: there is time for another try

    async def _open(self) -> IrcLink:
        loop = asyncio.get_running_loop()
        # A server that asks again and again must not be answered without a pause.
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        self._next = loop.time() + self._spacing
        self._links.append(self._connect())
        return self._links[-1]

    async def _close(self, link: IrcLink) -> None:
        await link.close()
        self._links.remove(link)


async def _first(*waited: asyncio.Future[None]) -> None:
    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
