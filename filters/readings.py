"""The readings of a text: every way in which a viewer, or a voice, may take it.

Does not know any block list, nor what is done with a reading. A further way to read is one more
generator here: the matchers do not change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter

from filters import hidden, lookalikes, markup
from filters.charsets import Table
from filters.fold import LIMIT, clean, fold_cleaned
from filters.leet import drawn_letters, leet
from filters.translit import foreign, latin, likeliest

_CAMEL = re.compile(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z0-9])")
_CODE = re.compile(r":(?:regional_indicator_|letter_)?([a-z]):[\s\u200b]?", re.IGNORECASE)
# The name of an emoji that is a letter says nothing but the letter.
_LETTER_NAMED = re.compile(r":(?:regional_indicator_|letter_)([a-z]):", re.IGNORECASE)
_COLONS = Table(dict.fromkeys(map(ord, "\ufe13\ufe55\uff1a"), ":"))
# Vowel signs of Indic scripts are no letters to `\w`.
_FOREIGN = re.compile(r"(?:[^\W\d_]++|[\u0900-\u0fff]++)+")
_JAMO = re.compile("[\u1100-\u11ff\u3131-\u318e]+")
_LONG_VOWEL = re.compile(r"([aeiou])\1")
_FEW = 12
"""Words of other scripts up to which every way to sound them out is looked at."""
_TRANSLITERATIONS = 3
"""Ways to sound out a text in another script that are looked at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text."""

    name: str
    """Which way: stable, short, for reasons and the log."""
    text: str
    """The text read so: caseless, without marks on its letters. May hold jokers (leet.py)."""
    disguised: bool = False
    """Whether it undoes a disguise: who writes so gets less benefit of the doubt."""
    lettered: bool = False
    """Whether signs are read as letters in it: what looks like a word may be none."""
    sounded: bool = False
    """Whether it is sounded out from another script, and so only near to the word meant."""


_latin = lru_cache(maxsize=2048)(latin)
_heard: dict[str, str] = {}
"""What words of other scripts most likely sound like."""
_REMEMBERED = 8192
"""Words that are remembered at most; all are forgotten when there are more."""


def _likeliest(words: Set[str]) -> dict[str, tuple[str, ...]]:
    if len(_heard) >= _REMEMBERED:
        _heard.clear()
    if new := [word for word in words if word not in _heard]:
        _heard.update(likeliest(new))
    return {word: (_heard[word],) for word in words if _heard[word]}


def _leet(name: str, folded: str) -> Iterator[Reading]:
    read = leet(folded)
    if read != folded:
        yield Reading(f"{name}leet", read, disguised=True, lettered=True)
    drawn = drawn_letters(folded)
    if drawn != folded:
        yield Reading(f"{name}drawn letters", leet(drawn), disguised=True, lettered=True)


def _sounded(folded: str) -> Iterator[Reading]:
    """The text with words of other scripts in Latin letters as they sound."""
    if folded.isascii():
        return
    # Single jamo are a laugh or a nod, not a word.
    found = {word for word in _FOREIGN.findall(folded) if not word.isascii() and foreign(word)}
    if _JAMO.search(folded):
        found = {word for word in found if not _JAMO.fullmatch(word)}
    words = (
        {word: _latin(word, _TRANSLITERATIONS) for word in found}
        if len(found) <= _FEW
        else _likeliest(found)
    )
    for turn in range(max(map(len, words.values()), default=0)):
        ways = {word: ways[min(turn, len(ways) - 1)] for word, ways in words.items() if ways}
        read = _FOREIGN.sub(lambda m, ways=ways: ways.get(m[0], m[0]), folded)  # type: ignore[misc]
        read = _LONG_VOWEL.sub(itemgetter(1), read)
        yield Reading(f"as it sounds{f' {turn + 1}' if turn else ''}", read, sounded=True)


def _coded(cleaned: str) -> tuple[str, str]:
    """A text as it is read, and with the codes of letters as those."""
    if not cleaned.isascii():
        cleaned = _COLONS.replace(cleaned)
    read = _CODE.sub(r"\1", cleaned) if ":" in cleaned else cleaned
    if read != cleaned:
        cleaned = " ".join(_LETTER_NAMED.sub(r" \1 ", cleaned).split())
        # The codes are no letters of the plain reading, whatever is left of the text.
        return cleaned, read
    return cleaned, cleaned


def _seen(cleaned: str) -> Iterator[Reading]:
    """The text as the eye may take it."""
    cleaned, read = _coded(cleaned)
    folded = fold_cleaned(cleaned)
    yield Reading("folded", folded)
    if _CAMEL.search(cleaned):
        apart = fold_cleaned(_CAMEL.sub(" ", cleaned))
        yield Reading("words by capitals", apart)
        yield from _leet("words by capitals, ", apart)
    if not cleaned.isascii() and (bare := lookalikes.NO_LETTERS.replace(cleaned)) != cleaned:
        yield Reading("emoji out", fold_cleaned(bare), disguised=True)
    posed = lookalikes.capitals(cleaned)
    if posed != cleaned:
        yield Reading("look-alike capitals", fold_cleaned(posed), disguised=True)
        yield from _leet("look-alike capitals, ", fold_cleaned(posed))
    if read != cleaned:
        yield Reading("letter codes", fold_cleaned(read), disguised=True)
    yield from _leet("", folded)
    for alike in lookalikes.alike(folded):
        yield Reading("look-alike letters", alike, disguised=True)
        yield from _leet("look-alike letters, ", alike)


def _heard_from(cleaned: str) -> Iterator[Reading]:
    """The text as the ear may take it."""
    # Marks are letters of their own in other scripts: they must not be gone before.
    cleaned, _ = _coded(cleaned)
    yield from _sounded(unicodedata.normalize("NFKC", cleaned)[:LIMIT].casefold())


_Way = Callable[[str], Iterator[Reading]]


class _Texts:
    """What is read of a text: itself, and what markup in it hides."""

    def __init__(self, cleaned: str) -> None:
        self._cleaned = cleaned
        self._marked = hidden.holds_markup(cleaned)
        self._bare = markup.strip(cleaned, gap="") if self._marked else cleaned
        self.latin = cleaned.isascii() and not self._marked
        """Whether nothing in it is of another script."""

    def read(self, way: _Way) -> Iterator[Reading]:
        """The readings that are made in one way."""
        return self._read(way) if self._marked else way(self._cleaned)

    def _read(self, way: _Way) -> Iterator[Reading]:
        if self._bare == self._cleaned:
            yield from way(self._cleaned)
        else:
            # The signs and letters of markup itself are no disguise: one reading is enough.
            yield from islice(_seen(self._cleaned), 1 if way is _seen else 0)
            for reading in way(clean(self._bare)):
                yield _named("markup out", reading)
        for kind, said in hidden.said_by_markup(self._cleaned):
            for reading in way(clean(said)):
                yield _named(kind, reading)


class _Made:
    """Readings, each made when it is first looked at and known from then on."""

    def __init__(self, way: _Way, read: _Texts, texts: set[str]) -> None:
        """`texts` are those of other readings: equal ones are given once."""
        self._way, self._read, self._texts = way, read, texts
        self._to_come = read.read(way)
        self._made: list[Reading] = []

    def __iter__(self) -> Iterator[Reading]:
        at = 0
        while at < len(self._made) or self._make():
            yield self._made[at]
            at += 1

    def _make(self) -> bool:
        """Makes another one, if there is any."""
        try:
            for reading in self._to_come:
                if reading.text not in self._texts:
                    self._texts.add(reading.text)
                    self._made.append(reading)
                    return True
        except Exception:
            # What failed has to fail whenever it is asked for, not to look like the end.
            self._to_come = self._read.read(self._way)
            raise
        return False


class Readings:
    """The readings of a text, each made when it is first looked at: not all of them may be.

    For one thread.
    """

    def __init__(self, text: str) -> None:
        """Takes a text as it was typed, or as it is to be spoken."""
        read, texts = _Texts(clean(text)), set[str]()
        self.seen: Iterable[Reading] = _Made(_seen, read, texts)
        """Those in which it is not sounded out from another script."""
        self._sounded: Iterable[Reading] = () if read.latin else _Made(_heard_from, read, texts)

    def __iter__(self) -> Iterator[Reading]:
        return chain(self.seen, self._sounded)


# The rules about words and the streamer's patterns look at the same ones.
@lru_cache(maxsize=4)
def readings(text: str) -> Readings:
    """Every reading that may hold a word, the plain one first; equal readings are given once."""
    return Readings(text)


def _named(prefix: str, reading: Reading) -> Reading:
    return replace(reading, name=f"{prefix}, {reading.name}", disguised=True)
