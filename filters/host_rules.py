"""Whether labels with a dot between them are a host, by how the dot is written.

Does not know where they stand in a text (hosts.py). The more the writing is out of the ordinary
(`[.]`, a said dot), the less is asked of the ending and of the words around it; a plain dot before
an ending that is a word, or one with a space behind it, is mostly the end of a sentence.
"""

from __future__ import annotations

from typing import NamedTuple

from filters import tlds


class Place(NamedTuple):
    """What is known of an ending: enough to say whether it ends a host."""

    ending: str
    """What stands right of the last dot, lower case: one of tlds.EVERY."""
    before: str
    """The label left of that dot, lower case."""
    kind: str
    """How the dot is written: plain, held (in brackets), said, apart, after (`a. com`), comma."""
    word: str
    """The word that a said dot is, or ""."""
    several: bool
    """Whether the host has more than one dot."""
    path: bool
    """Whether a port or path follows."""
    ends: bool
    """Whether the text or the clause ends there."""
    follower: bool
    """Whether a word follows that makes the ending an ordinary word."""
    cue: bool
    """Whether a word such as `visit` stands before the host."""


def _plain(at: Place) -> bool:
    common = at.before in tlds.COMMON
    if at.before.isdecimal() and at.ending not in tlds.CORE and not at.path:
        return False
    if at.ending in tlds.FILES:
        return at.several or (at.path and not common)
    if at.ending in tlds.FUNCTION or (common and at.ending in tlds.WORDS):
        named = at.several or at.path or at.cue or not at.before.isalpha()
        known = f"{at.before}.{at.ending}" in tlds.KNOWN
        short = len(at.before) == 1 and at.ending != "me"  # `will.i.am`, `i.e.it`
        return known or (not common and (at.path or (named and not short)))
    doubtful = at.ending == "gg" or (at.follower and len(at.before) > 1)
    return at.path or not (common and doubtful)


def _said(at: Place) -> bool:
    if at.before in tlds.ARTICLES or at.follower:
        return False
    if at.ending in tlds.CORE:
        return True
    if at.word in ("point", "punto", "ponto") and at.ending not in tlds.CENTRAL | {
        "fr",
        "es",
        "pt",
    }:
        return at.ends and at.before not in tlds.COMMON and at.ending not in tlds.FUNCTION
    if at.ending in tlds.WORDS and at.word != "dot" and at.ending != "de":
        return at.ends and at.before not in tlds.COMMON
    if at.ending == "de" and at.word in ("punto", "ponto", "point"):
        return at.ends
    if at.ending in tlds.FUNCTION | tlds.FILES:
        return (at.ends or at.path or at.several) and at.before not in tlds.COMMON
    return at.before not in tlds.COMMON or at.ending in ("tv", "co", "io")


def _apart(at: Place) -> bool:
    common = at.before in tlds.COMMON
    if at.ending in tlds.CORE:
        return not (common and at.follower)
    if at.ending in tlds.SURE:
        return not common and not at.before.isdecimal()
    if at.ending in tlds.WORDS:
        return not common and (at.ends or at.path) and not at.before.isdecimal()
    return at.path and not common


def _after(at: Place) -> bool:
    if at.before in tlds.COMMON or at.before.isdecimal():
        return False
    # French says `c'est clair. net et précis`
    named = at.ending in tlds.CORE and (at.ending != "net" or at.ends)
    return at.path or (named and not at.follower)


def _comma(at: Place) -> bool:
    return (at.ends or at.path) and at.before not in tlds.COMMON and len(at.before) > 2


def _held(at: Place) -> bool:
    return not at.before.isdecimal() or at.ending in tlds.CORE


_REPLACED = frozenset({"link", "links"})
_RULES = {
    "plain": _plain,
    "said": _said,
    "apart": _apart,
    "after": _after,
    "comma": _comma,
    "held": _held,
}


def is_host(at: Place) -> bool:
    """Whether what stands there is a host."""
    # What an address was replaced with is no ending: `zorgle dot link`.
    if at.ending in _REPLACED and at.kind != "plain":
        return False
    return any(map(str.isalnum, at.before)) and _RULES[at.kind](at)
