"""Copies: what one author repeats, and what many authors paste, is let through once.

Does not know what a text means, nor what time it is: `now` is an argument, in seconds of a
monotonic clock. Two texts are copies if the sets of what they are made of have a Jaccard index of
at least 0.8; what cannot be seen, case, accents, marks, emoji and repeated letters do not count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from filters.fold import fold
from filters.tokens import tokens

BY_AUTHOR = "this viewer said it already"
BY_OTHERS = "said already by others"

_AGAIN = re.compile(r"([^\W\d_])\1+")
_COMPARED = 160
"""Characters of a text that are compared at most: who begins with so many of the same copies."""
_LETTERS = 64
"""The same, of a text that is compared by its letters."""
_FEW = 4
"""Words from which one word more or less leaves a text the same to 0.8."""
_LONG_WORDS = 8
"""Mean letters of a word from which a text is written without spaces."""
_GRAM = 3
_MARK_BITS = 256

_SHORT = 12
"""Bytes up to which a text is an exclamation, such as a greeting or a laugh."""
_LONG = 30
"""Bytes from which two people do not come up with the same text by chance."""
_PASSED = ((_SHORT, 5), (_LONG - 1, 2))
"""Up to so many bytes, so many authors may say it; whatever is longer, one."""

_OWN_S = 60.0
_OWN_SHORT_S = 15.0
_QUIET_S = 15.0


@dataclass(frozen=True, slots=True)
class Text:
    """What a text is compared by. Made by `read`."""

    parts: frozenset[str]
    """Its words; groups of letters where it has few words or no spaces."""
    mark: int
    """A bit for each part: two texts differ in at least as many parts as these bits."""
    size: int
    """Bytes of its letters in UTF-8: a letter of a script says about as much as it takes."""

    @property
    def short(self) -> bool:
        """Whether it is an exclamation, which people come up with by themselves."""
        return self.size <= _SHORT

    def near(self, other: Text) -> bool:
        """Whether the two are equal, or nearly."""
        # Of two sets with an index of 0.8 the difference holds at most a quarter of either.
        if (self.mark ^ other.mark).bit_count() > len(self.parts) // 4:
            return False
        both = len(self.parts & other.parts)
        return 9 * both >= 4 * (len(self.parts) + len(other.parts))


def read(text: str) -> Text:
    """A text as it is compared; emotes of the platform are out of it already. Never raises."""
    folded = _AGAIN.sub(r"\1", fold(text)[:_COMPARED])
    words = tokens(folded)
    joined = "".join(words)
    size = len(joined.encode("utf-8", "replace"))
    if not words:
        words = [sign for sign in folded if sign != " "]
    elif size > _SHORT and (len(words) < _FEW or len(joined) > _LONG_WORDS * len(words)):
        words = [joined[i : i + _GRAM] for i in range(min(len(joined), _LETTERS) - _GRAM + 1)]
    parts = frozenset(words)
    mark = 0
    for part in parts:
        mark |= 1 << hash(part) % _MARK_BITS
    return Text(parts, mark, size)


@dataclass(slots=True)
class _Wave:
    """A text that is going round."""

    first: float
    """When it was first said."""
    last: float
    """When it was last said, let through or not."""
    passed: int = 0
    """How many authors were let through with it."""


@dataclass(slots=True)
class Copies:
    """What was said lately. The caller owns it; bounded, the longest unused goes first.

    One author's text is let through once in 60 s, a short one once in 15 s. One text of different
    authors is let through once if it is long, twice if it is not, until nobody has said it for
    15 s; short ones (`gg`, `hi`) pass five times in 15 s: a hall full of them is heard as a few.
    """

    texts: int = 64
    """Different texts that are remembered at most."""
    authors: int = 1000
    """Authors that are remembered at most."""
    _waves: dict[Text, _Wave] = field(default_factory=dict)
    """In order of when it was last said."""
    _own: dict[Hashable, deque[tuple[float, Text]]] = field(default_factory=dict)
    """What each author was let through with, in order of the authors' last one."""

    def __len__(self) -> int:
        return len(self._waves) + len(self._own)

    def refuse(self, author: Hashable, text: Text, now: float) -> str | None:
        """Why an author's text is a copy; None: it is not, and is remembered as let through."""
        own = self._own.get(author, ())
        within = _OWN_SHORT_S if text.short else _OWN_S
        if any(now - at < within and said.near(text) for at, said in own):
            return BY_AUTHOR
        wave = self._wave(text, now)
        if wave.passed >= next((most for size, most in _PASSED if text.size <= size), 1):
            return BY_OTHERS
        wave.passed += 1
        self._remember(author, text, now)
        return None

    def forget(self, author: Hashable, text: Text) -> None:
        """Takes back that an author's text was let through: it was refused after all."""
        own = self._own.get(author)
        if own and own[-1][1] == text:
            own.pop()
            if (wave := self._waves.get(self._same(text))) is not None:
                wave.passed = max(0, wave.passed - 1)

    def _same(self, text: Text) -> Text:
        """The text that is going round and is nearly this one, or this one."""
        if text in self._waves:
            return text
        return next((said for said in self._waves if said.near(text)), text)

    def _wave(self, text: Text, now: float) -> _Wave:
        for said, over in list(self._waves.items()):
            if now - over.last < _QUIET_S:
                break
            del self._waves[said]
        text = self._same(text)
        wave = self._waves.pop(text, None)
        if wave is None or (text.short and now - wave.first >= _QUIET_S):
            wave = _Wave(now, now)
        wave.last = max(now, wave.last)
        self._waves[text] = wave
        if len(self._waves) > self.texts:
            del self._waves[next(iter(self._waves))]
        return wave

    def _remember(self, author: Hashable, text: Text, now: float) -> None:
        own = self._own.pop(author, None) or deque(maxlen=3)
        own.append((now, text))
        self._own[author] = own
        if len(self._own) > self.authors:
            del self._own[next(iter(self._own))]
