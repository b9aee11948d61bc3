"""Sets of characters as patterns, which tell in a few microseconds what a text holds of them.

Does not know what they are for. A pattern of the basic plane is a table, quick however many
characters are in it; one of higher planes is not. So whoever asks looks for characters of those
first, and takes the longer way if there are any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

BASIC = range(0x10000)
"""The code points of the basic plane."""
VARIED = (
    *range(0x3400), *range(0x4DC0, 0x4E00), *range(0xA000, 0xAC00), *range(0xD7A4, 0xD800),
    *range(0xF900, 0x10000),
)  # fmt: skip
"""Those outside of the large blocks, of which all are alike: Han, hangul, surrogates, private use.
"""
_HIGHER = re.compile("[\U00010000-\U0010ffff]")


def beyond_basic(text: str) -> bool:
    """Whether a text holds characters of higher planes, as most emoji are."""
    return _HIGHER.search(text) is not None


def among(codes: Iterable[int]) -> str:
    """A pattern for any of some characters of the basic plane, given in order; none: nothing."""
    ranges = []
    # What lies side by side has the same distance to its place in the order.
    for _, side_by_side in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0]):
        run = [code for _, code in side_by_side]
        ranges.append(f"\\u{run[0]:04x}-\\u{run[-1]:04x}")
    return f"[{''.join(ranges)}]" if ranges else "(?!)"


def where(holds: Callable[[str], object]) -> str:
    """A pattern for any of the characters of `VARIED` of which something holds."""
    return among([code for code in VARIED if holds(chr(code))])


class Table:
    """Characters and what each is replaced by, as `str.translate` does it."""

    __slots__ = ("_basic", "_table")

    def __init__(self, table: Mapping[int, str | None]) -> None:
        self._table = table
        self._basic = re.compile(among(sorted(code for code in table if code in BASIC)))

    def holds(self, text: str) -> bool:
        """Whether a text may hold any of them."""
        return self._basic.search(text) is not None or beyond_basic(text)

    def replace(self, text: str) -> str:
        """The text with each of them replaced."""
        return text.translate(self._table) if self.holds(text) else text
