import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.fold import LIMIT, clean, fold
from filters.leet import spellings
from filters.readings import readings

ANY = st.text(st.characters(exclude_categories=()), max_size=80)
NASTY = st.text(
    st.sampled_from("a b\u0301\u0323\u034f\u200d\u20e3\ud800\x00\u2800\u3000ﷺé\t'<&;[]")
)


@pytest.mark.parametrize(
    "hidden",
    ["\x00", "\x07", "\x7f", "\ud800", "\udfff", "\u200b", "\u202e", "\u2066", "\u00ad", "\ufeff"]
    + ["\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\ufe0f", "\U000e0061"]
    + ["\U000e0100", "\ue000", "\U0010ffff"],
)
def test_what_cannot_be_seen_goes(hidden: str) -> None:
    assert clean(f"{hidden}zor{hidden}gle{hidden}") == "zorgle"


def test_every_format_and_control_character_goes() -> None:
    all_of_them = (chr(i) for i in range(sys.maxunicode + 1))
    hidden = [c for c in all_of_them if unicodedata.category(c) in ("Cc", "Cf", "Cs")]
    left = {c for c in hidden if clean(f"a{c}b") not in ("ab", "a b")}
    assert left == set()


def test_whitespace_of_any_kind_is_one_space() -> None:
    assert clean("\u3000 a\t\r\n\u2028\u00a0b \u200b c ") == "a b c"


def test_marks_beyond_two_on_a_letter_go() -> None:
    assert clean("e" + "\u0301" * 5_000 + "x\u0323\u0302") == "e\u0301\u0301x\u0323\u0302"


def test_stacked_vowel_signs_of_other_scripts_stay() -> None:
    assert clean("ကြောင့်") == "ကြောင့်"


def test_length_is_cut_after_what_cannot_be_seen_is_out() -> None:
    assert clean("\u200b" * 5_000 + "a" * 1_000) == "a" * LIMIT


@given(ANY | NASTY)
@settings(max_examples=500)
def test_clean_is_idempotent_and_never_raises(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once) <= LIMIT
    once.encode()


@given(ANY | NASTY)
@settings(max_examples=500)
def test_readings_never_raise_and_differ(text: str) -> None:
    found = list(readings(text))
    assert found[0].name == "folded"
    assert len({r.text for r in found}) == len(found)
    assert all(len(r.name) < 60 for r in found)


def test_a_megabyte_is_read_in_milliseconds() -> None:
    best = []
    for text in ("a" * 1_000_000, "e" + "\u0301" * 1_000_000, "\u200b" * 1_000_000):
        took = []
        for _ in range(3):
            start = time.process_time()
            clean(text)
            took.append(time.process_time() - start)
        best.append(min(took))
    # 1 ms when measured; the bound tells linear-in-10,000 from linear-in-the-megabyte
    assert max(best) < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "ZORGLE",
        "ｚｏｒｇｌｅ",
        "𝔃𝓸𝓻𝓰𝓵𝓮",
        "ⓩⓞⓡⓖⓛⓔ",
        "🅩🅞🅡🅖🅛🅔",
        "🆉🅾🆁🅶🅻🅴",
        "🇿🇴🇷🇬🇱🇪",
        "žòŕģḽê",
        "z\u0345o\u0336rgle",
    ],
)
def test_fold_undoes_fonts_case_and_marks(text: str) -> None:
    assert fold(text) == "zorgle"


def test_letters_with_a_stroke_are_plain_ones() -> None:
    """Đ, ø and ł are no disguise where they belong to the language."""
    (only,) = readings("Đó là Łódź og smørrebrød")
    assert only.text == "do la lodz og smorrebrod"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("z0rgi3", "leet"),
        ("z0rg!3", "leet"),
        ("z0rg13", "leet"),
        ("zогgіе", "look-alike letters"),
        ("hiZorgieNow", "words by capitals"),
        ("zor<b>gie</b>", "markup out, folded"),
        ("zo&#114;gie", "markup out, folded"),
    ],
)
def test_readings_name_the_way_they_read(text: str, name: str | None) -> None:
    hits = [
        r.name for r in readings(text) if any("zorgie" in spellings(w) for w in r.text.split(" "))
    ]
    assert hits[:1] == ([name] if name else [])


def test_one_is_read_as_i_and_as_l() -> None:
    found = {spelling for r in readings("z0rg1e") for spelling in spellings(r.text)}
    assert {"zorgle", "zorgie"} <= found


@pytest.mark.parametrize("number", ["455", "455!", "room 455", "13:37", "90"])
def test_a_number_is_no_word(number: str) -> None:
    assert {r.text for r in readings(number)} == {number}
