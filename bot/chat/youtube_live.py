"""What a look at YouTube told of a stream, and waiting until there is one to read.

Does not know how it is looked: by web pages or by the official API.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from bot.chat.connector import Fatal
from bot.chat.youtube_names import Source

log = logging.getLogger(__name__)


class State(Enum):
    """How a stream stands."""

    LIVE = auto()
    UPCOMING = auto()
    ENDED = auto()
    ABSENT = auto()
    """The channel is there and streams nothing now."""
    UNTOLD = auto()
    """There is a video, and nothing is said of whether it is live."""
    NO_STREAM = auto()
    PRIVATE = auto()
    MISSING = auto()
    NO_CHAT = auto()
    """Live, with its chat switched off."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look told."""

    state: State
    """How the stream stands."""
    video: str = ""
    """The video's id."""
    channel_id: str = ""
    """The id of the channel that streams it."""
    chat: str = ""
    """The official API's id of its chat."""


BROKEN_OFF = "YouTube broke the connection off"
"""An answer that ends in its middle; aiohttp's words for it are its parser's."""
READABLE = frozenset({State.LIVE, State.UNTOLD})
_WAITED_FOR = {
    State.UPCOMING: "waiting for the stream to begin",
    State.ABSENT: "waiting: no live stream now",
    State.ENDED: "waiting for the next stream",
    State.NO_STREAM: "waiting: no live stream now",
    State.NO_CHAT: "waiting: the stream's chat is off; switch it on in YouTube Studio",
    State.PRIVATE: "waiting: its stream is private",
}
_WRONG_VIDEO = {
    State.ENDED: "this stream has ended; give one that is live, or its channel as @name",
    State.NO_STREAM: "this video is not a live stream; give one, or a channel as @name",
    State.PRIVATE: "this stream is private; make it public or unlisted, its chat cannot be read",
    State.MISSING: "there is no such video, or it is private; see its address, or give the channel "
    "as @name",
}
_NO_CHANNEL = "there is no such channel; see how its @name is written"


def refusal(source: Source, seen: Seen) -> str | None:
    """Why what was asked for can never be read, with what to do; None: it can, or may yet."""
    if source.sort == "video":
        return _WRONG_VIDEO.get(seen.state)
    return _NO_CHANNEL if seen.state is State.MISSING else None


async def until_live(
    look: Callable[[], Awaitable[Seen]],
    source: Source,
    name: str,
    *,
    wait: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Seen:
    """Look every `wait` seconds until there is a stream to read; say so once if it takes a while.

    Raises:
        Fatal: what was asked for can never be read.
    """
    told: State | None = None
    while True:
        seen = await look()
        if seen.state in READABLE:
            return seen
        if why := refusal(source, seen):
            raise Fatal(why)
        if seen.state is not told:
            log.info("%s: %s", name, _WAITED_FOR[seen.state])
            told = seen.state
        await sleep(wait)
