"""A fixed set of words in one array, looked up letter by letter.

Does not know what the words are. A word is lower-case ASCII letters: whoever asks sees to that.

The words are the paths of a minimal automaton (Daciuk and others, Incremental Construction of
Minimal Acyclic Finite-State Automata, 2000), its edges are laid out as a double array whose bases
are combined by exclusive or. An edge is 32 bits: 7 of its letter, 2 of what ends behind it, 23 of
the way from where it stands to the base of the next node. scripts/word_graph.py writes it.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator

WORD = 1
"""A word ends here."""
PIECE = 2
"""What ends here may stand at the beginning of a compound."""
_LETTER = 0x7F
_ENDS = 7
_WAY = 9


class WordGraph:
    """What ends where; looking up a word costs some 80 ns a letter at most."""

    __slots__ = ("_units",)

    def __init__(self, packed: bytes) -> None:
        """Reads a graph: its four byte planes, the lowest first, in zlib's format.

        Raises:
            ValueError: these are not the bytes of a graph.
        """
        try:
            planes = zlib.decompress(packed)
        except zlib.error as error:
            raise ValueError(f"not a word graph: {error}") from error
        count = len(planes) // 4
        # Rounded up so that a base combined with any letter stays inside.
        if count * 4 != len(planes) or not count or count % (_LETTER + 1):
            raise ValueError("not a word graph: its length is wrong")
        units = bytearray(len(planes))
        for place in range(4):
            units[place::4] = planes[place * count : (place + 1) * count]
        self._units = array("I", bytes(units))
        if sys.byteorder == "big":
            self._units.byteswap()

    def ends(self, word: bytes) -> int:
        """What ends behind the last letter: `WORD`, `PIECE`, both or neither (0).

        `word` is lower-case ASCII letters; of none, nothing ends.
        """
        units, at, unit = self._units, 0, 0
        for letter in word:
            at ^= letter
            unit = units[at]
            if unit & _LETTER != letter:
                return 0
            at ^= unit >> _WAY
        return unit >> _ENDS & 3

    def along(self, letters: bytes, start: int) -> Iterator[tuple[int, int]]:
        """Where something ends on the way from `start`: its end in the letters, and what it is.

        `letters` are lower-case ASCII.
        """
        units, at = self._units, 0
        for place in range(start, len(letters)):
            letter = letters[place]
            at ^= letter
            unit = units[at]
            if unit & _LETTER != letter:
                return
            at ^= unit >> _WAY
            if unit >> _ENDS & 3:
                yield place + 1, unit >> _ENDS & 3
