"""What is asked of a voice, and what of its answers is taken for a listed word."""

from __future__ import annotations

import pytest

from filters import dictionary
from filters.message import Tier
from filters.phonemes import MOST, Doubts, doubts, find, joined, listed, sounds
from filters.wordlist import Entry, WordList, compile_words

WORDS = compile_words(["zorgle"], dictionary=dictionary.load())


def asked(text: str, words: WordList = WORDS) -> tuple[str, ...]:
    found = doubts(text, words)
    return found.texts if found else ()


@pytest.mark.parametrize(
    "text",
    ["", "...", "hello my dear friends!", "Heinrich et Sofia, señor", "1 2 3", "I'll, we're", "z q",
     "Ленин 東京", "playthrough"],
)  # fmt: skip
def test_of_words_names_letters_and_numbers_nothing_is_asked(text: str) -> None:
    assert doubts(text, WORDS) is None


def test_asked_are_an_unknown_word_first_and_its_neighbours() -> None:
    assert asked("they all went home to Vexnar, who cried a lot") == (
        *("Vexnar", "to", "who", "home", "cried"),
    )


def test_every_word_is_asked_once_and_of_a_long_text_only_so_many() -> None:
    assert asked("vexnar vexnar") == ("vexnar",)
    text = " ".join(f"vexn{a}r{b}q" for a in "aeiou" for b in "aeioubdfgkl")
    assert len(asked(text)) == MOST


def test_a_text_that_is_long_and_strange_is_quickly_bounded() -> None:
    found = doubts("zq " * 3_000, WORDS)
    assert found is not None
    assert found.texts == ("zq",)


def test_without_a_dictionary_nothing_is_known_to_be_unknown() -> None:
    assert doubts("a zurgle", compile_words(["zorgle"])) is None


def told_of(*entries: Entry | str) -> set[str]:
    return set(listed(compile_words(entries)).texts)


def test_words_are_learnt_with_their_inflections_and_short_phrases_by_their_words() -> None:
    assert {"zorgle", "zorgles", "zorgled", "zorgling"} <= told_of("zorgle")
    assert told_of("drop blippo now") == {"drop", "blippo", "now"}
    assert told_of("may he drop blippo now") == set()
    assert told_of("zorg*") == set()
    assert told_of(Entry("zorgle", Tier.MILD)) == set()


def test_letters_with_marks_are_asked_as_they_are_written() -> None:
    assert "blïppö" in told_of("Blïppö")


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        (["zˈɔːɹɡəl"], "zɔːɹɡəl"),
        (["zˌɔːɹ", "ɡˈʌl"], "zɔːɹɡəl"),
        (["blˈɪp", "pˈoʊ"], "blɪpoʊ"),
        (["blˈɪpiː"], "blɪpi"),
        (["bliːp"], "bliːp"),
        (["", "zˈɔ"], "zɔ"),
        ([""], ""),
        (["t͡sˈaɪ.n̩"], "tsaɪn"),
    ],
)
def test_marks_go_and_length_stays(told: list[str], heard: str) -> None:
    assert joined(told) == heard


def hit(
    text: str,
    told: dict[str, str],
    *entries: Entry | str,
    language: str = "",
    allowed: tuple[str, ...] = (),
) -> str:
    """What of a text is hit, where a voice says every word as it is written, or as is told."""
    words = compile_words(entries, allowed=allowed, dictionary=dictionary.load())
    known = listed(words)
    by_sound = sounds(known, [told.get(t, t) for t in known.texts], language)
    found = doubts(text, words)
    assert found is not None
    hit = find(found, [told.get(t, t) for t in found.texts], by_sound, words, "the voice")
    return "" if hit is None else f"{hit.text[hit.start : hit.end]}: {hit.entry}, {hit.how}"


def test_what_is_said_alike_is_hit_with_its_entry_and_where_it_stands() -> None:
    assert hit("so, Vexnar!", {"Vexnar": "blˈɪpo", "blippo": "blˌɪpo"}, "blippo") == (
        "Vexnar: entry 1, said alike by the voice"
    )
    assert hit("so, Vexnar!", {"blippo": "blɪpo"}, "blippo") == ""


def test_pieces_are_heard_together_with_known_words_beside_them() -> None:
    told = {"Vexn": "zɔːɹ", "gull": "ɡʌl", "zorgle": "zɔːɹɡəl"}
    assert hit("hey Vexn-gull, hi", told, "zorgle").startswith("Vexn-gull: ")


def test_a_phrase_is_heard_whatever_its_words_are_like() -> None:
    told = {"drohp": "dɹɒp", "drop": "dɹɒp"}
    assert hit("now drohp blippo", told, "drop blippo").startswith("drohp blippo: ")


def test_an_inflection_is_heard() -> None:
    assert hit("two zurgls", {"zurgls": "zoɡəlz", "zorgles": "zoɡəlz"}, "zorgle") != ""


def test_of_two_words_that_sound_alike_the_worse_one_is_named() -> None:
    told = dict.fromkeys(["vexnar", "zorgle", "blippo"], "zoɡəl")
    bad = Entry("blippo", Tier.NEVER, "the worse")
    assert hit("a vexnar", told, "zorgle", bad) == "vexnar: the worse, said alike by the voice"


def test_what_is_allowed_passes_in_one_piece_or_two_but_for_tier_never() -> None:
    told = {"Vexnar": "zoɡəl", "zorgle": "zoɡəl", "zaw": "zo", "gull": "ɡəl"}
    never = Entry("zorgle", Tier.NEVER)
    for text, allowed in (("a Vexnar", "vexnar"), ("a zaw-gull", "zaw gull")):
        assert hit(text, told, "zorgle") != ""
        assert hit(text, told, "zorgle", allowed=(allowed,)) == ""
        assert hit(text, told, never, allowed=(allowed,)) != ""


def test_a_word_that_no_voice_says_is_no_other_such_word() -> None:
    assert hit("a vexnar", {"vexnar": "", "zorgle": ""}, "zorgle") == ""


def test_a_sound_of_two_phonemes_is_many_a_words() -> None:
    assert hit("a vexnar", {"vexnar": "ʊː", "zorgle": "ʊː"}, "zorgle") == ""
    assert hit("a vexnar", {"vexnar": "zuː", "zorgle": "zuː"}, "zorgle") == ""
    assert hit("a vexnar", {"vexnar": "zuk", "zorgle": "zuk"}, "zorgle") != ""


@pytest.mark.parametrize(
    ("sound", "language", "heard"),
    [
        ("zɔɡəl", "de", False),
        ("zɔːɹɡəl", "de", True),
        ("zɔɡəl", "en", True),
        ("zɔɡəl", "", True),
    ],
)
def test_a_word_shipped_for_another_language_needs_a_longer_sound(
    sound: str, language: str, heard: bool
) -> None:
    told = dict.fromkeys(["vexnar", "zorgle"], sound)
    entry = Entry("zorgle", name="shipped en 7")
    assert bool(hit("a vexnar", told, entry, language=language)) is heard


def test_what_was_asked_is_plain_to_see() -> None:
    assert doubts("a Vexnar", WORDS) == Doubts(
        "a Vexnar", ("Vexnar", "a"), (((0,), "vexnar", 2, 8), ((1, 0), "avexnar", 0, 8))
    )
