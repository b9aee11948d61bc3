"""A text longer than is spoken: what can be seen counts in all of it, sounds in what is heard."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import chain, speakable
from filters.chain import Rules, judge
from filters.dictionary import load
from filters.effort import TooContrived
from filters.fold import clean
from filters.message import Action, Author, ChatMessage, Hit, Verdict
from filters.readings import readings
from filters.wordlist import compile_words
from filters.words import Search

WORDS = compile_words(("zorgle", "blippo", "snarg", "frim"), dictionary=load())
RULES = Rules(words=WORDS)
PLAIN = "the quick zebra jumps over a lazy river and nobody has seen it leave again today "
SOUNDS = ("zohrgul", "zorgul", "zorgel")


def verdict(text: str, rules: Rules = RULES) -> Verdict:
    return judge(ChatMessage("console", "", "1", Author("1", "viewer"), text), rules)


def filled(text: str, at: int) -> str:
    """A text of 560 characters that may be said, with another at a place in it."""
    plain = PLAIN * 7
    cut = plain.rindex(" ", 0, at) + 1
    return f"{plain[:cut]}{text} {plain[cut : 560 - len(text)]}"


@pytest.mark.parametrize("text", SOUNDS)
def test_what_sounds_like_a_word_counts_where_it_is_heard(text: str) -> None:
    assert verdict(filled(text, 100)).hit is not None
    assert verdict(filled(text, 400)).action is Action.SPEAK


@pytest.mark.parametrize(
    "text", ["zorgle", "z0rgle", "z o r g l e", "zo**le", "xxzorglehead", "zоrgle"]
)
def test_what_can_be_seen_counts_in_all_of_it(text: str) -> None:
    assert verdict(filled(text, 400)).rule == "words"


def test_a_word_of_another_script_counts_where_it_is_heard() -> None:
    assert verdict(filled("зоргл", 100)).rule == "words"
    assert verdict(filled("зоргл", 400)).action is Action.SPEAK


@pytest.mark.parametrize("seconds", [5.0, 25.0, 60.0])
def test_how_much_is_heard_is_the_channels_to_say(seconds: float) -> None:
    rules = dataclasses.replace(RULES, max_seconds=seconds)
    refused = verdict(filled("zohrgul", 250), rules).action is Action.DROP
    assert refused == (seconds > 20)


@pytest.mark.parametrize("gone", ["☃☄ ", "🧊 ", "<i> ", "ha", "aaaaaaaa ", "1234567890123 "])
def test_what_follows_much_that_is_not_said_is_heard(gone: str) -> None:
    text = f"{(gone * 200)[:400]} so zohrgul it is {PLAIN}{PLAIN}"
    assert len(clean(text)) > 500
    assert verdict(text).action is Action.DROP


PIECES = st.lists(
    st.sampled_from(
        ["zorgle", "zohrgul", "blip", "po", "snar", "g", "зоргл", "я", "☃ ", "😂", "<b>"]
        + ["&#97;", "x.com "]
        + ["hahaha", "123456789 ", ":zo:", "@viewer ", "!!!", "漢字", "क", "ooo"]
        + [PLAIN, PLAIN, PLAIN[:30]]
        + [" "] * 8
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(PIECES)
def test_what_is_spoken_holds_nothing_that_a_search_by_itself_finds(text: str) -> None:
    spoken = verdict(text).spoken
    assert Search(WORDS).find(readings(spoken)) is None


@given(PIECES)
def test_a_beginning_that_is_enough_makes_all_that_is_heard(text: str) -> None:
    text = clean(text)
    begins = speakable.beginning(text, 12.0)
    assert text.startswith(begins)
    said = chain._said(begins, "en", RULES)
    if begins != text and speakable.enough(said, 12.0):
        # Whatever follows, what is spoken is made of the beginning alone.
        assert verdict(text).spoken in ("", speakable.cut(said, 12.0))


def found(look: Callable[[], Hit | None]) -> bool | None:
    """Whether something was found; None: too contrived."""
    try:
        return look() is not None
    except TooContrived:
        return None


@given(PIECES)
def test_where_all_of_it_is_heard_as_much_is_found(text: str) -> None:
    every = readings(text)
    at_once = found(lambda: Search(WORDS).find(every))
    in_two = found(lambda: Search(WORDS).find_long(every.seen, lambda: every))
    assert in_two == at_once


@given(PIECES, st.integers(0, 300))
def test_nothing_that_was_only_seen_is_taken_for_heard(text: str, cut: int) -> None:
    """What follows a look at a long text is found as by a search that knows nothing of it."""
    search = Search(WORDS)
    part = text[:cut]
    try:
        if search.find_long(readings(text).seen, lambda: readings(part)) is not None:
            return
    except TooContrived:
        return
    spoken = f"well {text[cut // 2 : cut // 2 + 60]}"
    alone = found(lambda: Search(WORDS).find(readings(spoken)))
    after = found(lambda: search.find(readings(spoken)))
    # What was looked at is no effort again; both together may be too much.
    assert after in (alone, None)
