"""Whether what stands around a word inside a token is made of everyday pieces.

Does not know any block list. `sowhatthe|zorgle|isthis` and `mega|zorgle|head` are the word glued to
others; `b|zorgle|r` and `han|zorgle` are other words. Single letters are never pieces: with them
half the dictionary would come apart.
"""

from __future__ import annotations

_STRENGTHENERS = frozenset(
    "mega super ultra uber giga hyper turbo dumb stupid fat ugly lazy big bull horse mother butt "
    "jack smart god".split()
)
_BEHIND = frozenset(
    "head heads face faces hole holes bag bags lord wad wads storm show load loads fest fests "
    "stick sticks sucker suckers eater lover taker takers it off ed er ing s".split()
)
_PIECES = _STRENGTHENERS | frozenset(
    "the this that these is are was am it its you your ya she his her him we us our my they them "
    "their what who why how when where and or but not no nope yes of off on out up to too for from "
    "with by at as if so oh ah hey hi lol lmao omg wtf get got go going give have has had did does "
    "can will would just very really here there now then more much all some one like love hate eat "
    "want need please total holy little old such piece full bro dude happens".split()
)
_LONGEST = max(map(len, _PIECES))


def _pieces(rest: str) -> bool:
    """Whether a text is nothing, or pieces of a sentence one after the other."""
    reached = [True] + [False] * len(rest)
    for start in range(len(rest)):
        if reached[start]:
            for end in range(start + 2, min(start + _LONGEST, len(rest)) + 1):
                reached[end] = reached[end] or rest[start:end] in _PIECES
    return reached[-1]


def everyday(before: str, behind: str) -> bool:
    """Whether both sides of a word are made of everyday pieces, or only an ending follows it."""
    return _pieces(before) and (behind in _BEHIND or _pieces(behind))


def strengthened(before: str, behind: str) -> bool:
    """Whether a word is only made stronger by what stands before it, or given an ending or a head.

    So made words (`megazorglehead`) are meant even where a dictionary has them.
    """
    return (not before or before in _STRENGTHENERS) and (not behind or behind in _BEHIND)


def compounds(word: str) -> frozenset[str]:
    """A word of three letters behind those that strengthen it, singular and plural.

    Longer words are found inside tokens; one this short is part of too many others.
    """
    if len(word) != 3:
        return frozenset()
    plural = "es" if word.endswith("s") else "s"
    return frozenset(s + word + ending for s in _STRENGTHENERS for ending in ("", plural))
