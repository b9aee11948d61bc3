"""Words with some of their letters masked by signs: `z*rg**`.

Does not know how a text is read, nor what becomes of a find.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from filters.wordlist import WordList

MASKS = "*#_-.•·?+%~^=×∗"
"""Signs that may stand for a letter."""
_SIGNS = frozenset(MASKS)
_SIGN = re.compile(rf"[{re.escape(MASKS)}]")
_PIECE = re.compile(rf"[\w{re.escape(MASKS)}]{{4,}}")
_MASKED = re.compile(rf"[^\W_][\w{re.escape(MASKS)}]{{3,29}}")
_VOWELED = re.compile(r"[^\W_]{1,24}(?:[*#]{1,2}[^\W_]{1,24}){1,2}")
_HIDDEN = re.compile(r"[*#]")
_VOWELS = 12
"""Words with hidden vowels of which every way to fill them in is tried, in one stretch of text."""


def _fits(words: WordList, match: re.Match[str]) -> int | None:
    if _SIGNS.isdisjoint(match[0]):
        return None
    shape = match[0].rstrip(MASKS) if match[0][-1] not in "*#" else match[0]
    # Half a word is enough to know it by, less is a guess; who masks uses one sign for it.
    masked = [char for char in shape if char in _SIGNS]
    if len(set(masked)) != 1 or 2 * len(masked) > len(shape):
        return None
    return words.masked(shape, MASKS)


# The readings of a text have most of their pieces in common.
@lru_cache(maxsize=1024)
def _of_piece(words: WordList, piece: str) -> tuple[tuple[int, int, int], ...]:
    """The entries that masked words of a piece may be: entry, start, end."""
    found = []
    for match in _MASKED.finditer(piece):
        if (index := _fits(words, match)) is not None:
            found.append((index, *match.span()))
    return tuple(found)


def _filled_in(masked: str) -> Iterator[str]:
    hidden = len(_HIDDEN.findall(masked))
    for vowels in itertools.product("uieoa", repeat=hidden) if hidden < 3 else ():
        letters = iter(vowels)
        yield _HIDDEN.sub(lambda _, by=letters: next(by), masked)  # type: ignore[misc]


def may_be_masked(chunk: str) -> bool:
    """Whether a stretch holds a sign that may stand for a letter: a cheap first look."""
    return _SIGN.search(chunk) is not None


def masked(
    words: WordList, chunk: str, inside: Callable[[str], Iterable[int]]
) -> Iterator[tuple[int, int, int]]:
    """The entries that masked words of a stretch without spaces may be: entry, start, end.

    Args:
        words: the block list.
        chunk: the stretch.
        inside: gives the entries that a token holds.
    """
    for piece in _PIECE.finditer(chunk):
        if not _SIGNS.isdisjoint(piece[0]):
            for index, start, end in _of_piece(words, piece[0]):
                yield index, piece.start() + start, piece.start() + end
    tried: set[str] = set()
    for match in _VOWELED.finditer(chunk) if _HIDDEN.search(chunk) else ():
        if match[0] in tried or len(tried) >= _VOWELS:
            continue
        tried.add(match[0])
        for spelled in _filled_in(match[0]):
            for index in inside(spelled):
                yield index, *match.span()
