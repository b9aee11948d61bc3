import numpy as np
import pytest

from engine.levels import Gains, HighPass, Levels, Loudness, gain_for
from engine.speech import Chunk, EngineFailed, Samples, Word

RATE = 24_000


def sine(seconds: float, amplitude: float, hz: float = 440.0) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def level(
    x: Samples,
    *,
    size: int = 4411,
    gain: float | None = 1.0,
    max_seconds: float = 30.0,
    words: tuple[Word, ...] = (),
    expected: float = 0.0,
) -> tuple[Samples, list[Word]]:
    levels = Levels(gain, max_seconds, expected)
    out = []
    for i in range(0, len(x), size):
        out.append(levels.feed(Chunk(x[i : i + size], RATE, words if i == 0 else ())))
    out.append(levels.finish())
    chunks = [chunk for chunk in out if chunk is not None]
    return np.concatenate([c.samples for c in chunks]), [w for c in chunks for w in c.words]


def rms_db(x: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(x, dtype=np.float64))))


def test_gated_rms_of_a_sine_is_its_rms_and_pauses_do_not_lower_it() -> None:
    loudness = Loudness(RATE)
    for part in (silence(1.0), sine(1.0, 0.5), silence(2.0)):
        loudness.add(part)
    assert loudness.rms == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_gated_rms_of_a_clip_shorter_than_a_frame_is_its_rms() -> None:
    loudness = Loudness(RATE)
    loudness.add(np.full(100, 0.25, np.float32))
    assert loudness.rms == pytest.approx(0.25)
    assert Loudness(RATE).rms == 0.0


@pytest.mark.parametrize("amplitude", [0.05, 0.2, 0.9])
def test_a_clip_of_any_loudness_comes_out_at_minus_20_dbfs(amplitude: float) -> None:
    out, _ = level(sine(1.0, amplitude), gain=None, size=RATE)
    assert rms_db(out) == pytest.approx(-20.0, abs=0.5)


def test_a_voice_is_not_raised_by_more_than_18_db() -> None:
    out, _ = level(sine(1.0, 0.005), gain=None)
    assert rms_db(out) == pytest.approx(rms_db(sine(1.0, 0.005)) + 18.0, abs=0.5)


def test_the_gain_of_a_voice_is_the_median_of_its_last_20_utterances() -> None:
    gains = Gains()
    assert gains.of("v") is None
    for rms in (0.9, *([0.2] * 11), *([0.1] * 9)):
        gains.learn("v", rms)
    assert gains.of("v") == pytest.approx(gain_for(0.2))
    for _ in range(3):
        gains.learn("v", 0.1)
    assert gains.of("v") == pytest.approx(gain_for(0.1))
    gains.learn("w", 0.0)
    assert gains.of("w") is None


def test_only_so_many_voices_are_remembered() -> None:
    gains = Gains()
    for voice in range(10_000):
        gains.learn(voice, 0.1)
    assert gains.of(0) is None
    assert gains.of(9_999) is not None
    assert len(gains._heard) <= 256


def test_dc_is_removed_and_speech_is_not_touched() -> None:
    out = HighPass(RATE)(sine(1.0, 0.5, 200.0) + np.float32(0.3))
    assert abs(out[RATE // 2 :].mean()) < 1e-4
    assert rms_db(out[RATE // 2 :]) == pytest.approx(rms_db(sine(0.5, 0.5)), abs=0.1)
    assert out[0] == 0.0


def test_the_high_pass_is_3_db_down_at_20_hz() -> None:
    out = HighPass(RATE)(sine(2.0, 0.5, 20.0))
    assert rms_db(out[RATE:]) == pytest.approx(rms_db(sine(1.0, 0.5, 20.0)) - 3.01, abs=0.05)


def test_the_high_pass_is_the_same_for_any_chunking() -> None:
    x = np.random.default_rng(1).uniform(-1, 1, 10_000).astype(np.float32)
    whole, split = HighPass(RATE), HighPass(RATE)
    parts = [split(x[a:b]) for a, b in ((0, 1), (1, 1024), (1024, 3000), (3000, 10_000))]
    np.testing.assert_allclose(np.concatenate(parts), whole(x), atol=1e-5)


def test_the_high_pass_obeys_its_recursion() -> None:
    x = np.random.default_rng(2).uniform(-1, 1, 3000).astype(np.float32)
    pole = np.exp(-2 * np.pi * 20 / RATE)
    want = [0.0]
    for n in range(1, len(x)):
        want.append(pole * want[-1] + (1 + pole) / 2 * (float(x[n]) - float(x[n - 1])))
    np.testing.assert_allclose(HighPass(RATE)(x), want, atol=1e-5)


@pytest.mark.parametrize("size", [37, 480, 4411, 10**6])
def test_silence_at_both_ends_is_trimmed_to_a_few_ms(size: int) -> None:
    x = np.concatenate((silence(0.5), sine(0.3, 0.3), silence(0.4), sine(0.3, 0.3), silence(0.7)))
    out, _ = level(x, size=size)
    # 3 ms before, 10 ms after, up to 12 ms in which the high pass calms down; the pause is kept.
    assert len(out) / RATE == pytest.approx(1.0 + 0.019, abs=0.008)


@pytest.mark.parametrize("size", [37, 4411, 10**6])
def test_chunking_does_not_change_what_is_heard(size: int) -> None:
    x = np.concatenate((silence(0.1), sine(0.3, 0.3), silence(0.2), sine(0.2, 0.3)))
    want, _ = level(x, size=480)
    np.testing.assert_allclose(level(x, size=size)[0], want, atol=1e-5)


def test_audio_that_starts_and_ends_at_full_level_gets_edges_without_a_step() -> None:
    x = sine(0.5, 0.5, 440.0)[14:-14]
    own_step = np.abs(np.diff(x)).max()
    out, _ = level(x)
    assert np.abs(np.diff(np.concatenate(([0], out, [0])))).max() <= 1.1 * own_step
    assert abs(out[0]) < 1e-3
    assert abs(out[-1]) < 1e-3


def test_noise_before_the_first_sound_comes_in_without_a_step() -> None:
    hiss = np.where(np.arange(RATE) % 2, 0.003, -0.003).astype(np.float32)
    hiss[0] = 0.0
    out, _ = level(np.concatenate((hiss, sine(0.2, 0.3))))
    assert 1e-3 < np.abs(out[36:60]).max() < 0.004
    assert abs(out[0]) < 1e-4


def test_the_first_chunk_is_held_back_by_the_end_fade_only() -> None:
    levels = Levels(1.0, 30.0)
    first = levels.feed(Chunk(sine(0.1, 0.3), RATE))
    assert first is not None
    assert len(first.samples) >= 0.1 * RATE - 0.002 * RATE - 30


@pytest.mark.parametrize("seconds", [0.5, 1.0, 0.001])
def test_the_cap_is_exact_to_the_sample_and_fades(seconds: float) -> None:
    out, _ = level(sine(3.0, 0.5), max_seconds=seconds)
    assert len(out) == round(seconds * RATE)
    assert abs(out[-1]) < 1e-3
    if seconds >= 0.5:
        late = out[-round(0.01 * RATE) :]
        assert np.abs(late).max() < 0.1
        assert np.abs(out[: -round(0.06 * RATE)]).max() > 0.49


def test_a_full_chain_says_so_and_takes_no_more() -> None:
    levels = Levels(1.0, 0.5)
    for _ in range(6):
        levels.feed(Chunk(sine(0.1, 0.3), RATE))
    assert levels.full
    assert levels.feed(Chunk(sine(0.1, 0.3), RATE)) is None


def test_endless_silence_fills_the_chain_too() -> None:
    levels = Levels(1.0, 0.5)
    levels.feed(Chunk(silence(0.6), RATE))
    assert levels.full
    levels = Levels(1.0, 0.5)
    levels.feed(Chunk(sine(0.1, 0.3), RATE))
    levels.feed(Chunk(silence(0.6), RATE))
    assert levels.full


def test_word_times_follow_the_trim() -> None:
    x = np.concatenate((silence(0.5), sine(0.5, 0.3)))
    words = (Word(0, 3, 0.5), Word(4, 3, 0.75))
    _, out = level(x, words=words)
    assert [w.start for w in out] == [0, 4]
    assert [w.at for w in out] == pytest.approx([0.003, 0.253], abs=0.001)


def test_words_beyond_the_cap_are_not_told() -> None:
    words = (Word(0, 3, 0.0), Word(4, 3, 0.4), Word(8, 3, 0.6))
    _, out = level(sine(2.0, 0.3), words=words, max_seconds=0.5)
    assert [w.start for w in out] == [0, 4]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 8.5, -9.0])
def test_one_bad_sample_is_an_engine_fault(value: float) -> None:
    x = sine(0.1, 0.3)
    x[500] = value
    with pytest.raises(EngineFailed):
        Levels(1.0, 30.0).feed(Chunk(x, RATE))


@pytest.mark.parametrize(
    "samples",
    [sine(0.1, 0.3).astype(np.float64), np.zeros((2, 10), np.float32), [0.0, 0.1]],
    ids=["float64", "stereo", "list"],
)
def test_what_is_not_mono_float32_is_an_engine_fault(samples: Samples) -> None:
    with pytest.raises(EngineFailed, match="mono float32"):
        Levels(1.0, 30.0).feed(Chunk(samples, RATE))


def test_a_sample_rate_that_changes_or_cannot_be_is_an_engine_fault() -> None:
    levels = Levels(1.0, 30.0)
    levels.feed(Chunk(sine(0.1, 0.3), RATE))
    with pytest.raises(EngineFailed, match="changed"):
        levels.feed(Chunk(sine(0.1, 0.3), 48_000))
    with pytest.raises(EngineFailed, match="samples per second"):
        Levels(1.0, 30.0).feed(Chunk(sine(0.1, 0.3), 0))


@pytest.mark.parametrize("parts", [[], [silence(0.0)], [silence(1.0)], [silence(1.0) + 0.5]])
def test_an_utterance_without_sound_is_an_engine_fault(parts: list[Samples]) -> None:
    levels = Levels(None, 30.0)
    for part in parts:
        levels.feed(Chunk(part, RATE))
    with pytest.raises(EngineFailed, match="audible"):
        levels.finish()


def test_a_first_line_that_is_far_too_quiet_is_not_taken_for_its_voice() -> None:
    out, _ = level(sine(1.0, 0.01), gain=None, expected=0.1)
    assert rms_db(out) == pytest.approx(rms_db(sine(1.0, 0.01)) + 6.0, abs=0.3)
    out, _ = level(sine(1.0, 0.01), gain=None, expected=0.01)
    assert rms_db(out) == pytest.approx(rms_db(sine(1.0, 0.01)) + 18.0, abs=0.3)
    gains = Gains()
    gains.learn("v", 0.01, 0.1)
    assert gains.of("v") == pytest.approx(2.0, abs=0.01)
    for _ in range(2):
        gains.learn("v", 0.08, 0.1)
    assert gains.of("v") == pytest.approx(gain_for(0.08))


@pytest.mark.parametrize("amplitude", [0.1, 0.3, 0.9])
def test_what_is_expected_makes_no_first_line_louder(amplitude: float) -> None:
    for expected in (0.01, 0.1, 0.9):
        out, _ = level(sine(1.0, amplitude), gain=None, expected=expected, size=RATE)
        assert rms_db(out) == pytest.approx(-20.0, abs=0.5)
