"""How a spelling sounds, roughly, and how far two sounds are apart.

Does not know any block list or dictionary, nor any one language well: it reads letters as people do
who write a word so that it only sounds like it. A sound is a string of phones, one letter each:

    b d f g h k l m n p r s t v w z   as in English      C  chair    J  jam    S  ship    T  thin
    a e i o u                          vowel classes      @  the weak vowel of `circle` and `sofa`

The distance is a weighted edit distance (Wagner and Fischer, 1974): what ears mix up costs little
(vowels, voicing, an `h`, an `r` before a consonant), another consonant costs 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from string import ascii_lowercase

LONGEST = 24
"""Letters of a word that are read; the rest is left away."""

_V = "[aeiouy]"
_C = "[b-df-hj-np-tv-xz]"
# Weak endings: behind a vowel and one to three consonants.
_WEAK = "|".join(rf"(?<={_V}{_C * n}){{}}$" for n in (1, 2, 3))


def _weak(ending: str) -> str:
    return _WEAK.replace("{}", f"(?:{ending})")


# The first pattern that fits at a place is taken. Those of each letter, with which all of them
# begin: to try them all takes three times as long.
_RULES: tuple[tuple[str, str, str], ...] = (
    ("x", "^x+(?=[aeiouy])", "z"),
    ("aeo", "[aeo]ugh(?![aeiouy])", "o"), ("o", "owe$", "o"),
    ("eiy", "(?:ei|i|y)gh(?![aeiouy])", "i"), ("e", "eau", "o"),
    ("a", "agh(?![aeiouy])", "a"), ("o", "ogh(?![aeiouy])", "o"), ("u", "ugh(?![aeiouy])", "u"),
    ("l", f"(?<={_C})l+e$", "@l"), ("aeoui", _weak("[aeo]l+|[ui]l+"), "@l"),
    ("r", f"(?<={_C})re$", "@"), ("aeou", _weak("[aeou]r|er[hr]|[au]h|a"), "@"),
    ("e", _weak("e") + "|(?<=qu)e$", ""),
    ("ei", "ee+h?|ea|ie|ih(?![aeiou])|ii+|ey(?![aeiou])", "i"),
    ("oue", "oo+h?|ou|ue(?!$)|ew|eu|ui", "u"),
    ("oa", "oh+(?![aeiou])|oe|oa|ow(?![aeiou])|aw(?![aeiou])|au", "o"),
    ("ae", "ai|ay|ae|ei|eh+(?![aeiou])", "e"),
    ("a", "a+h+(?![aeiou])|a+", "a"), ("u", "u+h+(?![aeiou])|u+", "u"),
    ("e", "e+", "e"), ("i", "i+", "i"), ("o", "o+", "o"), ("y", "y+", "i"),
    ("tc", "t+[sz]?ch|t+sh|cz(?!$)", "C"),
    ("s", "s+ch|s+h+|s+j|s+z(?=[aeiou])", "S"),
    ("c", "c+h+(?=[bdfgklmnpqrstvwxz])", "k"), ("c", "c+h+", "C"),
    ("p", "ph+", "f"), ("t", "th+", "T"), ("kgpm", "^[kgpm]n", "n"), ("wr", "^wr|rh+|r+", "r"),
    ("p", "^ps", "s"), ("tdcz", "^(?:ts|tz|dz|ds|cz|zs)", "z"),
    ("dj", "dge?(?=[aeiouy]|$)|dj+|j+", "J"),
    ("b", "bh+|b+", "b"), ("d", "dh+|d+", "d"), ("g", "gh+|g+", "g"), ("z", "zh+|z+", "z"),
    ("w", "wh+|w+", "w"), ("l", "lh+|l+", "l"), ("n", "nh+|n+", "n"), ("v", "vh+|v+", "v"),
    ("m", "mb$|mh+|m+", "m"),
    ("cx", "[cx]c(?=[eiy])|c*x+", "ks"), ("c", "c+(?=[eiy])", "s"),
    ("kcq", "c*k+[ch]*|c+q*|q+u(?=e$)|q+(?!u[aeio])", "k"), ("q", "q+u", "kw"),
    ("f", "f+", "f"), ("h", "h+", "h"), ("p", "p+", "p"), ("s", "s+", "s"), ("t", "t+", "t"),
)  # fmt: skip
_OF: dict[str, tuple[Callable[[str, int], re.Match[str] | None], tuple[str, ...]]] = {
    letter: (
        re.compile(
            "|".join(f"({pattern})" for begins, pattern, _ in _RULES if letter in begins)
        ).match,
        ("", *(said for begins, _, said in _RULES if letter in begins)),
    )
    for letter in ascii_lowercase
}
"""By the letter that stands at a place: its patterns as one, and the phones of each."""
_SILENT = (re.compile("(?!)").match, ("",))
_AGAIN = re.compile(r"(.)\1+")
# A template such as \1 takes as long as the search.
_ONCE = itemgetter(1)
_SILENT_H = re.compile(r"(?<=.)(?:(?<![aeiou@])h|h(?![aeiou@]))")
_COLOURED = re.compile(r"[eiu@](?=r(?![aeiou@]))")
_UNVOICED_R = re.compile(r"(?<=[aeiou@])r(?![aeiou@])")
# Where a letter leaves a choice, the other one.
_CHOICE = re.compile("[cg][eiy]|[cp]h")
_OTHERWISE = (
    (re.compile("c(?=[eiy])"), "k"),
    (re.compile("ph"), "p"),
    (re.compile("g(?=[eiy])"), "j"),
    (re.compile("(?<!t)s?ch"), "k"),
)
_CLASSES = str.maketrans({
    **dict(zip("bdTgvzCJr", "pttkfsSSl", strict=True)), **dict.fromkeys("hwaeiou@")
})  # fmt: skip


@lru_cache(maxsize=8192)
def phones(word: str) -> str:
    """The phones of a word of the letters a to z; other characters are silent."""
    read, heard, at = word[:LONGEST], "", 0
    longest = len(read)
    while at < longest:
        scan, said = _OF.get(read[at], _SILENT)
        match = scan(read, at)
        if match is None:
            at += 1
        else:
            heard += said[match.lastindex or 0]
            at = match.end()
    if "h" in heard:
        heard = _SILENT_H.sub("", heard)
    return _AGAIN.sub(_ONCE, heard)


def ways(word: str) -> tuple[str, ...]:
    """Every way to hear a word: the usual one, then with `c`, `g`, `ph`, `ch` the other way."""
    if not _CHOICE.search(word):
        return (phones(word),)
    found = {phones(word): None}
    for pattern, instead in _OTHERWISE:
        if pattern.search(word):
            found[phones(pattern.sub(instead, word))] = None
    return tuple(found)


@lru_cache(maxsize=8192)
def skeleton(heard: str) -> str:
    """What stays of phones where ears are easily led: consonants without voice, `r` as `l`.

    Two sounds with different skeletons are too far apart to be taken for each other.
    """
    if "r" in heard:
        heard = _UNVOICED_R.sub("", heard)
    return _AGAIN.sub(_ONCE, heard.translate(_CLASSES))


def _symmetric(costs: dict[str, float]) -> dict[tuple[str, str], float]:
    pairs = {(pair[0], pair[1]): cost for pair, cost in costs.items()}
    return pairs | {(b, a): cost for (a, b), cost in pairs.items()}


_CHANGED = _symmetric({
    "ie": 0.25, "ea": 0.35, "ao": 0.3, "ou": 0.3, "au": 0.25, "iu": 0.5, "eu": 0.45, "eo": 0.5,
    "ia": 0.5, "io": 0.6, "@a": 0.1, "@e": 0.15, "@o": 0.15, "@u": 0.15, "@i": 0.2,
    "bp": 0.3, "dt": 0.2, "gk": 0.3, "fv": 0.25, "sz": 0.15, "SC": 0.35, "CJ": 0.3, "SJ": 0.4,
    "tT": 0.2, "dT": 0.3, "lr": 0.35, "mn": 0.6, "vw": 0.4, "bv": 0.5, "pf": 0.5, "sT": 0.5,
})  # fmt: skip
_FIRST = 0.15
"""What a changed first phone costs besides: words are known by how they begin."""
_VOWELS = frozenset("aeiou@")
_FULL = frozenset("aou")
_LOST = {**dict.fromkeys("aeiou@", 0.35), "h": 0.2, "r": 0.45, "w": 0.5, "J": 0.9}
_BESIDE = 0.15
"""What a vowel beside another one costs: `biatch` is `bitch` said slowly."""
_UNVOICED = 0.2
"""What an `r` that no vowel follows costs: much of the world leaves it away."""
_LAST = 0.6
"""What it costs to leave away the vowel that a word ends in, or to put one there: `blip` is not
`blippo`."""
_LEAST = min(_BESIDE, _UNVOICED, *_LOST.values())
"""What it costs at least to lose a phone, or to add one."""
_OTHER_FIRST = _FIRST + min(_LEAST, *_CHANGED.values())
"""What another first phone costs at least."""
_BEFORE_R = 0.15
"""What another vowel costs before an `r` that no vowel follows: `er`, `ir` and `ur` sound alike."""


def _costs(heard: str) -> list[float]:
    """What it costs to lose, or to add, each phone."""
    costs = []
    for at, phone in enumerate(heard):
        cost = _LOST.get(phone, 1.0)
        around = heard[at - 1 : at] + heard[at + 1 : at + 2]
        if phone in _VOWELS and not _VOWELS.isdisjoint(around):
            cost = _BESIDE
        elif (
            phone == "r" and heard[at - 1 : at] in _VOWELS and heard[at + 1 : at + 2] not in _VOWELS
        ):
            cost = _UNVOICED
        costs.append(cost + _FIRST if at == 0 else cost)
    return costs


def _before_r(heard: str) -> frozenset[int]:
    """Where the vowels stand that an `r` makes alike."""
    found = {match.start() for match in _COLOURED.finditer(heard)} if "r" in heard else ()
    return frozenset(found)


def _least_apart(one: str, other: str) -> float:
    """What two sounds are apart at least, by their lengths and how they begin."""
    return max(_LEAST * abs(len(one) - len(other)), _OTHER_FIRST if one[:1] != other[:1] else 0.0)


@lru_cache(maxsize=8192)
def distance(one: str, other: str, most: float = math.inf) -> float:
    """How far two sounds are apart: 0 is the same, 1 is one other consonant.

    Infinite if that is more than `most`.
    """
    if one == other:
        return 0.0
    if _least_apart(one, other) > most:
        return math.inf
    lost, added = _costs(one), _costs(other)
    before_r, wanted_before_r = _before_r(one), _before_r(other)
    if other[-1:] in _VOWELS:
        added[-1] = max(added[-1], _LAST)
    if one[-1:] in _FULL:
        lost[-1] = max(lost[-1], _LAST)
    row = list(accumulate(added, initial=0.0))
    for i, phone in enumerate(one):
        left = row[0] + lost[i]
        corner, row[0] = row[0], left
        for j, wanted in enumerate(other, 1):
            above = row[j]
            if phone == wanted:
                best = corner
            else:
                changed = _CHANGED.get((phone, wanted), 1.0)
                if i in before_r and j - 1 in wanted_before_r:
                    changed = min(changed, _BEFORE_R)
                best = corner + changed + (_FIRST if i == 0 == j - 1 else 0)
                best = min(best, above + lost[i], left + added[j - 1])
            corner, row[j] = above, best
            left = best
        if min(row) > most:
            return math.inf
    return row[-1] if row[-1] <= most else math.inf
