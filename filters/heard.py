"""Which entries of a block list something sounds like.

Does not know spelling (typos.py) nor when a sound is asked for (words.py). Compares phones
(sound.py) with the entries that have the same skeleton.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filters.sound import distance, phones, skeleton, ways

_ENDINGS = tuple("ing ings in ins s z es ez ed d t @ @s @z i r".split())
"""Phones of the regular inflections."""
_ANY_ENDINGS = ("u", "o")
"""What is put behind a word for fun: behind a short one it makes another word of it."""
_VOWELS = frozenset("@iuo")
_BY_LAST = {
    last: tuple(ending for ending in _ENDINGS + _ANY_ENDINGS if ending[-1] == last)
    for last in {ending[-1] for ending in _ENDINGS + _ANY_ENDINGS}
}
_LONG = 5
"""Phones from which a word stays the same with a vowel behind it."""
_TOLERANCE = (0.0, 0.0, 0.0, 0.3, 0.4, 0.55, 0.65, 0.75)
"""How far a sound may be from an entry of so many phones, at most; longer ones as the last."""
_SHORTEST = 3
"""Letters of a spelling from which its sound is looked at."""
_CLEAR = 4
"""Phones from which an exact sound alone is telling."""
_ADDED = 4
"""Phones more or less from which nothing is near."""
_UNUSUAL = 0.1
"""Tolerance less where letters are not heard in the usual way."""
_REGULAR = 0.1
"""What an inflection costs: the base alone is the likelier meaning."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """The sounds of a block list. Made by `compile_sounds`; never changed."""

    by_skeleton: Mapping[str, tuple[tuple[str, int], ...]]
    """Phones and entry, by skeleton."""
    loose: Mapping[int, float]
    """How much of the usual tolerance an entry has; 0: only its exact sound counts."""
    exact: Mapping[str, int]
    """Entries of five phones and more by their phones, for words that sound so together."""

    def near(
        self,
        heard: str,
        *,
        factor: float = 1.0,
        extra: float = 0.0,
        letters: int = 9,
        bare: bool = False,
        sounded: bool = False,
    ) -> int | None:
        """The entry that phones come nearest to, if near enough.

        Args:
            heard: phones.
            factor: how much of the usual tolerance there is.
            extra: tolerance besides; entries of fewer than five phones get a part of it.
            bare: whether it is looked for as it is only, not as an inflection.
            letters: how many letters were heard: of three only the exact sound counts.
            sounded: whether another script was heard, whose short words are many entries'
                neighbours: a short entry of a long list has no tolerance besides.
        """
        bones, known = skeleton(heard), self.by_skeleton
        # An ending adds three consonants at most.
        if not (
            bones in known or bones[:-1] in known or bones[:-2] in known or bones[:-3] in known
        ):
            return None
        best: tuple[float, int] | None = None
        for stem, cost in ((heard, 0.0),) if bare else self._stems(heard):
            for wanted, index in self.by_skeleton.get(skeleton(stem), ()):
                size = len(wanted)
                loose = self.loose.get(index, 1.0)
                if not loose or (letters <= _SHORTEST and size <= _SHORTEST):
                    if stem == wanted and (loose or size >= _CLEAR):
                        return index
                    continue
                tolerance = _TOLERANCE[min(size, len(_TOLERANCE) - 1)] * factor * loose
                if size >= _SHORTEST and not (sounded and loose < 1 and size < _LONG):
                    tolerance += extra * min(1.0, (size - 1) / 4)
                if abs(len(stem) - size) > _ADDED:
                    continue
                apart = distance(stem, wanted, tolerance)
                if apart <= tolerance and (best is None or apart + cost < best[0]):
                    best = (apart + cost, index)
        return best[1] if best else None

    def _stems(self, heard: str) -> Iterable[tuple[str, float]]:
        yield heard, 0.0
        for ending in _BY_LAST.get(heard[-1:], ()):
            least = _LONG if ending in _VOWELS else _SHORTEST
            if heard.endswith(ending) and len(heard) - len(ending) >= least:
                yield heard[: -len(ending)], _REGULAR

    def of(
        self,
        word: str,
        *,
        factor: float = 1.0,
        extra: float = 0.0,
        sounded: bool = False,
        bare: bool = False,
    ) -> int | None:
        """The entry that a word of the letters a to z sounds like.

        `sounded`: it is written in another script, and may be short.
        """
        if len(word) < _SHORTEST:
            return None
        for number, heard in enumerate(ways(word)):
            tolerance = extra - (_UNUSUAL if number else 0)
            index = self.near(
                heard,
                factor=factor,
                extra=tolerance,
                letters=9 if sounded else len(word),
                bare=bare,
                sounded=sounded,
            )
            if index is not None:
                return index
        return None


_EXACT = 5


def compile_sounds(
    words: Iterable[tuple[str, int]], loose: Mapping[int, float] | None = None
) -> Sounds:
    """Compiles single words and their entries; words with other letters than a to z are left out.

    `loose` holds the share of the usual tolerance that entries have, where it is not all of it.
    """
    loose = loose or {}
    groups: dict[str, dict[str, int]] = {}
    exact: dict[str, int] = {}
    for word, index in words:
        if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
            continue
        for heard in ways(word):
            groups.setdefault(skeleton(heard), {}).setdefault(heard, index)
        heard = phones(word)
        if len(heard) >= _EXACT and loose.get(index, 1.0):
            exact.setdefault(heard, index)
    by_skeleton = {key: tuple(group.items()) for key, group in groups.items()}
    return Sounds(by_skeleton, loose, exact)
