"""A text -> its phrases, and about how long each takes to say. Knows no audio.

Length is told in beats: syllables as far as letters show them, a character of Chinese, kana or
Hangul each.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ENDS = ".!?\u2026\u3002\uff01\uff1f"
_SPLIT = re.compile(
    "(?<=[.!?\u2026;:,])[\"'\u201d\u2019)\\]]*\\s+"
    "|(?<=[\u3002\uff01\uff1f\uff1b\uff1a\uff0c\u3001])"
    "|\\s+(?=[-\u2013\u2014]+\\s)"
)
_CLOSING = "\"'\u201d\u2019)] "
_WORD = re.compile(r"\w+")
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_SMALL = frozenset("\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087"
                   "\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30fc")  # fmt: skip
_VOWELS = re.compile(
    "[aeiouy\u00e6\u00f8\u0153\u0131"
    "\u0430\u0435\u0438\u043e\u0443\u044b\u044d\u044e\u044f\u0454\u0456"
    "\u03b1\u03b5\u03b7\u03b9\u03bf\u03c5\u03c9]+"
)
_KNOWN = re.compile("[a-z\u00e6\u00f8\u0153\u0131\u00df\u0430-\u045f\u03b1-\u03c9]")
_SLOWEST, _FASTEST = 2.2, 9.0
"""Beats a second of sound, pauses left out."""
_DIGIT = 1.5
_LETTERS = 2.0
"""Of a script whose vowels are not written, for a beat."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What stands between two marks at which one may pause."""

    text: str
    beats: float
    """About how many syllables it has."""
    closes: bool
    """Whether it ends a sentence."""


def phrases(text: str) -> list[Phrase]:
    """The phrases of a text; those in which there is nothing to say are left out."""
    found: list[Phrase] = []
    start = 0
    for end in [*(match.end() for match in _SPLIT.finditer(text)), len(text)]:
        part = text[start:end].strip()
        start = end
        if size := beats(part):
            found.append(Phrase(part, size, part.rstrip(_CLOSING)[-1:] in _ENDS))
    return found


def beats(text: str) -> float:
    """About how many syllables a text has."""
    east = _EAST.findall(text)
    rest = _EAST.sub(" ", text).lower()
    return sum(c not in _SMALL for c in east) + sum(map(_of_word, _WORD.findall(rest)))


def fit(text: str, sounding: float) -> bool:
    """Whether a text can be what is said in so many seconds of sound."""
    return _SLOWEST <= beats(text) / max(sounding, 0.1) <= _FASTEST


def _of_word(word: str) -> float:
    digits = sum(c.isdigit() for c in word)
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if c.isalpha())
    if not plain:
        return digits * _DIGIT
    if not _KNOWN.search(plain):
        return max(1.0, len(plain) / _LETTERS) + digits * _DIGIT
    count = len(_VOWELS.findall(plain))
    if count > 1 and re.search("[^aeiouy]es?$", word) and not word.endswith("le"):
        count -= 1
    return max(1, count) + digits * _DIGIT
