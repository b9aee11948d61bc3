"""Chat text as people see it, and folded: without case, marks, fonts.

Does not know any block list. Linear in the text, which is cut to
`RAW_LIMIT` code points before anything and to `LIMIT` after what cannot be seen is out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from filters import lookalikes
from filters.charsets import BASIC, Table, among, beyond_basic, where

RAW_LIMIT = 10_000
"""Code points of a raw text that are looked at; the rest can never be spoken."""
LIMIT = 600
"""Code points of a cleaned text: above what any chat lets a viewer type."""
MAX_MARKS = 2
"""Combining marks kept on one letter; Vietnamese needs two."""

# Letters, marks and symbols by category, but blank on screen: fillers, variation selectors,
# and the joiner that chat clients append to get past the duplicate check.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_ENCLOSING = frozenset(
    "\u0488\u0489\u1abe\u20dd\u20de\u20df\u20e0\u20e2\u20e3\u20e4\ua670\ua671\ua672"
)
_LETTERS = Table(lookalikes.LETTERS | lookalikes.STROKED)
_GROWTH = 2
"""How many characters a written one may stand for, on average."""
_SENTENCES = {"\ufdfa": "صلى", "\ufdfb": "جل"}
"""Ligatures that are whole sentences, and the words they begin with. Nobody types the rest."""
_SLICE = 750
"""Characters that are looked at together: of most texts the first ones are enough."""
_STACKED = re.compile(rf"m{{{MAX_MARKS + 1},}}")


def unseen(char: str) -> bool:
    """Whether a character shows nothing at all: control, format, filler, surrogate, unassigned."""
    return char in _BLANK or not (char.isprintable() or char.isspace())


def _stacks(char: str) -> bool:
    # Only marks that stack have a class; vowel signs of Indic scripts are letters here.
    return unicodedata.combining(char) != 0 or char in _ENCLOSING


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


_UNSEEN = re.compile(among([code for code in BASIC if unseen(chr(code))]))
_FAR = re.compile("[\U00040000-\U0010ffff]+")
"""Planes without a character that shows: tags, selectors, private use, what is not assigned."""
_STACKING = where(_stacks)
_STACK = re.compile(rf"{_STACKING}{{{MAX_MARKS + 1},}}")
_STACKS = re.compile(_STACKING)
_MARK = re.compile(where(_is_mark))


def _few_marks(text: str) -> str:
    if not beyond_basic(text):
        return _STACK.sub(lambda stack: stack[0][:MAX_MARKS], text)
    marks = {char for char in set(text) if char > "\uffff" and _stacks(char)}
    marks.update(_STACKS.findall(text))
    if not marks:
        return text
    kept, last = [], 0
    for match in _STACKED.finditer("".join(["m" if char in marks else " " for char in text])):
        kept.append(text[last : match.start() + MAX_MARKS])
        last = match.end()
    return "".join(kept) + text[last:]


def _without(text: str, pattern: re.Pattern[str], what: Callable[[str], bool]) -> str:
    """A text without the characters of a kind; the pattern has those of the basic plane."""
    text = pattern.sub("", text)
    if not beyond_basic(text):
        return text
    out = set(filter(what, {char for char in text if char > "\uffff"}))
    return "".join([char for char in text if char not in out]) if out else text


def _visible(text: str) -> str:
    """What can be seen of the text; of its end only what may get into the first `LIMIT`."""
    kept = ""
    for start in range(0, len(text), _SLICE):
        part = text[start : start + _SLICE]
        part = _without(_FAR.sub("", part), _UNSEEN, unseen)
        # Again with what was kept: marks go on across the border.
        kept = _few_marks(" ".join((kept + part).split()) + (" " if part[-1:].isspace() else ""))
        if len(kept) > LIMIT:
            break
    return kept


# Every rule cleans what it is given, and most are given what is clean already.
_cleaned: dict[str, str] = {}
_REMEMBERED = 32


def _clean(text: str) -> str:
    cleaned = text
    for sentence, begins in _SENTENCES.items():
        cleaned = cleaned.replace(sentence, begins)
    cleaned = " ".join(_visible(cleaned).split())[:LIMIT].rstrip()
    if len(_cleaned) >= _REMEMBERED:
        _cleaned.clear()
    _cleaned[text] = _cleaned[cleaned] = cleaned
    return cleaned


def clean(text: str) -> str:
    """The text without what cannot be seen, at most `LIMIT` code points, spaces single.

    Out go control, format (bidi, zero width, tags), filler, private and unassigned characters,
    lone surrogates, and every combining mark above `MAX_MARKS` on one letter. Never raises;
    `clean(clean(x)) == clean(x)`.
    """
    text = text[:RAW_LIMIT].strip()
    if not (text.isascii() and text.isprintable()):
        known = _cleaned.get(text)
        return _clean(text) if known is None else known
    return " ".join(text.split())[:LIMIT].rstrip()


def fold_cleaned(cleaned: str) -> str:
    """The same as `fold` for a text that is clean already."""
    if cleaned.isascii():
        return cleaned.lower()
    letters = _LETTERS.replace(cleaned)
    bare = unicodedata.normalize("NFKD", letters)[: _GROWTH * LIMIT]
    bare = _without(bare, _MARK, _is_mark)
    return " ".join(unicodedata.normalize("NFKC", bare.casefold()).split())


def fold(text: str) -> str:
    """A text as a reader hears it in the head: compatibility forms, case and marks gone."""
    return fold_cleaned(clean(text))
