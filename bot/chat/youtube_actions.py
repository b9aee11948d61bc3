"""What an action of YouTube's web chat says happened. Pure; does not know how it was fetched.

Every key may be missing or of another type: a wrong one counts as missing, and an action that
cannot be read costs only itself. An action or item that this program does not know raises
`Unknown`, so that it can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat.youtube_money import payment
from filters.message import (
    Author,
    ChatMessage,
    Event,
    Fragment,
    FragmentType,
    Kind,
    Removal,
    RemovalKind,
    Role,
)

PLATFORM = "youtube"
VERIFIED: Mapping[str, object] = {"author": {"roles": ["verified"]}}
"""Told on, though it gives no right: the mark is YouTube's, not the channel's."""

Object = Mapping[str, Any]

_MICROS = 1e6
_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{0,5}(?![0-9])")
_ROLE_OF_ICON = {"OWNER": Role.BROADCASTER, "MODERATOR": Role.MODERATOR}
_KIND_OF_ITEM = {
    "liveChatTextMessageRenderer": Kind.MESSAGE,
    "liveChatPaidMessageRenderer": Kind.MESSAGE,
    "liveChatPaidStickerRenderer": Kind.MESSAGE,
    "liveChatMembershipItemRenderer": Kind.SUB,
    "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer": Kind.GIFT,
    "liveChatSponsorshipsGiftRedemptionAnnouncementRenderer": Kind.GIFT,
}
_SILENT_ITEMS = {
    "liveChatAutoModMessageRenderer",
    "liveChatBannerRenderer",
    "liveChatDonationAnnouncementRenderer",
    "liveChatModeChangeMessageRenderer",
    "liveChatPlaceholderItemRenderer",  # a held message; `replaceChatItemAction` brings it
    "liveChatPurchasedProductMessageRenderer",
    "liveChatViewerEngagementMessageRenderer",
}
_SILENT_ACTIONS = {
    "addBannerToLiveChatCommand",
    "addLiveChatTickerItemAction",  # a paid message once more, for the bar above the chat
    "closeLiveChatActionPanelAction",
    "dimChatItemAction",
    "liveChatReportModerationStateCommand",
    "removeBannerForLiveChatCommand",
    "showLiveChatActionPanelAction",
    "showLiveChatTooltipCommand",
    "updateLiveChatPollAction",
    "updateViewershipAction",
}
_BESIDE = {"clickTrackingParams", "trackingParams"}


class Unknown(ValueError):
    """An action or item of a type that this program does not know; the text is its name."""


def read(action: object, channel: str) -> tuple[Event | None, float | None]:
    """What happened, None if it is nothing that matters here, and when (Unix seconds), if told.

    Raises:
        Unknown: its type is not known.
    """
    if not isinstance(action, Mapping):
        raise Unknown("not an object")
    name, body = _only(action)
    match name:
        case "addChatItemAction":
            return _item(_object(body, "item"), channel)
        case "replaceChatItemAction":
            return _item(_object(body, "replacementItem"), channel)
        case "removeChatItemAction" | "markChatItemAsDeletedAction":
            return _removal(channel, RemovalKind.DELETE, _text(body, "targetItemId")), None
        case "removeChatItemByAuthorAction" | "markChatItemsByAuthorAsDeletedAction":
            target = _text(body, "externalChannelId")
            return _removal(channel, RemovalKind.CLEAR_AUTHOR, target), None
    if name in _SILENT_ACTIONS:
        return None, None
    raise Unknown(name)


def _only(outer: Object) -> tuple[str, Object]:
    """The one key that says what an object is, and what lies under it."""
    for key, value in outer.items():
        if key not in _BESIDE:
            return str(key), value if isinstance(value, Mapping) else {}
    raise Unknown("empty")


def _removal(channel: str, kind: RemovalKind, target: str) -> Removal | None:
    return Removal(PLATFORM, channel, kind, target) if target else None


def _item(item: Object, channel: str) -> tuple[Event | None, float | None]:
    name, body = _only(item)
    if name in _SILENT_ITEMS:
        return None, None
    kind = _KIND_OF_ITEM.get(name)
    if kind is None:
        raise Unknown(name)
    return _message(body, kind, channel), _seconds(body)


def _message(body: Object, kind: Kind, channel: str) -> ChatMessage | None:
    # Of a gift, name and badges stand in a header of its own.
    header = _object(_object(body, "header"), "liveChatSponsorshipsHeaderRenderer")
    roles, verified = _roles(body if "authorBadges" in body else header)
    name = _simple(body, "authorName") or _simple(header, "authorName")
    author_id = _text(body, "authorExternalChannelId")
    if not (author_id or name):
        return None
    fragments = () if kind is Kind.GIFT else _words(body)
    price = _simple(body, "purchaseAmountText")
    return ChatMessage(
        platform=PLATFORM,
        channel=channel,
        id=_text(body, "id"),
        author=Author(author_id or name, name, roles),
        text="".join(fragment.text for fragment in fragments),
        kind=kind,
        # A message of plain words needs no cutting.
        fragments=fragments if any(f.type != FragmentType.TEXT for f in fragments) else (),
        paid=payment(price) if price else None,
        months=_count(body, "headerPrimaryText") if kind is Kind.SUB else None,
        # Whoever receives a gift tells of it too, with no such header.
        gifts=(_count(header, "primaryText") or 0) if kind is Kind.GIFT else None,
        extra=VERIFIED if verified else {},
    )


def _count(outer: Object, key: str) -> int | None:
    """The number in a sentence of YouTube's such as `Member for 6 months`."""
    found = _NUMBER.search(_simple(outer, key))
    return int(found[0]) if found else None


def _seconds(body: Object) -> float | None:
    text = _text(body, "timestampUsec")
    return int(text) / _MICROS if text.isdecimal() and len(text) <= 20 else None


def _roles(body: Object) -> tuple[frozenset[Role], bool]:
    """The roles that the badges give, and whether YouTube knows who it is."""
    roles, verified = set(), False
    for badge in _list(body, "authorBadges"):
        renderer = _object(badge, "liveChatAuthorBadgeRenderer")
        icon = _text(_object(renderer, "icon"), "iconType")
        if icon in _ROLE_OF_ICON:
            roles.add(_ROLE_OF_ICON[icon])
        elif "customThumbnail" in renderer:  # the channel's own picture: a member's
            roles.add(Role.SUBSCRIBER)
        verified = verified or icon == "VERIFIED"
    return frozenset(roles), verified


def _words(body: Object) -> tuple[Fragment, ...]:
    """What the viewer said; of a sticker, what it shows."""
    message = _object(body, "message")
    if message:
        return tuple(_runs(message))
    sticker = _object(_object(body, "sticker"), "accessibility")
    label = _text(_object(sticker, "accessibilityData"), "label")
    return (Fragment(FragmentType.TEXT, label),) if label else ()


def _runs(message: Object) -> Iterator[Fragment]:
    for run in _list(message, "runs"):
        if text := _text(run, "text"):
            yield Fragment(FragmentType.TEXT, text)
        elif emoji := _object(run, "emoji"):
            yield from _emoji(emoji)
    if "runs" not in message and (text := _text(message, "simpleText")):
        yield Fragment(FragmentType.TEXT, text)


def _emoji(emoji: Object) -> Iterator[Fragment]:
    """An emoji is its own character; a channel's own picture is the word that is typed for it."""
    ident = _text(emoji, "emojiId")
    if ident and emoji.get("isCustomEmoji") is not True:
        yield Fragment(FragmentType.EMOJI, ident)
        return
    words = [word for word in _array(emoji, "shortcuts") if isinstance(word, str) and word]
    label = _object(_object(_object(emoji, "image"), "accessibility"), "accessibilityData")
    text = words[0] if words else _text(label, "label")
    if text:
        yield Fragment(FragmentType.EMOTE, text, ident)


def _simple(outer: Object, key: str) -> str:
    """A text of YouTube's: whole, or in runs."""
    body = _object(outer, key)
    runs = "".join(_text(run, "text") for run in _list(body, "runs"))
    return _text(body, "simpleText") or runs


def _text(outer: Object, key: str) -> str:
    value = outer.get(key)
    return value if isinstance(value, str) else ""


def _object(outer: Object, key: str) -> Object:
    value = outer.get(key)
    return value if isinstance(value, Mapping) else {}


def _array(outer: Object, key: str) -> list[Any]:
    value = outer.get(key)
    return value if isinstance(value, list) else []


def _list(outer: Object, key: str) -> list[Object]:
    return [item for item in _array(outer, key) if isinstance(item, Mapping)]
