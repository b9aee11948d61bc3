"""A real server on loopback that speaks Twitch's dialect of IRC over websocket, and its faults.

    async with IrcServer() as server:
        ... connect to server.url ...
        await server.joined(1)
        await server.say("hello", user="ann")
        server.cut()

What it sends goes to every connection that has joined. It knows one channel unless told others.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable
from typing import Self

from aiohttp import WSMsgType, web

HOST = "127.0.0.1"
ROOM_ID = "100"


class Client:
    """One connection to the server."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self.ws = ws
        self.nick = ""
        self.joined = False
        self.tags = False
        self._transport = request.transport

    async def send(self, *lines: str) -> None:
        """Lines in one websocket message, as Twitch sends them."""
        await self.ws.send_str("".join(f"{line}\r\n" for line in lines))

    def abort(self) -> None:
        """Cut the TCP connection without a goodbye."""
        if self._transport is not None:
            self._transport.abort()


class IrcServer:
    """Starts on a free port; `stalled`, `late`, `refusal` and the like may be set at any time."""

    def __init__(self, *channels: str) -> None:
        self.channels = set(channels or ("room",))
        self.stalled = False
        """Takes everything, answers nothing, as a half-open connection does."""
        self.late = 0.0
        """Seconds before the answer to each line."""
        self.refusal = ""
        """A NOTICE that is given instead of a welcome."""
        self.suspended = False
        """Answers every JOIN as for a channel that was taken down."""
        self.no_tags = False
        """Refuses capabilities."""
        self.clients: list[Client] = []
        self.received: list[str] = []
        self.connections = 0
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._numbers = itertools.count(1)

    @property
    def url(self) -> str:
        return f"ws://{HOST}:{self._port}"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        app = web.Application()
        app.router.add_get("/", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Cut every connection and stop listening: the next one is refused."""
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def cut(self) -> None:
        """Abort every connection."""
        for client in list(self.clients):
            client.abort()

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something about the server is true."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def joined(self, count: int) -> None:
        """Wait until `count` connections are in the channel."""
        await self.until(lambda: sum(c.joined for c in self.clients) == count)

    async def send(self, *lines: str) -> None:
        """Raw lines, to every connection that has joined, in one message each."""
        for client in [c for c in self.clients if c.joined]:
            await client.send(*lines)

    async def send_bytes(self, data: bytes) -> None:
        """A text message that need not be UTF-8, to every connection that has joined."""
        for client in [c for c in self.clients if c.joined]:
            await client.ws.send_frame(data, WSMsgType.TEXT)

    async def say(
        self, text: str, *, user: str = "ann", channel: str = "room", **tags: str
    ) -> None:
        """A chat line as Twitch would send it; `tags` with _ for - are added to the usual ones."""
        await self.send(self.line(text, user=user, channel=channel, **tags))

    def line(self, text: str, *, user: str = "ann", channel: str = "room", **tags: str) -> str:
        """The line that `say` sends."""
        usual = {
            "badges": "",
            "display-name": user.capitalize(),
            "emotes": "",
            "id": str(uuid.UUID(int=next(self._numbers))),
            "room-id": ROOM_ID,
            "user-id": f"id-{user}",
        } | {key.replace("_", "-"): value for key, value in tags.items()}
        head = ";".join(f"{key}={_escape(value)}" for key, value in usual.items())
        return f"@{head} :{user}!{user}@{user}.tmi.twitch.tv PRIVMSG #{channel} :{text}"

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        client = Client(ws, request)
        self.clients.append(client)
        self.connections += 1
        await self._tell()
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    for line in message.data.split("\r\n"):
                        await self._take(client, line)
        finally:
            self.clients.remove(client)
            await self._tell()
        return ws

    async def _take(self, client: Client, line: str) -> None:
        self.received.append(line)
        if self.late:
            await asyncio.sleep(self.late)
        if not self.stalled:
            await self._answer(client, line)
        await self._tell()

    async def _answer(self, client: Client, line: str) -> None:
        match line.split(" "):
            case ["CAP", "REQ", *caps]:
                client.tags = not self.no_tags
                verdict = "NAK" if self.no_tags else "ACK"
                await client.send(f":tmi.twitch.tv CAP * {verdict} {' '.join(caps)}")
            case ["NICK", nick] if self.refusal:
                client.nick = nick
                await client.send(f":tmi.twitch.tv NOTICE * :{self.refusal}")
            case ["NICK", nick]:
                client.nick = nick
                greeting = [("001", "Welcome, GLHF!"), ("002", "Your host is tmi.twitch.tv")]
                greeting += [("003", "This server is rather new"), ("004", "-"), ("375", "-")]
                greeting += [("372", "You are in a maze of twisty passages."), ("376", ">")]
                await client.send(
                    *(f":tmi.twitch.tv {code} {nick} :{text}" for code, text in greeting)
                )
            case ["JOIN", channel] if self.suspended:
                why = "This channel does not exist or has been suspended."
                await client.send(
                    f"@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE {channel} :{why}"
                )
            case ["JOIN", channel] if channel.removeprefix("#") in self.channels:
                await self._join(client, channel)
            case ["PING", *rest]:
                token = " ".join(rest).removeprefix(":")
                await client.send(f":tmi.twitch.tv PONG tmi.twitch.tv :{token}")

    async def _join(self, client: Client, channel: str) -> None:
        nick = client.nick
        host = f"{nick}.tmi.twitch.tv"
        await client.send(
            f":{nick}!{nick}@{host} JOIN {channel}",
            f":{host} 353 {nick} = {channel} :{nick}",
            f":{host} 366 {nick} {channel} :End of /NAMES list",
        )
        client.joined = True
        await client.send(
            f"@emote-only=0;followers-only=-1;r9k=0;room-id={ROOM_ID};slow=0;subs-only=0"
            f" :tmi.twitch.tv ROOMSTATE {channel}"
        )

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _escape(value: str) -> str:
    for plain, escaped in (("\\", r"\\"), (";", r"\:"), (" ", r"\s"), ("\r", r"\r"), ("\n", r"\n")):
        value = value.replace(plain, escaped)
    return value
