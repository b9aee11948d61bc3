"""Evasions of words that were never used before: what a filter has to see through.

Knows the ways to hide a word (docs: issue "what must not be spoken"), not how the filters find it.
All is drawn from a `Random` that the caller seeds: the same seed gives the same cases, another one
gives words that no rule can have been made for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.evasions import heard, marked, written
from tests.evasions.invented import invent

__all__ = ["Case", "evasions", "invent", "words"]

_AROUND = (
    "{}",
    "{}",
    "{}",
    "you {}",
    "lol {} lol",
    "what a {} this is",
    "he is such a {}",
    "that {} again",
    "gg {}",
    "play the song {} please",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One line that a listener would hear a blocked word in."""

    category: str
    """The way the word is hidden."""
    text: str
    """The line."""
    prev: tuple[str, ...]
    """The author's lines before it, oldest first."""
    base: str
    """The word meant."""


def evasions(word: str, rng: Random) -> Iterator[Case]:
    """Lines that hide a word of the letters a-z, in every way that suits it."""
    for room in (written, heard, marked):
        for category, text in room.ways(word, rng):
            around = rng.choice(_AROUND) if category not in written.WHOLE_LINES else "{}"
            yield Case(category, around.format(text), (), word)
    for category, before, text in written.over_lines(word, rng):
        yield Case(category, text, before, word)


def words(rng: Random, count: int) -> list[str]:
    """`count` different invented words."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[invent(rng)] = None
    return list(found)
