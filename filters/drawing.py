"""Whether a text is a drawing made of characters, not something to say.

Does not know what is done with one. Counts characters, and knows a few figures by their form.
Sums, arrows, emoticons, markdown, addresses and scripts without spaces are no drawings.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping

_STROKES = frozenset("=/\\|_~#*<>^()[]{}°+`-")
_INK = 12
_SHARE = 0.65
_BLOCKS = 0.3
_SYMBOLS_INK = 60
_SYMBOLS = 0.85
_SPEECH = frozenset("!?.,;:'\"…¡¿。、！？，")
_FACES = 4
_WORD = re.compile(r"[^\W\d_]{2}")
_FACE = re.compile(r"[(（][^()（）a-zA-Z0-9]{3,14}[)）]|ʕ[^ʔ]{1,8}ʔ")
# Figures that chat draws to be rude, in one line of signs.
_FIGURE = re.compile(
    r"(?<![\w.])(?:8=+[dD]|[8B3]={2,20}[D>)3]|[cC]={2,20}3|8-{3,20}[D>])(?![^\W\dD_])"
    r"|={6,60}[D>]|\(\s?[.•oO]\s?\)\s?\(\s?[.•oO]\s?\)|\(\s?[.•]\s?[YyVv]\s?[.•]\s?\)|\(_[|Y!]_\)"
)


def _is_block(char: str) -> bool:
    """Box drawing, blocks, geometric shapes, Braille patterns."""
    return "\u2500" <= char <= "\u25ff" or "\u2800" <= char <= "\u28ff"


def _is_stroke(char: str) -> bool:
    return char in _STROKES or _is_block(char)


def _is_symbol(char: str) -> bool:
    return not char.isalnum() and char not in _SPEECH and ord(char) < 0x2600


def _count(kind: Callable[[str], bool], counts: Mapping[str, int]) -> int:
    return sum([count for char, count in counts.items() if kind(char)])


def find(text: str) -> tuple[int, int] | None:
    """Where a text is a drawing of characters rather than something to say; None: it is none.

    Twelve strokes that are two thirds of what is seen, twelve blocks that are a third, nearly
    nothing but signs over sixty characters, four faces of signs: the whole text; or a known figure.
    """
    if "=" in text or "(" in text or "--" in text:
        if figure := _FIGURE.search(text):
            return figure.span()
    return (0, len(text)) if _all_drawn(text) else None


def _all_drawn(text: str) -> bool:
    ink = text.replace(" ", "")
    if len(ink) < _INK or ink.isalnum():
        return False
    counts = Counter(ink)
    if not ink.isascii():
        for char in [c for c in counts if c.isspace() or unicodedata.combining(c)]:
            del counts[char]
    # Whatever is drawn with is no letter and no digit.
    signs = {char: count for char, count in counts.items() if not char.isalnum()}
    if not ink.isascii():
        blocks = _count(_is_block, signs)
        if blocks >= _INK and blocks >= _BLOCKS * counts.total():
            return True
        if len(_FACE.findall(text)) >= _FACES:
            return True
    size = counts.total()
    # One face of signs beside a word is no drawing.
    if size < 2 * _INK and _WORD.search(text):
        return False
    if size >= _INK and _count(_is_stroke, signs) >= _SHARE * size:
        return True
    return size >= _SYMBOLS_INK and _count(_is_symbol, signs) >= _SYMBOLS * size
