import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.codec import at, decode, encode
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

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too
AMOUNT = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
KNOWN = {
    "at", "platform", "channel", "kind", "id", "author", "text", "fragments", "reply_to",
    "shared_from", "reward", "first", "paid", "viewers", "months", "gifts", "target", "seconds",
    "sent",
}  # fmt: skip
EXTRA = st.dictionaries(
    ANY_TEXT.filter(lambda key: key not in KNOWN),
    st.recursive(
        st.none() | st.booleans() | st.integers() | ANY_TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)
UNKNOWN_WITHIN = EXTRA.map(
    lambda found: {
        key: value
        for key, value in found.items()
        if key not in {"name", "login", "roles", "type", "title", "amount", "unit"}
    }
)
UNKNOWN_ROLES = st.lists(ANY_TEXT.filter(lambda role: role not in set(Role)), max_size=3)
FRAGMENTS = st.lists(st.builds(Fragment, ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=4).map(tuple)


@st.composite
def messages(draw: st.DrawFn) -> ChatMessage:
    fragments = draw(FRAGMENTS)
    name = draw(ANY_TEXT)
    return ChatMessage(
        platform=draw(ANY_TEXT),
        channel=draw(ANY_TEXT),
        id=draw(ANY_TEXT),
        author=Author(
            draw(ANY_TEXT) or name,
            name,
            draw(st.frozensets(st.sampled_from(Role))),
            draw(ANY_TEXT),
        ),
        text="".join(f.text for f in fragments) if fragments else draw(ANY_TEXT),
        kind=draw(st.sampled_from(Kind)),
        fragments=fragments,
        reply_to=draw(ANY_TEXT),
        shared_from=draw(ANY_TEXT),
        reward=draw(st.none() | st.builds(Reward, ANY_TEXT, ANY_TEXT)),
        first=draw(st.booleans()),
        paid=draw(st.none() | st.builds(Payment, AMOUNT, ANY_TEXT.filter(bool))),
        viewers=draw(st.none() | st.integers(min_value=0)),
        months=draw(st.none() | st.integers(min_value=0)),
        gifts=draw(st.none() | st.integers(min_value=0)),
        extra=draw(EXTRA),
    )


REMOVALS = st.builds(
    Removal,
    platform=ANY_TEXT,
    channel=ANY_TEXT,
    kind=st.sampled_from(RemovalKind),
    target=ANY_TEXT.filter(bool),
    seconds=st.none() | AMOUNT,
    extra=EXTRA,
)


@given(messages() | REMOVALS)
def test_an_event_survives_being_written_and_read(event: ChatMessage | Removal) -> None:
    written = json.dumps(encode(event), ensure_ascii=True)
    assert written.isascii()
    assert decode(json.loads(written)) == event


def put_more(into: dict[str, object], more: dict[str, object]) -> dict[str, object]:
    return {**more, **into}


@given(messages(), UNKNOWN_ROLES, st.lists(UNKNOWN_WITHIN, min_size=7, max_size=7))
def test_what_is_unknown_within_a_message_is_written_again(
    message: ChatMessage, roles: list[str], unknown: list[dict[str, object]]
) -> None:
    line: Any = encode(message)
    line["author"] = put_more(line["author"], unknown[0])
    line["author"]["roles"] += roles
    for key, more in zip(("reward", "paid"), unknown[1:], strict=False):
        if key in line:
            line[key] = put_more(line[key], more)
    if message.fragments:
        pairs = zip(line["fragments"], unknown[3:], strict=False)
        line["fragments"] = [put_more(fragment, more) for fragment, more in pairs]
    read = decode(json.loads(json.dumps(line)))
    assert encode(read) == line
    assert decode(encode(read)) == read


def test_what_is_known_wins_over_what_was_kept() -> None:
    kept = {
        "author": {"name": "Eve", "login": "eve", "roles": ["broadcaster", "artist"], "mood": 1},
        "reward": {"id": "r"},
        "fragments": [{"id": "25", "text": "ho", "alt": "k"}, {"text": "more"}],
        "reply_to": "m0",
    }
    ann = Author("7", "Ann", frozenset({Role.VIP}))
    fragments = (Fragment("text", "hi"),)
    assert encode(ChatMessage("p", "c", "m", ann, "hi", fragments=fragments, extra=kept)) == {
        "platform": "p",
        "channel": "c",
        "kind": "message",
        "id": "m",
        "author": {"id": "7", "name": "Ann", "roles": ["vip", "artist"], "mood": 1},
        "text": "hi",
        "fragments": [{"type": "text", "text": "hi", "alt": "k"}],
    }


def test_what_decode_never_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match="^author: "):
        encode(ChatMessage("p", "c", "m", Author("7", "Ann"), "hi", extra={"author": 5}))


def test_a_removal_keeps_what_only_a_message_knows() -> None:
    line = {"platform": "p", "channel": "c", "kind": "clear_all", "author": {"name": "Mod"}}
    assert encode(decode(line)) == line


def test_a_login_is_written_only_where_there_is_one() -> None:
    ann = {"id": "7", "name": "アン", "roles": [], "login": "ann"}
    event = decode({"text": "hi", "author": ann})
    assert isinstance(event, ChatMessage)
    assert event.author.login == "ann"
    assert encode(event)["author"] == ann
    bare = encode(ChatMessage("p", "c", "m", Author("7", "Ann"), "hi"))
    assert bare["author"] == {"id": "7", "name": "Ann", "roles": []}


def test_a_full_line_is_read() -> None:
    event = decode(
        {
            "at": 2.5,
            "platform": "twitch",
            "channel": "room",
            "kind": "redemption",
            "id": "m1",
            "author": {"id": "7", "name": "Ann", "roles": ["vip", "moderator", "artist"]},
            "text": "hi Kappa",
            "fragments": [
                {"type": "text", "text": "hi "},
                {"type": "emote", "text": "Kappa", "id": "25"},
            ],
            "reply_to": "m0",
            "shared_from": "",
            "reward": {"id": "r1", "title": "Speak"},
            "first": True,
            "paid": {"amount": 100, "unit": "points"},
            "mood": {"is": ["good"]},
        }
    )
    assert event == ChatMessage(
        platform="twitch",
        channel="room",
        id="m1",
        author=Author("7", "Ann", frozenset({Role.VIP, Role.MODERATOR})),
        text="hi Kappa",
        kind=Kind.REDEMPTION,
        fragments=(Fragment("text", "hi "), Fragment("emote", "Kappa", "25")),
        reply_to="m0",
        reward=Reward("r1", "Speak"),
        first=True,
        paid=Payment(100.0, "points"),
        extra={"mood": {"is": ["good"]}, "author": {"roles": ["artist"]}},
    )


def test_what_is_missing_gets_harmless_values() -> None:
    assert decode({"text": "hi"}) == ChatMessage("replay", "", "", Author("", ""), "hi")
    assert decode({"text": "hi", "paid": None, "reward": None, "fragments": None}) == decode(
        {"text": "hi"}
    )
    nameless = decode({"text": "hi", "author": {"name": "Ann"}})
    assert isinstance(nameless, ChatMessage)
    assert nameless.author == Author("Ann", "Ann")


def test_the_text_may_be_told_by_its_fragments_alone() -> None:
    event = decode({"fragments": [{"text": "a "}, {"type": "emote", "text": "Kappa"}]})
    assert isinstance(event, ChatMessage)
    assert event.text == "a Kappa"


def test_a_sub_needs_no_text() -> None:
    event = decode({"kind": "sub", "author": {"name": "Ann"}})
    assert isinstance(event, ChatMessage)
    assert (event.kind, event.text) == (Kind.SUB, "")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"kind": "delete", "platform": "p", "channel": "c", "target": "m1"},
            Removal("p", "c", RemovalKind.DELETE, "m1"),
        ),
        (
            {"kind": "clear_author", "target": "7", "seconds": 600, "by": "mod"},
            Removal("replay", "", RemovalKind.CLEAR_AUTHOR, "7", 600.0, {"by": "mod"}),
        ),
        ({"kind": "clear_all"}, Removal("replay", "", RemovalKind.CLEAR_ALL)),
    ],
)
def test_removals_are_read(data: dict[str, object], expected: Removal) -> None:
    assert decode(data) == expected


def hello(**more: object) -> dict[str, object]:
    return {"text": "hi", **more}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (hello(kind="shout"), "kind"),
        (hello(kind=3), "kind"),
        (hello(id=5), "id"),
        (hello(text=["hi"]), "text"),
        ({}, "text"),
        (hello(platform=1), "platform"),
        (hello(channel=False), "channel"),
        (hello(author="ann"), "author"),
        (hello(author={"id": 3}), "author.id"),
        (hello(author={"name": 3}), "author.name"),
        (hello(author={"login": 3}), "author.login"),
        (hello(author={"roles": "vip"}), "author.roles"),
        (hello(author={"roles": [1]}), "author.roles"),
        (hello(fragments={}), "fragments"),
        (hello(fragments=["hi"]), r"fragments\[0\]"),
        (hello(fragments=[{"text": "hi", "type": 1}]), r"fragments\[0\].type"),
        (hello(fragments=[{"text": "ho"}]), "fragments"),
        (hello(reply_to=1), "reply_to"),
        (hello(shared_from=1), "shared_from"),
        (hello(reward="r"), "reward"),
        (hello(reward={"id": 1}), "reward.id"),
        (hello(first=1), "first"),
        (hello(paid=5), "paid"),
        (hello(paid={"unit": "bits"}), "paid.amount"),
        (hello(paid={"amount": 5}), "paid.unit"),
        (hello(paid={"amount": -1, "unit": "bits"}), "paid.amount"),
        (hello(paid={"amount": float("nan"), "unit": "bits"}), "paid.amount"),
        (hello(paid={"amount": float("inf"), "unit": "bits"}), "paid.amount"),
        (hello(paid={"amount": 10**400, "unit": "bits"}), "paid.amount"),
        (hello(paid={"amount": True, "unit": "bits"}), "paid.amount"),
        (hello(paid={"amount": "5", "unit": "bits"}), "paid.amount"),
        (hello(kind="raid", viewers=-1), "viewers"),
        (hello(kind="raid", viewers=2.5), "viewers"),
        (hello(kind="raid", viewers=True), "viewers"),
        (hello(kind="raid", viewers="12"), "viewers"),
        ({"kind": "delete"}, "target"),
        ({"kind": "clear_author", "target": 5}, "target"),
        ({"kind": "clear_author", "target": "7", "seconds": -1}, "seconds"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=rf"^{key}: "):
        decode(data)


@pytest.mark.parametrize("data", [[], "hi", 3, None])
def test_only_objects_are_events(data: object) -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        decode(data)


def test_the_time_of_a_line_is_a_finite_number() -> None:
    assert at({}) == 0.0
    assert at({"at": 3}) == 3.0
    for wrong in ("3", float("nan"), 10**400, True):
        with pytest.raises(ValueError, match="^at: "):
            at({"at": wrong})


@pytest.mark.parametrize(
    "event",
    [
        ChatMessage("p", "c", "m1", Author("1", "Ann"), "hi", sent=1_700_000_000.25),
        Removal("p", "c", RemovalKind.CLEAR_ALL, sent=0.0),
    ],
)
def test_when_an_event_was_sent_is_kept(event: ChatMessage | Removal) -> None:
    assert decode(json.loads(json.dumps(encode(event)))).sent == event.sent
    assert "sent" not in encode(replace(event, sent=None))
    with pytest.raises(ValueError, match="sent: must be a number"):
        decode(encode(event) | {"sent": "now"})
