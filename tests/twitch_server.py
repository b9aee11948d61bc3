"""A real server on loopback that speaks Twitch's sign-in, Helix and EventSub, and their faults.

    async with TwitchServer() as server:
        ... settings from server.env() ...
        await server.subscribed(events.MESSAGE)
        await server.say("hello", user="ann")
        server.abort()

It knows the accounts `room` (the streamer), `speaker` (a bot) and `other` unless told others.
`fail["POST /helix/chat/messages"] = [500, 429]` answers the next requests of that path so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from bot.chat import twitch_events as events
from tests.twitch_payloads import Json, now
from tests.twitch_sign_ins import CLIENT_ID, SignIns, error

HOST = "127.0.0.1"


@dataclass
class Subscription:
    """What a client has asked for."""

    id: str
    kind: str
    condition: Json
    session: str
    status: str = "enabled"

    def shown(self) -> Json:
        transport = {"method": "websocket", "session_id": self.session}
        return {
            "id": self.id,
            "type": self.kind,
            "version": "1",
            "status": self.status,
            "cost": 0,
            "condition": self.condition,
            "transport": transport | {"connected_at": now()},
            "created_at": now(),
        }


@dataclass
class Client:
    """One EventSub connection."""

    ws: web.WebSocketResponse
    request: web.Request
    session: str
    quiet: bool = False
    """Gets no keepalive and no notification any more, as a half-open connection does."""
    sent: list[Json] = field(default_factory=list)

    async def send(self, message: Json | str) -> None:
        if not self.quiet and not self.ws.closed:
            text = message if isinstance(message, str) else json.dumps(message)
            await self.ws.send_str(text)

    def abort(self) -> None:
        """Cut the TCP connection without a goodbye."""
        if self.request.transport is not None:
            self.request.transport.abort()


class TwitchServer(SignIns):
    """Starts on a free port; faults may be set at any time."""

    def __init__(self, *, keepalive: int = 10, beats: float = 1.0) -> None:
        super().__init__()
        self.keepalive = keepalive
        """Seconds that a client is told to expect a message within."""
        self.beats = beats
        """Seconds between two keepalive messages."""
        self.forbidden: set[str] = set()
        """Kinds of events that are answered with 403."""
        self.closed: set[str] = set()
        """Ids of channels whose every event is answered with 403."""
        self.lists_subscriptions = True
        self.moved_to: str | None = None
        """The address that a reconnect names; by default the server's own."""
        self.drops: str = ""
        """Why a sent message is dropped."""
        self.sent: list[Json] = []
        self.made: list[Json] = []
        self.rewards: list[Json] = []
        self.given_back: list[str] = []
        """Ids of redemptions that were cancelled."""
        self.clients: list[Client] = []
        self.connections = 0
        self.subscriptions: dict[str, Subscription] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._beat: asyncio.Task[None] | None = None

    # --- life

    @property
    def http(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def eventsub(self) -> str:
        return f"ws://{HOST}:{self._port}/ws"

    def env(self, channels: str = "room") -> dict[str, str]:
        """The settings that lead here."""
        values = {
            "CHANNELS": channels,
            "CLIENT_ID": CLIENT_ID,
            "API_URL": f"{self.http}/helix/",
            "AUTH_URL": f"{self.http}/",
            "EVENTSUB_URL": self.eventsub,
        }
        return {f"ISHOWTTS_TWITCH__{key}": value for key, value in values.items()}

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        app = web.Application()
        app.router.add_get("/ws", self._eventsub)
        app.router.add_get("/oauth2/validate", self._validate)
        app.router.add_post("/oauth2/device", self._device)
        app.router.add_post("/oauth2/token", self._token)
        app.router.add_get("/helix/users", self._users)
        app.router.add_get("/helix/eventsub/subscriptions", self._list)
        app.router.add_post("/helix/eventsub/subscriptions", self._subscribe)
        app.router.add_post("/helix/chat/messages", self._send)
        app.router.add_get("/helix/channel_points/custom_rewards", self._list_rewards)
        app.router.add_post("/helix/channel_points/custom_rewards", self._add_reward)
        app.router.add_patch("/helix/channel_points/custom_rewards/redemptions", self._redeemed)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]
        self._beat = asyncio.create_task(self._keep_alive())

    async def close(self) -> None:
        """Cut every connection and stop listening: the next one is refused."""
        self.abort()
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.wait({self._beat})
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self.beats)
            for client in list(self.clients):
                await client.send(self._envelope("session_keepalive", {}))

    # --- faults

    def abort(self) -> None:
        """Cut every EventSub connection."""
        for client in list(self.clients):
            client.abort()

    async def close_with(self, code: int) -> None:
        """Close every EventSub connection, as the platform does."""
        for client in list(self.clients):
            await client.ws.close(code=code)

    def silence(self) -> None:
        """Nothing comes any more on the connections there are."""
        for client in self.clients:
            client.quiet = True

    async def reconnect(self) -> None:
        """Ask every client to connect anew."""
        for client in list(self.clients):
            address = self.moved_to or f"{self.eventsub}?moves={client.session}"
            session = {"id": client.session, "status": "reconnecting", "reconnect_url": address}
            await client.send(self._envelope("session_reconnect", {"session": session}))

    def expire(self) -> None:
        """Every access token is void from now on."""
        self.tokens.clear()

    def revoke_all(self) -> None:
        """The user took the sign-in back: nothing is accepted any more."""
        self.tokens.clear()
        self.refreshes.clear()

    async def revoke(self, kind: str, status: str) -> None:
        """Take a subscription away and tell it."""
        for one in [s for s in self.subscriptions.values() if s.kind == kind]:
            del self.subscriptions[one.id]
            one.status = status
            for client in self._holding(one.session):
                await client.send(self._envelope("revocation", {"subscription": one.shown()}))

    def forget_subscriptions(self, kind: str = "") -> None:
        """Lose subscriptions without a word."""
        for one in [s for s in self.subscriptions.values() if kind in ("", s.kind)]:
            del self.subscriptions[one.id]

    # --- events

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something about the server is true."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def subscribed(self, *kinds: str, count: int = 5) -> None:
        """Wait until these kinds, and as many subscriptions, are there."""
        await self.until(
            lambda: (
                len(self.subscriptions) >= count
                and set(kinds) <= {s.kind for s in self.subscriptions.values()}
            )
        )

    async def notify(
        self, kind: str, event: Json, *, envelope: str = "", at: str = "", times: int = 1
    ) -> str:
        """Send a notification to whoever subscribed; gives the envelope's id."""
        envelope = envelope or self._id("envelope")
        for one in list(self.subscriptions.values()):
            if one.kind != kind or not _meant(one, event):
                continue
            message = self._envelope(
                "notification",
                {"subscription": one.shown(), "event": event},
                ident=envelope,
                at=at,
                more={"subscription_type": kind, "subscription_version": "1"},
            )
            for client in self._holding(one.session):
                for _ in range(times):
                    await client.send(message)
        return envelope

    async def say(self, text: str, *, user: str = "ann", **more: Any) -> Json:
        """A chat line, as Twitch sends it; gives its event."""
        sending = {k: more.pop(k) for k in ("envelope", "at", "times") if k in more}
        event = self.line(text, user=user, **more)
        await self.notify(events.MESSAGE, event, **sending)
        return event

    def _envelope(
        self, kind: str, payload: Json, *, ident: str = "", at: str = "", more: Json | None = None
    ) -> Json:
        head = {
            "message_id": ident or self._id("envelope"),
            "message_type": kind,
            "message_timestamp": at or now(),
        }
        return {"metadata": head | (more or {}), "payload": payload}

    def _holding(self, session: str) -> list[Client]:
        return [c for c in self.clients if c.session == session]

    # --- EventSub

    async def _eventsub(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        session, moves = self._id("session"), request.query.get("moves")
        client = Client(ws, request, session)
        self.connections += 1
        info = {
            "id": session,
            "status": "connected",
            "connected_at": now(),
            "keepalive_timeout_seconds": self.keepalive,
            "reconnect_url": None,
        }
        try:
            await client.send(self._envelope("session_welcome", {"session": info}))
            self.clients.append(client)
            if moves is not None:
                await self._move(moves, session)
            await self._tell()
            async for _ in ws:
                await ws.close(code=4001)
        finally:
            if client in self.clients:
                self.clients.remove(client)
            for one in [s for s in self.subscriptions.values() if s.session == session]:
                del self.subscriptions[one.id]
            await self._tell()
        return ws

    async def _move(self, old: str, new: str) -> None:
        for one in self.subscriptions.values():
            if one.session == old:
                one.session = new
        for client in self._holding(old):
            await client.ws.close(code=4004)

    async def _subscribe(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        data = await request.json()
        session, kind = data["transport"]["session_id"], data["type"]
        if not self._holding(session):
            return error(400, "websocket transport session does not exist")
        if kind in self.forbidden or data["condition"]["broadcaster_user_id"] in self.closed:
            return error(403, "subscription missing proper authorization")
        for one in self.subscriptions.values():
            if (one.kind, one.condition, one.session) == (kind, data["condition"], session):
                return error(409, "subscription already exists")
        one = Subscription(self._id("sub"), kind, data["condition"], session)
        self.subscriptions[one.id] = one
        await self._tell()
        body = {"data": [one.shown()], "total": 1, "total_cost": 0, "max_total_cost": 10}
        return web.json_response(body, status=202)

    async def _list(self, request: web.Request) -> web.Response:
        if not self.lists_subscriptions:
            return error(404, "not here")
        if (refusal := self._refusal(request)) is not None:
            return refusal
        shown = [one.shown() for one in self.subscriptions.values()]
        body = {"data": shown, "total": len(shown), "total_cost": 0, "max_total_cost": 10}
        return web.json_response(body | {"pagination": {}})

    # --- Helix

    async def _users(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        wanted = request.query.getall("login", [])
        found = [_user(n, i) for n, i in self.users.items() if n in wanted]
        return web.json_response({"data": found})

    async def _send(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        data = await request.json()
        self.sent.append(data)
        await self._tell()
        drop = {"code": "msg_rejected", "message": self.drops} if self.drops else None
        sent = {"message_id": self._id("line"), "is_sent": not self.drops, "drop_reason": drop}
        return web.json_response({"data": [sent]})

    async def _list_rewards(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        wanted = request.query.get("only_manageable_rewards", "false")
        if wanted not in ("true", "false"):
            return error(400, "the parameter only_manageable_rewards was malformed")
        ours = wanted == "true"
        shown = [*self.made, *([] if ours else self.rewards)]
        return web.json_response({"data": shown})

    async def _add_reward(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        data = await request.json()
        if any(r["title"] == data["title"] for r in [*self.made, *self.rewards]):
            return error(400, "CREATE_CUSTOM_REWARD_DUPLICATE_REWARD")
        self.made.append(data | {"id": self._id("reward")})
        return web.json_response({"data": self.made[-1:]})

    async def _redeemed(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        query = request.query
        if query["reward_id"] not in {reward["id"] for reward in self.made}:
            return error(403, "the app did not make this reward")
        if query["id"] in self.given_back:
            return error(400, "the redemption is not unfulfilled")
        if (await request.json())["status"] == "CANCELED":
            self.given_back.append(query["id"])
        await self._tell()
        return web.json_response({"data": [{"id": query["id"]}]})

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _meant(one: Subscription, event: Json) -> bool:
    return bool(one.condition["broadcaster_user_id"] == event.get("broadcaster_user_id"))


def _user(login: str, ident: str) -> Json:
    return {"id": ident, "login": login, "display_name": login.capitalize(), "type": ""}
