"""Whether the readings of a text hold a word of the block list, and where.

Does not know how a text is read (readings.py) nor what becomes of a hit. Looks, in this order of
sureness: whole words and inflections, masked ones (masks.py), words inside others, phrases, words
pulled apart; then in what is no ordinary word (unknown.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from filters.apart import letters, without_fillers
from filters.fold import fold
from filters.inside import meant
from filters.leet import BRACKET, leet, spellings
from filters.masks import masked
from filters.message import Hit
from filters.ordinary import Ordinary, latin
from filters.readings import Reading
from filters.tokens import joins, shortened, spans, stretched, tokens
from filters.unknown import TooContrived, Unknown
from filters.wordlist import KEY, WordList

_LONG = 40
"""Letters from which no token is a word by itself: whatever is found inside counts."""
_TAIL = 5
_HEAD = 3
_LOOKED_UP = 200
"""Spellings that are looked up for one message at most; ordinary lines need up to 90."""

Found = tuple[int, str, int, int]
"""Entry, how it stands there, start, end."""


class Search:
    """A search through readings that have most of their text in common.

    Whatever was looked at in one reading and held nothing is not looked at again in the next.
    Made for the readings of one message; grows with them.
    """

    def __init__(self, words: WordList, *, wary: bool = False) -> None:
        self._words = words
        self._unknown = Unknown(words, Ordinary(words), wary=wary)
        self._whole: dict[str, int | None] = {}
        self._tokens_of: dict[str, list[str]] = {}
        self._looked_into: set[str] = set()
        self._neighbourhoods: set[tuple[str, ...]] = set()
        self._clear: set[str] = set()

    def find(self, readings: Iterable[Reading]) -> Hit | None:
        """The first hit in readings, or None. Raises TooContrived if it cannot be told in time."""
        for reading in readings:
            if reading.text not in self._clear:
                for found in self._hits(reading):
                    return self._hit(found, reading.name, reading.text)
                self._clear.add(reading.text)
        return None

    def _hit(self, found: Found, reading: str, text: str) -> Hit:
        index, how, start, end = found
        entry = self._words.entries[index]
        return Hit(entry.name, entry.tier, how, reading, text, start, end)

    def _hits(self, reading: Reading) -> Iterator[Found]:
        """What a reading holds and no earlier one held, in order of how sure it is."""
        found: list[str] = []
        fresh: list[tuple[str, int]] = []
        at = 0
        for chunk in reading.text.split(" "):
            known = self._tokens_of.get(chunk)
            if known is None:
                known = self._tokens_of[chunk] = tokens(chunk)
                if known:
                    fresh.append((chunk, at))
                    for index, how, start, end in self._in_chunk(chunk, known):
                        yield index, how, at + start, at + end
            found += known
            at += len(chunk) + 1
        for index, how, first, behind in (*self._phrases(found), *self._apart(found)):
            place = spans(reading.text)
            yield index, how, place[first][0], place[behind - 1][1]
        if self._words.dictionary is not None:
            yield from self._doubtful(reading, found, fresh)

    def _opened(self, index: int | None, spelling: str) -> int | None:
        return None if index is None or self._words.opened(index, spelling) else index

    def _whole_of(self, word: str) -> int | None:
        try:
            return self._whole[word]
        except KeyError:
            if len(self._whole) >= _LOOKED_UP:
                raise TooContrived from None
            index = self._whole[word] = self._opened(self._words.whole(word), word)
            return index

    def _in_chunk(self, chunk: str, found: Sequence[str]) -> Iterator[Found]:
        """What a stretch without spaces holds."""
        for number, token in enumerate(found):
            if token not in self._looked_into:
                self._looked_into.add(token)
                for index, how in self._in_token(token):
                    yield index, how, *spans(chunk)[number]
        if len(found) > 1 and len(joined := "".join(found)) > 2:
            for spelling in spellings(joined):
                if (index_of_all := self._whole_of(spelling)) is not None:
                    place = spans(chunk)
                    yield index_of_all, "pulled apart", place[0][0], place[-1][1]
        if chunk != found[0]:
            for index, start, end in masked(self._words, chunk, self._inside):
                yield index, "masked", start, end

    def _in_token(self, token: str) -> Iterator[tuple[int, str]]:
        ways = spellings(token)
        if token[0] == BRACKET and len(token) < KEY:
            ways = ways[-1:]
        for word in ways:
            if (index := self._whole_of(word)) is not None:
                yield index, "whole word"
            elif (index := self._opened(self._words.wild(word), word)) is not None:
                yield index, "wildcard"
        for word in ways:
            for index in self._inside(word):
                yield index, "inside another word"

    def _inside(self, token: str) -> Iterator[int]:
        inside = self._words.inside
        if len(token) <= KEY:
            return
        squeezed = shortened(token) if stretched(token) else token
        for i in [i for i in range(len(squeezed) - KEY + 1) if squeezed[i : i + KEY] in inside]:
            for word, index in inside[squeezed[i : i + KEY]]:
                if not squeezed.startswith(word, i) or self._words.opened(index, token):
                    continue
                end = i + len(word)
                if len(token) > _LONG or meant(squeezed, i, end, self._words):
                    yield index
                elif self._whole_of(squeezed[:i] + squeezed[end:]) is not None:
                    yield index

    def _phrases(self, found: Sequence[str]) -> Iterator[Found]:
        phrases = self._words.phrases
        for i, token in enumerate(found) if phrases else ():
            for rest, index in phrases.get(token, ()):
                behind = i + 1 + len(rest)
                if found[i + 1 : i + 2] == [rest[0]] and tuple(found[i + 1 : behind]) == rest:
                    if self._opened(index, "".join(found[i:behind])) is not None:
                        yield index, "phrase", i, behind

    def _apart(self, found: Sequence[str]) -> Iterator[Found]:
        for first, behind in joins(found, self._words.heads, self._neighbourhoods):
            joined = "".join(found[first:behind])
            if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                yield index, "pulled apart", first, behind
        for first, behind, word in letters(found):
            index = self._words.forms.get(word) if len(word) > 2 else None
            if index is not None and self._opened(index, word) is not None:
                yield index, "told letter by letter", first, behind
        rest = without_fillers(found)
        if rest is not None:
            again = [found[i] for i in rest]
            for first, behind in joins(again, self._words.heads, self._neighbourhoods):
                joined = "".join(again[first:behind])
                if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                    yield index, "pulled apart by fillers", rest[first], rest[behind - 1] + 1

    def _doubtful(
        self, reading: Reading, found: Sequence[str], fresh: Sequence[tuple[str, int]]
    ) -> Iterator[Found]:
        """Slips and sounds."""
        ear = self._unknown.ear(reading, found)
        for chunk, at in fresh:
            for number, token in enumerate(self._tokens_of[chunk]):
                for index, how in self._unknown.alone(token, ear):
                    start, end = spans(chunk)[number]
                    yield index, how, at + start, at + end
        for index, first, behind in self._unknown.together(found, ear):
            place = spans(reading.text)
            yield index, "sounds like it, pulled apart", place[first][0], place[behind - 1][1]

    def find_split(self, text: str, earlier: Sequence[str]) -> Hit | None:
        """A word that begins in an author's earlier messages and ends in this one, or None.

        Looks at the last `_TAIL` tokens before and the first `_HEAD` of this text; the span counts
        from the start of the text. Words of fewer than four letters come together by chance.
        """
        tail = [t for line in earlier[-_TAIL:] for t in tokens(leet(fold(line)))[-_TAIL:]][-_TAIL:]
        folded = leet(fold(text))
        head = tokens(folded)[:_HEAD]
        for before in range(1, len(tail) + 1):
            for after in range(1, len(head) + 1):
                pieces = [spellings(t)[0] for t in (*tail[-before:], *head[:after])]
                joined = "".join(pieces)
                if not KEY <= len(joined) <= 24:
                    continue
                index = self._opened(self._words.whole(joined), joined)
                if index is None and latin(joined):
                    index = self._unknown.split(pieces, joined)
                if index is not None:
                    end = spans(folded)[after - 1][1]
                    return self._hit((index, "split over messages", 0, end), "folded", folded)
        return None
