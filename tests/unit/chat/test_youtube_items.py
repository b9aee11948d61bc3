from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.youtube_actions import Unknown
from bot.chat.youtube_items import read
from filters.message import ChatMessage, Event, Kind, Payment, Removal, RemovalKind, Role
from tests import youtube_wire as wire


def event(item: object) -> Event | None:
    return read(item, "@zorgle")[0]


def message(item: object) -> ChatMessage:
    found = event(item)
    assert isinstance(found, ChatMessage)
    return found


def test_a_chat_line() -> None:
    found, at = read(wire.said("hello", id="m1", at=1000.5), "@zorgle")
    assert isinstance(found, ChatMessage)
    assert (found.platform, found.channel, found.id) == ("youtube", "@zorgle", "m1")
    assert (found.author.name, found.author.id) == ("Ann", wire.channel_id("ann"))
    assert (found.text, found.kind, found.paid) == ("hello", Kind.MESSAGE, None)
    assert at == 1000.5


@pytest.mark.parametrize(
    ("flag", "roles"),
    [
        ("isChatOwner", {Role.BROADCASTER}),
        ("isChatModerator", {Role.MODERATOR}),
        ("isChatSponsor", {Role.SUBSCRIBER}),
        ("isVerified", set()),
    ],
)
def test_what_youtube_says_of_the_author_gives_roles(flag: str, roles: set[Role]) -> None:
    item = wire.said("x")
    item["authorDetails"][flag] = True
    found = message(item)
    assert found.author.roles == roles
    assert bool(found.extra) == (flag == "isVerified")


def test_a_super_chat() -> None:
    details = {
        "amountMicros": "5000000", "currency": "EUR", "amountDisplayString": "€5.00",
        "userComment": "for zorgle", "tier": 2,
    }  # fmt: skip
    found = message(wire.item("superChatEvent", details))
    assert (found.paid, found.text, found.kind) == (
        Payment(5.0, "EUR"), "for zorgle", Kind.MESSAGE,
    )  # fmt: skip


def test_a_sticker_says_what_it_shows() -> None:
    details = {
        "superStickerMetadata": {"stickerId": "s", "altText": "Blippo waving"},
        "amountMicros": 1990000, "currency": "USD",
    }  # fmt: skip
    found = message(wire.item("superStickerEvent", details))
    assert (found.paid, found.text) == (Payment(1.99, "USD"), "Blippo waving")


@pytest.mark.parametrize(
    ("kind", "details", "expected", "text"),
    [
        ("memberMilestoneChatEvent", {"userComment": "half a year", "memberMonth": 6},
         Kind.SUB, "half a year"),
        ("newSponsorEvent", {"memberLevelName": "Zorgles"}, Kind.SUB, ""),
        ("membershipGiftingEvent", {"giftMembershipsCount": 5}, Kind.GIFT, ""),
        ("giftMembershipReceivedEvent", {"gifterChannelId": "UCx"}, Kind.GIFT, ""),
    ],
)  # fmt: skip
def test_members(kind: str, details: Any, expected: Kind, text: str) -> None:
    found = message(wire.item(kind, details))
    assert (found.kind, found.text, found.paid) == (expected, text, None)
    assert found.months == details.get("memberMonth")
    gifts = details.get("giftMembershipsCount", 0)
    assert found.gifts == (gifts if expected is Kind.GIFT else None)


def test_a_type_as_grpc_writes_it() -> None:
    item = wire.said("hello")
    item["snippet"]["type"] = "TEXT_MESSAGE_EVENT"
    assert message(item).text == "hello"


@pytest.mark.parametrize(
    "item",
    [
        wire.item("messageDeletedEvent", {"deletedMessageId": "m1"}),
        wire.item("messageRetractedEvent", {"retractedMessageId": "m1"}),
        wire.item("tombstone", id="m1"),
    ],
)
def test_a_message_that_is_gone(item: object) -> None:
    assert event(item) == Removal("youtube", "@zorgle", RemovalKind.DELETE, "m1")


@pytest.mark.parametrize(
    ("ban", "seconds"),
    [
        ({"banType": "permanent"}, None),
        ({"banType": "temporary", "banDurationSeconds": "300"}, 300.0),
        ({"banType": "temporary", "banDurationSeconds": 10}, 10.0),
        ({"banType": "temporary"}, None),
    ],
)
def test_a_ban_names_its_author_and_how_long(ban: wire.Wire, seconds: float | None) -> None:
    banned = {"bannedUserDetails": {"channelId": wire.channel_id("ann")}}
    found = event(wire.item("userBannedEvent", ban | banned, "mod"))
    assert found == Removal(
        "youtube", "@zorgle", RemovalKind.CLEAR_AUTHOR, wire.channel_id("ann"), seconds
    )


@pytest.mark.parametrize("kind", ["chatEndedEvent", "pollEvent", "sponsorOnlyModeStartedEvent"])
def test_what_says_nothing_to_speak(kind: str) -> None:
    assert event(wire.item(kind)) is None


@pytest.mark.parametrize("odd", [None, 7, {}, {"snippet": {"type": "zorgleEvent"}}, {"snippet": 1}])
def test_an_unknown_type_is_told(odd: object) -> None:
    with pytest.raises(Unknown):
        event(odd)


_ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers())
_DETAILS = ["messageText", "userComment", "amountMicros", "currency", "superStickerMetadata",
            "deletedMessageId", "bannedUserDetails", "banType", "banDurationSeconds"]  # fmt: skip


@given(
    st.sampled_from(["textMessageEvent", "superChatEvent", "superStickerEvent", "userBannedEvent"]),
    st.dictionaries(st.sampled_from(_DETAILS), _ANY),
    _ANY,
)
def test_no_value_whatever_makes_it_fail(kind: str, details: wire.Wire, odd: object) -> None:
    item = wire.item(kind, details)
    item["snippet"]["publishedAt"] = odd
    item["authorDetails"] = odd
    event(item)
