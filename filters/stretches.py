"""What stretches of text without spaces hold by themselves, remembered from message to message.

Does not know how a text is read. Chat says the same few thousand words again and again: most are
looked at once. Whatever depends on more than the stretch and the lists is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from filters.effort import TooContrived
from filters.inside import meant
from filters.leet import BRACKET, spellings, unambiguous
from filters.masks import masked, may_be_masked
from filters.tokens import shortened, spans, stretched, tokens
from filters.wordlist import KEY, WordList

_REMEMBERED = 8192
"""Stretches that are remembered at most; all are forgotten when there are more."""
_LONGEST = 32
"""Characters of a stretch that is remembered."""
_LOOKED_UP = 200
"""Spellings that are looked up for one stretch at most; a whole ordinary line needs up to 160."""
_MEANT = 3
"""Look-ups that it takes to tell whether a word inside another one is meant."""
_LONG = 40
"""Letters from which no token is a word by itself: whatever is found inside counts."""


Found = tuple[int, str, int, int]
"""Entry, how it stands there, start, end."""


class Stretch(NamedTuple):
    """What was found in a stretch."""

    tokens: tuple[str, ...]
    """Its tokens."""
    found: tuple[Found, ...]
    """The entries that it holds, the surest first of each token."""
    looked_up: int
    """Spellings that were looked up for it: what a made-up one costs."""


_Token = tuple[tuple[tuple[int, str], ...], int]
"""Entries and how they stand in a token, and the spellings that were looked up."""


class Stretches:
    """The stretches that a block list was asked about."""

    def __init__(self, words: WordList) -> None:
        self._look = _Look(words)
        self._known: dict[str, Stretch] = {}

    def of(self, text: str) -> Stretch:
        """What a stretch holds. Raises TooContrived: it alone is more than a message may be."""
        known = self._known.get(text)
        if known is None:
            known = self._look.at(text)
            if len(text) <= _LONGEST:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[text] = known
        return known


class _Look:
    """A look at one stretch after the other."""

    def __init__(self, words: WordList) -> None:
        self._words = words
        self._known: dict[str, _Token] = {}
        self._looked_up = 0

    def at(self, text: str) -> Stretch:
        self._looked_up = 0
        # Letters and digits alone are one token, and most of those hold nothing.
        alone = text.isalnum()
        if alone and unambiguous(text) and self._words.strange_to(text):
            return Stretch((text,), (), 1)
        found = (text,) if alone else tuple(tokens(text))
        if len(found) == 1 and found[0] == text:
            held = tuple([(index, how, 0, len(text)) for index, how in self._token(text)])
        else:
            held = tuple(self._held(text, found)) if found else ()
        return Stretch(found, held, self._looked_up)

    def _opened(self, index: int | None, spelling: str) -> int | None:
        return None if index is None or self._words.opened(index, spelling) else index

    def _take(self, looked_up: int) -> None:
        self._looked_up += looked_up
        if self._looked_up > _LOOKED_UP:
            raise TooContrived

    def _whole(self, word: str) -> int | None:
        self._take(1)
        return self._opened(self._words.whole(word), word)

    def _held(self, text: str, found: Sequence[str]) -> Iterator[Found]:
        for token in dict.fromkeys(found):
            for index, how in self._token(token):
                yield index, how, *spans(text)[found.index(token)]
        if len(found) > 1 and len(joined := "".join(found)) > 2:
            for spelling in spellings(joined):
                if (index_of_all := self._whole(spelling)) is not None:
                    place = spans(text)
                    yield index_of_all, "pulled apart", place[0][0], place[-1][1]
        if may_be_masked(text):
            for index, start, end in masked(self._words, text, self._inside):
                yield index, "masked", start, end

    def _token(self, token: str) -> tuple[tuple[int, str], ...]:
        """What a token holds: it stands in other stretches too, beside other signs."""
        known = self._known.get(token)
        if known is None:
            before = self._looked_up
            held = self._new(token)
            if len(token) <= _LONGEST:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[token] = held, self._looked_up - before
            return held
        self._take(known[1])
        return known[0]

    def _new(self, token: str) -> tuple[tuple[int, str], ...]:
        ways = spellings(token)
        if token[0] == BRACKET and len(token) < KEY:
            ways = ways[-1:]
        if all(map(self._words.strange_to, ways)):
            self._take(len(ways))
            return ()
        return tuple(self._in_token(ways))

    def _in_token(self, ways: Sequence[str]) -> Iterator[tuple[int, str]]:
        for word in ways:
            if (index := self._whole(word)) is not None:
                yield index, "whole word"
            elif (index := self._opened(self._words.wild(word), word)) is not None:
                yield index, "wildcard"
        for word in ways:
            for index in self._inside(word):
                yield index, "inside another word"

    def _inside(self, token: str) -> Iterator[int]:
        inside = self._words.inside
        if len(token) <= KEY:
            return
        squeezed = shortened(token) if stretched(token) else token
        for i in [i for i in range(len(squeezed) - KEY + 1) if squeezed[i : i + KEY] in inside]:
            for word, index in inside[squeezed[i : i + KEY]]:
                if not squeezed.startswith(word, i) or self._words.opened(index, token):
                    continue
                end = i + len(word)
                self._take(_MEANT)
                if len(token) > _LONG or meant(squeezed, i, end, self._words):
                    yield index
                elif self._whole(squeezed[:i] + squeezed[end:]) is not None:
                    yield index
