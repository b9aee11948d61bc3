"""Which entries of a block list a slip of the finger makes a spelling of.

Does not know sound (heard.py) nor when a slip is thought of (words.py): only of words that no
dictionary knows. Slips are looked up, not searched for: two words at distance one have a spelling
with one letter left out in common (Garbe's symmetric delete).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

_VOWELS = str.maketrans("", "", "aeiouy")
_SWAPPED = 4
_ADDED = 5
_LEFT_OUT = 6
_CONSONANTS = 3
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ENDINGS = ("s", "ed", "er", "ers", "ing", "in", "y", "es")


def _neighbours() -> frozenset[str]:
    pairs = set()
    for row, keys in enumerate(_KEYS):
        for at, key in enumerate(keys):
            near = [
                *keys[at + 1 : at + 2],
                *"".join(_KEYS[row + 1 : row + 2])[max(0, at - 1) : at + 1],
            ]
            pairs |= {key + other for other in near} | {other + key for other in near}
    return frozenset(pairs)


_NEAR = _neighbours()


def _without_one(word: str) -> Iterator[tuple[str, int]]:
    """The word without each of its letters but the first."""
    for at in range(1, len(word)):
        if word[at] != word[at - 1]:
            yield word[:at] + word[at + 1 :], at


@dataclass(frozen=True, slots=True)
class Typos:
    """The slips of a block list. Made by `compile_typos`; never changed."""

    listed: Mapping[str, int]
    """The words themselves."""
    slips: Mapping[str, int]
    """Spellings that are a slip by themselves: two letters swapped, one or all vowels left out."""
    shorter: Mapping[str, tuple[tuple[str, int, int], ...]]
    """Words without one letter: the word, which letter, the entry."""
    near: Set[str]
    """The keys of `listed` and `shorter`."""

    def of(self, word: str, *, disguised: bool = False) -> int | None:
        """The entry of which an unknown word is a misspelling, inflected or not.

        Args:
            word: the unknown word.
            disguised: whether it was written with signs or look-alikes: a letter that was read
                wrongly is then as likely as a slip.
        """
        index = self._of(word, disguised)
        if index is not None:
            return index
        for ending in _ENDINGS if word.endswith(_ENDINGS) else ():
            if word.endswith(ending) and len(word) - len(ending) >= _SWAPPED:
                index = self._of(word[: -len(ending)], disguised)
                if index is not None:
                    return index
        return None

    def _of(self, word: str, disguised: bool) -> int | None:
        if (index := self.slips.get(word)) is not None:
            return index
        if len(word) <= _SWAPPED or len(word) > 2 * _ADDED + 6:
            return None
        # One letter less is neither a word of the list nor one of them with one letter less.
        if self.near.isdisjoint([word[:at] + word[at + 1 :] for at in range(1, len(word))]):
            return None
        for shorter, at in _without_one(word):
            if at == len(word) - 1 and word[at] in "aeiouy":
                continue
            if len(shorter) >= _ADDED and (index := self.listed.get(shorter)) is not None:
                return index
            for listed, place, index in self.shorter.get(shorter, ()):
                if place == at and self._changed(listed, word, at, disguised):
                    return index
        return None

    def _changed(self, listed: str, word: str, at: int, disguised: bool) -> bool:
        return len(listed) >= _LEFT_OUT or disguised or listed[at] + word[at] in _NEAR


def compile_typos(words: Iterable[tuple[str, int]]) -> Typos:
    """Compiles single words and their entries; the first of two that share a slip has it."""
    pairs = [(word, index) for word, index in words if len(word) >= _SWAPPED and word.isalpha()]
    listed = dict(reversed(pairs))
    slips: dict[str, int] = {}
    shorter: dict[str, list[tuple[str, int, int]]] = {}
    for word, index in pairs:
        for slip in _slips(word):
            if slip not in listed:
                slips.setdefault(slip, index)
        if len(word) >= _ADDED:
            for left, at in _without_one(word):
                shorter.setdefault(left, []).append((word, at, index))
    by_shorter = {key: tuple(found) for key, found in shorter.items()}
    return Typos(listed, slips, by_shorter, frozenset(listed) | frozenset(shorter))


def _slips(word: str) -> Iterator[str]:
    for at in range(0 if len(word) > _SWAPPED else 1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if len(word) >= _LEFT_OUT:
        # The last letter is what endings and other words differ in.
        yield from (left for left, at in _without_one(word) if at < len(word) - 1)
    bare = word[0] + word[1:].translate(_VOWELS)
    if len(bare) >= _CONSONANTS and bare != word and bare[0] not in "aeiou":
        yield bare
