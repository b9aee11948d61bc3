"""What an item of YouTube's official live chat says happened. Pure; does not know connections.

Every key may be missing or of another type: a wrong one counts as missing. An item of a type that
this program does not know raises `Unknown`, so that it can be counted.

Source: YouTube Live Streaming API reference, "LiveChatMessages" (resource).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.chat.youtube_actions import PLATFORM, VERIFIED, Unknown
from filters.message import (
    NO_CURRENCY,
    Author,
    ChatMessage,
    Event,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Role,
)

ENDED = "chatendedevent"
"""The type, as `sort` gives it, of the item that closes a chat."""

Object = Mapping[str, Any]

_MICROS = 1e6
_ROLE_OF_KEY = {
    "isChatOwner": Role.BROADCASTER,
    "isChatModerator": Role.MODERATOR,
    "isChatSponsor": Role.SUBSCRIBER,
}
_MESSAGES: dict[str, tuple[Kind, str, str]] = {
    "textmessageevent": (Kind.MESSAGE, "textMessageDetails", "messageText"),
    "superchatevent": (Kind.MESSAGE, "superChatDetails", "userComment"),
    "superstickerevent": (Kind.MESSAGE, "superStickerDetails", ""),
    "newsponsorevent": (Kind.SUB, "newSponsorDetails", ""),
    "membermilestonechatevent": (Kind.SUB, "memberMilestoneChatDetails", "userComment"),
    "membershipgiftingevent": (Kind.GIFT, "membershipGiftingDetails", ""),
    "giftmembershipreceivedevent": (Kind.GIFT, "giftMembershipReceivedDetails", ""),
}
"""By type: what it is, where its details lie, and which of them the viewer wrote."""
_SILENT = {
    ENDED,
    "fanfundingevent",
    "pollevent",
    "sponsoronlymodeendedevent",
    "sponsoronlymodestartedevent",
}


def sort(item: object) -> str:
    """The item's type in small letters without `_`, since JSON and gRPC write it differently."""
    return _text(_object(item, "snippet"), "type").replace("_", "").lower()


def read(item: object, channel: str) -> tuple[Event | None, float | None]:
    """What happened, None if it is nothing that matters here, and when (Unix seconds), if told.

    Raises:
        Unknown: its type is not known.
    """
    snippet, kind = _object(item, "snippet"), sort(item)
    at = _seconds(_text(snippet, "publishedAt"))
    if kind in _MESSAGES:
        return _message(item, snippet, kind, channel), at
    target = _removed(item, snippet, kind)
    if target is not None:
        return (Removal(PLATFORM, channel, RemovalKind.DELETE, target) if target else None), at
    if kind == "userbannedevent":
        return _ban(_object(snippet, "userBannedDetails"), channel), at
    if kind in _SILENT:
        return None, at
    raise Unknown(_text(snippet, "type")[:60] or "no type")


def _removed(item: object, snippet: Object, kind: str) -> str | None:
    """The id of the message that is gone; None if the item says no such thing."""
    match kind:
        case "messagedeletedevent":
            return _text(_object(snippet, "messageDeletedDetails"), "deletedMessageId")
        case "messageretractedevent":
            return _text(_object(snippet, "messageRetractedDetails"), "retractedMessageId")
        case "tombstone":  # stands where a message was, under its id
            return _text(item, "id")
    return None


def _ban(details: Object, channel: str) -> Removal | None:
    target = _text(_object(details, "bannedUserDetails"), "channelId")
    if not target:
        return None
    seconds = None
    if _text(details, "banType").lower() == "temporary":
        seconds = _number(details, "banDurationSeconds")
    return Removal(PLATFORM, channel, RemovalKind.CLEAR_AUTHOR, target, seconds)


def _message(item: object, snippet: Object, kind: str, channel: str) -> ChatMessage | None:
    what, where, words = _MESSAGES[kind]
    details, writer = _object(snippet, where), _object(item, "authorDetails")
    author_id = _text(writer, "channelId") or _text(snippet, "authorChannelId")
    name = _text(writer, "displayName")
    if not (author_id or name):
        return None
    text = _text(details, words)
    if kind == "superstickerevent":
        text = _text(_object(details, "superStickerMetadata"), "altText")
    roles = frozenset(role for key, role in _ROLE_OF_KEY.items() if writer.get(key) is True)
    return ChatMessage(
        platform=PLATFORM,
        channel=channel,
        id=_text(item, "id"),
        author=Author(author_id or name, name, roles),
        text=text,
        kind=what,
        months=_whole(details, "memberMonth"),
        # Whoever receives one tells of it too.
        gifts=(_whole(details, "giftMembershipsCount") or 0) if what is Kind.GIFT else None,
        paid=_payment(details) if kind in ("superchatevent", "superstickerevent") else None,
        extra=VERIFIED if writer.get("isVerified") is True else {},
    )


def _payment(details: Object) -> Payment:
    micros = _number(details, "amountMicros") or 0.0
    return Payment(micros / _MICROS, _text(details, "currency") or NO_CURRENCY)


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _number(outer: Object, key: str) -> float | None:
    """A number of at least 0; JSON writes large ones as text."""
    value = outer.get(key)
    if isinstance(value, str) and value.isdecimal() and len(value) <= 20:
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63:
        return float(value)
    return None


def _whole(outer: Object, key: str) -> int | None:
    value = _number(outer, key)
    return int(value) if value is not None and 0 < value < 10**6 else None


def _text(outer: object, key: str) -> str:
    value = outer.get(key) if isinstance(outer, Mapping) else None
    return value if isinstance(value, str) else ""


def _object(outer: object, key: str) -> Object:
    value = outer.get(key) if isinstance(outer, Mapping) else None
    return value if isinstance(value, Mapping) else {}
