"""How quick F5 is here, when its pieces may be heard, and how long a line may take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.child import EngineSpec
from engine.f5.supply import ahead_s, in_time
from engine.f5.warmup import SHORT, USUAL, warm_up
from engine.speech import Pace, Samples, SpeechRequest

RATE = 100


class Machine:
    """Takes 0.2 s for a line and `rtf` for each second of it; the first line takes 3 s more."""

    def __init__(self, rtf: float) -> None:
        self.now, self.rtf = 0.0, rtf
        self.said: list[str] = []

    def __call__(self, text: str) -> float:
        seconds = len(text) / 14
        self.now += 0.2 + self.rtf * seconds + (0.0 if self.said else 3.0)
        self.said.append(text)
        return seconds


def test_the_first_line_is_not_counted_and_what_is_foreseen_is_what_it_takes() -> None:
    machine, told = Machine(0.1), list[float]()
    pace = warm_up(machine, told.append, clock=lambda: machine.now)
    assert machine.said == [SHORT, *USUAL, SHORT]
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    seconds = len(USUAL[1]) / 14
    assert pace.rtf == pytest.approx(0.1 + 0.2 / seconds, abs=0.01)
    for text in (SHORT, *USUAL):
        took = 0.2 + 0.1 * len(text) / 14
        assert took - 0.01 <= pace.work_s(len(text) / 14) < took + 0.2


@pytest.mark.parametrize(("rtf", "said"), [(5.0, [SHORT, USUAL[0], SHORT]), (13.0, [SHORT, SHORT])])
def test_a_slow_machine_is_not_kept_busy_for_long(rtf: float, said: list[str]) -> None:
    machine, told = Machine(rtf), list[float]()
    pace = warm_up(machine, told.append, clock=lambda: machine.now)
    assert machine.said == said
    assert pace.rtf > rtf
    assert (told, told[-1]) == (sorted(told), 1.0)


def listened(seconds: list[float], pace: Pace) -> tuple[float, float]:
    """Seconds until a line is heard, and of silence in the midst of it, on a machine of a pace."""
    now = 0.0

    def made() -> Iterator[Samples]:
        nonlocal now
        for length in seconds:
            now += pace.work_s(length)
            yield np.zeros(round(RATE * length), np.float32)

    began = ends = silent = 0.0
    for i, samples in enumerate(in_time(made(), seconds, pace)):
        if not i:
            began = ends = now
        silent += max(0.0, now - ends)
        ends = max(now, ends) + len(samples) / RATE
    assert ends - began - silent == pytest.approx(sum(seconds))
    return began, silent


@pytest.mark.parametrize("rtf", [0.01, 0.3, 0.69, 0.95])
@pytest.mark.parametrize("seconds", [[0.7, 10.0], [4.0, 9.0, 9.0], [0.6, 0.6, 11.0], [5.0]])
def test_below_real_time_nothing_that_sounds_waits(seconds: list[float], rtf: float) -> None:
    pace = Pace(rtf, 0.05)
    began, silent = listened(seconds, pace)
    assert silent == 0.0
    # It is not held for longer than it takes to make all of it.
    assert began <= sum(map(pace.work_s, seconds)) + 1e-9


def test_the_first_sentence_is_heard_first_where_that_is_safe() -> None:
    pace = Pace(0.04, 0.05)
    assert listened([2.0, 9.0, 9.0], pace)[0] == pytest.approx(pace.work_s(2.0))
    assert ahead_s([2.0, 9.0], 1, pace) > 0
    assert ahead_s([0.6, 9.0], 1, Pace(0.6)) < 0


def test_pieces_that_were_not_foreseen_are_given_out_too() -> None:
    parts = [np.full(3, i, np.float32) for i in range(4)]
    given = list(in_time(iter(parts), [1.0, 9.0], Pace(0.6)))
    np.testing.assert_array_equal(np.concatenate(given), np.concatenate(parts))


SPEC = EngineSpec("f5", "f5", first_chunk_s=5.0, chunk_s=5.0)


def test_a_line_may_take_5_s_or_three_times_what_is_foreseen() -> None:
    quick = SPEC.limits(Pace(0.04, 0.1), SpeechRequest("x" * 56))
    assert (quick.first, quick.later, quick.dry) == (5.0, 5.0, 5.0)
    slow = Pace(2.0, 1.0)
    limits = SPEC.limits(slow, SpeechRequest("x" * 56))
    assert limits.first == pytest.approx(3 * slow.work_s(4.0))
    assert limits.total >= limits.first
    # No longer than what is made of a line that is cut, nor than its first piece.
    long = SpeechRequest("x" * 4000, max_seconds=20.0)
    assert SPEC.limits(slow, long).first == pytest.approx(3 * slow.work_s(20.0))
    keeps_up = Pace(0.5, 1.0)
    assert SPEC.limits(keeps_up, long).first == pytest.approx(3 * keeps_up.work_s(12.0))
    assert SPEC.limits(keeps_up, long).total < 3 * 20


def test_it_is_foreseen_for_the_voice_that_takes_longest() -> None:
    line = SpeechRequest("x" * 56)
    same = SPEC.limits(Pace(1.0, 1.0, slowest=4.0), line)
    assert same == SPEC.limits(Pace(4.0, 4.0), line)


def test_an_engine_of_unknown_pace_may_work_on_for_a_minute() -> None:
    limits = SPEC.limits(None, SpeechRequest("x"))
    assert (limits.first, limits.dry, limits.total) == (5.0, 60.0, float("inf"))
