"""The mixer's arithmetic, block by block, with no device.

Nothing here may be approximate where the mixer promises exactness.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from queue import SimpleQueue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audio.limiter import KNEE, limit
from bot.audio.mixer import Ended, Mixer, MixerEvent, Outcome, Started, Starved
from engine.speech import Samples

RATE = 48_000
FADE = round(0.008 * RATE)


class Rig:
    """A mixer, its events, and what it has rendered."""

    def __init__(self, gap_s: float = 0.0, volume: float = 1.0) -> None:
        self.events: SimpleQueue[MixerEvent] = SimpleQueue()
        self.mixer = Mixer(RATE, self.events, gap_s, volume)
        self.rendered = 0

    def play(self, utterance: str, *chunks: Samples) -> None:
        self.mixer.add(utterance)
        for chunk in chunks:
            self.mixer.feed(utterance, chunk)
        self.mixer.finish(utterance)

    def render(self, frames: int, blocks: Iterable[int] = (480,)) -> Samples:
        """The next `frames` of sound, rendered in blocks of these sizes, over and over."""
        parts = []
        for size in itertools.cycle(blocks):
            block = np.full((min(size, frames), 2), np.nan, np.float32)
            self.mixer.render(block, self.rendered / RATE)
            assert np.array_equal(block[:, 0], block[:, 1])
            parts.append(block[:, 0])
            self.rendered += len(block)
            frames -= len(block)
            if not frames:
                return np.concatenate(parts)
        raise AssertionError

    def told(self) -> list[MixerEvent]:
        told = []
        while not self.events.empty():
            told.append(self.events.get())
        return told


def noise(n: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.25, 0.25, n).astype(np.float32)


def tone(seconds: float) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


def step(samples: Samples) -> float:
    return float(np.abs(np.diff(samples)).max())


def cut(samples: Samples, *at: int) -> list[Samples]:
    return np.split(samples, at)


ODD = (104, 1, 97, 1031, 480, 333)


@given(
    blocks=st.lists(st.integers(1, 1500), min_size=1, max_size=8),
    edges=st.lists(st.integers(0, 3000), max_size=6),
)
def test_leaves_samples_exactly_as_they_came(blocks: list[int], edges: list[int]) -> None:
    rig = Rig()
    x = noise(3000)
    rig.play("a", *cut(x, *sorted(edges)))
    y = rig.render(3100, blocks)
    assert np.array_equal(y[:3000], x)
    assert not y[3000:].any()
    assert rig.told() == [Started("a", 0.0), Ended("a", Outcome.PLAYED, 3000)]


def test_a_pair_without_a_gap_is_0_samples_apart() -> None:
    rig = Rig()
    x, y = noise(5001, 1), noise(4003, 2)
    rig.play("a", *cut(x, 1234, 2468))
    rig.play("b", *cut(y, 1234))
    assert np.array_equal(rig.render(9004, ODD), np.concatenate([x, y]))
    assert rig.told() == [
        Started("a", 0.0),
        Ended("a", Outcome.PLAYED, 5001),
        Started("b", 5001 / RATE),
        Ended("b", Outcome.PLAYED, 4003),
    ]


def test_the_gap_is_exact_to_the_sample() -> None:
    rig = Rig(gap_s=0.3)
    x, y = noise(5001, 1), noise(4003, 2)
    rig.play("a", x)
    rig.play("b", y)
    gap = np.zeros(round(0.3 * RATE), np.float32)
    out = rig.render(5001 + len(gap) + 4003, ODD)
    assert np.array_equal(out, np.concatenate([x, gap, y]))


def test_an_utterance_that_comes_later_than_the_gap_starts_at_once() -> None:
    rig = Rig(gap_s=0.3)
    rig.play("a", noise(1000))
    rig.render(1000 + round(0.3 * RATE) + 7, ODD)
    x = noise(2000, 2)
    rig.play("b", x)
    assert np.array_equal(rig.render(2000, ODD), x)


def test_the_first_utterance_waits_for_no_gap() -> None:
    rig = Rig(gap_s=0.3)
    x = noise(2000)
    rig.play("a", x)
    assert np.array_equal(rig.render(2000), x)


def test_an_utterance_keeps_its_place_while_it_has_no_samples() -> None:
    rig = Rig()
    rig.mixer.add("a")
    x, y = noise(2000, 1), noise(2000, 2)
    rig.play("b", y)
    assert not rig.render(960).any()
    assert rig.told() == []
    rig.mixer.feed("a", x)
    rig.mixer.finish("a")
    assert np.array_equal(rig.render(4000), np.concatenate([x, y]))


def test_an_utterance_without_samples_ends_unheard() -> None:
    rig = Rig(gap_s=0.3)
    x = noise(1000)
    rig.play("a")
    rig.play("b", x)
    assert np.array_equal(rig.render(1000), x)
    assert rig.told() == [
        Ended("a", Outcome.PLAYED, 0),
        Started("b", 0.0),
        Ended("b", Outcome.PLAYED, 1000),
    ]


@pytest.mark.parametrize("blocks", [(104,), (480,), (4096,), ODD])
def test_cancel_fades_within_8_ms_and_goes_on_to_the_next(blocks: tuple[int, ...]) -> None:
    rig = Rig()
    x, y = tone(1.0), noise(2000)
    rig.play("a", x)
    rig.play("b", y)
    before = rig.render(9999, blocks)
    rig.mixer.cancel("a")
    after = rig.render(FADE + 2000, blocks)
    assert step(np.concatenate([before, after[:FADE]])) <= 1.05 * step(x)
    assert abs(after[FADE - 1]) < 0.005
    assert np.array_equal(after[FADE:], y)
    assert rig.told()[1] == Ended("a", Outcome.CANCELLED, 9999 + FADE)


def test_a_purge_may_fade_for_50_ms() -> None:
    rig = Rig()
    x = tone(1.0)
    rig.play("a", x)
    before = rig.render(9999)
    rig.mixer.cancel("a", 0.05)
    after = rig.render(4800)
    assert np.flatnonzero(after)[-1] in range(2300, 2400)
    assert step(np.concatenate([before, after])) <= 1.05 * step(x)


def test_cancel_takes_a_waiting_utterance_off_the_queue() -> None:
    rig = Rig()
    x, z = noise(3000, 1), noise(2000, 3)
    rig.play("a", x)
    rig.play("b", noise(500, 2))
    rig.play("c", z)
    first = rig.render(480)
    rig.mixer.cancel("b")
    assert np.array_equal(np.concatenate([first, rig.render(4520, ODD)]), np.concatenate([x, z]))
    assert Ended("b", Outcome.CANCELLED, 0) in rig.told()


def test_cancel_of_an_unknown_utterance_has_no_effect() -> None:
    rig = Rig()
    x = noise(3000)
    rig.play("a", x)
    rig.mixer.cancel("b")
    assert np.array_equal(rig.render(3000), x)


def test_cancel_ends_an_utterance_that_has_no_samples_left() -> None:
    rig = Rig()
    rig.mixer.add("a")
    rig.mixer.feed("a", tone(0.05))
    rig.render(9600)
    rig.mixer.cancel("a")
    rig.render(FADE)
    assert rig.told()[-1].id == "a"
    x = noise(2000)
    rig.play("b", x)
    assert np.array_equal(rig.render(2000), x)


def test_withdraw_takes_back_only_what_has_not_begun() -> None:
    rig = Rig()
    x = noise(3000)
    rig.play("a", x)
    rig.play("b", noise(500, 2))
    first = rig.render(480)
    rig.mixer.withdraw("a")
    rig.mixer.withdraw("b")
    out = np.concatenate([first, rig.render(4000)])
    assert np.array_equal(out[:3000], x)
    assert not out[3000:].any()
    assert rig.told()[1:] == [
        Ended("b", Outcome.WITHDRAWN, 0),
        Ended("a", Outcome.PLAYED, 3000),
    ]


@pytest.mark.parametrize("blocks", [(104,), (480,), ODD])
def test_pause_and_resume_lose_nothing(blocks: tuple[int, ...]) -> None:
    rig = Rig()
    x = tone(0.5)
    rig.play("a", x)
    parts = [rig.render(9999, blocks)]
    rig.mixer.pause(True)
    paused = rig.render(24_000, blocks)
    assert not paused[FADE:].any()
    parts.append(paused[:FADE])
    rig.mixer.pause(False)
    parts.append(rig.render(len(x) - 9999 - FADE, blocks))
    out = np.concatenate(parts)
    assert step(np.concatenate([parts[0], paused, parts[2]])) <= 1.05 * step(x)
    # All that is not under one of the two fades is there, bit by bit, in its place.
    faded = slice(9999, 9999 + 2 * FADE)
    out[faded] = x[faded]
    assert np.array_equal(out, x)
    assert rig.told()[-1] == Ended("a", Outcome.PLAYED, len(x))


def test_a_pause_that_is_taken_back_before_the_next_block_is_not_heard() -> None:
    rig = Rig()
    x = noise(5000)
    rig.play("a", x)
    first = rig.render(480)
    rig.mixer.pause(True)
    rig.mixer.pause(False)
    assert np.array_equal(np.concatenate([first, rig.render(4520)]), x)


def test_nothing_begins_while_paused() -> None:
    rig = Rig()
    rig.mixer.pause(True)
    x = noise(2000)
    rig.play("a", x)
    assert not rig.render(4800).any()
    rig.mixer.pause(False)
    assert np.array_equal(rig.render(2000), x)


def test_a_paused_utterance_can_be_cancelled() -> None:
    rig = Rig()
    rig.play("a", tone(1.0))
    rig.render(4800)
    rig.mixer.pause(True)
    rig.render(4800)
    rig.mixer.cancel("a")
    assert not rig.render(4800).any()
    assert rig.told()[-1] == Ended("a", Outcome.CANCELLED, 4800 + FADE)


def test_volume_changes_as_a_ramp_over_one_block() -> None:
    rig = Rig()
    x = tone(0.2)
    rig.play("a", x)
    before = rig.render(960)
    rig.mixer.set_volume(0.2)
    after = rig.render(1920, (960,))
    assert step(np.concatenate([before, after])) <= 1.05 * step(x)
    np.testing.assert_allclose(after[960:], 0.2 * x[1920:2880], rtol=1e-6)
    rig.mixer.set_volume(1.0)
    rig.render(960, (960,))
    assert np.array_equal(rig.render(960), x[3840:4800])


def test_the_volume_it_starts_with_needs_no_ramp() -> None:
    rig = Rig(volume=0.5)
    x = noise(2000)
    rig.play("a", x)
    assert np.array_equal(rig.render(2000), x * np.float32(0.5))


def test_the_limiter_leaves_everything_up_to_1_db_below_full_scale_alone() -> None:
    x = np.linspace(-KNEE, KNEE, 4001, dtype=np.float32)
    rig = Rig()
    rig.play("a", x)
    assert np.array_equal(rig.render(4001), x)


def test_the_limiter_bends_smoothly_and_never_passes_full_scale() -> None:
    x = np.linspace(-40.0, 40.0, 800_001, dtype=np.float32)
    y = x.copy()
    limit(y)
    assert np.abs(y).max() <= 1.0
    assert (np.diff(y) >= 0).all()
    near = (np.abs(x) > 0.8) & (np.abs(x) < 1.0)
    assert np.abs(np.diff(y)[near[1:]]).max() <= 1.01e-4
    assert np.array_equal(y, -y[::-1])


def test_nan_and_infinity_never_reach_the_device() -> None:
    rig = Rig()
    x = tone(0.1)
    x[1000], x[2000], x[3000] = np.nan, np.inf, -np.inf
    rig.play("a", x)
    y = rig.render(len(x), ODD)
    assert np.isfinite(y).all()
    assert np.abs(y).max() <= 1.0
    assert y[1000] == 0.0
    untouched = np.isfinite(x)
    assert np.array_equal(y[untouched], x[untouched])


@pytest.mark.parametrize("blocks", [(104,), (480,), (960,)])
def test_a_starved_utterance_fades_waits_and_goes_on_with_nothing_lost(
    blocks: tuple[int, ...],
) -> None:
    rig = Rig()
    x = tone(0.5)
    rig.mixer.add("a")
    rig.mixer.feed("a", x[:9999])
    first = rig.render(12_000, blocks)
    rig.mixer.feed("a", x[9999 : 9999 + 1000])
    held = rig.render(4800, blocks)
    assert not held.any(), "1000 samples are less than the 80 ms that it waits for"
    rig.mixer.feed("a", x[10_999:])
    rig.mixer.finish("a")
    rest = rig.render(len(x), blocks)
    out = np.concatenate([first, held, rest])
    assert step(out) <= 1.05 * step(x)
    stopped = int(np.flatnonzero(first)[-1]) + 2  # the fade's last sample is 0
    fade = round(0.005 * RATE)
    assert np.array_equal(first[: stopped - fade], x[: stopped - fade])
    assert np.array_equal(rest[fade : len(x) - stopped], x[stopped + fade :])
    assert [e for e in rig.told() if isinstance(e, Starved)] == [Starved("a")]


def test_a_starved_utterance_goes_on_when_its_end_is_there() -> None:
    rig = Rig()
    rig.mixer.add("a")
    rig.mixer.feed("a", noise(4800))
    rig.render(9600)
    rig.mixer.feed("a", noise(100, 2))
    rig.mixer.finish("a")
    rig.render(2400)
    assert rig.told()[-1] == Ended("a", Outcome.PLAYED, 4900)


def test_samples_that_keep_coming_in_time_are_not_starved() -> None:
    rig = Rig()
    x = noise(48_000)
    rig.mixer.add("a")
    out = []
    for part in cut(x, *range(2400, 48_000, 2400)):
        rig.mixer.feed("a", part)
        out.append(rig.render(2000, (104,)))
    rig.mixer.finish("a")
    out.append(rig.render(8000))
    assert np.array_equal(np.concatenate(out)[:48_000], x)
    assert not [e for e in rig.told() if isinstance(e, Starved)]


def test_events_tell_when_a_sample_within_the_block_is_heard() -> None:
    rig = Rig()
    rig.play("a", noise(100))
    rig.play("b", noise(100))
    rig.mixer.render(np.zeros((480, 2), np.float32), at=5.0)
    starts = {e.id: e.at for e in rig.told() if isinstance(e, Started)}
    assert starts == {"a": 5.0, "b": pytest.approx(5.0 + 100 / RATE)}


def test_ready_is_what_can_be_rendered_without_waiting_for_samples() -> None:
    rig = Rig(gap_s=0.01)
    assert rig.mixer.ready() == 0
    x = noise(4800)
    rig.mixer.add("a")
    assert rig.mixer.ready() == 0
    rig.mixer.feed("a", x)
    out = []
    while frames := rig.mixer.ready():
        out.append(rig.render(frames))
    rig.mixer.finish("a")
    assert rig.mixer.ready() == 4800 - sum(map(len, out))
    out.append(rig.render(rig.mixer.ready()))
    assert np.array_equal(np.concatenate(out), x)
    rig.play("b", x)
    assert rig.mixer.ready() == 480 + 4800
    rig.mixer.pause(True)
    assert rig.mixer.ready() == 0
    assert not [e for e in rig.told() if isinstance(e, Starved)]


@given(
    st.lists(
        st.tuples(st.sampled_from("acfwpr"), st.integers(0, 3), st.integers(1, 2000)), max_size=40
    )
)
def test_whatever_the_commands_every_utterance_ends_once(
    commands: list[tuple[str, int, int]],
) -> None:
    rig = Rig(gap_s=0.002)
    opened: list[str] = []
    for kind, which, size in commands:
        some = opened[-1 - which] if which < len(opened) else "unknown"
        if kind == "a":
            opened.append(str(len(opened)))
            rig.mixer.add(opened[-1])
        elif kind == "f":
            rig.mixer.feed(some, noise(size))
        elif kind == "c":
            rig.mixer.cancel(some)
        elif kind == "w":
            rig.mixer.withdraw(some)
        else:
            rig.mixer.pause(kind == "p")
        rig.render(size, ODD)
    rig.mixer.pause(False)
    for utterance in opened:
        rig.mixer.finish(utterance)
    rig.render(100_000, (4800,))
    ends = [e.id for e in rig.told() if isinstance(e, Ended)]
    assert sorted(ends) == sorted(opened)
