"""When the pieces of a line may be given out, so that what sounds never waits for the next.

A short sentence in front of a long one would be over before the long one is made. Where the
engine's pace says so, a piece is held until what follows comes in time. Knows only lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.speech import Pace, Samples

_MARGIN_S = 0.25
"""For silence that is trimmed, cross-fades, and a machine that is busier than it was."""


def in_time(made: Iterable[Samples], seconds: Sequence[float], pace: Pace) -> Iterator[Samples]:
    """Give out what is made, in order and unchanged, each piece as soon as it may begin to sound.

    `seconds`: the length of each piece. If more come than were foreseen, they are given out as
    they come.
    """
    held: list[Samples] = []
    sounds = False
    for done, samples in enumerate(made, 1):
        held.append(samples)
        sounds = sounds or ahead_s(seconds, done, pace) >= 0.0
        if sounds:
            yield from held
            held.clear()
    yield from held


def ahead_s(seconds: Sequence[float], done: int, pace: Pace) -> float:
    """How early the latest of the pieces to come will be, if the first `done` sound from now on."""
    heard = sum(seconds[:done])
    worked, ahead = _MARGIN_S, heard
    for length in seconds[done:]:
        worked += pace.work_s(length)
        ahead = min(ahead, heard - worked)
        heard += length
    return ahead
