"""Chat text into the exact text that a voice is given.

Does not know what is allowed, nor which engine speaks. What remains holds no character that an
engine obeys, no emote, emoji or art, no stretch that takes a minute to say.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable

from filters import links, markup
from filters.fold import LIMIT, clean
from filters.message import Fragment, FragmentType

CHARS_PER_SECOND = 14.0
"""How fast voices speak, on average."""
LONG_NUMBER = "a long number"
"""What is said for one."""

_PERIOD = 6
_MENTION = re.compile(r"(?<![\w@])@(\w+)")
# Ten digits and more, however they are grouped, unless words stand between.
_DIGITS = re.compile(r"\+?\(?(?:\d[\s.,()+-]{0,3}){9,}\d\)?")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_AGAIN = re.compile(r"([^\W\d_]{2,8}?)\1{2,}", re.IGNORECASE)
_LAUGH = re.compile(r"\b(?:a?(?:[hj][aeiou]){3,}[hj]?|a?(?:[hj][aeiou]){2,}[hj])\b", re.IGNORECASE)
# No word of an alphabet is longer; scripts without spaces are left alone.
_ENDLESS = re.compile(r"([a-zA-Z\u00c0-\u052f]{30})[a-zA-Z\u00c0-\u052f]+")
_MARKS = re.compile(r"([!?])[!?]+|([.,:;'\"-])\2+")
_SHOUTED = re.compile(r"\b[^\W\d_]{4,}\b")
_OBEYED = re.compile(r"&(?=#?\w{1,32};)|[\[\]<>{}|^~*_#\\`=/]|\$(?!\d)")
_DRAWN = frozenset("=/\\|_~#*<>^()[]{}°+`-") | set(
    map(chr, (*range(0x2500, 0x2600), *range(0x2800, 0x2900)))
)
_DRAWING = 12
_DRAWN_SHARE = 0.65


def estimate_seconds(text: str) -> float:
    """How long a voice takes to say a text, in seconds."""
    return len(text) / CHARS_PER_SECOND


def cut(text: str, seconds: float) -> str:
    """The beginning of a text that takes at most so long to say, cut between words.

    A word is cut only where the text holds no space to cut at (one long word, or a script without
    spaces).
    """
    longest = max(0, int(seconds * CHARS_PER_SECOND))
    if len(text) <= longest:
        return text
    head, space, _ = text[: longest + 1].rpartition(" ")
    return (head if space else text[:longest]).rstrip()


def without_emotes(text: str, fragments: Iterable[Fragment]) -> str:
    """The text with the platform's emotes, cheermotes and emoji out and mentions as names.

    Fragments that do not add up to the text are not believed: the text is taken as it is.
    """
    fragments = tuple(fragments)
    if not fragments or "".join(f.text for f in fragments) != text:
        return text
    return "".join(_said(fragment) for fragment in fragments)


def _said(fragment: Fragment) -> str:
    match fragment.type:
        case FragmentType.EMOTE | FragmentType.CHEERMOTE | FragmentType.EMOJI:
            return " "
        case FragmentType.MENTION:
            return fragment.text.removeprefix("@").replace("_", " ")
    return fragment.text


def drawn(text: str) -> bool:
    """Whether a text is a drawing of characters rather than something to say."""
    ink = [c for c in text if not (c.isspace() or unicodedata.combining(c))]
    drawing = sum(c in _DRAWN for c in ink)
    return len(ink) >= _DRAWING and drawing / len(ink) >= _DRAWN_SHARE


def _plain(char: str) -> str:
    """A character as a voice can say it: digits of any script as ASCII, pictures as a space."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    # So: emoji and drawings; Sk: skin tones and spacing accents; Co: fonts of one machine only.
    if char not in "°^`" and unicodedata.category(char) in ("So", "Sk", "Me", "Co"):
        return " "
    return char


def _once(text: str) -> str:
    """Groups of up to `_PERIOD` words that are said three times and more, said twice."""
    words = text.split()
    heard = [word.casefold() for word in words]
    if len(set(heard)) == len(heard):
        return text
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


def _lower(text: str) -> str:
    """Shouted words in lower case; with most of the line shouted, all of it."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        return text.lower()
    return _SHOUTED.sub(lambda m: m[0].lower() if m[0].isupper() else m[0], text)


def speakable(text: str) -> str:
    """What a voice is to say for a text that is without emotes already; may be empty.

    The result is clean (fold.py) and holds a letter or digit unless it is empty.
    """
    text = unicodedata.normalize("NFKC", clean(text))[: 2 * LIMIT]
    text = markup.strip(text)[:LIMIT]
    text = _MENTION.sub(lambda m: m[1].replace("_", " "), links.replace(text))
    text = _OBEYED.sub(" ", text if text.isascii() else "".join(map(_plain, text)))
    text = _DIGITS.sub(f" {LONG_NUMBER} ", text)
    text = _LAUGH.sub("haha", text)
    text = _STRETCHED.sub(r"\1\1", _AGAIN.sub(r"\1\1", text))
    text = _ENDLESS.sub(r"\1", text)
    text = _MARKS.sub(r"\1\2", text)
    text = clean(_once(_lower(text)))
    return text if any(map(str.isalnum, text)) else ""
