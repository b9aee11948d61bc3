"""YouTube chat without a key, as a browser reads it: by pytchat's loop over the web chat.

Unofficial: YouTube may change it any day, and its terms forbid it. Does not know how often it may
fail: `supervise` tries again, and the next run goes on from the place where this one ended.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.chat import youtube_actions, youtube_pytchat
from bot.chat.connector import Emit, Lost
from bot.chat.lines import Turns
from bot.chat.youtube_live import BROKEN_OFF, Seen, State, until_live
from bot.chat.youtube_names import source
from bot.chat.youtube_pytchat import ChatClosed, Place
from bot.chat.youtube_start import Start
from bot.chat.youtube_take import Take
from bot.chat.youtube_web import URL, Refused, Web

log = logging.getLogger(__name__)

_TRIES_AT_A_PLACE = 3
"""Times that a place may be refused, without a batch between, before another is asked for. A
connection that fails says nothing of the place, and another might begin later in the chat."""
_SILENT_ENDS = 3
"""Ends of a chat in a row that count as its end, where the page does not tell."""
_FAILED_STARTS = 2
HOW_TO_GET_A_KEY = (
    "reading without a key does not work now; a key is free: at console.cloud.google.com make a "
    "project, enable 'YouTube Data API v3', make an API key, and set ISHOWTTS_YOUTUBE__API_KEY"
)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what, in seconds."""

    answer: float = 30.0
    """For a whole answer."""
    look: float = 30.0
    """Between two looks for a stream that has not begun."""
    least: float = 0.5
    """Between two batches, however soon the server says."""
    most: float = 15.0
    """The same, however late it says."""


DEFAULT = Timing()


class YouTube:
    """Reads the chat of one channel's live streams, one after the other, or of one video."""

    moderated = True

    def __init__(
        self,
        channel: str,
        url: str = URL,
        *,
        timing: Timing = DEFAULT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`channel` as `youtube_names.source` takes it. Raises ValueError."""
        self._source = source(channel)
        self.name = f"youtube {self._source.id}"
        self.on_connected: Callable[[], None] = lambda: None
        self.on_left_out: Callable[[], None] = lambda: None
        self._url = url
        self._timing = timing
        self._sleep = sleep
        self._start = Start()
        self.take = Take(
            self.name,
            self._source.id,
            youtube_actions.read,
            self._start,
            lambda: self.on_left_out(),
        )
        self._seen: Seen | None = None
        self._place: Place | None = None
        self._failed = self._refused = 0
        self._closed = 0
        self._ever = False

    async def run(self, emit: Emit) -> None:
        """Emit chat events; return when the video that was asked for has ended.

        Raises:
            Fatal: what was asked for is wrong, or pytchat is not installed.
            Lost, aiohttp.ClientError, OSError: the connection failed; the next run resumes.
        """
        await youtube_pytchat.load()
        async with aiohttp.ClientSession() as http:
            web = Web(http, self._url, timeout=self._timing.answer, date=self._start.told)
            try:
                await self._read_all(web, emit)
            except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError) as error:
                self._count(error)
                raise Lost(BROKEN_OFF) from None
            except Exception as error:
                self._count(error)
                raise

    async def _read_all(self, web: Web, emit: Emit) -> None:
        while True:
            await self._follow(web, emit)
            if self._source.sort == "video":
                return
            await self._sleep(self._timing.look)  # the channel's page may lag behind the chat

    async def _follow(self, web: Web, emit: Emit) -> None:
        """Read one stream's chat to its end, from the place where an earlier run left it."""
        if self._seen is None:
            self._seen = await until_live(
                lambda: web.look(self._source),
                self._source,
                self.name,
                wait=self._timing.look,
                sleep=self._sleep,
            )
            self._place, self._closed = None, 0
        if self._place is None:
            self._place = await self._begin(web, self._seen)
        try:
            await youtube_pytchat.listen(
                self._seen.video,
                self._place,
                web.post,
                lambda batch: self._batch(batch, emit),
                least=self._timing.least,
                most=self._timing.most,
            )
        except ChatClosed as error:
            self._closed += 1
            await self._must_be_over(web, self._seen, error)
        self._seen = self._place = None
        log.info("%s: the stream has ended", self.name)

    async def _begin(self, web: Web, seen: Seen) -> Place:
        told = await web.continuation(seen.video)
        return Place(told) if told else youtube_pytchat.first_place(seen.video, seen.channel_id)

    async def _must_be_over(self, web: Web, seen: Seen, error: ChatClosed) -> None:
        """Tell the end of a stream from a fault, which looks the same in its chat. Raises Lost."""
        state = (await web.video(seen.video)).state
        if state is State.UPCOMING:
            self._seen = None
            raise Lost("the stream is off for now")
        if state is State.LIVE or (state is State.UNTOLD and self._closed < _SILENT_ENDS):
            # A chat that is switched off looks so too: its page does not tell.
            why = f"no chat, though the stream is live ({error})"
            raise Refused(f"{why}; is it switched on in YouTube Studio?")

    async def _batch(self, actions: list[object], emit: Emit) -> None:
        self._ever = True
        self._failed = self._refused = self._closed = 0
        self.on_connected()
        turns = Turns()
        for action in actions:
            self.take(action, emit)
            await turns.share()

    def _count(self, error: Exception) -> None:
        self._failed += 1
        if isinstance(error, Refused):
            self._refused += 1
            if self._refused % _TRIES_AT_A_PLACE == 0:
                self._place = None
        if self._failed == _FAILED_STARTS and not self._ever:
            log.warning("%s: %s", self.name, HOW_TO_GET_A_KEY)
