"""What is said again and again, said less: letters, syllables, words, groups of words, signs.

Does not know what a word is beyond its letters. All patterns are bounded.
"""

from __future__ import annotations

import operator
import re

_PERIOD = 6
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_AGAIN = re.compile(r"([^\s\d]{2,10}?)\1{2,}", re.IGNORECASE)
# No word of an alphabet is longer; scripts without spaces are left alone.
_ENDLESS = re.compile(r"([a-zA-Z\u00c0-\u052f]{30})[a-zA-Z\u00c0-\u052f]+")
_MASHED = re.compile(r"([bcdfghjklmnpqrstvwxz]{3})[bcdfghjklmnpqrstvwxz]{7,}", re.IGNORECASE)
_MARKS = re.compile(r"([!?])[!?]+|([.,:;'\"-])\2+|([^\w\s])\3{2,}")
_SIGNS = re.compile(r"[^\w\s]{2}")
_LEAST_MASHED = 10


def _once(text: str) -> str:
    """Groups of up to `_PERIOD` words that are said three times and more, said twice."""
    heard = text.casefold().split()
    if len(set(heard)) == len(heard):
        return text
    words = text.split()
    for period in range(1, _PERIOD + 1):
        if sum(map(operator.eq, heard, heard[period:])) < 2 * period:
            continue
        kept: list[int] = []
        for i in range(len(words)):
            kept.append(i)
            last = [heard[k] for k in kept[-3 * period :]]
            if len(last) == 3 * period and last == last[:period] * 3:
                del kept[-period:]
        words, heard = [words[k] for k in kept], [heard[k] for k in kept]
    return " ".join(words)


def _twice(word: str) -> str:
    """A word with letters and pieces that stand there three times and more written twice."""
    folded = word.casefold()
    # How many letters of it stand there already: a piece of two needs four to stand there three
    # times. Few words hold what the patterns look for.
    again = len(folded) - len(set(folded))
    if again >= 2:
        word = _STRETCHED.sub(r"\1\1", word)
    return _AGAIN.sub(r"\1\1", word) if again >= 4 else word


def shortened(text: str) -> str:
    """The text with stretches cut short: a letter to two, a piece or a group of words to two.

    Words of more than 30 letters and mashed keys are cut, repeated signs are one.
    """
    words = text.casefold().split()
    text = " ".join([_twice(word) for word in text.split(" ")])
    if max(map(len, words), default=0) >= _LEAST_MASHED:
        text = _ENDLESS.sub(r"\1", _MASHED.sub(r"\1", text))
    if _SIGNS.search(text):
        text = _MARKS.sub(r"\1\2\3", text)
    return _once(text)
