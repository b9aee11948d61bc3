import builtins
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.espeak import EspeakEngine, _bcp47
from engine.speech import BadRequest, Chunk, EngineMissing, Samples, SpeechRequest, Word

pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")

TEXT = "The early bird may get the worm, but the second mouse gets the cheese."


@pytest.fixture(scope="module")
def engine() -> Iterator[EspeakEngine]:
    engine = EspeakEngine()
    engine.load()
    yield engine
    engine.close()


def chunks_of(engine: EspeakEngine, text: str, **options: Any) -> list[Chunk]:
    chunks: list[Chunk] = []
    engine.synthesise(SpeechRequest(text, **options), chunks.append, lambda: False)
    return chunks


def audio(engine: EspeakEngine, text: str, **options: Any) -> Samples:
    return np.concatenate([c.samples for c in chunks_of(engine, text, **options)])


def words_of(chunks: list[Chunk]) -> list[Word]:
    return [word for chunk in chunks for word in chunk.words]


def f0(x: Samples, rate: int = 22_050) -> float:
    """Median pitch in Hz by autocorrelation of the voiced frames."""
    found = []
    for start in range(0, len(x) - 2048, 1024):
        frame = x[start : start + 2048]
        if np.square(frame).mean() < 1e-4:
            continue
        correlation = np.correlate(frame, frame, "full")[2047:]
        lag = int(correlation[50:400].argmax()) + 50
        if correlation[lag] > 0.5 * correlation[0]:
            found.append(rate / lag)
    return float(np.median(found))


def test_audio_comes_in_chunks_while_it_is_made(engine: EspeakEngine) -> None:
    chunks = chunks_of(engine, TEXT)
    assert len(chunks) > 10
    assert {chunk.sample_rate for chunk in chunks} == {22_050}
    assert all(c.samples.dtype == np.float32 and len(c.samples) <= 4411 for c in chunks)
    assert 3.0 < sum(len(c.samples) for c in chunks) / 22_050 < 4.5


def test_rate_is_relative_to_175_words_a_minute_and_limited(engine: EspeakEngine) -> None:
    normal, fast, slow = (len(audio(engine, TEXT, rate=r)) for r in (1.0, 2.0, 0.5))
    assert normal / fast == pytest.approx(2.0, rel=0.15)
    assert slow / normal == pytest.approx(2.0, rel=0.15)
    assert len(audio(engine, TEXT, rate=100.0)) == pytest.approx(
        len(audio(engine, TEXT, rate=450 / 175)), rel=0.02
    )


def test_pitch_moves_the_fundamental(engine: EspeakEngine) -> None:
    low, normal, high = (f0(audio(engine, TEXT, pitch=p)) for p in (-1.0, 0.0, 1.0))
    assert low < 0.85 * normal < 0.85 * 0.85 * high


def test_a_variant_changes_the_voice(engine: EspeakEngine) -> None:
    assert f0(audio(engine, TEXT, voice="en-us+f3")) > 1.5 * f0(audio(engine, TEXT, voice="en-us"))


def test_every_word_is_told_in_order_and_where_it_stands_in_the_text(engine: EspeakEngine) -> None:
    text = "Café naïve 😀 plain, words here."
    words = words_of(chunks_of(engine, text))
    told = [text[w.start : w.start + w.length].strip(" .,") for w in words]
    assert [t for t in told if t.isalpha()] == ["Café", "naïve", "plain", "words", "here"]
    assert all(a.start < b.start and a.at <= b.at for a, b in pairwise(words))


def test_words_lie_within_the_audio(engine: EspeakEngine) -> None:
    chunks = chunks_of(engine, TEXT)
    words = words_of(chunks)
    assert len(words) == len(TEXT.split())
    assert words[0].at == 0.0
    assert 2.5 < words[-1].at < sum(len(c.samples) for c in chunks) / 22_050


HOSTILE = {
    "dots": "." * 3000 + " a",
    "right to left": "\u202e\u202d\u2066abc\u2069",
    "zalgo": "a" + "\u0301" * 10_000,
    "one long word": "a" * 5000,
    "digits": "9" * 400,
    "emoji": "\U0001f600" * 500,
    "nul": "be\0fore and af\0ter",
    "surrogates": "one \ud800 two \udfff",
    "control": "\x01v1 \x1b[31m red \x7f\x85 x",
    "ssml": '<speak><break time="10s"/>hello</speak>',
    "phonemes": "[[h@'loU]] hello",
    "megabyte": "word " * 200_000,
    "brackets": "(((((" * 10_000,
    "punctuation": "?!" * 2000 + " ok",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_spoken_or_refused(engine: EspeakEngine, text: str) -> None:
    seconds = 0.0
    starts: list[int] = []

    def emit(chunk: Chunk) -> None:
        nonlocal seconds
        seconds += len(chunk.samples) / chunk.sample_rate
        starts.extend(word.start for word in chunk.words)

    try:
        engine.synthesise(SpeechRequest(text), emit, lambda: seconds > 30)
    except BadRequest:
        assert text.startswith("((")
    assert all(0 <= start < len(text) for start in starts)
    assert len(audio(engine, "hello")) > 5000


def test_markup_is_read_as_text_not_obeyed(engine: EspeakEngine) -> None:
    plain = len(audio(engine, "hello"))
    assert len(audio(engine, 'hello <break time="10s"/>')) < plain + 10 * 22_050
    assert len(audio(engine, "\x01[[h@'loU]]")) > 1.2 * plain


def test_nul_does_not_end_the_text_early(engine: EspeakEngine) -> None:
    assert len(audio(engine, "one\0two three four")) > 0.9 * len(
        audio(engine, "one two three four")
    )


@pytest.mark.parametrize("text", ["", "   ", "...", "\0", "\u200b"])
def test_a_text_with_nothing_to_say_is_a_bad_request(engine: EspeakEngine, text: str) -> None:
    with pytest.raises(BadRequest, match="nothing"):
        chunks_of(engine, text)


def test_cancelling_stops_within_one_chunk(engine: EspeakEngine) -> None:
    chunks: list[Chunk] = []
    engine.synthesise(SpeechRequest(TEXT), chunks.append, lambda: len(chunks) >= 2)
    assert len(chunks) == 2


def test_an_error_of_the_receiver_comes_through_and_the_next_line_works(
    engine: EspeakEngine,
) -> None:
    def refuse(chunk: Chunk) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        engine.synthesise(SpeechRequest(TEXT), refuse, lambda: False)
    assert len(audio(engine, "hello")) > 5000


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        *(("en-GB", "en-gb"), ("zh", "cmn"), ("no", "nb"), ("iw", "he"), ("es-mx", "es-419")),
        *(("fr", "fr-fr"), ("de-AT", "de"), ("pt-PT", "pt"), ("", "en-us")),
    ],
)
def test_language_tags_find_their_voice(engine: EspeakEngine, asked: str, same: str) -> None:
    assert engine._resolve(asked or "en-us") == engine._resolve(same)
    assert len(audio(engine, "hello", voice=asked)) > 3000


@pytest.mark.parametrize(
    "voice", ["xx", "../../etc/passwd", "en-us+nosuch", "en-us+../f3", "+f3", "\ud800", "en us"]
)
def test_an_unknown_voice_is_a_bad_request(engine: EspeakEngine, voice: str) -> None:
    with pytest.raises(BadRequest):
        chunks_of(engine, "hello", voice=voice)


def test_voices_are_listed_once_sorted_and_all_speak(engine: EspeakEngine) -> None:
    voices = engine.voices()
    ids = [voice.id for voice in voices]
    assert len(ids) > 130
    assert ids == sorted(set(ids))
    assert {"en-us", "en-gb", "de", "fr-fr", "cmn", "ja"} <= set(ids)
    assert [v.language for v in voices if v.id == "en-gb"] == ["en-GB"]
    # The worker learns every voice's loudness from this sentence.
    assert all(audio(engine, engine.calibration, voice=i).any() for i in ids)


@pytest.mark.parametrize(
    ("tag", "spelled"),
    [("en-us", "en-US"), ("cmn-latn-pinyin", "cmn-Latn-pinyin"), ("en-gb-x-rp", "en-GB-x-rp")],
)
def test_language_tags_are_spelled_as_usual(tag: str, spelled: str) -> None:
    assert _bcp47(tag) == spelled


def test_without_the_library_the_error_names_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "espeakng_loader":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(EngineMissing) as caught:
        EspeakEngine().load()
    assert "python -m pip install espeakng-loader" in str(caught.value)
    assert "scripts/run" in str(caught.value)


def test_phonemes_are_ipa_of_every_clause_in_the_voice_asked(engine: EspeakEngine) -> None:
    assert engine.phonemes("hello zorgle. blippo!", "en-us") == "həlˈoʊ zˈɔːɹɡəl blˈɪpoʊ"
    assert engine.phonemes("jota", "es") != engine.phonemes("jota", "")
    # A word of another language is said so, without a mark of the change.
    assert "(" not in engine.phonemes("bonjour weekend", "fr")


@pytest.mark.parametrize(
    "text", ["", "...", "\0one", "[[h@'loU]]", "\ud800", "(" * 600, "9" * 600, "ä" * 5_000]
)
def test_phonemes_of_hostile_text_come_too(engine: EspeakEngine, text: str) -> None:
    assert "h@" not in engine.phonemes(text, "en-us")


def test_phonemes_of_an_unknown_voice_are_a_bad_request(engine: EspeakEngine) -> None:
    with pytest.raises(BadRequest):
        engine.phonemes("hello", "tlh-zorgle")


def test_telling_phonemes_does_not_change_what_is_said(engine: EspeakEngine) -> None:
    before = len(audio(engine, TEXT))
    engine.phonemes("hola blippo", "es+f3")
    assert len(audio(engine, TEXT)) == pytest.approx(before, rel=0.001)
