"""What YouTube's servers write, as values: actions of the web chat, items of the official one.

Knows no server. Times are now unless told; `at` is in Unix seconds.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Wire = dict[str, Any]

_numbers = itertools.count(1)


def channel_id(user: str) -> str:
    """The id of an invented user's channel."""
    return f"UC{user:x<22}"[:24]


def badges(*icons: str, member: str = "") -> list[Wire]:
    """Badges by icon, such as MODERATOR; `member` is the tooltip of a member's picture."""
    made: list[Wire] = [{"icon": {"iconType": icon}, "tooltip": icon.title()} for icon in icons]
    if member:
        made.append({"customThumbnail": {"thumbnails": [{"url": "x"}]}, "tooltip": member})
    return [{"liveChatAuthorBadgeRenderer": badge} for badge in made]


def renderer(user: str = "ann", *, id: str = "", at: float | None = None, **more: Any) -> Wire:
    """What every item of the web chat holds, and `more`."""
    return {
        "id": id or f"ChwK{next(_numbers)}",
        "timestampUsec": str(int((time.time() if at is None else at) * 1e6)),
        "authorExternalChannelId": channel_id(user),
        "authorName": {"simpleText": user.capitalize()},
        "authorPhoto": {"thumbnails": [{"url": "https://example.org/x.jpg"}]},
    } | more


def add(kind: str, body: Wire) -> Wire:
    """The action that adds an item, `kind` without liveChat...Renderer."""
    return {"addChatItemAction": {"item": {f"liveChat{kind}Renderer": body}, "clientId": "x"}}


def runs(*parts: str | Wire) -> Wire:
    """A text of YouTube's, in pieces."""
    return {"runs": [{"text": p} if isinstance(p, str) else p for p in parts]}


def emoji(ident: str, *shortcuts: str, custom: bool = False) -> Wire:
    """A piece of a text that is an emoji."""
    body: Wire = {"emojiId": ident, "shortcuts": list(shortcuts), "image": {}}
    return {"emoji": body | ({"isCustomEmoji": True} if custom else {})}


def text(words: str, user: str = "ann", **more: Any) -> Wire:
    """An ordinary chat line."""
    return add("TextMessage", renderer(user, message=runs(words), **more))


def paid(price: str, words: str = "", user: str = "ann", **more: Any) -> Wire:
    """A Super Chat."""
    body = renderer(user, purchaseAmountText={"simpleText": price}, **more)
    return add("PaidMessage", body | ({"message": runs(words)} if words else {}))


def sticker(price: str, label: str, user: str = "ann") -> Wire:
    """A Super Sticker."""
    shown = {"accessibility": {"accessibilityData": {"label": label}}}
    price_text = {"simpleText": price}
    return add("PaidSticker", renderer(user, sticker=shown, purchaseAmountText=price_text))


def member(user: str = "ann", months: int = 0, words: str = "") -> Wire:
    """A new member, or a milestone with what the member says."""
    if not months:
        return add("MembershipItem", renderer(user, headerSubtext=runs("Welcome to ", "Zorgles")))
    head = runs("Member for ", str(months), " months")
    return add("MembershipItem", renderer(user, headerPrimaryText=head, message=runs(words)))


def gift(count: int, user: str = "ann") -> Wire:
    """Memberships that somebody gives away."""
    head = {
        "authorName": {"simpleText": user.capitalize()},
        "primaryText": runs("Sent ", str(count), " Zorgle gift memberships"),
        "authorBadges": badges("MODERATOR"),
    }
    body = renderer(user, header={"liveChatSponsorshipsHeaderRenderer": head})
    del body["authorName"]
    return add("SponsorshipsGiftPurchaseAnnouncement", body)


def gifted(user: str = "bob") -> Wire:
    """The notice of who got one of them."""
    message = runs("received a gift membership by ", "Ann")
    return add("SponsorshipsGiftRedemptionAnnouncement", renderer(user, message=message))


def removed(ident: str, action: str = "removeChatItemAction") -> Wire:
    """A message that is gone."""
    return {action: {"targetItemId": ident}}


def removed_author(user: str, action: str = "removeChatItemByAuthorAction") -> Wire:
    """Everything that an author wrote, gone."""
    return {action: {"externalChannelId": channel_id(user)}}


def item(
    kind: str,
    details: Mapping[str, Any] | None = None,
    user: str = "ann",
    *,
    id: str = "",
    at: float | None = None,
    **flags: bool,
) -> Wire:
    """An item of the official chat; `details` go under the key that belongs to its kind."""
    when = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    snippet: Wire = {
        "type": kind,
        "liveChatId": "chat",
        "authorChannelId": channel_id(user),
        "publishedAt": when.isoformat().replace("+00:00", "Z"),
        "hasDisplayContent": True,
    }
    if details is not None:
        snippet[f"{kind.removesuffix('Event')}Details"] = dict(details)
    usual = dict.fromkeys(("isVerified", "isChatOwner", "isChatSponsor", "isChatModerator"), False)
    return {
        "kind": "youtube#liveChatMessage",
        "id": id or f"LCC.{next(_numbers)}",
        "snippet": snippet,
        "authorDetails": {
            "channelId": channel_id(user),
            "displayName": user.capitalize(),
            **usual,
            **flags,
        },
    }


def said(words: str, user: str = "ann", **more: Any) -> Wire:
    """An ordinary chat line of the official chat."""
    return item("textMessageEvent", {"messageText": words}, user, **more)


def problem(status: int, reason: str, why: str = "no") -> Wire:
    """How YouTube's API refuses."""
    errors = [{"message": why, "domain": "youtube", "reason": reason}] if reason else []
    return {"error": {"code": status, "message": why, "errors": errors}}
