"""One connection to one channel of Twitch's IRC: log in without an account, join, stay alive.

Does not know what chat lines mean, and never connects twice: `twitch_anonymous` does.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from bot.chat.connector import Fatal, Lost
from bot.chat.irc import Broken, IrcLine, parse
from bot.chat.lines import Turns
from bot.chat.websocket import Patience, Socket, connect, end, receive

log = logging.getLogger(__name__)

MAX_LINE = 1 << 16
"""Characters of a line; a longer one is left out. Twitch's own limits add up to far less."""


@dataclass(frozen=True, slots=True)
class Timing(Patience):
    """How long to wait for what, in seconds."""

    join: float = 10.0
    """For a sign that the channel exists."""
    silence: float = 60.0
    """Without a word from the server before it is asked whether it is there."""
    answer: float = 10.0
    """For any word after that."""


DEFAULT = Timing()


class IrcLink:
    """A connection, from its task's start to its end. It ends only by raising."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        channel: str,
        timing: Timing,
        on_line: Callable[[IrcLine], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.joined: asyncio.Future[None] = loop.create_future()
        """Done once the channel answers."""
        self.leaving: asyncio.Future[None] = loop.create_future()
        """Done once the server asks to connect anew."""
        self._drained: asyncio.Future[None] = loop.create_future()
        self._http = http
        self._url = url
        self._channel = channel
        self._timing = timing
        self._on_line = on_line
        self._nick = f"justinfan{10_000 + secrets.randbelow(80_000)}"
        self._turns = Turns()
        self._ws: Socket | None = None
        self._welcomed = False
        self._complained = False
        self.task = loop.create_task(self._run(), name=f"irc #{channel}")
        """Raises Fatal for a channel that cannot be, Lost or a network error otherwise."""

    async def drain(self) -> None:
        """Wait until everything that was sent before now has been read, if that is soon."""
        if self._ws is None or self.task.done():
            return
        try:
            await self._ws.send_str("PING :drain")
        except (OSError, aiohttp.ClientError) as error:
            log.debug("twitch #%s: the connection left was already gone: %r", self._channel, error)
            return
        await asyncio.wait(
            {self._drained, self.task},
            timeout=self._timing.drain,
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def close(self) -> None:
        """End the connection and its task."""
        await end(self.task)

    async def _run(self) -> None:
        async with await connect(self._http, self._url, self._timing.connect) as ws:
            self._ws = ws
            await ws.send_str("CAP REQ :twitch.tv/tags twitch.tv/commands")
            await ws.send_str(f"NICK {self._nick}")
            try:
                async with asyncio.timeout(self._timing.connect):
                    while not self._welcomed:
                        await self._read(ws)
            except TimeoutError:
                raise Lost(f"no welcome within {self._timing.connect:g} s") from None
            await ws.send_str(f"JOIN #{self._channel}")
            loop = asyncio.get_running_loop()
            late = loop.call_later(self._timing.join, self._warn_unless_joined)
            try:
                while True:
                    await self._read(ws)
            finally:
                late.cancel()

    async def _read(self, ws: Socket) -> None:
        frame = (await self._frame(ws)).decode("utf-8", "replace")
        for text in frame.split("\n"):
            text = text.rstrip("\r")
            if text:
                await self._take(ws, text)
                await self._turns.share()

    async def _frame(self, ws: Socket) -> bytes:
        try:
            return await receive(ws, self._timing.silence)
        except TimeoutError:
            await ws.send_str("PING :alive")
        try:
            return await receive(ws, self._timing.answer)
        except TimeoutError:
            quiet = self._timing.silence + self._timing.answer
            raise Lost(f"not a word from the server for {quiet:g} s") from None

    async def _take(self, ws: Socket, text: str) -> None:
        line = Broken(f"longer than {MAX_LINE}") if len(text) > MAX_LINE else parse(text)
        if isinstance(line, Broken):
            self._complain(line, text)
            return
        match line.command:
            case "PING":
                await ws.send_str(f"PONG :{line.param(0)}")
            case "PONG" if line.params[-1:] == ("drain",):
                _resolve(self._drained)
            case "001":
                self._welcomed = True
            case "RECONNECT":
                _resolve(self.leaving)
            case "CAP" if line.param(1) == "NAK":
                log.warning("twitch #%s: no roles and no deletions: tags refused", self._channel)
            case "JOIN" if line.nick == self._nick:
                _resolve(self.joined)
            case "ROOMSTATE" | "366":
                _resolve(self.joined)
            case "NOTICE":
                self._notice(line)
            case _:
                self._on_line(line)

    def _notice(self, line: IrcLine) -> None:
        said = line.params[-1][:200] if line.params else ""
        if not self._welcomed:
            raise Lost(f"the server refused the login: {said!r}")
        if line.tags.get("msg-id") == "msg_channel_suspended" and not self.joined.done():
            raise Fatal(f"there is no channel {self._channel!r}: {said!r}")
        log.debug("twitch #%s: notice %r", self._channel, said)

    def _warn_unless_joined(self) -> None:
        if not self.joined.done():
            log.warning(
                "twitch #%s: no answer from the channel within %g s: is the name spelt right?",
                self._channel,
                self._timing.join,
            )

    def _complain(self, line: Broken, text: str) -> None:
        level = logging.DEBUG if self._complained else logging.WARNING
        self._complained = True
        log.log(level, "twitch #%s: a broken line: %s: %.80a", self._channel, line.why, text[:80])


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
