"""Whether the readings of a text hold a word of the block list, and where.

Does not know how a text is read (readings.py) nor what becomes of a hit. Looks, in this order of
sureness: in each stretch without spaces (stretches.py), then over several of them phrases and words
pulled apart, then in what is no ordinary word (unknown.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase
from typing import NamedTuple

from filters.apart import CONTRACTED, letters, without_fillers
from filters.effort import LOOK_UP, NEIGHBOURS, Effort
from filters.fold import fold
from filters.leet import JOKERS, leet, spellings
from filters.message import Hit
from filters.ordinary import Ordinary, latin
from filters.readings import Reading
from filters.stretches import Found, Stretches
from filters.tokens import joins, letter_runs, spans, starts, tokens
from filters.unknown import Ear, Unknown
from filters.wordlist import KEY, WordList

_SPELLED_OUT = 9
"""Single letters in a row up to which they may sound like a word; more are a sentence."""
_TAIL = 5
_HEAD = 3
_Run = tuple[int, int]
"""Neighbouring tokens: the first of them and the one behind."""


@lru_cache(maxsize=4)
def _memory(words: WordList) -> tuple[Stretches, Ordinary, re.Pattern[str]]:
    """What was looked up in a block list before: that of a message stays the same in the next.

    With a pattern of the letters of which a reading must hold one, or nothing is in it: those of
    the list, those that have a sound, and jokers.
    """
    letters = sorted({*words.letters, *ascii_lowercase, *JOKERS})
    return Stretches(words), Ordinary(words), re.compile(f"[{re.escape(''.join(letters))}]")


class _Fresh(NamedTuple):
    chunk: str
    at: int
    tokens: Sequence[str]
    first: int
    """Which token of the reading the first one is."""


@dataclass(slots=True)
class _View:
    """A reading on its way through the looks, each of which leaves something to the next."""

    reading: Reading
    """The reading."""
    found: list[str] = field(default_factory=list)
    """Its tokens."""
    fresh: list[_Fresh] = field(default_factory=list)
    """Its stretches that stand in no earlier reading."""
    firsts: Sequence[int] = ()
    """The tokens from which to look on: what follows them there stands in no earlier reading."""
    runs: Sequence[_Run] = ()
    """Its runs of single letters."""
    looked_at: bool = False
    """Whether its text begins a reading that was looked at in every way but by ear."""


@dataclass(slots=True)
class _Seen:
    """What was in the readings before."""

    chunks: set[str] = field(default_factory=set)
    """Stretches."""
    neighbourhoods: set[tuple[str, ...]] = field(default_factory=set)
    """Tokens with those around."""


class Search:
    """A search through readings that have most of their text in common.

    Whatever was looked at in one reading and held nothing is not looked at again in the next.
    Made for the readings of one message; grows with them.
    """

    def __init__(self, words: WordList, *, wary: bool = False) -> None:
        self._words = words
        self._stretches, self._ordinary, self._telling = _memory(words)
        self._effort = Effort()
        self._unknown = Unknown(words, self._ordinary, self._effort, wary=wary)
        self._seen = _Seen()
        self._listened: _Seen | None = None
        self._whole: dict[str, int | None] = {}
        # Without fillers less is looked for: they are not known by the same windows.
        self._unfilled: set[tuple[str, ...]] = set()
        self._clear: set[str] = set()

    def find(self, readings: Iterable[Reading]) -> Hit | None:
        """The surest hit in the readings of a text, of equally sure ones in the plainest, or None.

        Raises TooContrived if it cannot be told in time.
        """
        return self._find(readings)

    def find_long(
        self, seen: Iterable[Reading], heard: Callable[[], Iterable[Reading]]
    ) -> Hit | None:
        """The same in a text of which only a part is heard.

        Sounds and slips count in that part alone; what can be seen counts in all of the text.

        Args:
            seen: the readings of the whole text that are not sounded out.
            heard: gives every reading of the part, when nothing was found in those. It is where
                the text begins.

        Raises TooContrived as `find` does.
        """
        views: list[_View] = []
        hit = self._sure(seen, views)
        if hit is None:
            # From now on what was looked at is not what was listened to.
            self._listened = self._listened or _Seen()
            hit = self._find(heard(), [view.reading.text for view in views])
        return hit

    def _find(self, readings: Iterable[Reading], looked_at: Sequence[str] = ()) -> Hit | None:
        views: list[_View] = []
        hit = self._sure(readings, views, looked_at) or self._each(self._doubtful, views)
        if hit is None:
            self._clear.update(view.reading.text for view in views)
        return hit

    def _sure(
        self, readings: Iterable[Reading], views: list[_View], looked_at: Sequence[str] = ()
    ) -> Hit | None:
        """What neither slips nor sounds; takes the readings in.

        What begins one of the texts `looked_at` has been looked at so.
        """
        for number, reading in enumerate(readings):
            if not number:
                self._effort.allow(len(reading.text))
            if not (reading.text.isascii() or self._telling.search(reading.text)):
                continue
            views.append(view := _View(reading))
            if looked_at:
                view.looked_at = any(text.startswith(reading.text) for text in looked_at)
            if (hit := self._first(self._in_stretches, view)) is not None:
                return hit
        # What takes longest comes last: most of what is too contrived is known to be so before.
        return self._each(self._across, views)

    def _each(self, look: Callable[[_View], Iterator[Found]], views: list[_View]) -> Hit | None:
        for view in views:
            if (hit := self._first(look, view)) is not None:
                return hit
        return None

    def _first(self, look: Callable[[_View], Iterator[Found]], view: _View) -> Hit | None:
        if view.reading.text not in self._clear:
            self._effort.disguised(view.reading.disguised)
            for found in look(view):
                return self._hit(found, view.reading.name, view.reading.text)
        return None

    def _hit(self, found: Found, reading: str, text: str) -> Hit:
        index, how, start, end = found
        entry = self._words.entries[index]
        return Hit(entry.name, entry.tier, how, reading, text, start, end)

    def _in_stretches(self, view: _View) -> Iterator[Found]:
        """What stretches without spaces hold that stand in no earlier reading."""
        if view.looked_at:
            return
        if view.reading.disguised:
            self._effort.read(len(view.reading.text))
        at, seen = 0, self._seen.chunks
        for chunk in view.reading.text.split(" "):
            stretch = self._stretches.of(chunk)
            if stretch.tokens and chunk not in seen:
                seen.add(chunk)
                view.fresh.append(_Fresh(chunk, at, stretch.tokens, len(view.found)))
                for index, how, start, end in stretch.found:
                    yield index, how, at + start, at + end
                self._effort.take(LOOK_UP * stretch.looked_up)
            view.found += stretch.tokens
            at += len(chunk) + 1

    def _across(self, view: _View) -> Iterator[Found]:
        """What several tokens are together that have other neighbours in every earlier reading."""
        if view.looked_at:
            return
        found = view.found
        view.firsts = firsts = starts(found, self._seen.neighbourhoods)
        if not firsts:
            return
        self._effort.take(NEIGHBOURS * len(firsts))
        view.runs = runs = list(letter_runs(found))
        for index, how, first, behind in (
            *self._phrases(found),
            *self._apart(found, firsts, runs),
            *self._runs(found, runs),
        ):
            place = spans(view.reading.text)
            yield index, how, place[first][0], place[behind - 1][1]

    def _opened(self, index: int | None, spelling: str) -> int | None:
        return None if index is None or self._words.opened(index, spelling) else index

    def _whole_of(self, word: str) -> int | None:
        if word not in self._whole:
            self._effort.take(LOOK_UP)
            self._whole[word] = self._opened(self._words.whole(word), word)
        return self._whole[word]

    def _phrases(self, found: Sequence[str]) -> Iterator[Found]:
        phrases = self._words.phrases
        pairs = list(pairwise(found))
        for i, pair in enumerate(pairs) if not phrases.keys().isdisjoint(pairs) else ():
            for rest, index in phrases.get(pair, ()):
                behind = i + 2 + len(rest)
                if tuple(found[i + 2 : behind]) == rest:
                    if self._opened(index, "".join(found[i:behind])) is not None:
                        yield index, "phrase", i, behind

    def _runs(self, found: Sequence[str], runs: Iterable[_Run]) -> Iterator[Found]:
        """What single letters in a row hold: a sentence may be spelled out so as well as a word."""
        for first, behind in runs:
            if behind - first > KEY:
                for index, *_ in self._stretches.of("".join(found[first:behind])).found:
                    yield index, "pulled apart", first, behind

    def _apart(
        self, found: Sequence[str], firsts: Sequence[int], runs: Iterable[_Run]
    ) -> Iterator[Found]:
        for first, behind in (*runs, *joins(found, self._words.heads, firsts)):
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
            fresh = starts(again, self._unfilled)
            self._effort.take(NEIGHBOURS * len(fresh))
            for first, behind in (*letter_runs(again), *joins(again, self._words.heads, fresh)):
                joined = "".join(again[first:behind])
                if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                    yield index, "pulled apart by fillers", rest[first], rest[behind - 1] + 1

    def _doubtful(self, view: _View) -> Iterator[Found]:
        """Slips and sounds in what is new to a reading."""
        if self._words.dictionary is None:
            return
        if self._listened is not None:
            self._not_listened_to(view, self._listened)
        if not view.firsts:
            return
        reading, kinds = view.reading, self._ordinary.kinds(view.found)
        ear = self._unknown.ear(reading, kinds)
        for chunk, at, held, first in view.fresh:
            for number, token in enumerate(held):
                kind = kinds[first + number]
                for index, how in self._unknown.alone(token, kind, ear) if kind.strange else ():
                    start, end = spans(chunk)[number]
                    yield index, how, at + start, at + end
        for index, first, behind in self._unknown.together(kinds, view.firsts, ear):
            place = spans(reading.text)
            yield index, "sounds like it, pulled apart", place[first][0], place[behind - 1][1]
        for index, how, first, behind in self._spelled_out(view.found, view.runs, ear):
            place = spans(reading.text)
            yield index, f"{how}, pulled apart", place[first][0], place[behind - 1][1]

    def _not_listened_to(self, view: _View, listened: _Seen) -> None:
        """Has a view hold what was not listened to, which may have been looked at."""
        view.found, view.fresh, at = [], [], 0
        for chunk in view.reading.text.split(" "):
            held = self._stretches.of(chunk).tokens
            if held and chunk not in listened.chunks:
                listened.chunks.add(chunk)
                view.fresh.append(_Fresh(chunk, at, held, len(view.found)))
            view.found += held
            at += len(chunk) + 1
        view.firsts = starts(view.found, listened.neighbourhoods)
        view.runs = list(letter_runs(view.found)) if view.firsts else ()

    def _spelled_out(self, found: Sequence[str], runs: Iterable[_Run], ear: Ear) -> Iterator[Found]:
        """Slips and sounds in single letters: `k r a p`."""
        known = 0
        for first, behind in runs:
            joined = "".join(found[first:behind])
            if behind <= known or not KEY <= len(joined) <= _SPELLED_OUT:
                continue
            # `p i z z a` is a word: what is left of it without its last letter is none.
            if self._ordinary.knows(joined):
                known = behind
            for index, how in self._unknown.alone(joined, self._ordinary.kind(joined), ear):
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
