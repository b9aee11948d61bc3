"""How a YouTube channel or video may be written, and what is meant. Does not ask YouTube; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Sort = Literal["handle", "channel", "video"]

_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_HANDLE = re.compile(r"@[\w.\u00b7-]{3,30}")
_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "studio.youtube.com"}
_SHORT_HOST = "youtu.be"
_BEFORE_VIDEO = {"live", "embed", "shorts", "v", "video"}


@dataclass(frozen=True, slots=True)
class Source:
    """What a user asks to read."""

    sort: Sort
    """A channel by its handle, a channel by its id, or one video."""
    id: str
    """`@name`, `UC...` or the video's id."""


def source(text: str) -> Source:
    """What `text` names: `@name`, a channel's id, a video's id, or the address of any of them.

    A bare name counts as a handle unless it has the 11 characters of a video's id.

    Raises:
        ValueError: it is none of these.
    """
    word = text.strip()
    if "/" in word:
        word = _in_address(word)
    if _CHANNEL.fullmatch(word):
        return Source("channel", word)
    if _VIDEO.fullmatch(word):
        return Source("video", word)
    handle = word if word.startswith("@") else f"@{word}"
    if _HANDLE.fullmatch(handle):
        return Source("handle", handle.lower())
    raise ValueError(
        f"{text[:80]!r} is not a YouTube channel or stream: give @name, a channel id (UC...), "
        "or the address of the live stream"
    )


def _in_address(text: str) -> str:
    """The id or handle in an address; a word that is no id if there is none."""
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:  # brackets that hold no IP address
        return ""
    parts = [unquote(part) for part in url.path.split("/") if part]
    host = url.hostname or ""
    if host == _SHORT_HOST and parts:
        return _video(parts[0])
    if host not in _HOSTS or not parts:
        return ""
    first, second = parts[0], parts[1] if len(parts) > 1 else ""
    if first == "watch":
        return _video(parse_qs(url.query).get("v", [""])[0])
    if first in _BEFORE_VIDEO:
        return _video(second)
    if first == "channel":
        return second if _CHANNEL.fullmatch(second) else ""
    return first if first.startswith("@") else ""


def _video(text: str) -> str:
    return text if _VIDEO.fullmatch(text) else ""
