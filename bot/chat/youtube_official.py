"""YouTube chat by the official API with a key: one long answer, resumed where it broke off.

Does not know how often it may fail: `supervise` tries again. Each connection costs 5 of the key's
10,000 units a day, however long it lasts and whatever it brings.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.chat import youtube_items
from bot.chat.connector import ConnectorError, Emit, Lost
from bot.chat.json_pieces import Objects
from bot.chat.lines import Turns
from bot.chat.youtube_api import URL, Api, ChatOff, Gone, QuotaGone, TokenGone, failure
from bot.chat.youtube_live import READABLE, State, until_live
from bot.chat.youtube_lookup import Lookup
from bot.chat.youtube_names import source
from bot.chat.youtube_quota import renewed_at
from bot.chat.youtube_start import Start
from bot.chat.youtube_take import Take

log = logging.getLogger(__name__)

_STREAM = "liveChat/messages/stream"
_CHAT_OFF = (
    "this video's chat is off: switch 'Live chat' on in its settings in YouTube Studio; looking "
    "again from time to time"
)
_LONGEST_SLEEP = 60.0
"""Seconds: a machine that was asleep meanwhile must look at the clock again."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what, in seconds."""

    connect: float = 10.0
    """For a connection."""
    silence: float = 90.0
    """Without a byte before a connection is made anew, in case it is dead."""
    look: float = 60.0
    """Between two looks for a stream that has not begun; each costs 1 or 2 units."""
    off: float = 180.0
    """Between two tries while the stream's chat is switched off; each costs 6 units."""
    pause: float = 1.0
    """Between two connections, at least."""
    longest: float = 15.0
    """The same, at most: it doubles while connections are short. Were they all cut at once, a key's
    units would last for 8 hours."""
    healthy: float = 30.0
    """Of connection after which the pause is short again."""


DEFAULT = Timing()


class YouTubeOfficial:
    """Reads the chat of one channel's live streams, one after the other, or of one video."""

    moderated = True

    def __init__(
        self,
        channel: str,
        key: str,
        url: str = URL,
        *,
        timing: Timing = DEFAULT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`channel` as `youtube_names.source` takes it. Raises ValueError."""
        self._source = source(channel)
        self.name = f"youtube {self._source.id}"
        self.on_connected: Callable[[], None] = lambda: None
        self.on_left_out: Callable[[], None] = lambda: None
        self._key = key
        self._url = url
        self._timing = timing
        self._sleep = sleep
        self._wall = wall
        self._start = Start(wall=wall)
        self._lookup = Lookup(self._source)
        self.take = Take(
            self.name, self._source.id, youtube_items.read, self._start, lambda: self.on_left_out()
        )
        self._chat = self._video = self._token = ""
        self._told_off = False

    async def run(self, emit: Emit) -> None:
        """Emit chat events; return when the video that was asked for has ended.

        Raises:
            Fatal: the key, or what was asked for, is wrong.
            Lost, aiohttp.ClientError, OSError: the connection failed; the next run resumes.
        """
        async with aiohttp.ClientSession() as http:
            api = Api(
                http,
                self._url,
                self._key,
                connect=self._timing.connect,
                silence=self._timing.silence,
            )
            while True:
                try:
                    await self._follow(api, emit)
                    if self._source.sort == "video":
                        return
                    await self._sleep(self._timing.look)  # the list may lag behind the chat
                except QuotaGone:
                    await self._rest()

    async def _follow(self, api: Api, emit: Emit) -> None:
        """Read one stream's chat to its end, from the place where an earlier run left it."""
        if not self._chat:
            seen = await until_live(
                lambda: self._lookup.look(api),
                self._source,
                self.name,
                wait=self._timing.look,
                sleep=self._sleep,
            )
            self._chat, self._video, self._token = seen.chat, seen.video, ""
        while True:
            try:
                await self._stay(api, emit)
            except Gone as error:
                if await self._goes_on(api, error):
                    continue
            self._chat = ""
            return log.info("%s: the stream has ended", self.name)

    async def _goes_on(self, api: Api, error: Gone) -> bool:
        """Whether the stream goes on, once its chat is not there: with another, or a while later.

        Raises:
            Lost: it goes on with the same chat, so this is a fault.
        """
        seen = await self._lookup.video(api, self._video)
        live = seen.state in READABLE
        if live and seen.chat != self._chat:
            self._chat, self._token = seen.chat, ""
        elif seen.state is State.NO_CHAT or (live and isinstance(error, ChatOff)):
            await self._without_chat()
        elif live:
            raise Lost(f"no chat, though the stream is live ({error})")
        else:
            return False
        return True

    async def _without_chat(self) -> None:
        """Wait for the streamer to switch the chat on; said once for as long as it is off."""
        if not self._told_off:
            self._told_off = True
            log.warning("%s: %s", self.name, _CHAT_OFF)
        await self._sleep(self._timing.off)

    async def _stay(self, api: Api, emit: Emit) -> None:
        """Connect again and again, not too often, until the chat is over."""
        pause = self._timing.pause
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            if await self._connection(api, emit):
                return
            if loop.time() - began >= self._timing.healthy:
                pause = self._timing.pause
            await self._sleep(pause)
            pause = min(2 * pause, self._timing.longest)

    async def _connection(self, api: Api, emit: Emit) -> bool:
        """Read one answer to its end. Returns whether the chat is over."""
        params = {"liveChatId": self._chat, "part": "id,snippet,authorDetails", "hl": "en"}
        if self._token:
            params["pageToken"] = self._token
        try:
            async with api.open(_STREAM, **params) as answer:
                self._start.told(answer.headers.get("Date"))
                self._is_there()
                return await self._read(answer, emit)
        except TokenGone:
            self._token = ""
            raise
        except aiohttp.SocketTimeoutError:
            return False  # a quiet chat, or a dead connection: a new one tells

    def _is_there(self) -> None:
        if self._told_off:
            self._told_off = False
            log.info("%s: its chat is on again", self.name)
        self.on_connected()

    async def _read(self, answer: aiohttp.ClientResponse, emit: Emit) -> bool:
        objects, turns = Objects(), Turns()
        try:
            async for piece in answer.content.iter_any():
                for page in objects.feed(piece):
                    if await self._page(page, emit, turns):
                        return True
        except ValueError as error:
            raise Lost(f"YouTube's answer cannot be read: {error}") from None
        return False

    async def _page(self, page: object, emit: Emit, turns: Turns) -> bool:
        """Emit what one object of the answer holds. Returns whether it says that the chat is over.

        The place to resume at is taken down last: what a broken page held comes again.
        """
        if not isinstance(page, Mapping):
            return False
        if "error" in page:
            raise _told(page)
        items = page.get("items")
        over = bool(page.get("offlineAt"))
        for item in items if isinstance(items, list) else ():
            over = over or youtube_items.sort(item) == youtube_items.ENDED
            self.take(item, emit)
            await turns.share()
        token = page.get("nextPageToken")
        if isinstance(token, str) and token:
            self._token = token
        return over

    async def _rest(self) -> None:
        """Wait until the key has units again, asking nothing."""
        until = renewed_at(self._wall())
        at = datetime.fromtimestamp(until).astimezone()
        log.warning(
            "%s: the key's quota for today is used up; no chat from here until YouTube renews it, "
            "%s",
            self.name,
            at.strftime("%A %H:%M"),
        )
        while (left := until - self._wall()) > 0:
            await self._sleep(min(left, _LONGEST_SLEEP))


def _told(page: Mapping[str, object]) -> ConnectorError:
    """The error that stands in an answer that had begun well."""
    error = page["error"]
    code = error.get("code") if isinstance(error, Mapping) else None
    return failure(code if isinstance(code, int) else 500, page)
