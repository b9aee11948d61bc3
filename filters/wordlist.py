"""The block list, compiled: which spellings block, and which entry each comes from.

Does not know how a text is read (fold.py) nor how a reading is searched (words.py). An entry may
hold `*` wildcards, each for any characters or none, and may be several words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from filters.fold import fold
from filters.glue import compounds
from filters.inflect import inflections
from filters.tokens import stretched, tokens, unit, unstretched

_K = TypeVar("_K")
_V = TypeVar("_V")

KEY = 4
"""Letters by which entries are looked up inside a token; shorter ones are not looked for there."""
_LONGEST = 64
"""Letters of a token that are looked at when stretched letters are undone."""


@dataclass(frozen=True, slots=True)
class Wild:
    """An entry with wildcards, as the pieces between them."""

    index: int
    """Which entry of the list."""
    pieces: tuple[str, ...]
    """The literal pieces; an empty first or last one means that this end is open."""

    def matches(self, word: str) -> bool:
        """Whether the whole word fits; each `*` stands for any characters, also none."""
        first, *middle, last = self.pieces
        if len(word) < len(first) + len(last) or not word.startswith(first):
            return False
        at = len(first)
        for piece in middle:
            at = word.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        return word.endswith(last) and len(word) - len(last) >= at


@dataclass(frozen=True, slots=True)
class WordList:
    """A compiled block list. Made by `compile_words`; never changed."""

    listed: Mapping[str, int]
    """Each entry of one word, as listed."""
    forms: Mapping[str, int]
    """Each spelling that blocks as a whole token, with the entry it comes from."""
    inside: Mapping[str, tuple[tuple[str, int], ...]]
    """Entries that are looked for inside tokens, by their first letters."""
    shapes: Mapping[tuple[str, int], tuple[tuple[str, int], ...]]
    """Entries by first letter and length, for masked words."""
    anchored: Mapping[str, tuple[Wild, ...]]
    """Wildcard entries that begin with a literal, by its first letters."""
    floating: Mapping[str, tuple[Wild, ...]]
    """Wildcard entries that begin with `*`, by the first letters of their first literal."""
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
    """Entries of several words, by the first."""

    def whole(self, word: str) -> int | None:
        """The entry that a whole token stands for, stretched or repeated as it may be."""
        if (index := self.forms.get(word)) is not None:
            return index
        if len(piece := unit(word)) < len(word) and len(piece) > 2:
            return self.whole(piece)
        word = word[:_LONGEST]
        # A doubled letter is no sure sign: `assess` is not a stretched form of an inflection.
        known = self.forms if stretched(word) else self.listed
        return next((known[w] for w in unstretched(word) if w in known), None)

    def wild(self, word: str) -> int | None:
        """The wildcard entry that a whole token fits."""
        if not (self.anchored or self.floating):
            return None
        for size in range(1, KEY + 1):
            for entry in self.anchored.get(word[:size], ()):
                if entry.matches(word):
                    return entry.index
        if self.floating:
            keys = {word[i : i + size] for i in range(len(word)) for size in range(1, KEY + 1)}
            for key in keys & self.floating.keys():
                for entry in self.floating[key]:
                    if entry.matches(word):
                        return entry.index
        return None


def entries(text: str) -> list[str]:
    """The entries of a block list file: one a line; blank lines and `#` comments are skipped."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, tuple[_V, ...]]:
    groups: dict[_K, list[_V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}


def compile_words(words: Iterable[str]) -> WordList:
    """Compiles the entries of a block list.

    Raises:
        ValueError: an entry holds no letter or digit; it would block everything or nothing.
    """
    forms: dict[str, int] = {}
    plain: list[tuple[str, int]] = []
    wild: list[Wild] = []
    phrases: list[tuple[tuple[str, ...], int]] = []
    for index, word in enumerate(words):
        folded = fold(word)
        parts = tuple(token.text for token in tokens(folded))
        if not parts:
            raise ValueError(f"entry {index + 1} of the block list holds no letter or digit")
        if "*" in folded and " " not in folded:
            wild.append(Wild(index, tuple(folded.split("*"))))
        elif len(parts) > 1:
            phrases.append((parts, index))
            forms.setdefault("".join(parts), index)
        else:
            plain.append((parts[0], index))
            for form in inflections(parts[0]) | compounds(parts[0]):
                forms.setdefault(form, index)
    listed = dict(reversed(plain))
    return WordList(
        listed=listed,
        forms=forms | listed,
        inside=_grouped((w[:KEY], (w, i)) for w, i in plain if len(w) >= KEY),
        shapes=_grouped(((w[0], len(w)), (w, i)) for w, i in plain if len(w) >= KEY),
        anchored=_grouped((w.pieces[0][:KEY], w) for w in wild if w.pieces[0]),
        floating=_grouped((next(filter(None, w.pieces))[:KEY], w) for w in wild if not w.pieces[0]),
        phrases=_grouped((parts[0], (parts[1:], i)) for parts, i in phrases),
    )
