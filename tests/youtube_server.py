"""A real server on loopback that stands for YouTube: its pages, its web chat, its official API.

    async with YouTubeServer() as server:
        ... read server.web_url, or server.api_url with server.key ...
        server.act(text("hello"))           # the web chat
        server.post(said("hello"))          # the official chat
        server.faults += [Fault(503), Fault(abort=True)]

It has one channel, @zorgle, with one video. What was said before one connects is history. Each
request for chat, and each stream of it, meets the next fault in line.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests import youtube_pages as pages
from tests.youtube_pages import CHANNEL, listed
from tests.youtube_wire import Wire, problem

HOST = "127.0.0.1"
HANDLE = "@zorgle"
VIDEO = "zorgleVideo"
KEY = "zorgle-key-that-nobody-may-see"

_UNITS = Counter(
    {"videos": 1, "channels": 1, "playlistItems": 1, "search": 100, "liveChat/messages/stream": 5}
)


@dataclass
class Fault:
    """What goes wrong with one request."""

    status: int = 200
    """Answered with, unless it is 200."""
    reason: str = ""
    """The reason that stands in the answer."""
    abort: bool = False
    """The connection is cut; of a stream, after what it had to say."""
    silent: bool = False
    """Nothing is answered, and nothing closed."""
    body: str | None = None
    """Answered with instead of what should be, with status 200 or as told."""
    location: str = ""
    """Where the answer sends one, if its status says so."""
    again: int = 0
    """So many of the last actions or items are sent once more."""


class YouTubeServer:
    """Starts on a free port; everything public may be set at any time."""

    def __init__(self) -> None:
        self.state = "live"
        """live, upcoming, ended, plain (no stream), private, missing, untold, off (no chat)."""
        self.key = KEY
        self.actions: list[Wire] = []
        self.items: list[Wire] = []
        self.faults: deque[Fault] = deque()
        self.asked_for_fault: Fault | None = None
        """What goes wrong with every other request."""
        self.timeout_ms = 10
        self.chunk = 1 << 16
        """Bytes that a stream writes at a time."""
        self.chat_page = True
        """Whether the page of the chat tells where it begins."""
        self.redirected = False
        """Whether each page is first asked for elsewhere, as for consent."""
        self.uploads = True
        """Whether the channel has a list of uploads."""
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[Wire] = []
        self.units = 0
        self._over = False
        self._ends = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._transports: set[asyncio.Transport] = set()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        return f"http://{HOST}:{self._port}/youtube/v3"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/youtube/v3/liveChat/messages/stream", self._stream)
        app.router.add_get("/youtube/v3/{what}", self._api)
        app.router.add_post("/youtubei/v1/live_chat/get_live_chat", self._get_live_chat)
        app.router.add_post("/youtubei/v1/live_chat/get_live_chat_replay", self._replay)
        app.router.add_get("/live_chat", self._chat_page)
        app.router.add_get("/watch", self._watch)
        app.router.add_get("/embed/{video}", self._watch)
        app.router.add_get("/channel/{name}/live", self._channel)
        app.router.add_get("/{name}/live", self._channel)
        self._runner = web.AppRunner(
            app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    def act(self, *actions: Wire) -> None:
        """Happens in the web chat."""
        self.actions += actions
        self._tell()

    def post(self, *items: Wire) -> None:
        """Happens in the official chat; what is posted at once is one object of the stream."""
        self.items += items
        self._tell()

    def end(self, state: str = "ended") -> None:
        """The stream is over, and its chat with it."""
        self.state, self._over = state, True
        self._tell()

    def begin(self) -> None:
        """The channel streams again, with an empty chat."""
        self.state, self._over = "live", False
        self.actions.clear()
        self.items.clear()

    def end_answers(self) -> None:
        """End the streams that are open, politely."""
        self._ends += 1
        self._tell()

    def cut(self) -> None:
        """Abort every open stream."""
        for transport in list(self._transports):
            transport.abort()

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(p == path for p, _ in self.requests)

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something about the server is true."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    def _tell(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._tasks.add(task := asyncio.ensure_future(notify()))
        task.add_done_callback(self._tasks.discard)

    def _note(self, request: web.Request, path: str) -> None:
        self.requests.append((path, dict(request.query)))
        self._tell()

    # The pages

    async def _channel(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self._note(request, f"{name}/live")
        if name not in (HANDLE, CHANNEL):
            return web.Response(status=404, text="<html>This page isn't available.</html>")
        if self.state in ("live", "upcoming", "untold"):
            return self._page(VIDEO)
        return _html(pages.of_channel())

    async def _watch(self, request: web.Request) -> web.Response:
        video = request.query.get("v") or request.match_info.get("video", "")
        self._note(request, "watch")
        if self.asked_for_fault is not None:
            return web.Response(status=self.asked_for_fault.status)
        if self.redirected and "ok" not in request.query:
            raise web.HTTPFound(f"/watch?v={video}&ok=1")
        return self._page(video)

    def _page(self, video: str) -> web.Response:
        return _html(pages.of_video(video, self.state if video == VIDEO else "missing"))

    async def _chat_page(self, request: web.Request) -> web.Response:
        self._note(request, "live_chat")
        if not self.chat_page:
            return web.Response(status=404)
        return _html(pages.of_chat())

    # The web chat

    async def _get_live_chat(self, request: web.Request) -> web.StreamResponse:
        body: Wire = await request.json()
        self.bodies.append(body)
        self._note(request, "get_live_chat")
        fault = self.faults.popleft() if self.faults else Fault()
        if (answer := await self._fail(request, fault)) is not None:
            return answer
        context = {"responseContext": {"visitorData": "visitor"}}
        if self._over:
            return web.json_response(context)
        place = str(body["continuation"])
        start = int(place[1:]) if place[1:].isdecimal() else 0
        sent = self.actions[max(0, start - fault.again) :]
        after = {"continuation": f"c{len(self.actions)}", "timeoutMs": self.timeout_ms}
        chat: Wire = {"continuations": [{"invalidationContinuationData": after}]}
        if sent:
            chat["actions"] = sent
        return web.json_response(context | {"continuationContents": {"liveChatContinuation": chat}})

    async def _replay(self, request: web.Request) -> web.Response:
        self._note(request, "get_live_chat_replay")
        return web.json_response({})

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        if fault.abort and request.transport is not None:
            request.transport.abort()
        if fault.silent:
            await asyncio.sleep(3600)
        if fault.body is not None:
            return web.Response(status=fault.status, text=fault.body)
        if fault.status != 200:
            headers = {"Location": fault.location} if fault.location else None
            body = problem(fault.status, fault.reason)
            return web.json_response(body, status=fault.status, headers=headers)
        return None

    # The official API

    async def _api(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        if (refused := self._refuse(request, what)) is not None:
            return refused
        found: Any = []
        match what:
            case "videos" if VIDEO in request.query["id"].split(",") and self.state != "private":
                found = [listed(VIDEO, self.state)] if self.state != "missing" else []
            case "channels" if HANDLE == request.query.get("forHandle", "").lower():
                found = [_listed_channel()]
            case "channels" if request.query.get("id") == CHANNEL:
                found = [_listed_channel()]
            case "playlistItems" if not self.uploads:
                return web.json_response(problem(404, "playlistNotFound"), status=404)
            case "playlistItems":
                found = [{"contentDetails": {"videoId": VIDEO}}]
            case "search" if self.state == "live":
                found = [{"id": {"videoId": VIDEO}}]
        return web.json_response({"items": found})

    def _refuse(self, request: web.Request, what: str) -> web.Response | None:
        self._note(request, what)
        self.units += _UNITS[what]
        if request.query.get("key") != self.key:
            body = problem(400, "badRequest", f"API key not valid: {request.query.get('key')}")
            body["error"]["details"] = [{"reason": "API_KEY_INVALID"}]
            return web.json_response(body, status=400)
        fault = self.asked_for_fault
        if fault is not None and fault.status != 200:
            return web.json_response(problem(fault.status, fault.reason), status=fault.status)
        return None

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._refuse(request, "liveChat/messages/stream")) is not None:
            return refused
        fault = self.faults.popleft() if self.faults else Fault()
        if not fault.abort and (answer := await self._fail(request, fault)) is not None:
            return answer
        if self._over and not request.query.get("pageToken"):
            return web.json_response(problem(403, "liveChatEnded"), status=403)
        return await self._pour(request, fault)

    async def _pour(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        transport = request.transport
        assert transport is not None
        self._transports.add(transport)
        ends, first = self._ends, True
        token = request.query.get("pageToken", "t0")
        at = max(0, int(token[1:]) - fault.again)
        try:
            while True:
                page = {"nextPageToken": f"t{len(self.items)}", "items": self.items[at:]}
                if self._over:
                    page["offlineAt"] = "2026-01-01T00:00:00Z"
                at = len(self.items)
                await self._write(response, ("[" if first else ",\r\n") + json.dumps(page))
                first = False
                if fault.abort:
                    transport.abort()
                if self._over or self._ends > ends:
                    await self._write(response, "]")
                    return response
                async with self._changed:
                    while len(self.items) == at and not self._over and self._ends == ends:
                        await self._changed.wait()
        finally:
            self._transports.discard(transport)

    async def _write(self, response: web.StreamResponse, words: str) -> None:
        data = words.encode()
        for start in range(0, len(data), self.chunk):
            await response.write(data[start : start + self.chunk])


def _html(body: str) -> web.Response:
    return web.Response(text=f"<!DOCTYPE html><html>{body}</html>", content_type="text/html")


def _listed_channel() -> Wire:
    lists = {"relatedPlaylists": {"uploads": f"UU{CHANNEL[2:]}"}}
    return {"id": CHANNEL, "contentDetails": lists}
