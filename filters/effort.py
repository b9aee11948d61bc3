"""How much looking up one message may cause.

Does not know what is looked up. An ordinary line needs little for its length, also in a language
that no dictionary here holds; what needs more was made to be unreadable.
"""

from __future__ import annotations

NEIGHBOURS = 1
"""Effort of a token and those behind it, looked at together."""
LOOK_UP = 2
"""Effort of a spelling that is looked up."""
LISTEN = 5
"""Effort of neighbours that are listened to."""
_LEAST = 480
"""What any text may cost: a few names such as `@m4rk_z` need most of it."""
_DISGUISED = 2
"""How much more an effort counts that undoes a disguise: foreign words are none."""
_WAYS = 7
"""Disguises that one message may be read through, spoken or as typed, before that is an effort."""
_READ = 8
"""Characters that are read through another one for one effort."""
_EACH = 2
"""Effort that every character of a text is worth."""
_MOST = 1000
"""What no text may cost more than, of whatever length."""
_PAGES = 32
"""Pages of 256 code points that a text is of at most: all living scripts together are of about 25.
"""
_HAN = frozenset((*range(0x34, 0xA0), *range(0x200, 0x340)))
_HANGUL = frozenset(range(0xAC, 0xD8))


class TooContrived(Exception):  # noqa: N818 - it says what the text is
    """A text has so many ways to read it that looking at all of them would hold others up."""


def scattered(text: str) -> bool:
    """Whether a text is of characters from everywhere, as no language and no chat writes.

    Those of the large scripts lie far apart: Han and hangul do not count.
    """
    if len(text) <= _PAGES or text.isascii():
        return False
    pages = {ord(char) >> 8 for char in text}
    return len(pages) > _PAGES and len(pages.difference(_HAN, _HANGUL)) > _PAGES


class Effort:
    """What the readings of one message have cost so far."""

    def __init__(self) -> None:
        self._spent = 0
        self._most = _LEAST
        self._times = 1
        self._ways = 0

    def allow(self, characters: int) -> None:
        """Lets a text of so many characters be read, or the longest of several."""
        self._most = max(self._most, min(_MOST, _LEAST + _EACH * characters))

    def disguised(self, disguised: bool) -> None:
        """What follows undoes a disguise, or does not."""
        self._times = _DISGUISED if disguised else 1

    def read(self, characters: int) -> None:
        """Counts a disguised reading of so many characters. Raises TooContrived as `take` does."""
        self._ways += 1
        if self._ways > _WAYS:
            self.take(characters // _READ)

    def take(self, effort: int) -> None:
        """Counts an effort. Raises TooContrived if that is too much in all."""
        self._spent += effort * self._times
        if self._spent > self._most:
            raise TooContrived
