"""Names of accounts as a voice can say them: `Cool_Name123` as `Cool Name`.

Does not know whether a name may be said: what comes out is judged like any other text.
"""

from __future__ import annotations

import re
import unicodedata

from filters.fold import clean
from filters.phrases_said import phrases

MAX_NAME = 20
"""Characters of a name that are said."""

_UNSAID = re.compile(r"[^\w'’-]|_")
_EDGES = re.compile(r"(?:^|(?<=\s))['’-]+|['’-]+(?=\s|$)")
_FRAMED = re.compile(r"x{1,3} ?(?=\S)(.{3,40}?)(?<=\S) ?x{1,3}", re.IGNORECASE)
_FRAME = re.compile(r"(?:xX|Xx|xx|XX|x |X ).*(?:xX|Xx|xx|XX| x| X)")
_CAMEL = re.compile(
    r"(?<=[a-zß-ÿ]{2})(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zß-ÿ]{2})|(?<=\d)(?=[A-ZÀ-Þ][a-zß-ÿ])"
)
_TAIL = re.compile(r"(?<=[^\W\d_]{3}) ?\d+(?=\s|$)")
_LONG_NUMBER = re.compile(r"\d(?:\W?\d){4,}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)


def _digits(text: str) -> str:
    return "".join([str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text])


def _fitting(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    head, space, _ = name[: MAX_NAME + 1].rpartition(" ")
    return head.rstrip() if space else name[:MAX_NAME]


def spoken_name(name: str) -> str:
    """What is said for the name of an account, at most `MAX_NAME` characters.

    Signs and emoji, a tail of digits, an `xX...Xx` frame and long numbers are left out, words are
    told apart by `_` and capitals, stretched letters shortened. "" where nothing is left to say.
    """
    text = clean(unicodedata.normalize("NFKC", clean(name)))[: 4 * MAX_NAME]
    text = " ".join(_UNSAID.sub(" ", _digits(text)).split())
    if _FRAME.fullmatch(text):
        text = _FRAMED.sub(r"\1", text)
    text = _TAIL.sub("", _CAMEL.sub(" ", text))
    text = _STRETCHED.sub(r"\1\1", _LONG_NUMBER.sub(" ", text))
    words = _EDGES.sub("", text).split()
    if text.isupper():
        words = [word.capitalize() if len(word) > 3 and word.isalpha() else word for word in words]
    said = _fitting(clean(" ".join(words)))
    return said if any(map(str.isalnum, said)) else ""


def nobody(language: str) -> str:
    """What is said for an author whose name is not: `a viewer`."""
    return phrases(language).nobody


def says(name: str, language: str) -> str:
    """`NAME says` in a language; NAME is one that may be said, or empty for `nobody`."""
    words = phrases(language)
    return f"{name or words.nobody} {words.says}"
