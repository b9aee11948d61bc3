"""Which pause of a clip is which end of a phrase, where that is certain. Knows no audio.

There is no speech recogniser: a phrase takes about as long as its share of the text, people pause
at a full stop nearly always and at a comma often, and a long pause is seldom within a phrase. All
ways of laying the phrases over the pauses are weighed against each other, as a hidden Markov model
does it with forward and backward sums (Rabiner, "A tutorial on hidden Markov models", 1989); what
nearly all of the weight agrees on is certain.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from engine.enrolment.sound import Span
from engine.enrolment.words import Phrase

CERTAIN = 0.95
_PACE, _EDGE_S = 0.18, 0.15
"""How far the pace of a phrase is off, as a ratio; and its ends, in seconds."""
_PAUSED = {True: 0.95, False: 0.6}
"""How often one pauses at the end of a sentence, and of a phrase within one."""
_HESITATION_S = 0.25
"""Half of the pauses of this length are within a phrase."""
_PHRASES, _PAUSES = 6, 12
"""Ends without a pause, and pauses without an end, in a row at most."""

_Node = tuple[int, int]
"""So many phrases are over at the beginning of this stretch."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A pause that is the end of a phrase."""

    phrase: int
    """How many phrases are before it."""
    stretch: int
    """How many stretches of sound are before it."""


def cuts(phrases: Sequence[Phrase], stretches: Sequence[Span]) -> list[Cut]:
    """Where the words of a clip can be cut for certain, both ends of the clip included."""
    whole = [Cut(0, 0), Cut(len(phrases), len(stretches))]
    if not phrases or not stretches:
        return []
    steps = _steps(phrases, stretches)
    first, last = (0, 0), (len(phrases), len(stretches))
    forward = _sums(steps, first)
    if last not in forward:
        return whole
    reverse: dict[_Node, dict[_Node, float]] = defaultdict(dict)
    for here, nexts in steps.items():
        for there, weight in nexts.items():
            reverse[there][here] = weight
    backward = _sums(reverse, last)
    sure = math.log(CERTAIN) + forward[last]
    inner = sorted(
        node
        for node in forward.keys() & backward.keys()
        if node not in (first, last) and forward[node] + backward[node] >= sure
    )
    return [whole[0], *(Cut(*node) for node in inner), whole[1]]


def _steps(phrases: Sequence[Phrase], stretches: Sequence[Span]) -> dict[_Node, dict[_Node, float]]:
    """From each node to each that may follow it, and the logarithm of how likely that is."""
    said = [0.0, *accumulate(phrase.beats for phrase in phrases)]
    heard = [0.0, *accumulate(end - start for start, end in stretches)]
    pace = heard[-1] / said[-1]
    at_end = [math.log(_PAUSED[phrase.closes]) for phrase in phrases]
    not_at_end = [math.log(1.0 - _PAUSED[phrase.closes]) for phrase in phrases]
    pauses = [b[0] - a[1] for a, b in zip(stretches, stretches[1:], strict=False)]
    within = [1.0 / (1.0 + (pause / _HESITATION_S) ** 2) for pause in pauses]

    def weight(here: _Node, there: _Node) -> float:
        spoken = heard[there[1]] - heard[here[1]]
        should = (said[there[0]] - said[here[0]]) * pace
        spread = math.hypot(_PACE, _EDGE_S / should)
        off = math.log(spoken / should) / spread
        total = -0.5 * off * off - math.log(spread)
        total += sum(not_at_end[here[0] : there[0] - 1])
        total += sum(math.log(within[k]) for k in range(here[1], there[1] - 1))
        if there[1] < len(stretches):
            total += at_end[there[0] - 1] + math.log1p(-within[there[1] - 1])
        return total

    return {
        here: {there: weight(here, there) for there in _following(here, phrases, stretches)}
        for here in _nodes(phrases, stretches)
    }


def _nodes(phrases: Sequence[Phrase], stretches: Sequence[Span]) -> Iterator[_Node]:
    yield 0, 0
    for j in range(1, len(phrases)):
        for k in range(1, len(stretches)):
            yield j, k
    yield len(phrases), len(stretches)


def _following(
    here: _Node, phrases: Sequence[Phrase], stretches: Sequence[Span]
) -> Iterator[_Node]:
    """The nodes after one: both ends of the clip come together."""
    j, k = here
    for there in range(j + 1, min(j + _PHRASES, len(phrases) - 1) + 1):
        for at in range(k + 1, min(k + _PAUSES, len(stretches) - 1) + 1):
            yield there, at
    if j < len(phrases) <= j + _PHRASES and k < len(stretches) <= k + _PAUSES:
        yield len(phrases), len(stretches)


def _sums(steps: dict[_Node, dict[_Node, float]], start: _Node) -> dict[_Node, float]:
    """The logarithm of all the weight with which each node is reached from one end of the clip."""
    sums = {start: 0.0}
    backwards = start != (0, 0)
    for here in sorted(steps, reverse=backwards):
        if here not in sums:
            continue
        for there, weight in steps[here].items():
            new = sums[here] + weight
            sums[there] = _added(sums[there], new) if there in sums else new
    return sums


def _added(a: float, b: float) -> float:
    """log(exp(a) + exp(b))."""
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))
