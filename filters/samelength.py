"""A text in plain characters, each at the place where it stood, so that spans hold for both.

Does not know what is looked for in it: styled, wide and circled characters become the one that
they stand for (NFKC); those that stand for several stay as they are.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache


# Several rules ask about the same text.
@lru_cache(maxsize=16)
def plain(text: str) -> str:
    """The text, as long as before, with every character that stands for one other replaced."""
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    table = {}
    for char in set(text):
        stands_for = unicodedata.normalize("NFKC", char)
        if stands_for != char and len(stands_for) == 1 and not stands_for.isspace():
            table[ord(char)] = stands_for
    return text.translate(table)
