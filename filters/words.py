"""Whether the readings of a text hold a word of the block list, and where.

Does not know how a text is read (fold.py) nor what becomes of a hit. Finds whole words and their
inflections, stretched, repeated, pulled apart, masked, nested and glued to everyday words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from filters.fold import Reading, fold
from filters.glue import everyday
from filters.tokens import joins, spans, tokens
from filters.wordlist import KEY, WordList

_MASKS = "*#_-"
_SIGNS = frozenset(_MASKS)
_MASKED = re.compile(r"[^\W_][\w*#-]{3,29}")
_LONG = 40
"""Letters from which no token is a word by itself: whatever is found inside counts."""
_TAIL = 5
_HEAD = 3
_LOOKED_UP = 150
"""Spellings that are looked up for one message at most. 500 ordinary characters of any language
need up to 50; more than 130 were seen only in lines made to keep a filter busy."""


class TooContrived(Exception):  # noqa: N818 - it says what the text is
    """A text has so many spellings that looking at all of them would hold others up."""


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


def _fits_mask(words: WordList, match: re.Match[str]) -> int | None:
    shape = match[0].rstrip(_MASKS) if match[0][-1] in "-_" else match[0]
    # Half a word is enough to know it by, less is a guess; who masks uses one sign for it.
    masked = [char for char in shape if char in _SIGNS]
    if len(set(masked)) != 1 or 2 * len(masked) > len(shape):
        return None
    return words.masked(shape, _MASKS)


class Search:
    """A search through readings that have most of their text in common.

    Whatever was looked at in one reading and held nothing is not looked at again in the next.
    Made for the readings of one message; grows with them.
    """

    def __init__(self, words: WordList) -> None:
        self._words = words
        self._whole: dict[str, int | None] = {}
        self._tokens_of: dict[str, list[str]] = {}
        self._looked_into: set[str] = set()
        self._neighbourhoods: set[tuple[str, ...]] = set()
        self._clear: set[str] = set()

    def find(self, readings: Iterable[Reading]) -> Hit | None:
        """The first hit in readings, or None. Raises TooContrived if it cannot be told in time."""
        for reading in readings:
            if reading.text not in self._clear:
                for index, how, start, end in self._hits(reading.text):
                    return Hit(index, how, reading.name, start, end)
                self._clear.add(reading.text)
        return None

    def _hits(self, text: str) -> Iterator[Found]:
        """What a reading holds and no earlier one held, in order of how sure it is."""
        found: list[str] = []
        at = 0
        for chunk in text.split(" "):
            known = self._tokens_of.get(chunk)
            if known is None:
                known = self._tokens_of[chunk] = tokens(chunk)
                if known and not (chunk in self._looked_into and len(known) == 1):
                    for index, how, start, end in self._in_chunk(chunk, known):
                        yield index, how, at + start, at + end
            found += known
            at += len(chunk) + 1
        for index, how, first, behind in (*self._phrases(found), *self._apart(found)):
            place = spans(text)
            yield index, how, place[first][0], place[behind - 1][1]

    def _whole_of(self, word: str) -> int | None:
        try:
            return self._whole[word]
        except KeyError:
            if len(self._whole) >= _LOOKED_UP:
                raise TooContrived from None
            index = self._whole[word] = self._words.whole(word)
            return index

    def _in_chunk(self, chunk: str, found: Sequence[str]) -> Iterator[Found]:
        """What a stretch without spaces holds."""
        for number, token in enumerate(found):
            if token not in self._looked_into:
                self._looked_into.add(token)
                for index, how in self._in_token(token):
                    yield index, how, *spans(chunk)[number]
        if len(found) > 1 and len(joined := "".join(found)) > 2:
            if (index_of_all := self._whole_of(joined)) is not None:
                place = spans(chunk)
                yield index_of_all, "pulled apart", place[0][0], place[-1][1]
        if chunk != found[0] and not _SIGNS.isdisjoint(chunk):
            for match in _MASKED.finditer(chunk):
                if (masked := _fits_mask(self._words, match)) is not None:
                    yield masked, "masked", *match.span()

    def _in_token(self, token: str) -> Iterator[tuple[int, str]]:
        if (index := self._whole_of(token)) is not None:
            yield index, "whole word"
        elif (index := self._words.wild(token)) is not None:
            yield index, "wildcard"
        inside = self._words.inside
        if len(token) < KEY:
            return
        for i in [i for i in range(len(token) - KEY + 1) if token[i : i + KEY] in inside]:
            for word, index in inside[token[i : i + KEY]]:
                if not token.startswith(word, i):
                    continue
                left, right = token[:i], token[i + len(word) :]
                if len(token) > _LONG or everyday(left, right):
                    yield index, "glued to other words"
                elif self._whole_of(left + right) is not None:
                    yield index, "nested"

    def _phrases(self, found: Sequence[str]) -> Iterator[Found]:
        phrases = self._words.phrases
        for i, token in enumerate(found) if phrases else ():
            for rest, index in phrases.get(token, ()):
                behind = i + 1 + len(rest)
                if tuple(found[i + 1 : behind]) == rest:
                    yield index, "phrase", i, behind

    def _apart(self, found: Sequence[str]) -> Iterator[Found]:
        for first, behind in joins(found, self._words.heads, self._neighbourhoods):
            joined = "".join(found[first:behind])
            if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                yield index, "pulled apart", first, behind


def find_split(words: WordList, text: str, earlier: Sequence[str]) -> Hit | None:
    """A word that begins in an author's earlier messages and ends in this one, or None.

    Looks at the last `_TAIL` tokens before and the first `_HEAD` of this text; the span counts from
    the start of the text. Words of fewer than four letters come together by chance.
    """
    tail = [token for line in earlier[-_TAIL:] for token in tokens(fold(line))[-_TAIL:]][-_TAIL:]
    folded = fold(text)
    head = tokens(folded)[:_HEAD]
    for before in range(1, len(tail) + 1):
        for after in range(1, len(head) + 1):
            joined = "".join([*tail[-before:], *head[:after]])
            if len(joined) >= KEY and (index := words.whole(joined)) is not None:
                return Hit(index, "split over messages", "folded", 0, spans(folded)[after - 1][1])
    return None
