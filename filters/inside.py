"""Whether a word that stands inside a longer one is meant.

Does not know any block list. `sowhatthe|zorgle|isthis` is the word glued to others; the letters of
`b|zorgle|r` may be part of another word, which a dictionary decides.
"""

from __future__ import annotations

from filters.apart import FUNCTION
from filters.dictionary import Dictionary
from filters.glue import everyday, strengthened
from filters.wordlist import WordList

LONG = 6
"""Letters from which a word inside an unknown one is meant, whatever stands around it."""
_LONGEST = 12
_SINGLE = frozenset("ai")
_COVER = 7
"""Letters before it from which a longer known word may reach over it."""


def _piece(rest: str, dictionary: Dictionary) -> bool:
    """Whether what is left of a word is nothing, an ornament, or a word by itself."""
    if len(rest) < 2 or len(set(rest)) == 1:
        return not rest or rest[0] in "xz0123456789" or len(rest) > 1
    if rest.strip("0123456789") != rest:
        return _piece(rest.strip("0123456789"), dictionary)
    return _words(rest, dictionary)


def _words(rest: str, dictionary: Dictionary) -> bool:
    """Whether a text is ordinary words one after the other."""
    reached = [True] + [False] * len(rest)
    for start in range(len(rest)):
        if reached[start]:
            for end in range(start + 1, min(start + _LONGEST, len(rest)) + 1):
                if not reached[end]:
                    piece = rest[start:end]
                    size = end - start
                    reached[end] = (
                        piece in _SINGLE
                        if size == 1
                        else piece in FUNCTION
                        if size == 2
                        else dictionary.known(piece)
                    )
    return reached[-1]


def _covered(token: str, start: int, end: int, dictionary: Dictionary) -> bool:
    """Whether a longer known word of the token holds the whole word, as `classic` does."""
    # Of the word itself a known one must be longer, such as `asset`.
    return any(
        dictionary.over(token, left, end + (left == start))
        for left in range(max(0, start - _COVER), start + 1)
    )


def meant(token: str, start: int, end: int, words: WordList) -> bool:
    """Whether a token holds the word at `start` to `end` as a word of its own."""
    left, right, dictionary = token[:start], token[end:], words.dictionary
    if strengthened(left, right):
        return True
    if dictionary is None:
        return everyday(left, right)
    if dictionary.known(token) or dictionary.name(token):
        return False
    if everyday(left, right):
        return True
    if _covered(token, start, end, dictionary):
        return False
    if _piece(left, dictionary) and _piece(right, dictionary):
        return True
    return end - start >= LONG and not dictionary.compound(token, words.listed)
