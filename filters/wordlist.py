"""The block list, compiled: which spellings block, and which entry each comes from.

Does not know how a text is read (fold.py) nor how a reading is searched (words.py). An entry may
hold `*` wildcards, each for any characters or none, and may be several words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from filters.dictionary import Dictionary
from filters.fold import fold
from filters.glue import compounds
from filters.heard import Sounds, compile_sounds
from filters.inflect import inflections
from filters.message import Tier
from filters.tokens import (
    HEAD,
    doubled,
    heads,
    runs,
    shortened,
    squeezed,
    stands_for,
    stretched,
    tokens,
    unit,
)
from filters.typos import Typos, compile_typos

_K = TypeVar("_K")
_V = TypeVar("_V")

KEY = 4
"""Letters by which entries are looked up inside a token; shorter ones are not looked for there."""
_LONGEST = 64
"""Letters of a token that are looked at when stretched letters are undone."""
_DOUBLED = 5
"""Letters from which a word with one doubled letter may be a stretched one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a block list."""

    text: str
    """The word, the words of a phrase, or a word with `*` wildcards."""
    tier: Tier = Tier.STRICT
    """How bad it is."""
    name: str = ""
    """What it is called where the word itself must not be shown; empty: `entry N`."""
    loose: float = 1.0
    """How much of the usual tolerance what nearly sounds so has.

    0: only the exact sound counts, and no misspelling."""


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


@dataclass(frozen=True, slots=True, eq=False)
class WordList:
    """A compiled block list. Made by `compile_words`; never changed."""

    entries: tuple[Entry, ...]
    """What was compiled, each with a name."""
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
    phrases: Mapping[tuple[str, str], tuple[tuple[tuple[str, ...], int], ...]]
    """Entries of several words, by the first two: the others, and the entry."""
    squeezed: Mapping[str, tuple[str, ...]]
    """The forms with a doubled letter, by what they are squeezed."""
    letters: frozenset[str]
    """The letters and digits of the entries in all their forms."""
    heads: frozenset[str]
    """How whatever `whole` finds in other than a listed spelling begins."""
    sounds: Sounds
    """How the single words sound; those of tier mild are left out."""
    typos: Typos
    """The slips of the single words; those of tier mild are left out."""
    allowed: frozenset[str]
    """What only an entry of tier never blocks; the words of a phrase written together."""
    dictionary: Dictionary | None
    """What tells an ordinary word from a disguise; None: every word is taken for ordinary."""

    def opened(self, index: int, spelling: str) -> bool:
        """Whether the allow-list lets a spelling pass that this entry would block."""
        return spelling in self.allowed and self.entries[index].tier is not Tier.NEVER

    def strange_to(self, token: str) -> bool:
        """Whether nothing of the list can be in a token, whole, wild or inside: a quick first look.

        What it lets through may still be nothing.
        """
        if self.letters.isdisjoint(token):
            return True
        if token[:HEAD] in self.heads or token in self.forms:
            return False
        for size in self.sizes:
            if token[:size] in self.anchored:
                return False
        if self.floating and any(key in token for key in self.floating):
            return False
        size = len(token)
        if size <= KEY:
            return True
        # A letter that stands three times hides what is inside; then two are there again at least.
        if len(set(token)) <= size - 2 and stretched(token):
            return False
        return self.inside.keys().isdisjoint([token[i : i + KEY] for i in range(size - KEY + 1)])

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
            if spelling in known and self._stands_for(word, spelling, sure):
                return known[spelling]
        return None

    def _stands_for(self, word: str, spelling: str, sure: bool) -> bool:
        if self.dictionary is None or not sure:
            return stands_for(word, spelling)
        # `goood` is `good`, whatever else it could be shortened to.
        ordinary = shortened(word)
        return ordinary == spelling or not self.dictionary.known(ordinary)

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


def compile_words(
    words: Iterable[Entry | str],
    *,
    allowed: Iterable[str] = (),
    dictionary: Dictionary | None = None,
) -> WordList:
    """Compiles the entries of a block list.

    Args:
        words: the entries; a text alone is one of tier strict.
        allowed: words that no entry but one of tier never blocks.
        dictionary: what tells a word from a disguise.

    Raises:
        ValueError: an entry holds no letter or digit (it would block everything or nothing), or
            `*` beside a space or a sign (it could never match: it is held against single tokens).
    """
    listed_entries = tuple(_named(n, word) for n, word in enumerate(words, 1))
    forms: dict[str, int] = {}
    plain: list[tuple[str, int]] = []
    wild: list[Wild] = []
    phrases: list[tuple[tuple[str, ...], int]] = []
    for index in _worst_first(listed_entries):
        folded = fold(listed_entries[index].text)
        parts = tuple(tokens(folded))
        if not parts:
            raise ValueError(
                f"{listed_entries[index].name} of the block list holds no letter or digit"
            )
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
    bad = [(w, i) for w, i in plain if listed_entries[i].tier is not Tier.MILD]
    return WordList(
        entries=listed_entries,
        listed=listed,
        forms=forms,
        inside=_grouped((w[:KEY], (w, i)) for w, i in plain if len(w) >= KEY),
        shapes={key: frozenset(group) for key, group in shapes.items()},
        anchored=anchored,
        sizes=tuple(sorted(set(map(len, anchored)))),
        floating=_grouped((next(filter(None, w.pieces))[:KEY], w) for w in wild if not w.pieces[0]),
        phrases=_grouped(((parts[0], parts[1]), (parts[2:], i)) for parts, i in phrases),
        squeezed=_grouped((squeezed(form), form) for form in unsqueezed),
        letters=frozenset("".join([*forms, *(piece for w in wild for piece in w.pieces)])),
        heads=heads(forms),
        sounds=compile_sounds(bad, {i: entry.loose for i, entry in enumerate(listed_entries)}),
        typos=compile_typos([(w, i) for w, i in bad if listed_entries[i].loose]),
        allowed=frozenset("".join(tokens(fold(word))) for word in allowed),
        dictionary=dictionary,
    )


def _named(number: int, word: Entry | str) -> Entry:
    entry = Entry(word) if isinstance(word, str) else word
    return entry if entry.name else replace(entry, name=f"entry {number}")


def _worst_first(listed: Sequence[Entry]) -> list[int]:
    """The entries' places; of two that share a spelling the worse one is to have it."""
    order = list(Tier)
    return sorted(range(len(listed)), key=lambda index: order.index(listed[index].tier))
