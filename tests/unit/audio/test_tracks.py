"""What is kept until it has ended, and given to a fresh mixer from its start."""

from __future__ import annotations

from queue import SimpleQueue

import numpy as np
import pytest
import soxr

from bot.audio.mixer import Ended, Mixer, MixerEvent, Outcome
from bot.audio.tracks import Tracks
from engine.speech import Samples


class Rig:
    """Tracks with a mixer, and the events of both."""

    def __init__(self) -> None:
        self.events: SimpleQueue[MixerEvent] = SimpleQueue()
        self.tracks = Tracks(self.events)
        self.mixer: Mixer | None = None

    def plug_in(self, rate: int = 48_000) -> None:
        self.mixer = Mixer(rate, self.events, gap_s=0.0)
        self.tracks.attach(self.mixer)

    def unplug(self) -> None:
        self.mixer = None
        self.tracks.detach()

    def render(self, frames: int) -> Samples:
        assert self.mixer is not None
        out = np.zeros((frames, 1), np.float32)
        self.mixer.render(out)
        return out[:, 0]

    def take_events(self) -> list[Ended]:
        """Does what the process does with events; returns the ends."""
        ends = []
        while not self.events.empty():
            event = self.events.get()
            if isinstance(event, Ended):
                self.tracks.ended(event.id)
                ends.append(event)
            else:
                self.tracks.started(event.id)
        return ends


def noise(n: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.25, 0.25, n).astype(np.float32)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def play(rig: Rig, utterance: str, samples: Samples, rate: int = 48_000, chunk: int = 1234) -> None:
    rig.tracks.add(utterance)
    for start in range(0, len(samples), chunk):
        rig.tracks.feed(utterance, samples[start : start + chunk], rate)
    rig.tracks.finish(utterance)


def test_samples_at_the_mixers_rate_are_not_touched(rig: Rig) -> None:
    rig.plug_in()
    x = noise(5000)
    play(rig, "a", x)
    assert np.array_equal(rig.render(5000), x)


def test_another_rate_is_resampled_to_its_last_sample(rig: Rig) -> None:
    rig.plug_in()
    x = noise(22_050)
    play(rig, "a", x, rate=22_050)
    expected = np.asarray(soxr.resample(x, 22_050, 48_000, quality="HQ"))
    out = rig.render(len(expected) + 100)
    np.testing.assert_allclose(out[: len(expected)], expected, atol=1e-5)
    assert not out[len(expected) :].any()


def test_what_came_before_the_device_is_played_once_it_is_there(rig: Rig) -> None:
    x = noise(5000)
    play(rig, "a", x)
    rig.plug_in()
    assert np.array_equal(rig.render(5000), x)


def test_a_lost_device_replays_the_interrupted_utterance_from_its_start(rig: Rig) -> None:
    rig.plug_in()
    x, y, z = noise(3000, 1), noise(5000, 2), noise(2000, 3)
    play(rig, "a", x)
    play(rig, "b", y)
    rig.render(4000)
    assert [e.id for e in rig.take_events()] == ["a"]
    rig.unplug()
    play(rig, "c", z)
    rig.plug_in()
    assert np.array_equal(rig.render(7000), np.concatenate([y, z]))


def test_the_replay_may_be_at_another_rate(rig: Rig) -> None:
    rig.plug_in()
    x = noise(48_000)
    play(rig, "a", x)
    rig.render(4800)
    rig.take_events()
    rig.unplug()
    rig.plug_in(44_100)
    expected = np.asarray(soxr.resample(x, 48_000, 44_100, quality="HQ"))
    np.testing.assert_allclose(rig.render(44_100), expected, atol=1e-5)


def test_the_replay_is_resampled_afresh(rig: Rig) -> None:
    rig.plug_in()
    x = noise(24_000)
    rig.tracks.add("a")
    rig.tracks.feed("a", x[:10_000], 24_000)
    rig.render(4800)
    rig.take_events()
    rig.unplug()
    rig.plug_in(44_100)
    rig.tracks.feed("a", x[10_000:], 24_000)
    rig.tracks.finish("a")
    expected = np.asarray(soxr.resample(x, 24_000, 44_100, quality="HQ"))
    np.testing.assert_allclose(rig.render(44_100), expected, atol=1e-5)


def test_an_utterance_goes_on_being_fed_after_the_replay(rig: Rig) -> None:
    rig.plug_in()
    x = noise(9000)
    rig.tracks.add("a")
    rig.tracks.feed("a", x[:5000], 48_000)
    rig.render(1000)
    rig.unplug()
    rig.plug_in()
    rig.tracks.feed("a", x[5000:], 48_000)
    rig.tracks.finish("a")
    assert np.array_equal(rig.render(9000), x)


def test_cancel_without_a_device_ends_at_once(rig: Rig) -> None:
    play(rig, "a", noise(100))
    rig.tracks.cancel("a", 0.008)
    assert rig.take_events() == [Ended("a", Outcome.CANCELLED, 0)]
    assert len(rig.tracks) == 0


def test_what_was_cancelled_as_the_device_went_is_not_replayed(rig: Rig) -> None:
    rig.plug_in()
    play(rig, "a", noise(5000))
    rig.render(1000)
    rig.take_events()
    rig.tracks.cancel("a", 0.008)
    rig.unplug()
    assert rig.take_events() == [Ended("a", Outcome.CANCELLED, 0)]
    rig.plug_in()
    assert not rig.render(5000).any()


def test_withdraw_spares_what_was_heard_even_when_the_device_is_gone(rig: Rig) -> None:
    rig.plug_in()
    x = noise(5000)
    play(rig, "a", x)
    play(rig, "b", x)
    rig.render(1000)
    rig.take_events()
    rig.unplug()
    rig.tracks.withdraw("a")
    rig.tracks.withdraw("b")
    assert rig.take_events() == [Ended("b", Outcome.WITHDRAWN, 0)]
    rig.plug_in()
    assert np.array_equal(rig.render(5000), x)


def test_what_was_withdrawn_as_the_device_went_is_not_played(rig: Rig) -> None:
    rig.plug_in()
    play(rig, "a", noise(5000))
    rig.tracks.withdraw("a")
    rig.unplug()
    rig.plug_in()
    assert not rig.render(5000).any()
    assert rig.take_events() == [Ended("a", Outcome.WITHDRAWN, 0)]


def test_ended_utterances_are_let_go(rig: Rig) -> None:
    rig.plug_in()
    for n in range(50):
        play(rig, str(n), noise(480))
        rig.render(480)
        rig.take_events()
    assert len(rig.tracks) == 0


def test_one_nan_costs_one_sample_also_when_resampling(rig: Rig) -> None:
    rig.plug_in()
    x = noise(24_000)
    spoilt = x.copy()
    spoilt[12_000] = np.nan
    play(rig, "a", spoilt, rate=24_000)
    out = rig.render(48_000)
    clean = np.asarray(soxr.resample(x, 24_000, 48_000, quality="HQ"))
    np.testing.assert_allclose(out[:20_000], clean[:20_000], atol=1e-5)
    np.testing.assert_allclose(out[28_000:], clean[28_000:], atol=1e-5)
