"""From a channel or a video to its live chat, by the official API, at few units of quota.

Does not read chat. Costs: a video 1 unit a look; a channel 1 unit once and 2 a look, by the list
of its uploads. Asking YouTube's search would be one request and 100 units; it is asked only if
there is no such list, and seldom.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.chat.youtube_api import Api, Gone
from bot.chat.youtube_live import Seen, State
from bot.chat.youtube_names import Source

_PARTS = "snippet,liveStreamingDetails"
_NEWEST = 20
"""Uploads that are looked at: a stream is among the newest, unless it was planned long ago."""
_SEARCH_S = 1800.0
"""Seconds between two searches: 4,800 units a day, which leaves as many for chat."""
_BEST = (State.LIVE, State.NO_CHAT, State.UPCOMING)

Object = Mapping[str, Any]


def state(video: Object) -> Seen:
    """How a stream stands, from its entry in a list of videos."""
    snippet, stream = _object(video, "snippet"), _object(video, "liveStreamingDetails")
    chat, said = _text(stream, "activeLiveChatId"), _text(snippet, "liveBroadcastContent")
    seen = State.UPCOMING
    if not stream:
        seen = State.NO_STREAM
    elif "actualEndTime" in stream:
        seen = State.ENDED
    elif said == "live" or (said != "upcoming" and _begun(stream)):
        seen = State.LIVE if chat else State.NO_CHAT
    return Seen(seen, _text(video, "id"), _text(snippet, "channelId"), chat)


def _begun(stream: Object) -> bool:
    return "actualStartTime" in stream or "scheduledStartTime" not in stream


class Lookup:
    """Looks for one source, again and again."""

    def __init__(self, source: Source, clock: Callable[[], float] | None = None) -> None:
        """`clock` counts seconds; default: the running loop's."""
        self._source = source
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._channel = source.id if source.sort == "channel" else ""
        self._uploads = ""
        self._searched: float | None = None

    async def look(self, api: Api) -> Seen:
        """How things stand now. Raises as `Api.get` does."""
        if self._source.sort == "video":
            return await self.video(api, self._source.id)
        if not self._uploads and not await self._know(api):
            return Seen(State.MISSING)
        videos = await self._newest(api)
        if not videos:
            return Seen(State.ABSENT)
        answer = await api.get("videos", part=_PARTS, id=",".join(videos))
        found = [state(item) for item in _items(answer)]
        best = [seen for wanted in _BEST for seen in found if seen.state is wanted]
        return best[0] if best else Seen(State.ABSENT, channel_id=self._channel)

    async def first(self, api: Api) -> Seen:
        """Whether what was asked for is there, for 1 unit; a channel's streams are not looked at.

        Raises as `Api.get` does.
        """
        if self._source.sort == "video":
            return await self.video(api, self._source.id)
        return Seen(State.UNTOLD if await self._know(api) else State.MISSING)

    async def video(self, api: Api, ident: str) -> Seen:
        """How one video stands now."""
        found = list(_items(await api.get("videos", part=_PARTS, id=ident)))
        return state({"id": ident, **found[0]}) if found else Seen(State.MISSING)

    async def _know(self, api: Api) -> bool:
        """Ask for the channel, once. Returns whether it is there."""
        by = {"id": self._channel} if self._channel else {"forHandle": self._source.id}
        try:
            found = list(_items(await api.get("channels", part="id,contentDetails", **by)))
        except Gone:
            found = []
        if not found:
            return False
        self._channel = _text(found[0], "id") or self._channel
        lists = _object(_object(found[0], "contentDetails"), "relatedPlaylists")
        # A channel's uploads are listed under its own id with another beginning.
        self._uploads = _text(lists, "uploads") or f"UU{self._channel[2:]}"
        return True

    async def _newest(self, api: Api) -> list[str]:
        try:
            answer = await api.get(
                "playlistItems",
                part="contentDetails",
                playlistId=self._uploads,
                maxResults=str(_NEWEST),
            )
        except Gone:
            return await self._search(api)
        return [i for i in (_listed(item) for item in _items(answer)) if i]

    async def _search(self, api: Api) -> list[str]:
        now = self._clock()
        if self._searched is not None and now - self._searched < _SEARCH_S:
            return []
        self._searched = now
        answer = await api.get(
            "search", part="id", channelId=self._channel, eventType="live", type="video"
        )
        return [i for i in (_text(_object(item, "id"), "videoId") for item in _items(answer)) if i]


def _listed(item: Object) -> str:
    return _text(_object(item, "contentDetails"), "videoId")


def _items(answer: Object) -> Iterator[Object]:
    items = answer.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield item


def _text(outer: Object, key: str) -> str:
    value = outer.get(key)
    return value if isinstance(value, str) else ""


def _object(outer: Object, key: str) -> Object:
    value = outer.get(key)
    return value if isinstance(value, Mapping) else {}
