"""Whether the readings of a text hold a word of the block list, and where.

Does not know how a text is read (fold.py) nor what becomes of a hit. Finds whole words and their
inflections, stretched, repeated, pulled apart, masked, nested and glued to everyday words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from filters.fold import Reading, fold
from filters.glue import everyday
from filters.tokens import Token, joins, tokens
from filters.wordlist import KEY, WordList

_MASKS = "*#_-"
_MASKED = re.compile(r"[^\W_](?:[^\W_]|[*#_-]){3,29}")
_LONG = 40
"""Letters from which no token is a word by itself: whatever is found inside counts."""
_TAIL = 5
_HEAD = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """Why a text is blocked."""

    index: int
    """Which entry of the block list, from 0."""
    how: str
    """How the entry stands in the reading."""
    reading: str
    """The name of the reading that held it."""
    start: int
    """Where it begins in the reading's text."""
    end: int
    """Where it ends in the reading's text."""


Found = tuple[int, str, int, int]
"""Entry, how it stands there, start, end."""


def _whole(words: WordList, text: str, found: Sequence[Token]) -> Iterator[Found]:
    for token in found:
        if (index := words.whole(token.text)) is not None:
            yield index, "whole word", token.start, token.end
        elif (index := words.wild(token.text)) is not None:
            yield index, "wildcard", token.start, token.end


def _phrase(words: WordList, text: str, found: Sequence[Token]) -> Iterator[Found]:
    if not words.phrases:
        return
    for i, token in enumerate(found):
        for rest, index in words.phrases.get(token.text, ()):
            after = found[i + 1 : i + 1 + len(rest)]
            if tuple(t.text for t in after) == rest:
                yield index, "phrase", token.start, after[-1].end


def _apart(words: WordList, text: str, found: Sequence[Token]) -> Iterator[Found]:
    for token in joins(text, found):
        if len(token.text) > 2 and (index := words.whole(token.text)) is not None:
            yield index, "pulled apart", token.start, token.end


def _masked(words: WordList, text: str, found: Sequence[Token]) -> Iterator[Found]:
    if not any(mask in text for mask in _MASKS):
        return
    for match in _MASKED.finditer(text):
        shape = match[0].rstrip(_MASKS) if match[0][-1] in "-_" else match[0]
        known = [(i, c) for i, c in enumerate(shape) if c not in _MASKS]
        # Half a word is enough to know it by, less is a guess; who masks uses one sign for it.
        signs = len(set(shape) & set(_MASKS))
        if signs != 1 or 2 * len(known) < len(shape):
            continue
        for word, index in words.shapes.get((shape[0], len(shape)), ()):
            if all(word[i] == c for i, c in known):
                yield index, "masked", match.start(), match.end()


def _inside(words: WordList, text: str, found: Sequence[Token]) -> Iterator[Found]:
    for token in found:
        whole = token.text
        for i in range(len(whole) - KEY + 1):
            for word, index in words.inside.get(whole[i : i + KEY], ()):
                if not whole.startswith(word, i):
                    continue
                left, right = whole[:i], whole[i + len(word) :]
                if len(whole) > _LONG or everyday(left, right):
                    yield index, "glued to other words", token.start, token.end
                elif words.whole(left + right) is not None:
                    yield index, "nested", token.start, token.end


_MATCHERS: tuple[Callable[[WordList, str, Sequence[Token]], Iterator[Found]], ...] = (
    _whole,
    _phrase,
    _apart,
    _masked,
    _inside,
)


def find(words: WordList, readings: Iterable[Reading]) -> Hit | None:
    """The first hit of the block list in the readings of one text, or None."""
    for reading in readings:
        found = tokens(reading.text)
        for matcher in _MATCHERS:
            for index, how, start, end in matcher(words, reading.text, found):
                return Hit(index, how, reading.name, start, end)
    return None


def find_split(words: WordList, text: str, earlier: Sequence[str]) -> Hit | None:
    """A word that begins in an author's earlier messages and ends in this one, or None.

    Looks at the last `_TAIL` tokens before and the first `_HEAD` of this text; the span counts from
    the start of the text. Words of fewer than four letters come together by chance.
    """
    tail = [t.text for line in earlier[-_TAIL:] for t in tokens(fold(line))][-_TAIL:]
    head = tokens(fold(text))[:_HEAD]
    for before in range(1, len(tail) + 1):
        for after in range(1, len(head) + 1):
            joined = "".join([*tail[-before:], *(t.text for t in head[:after])])
            if len(joined) >= KEY and (index := words.whole(joined)) is not None:
                return Hit(index, "split over messages", "folded", 0, head[after - 1].end)
    return None
