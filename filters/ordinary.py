"""Which words are ordinary ones, remembered from message to message.

Does not know what is done with a word that is none.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from filters.apart import EMOTES, FUNCTION
from filters.leet import BRACKET, spellings, unambiguous
from filters.tokens import shortened, stretched
from filters.wordlist import WordList

_FOREIGN = 0.6
"""Share of unknown words from which a line is in a language that the dictionary does not hold."""
_FOREIGN_WORDS = 4
_COMPOUND = 8
"""Letters from which a word may be several in one."""
_REMEMBERED = 8192
"""Words that are remembered at most; all are forgotten when there are more."""
_LONGEST = 32
_STRANGE = 3
"""Letters from which a token may be more than it looks."""
_DRAWN = 6
"""Letters from which one with a doubled last letter is an ordinary one drawn out."""
_STRETCHES = 4
"""Stretches of one word that are undone each by itself; with more, all alike."""
_TWICE = re.compile(r"(.)\1+")
_THRICE = re.compile(r"(.)\1\1+")


def latin(word: str) -> bool:
    """Whether a word is of the letters a to z, of which spelling and sound are known."""
    return word.isascii() and word.isalpha()


def _unstretched(word: str) -> Iterator[str]:
    """A word with its stretched letters written once or twice, each by itself."""
    yield shortened(word)
    yield _TWICE.sub(r"\1", word)
    count = len(_THRICE.findall(word))
    for times in itertools.product((1, 2), repeat=count) if 0 < count <= _STRETCHES else ():
        each = iter(times)
        yield _THRICE.sub(lambda m, each=each: m[1] * next(each), word)  # type: ignore[misc]


class Kind(NamedTuple):
    """What a token is by itself."""

    plain: str
    """Its likeliest spelling."""
    latin: bool
    """Whether that is of the letters a to z."""
    known: bool
    """Whether that is an ordinary word."""
    common: bool
    """Whether that stands beside any other word by chance."""
    emote: bool
    """Whether it is an emote, which stands beside what is no word by chance as well."""
    telling: bool
    """Whether it tells the language of a line: abbreviations and emotes are of none."""
    strange: tuple[str, ...]
    """The spellings that may be a slip, or sound like something; none of an ordinary word."""


class Ordinary:
    """The ordinary words of a channel. Whatever cannot be told is taken for ordinary."""

    def __init__(self, words: WordList) -> None:
        self._words = words
        self._known: dict[str, bool] = {}
        self._kinds: dict[str, Kind] = {}

    def kinds(self, found: Iterable[str]) -> list[Kind]:
        """What each of some tokens is. They may hold jokers (leet.py)."""
        kinds = self._kinds
        return [kinds[token] if token in kinds else self.kind(token) for token in found]

    def kind(self, token: str) -> Kind:
        """What a token is. It may hold jokers."""
        kind = self._kinds.get(token)
        if kind is None:
            kind = self._kind(token)
            if len(token) <= _LONGEST:
                if len(self._kinds) >= _REMEMBERED:
                    self._kinds.clear()
                self._kinds[token] = kind
        return kind

    def _kind(self, token: str) -> Kind:
        if latin(token):
            known, emote = self.knows(token), token in EMOTES
            strange = () if known else self._nameless((token,))
            telling = len(token) > 2 and not emote
            return Kind(token, True, known, token in FUNCTION, emote, telling, strange)
        if unambiguous(token):
            return Kind(token, False, True, False, token in EMOTES, False, ())
        plain = spellings(token.lstrip(BRACKET))[0]
        known, common, emote = self.knows(plain), plain in FUNCTION, plain in EMOTES
        ways = list(filter(latin, spellings(token)))
        hidden = token[0] == BRACKET or any(map(self.knows, ways))
        return Kind(
            plain, latin(plain), known, common, emote, False, () if hidden else self._nameless(ways)
        )

    def _nameless(self, ways: Sequence[str]) -> tuple[str, ...]:
        """Which spellings, none of them of an ordinary word, may be more than they look."""
        dictionary = self._words.dictionary
        if dictionary is None:
            return ()
        return tuple([word for word in ways if len(word) >= _STRANGE and not dictionary.name(word)])

    def knows(self, word: str) -> bool:
        """Whether it is an ordinary word, stretched or not, or one that the streamer allows."""
        known = self._known.get(word)
        if known is None:
            known = self._look_up(word)
            if len(word) <= _LONGEST:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[word] = known
        return known

    def _look_up(self, word: str) -> bool:
        dictionary = self._words.dictionary
        if dictionary is None or not latin(word):
            return True
        if word in self._words.allowed or word in EMOTES:
            return True
        if len(word) == 1:
            return word in "aeiouy"
        if dictionary.known(word) or (
            len(word) >= _COMPOUND and dictionary.compound(word, self._words.listed)
        ):
            return True
        if len(set(word)) <= len(word) - 2 and stretched(word):
            return any(map(dictionary.known, _unstretched(word)))
        # `burgerr` is what is left of a longer one when it is made ready to be spoken.
        return len(word) >= _DRAWN and word[-1] == word[-2] and dictionary.known(word[:-1])


def foreign(kinds: Sequence[Kind]) -> bool:
    """Whether tokens are of a language that the dictionary does not hold.

    `gg wp kekw` tells nothing.
    """
    known = [kind.known for kind in kinds if kind.telling]
    return len(known) >= _FOREIGN_WORDS and known.count(False) >= _FOREIGN * len(known)
