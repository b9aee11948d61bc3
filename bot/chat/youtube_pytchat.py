"""The one room that knows pytchat: its loop over the web chat, with fetching and taking our own.

Of pytchat 0.5.5 only three things are used: how a chat's first place is written, how a request for
the next batch is made, and the loop that reads a batch, waits as long as it was told, and goes on.
It leans on private names, which a test asserts. What is replaced, and why:

    its client          never used: its loop would close it, and does not look at statuses
    _get_livechat_json  our own fetch: a refusal raises, and does not look like the chat's end
    _first_fetch        off: an empty first answer would make it read the recording instead
    buffer              takes each batch at once: its own drops the oldest when nobody reads
    done_callback       nothing: its own logs, and fails on a cancelled task
    interruptable       off: it would take Ctrl-C from the program
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from bot.chat.connector import Fatal

MISSING = (
    "reading YouTube without a key needs pytchat: scripts/run --with youtube installs it; "
    "or set ISHOWTTS_YOUTUBE__API_KEY"
)

Post = Callable[[str, object], Awaitable[Mapping[str, Any]]]
"""A path below YouTube's address and a JSON body -> the JSON answer. Raises what ends the run."""
TakeBatch = Callable[[list[object]], Awaitable[None]]

_USUAL_MS = 5000.0

_quiet = logging.getLogger(f"{__name__}.inside")
_quiet.disabled = True  # its own words, tracebacks included, are told by whoever ends the run


class ChatClosed(Exception):
    """No more chat from here: the stream has ended, or a fault looks just so."""


@dataclass(slots=True)
class Place:
    """Where in a chat to go on, and what the server wants to be told of its visitor."""

    continuation: str
    """The server's own words for a place."""
    visitor: str = ""
    """Given by the server with its first answer."""


def installed() -> bool:
    """Whether pytchat can be loaded."""
    return importlib.util.find_spec("pytchat") is not None


async def load() -> None:
    """Load pytchat, which takes half a second, beside whatever else runs. Raises Fatal."""
    try:
        await asyncio.to_thread(_import)
    except ImportError as error:
        raise Fatal(MISSING if not installed() else f"pytchat cannot be loaded: {error}") from None


def _import() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was written for older Pythons
        importlib.import_module("pytchat")


def first_place(video: str, channel_id: str) -> Place:
    """A place at the present end of a video's chat, written without asking. Needs `load`."""
    from pytchat.paramgen import liveparam

    return Place(liveparam.getparam(video, channel_id, past_sec=3))


async def listen(
    video: str, place: Place, post: Post, take: TakeBatch, *, least: float, most: float
) -> None:
    """Take batches from `place` on, which moves along, until it ends by raising. Needs `load`.

    `least`, `most`: seconds between two batches, whatever the server asks for.

    Raises:
        ChatClosed: there is no more chat from here.
        Exception: whatever `post` raised.
    """
    from pytchat import ChatParseException, LiveChatAsync, util

    async def fetch(
        continuation: str, _client: object, replay: bool = False, offset_ms: int = 0
    ) -> Mapping[str, Any]:
        body = util.get_param(continuation, dat=chat._dat)
        body["context"]["client"]["hl"] = "en"  # amounts and notices in one language
        where = urlsplit(chat._fetch_url)
        return _paced(await post(f"{where.path.lstrip('/')}?{where.query}", body), least, most)

    async def put(batch: Mapping[str, Any]) -> None:
        place.continuation, place.visitor = chat.continuation, chat._dat
        actions = batch.get("chatdata")
        await take(actions if isinstance(actions, list) else [])

    chat = LiveChatAsync(
        video,
        processor=_Nothing(),
        buffer=_Straight(put),
        client=_Nobody(),
        interruptable=False,
        done_callback=lambda _task: None,
        logger=_quiet,
    )
    # Its task has not begun yet: nothing is awaited between its making and here.
    chat._get_livechat_json = fetch
    chat._first_fetch = False
    chat.continuation, chat._dat = place.continuation, place.visitor
    try:
        await chat.listen_task
    except (ChatParseException, LookupError, TypeError, AttributeError) as error:
        # The latter three: its parser met something that has another shape.
        raise ChatClosed(str(error) or type(error).__name__) from None
    finally:
        chat._is_alive = False
        chat.listen_task.cancel()
        await asyncio.wait([chat.listen_task])
    raise ChatClosed("it says that nothing follows")


def _paced(answer: Mapping[str, Any], least: float, most: float) -> Mapping[str, Any]:
    """The answer with the time to wait within bounds, wherever it stands."""
    contents = answer.get("continuationContents")
    chat = contents.get("liveChatContinuation") if isinstance(contents, Mapping) else None
    listed = chat.get("continuations") if isinstance(chat, Mapping) else None
    for outer in listed if isinstance(listed, list) else ():
        for data in outer.values() if isinstance(outer, Mapping) else ():
            if isinstance(data, dict) and "continuation" in data:
                asked = data.get("timeoutMs")
                number = asked if isinstance(asked, int | float) else _USUAL_MS
                data["timeoutMs"] = min(max(number, 1000 * least), 1000 * most)
    return answer


class _Nobody:
    """Stands for the client, which nothing is asked of."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


class _Nothing:
    """Stands for the processor: batches do not come that way."""

    def finalize(self) -> None:
        """Called by pytchat at its end."""


class _Straight:
    """Stands for the buffer: hands each batch on before the next is asked for."""

    def __init__(self, put: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
        self.put = put

    def put_nowait(self, _batch: object) -> None:
        """Called by pytchat at its end."""
