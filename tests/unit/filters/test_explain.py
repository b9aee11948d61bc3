import unicodedata
from dataclasses import replace

import pytest

from filters import dictionary
from filters.chain import RULES, Rules
from filters.explain import WIDTH, explain
from filters.listfile import Pattern
from filters.message import Author, ChatMessage, Tier
from filters.patterns import compile_patterns
from filters.wordlist import Entry, compile_words

RULES_HERE = Rules(
    words=compile_words(
        [Entry("zorgle", Tier.NEVER, "w.txt line 3")], dictionary=dictionary.load(("en",))
    ),
    patterns=compile_patterns([Pattern("quim+ble", Tier.STRICT, "w.txt line 9")]),
)


def lines(text: str, *earlier: str, rules: Rules = RULES_HERE) -> list[str]:
    message = ChatMessage("console", "", "", Author("", ""), text)
    return list(explain(message, rules, earlier))


def test_a_hit_is_marked_under_the_reading_that_held_it() -> None:
    shown = lines("so a z0rgle is this")
    carets = next(n for n, line in enumerate(shown) if set(line.strip()) == {"^"})
    reading, marks = shown[carets - 1], shown[carets]
    assert reading[marks.index("^") : marks.rindex("^") + 1] == "zorgle"
    text = "\n".join(shown)
    assert "w.txt line 3 (tier never)" in text
    assert "verdict   drop: " in text
    assert "spoken    -" in text


@pytest.mark.parametrize(
    ("text", "seen", "named"),
    [
        ("so QUIMMBLE it", "quimmble", "w.txt line 9 (tier strict): pattern"),
        ("wéll 文 quimmble", "quimmble", "w.txt line 9 (tier strict): pattern"),
        ("see blippo dot com now", "blippo dot com", "hit       a link"),
        ("hey buy cheap viewers", "buy cheap viewers", "an advert (bought followers)"),
        ("x " * 60 + "blippo.com", "blippo.com", "a link"),
        ("call 555-0187", "555-0187", "a telephone or card number"),
        ("hey 8===>", "8===>", "drawn with characters"),
    ],
)
def test_every_kind_of_hit_is_marked_under_what_it_was_found_in(
    text: str, seen: str, named: str
) -> None:
    shown = lines(text, rules=replace(RULES_HERE, links="drop"))
    carets = next(n for n, line in enumerate(shown) if set(line.strip()) == {"^"})
    reading, marks = shown[carets - 1], shown[carets]
    at = sum(unicodedata.east_asian_width(char) in "WF" for char in reading)
    first, last = marks.index("^") - at, marks.rindex("^") - at
    assert reading[first : last + 1] == seen
    assert named in "\n".join(shown)


def test_every_rule_stands_in_order_with_its_result() -> None:
    shown = lines("quimmmble")
    at = shown.index("rules")
    names = [name for name, _ in RULES]
    rows = [line for line in shown[at + 1 :] if line[2:24].strip() in names]
    assert [row[2:24].strip() for row in rows][: len(names)] == names
    refused = [row for row in rows if "REFUSED" in row]
    assert len(refused) == 1
    assert "w.txt line 9" in "\n".join(shown)
    assert "not asked" in rows[-1]


def test_what_is_spoken_is_shown_with_its_seconds() -> None:
    shown = lines("hello there")
    assert any(line.startswith("spoken    hello there") for line in shown)
    assert any(line.startswith("seconds   0.8") for line in shown)
    assert not any("REFUSED" in line for line in shown)


def test_tokens_that_are_no_words_are_named() -> None:
    unknown = next(line for line in lines("hello qwxzjk there") if line.startswith("unknown"))
    assert unknown.split() == ["unknown", "qwxzjk"]


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred\x07 \u202eevil\u202c zorgle",
        "x" * 5000,
        "\U0001f600" * 300 + "zorgle",
        "文字" * 200 + " zorgle " + "文字" * 200,
        "\ud800 \u2028 \x85 zorgle",
        "",
    ],
)
def test_hostile_text_fits_the_terminal_and_moves_no_cursor(text: str) -> None:
    for line in lines(text, text):
        assert all(char.isprintable() for char in line), ascii(line)
        wide = sum(unicodedata.east_asian_width(char) in "WF" for char in line)
        assert len(line) + wide <= WIDTH, line
