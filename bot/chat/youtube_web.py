"""YouTube's web pages and the web chat's own interface: one request, and what its answers mean.

Does not know chat. Every page is asked for at one address, whatever host YouTube has it on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.chat import youtube_pages
from bot.chat.connector import Lost
from bot.chat.youtube_live import Seen, State
from bot.chat.youtube_names import Source

URL = "https://www.youtube.com"

_MAX_BODY = 16 << 20
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# Without the cookie some countries get a page that asks for consent instead of the one asked for.
_HEADERS = {"User-Agent": _AGENT, "Accept-Language": "en", "Cookie": "SOCS=CAI"}
_LOOKS_LIKE_A_ROBOT = (
    "YouTube refuses ({}), as it does to too many requests; with a key it does not: set "
    "ISHOWTTS_YOUTUBE__API_KEY"
)


class Refused(Lost):
    """The request itself was not understood: it may be out of date."""


class Web:
    """Asks one server."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        *,
        timeout: float,
        date: Callable[[str | None], None],
    ) -> None:
        """`timeout`: seconds for a whole answer; `date` hears each answer's date."""
        self._http = http
        self._url = url.rstrip("/")
        self._patience = aiohttp.ClientTimeout(total=timeout)
        self._date = date

    async def look(self, source: Source) -> Seen:
        """How a channel's or a video's stream stands now.

        Raises:
            Lost, aiohttp.ClientError, TimeoutError: no answer, or one that does not count.
        """
        if source.sort == "video":
            return await self.video(source.id)
        path = source.id if source.sort == "handle" else f"channel/{source.id}"
        html = await self._page(f"{quote(path, safe='@/')}/live")
        if html is None:
            return Seen(State.MISSING)
        seen = await asyncio.to_thread(youtube_pages.watched, html)
        return await self.video(seen.video) if seen.state is State.UNTOLD else seen

    async def video(self, ident: str) -> Seen:
        """How one video's stream stands now. Raises as `look` does."""
        html = await self._page(f"watch?v={ident}")
        if html is None:
            html = await self._page(f"embed/{ident}")
        if html is None:
            return Seen(State.MISSING)
        seen = await asyncio.to_thread(youtube_pages.watched, html)
        state = State.UNTOLD if seen.state is State.ABSENT else seen.state
        if state is State.UNTOLD and not seen.channel_id:
            raise Lost("YouTube's page of the video says nothing; it may have changed")
        return Seen(state, ident, seen.channel_id)

    async def continuation(self, ident: str) -> str:
        """Where a video's chat begins, if its page tells. Raises as `look` does."""
        html = await self._page(f"live_chat?is_popout=1&v={ident}")
        return await asyncio.to_thread(youtube_pages.continuation, html) if html else ""

    async def post(self, path: str, body: object) -> Mapping[str, Any]:
        """The web chat's answer. Raises as `look` does."""
        async with self._http.post(
            f"{self._url}/{path}", json=body, headers=_HEADERS, timeout=self._patience
        ) as answer:
            self._date(answer.headers.get("Date"))
            _check(answer.status)
            data = await _read(answer)
        try:
            found: object = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, Mapping):
            raise Lost("the chat's answer is not what was expected")
        return found

    async def _page(self, path: str) -> str | None:
        """A page's text; None if there is no such page."""
        async with self._http.get(
            f"{self._url}/{path}", headers=_HEADERS, timeout=self._patience
        ) as answer:
            self._date(answer.headers.get("Date"))
            if answer.status in (404, 410):
                return None
            _check(answer.status)
            if (answer.url.host or "").startswith("consent."):
                raise Lost("YouTube asks for consent first; with a key it does not")
            return (await _read(answer)).decode("utf-8", "replace")


def _check(status: int) -> None:
    if status in (401, 403, 429):
        raise Lost(_LOOKS_LIKE_A_ROBOT.format(status))
    if 400 <= status < 500:
        raise Refused(f"YouTube does not understand what it was asked ({status})")
    if status != 200:
        raise Lost(f"YouTube answers {status}")


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in answer.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > _MAX_BODY:
            raise Lost("YouTube's answer is too long")
    return b"".join(parts)
