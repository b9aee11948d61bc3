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
from filters.tokens import HEAD, doubled, heads, runs, squeezed, stands_for, stretched, tokens, unit

_K = TypeVar("_K")
_V = TypeVar("_V")

KEY = 4
"""Letters by which entries are looked up inside a token; shorter ones are not looked for there."""
_LONGEST = 64
"""Letters of a token that are looked at when stretched letters are undone."""
_DOUBLED = 5
"""Letters from which a word with one doubled letter may be a stretched one."""


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
    shapes: Mapping[tuple[int, int, str], frozenset[int]]
    """Entries by length, place and the letter there, for masked words."""
    anchored: Mapping[str, tuple[Wild, ...]]
    """Wildcard entries that begin with a literal, by its first letters."""
    sizes: tuple[int, ...]
    """How many letters the keys of `anchored` have."""
    floating: Mapping[str, tuple[Wild, ...]]
    """Wildcard entries that begin with `*`, by the first letters of their first literal."""
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
    """Entries of several words, by the first."""
    squeezed: Mapping[str, tuple[str, ...]]
    """The forms with a doubled letter, by what they are squeezed."""
    heads: frozenset[str]
    """How whatever `whole` finds in other than a listed spelling begins."""

    def whole(self, word: str) -> int | None:
        """The entry that a whole token stands for, stretched or repeated as it may be."""
        if (index := self.forms.get(word)) is not None:
            return index
        if word[:HEAD] not in self.heads:
            return None
        if len(piece := unit(word)) < len(word) and len(piece) > 2:
            return self.whole(piece)
        if not doubled(word := word[:_LONGEST]):
            return None
        plain = squeezed(word)
        # One doubled letter is ordinary spelling (`good`) in a short word, and in a longer one
        # no sure sign: `assess` is not a stretched form of an inflection.
        sure = stretched(word)
        if not sure and len(word) < _DOUBLED:
            return None
        known = self.forms if sure else self.listed
        for spelling in (plain, *self.squeezed.get(plain, ())):
            if spelling in known and stands_for(word, spelling):
                return known[spelling]
        return None

    def wild(self, word: str) -> int | None:
        """The wildcard entry that a whole token fits."""
        for size in self.sizes:
            for entry in self.anchored.get(word[:size], ()):
                if entry.matches(word):
                    return entry.index
        for key, entries_of_key in self.floating.items():
            if key in word:
                for entry in entries_of_key:
                    if entry.matches(word):
                        return entry.index
        return None

    def masked(self, shape: str, masks: str) -> int | None:
        """The entry that a word with some letters masked may stand for."""
        known: frozenset[int] | None = None
        for at, letter in enumerate(shape):
            if letter not in masks:
                fits = self.shapes.get((len(shape), at, letter), frozenset())
                known = fits if known is None else known & fits
                if not known:
                    return None
        return min(known) if known else None


def entries(text: str) -> list[str]:
    """The entries of a block list file: one a line; blank lines and `#` comments are skipped."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, tuple[_V, ...]]:
    groups: dict[_K, list[_V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _check_wild(index: int, folded: str) -> None:
    if signs := {char for char in folded if char != "*" and not tokens(char)}:
        sign = "a space" if " " in signs else min(signs)
        raise ValueError(
            f"entry {index + 1} of the block list, {folded!r}, would never match: "
            f"an entry with * is one word of letters and digits, without {sign}"
        )


def compile_words(words: Iterable[str]) -> WordList:
    """Compiles the entries of a block list.

    Raises:
        ValueError: an entry holds no letter or digit (it would block everything or nothing), or
            `*` beside a space or a sign (it could never match: it is held against single tokens).
    """
    forms: dict[str, int] = {}
    plain: list[tuple[str, int]] = []
    wild: list[Wild] = []
    phrases: list[tuple[tuple[str, ...], int]] = []
    for index, word in enumerate(words):
        folded = fold(word)
        parts = tuple(tokens(folded))
        if not parts:
            raise ValueError(f"entry {index + 1} of the block list holds no letter or digit")
        if "*" in folded:
            _check_wild(index, folded)
            wild.append(Wild(index, tuple(folded.split("*"))))
        elif len(parts) > 1:
            phrases.append((parts, index))
            forms.setdefault("".join(parts), index)
        else:
            plain.append((parts[0], index))
            for form in inflections(parts[0]) | compounds(parts[0]):
                forms.setdefault(form, index)
    listed = dict(reversed(plain))
    forms |= listed
    anchored = _grouped((w.pieces[0][:KEY], w) for w in wild if w.pieces[0])
    shapes = _grouped(
        ((len(w), at, letter), i)
        for w, i in plain if len(w) >= KEY for at, letter in enumerate(w)
    )  # fmt: skip
    unsqueezed = sorted(filter(doubled, forms), key=runs)
    return WordList(
        listed=listed,
        forms=forms,
        inside=_grouped((w[:KEY], (w, i)) for w, i in plain if len(w) >= KEY),
        shapes={key: frozenset(group) for key, group in shapes.items()},
        anchored=anchored,
        sizes=tuple(sorted(set(map(len, anchored)))),
        floating=_grouped((next(filter(None, w.pieces))[:KEY], w) for w in wild if not w.pieces[0]),
        phrases=_grouped((parts[0], (parts[1:], i)) for parts, i in phrases),
        squeezed=_grouped((squeezed(form), form) for form in unsqueezed),
        heads=heads(forms),
    )
