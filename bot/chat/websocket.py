"""Opening a websocket to a chat server, and letting go of one. Does not know what is said on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import aiohttp
from yarl import URL

from bot.chat.connector import Fatal, Lost

_MAX_FRAME = 4 << 20
"""Bytes of a message; a larger one costs the connection."""
_CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)

_NO_CODES: Mapping[int, str] = {}

Socket = aiohttp.ClientWebSocketResponse[Literal[False]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what on any chat server, in seconds."""

    connect: float = 10.0
    """For the connection, and then for the server's welcome."""
    drain: float = 2.0
    """For what is still on its way on a connection that is left."""
    spacing: float = 2.0
    """Between two connections that the server asked for."""


async def connect(http: aiohttp.ClientSession, url: str | URL, seconds: float) -> Socket:
    """A connection within so many seconds. Its frames are bytes.

    Raises:
        Fatal: the address cannot be one.
        Lost: no connection now.
    """
    try:
        async with asyncio.timeout(seconds):
            # Undecoded: one stray byte must cost what it stands in, not the connection.
            return await http.ws_connect(
                url, timeout=_CLOSING, max_msg_size=_MAX_FRAME, decode_text=False
            )
    except TimeoutError:
        raise Lost(f"no answer within {seconds:g} s") from None
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise Fatal(f"not the address of a chat server: {str(url)!r}") from error
    except aiohttp.ClientError as error:
        raise Lost(str(error)) from error


async def receive(socket: Socket, seconds: float, codes: Mapping[int, str] = _NO_CODES) -> bytes:
    """The next frame; `codes` says what the server means by the code that it closes with.

    Raises:
        TimeoutError: none came within so many seconds.
        Lost: the connection was closed.
    """
    message = await socket.receive(seconds)
    if isinstance(message.data, bytes):
        return message.data
    code = socket.close_code or 0
    why = str(message.data) if message.type is aiohttp.WSMsgType.ERROR else codes.get(code, "")
    raise Lost(f"the connection was closed (code {socket.close_code}){': ' * bool(why)}{why}")


async def end(task: asyncio.Task[None]) -> None:
    """End the task that reads a connection, and the connection with it."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # known already, or of no interest once the connection is left
