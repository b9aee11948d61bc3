"""F5's texts and lengths: no word lost, unknown signs out, and lengths that never fall."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.f5 import duration, text
from engine.speech import BadRequest

VOCAB = text.Vocab([" ", *"abcdefghijklmnopqrstuvwxyz,.!?'", "ni3", "hao3"])
REFERENCE = "Some zorgle in a reference that lasts five seconds, blippo.  "


@given(st.text(st.sampled_from("abc ,.!?;:\u4f60\u3002\n"), max_size=200), st.integers(8, 60))
def test_sentences_fit_and_lose_no_word(line: str, most: int) -> None:
    pieces = text.sentences(line, most)
    assert all(0 < len(piece.encode()) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(line.split())


def test_the_first_sentence_stands_alone_and_short_ones_are_joined() -> None:
    line = "Zorgle. Blippo! Frim? Dax. And one that is rather long, so that it does not fit."
    pieces = text.sentences(line, 40)
    assert pieces[:2] == ["Zorgle.", "Blippo! Frim? Dax."]


@pytest.mark.parametrize("line", ["Dr. Zorgle is here.", "Hi! How is blippo?", "3. Frim"])
def test_a_first_sentence_that_is_hardly_one_is_not_made_alone(line: str) -> None:
    assert text.sentences(line, 160) == [line]
    assert len(text.sentences(line, 5)) > 1


def test_a_letter_loses_its_mark_before_it_is_left_out() -> None:
    assert VOCAB.known("re\u0301sume\u0301 \ufb01ne \uff41") == "resume fine a"
    assert text.Vocab([" ", "\u00e9"]).known("e\u0301e") == "\u00e9"


def test_what_the_model_does_not_know_is_left_out() -> None:
    assert VOCAB.known("zorgle \U0001f600\U0001f600 blippo\u200b;\u4f60") == "zorgle blippo ,\u4f60"
    assert VOCAB.ids("a\u2603b") == [1, 0, 2]


def test_chinese_is_read_by_its_sounds() -> None:
    assert text.tokens("\u4f60\u597d") == [" ", "ni2", " ", "hao3"]


@pytest.mark.parametrize(
    "line", ["Hello there, blippo!", "@user said: 3.14% of it's", "a,bc d-e_f 'x' (yes)..."]
)
def test_without_rjieba_latin_text_has_the_same_tokens(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = text.tokens(line)
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert text.tokens(line) == expected


def test_without_pypinyin_chinese_is_one_line_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    assert text.tokens("zorgle") == list("zorgle")
    with pytest.raises(BadRequest, match="--with zh"):
        text.tokens("\u4f60\u597d")


@given(st.integers(1, 400), st.integers(1, 400), st.floats(0.5, 2.0))
def test_a_longer_text_never_takes_less_time(a: int, b: int, speed: float) -> None:
    short, long = sorted((a, b))
    made = [duration.ours(500, REFERENCE, "x" * n, speed) for n in (short, long)]
    assert made[0] <= made[1]
    assert made[0] - 500 >= 0.6 / speed * 24_000 / 256


def test_upstreams_rule_jumps_where_ours_does_not() -> None:
    def seconds(rule: object, text: str) -> float:
        return (rule(500, REFERENCE, text, 1.0) - 500) * 256 / 24_000  # type: ignore[operator]

    assert seconds(duration.upstream, "lol nice") > 2 * seconds(duration.upstream, "lol nice!!")
    assert seconds(duration.ours, "lol nice") <= seconds(duration.ours, "lol nice!!")
    line = "a line that is as long as chat lines often are, more or less"
    assert seconds(duration.ours, line) == pytest.approx(seconds(duration.upstream, line), rel=0.05)


def test_a_text_that_is_not_the_clips_does_not_make_the_voice_rush() -> None:
    assert duration.ours(100, "z" * 900, "x" * 100, 1.0) > 100 + 3 * 24_000 / 256
    assert duration.ours(900, "z", "x" * 10, 1.0) < 900 + 2 * 24_000 / 256
