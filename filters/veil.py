"""A text as a log or a screen may show it: words of tier never are masked but for a first letter.

Does not judge: it looks for the listed words themselves, in whichever reading of a word. What is
merely like one stays as it is, so that a wrong drop can be seen.
"""

from __future__ import annotations

from filters.fold import clean
from filters.leet import spellings
from filters.message import Hit, Tier, What
from filters.readings import readings
from filters.tokens import tokens
from filters.wordlist import WordList


def _listed(word: str, words: WordList) -> bool:
    for spelling in spellings(word):
        index = words.whole(spelling)
        if index is None:
            index = words.wild(spelling)
        if index is not None and words.entries[index].tier is Tier.NEVER:
            return True
    return False


def _reads_as_listed(chunk: str, words: WordList) -> bool:
    found = {token for reading in readings(chunk) for token in tokens(reading.text)}
    return any(_listed(token, words) for token in found)


def _masked(chunk: str, shown: int = 1) -> str:
    """The chunk with its first `shown` letters kept and the others starred."""
    kept = []
    for char in chunk:
        kept.append("*" if char.isalnum() and shown < 1 else char)
        shown -= char.isalnum()
    return "".join(kept)


def _under(hit: Hit, chunks: int) -> range:
    """Which chunks of the text the hit covers: all of them, where the reading has others."""
    if hit.text.count(" ") + 1 != chunks:
        return range(chunks)
    return range(hit.text.count(" ", 0, hit.start), hit.text.count(" ", 0, hit.end) + 1)


def veiled(text: str, words: WordList, hit: Hit | None = None) -> str:
    """The cleaned text with every listed word of tier never masked.

    Args:
        text: what somebody wrote; hostile.
        words: the lists in force.
        hit: what of the text was hit, if anything: a listed word that is pulled apart there goes,
            and so does what a pattern of tier never matches.
    """
    chunks = clean(text).split(" ")
    shown = {at: 1 for at, chunk in enumerate(chunks) if _reads_as_listed(chunk, words)}
    if hit is not None and spelled(hit, words):
        for at in _under(hit, len(chunks)):
            shown[at] = 0 if at - 1 in shown else 1
    return " ".join(
        _masked(chunk, shown[at]) if at in shown else chunk for at, chunk in enumerate(chunks)
    )


def spelled(hit: Hit, words: WordList) -> bool:
    """Whether what was hit is of tier never itself: a listed word, in one piece or several, or what
    a pattern matches.
    """
    if hit.tier is not Tier.NEVER:
        return False
    word = "".join(tokens(hit.text[hit.start : hit.end]))
    return hit.what is What.PATTERN or hit.how == "whole word" or _listed(word, words)
