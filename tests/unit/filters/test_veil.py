import pytest

from filters.chain import Rules, judge
from filters.message import Author, ChatMessage, Tier
from filters.veil import spelled, veiled
from filters.wordlist import Entry, compile_words

WORDS = compile_words(
    [Entry("zorgle", Tier.NEVER), Entry("vexn*", Tier.NEVER), Entry("blippo", Tier.STRICT)]
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("so a zorgle here", "so a z***** here"),
        ("(Zorgle)! and ZORGLE,", "(Z*****)! and Z*****,"),
        ("z0rgle blippo", "z***** blippo"),
        ("vexnation", "v********"),
        ("zo\u200brgle\x07", "z*****"),
        ("", ""),
        ("quite harmless", "quite harmless"),
    ],
)
def test_listed_words_of_tier_never_keep_their_first_letter(text: str, shown: str) -> None:
    assert veiled(text, WORDS) == shown


def test_a_word_that_is_pulled_apart_goes_with_its_hit() -> None:
    text = "so z o r g l e there"
    hit = judge(ChatMessage("t", "c", "", Author("", ""), text), Rules(words=WORDS)).hit
    assert hit is not None
    assert spelled(hit, WORDS)
    shown = veiled(text, WORDS, hit)
    assert "o r g l e" not in shown
    assert shown.startswith("so z")
    assert shown.endswith("there")


def test_a_milder_hit_is_shown() -> None:
    text = "a blippo"
    hit = judge(ChatMessage("t", "c", "", Author("", ""), text), Rules(words=WORDS)).hit
    assert hit is not None
    assert veiled(text, WORDS, hit) == text
