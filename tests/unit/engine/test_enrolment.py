"""A clip and its words -> the part that is used, and what is doubtful."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.enrolment import alignment, doubts, excerpt, words
from engine.enrolment.sound import Sound, Span, cancelling, hear, mono
from engine.f5 import reference
from engine.f5.reference import Clip
from engine.f5.text import Vocab
from engine.levels import Loudness
from engine.speech import BadRequest
from tests.spoken_clips import RATE, TEXT, reading, spoken


def heard(clip: Clip) -> Sound:
    return hear(mono(clip), clip.rate)


# ---- sound


def test_it_is_known_where_a_clip_sounds_and_how_loud() -> None:
    sound = heard(spoken([(1.0, 0.5), (2.0, 0.1), (1.0, 0.4)]))
    np.testing.assert_allclose(sound.stretches, [(0.3, 1.3), (1.8, 4.9)], atol=0.03)
    np.testing.assert_allclose(sound.pauses, [(1.3, 1.8)], atol=0.02)
    assert sound.sounding == pytest.approx(4.1, abs=0.03)
    assert sound.level == pytest.approx(-23, abs=2)
    assert sound.noise == pytest.approx(-80, abs=2)


def test_a_click_is_no_sound() -> None:
    assert len(heard(spoken([(1.0, 0.5), (0.03, 0.5), (1.0, 0.4)])).stretches) == 2


def test_pauses_are_found_in_noise() -> None:
    sound = heard(spoken([(1.0, 0.5), (2.0, 0.4)], noise=0.01))
    np.testing.assert_allclose(sound.stretches, [(0.3, 1.3), (1.8, 3.8)], atol=0.03)


def test_an_offset_of_every_sample_is_no_sound() -> None:
    clip = spoken([(1.0, 0.5), (2.0, 0.5)])
    shifted = clip.mono + np.float32(0.05)
    assert len(hear(shifted, clip.rate).stretches) == 2
    assert hear(np.full(RATE, 0.25, np.float32), RATE).stretches == ()


def test_silence_has_no_stretch() -> None:
    assert hear(np.zeros(RATE, np.float32), RATE).stretches == ()
    assert hear(np.zeros(0, np.float32), RATE).stretches == ()


def test_of_channels_that_cancel_each_other_one_is_used() -> None:
    clip = spoken([(1.0, 0.2)], channels=2)
    assert not cancelling(clip)
    clip.pcm[:, 1] = -clip.pcm[:, 1]
    assert cancelling(clip)
    assert not clip.mono.any()
    np.testing.assert_array_equal(mono(clip), Clip(clip.pcm[:, :1], RATE).mono)


# ---- words


def test_phrases_end_at_marks_and_are_as_long_as_their_syllables() -> None:
    found = [
        (p.text, p.beats, p.closes) for p in words.phrases('He said: "go, zorgle!" Fine. Then')
    ]
    assert found == [
        ("He said:", 2, False),
        ('"go,', 1, False),
        ('zorgle!"', 2, True),
        ("Fine.", 1, True),
        ("Then", 1, False),
    ]


@pytest.mark.parametrize(
    ("text", "beats"),
    [
        ("\u4f60\u597d\uff0c\u4e16\u754c\u3002", 4),
        ("\u3053\u3093\u306b\u3061\u306f", 5),
        ("\u043f\u0440\u0438\u0432\u0435\u0442", 2),
        ("\u00fcber caf\u00e9", 4),
        ("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", 2.0),
        ("25", 3.0),
        ("hmm", 1),
        ("... \u2603", 0),
    ],
)
def test_every_script_has_a_length(text: str, beats: float) -> None:
    assert words.beats(text) == pytest.approx(beats, abs=0.5)


def test_chinese_phrases_end_without_a_space() -> None:
    found = words.phrases("\u4f60\u597d\uff0c\u4e16\u754c\u3002\u518d\u89c1\uff01")
    assert [(p.beats, p.closes) for p in found] == [(2, False), (2, True), (2, True)]


@given(st.text(max_size=60))
def test_no_text_does_harm(text: str) -> None:
    assert all(phrase.beats > 0 for phrase in words.phrases(text))


# ---- alignment


def test_every_sentence_of_a_reading_finds_its_pause() -> None:
    said = words.phrases(TEXT)
    found = alignment.cuts(said, heard(reading()).stretches)
    assert all(cut.phrase == cut.stretch for cut in found)
    ends = {n for n, phrase in enumerate(said, 1) if phrase.closes}
    assert ends <= {cut.phrase for cut in found}


def test_where_it_is_not_certain_nothing_is_cut() -> None:
    """Equal words, equal pauses, and one pause more than there are marks."""
    said = words.phrases("go, go, go.")
    stretches: list[Span] = [(n * 1.0, n * 1.0 + 0.7) for n in range(4)]
    assert alignment.cuts(said, stretches) == [alignment.Cut(0, 0), alignment.Cut(3, 4)]


def test_a_comma_without_a_pause_and_a_pause_without_a_comma_do_no_harm() -> None:
    said = words.phrases("One two three four, five six seven eight nine. Ten and so on, zorgle.")
    stretches = [(0.0, 1.1), (1.3, 2.5), (3.1, 4.3)]
    found = alignment.cuts(said, stretches)
    assert alignment.Cut(2, 2) in found


@settings(max_examples=30)
@given(st.integers(0, 15), st.integers(0, 20))
def test_any_number_of_phrases_and_pauses_can_be_laid_out(said: int, sounds: int) -> None:
    found = alignment.cuts(
        [words.Phrase("x", 3.0, n % 2 == 0) for n in range(said)],
        [(n * 1.0, n * 1.0 + 0.5) for n in range(sounds)],
    )
    assert (not found) == (not said or not sounds)
    for before, after in zip(found, found[1:], strict=False):
        assert before.phrase < after.phrase
        assert before.stretch < after.stretch


# ---- excerpt


def test_3_to_6_s_are_used_with_their_words_and_whole_sentences() -> None:
    sound = heard(reading())
    part = excerpt.choose(sound, TEXT)
    assert part.why == ""
    assert 3.0 <= part.end - part.start <= 6.0
    assert part.text in TEXT
    assert part.text.endswith((".", "!"))
    starts = [start for start, _ in sound.stretches]
    at = [phrase.text for phrase in words.phrases(TEXT)].index(words.phrases(part.text)[0].text)
    assert part.start == pytest.approx(starts[at])


def test_an_overdriven_part_is_not_the_one() -> None:
    good = excerpt.choose(heard(reading()), TEXT)
    clip = reading()
    a, b = round(good.start * RATE), round(good.end * RATE)
    clip.pcm[a:b] = np.where(clip.pcm[a:b] > 0, 32_767, -32_767)
    assert excerpt.choose(heard(clip), TEXT) != good


def test_a_short_clip_is_used_whole() -> None:
    part = excerpt.choose(heard(spoken([(2.0, 0.3), (1.5, 0.5)])), "Zorgle, blippo frim.")
    assert (part.text, part.why) == ("Zorgle, blippo frim.", "")
    assert (part.start, part.end) == pytest.approx((0.3, 4.1), abs=0.02)


def test_a_clip_that_cannot_be_cut_is_used_whole_up_to_12_s() -> None:
    text = "zorgle blippo frim dax " * 5
    part = excerpt.choose(heard(spoken([(8.0, 0.5)])), text)
    assert part.text == text
    assert "not certain" in part.why
    with pytest.raises(BadRequest, match=r"13\.0 s of speech, .* --from and --to"):
        excerpt.choose(heard(spoken([(13.0, 0.5)])), text * 2)


def test_a_text_that_is_another_clips_cuts_nothing() -> None:
    part = excerpt.choose(heard(spoken([(3.0, 0.5), (3.0, 0.5), (3.0, 0.5)])), "Go. No. So.")
    assert "does not seem" in part.why
    with pytest.raises(BadRequest, match="does not seem"):
        excerpt.choose(heard(spoken([(5.0, 0.5), (5.0, 0.5), (5.0, 0.5)])), "Go. No. So.")


@pytest.mark.parametrize("left_out", range(4))
def test_a_text_with_a_sentence_too_few_cuts_nothing(left_out: int) -> None:
    sentences = re.split(r"(?<=[.!]) ", TEXT)
    text = " ".join([*sentences[:left_out], *sentences[left_out + 1 :]])
    part = excerpt.choose(heard(reading()), text)
    assert part.text == text
    assert part.why


def test_sentences_and_long_pauses_that_do_not_match_are_seen() -> None:
    text = (
        "Zorgle went to town today. Blippo was the first to say so. Frim had never seen the sea. "
        "Nobody wanted to go home. Then it was all over."
    )
    part = excerpt.choose(heard(spoken([(1.4, 0.45)] * 6)), text)
    assert (part.text, "does not seem" in part.why) == (text, True)


def test_a_part_that_was_chosen_is_used_whole() -> None:
    part = excerpt.choose(heard(reading()), TEXT, whole=True)
    assert part.text == TEXT
    with pytest.raises(BadRequest, match="that part has 13"):
        excerpt.choose(heard(spoken([(13.0, 0.5)])), TEXT, whole=True)


@pytest.mark.parametrize("level", [0.002, 0.05, 0.9])
def test_what_is_kept_is_one_channel_at_the_level_of_every_voice(level: float) -> None:
    clip = spoken([(2.0, 0.3), (1.5, 0.5)], level=level, noise=1e-5, channels=2)
    kept = excerpt.ready(clip, 0.3, 4.1)
    assert kept.pcm.shape[1] == 1
    assert kept.ms == pytest.approx(3800 + 200, abs=20)
    meter = Loudness(kept.rate)
    meter.add(kept.mono)
    assert 20 * np.log10(meter.rms) == pytest.approx(-20, abs=0.3)


def test_the_engine_cuts_nothing_off_what_is_kept() -> None:
    """Words whose sound is cut off are garbled into every line."""
    clip = spoken([(5.5, 0.4), (5.9, 0.5)], level=0.02)
    part = excerpt.choose(heard(clip), "zorgle blippo frim dax " * 10)
    kept = excerpt.ready(clip, part.start, part.end)
    assert reference.cut(kept).ms == pytest.approx(11_800, abs=60)


# ---- doubts


def told(clip: Clip, text: str = TEXT) -> str:
    sound = heard(clip)
    return "\n".join((*doubts.of_clip(clip, sound), *doubts.of_words(text, sound)))


def test_nothing_is_doubtful_about_a_good_clip() -> None:
    assert told(reading()) == ""


@pytest.mark.parametrize(
    ("clip", "says"),
    [
        (reading(level=2.0), "overdriven"),
        (reading(level=0.01), "quiet"),
        (reading(noise=0.02), "behind the voice"),
        (reading(rate=12_000), "12000 samples a second"),
    ],
)
def test_a_doubtful_clip_is_told_in_one_line(clip: Clip, says: str) -> None:
    assert says in told(clip)
    assert told(clip).count("\n") == 0


def test_a_short_clip_and_cancelling_channels_are_told() -> None:
    assert "3 to 6 s" in told(spoken([(1.5, 0.3)]), "zorgle blippo frim")
    clip = reading(channels=2)
    clip.pcm[:, 1] = -clip.pcm[:, 1]
    assert "cancel each other" in told(clip)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Zorgle.", "much less than"),
        (TEXT * 4, "much more than"),
        ("\u4f60\u597d\u3002", "much less than"),
        (TEXT + " \u2603", "cannot say (\u2603)"),
        (TEXT + " 25", "digits"),
    ],
)
def test_words_that_do_not_fit_are_told(text: str, says: str) -> None:
    assert says in told(reading(), text)


def test_what_the_model_has_no_token_for_is_told() -> None:
    vocab = Vocab([" ", *"abcdefghijklmnopqrstuvwxyzITS.,!"])
    sound = heard(reading())
    assert list(doubts.of_words(TEXT, sound, vocab)) == []
    text = TEXT + " \u00f8\u4f60"  # Chinese is written in sounds
    [line] = doubts.of_words(text, sound, vocab)
    assert "cannot say (\u00f8)" in line


def test_sentences_and_pauses_are_held_against_each_other() -> None:
    text = "Zorgle blippo. Frim dax. Wuggle zop. Plim plam. Zorgle frim. "
    assert "6 sentences and the clip 0 pauses" in told(spoken([(6.0, 0.5)]), text + "Dax blip.")
    clip = spoken([(0.8, 1.0)] * 6)
    assert "long pauses" in told(clip, "zorgle blippo frim dax wuggle zop plim plam zorgle dax")
