"""Twitch chat without an account or a token: read-only IRC over a websocket.

Does not know how often it may fail: `supervise` tries again. What it cannot give: sending,
rewards without text, reward titles, what AutoMod holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp

from bot.chat import twitch_tags
from bot.chat.connector import Emit
from bot.chat.irc import IrcLine
from bot.chat.irc_link import DEFAULT, IrcLink, Timing
from bot.chat.moving import Visit

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

            def connect(_: IrcLink | None) -> IrcLink:
                link = IrcLink(http, self._url, self._channel, self._timing, take)
                link.joined.add_done_callback(lambda _: self.on_connected())
                return link

            visit = Visit(connect, self.name, self._timing.spacing)
            try:
                await visit.stay()
            finally:
                await visit.end()
