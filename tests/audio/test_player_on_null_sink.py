"""The whole player, from the bot's call to what a real sound server's sink was given.

What must be exact is compared sample by sample; what takes time has bounds that a busy machine
keeps. Where latency is not the point it is high, so that a busy machine does not run dry either.
"""

from __future__ import annotations

import asyncio
import logging
import time
from statistics import median

import numpy as np
import pytest
import soxr

from bot.audio.mixer import Outcome
from bot.audio.player import Player, State
from bot.bench.null_sink import NullSinkServer, Recorder
from engine.speech import Chunk, Samples
from tests.audio.conftest import NewPlayer

pytestmark = pytest.mark.audio

RATE = 48_000
CALM = 0.08
"""Seconds of latency that a busy machine keeps up with."""


def noise(seconds: float, seed: int = 1, rate: int = RATE) -> Samples:
    """-12 dBFS; the first and the last sample are not 0, so that the edges can be seen."""
    x = np.random.default_rng(seed).uniform(-0.25, 0.25, round(seconds * rate)).astype(np.float32)
    x[0] = x[-1] = 0.25
    return x


def tone(seconds: float) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.25 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


def step(samples: Samples) -> float:
    return float(np.abs(np.diff(samples)).max())


def say(player: Player, utterance: str, samples: Samples, rate: int = RATE) -> None:
    player.play(utterance)
    for start in range(0, len(samples), 1234):
        player.feed(utterance, Chunk(samples[start : start + 1234], rate))
    player.finish(utterance)


async def state(player: Player, wanted: State) -> None:
    for _ in range(1000):
        if player.state is wanted:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError(f"the player is {player.state}, not {wanted}")


async def heard(recorder: Recorder, frames: int, start: int = 0) -> Samples:
    """The sound from its first sample on, so many frames of it, both channels the same."""
    first = await asyncio.to_thread(recorder.wait_for_sound, 0.0, start)
    await asyncio.to_thread(recorder.wait_for_frames, first + frames)
    both = recorder.samples(first)[:frames]
    assert np.array_equal(both[:, 0], both[:, 1])
    return both[:, 0]


async def test_a_pair_is_heard_bit_by_bit_and_0_samples_apart(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    player = new_player(gap=0.0, latency=CALM)
    await player.start()
    await player.wait_open()
    x, y = noise(1.0, 1), noise(0.5, 2)
    with Recorder(server) as recorder:
        say(player, "a", x)
        say(player, "b", y)
        out = await heard(recorder, len(x) + len(y) + 4800)
    assert np.array_equal(out, np.concatenate([x, y, np.zeros(4800, np.float32)]))
    ended = await player.wait_ended("b")
    assert (ended.outcome, ended.seconds) == (Outcome.PLAYED, 0.5)


@pytest.mark.parametrize("gap_ms", [300, 1])
async def test_the_gap_between_two_lines_is_exact_to_the_sample(
    gap_ms: int, server: NullSinkServer, new_player: NewPlayer
) -> None:
    player = new_player(gap=gap_ms / 1000, latency=CALM)
    await player.start()
    await player.wait_open()
    x, y, z = noise(0.4, 1), noise(0.2, 2), noise(0.2, 3)
    silence = np.zeros(48 * gap_ms, np.float32)
    with Recorder(server) as recorder:
        say(player, "a", x)
        say(player, "aside", noise(0.3, 4))
        say(player, "b", y)
        player.withdraw("aside")
        say(player, "c", z)
        out = await heard(recorder, len(x) + len(y) + len(z) + 2 * len(silence))
    assert np.array_equal(out, np.concatenate([x, silence, y, silence, z]))


async def test_another_rate_is_heard_as_soxr_resamples_it(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    player = new_player(latency=CALM)
    await player.start()
    await player.wait_open()
    x = noise(0.5, rate=24_000)
    expected = np.asarray(soxr.resample(x, 24_000, RATE, quality="HQ"))
    with Recorder(server) as recorder:
        say(player, "a", x, rate=24_000)
        out = await heard(recorder, len(expected))
    np.testing.assert_allclose(out, expected, atol=1e-5)


async def test_sound_starts_soon_and_started_says_when(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    started: dict[str, float] = {}
    player = new_player(gap=0.0, on_started=started.__setitem__)
    await player.start()
    await player.wait_open()
    waits, errors = [], []
    with Recorder(server) as recorder:
        for utterance in map(str, range(15)):
            start = recorder.frames
            asked = time.monotonic()
            say(player, utterance, noise(0.05))
            first = await asyncio.to_thread(recorder.wait_for_sound, 0.0, start)
            at = recorder.time_of(first)
            await player.wait_ended(utterance)
            await asyncio.to_thread(recorder.wait_for_silence, 0.05, 0.0, first)
            waits.append(at - asked)
            errors.append(abs(at - started[utterance]))
    assert median(waits) < 0.060
    assert median(errors) < 0.050


async def test_a_skip_is_silent_within_100_ms_and_does_not_click(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    player = new_player(gap=0.0, latency=0.02)
    await player.start()
    await player.wait_open()
    x = tone(5.0)
    waits = []
    with Recorder(server) as recorder:
        for utterance in "abcde":
            start = recorder.frames
            say(player, utterance, x)
            first = await asyncio.to_thread(recorder.wait_for_sound, 0.1, start)
            asked = time.monotonic()
            player.cancel(utterance)
            quiet = await asyncio.to_thread(recorder.wait_for_silence, 0.1, 0.0, first)
            waits.append(recorder.time_of(quiet) - asked)
            assert (await player.wait_ended(utterance)).outcome is Outcome.CANCELLED
            assert step(recorder.samples(start)[: quiet - start + 480, 0]) <= 1.05 * step(x)
    assert median(waits) <= 0.1


async def test_pause_is_silent_and_resume_goes_on_where_it_was(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    player = new_player(latency=CALM)
    await player.start()
    await player.wait_open()
    x = noise(1.0)
    with Recorder(server) as recorder:
        say(player, "a", x)
        first = await asyncio.to_thread(recorder.wait_for_sound)
        player.pause()
        quiet = await asyncio.to_thread(recorder.wait_for_silence, 0.3, 0.0, first)
        player.resume()
        again = await asyncio.to_thread(recorder.wait_for_sound, 0.0, quiet + 14_400)
        assert (await player.wait_ended("a")).seconds == 1.0
        end = await asyncio.to_thread(recorder.wait_for_silence, 0.1, 0.0, again)
        out = recorder.samples(first)[: end - first, 0]
    # A fade's last sample has gain 0 and cannot be told from the silence behind it.
    before, after = out[: quiet - first], out[again - first :]
    assert len(x) - (len(before) + len(after)) in range(3)
    fade = round(0.008 * RATE)
    assert np.array_equal(before[:-fade], x[: len(before) - fade])
    assert np.array_equal(after[fade:], x[len(x) - len(after) + fade :])


async def test_an_utterance_cut_off_by_a_lost_sink_is_heard_again_from_its_start(
    server: NullSinkServer,
    new_player: NewPlayer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    player = new_player(latency=CALM)
    await player.start()
    await player.wait_open()
    x, y = noise(1.0, 1), noise(0.3, 2)
    with Recorder(server) as recorder:
        say(player, "a", x)
        say(player, "b", y)
        await asyncio.to_thread(recorder.wait_for_sound)
        server.unload("botsink")
    await state(player, State.WAITING)
    server.load("botsink")
    with Recorder(server) as recorder:
        out = await heard(recorder, len(x) + round(0.3 * RATE) + len(y))
    assert np.array_equal(out[: len(x)], x)
    assert np.array_equal(out[-len(y) :], y)
    assert (await player.wait_ended("a")).seconds == 1.0
    told = [record.message for record in caplog.records if "sound output" in record.message]
    assert [line.split()[2].strip(":") for line in told] == ["open", "waiting", "open"]
    assert capfd.readouterr().err == "", "what PortAudio and ALSA print is kept away"


async def test_the_sink_that_was_named_gets_the_sound_and_no_other(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    server.load("cable")
    player = new_player("CABLE-desc", latency=CALM)
    await player.start()
    await player.wait_open()
    x = noise(0.3)
    with Recorder(server, "cable") as cable, Recorder(server, "botsink") as other:
        say(player, "a", x)
        assert np.array_equal(await heard(cable, len(x)), x)
        assert not other.samples().any()


async def test_a_sink_is_opened_at_its_own_rate(
    server: NullSinkServer, new_player: NewPlayer
) -> None:
    server.load("cd", rate=44_100)
    player = new_player("cd")
    await player.start()
    await player.wait_open()
    assert player.text == "cd, 44100 Hz"


async def test_a_sink_that_is_absent_at_the_start_is_waited_for(
    server: NullSinkServer, new_player: NewPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    player = new_player("headset", latency=CALM)
    await player.start()
    x = noise(0.3)
    say(player, "a", x)
    await state(player, State.WAITING)
    assert player.text.startswith("no output 'headset'; there are: ")
    server.load("headset")
    with Recorder(server, "headset") as recorder:
        assert np.array_equal(await heard(recorder, len(x)), x)
    await player.wait_open()
    assert len([r for r in caplog.records if "waiting" in r.message]) == 1
