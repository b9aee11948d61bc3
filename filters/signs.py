"""A text cut into the signs of a table, the longest first: `дж` is one sign, not two.

Does not know what the signs stand for.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable


class Signs:
    """The signs of a table."""

    __slots__ = ("_begins", "_longer", "_longest")

    def __init__(self, table: Iterable[str]) -> None:
        """Takes signs of one character or several."""
        self._longer = frozenset(sign for sign in table if len(sign) > 1)
        self._longest = max(map(len, self._longer), default=1)
        self._begins = frozenset(sign[:2] for sign in self._longer)

    def cut(self, text: str) -> list[str]:
        """The text in signs; what is none comes as characters."""
        signs: list[str] = []
        behind = 0
        # Two characters tell where a longer sign may begin: at few places, if anywhere.
        for at, pair in enumerate(map(operator.add, text, text[1:])):
            if pair in self._begins and at >= behind:
                for length in range(self._longest, 1, -1):
                    if text[at : at + length] in self._longer:
                        signs += text[behind:at]
                        signs.append(text[at : at + length])
                        behind = at + length
                        break
        signs += text[behind:]
        return signs
