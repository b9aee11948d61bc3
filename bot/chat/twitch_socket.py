"""One EventSub connection: welcome, keepalive, and the messages between them.

Does not know what notifications mean or how they are asked for, and never connects twice:
`moving` and `supervise` do. The protocol forbids a client to send anything.

Source: Twitch developer documentation, "Handling WebSocket Events".
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bot.chat.connector import Lost
from bot.chat.lines import Turns
from bot.chat.websocket import Patience, Socket, connect, end, receive

log = logging.getLogger(__name__)

PLATFORM_HOST = "eventsub.wss.twitch.tv"
_KEEPALIVE_S = 10
_WHY = {
    4000: "internal error",
    4001: "something was sent to it",
    4002: "no answer to its ping",
    4003: "nothing was asked for in time",
    4004: "the new address was not used in time",
    4005: "its network timed out",
    4006: "its network failed",
    4007: "the new address was wrong",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the server that carries something."""

    id: str
    """The envelope's id: the same when it is sent again."""
    type: str
    """`session_welcome`, `notification` or `revocation`."""
    at: str
    """When it was sent, by the server's clock, in RFC 3339."""
    payload: Mapping[str, Any]
    """What it carries."""


@dataclass(frozen=True, slots=True)
class Timing(Patience):
    """How long to wait for what, in seconds."""

    grace: float = 4.0
    """After the server's keepalive time, before the connection counts as lost."""
    compare: float = 15.0
    """Between two looks at which subscriptions there are."""
    sign_in: float = 2.0
    """Between two looks for a new sign-in, once one is gone."""
    validate: float = 3600.0
    """Between two looks at whether the sign-in still holds."""


DEFAULT = Timing()


def accepted(address: object, base: str) -> bool:
    """Whether the server may send us to this address: its own host, or under the platform's."""
    if not isinstance(address, str):
        return False
    try:
        url = URL(address)
    except ValueError:
        return False
    host = (url.host or "").lower()
    if url.user or url.password or not host:
        return False
    if host == (URL(base).host or "").lower():
        return url.scheme == URL(base).scheme or url.scheme == "wss"
    return url.scheme == "wss" and (host == PLATFORM_HOST or host.endswith(f".{PLATFORM_HOST}"))


class EventSubLink:
    """A connection, from its task's start to its end. It ends only by raising."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        follows: EventSubLink | None,
        timing: Timing,
        on_message: Callable[[Message], None],
    ) -> None:
        """`follows`: the connection that the server asked to leave, whose session goes on here."""
        loop = asyncio.get_running_loop()
        self.joined: asyncio.Future[str] = loop.create_future()
        """Done once the server has said welcome; gives the session's id."""
        self.leaving: asyncio.Future[str] = loop.create_future()
        """Done once the server asks to connect anew; gives the address."""
        self.moved = follows is not None
        self._http = http
        self._url = url
        self._to = URL(follows.leaving.result()) if follows else URL(url).update_query(
            keepalive_timeout_seconds=_KEEPALIVE_S
        )  # fmt: skip
        self._timing = timing
        self._on_message = on_message
        self._turns = Turns()
        self._silence = timing.connect
        self._complained = False
        self.task = loop.create_task(self._run(), name="eventsub")
        """Raises Fatal for an address that cannot be, Lost or a network error otherwise."""

    async def drain(self) -> None:
        """Read on until the server closes what it asked to leave, if that is soon."""
        await asyncio.wait({self.task}, timeout=self._timing.drain)

    async def close(self) -> None:
        """End the connection and its task."""
        await end(self.task)

    async def _run(self) -> None:
        async with await connect(self._http, self._to, self._timing.connect) as ws:
            while True:
                self._take(await self._frame(ws))
                await self._turns.share()

    async def _frame(self, ws: Socket) -> bytes:
        try:
            return await receive(ws, self._silence, _WHY)
        except TimeoutError:
            what = "a sign of life" if self.joined.done() else "a welcome"
            raise Lost(f"not {what} from the server for {self._silence:g} s") from None

    def _take(self, frame: bytes) -> None:
        try:
            data = json.loads(frame)
            head, payload = data["metadata"], data.get("payload") or {}
            kind = head["message_type"]
            message = Message(
                str(head.get("message_id") or ""),
                kind,
                str(head.get("message_timestamp") or ""),
                payload,
            )
            self._act(message)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self._complain(f"{type(error).__name__}: {error}", frame)

    def _act(self, message: Message) -> None:
        match message.type:
            case "session_keepalive":
                pass
            case "session_welcome":
                self._welcome(message)
            case "session_reconnect":
                self._leave(message.payload["session"]["reconnect_url"])
            case "notification" | "revocation":
                self._on_message(message)
            case _:
                log.debug("twitch: a message of an unknown type: %.40r", message.type)

    def _welcome(self, message: Message) -> None:
        session = message.payload["session"]
        seconds = session.get("keepalive_timeout_seconds")
        known = isinstance(seconds, int) and 0 < seconds <= 600
        self._silence = (seconds if known else _KEEPALIVE_S) + self._timing.grace
        self._on_message(message)
        if not self.joined.done():
            self.joined.set_result(str(session["id"]))

    def _leave(self, address: object) -> None:
        if not accepted(address, self._url):
            log.warning("twitch: the server sends us to a foreign address, which is not followed")
        elif not self.leaving.done():
            self.leaving.set_result(str(address))

    def _complain(self, why: str, frame: bytes) -> None:
        level = logging.DEBUG if self._complained else logging.WARNING
        self._complained = True
        log.log(level, "twitch: a broken message: %.80s: %.80a", why, frame[:80])
