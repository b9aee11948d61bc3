"""What YouTube's web pages say of a stream. Pure; does not know how they were fetched.

The pages are made for browsers and change: whatever cannot be found counts as not told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat.youtube_live import Seen, State

_PLAYER = re.compile(r"ytInitialPlayerResponse['\"]?\]?\s*=\s*(?=\{)")
_DATA = re.compile(r"ytInitialData['\"]?\]?\s*=\s*(?=\{)")
_CHANNEL = re.compile(r"\\?\"channelId\\?\"\s*:\s*\\?\"(UC[A-Za-z0-9_-]{22})\\?\"")
_ANY_CHANNEL = re.compile(r"\\?\"channelId\\?\"\s*:\s*\\?\"([A-Za-z0-9_-]{24})\\?\"")
_OF_PAGE = re.compile(
    r"""<(?:link|meta)\s[^>]{0,200}(?:href|content)="[^">]*(?:/watch\?v=|youtu\.be/)"""
    r"""([A-Za-z0-9_-]{11})\b"""
    r"""|"currentVideoEndpoint"\s*:\s*\{.{0,400}?"videoId"\s*:\s*"([A-Za-z0-9_-]{11})\"""",
    re.DOTALL,
)
"""Which video the page is about."""
_ANY_VIDEO = re.compile(r'"videoId"\s*:\s*"([A-Za-z0-9_-]{11})"')
_OF_CHANNEL = "channelMetadataRenderer"
"""Stands in a channel's page, which names many videos and is about none."""
_PRIVATE = re.compile(r"\bprivate\b", re.IGNORECASE)

Object = Mapping[str, Any]


def watched(html: str) -> Seen:
    """How a stream stands by the page on which it is watched.

    A channel's page, which comes instead of it where nothing is streamed, is ABSENT.
    """
    player = _first(_PLAYER, html)
    details = _object(player, "videoDetails")
    video = _text(details, "videoId") or _video(html)
    channel = _text(details, "channelId") or _channel(html)
    state = _state(player, details)
    if state is State.UNTOLD and not video:
        state = State.ABSENT
    return Seen(state, video, channel)


def _video(html: str) -> str:
    if named := _OF_PAGE.search(html):
        return str(named[1] or named[2])
    any_ = None if _OF_CHANNEL in html else _ANY_VIDEO.search(html)
    return any_[1] if any_ else ""


def _channel(html: str) -> str:
    found = _CHANNEL.search(html) or _ANY_CHANNEL.search(html)
    return found[1] if found else ""


def _state(player: Object, details: Object) -> State:
    playable = _object(player, "playabilityStatus")
    verdict = _text(playable, "status")
    renderer = _object(_object(player, "microformat"), "playerMicroformatRenderer")
    told = _object(renderer, "liveBroadcastDetails")
    if _is_private(playable, verdict):
        return State.PRIVATE
    if verdict == "ERROR":
        return State.MISSING
    if details.get("isLive") is True or told.get("isLiveNow") is True:
        return State.LIVE
    if "endTimestamp" in told:
        return State.ENDED
    if details.get("isUpcoming") is True or (verdict == "LIVE_STREAM_OFFLINE" and not told):
        return State.UPCOMING
    if told:
        return State.UPCOMING if verdict == "LIVE_STREAM_OFFLINE" else State.ENDED
    if not details:
        return State.UNTOLD
    return State.ENDED if details.get("isLiveContent") is True else State.NO_STREAM


def _is_private(playable: Object, verdict: str) -> bool:
    """Not whether YouTube takes us for a robot, which it tells with the same verdict."""
    if verdict != "LOGIN_REQUIRED":
        return False
    listed = playable.get("messages")
    words = [_text(playable, "reason"), *(listed if isinstance(listed, list) else ())]
    return any(isinstance(text, str) and _PRIVATE.search(text) for text in words)


def continuation(html: str) -> str:
    """Where the chat begins, from the page of a chat in a window of its own; empty if untold.

    Of the two that are offered, the one with every message; the other leaves out what YouTube
    finds unimportant.
    """
    data = _first(_DATA, html)
    chat = _object(_object(data, "contents"), "liveChatRenderer")
    header = _object(_object(chat, "header"), "liveChatHeaderRenderer")
    menu = _object(_object(header, "viewSelector"), "sortFilterSubMenuRenderer")
    choices = [_reload(_object(item, "continuation")) for item in _list(menu, "subMenuItems")]
    if len(choices) > 1 and choices[1]:
        return choices[1]
    return next((c for c in map(_reload, _list(chat, "continuations")) if c), "")


def _reload(outer: Object) -> str:
    for value in outer.values():
        if isinstance(value, Mapping) and (found := _text(value, "continuation")):
            return found
    return ""


def _first(mark: re.Pattern[str], html: str) -> Object:
    """The first object that is written behind a mark and can be read."""
    for value in _objects(mark, html):
        if isinstance(value, Mapping):
            return value
    return {}


def _objects(mark: re.Pattern[str], html: str) -> Iterator[object]:
    decoder = json.JSONDecoder()
    for place in mark.finditer(html):
        try:
            yield decoder.raw_decode(html, place.end())[0]
        except (ValueError, RecursionError):
            continue


def _text(outer: Object, key: str) -> str:
    value = outer.get(key)
    return value if isinstance(value, str) else ""


def _object(outer: Object, key: str) -> Object:
    value = outer.get(key)
    return value if isinstance(value, Mapping) else {}


def _list(outer: Object, key: str) -> list[Object]:
    value = outer.get(key)
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
