"""Whether the readings of a text hold a word of the block list, and where.

Does not know how a text is read (readings.py) nor what becomes of a hit. Looks, in this order of
sureness: in each stretch without spaces (stretches.py), then over several of them phrases and words
pulled apart, then in what is no ordinary word (unknown.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from filters.apart import CONTRACTED, letters, without_fillers
from filters.fold import fold
from filters.leet import leet, spellings
from filters.message import Hit
from filters.ordinary import Ordinary, latin
from filters.readings import Reading
from filters.stretches import LOOKED_UP, Found, Stretches, TooContrived
from filters.tokens import joins, letter_runs, spans, starts, tokens
from filters.unknown import Ear, Unknown
from filters.wordlist import KEY, WordList

_SPELLED_OUT = 9
"""Single letters in a row up to which they may sound like a word; more are a sentence."""
_TAIL = 5
_HEAD = 3


@lru_cache(maxsize=4)
def _memory(words: WordList) -> tuple[Stretches, Ordinary]:
    """What was looked up in a block list before: that of a message stays the same in the next."""
    return Stretches(words), Ordinary(words)


class Search:
    """A search through readings that have most of their text in common.

    Whatever was looked at in one reading and held nothing is not looked at again in the next.
    Made for the readings of one message; grows with them.
    """

    def __init__(self, words: WordList, *, wary: bool = False) -> None:
        self._words = words
        self._stretches, self._ordinary = _memory(words)
        self._unknown = Unknown(words, self._ordinary, wary=wary)
        self._looked_at: set[str] = set()
        self._looked_up = 0
        self._whole: dict[str, int | None] = {}
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
            stretch = self._stretches.of(chunk)
            if stretch.tokens and chunk not in self._looked_at:
                self._looked_at.add(chunk)
                self._take(stretch.looked_up)
                fresh.append((chunk, at))
                for index, how, start, end in stretch.found:
                    yield index, how, at + start, at + end
            found += stretch.tokens
            at += len(chunk) + 1
        firsts = starts(found, self._neighbourhoods)
        for index, how, first, behind in (
            *self._phrases(found),
            *self._apart(found, firsts),
            *self._runs(found),
        ):
            place = spans(reading.text)
            yield index, how, place[first][0], place[behind - 1][1]
        if self._words.dictionary is not None:
            yield from self._doubtful(reading, found, firsts, fresh)

    def _opened(self, index: int | None, spelling: str) -> int | None:
        return None if index is None or self._words.opened(index, spelling) else index

    def _take(self, looked_up: int) -> None:
        self._looked_up += looked_up
        if self._looked_up > LOOKED_UP:
            raise TooContrived from None

    def _whole_of(self, word: str) -> int | None:
        try:
            return self._whole[word]
        except KeyError:
            self._take(1)
            index = self._whole[word] = self._opened(self._words.whole(word), word)
            return index

    def _phrases(self, found: Sequence[str]) -> Iterator[Found]:
        phrases = self._words.phrases
        for i, token in enumerate(found) if not phrases.keys().isdisjoint(found) else ():
            for rest, index in phrases.get(token, ()):
                behind = i + 1 + len(rest)
                if found[i + 1 : i + 2] == [rest[0]] and tuple(found[i + 1 : behind]) == rest:
                    if self._opened(index, "".join(found[i:behind])) is not None:
                        yield index, "phrase", i, behind

    def _runs(self, found: Sequence[str]) -> Iterator[Found]:
        """What single letters in a row hold: a sentence may be spelled out so as well as a word."""
        for first, behind in letter_runs(found):
            if behind - first > KEY:
                for index, *_ in self._stretches.of("".join(found[first:behind])).found:
                    yield index, "pulled apart", first, behind

    def _apart(self, found: Sequence[str], firsts: Sequence[int]) -> Iterator[Found]:
        for first, behind in joins(found, self._words.heads, firsts):
            joined = "".join(found[first:behind])
            if joined in CONTRACTED and behind - first == 2 and behind < len(found):
                continue
            for spelling in spellings(joined) if len(joined) > 2 else ():
                if (index := self._whole_of(spelling)) is not None:
                    yield index, "pulled apart", first, behind
        for first, behind, word in letters(found):
            index = self._words.forms.get(word) if len(word) > 2 else None
            if index is not None and self._opened(index, word) is not None:
                yield index, "told letter by letter", first, behind
        rest = without_fillers(found)
        if rest is not None:
            again = [found[i] for i in rest]
            fresh = starts(again, self._neighbourhoods)
            for first, behind in joins(again, self._words.heads, fresh):
                joined = "".join(again[first:behind])
                if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                    yield index, "pulled apart by fillers", rest[first], rest[behind - 1] + 1

    def _doubtful(
        self,
        reading: Reading,
        found: Sequence[str],
        firsts: Sequence[int],
        fresh: Sequence[tuple[str, int]],
    ) -> Iterator[Found]:
        """Slips and sounds."""
        ear = self._unknown.ear(reading, found)
        for chunk, at in fresh:
            for number, token in enumerate(self._stretches.of(chunk).tokens):
                for index, how in self._unknown.alone(token, ear):
                    start, end = spans(chunk)[number]
                    yield index, how, at + start, at + end
        for index, first, behind in self._unknown.together(found, firsts, ear):
            place = spans(reading.text)
            yield index, "sounds like it, pulled apart", place[first][0], place[behind - 1][1]
        for index, how, first, behind in self._spelled_out(found, ear):
            place = spans(reading.text)
            yield index, f"{how}, pulled apart", place[first][0], place[behind - 1][1]

    def _spelled_out(self, found: Sequence[str], ear: Ear) -> Iterator[Found]:
        """Slips and sounds in single letters: `k r a p`."""
        known = 0
        for first, behind in letter_runs(found):
            joined = "".join(found[first:behind])
            if behind <= known or not KEY <= len(joined) <= _SPELLED_OUT:
                continue
            # `p i z z a` is a word: what is left of it without its last letter is none.
            if self._ordinary.knows(joined):
                known = behind
            for index, how in self._unknown.alone(joined, ear):
                yield index, how, first, behind

    def find_split(self, text: str, earlier: Sequence[str]) -> Hit | None:
        """A word that begins in an author's earlier messages and ends in this one, or None.

        Looks at the last `_TAIL` tokens before and the first `_HEAD` of this text; the hit's text
        has the earlier ones in front, so that the whole word stands in it. Words of fewer than four
        letters come together by chance.
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
                    front = " ".join(tail[-before:]) + " "
                    end = len(front) + spans(folded)[after - 1][1]
                    found = (index, "split over messages", 0, end)
                    return self._hit(found, "with the lines before", front + folded)
        return None
