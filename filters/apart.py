"""Neighbouring tokens that may be one word pulled apart, or a word told letter by letter.

Does not know any block list: gives windows of tokens, the caller looks them up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

_NAMES = {
    "a": "ay eh", "b": "bee be", "c": "see sea cee", "d": "dee", "e": "ee", "f": "ef eff",
    "g": "gee jee", "h": "aitch haitch", "i": "eye aye", "j": "jay", "k": "kay", "l": "el ell",
    "m": "em", "n": "en", "o": "oh owe", "p": "pee pea", "q": "cue queue kew", "r": "ar are arr",
    "s": "ess es", "t": "tee tea", "u": "you yew ewe yoo", "v": "vee", "x": "ex eks",
    "y": "why wye", "z": "zee zed",
}  # fmt: skip
LETTER_NAMES = {name: letter for letter, names in _NAMES.items() for name in names.split()}
"""What the letters are called, as it is spelled."""
EMOTES = frozenset(
    "kappa keepo kekw lul lulw pog pogchamp poggers pogu monkas monkaw omegalul pepega pepehands "
    "pepelaugh feelsbadman feelsgoodman feelsstrongman biblethump residentsleeper 4head ezclap "
    "catjam sadge copium hopium wutface notlikethis trihard jebaited kreygasm pjsalt dansgame "
    "swiftrage babyrage heyguys vohiyo cmonbruh failfish icant aware clueless modcheck "
    "peepohappy peeposad nodders nopers hypers xqcl pausechamp 5head weirdchamp "
    "twt uwu owo tvt qwq".split()
)
"""Names of emotes that every chat knows: viewers put them between the pieces of a word."""
CONTRACTED = frozenset(
    pronoun + tail
    for pronoun in "i you he she it we they that who there".split()
    for tail in ("ll", "ve", "re")
)
"""What contractions are without their apostrophe, two tokens together: `he ll` is no `hell`."""
FUNCTION = frozenset(
    "a an as at am be by do go he hi i if in is it me my no of on or so to up us we ye "
    "the and are but can for had has her him his how its let not now off one our out own per put "
    "she too two use was way who why you all any get got "
    "de la el en es un al se te le lo los las les des une du et il tu me mi si su ya yo que con "
    "por o e os da do na no em um ao ser der die das den dem ein ist im am zu er sie es "
    "wie so was man "
    "du ich wir ihr mit von vor bei aus auf an ab ja nur noch mal sur par qui ne pas ce sa "
    "son".split()
)
"""Words that stand beside any other by chance."""
_LONGEST_RUN = 20
_TIMES = {"double": 2, "triple": 3}
_TOLD = frozenset({*LETTER_NAMES, *_TIMES})
_NOTHING = " "
"""Stands in a run for a token that its neighbour has told already."""


def letters(found: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Words told by the names of their letters: first token, the one behind the last, the word."""
    if _TOLD.isdisjoint(found):
        return
    told = [token if len(token) == 1 else LETTER_NAMES.get(token, "") for token in found]
    for i in range(len(found) - 1):
        if found[i] == "double" and told[i + 1] == "u":
            told[i], told[i + 1] = "w", _NOTHING
        elif found[i] in _TIMES and len(told[i + 1]) == 1:
            told[i] = told[i + 1] * (_TIMES[found[i]] - 1)
    start = 0
    while start < len(told):
        end = start
        while end < len(told) and told[end]:
            end += 1
        if end - start >= 3 and any(len(token) > 1 for token in found[start:end]):
            yield from _told(told[start : min(end, start + _LONGEST_RUN)], start)
        start = max(end, start + 1)


def _told(run: Sequence[str], start: int) -> Iterator[tuple[int, int, str]]:
    yield start, start + len(run), "".join(run).replace(_NOTHING, "")
    for first in range(len(run) - 3):
        for behind in range(first + 4, len(run) + 1):
            if behind - first < len(run):
                yield (
                    start + first,
                    start + behind,
                    "".join(run[first:behind]).replace(_NOTHING, ""),
                )


def without_fillers(found: Sequence[str]) -> list[int] | None:
    """Which tokens are left without emotes and without what stands again and again between others.

    None if that is all of them, or too few.
    """
    if len(set(found)) == len(found) and EMOTES.isdisjoint(found):
        return None
    again = {token for token, count in Counter(found).items() if count > 1 and len(token) > 1}
    twice = {a for a, b in zip(found, found[1:], strict=False) if a == b}
    fillers = (again - twice) | (EMOTES & set(found))
    rest = [i for i, token in enumerate(found) if token not in fillers]
    return rest if fillers and len(rest) > 1 else None
