"""bot.chat.twitch_events: what each notification says, and that no odd one raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import twitch_events as events
from bot.chat.twitch_tags import PLATFORM
from filters.message import (
    Author,
    ChatMessage,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Role,
)
from tests.twitch_server import TwitchServer

SERVER = TwitchServer()
ANN = Author("id-ann", "Ann", frozenset(), "ann")


def read(kind: str, event: dict[str, Any]) -> ChatMessage:
    happened = events.read(kind, event)
    assert isinstance(happened, ChatMessage)
    return happened


def message(text: str = "hello", **more: Any) -> ChatMessage:
    return read(events.MESSAGE, SERVER.line(text, **more))


def test_a_plain_line() -> None:
    line = SERVER.line("hello")
    assert events.read(events.MESSAGE, line) == ChatMessage(
        PLATFORM, "room", line["message_id"], ANN, "hello"
    )


def test_fragments_are_kept_with_their_ids() -> None:
    fragments = [
        {"type": "cheermote", "text": "Cheer100", "cheermote": {"prefix": "cheer", "bits": 100}},
        {"type": "text", "text": " hi "},
        {"type": "emote", "text": "Kappa", "emote": {"id": "25"}, "cheermote": None},
        {"type": "text", "text": " "},
        {"type": "mention", "text": "@Bob", "mention": {"user_id": "7"}},
    ]
    text = "".join(f["text"] for f in fragments)  # type: ignore[misc]
    found = message(message={"text": text, "fragments": fragments}, cheer={"bits": 100})
    assert found.paid == Payment(100, "bits")
    assert found.fragments == (
        Fragment("cheermote", "Cheer100"),
        Fragment("text", " hi "),
        Fragment("emote", "Kappa", "25"),
        Fragment("text", " "),
        Fragment("mention", "@Bob", "7"),
    )


def test_fragments_that_are_not_the_text_are_left_out() -> None:
    cut = [{"type": "emote", "text": "Kap", "emote": {"id": "25"}}]
    assert message(message={"text": "Kappa", "fragments": cut}).fragments == ()


@pytest.mark.parametrize(
    ("badges", "roles"),
    [
        ("", set()),
        ("broadcaster", {Role.BROADCASTER}),
        ("lead_moderator founder", {Role.MODERATOR, Role.SUBSCRIBER}),
        ("moderator subscriber", {Role.MODERATOR, Role.SUBSCRIBER}),
        ("vip bits premium", {Role.VIP}),
        ("bot-badge", {Role.BOT}),
    ],
)
def test_roles_are_the_badges(badges: str, roles: set[Role]) -> None:
    assert message(badges=badges).author.roles == roles


def test_a_shared_chat_gives_no_rights_and_no_payment() -> None:
    found = message(
        badges="moderator",
        source_broadcaster_user_id="300",
        source_badges=[{"set_id": "broadcaster", "id": "1", "info": ""}],
        cheer={"bits": 5},
        channel_points_custom_reward_id="r",
    )
    assert found.shared_from == "300"
    assert (found.author.roles, found.paid, found.reward) == (frozenset(), None, None)
    assert message(badges="vip", source_broadcaster_user_id="100").author.roles == {Role.VIP}


def test_replies_rewards_and_first_words() -> None:
    found = message(
        reply={"parent_message_id": "m1"},
        channel_points_custom_reward_id="r1",
        message_type="user_intro",
    )
    assert (found.reply_to, found.reward, found.kind) == ("m1", Reward("r1"), Kind.REDEMPTION)
    assert found.first


def test_what_me_says_is_the_text() -> None:
    assert message("\x01ACTION waves\x01").text == "waves"


@pytest.mark.parametrize(
    ("kind", "text", "means"),
    [
        ("sub", "", Kind.SUB),
        ("resub", "ten months", Kind.SUB),
        ("sub_gift", "", Kind.GIFT),
        ("community_sub_gift", "", Kind.GIFT),
        ("raid", "", Kind.RAID),
        ("announcement", "hear me", Kind.MESSAGE),
        ("watch_streak", "five streams", Kind.MESSAGE),
    ],
)
def test_notices(kind: str, text: str, means: Kind) -> None:
    found = read(events.NOTICE, SERVER.notice(kind, text))
    assert (found.kind, found.text, found.author) == (means, text, ANN)
    assert found.viewers == (12 if means is Kind.RAID else None)


@pytest.mark.parametrize(
    ("kind", "details", "months", "gifts"),
    [
        ("resub", {"cumulative_months": 14, "streak_months": 2}, 14, None),
        ("sub", {"duration_months": 1}, None, None),
        ("community_sub_gift", {"id": "7", "total": 20}, None, 20),
        ("community_sub_gift", {"id": "7", "total": None}, None, 1),
        ("sub_gift", {"community_gift_id": "7", "cumulative_total": 3}, None, 0),
        ("sub_gift", {"community_gift_id": None}, None, 1),
        ("pay_it_forward", {"gifter_user_id": "7"}, None, 0),
    ],
)
def test_how_much_was_given(
    kind: str, details: dict[str, Any], months: int | None, gifts: int | None
) -> None:
    found = read(events.NOTICE, SERVER.notice(kind, **{kind: details}))
    assert (found.months, found.gifts) == (months, gifts)


def test_a_notice_without_words_that_is_no_act_says_nothing() -> None:
    assert events.read(events.NOTICE, SERVER.notice("unraid")) is None


def test_a_notice_of_another_channel_is_of_a_shared_chat() -> None:
    far = SERVER.notice("shared_chat_resub", "hi", badges=[{"set_id": "moderator"}])
    assert read(events.NOTICE, far).shared_from
    assert read(events.NOTICE, far).kind is Kind.SUB
    assert not read(events.NOTICE, far).author.roles


def test_a_redemption_with_and_without_text() -> None:
    for text in ("say this", ""):
        event = SERVER.redemption("zorgle", text)
        assert events.read(events.REDEEMED, event) == ChatMessage(
            PLATFORM, "room", event["id"], ANN, text,
            kind=Kind.REDEMPTION, reward=Reward("reward-zorgle", "zorgle"),
            paid=Payment(300, "points"),
        )  # fmt: skip


def test_what_moderators_take_away() -> None:
    delete = Removal(PLATFORM, "room", RemovalKind.DELETE, "m1")
    assert events.read(events.DELETED, SERVER.deletion("m1")) == delete
    author = Removal(PLATFORM, "room", RemovalKind.CLEAR_AUTHOR, "id-ann")
    assert events.read(events.AUTHOR_CLEARED, SERVER.author_cleared("ann")) == author
    everything = Removal(PLATFORM, "room", RemovalKind.CLEAR_ALL)
    assert events.read(events.CLEARED, SERVER.cleared()) == everything


@pytest.mark.parametrize("kind", ["channel.bits.use", "channel.cheer", "channel.of.tomorrow", ""])
def test_other_notifications_say_nothing(kind: str) -> None:
    assert events.read(kind, SERVER.line("hello")) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
KINDS = (events.MESSAGE, events.NOTICE, events.DELETED, events.AUTHOR_CLEARED, events.CLEARED,
         events.REDEEMED)  # fmt: skip
WHOLE = {
    **SERVER.notice("sub", "hi"), **SERVER.line("hi"), **SERVER.redemption("r", "hi"),
    **SERVER.deletion("m"),
}  # fmt: skip


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(sorted(WHOLE)), JSON), st.data())
def test_no_odd_value_raises(kind: str, odd: dict[str, Any], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(WHOLE)), max_size=5))
    event = {key: value for key, value in {**WHOLE, **odd}.items() if key not in gone}
    found = events.read(kind, json.loads(json.dumps(event)))
    if isinstance(found, ChatMessage):
        assert isinstance(found.text, str)
        assert not found.fragments or "".join(f.text for f in found.fragments) == found.text
