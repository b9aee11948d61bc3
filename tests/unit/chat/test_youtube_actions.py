"""The actions of YouTube's web chat; each of pytchat's defects in reading them is a test here."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.codec import decode, encode
from bot.chat.youtube_actions import Unknown, read
from filters.message import (
    ChatMessage,
    Event,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Role,
)
from tests import youtube_wire as wire


def event(action: wire.Wire) -> Event | None:
    return read(action, "@zorgle")[0]


def message(action: wire.Wire) -> ChatMessage:
    found = event(action)
    assert isinstance(found, ChatMessage)
    return found


def test_a_chat_line() -> None:
    found, at = read(wire.text("hello", id="m1", at=1000.5), "@zorgle")
    assert isinstance(found, ChatMessage)
    assert (found.platform, found.channel, found.id) == ("youtube", "@zorgle", "m1")
    assert (found.author.name, found.author.id) == ("Ann", wire.channel_id("ann"))
    assert (found.text, found.fragments, found.paid, found.kind) == ("hello", (), None, "message")
    assert at == 1000.5


@pytest.mark.parametrize(
    ("badges", "roles"),
    [
        (wire.badges("OWNER"), {Role.BROADCASTER}),
        (wire.badges("MODERATOR"), {Role.MODERATOR}),
        (wire.badges(member="Member (6 months)"), {Role.SUBSCRIBER}),
        (wire.badges("MODERATOR", "VERIFIED", member="New member"),
         {Role.MODERATOR, Role.SUBSCRIBER}),
        (wire.badges("VERIFIED"), set()),
        ([{"other": 1}, 7, None], set()),
    ],
)  # fmt: skip
def test_badges_give_roles(badges: list[Any], roles: set[Role]) -> None:
    found = message(wire.text("x", authorBadges=badges))
    assert found.author.roles == roles
    verified = any("VERIFIED" in str(badge) for badge in badges)
    assert bool(found.extra) == verified


def test_a_super_chat_with_and_without_words() -> None:
    found = message(wire.paid("€5.00", "for zorgle"))
    assert (found.paid, found.text, found.kind) == (Payment(5.0, "EUR"), "for zorgle", "message")
    assert message(wire.paid("$2.00")).text == ""


def test_a_sticker_says_what_it_shows() -> None:  # defect 9
    found = message(wire.sticker("¥500", "Blippo waving"))
    assert (found.paid, found.text) == (Payment(500.0, "JPY"), "Blippo waving")


def test_a_milestone_keeps_its_text_and_a_new_member_has_none() -> None:  # defect 9
    found = message(wire.member(months=6, words="half a year"))
    assert (found.kind, found.text, found.months) == (Kind.SUB, "half a year", 6)
    new = message(wire.member())
    assert (new.kind, new.text, new.months) == (Kind.SUB, "", None)


def test_gifted_memberships_are_gifts_of_their_giver() -> None:  # defect 9
    found = message(wire.gift(5))
    assert (found.kind, found.text, found.author.name) == (Kind.GIFT, "", "Ann")
    assert found.author.roles == {Role.MODERATOR}
    assert (found.gifts, message(wire.gifted("bob")).gifts) == (5, 0)
    assert message(wire.gifted("bob")).kind is Kind.GIFT
    assert message(wire.gifted("bob")).author.name == "Bob"


def test_emoji_are_themselves_and_a_channels_pictures_are_emotes() -> None:  # defect 11
    body = wire.renderer(
        message=wire.runs(
            "hi ", wire.emoji("😀", ":grinning:"), wire.emoji("UCx/y", ":_blip:", custom=True)
        )
    )
    found = message(wire.add("TextMessage", body))
    assert found.text == "hi 😀:_blip:"
    assert found.fragments == (
        Fragment("text", "hi "),
        Fragment("emoji", "😀"),
        Fragment("emote", ":_blip:", "UCx/y"),
    )


@pytest.mark.parametrize(
    "odd",
    [
        {"emojiId": None, "isCustomEmoji": True, "shortcuts": []},  # defect 7: AttributeError
        {"emojiId": "UCx/y", "isCustomEmoji": True, "shortcuts": []},  # defect 7: IndexError
        {"emojiId": 7, "shortcuts": "x"},
        {},
        None,
    ],
)
def test_an_odd_emoji_costs_only_itself(odd: object) -> None:
    body = wire.renderer(message={"runs": [{"text": "hi"}, {"emoji": odd}, 7, {"text": " you"}]})
    assert message(wire.add("TextMessage", body)).text == "hi you"


def test_one_thumbnail_or_none_is_enough() -> None:  # defect 7: IndexError, whole batch lost
    assert message(wire.text("x", authorPhoto={"thumbnails": []})).text == "x"


def test_an_author_without_a_name_is_an_author() -> None:  # defect 7: dropped
    body = wire.renderer(message=wire.runs("x"))
    del body["authorName"]
    found = message(wire.add("TextMessage", body))
    assert (found.author.name, found.author.id) == ("", wire.channel_id("ann"))


@pytest.mark.parametrize("action", ["removeChatItemAction", "markChatItemAsDeletedAction"])
def test_a_deletion_names_its_message(action: str) -> None:  # defect 8
    expected = Removal("youtube", "@zorgle", RemovalKind.DELETE, "m1")
    assert event(wire.removed("m1", action)) == expected


@pytest.mark.parametrize(
    "action", ["removeChatItemByAuthorAction", "markChatItemsByAuthorAsDeletedAction"]
)
def test_a_ban_names_its_author(action: str) -> None:  # defect 8
    found = event(wire.removed_author("ann", action))
    assert found == Removal("youtube", "@zorgle", RemovalKind.CLEAR_AUTHOR, wire.channel_id("ann"))
    assert isinstance(found, Removal)
    assert found.covers(message(wire.text("x", "ann")))


def test_a_held_message_comes_when_it_is_let_through() -> None:
    body = wire.renderer(id="m1")
    assert event(wire.add("PlaceholderItem", body)) is None
    item = wire.text("ok", id="m1")["addChatItemAction"]["item"]
    found = message({"replaceChatItemAction": {"targetItemId": "m1", "replacementItem": item}})
    assert (found.id, found.text) == ("m1", "ok")


def test_the_bar_above_the_chat_does_not_say_a_paid_message_twice() -> None:
    assert event({"addLiveChatTickerItemAction": {"item": {}}, "clickTrackingParams": "x"}) is None


@pytest.mark.parametrize(
    "action",
    [
        wire.text("x", authorBadges=wire.badges("OWNER", "VERIFIED")),
        wire.paid("€5.00", "for zorgle"),
        wire.member(months=6, words="half a year"),
        wire.gift(5),
        wire.removed("m1"),
        wire.removed_author("ann"),
    ],
)
def test_a_recording_holds_all_of_it(action: wire.Wire) -> None:
    found = event(action)
    assert found is not None
    assert decode(json.loads(json.dumps(encode(found)))) == found


@pytest.mark.parametrize(
    "odd", [None, 7, {}, {"newAction": {}}, {"addChatItemAction": {"item": {"newRenderer": {}}}}]
)
def test_an_unknown_type_is_told_by_its_name(odd: Any) -> None:
    with pytest.raises(Unknown):
        event(odd)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["runs", "text", "emoji", "simpleText", "label"]), inner)
    ),
    max_leaves=8,
)
_KEYS = ["id", "message", "authorName", "authorBadges", "timestampUsec", "purchaseAmountText",
         "authorExternalChannelId", "sticker", "header"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_KEYS), _ANY), st.sampled_from(["TextMessage", "PaidSticker",
       "MembershipItem", "SponsorshipsGiftPurchaseAnnouncement"]))  # fmt: skip
def test_no_value_whatever_makes_it_fail(body: wire.Wire, kind: str) -> None:
    found = event(wire.add(kind, body))
    if isinstance(found, ChatMessage) and found.fragments:
        assert "".join(f.text for f in found.fragments) == found.text
