"""YouTube's official API with a key: one request, and what its refusals mean.

Does not know chat. The key goes to YouTube and nowhere else: no error text holds an address or
what the server said, only its status and its short reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.chat.connector import ConnectorError, Fatal, Lost
from bot.chat.youtube_live import BROKEN_OFF

URL = "https://youtube.googleapis.com/youtube/v3"
SETTING = "ISHOWTTS_YOUTUBE__API_KEY"

_MAX_BODY = 8 << 20
_MAX_ERROR = 64 << 10
_WORD = re.compile(r"[A-Za-z_]{1,40}")
_QUOTA = {"quotaExceeded", "dailyLimitExceeded"}
_SLOWER = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_GONE = {"liveChatEnded", "liveChatNotFound", "videoNotFound"}
_CHAT_OFF = "liveChatDisabled"
_TOKEN = {"pageTokenInvalid", "invalidPageToken"}
_NOT_ENABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
_WRONG_KEY = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_EXPIRED"}
_NOT_HERE = re.compile(r"ipRefererBlocked|API_KEY_[A-Z_]*BLOCKED")


class QuotaGone(ConnectorError):
    """The key's units for today are used up."""


class Gone(ConnectorError):
    """What was asked for is not there, or not any more."""


class ChatOff(Gone):
    """The video has no chat: it is switched off, or the stream is over."""


class TokenGone(Lost):
    """The place to resume at is not known any more."""


def failure(status: int, body: object) -> ConnectorError:
    """The error that an answer other than 200 stands for."""
    reasons = set(_reasons(body))
    reason = next(iter(sorted(reasons)), "")
    if reasons & _QUOTA:
        return QuotaGone("the key's quota for today is used up")
    if reasons & _NOT_ENABLED:
        return Fatal(
            f"{SETTING}: its project lacks the YouTube Data API v3; enable it in the Google Cloud "
            "console and start again"
        )
    if reasons & _WRONG_KEY or status == 401:
        return Fatal(
            f"{SETTING}: YouTube does not accept this key; see that it is whole, or make a new one"
        )
    if any(_NOT_HERE.fullmatch(r) for r in reasons):
        return Fatal(f"{SETTING}: the key's own restrictions forbid this; loosen them ({reason})")
    if reasons & _TOKEN:
        return TokenGone("the place to resume at has expired")
    if _CHAT_OFF in reasons:
        return ChatOff("its chat is off")
    if status == 404 or reasons & _GONE:
        return Gone(reason or "not found")
    if status == 429 or status >= 500 or reasons & _SLOWER:
        return Lost(f"YouTube answers {status}{f' ({reason})' if reason else ''}")
    if status == 403:
        return Fatal(f"YouTube refuses (403 {reason or 'forbidden'}); is the stream public?")
    return Lost(f"YouTube answers {status}{f' ({reason})' if reason else ''}")


def _reasons(body: object) -> Iterable[str]:
    error = _object(body[0] if isinstance(body, list) and body else body).get("error")
    for key in ("errors", "details"):
        listed = _object(error).get(key)
        for item in listed if isinstance(listed, list) else ():
            reason = _object(item).get("reason")
            if isinstance(reason, str) and _WORD.fullmatch(reason):
                yield reason


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class Api:
    """Asks one server with one key."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, key: str, *, connect: float, silence: float
    ) -> None:
        """`connect`, `silence`: seconds for a connection, and then without a byte."""
        self._http = http
        self._url = url.rstrip("/")
        self._key = key
        self._patience = aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=silence)
        self._short = aiohttp.ClientTimeout(total=3 * connect)

    async def get(self, path: str, **params: str) -> Mapping[str, Any]:
        """The object at `path`.

        Raises:
            ConnectorError, aiohttp.ClientError, TimeoutError: as `failure` says, or no answer.
        """
        async with self._ask(path, params, self._short) as answer:
            body = _json(await _read(answer, _MAX_BODY))
        if not isinstance(body, Mapping):
            raise Lost("YouTube's answer is not what was expected")
        return body

    @asynccontextmanager
    async def open(self, path: str, **params: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer that goes on. Raises as `get` does."""
        async with self._ask(path, params, self._patience) as answer:
            yield answer

    @asynccontextmanager
    async def _ask(
        self, path: str, params: Mapping[str, str], patience: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            answer = await self._http.get(
                f"{self._url}/{path}",
                params={**params, "key": self._key},
                timeout=patience,
                allow_redirects=False,  # the key is for this server alone
            )
        except aiohttp.ClientResponseError as error:  # its text holds the address, key and all
            raise Lost(f"no answer that can be read ({error.message[:60]})") from None
        except aiohttp.ServerDisconnectedError:
            raise Lost(BROKEN_OFF) from None
        async with answer:
            try:
                if answer.status != 200:
                    raise failure(answer.status, _json(await _read(answer, _MAX_ERROR)))
                yield answer
            except (aiohttp.ClientPayloadError, ConnectionError):  # its text is the parser's own
                raise Lost(BROKEN_OFF) from None


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    parts, size = [], 0
    async for part in answer.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Lost("YouTube's answer is too long")
    return b"".join(parts)


def _json(data: bytes) -> object:
    try:
        body: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return body
