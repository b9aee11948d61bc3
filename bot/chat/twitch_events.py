"""Twitch's EventSub: what the body of a notification says happened in chat.

Does not know connections, nor which of several notifications of one act is to be spoken; pure.
Every key may be missing or wrong: a wrong one counts as missing.

Source: Twitch developer documentation, "EventSub Subscription Types".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.chat.twitch_tags import PLATFORM, ROLE_OF_BADGE
from filters.message import (
    Author,
    ChatMessage,
    Event,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Role,
)

MESSAGE = "channel.chat.message"
NOTICE = "channel.chat.notification"
DELETED = "channel.chat.message_delete"
AUTHOR_CLEARED = "channel.chat.clear_user_messages"
CLEARED = "channel.chat.clear"
REDEEMED = "channel.channel_points_custom_reward_redemption.add"

Object = Mapping[str, Any]

_KIND_OF_NOTICE = {
    "sub": Kind.SUB,
    "resub": Kind.SUB,
    "prime_paid_upgrade": Kind.SUB,
    "gift_paid_upgrade": Kind.SUB,
    "sub_gift": Kind.GIFT,
    "community_sub_gift": Kind.GIFT,
    "pay_it_forward": Kind.GIFT,
    "raid": Kind.RAID,
}
_SHARED = "shared_chat_"
_ACTION = re.compile(r"\x01ACTION (.*?)\x01?", re.DOTALL)


def read(kind: str, event: Object) -> Event | None:
    """What happened, by the subscription's type; None if it says nothing that matters here."""
    reader = _READERS.get(kind)
    return reader(event) if reader is not None else None


def _removal(event: Object, kind: RemovalKind, target: str) -> Removal:
    return Removal(PLATFORM, _channel(event), kind, target)


def _deleted(event: Object) -> Removal | None:
    target = _text(event, "message_id")
    return _removal(event, RemovalKind.DELETE, target) if target else None


def _author_cleared(event: Object) -> Removal | None:
    # How long a timeout lasts is not told here.
    target = _text(event, "target_user_id")
    return _removal(event, RemovalKind.CLEAR_AUTHOR, target) if target else None


def _cleared(event: Object) -> Removal | None:
    return _removal(event, RemovalKind.CLEAR_ALL, "") if _channel(event) else None


def _message(event: Object) -> ChatMessage:
    shared_from = _shared_from(event)
    # Badges, bits and rewards of a shared chat count in the channel that they come from.
    ours = not shared_from
    bits = _number(_object(event, "cheer"), "bits")
    reward = _text(event, "channel_points_custom_reward_id")
    text, fragments = _words(_object(event, "message"))
    return ChatMessage(
        platform=PLATFORM,
        channel=_channel(event),
        id=_text(event, "message_id"),
        author=_author(event, "chatter_user", _roles(event) if ours else frozenset()),
        text=text,
        kind=Kind.REDEMPTION if reward and ours else Kind.MESSAGE,
        fragments=fragments,
        reply_to=_text(_object(event, "reply"), "parent_message_id"),
        shared_from=shared_from,
        reward=Reward(reward) if reward and ours else None,
        first=event.get("message_type") == "user_intro",
        paid=Payment(bits, "bits") if bits and ours else None,
    )


def _notice(event: Object) -> ChatMessage | None:
    name = _text(event, "notice_type")
    text, fragments = _words(_object(event, "message"))
    kind = _KIND_OF_NOTICE.get(name.removeprefix(_SHARED))
    if kind is None and not text:
        return None
    shared_from = _shared_from(event)
    return ChatMessage(
        platform=PLATFORM,
        channel=_channel(event),
        id=_text(event, "message_id"),
        author=_author(event, "chatter_user", frozenset() if shared_from else _roles(event)),
        text=text,
        # Announcements and the like: a viewer's words in a frame of the platform's.
        kind=kind or Kind.MESSAGE,
        fragments=fragments,
        shared_from=shared_from,
        viewers=_number(_object(event, "raid"), "viewer_count") or None,
        months=_number(_object(event, "resub"), "cumulative_months") or None,
        gifts=_gifts(name.removeprefix(_SHARED), event) if kind is Kind.GIFT else None,
    )


def _gifts(name: str, event: Object) -> int:
    """How many subs a notice tells of that no other notice counts."""
    if name == "community_sub_gift":
        return _number(_object(event, name), "total") or 1
    # Each sub of a community gift is told once more by itself, and so is one that is passed on.
    counted = name == "pay_it_forward" or _text(_object(event, name), "community_gift_id")
    return 0 if counted else 1


def _redemption(event: Object) -> ChatMessage:
    reward = _object(event, "reward")
    cost = _number(reward, "cost")
    return ChatMessage(
        platform=PLATFORM,
        channel=_channel(event),
        id=_text(event, "id"),
        author=_author(event, "user", frozenset()),
        text=_text(event, "user_input"),
        kind=Kind.REDEMPTION,
        reward=Reward(_text(reward, "id"), _text(reward, "title")),
        paid=Payment(cost, "points") if cost else None,
    )


def _channel(event: Object) -> str:
    return _text(event, "broadcaster_user_login").lower()


def _shared_from(event: Object) -> str:
    source = _text(event, "source_broadcaster_user_id")
    if source and source != _text(event, "broadcaster_user_id"):
        return source
    # A notice of another channel, even where the channel is not named, gives no rights here.
    name = _text(event, "notice_type")
    return "another channel" if name.startswith(_SHARED) and not source else ""


def _author(event: Object, key: str, roles: frozenset[Role]) -> Author:
    login = _text(event, f"{key}_login")
    name = _text(event, f"{key}_name") or login
    return Author(_text(event, f"{key}_id") or login, name, roles, login)


def _roles(event: Object) -> frozenset[Role]:
    worn = (_text(badge, "set_id") for badge in _list(event, "badges"))
    return frozenset(ROLE_OF_BADGE[badge] for badge in worn if badge in ROLE_OF_BADGE)


def _words(message: Object) -> tuple[str, tuple[Fragment, ...]]:
    """The text, and how the platform cuts it; uncut where the pieces are not the text."""
    text = _text(message, "text")
    fragments = tuple(map(_fragment, _list(message, "fragments")))
    if action := _ACTION.fullmatch(text):  # /me
        return action[1], ()
    if "".join(f.text for f in fragments) != text or all(f.type == "text" for f in fragments):
        return text, ()
    return text, tuple(f for f in fragments if f.text)


def _fragment(data: Object) -> Fragment:
    ident = _text(_object(data, "emote"), "id") or _text(_object(data, "mention"), "user_id")
    return Fragment(_text(data, "type"), _text(data, "text"), ident)


def _text(data: Object, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _number(data: Object, key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and 0 < value < 10**9 else 0


def _object(data: Object, key: str) -> Object:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _list(data: Object, key: str) -> list[Object]:
    value = data.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


_READERS: dict[str, Callable[[Object], Event | None]] = {
    MESSAGE: _message,
    NOTICE: _notice,
    DELETED: _deleted,
    AUTHOR_CLEARED: _author_cleared,
    CLEARED: _cleared,
    REDEEMED: _redemption,
}
