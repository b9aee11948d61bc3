"""Chat text as people see it, and the readings of it that the matchers look at.

Does not know any block list, nor what is done with a reading. Linear in the text, which is cut to
`RAW_LIMIT` code points before anything and to `LIMIT` after what cannot be seen is out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from filters import lookalikes, markup

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
_GROWTH = 4
"""How many characters a written one may stand for, on average."""
_SENTENCES = {0xFDFA: "صلى", 0xFDFB: "جل"}
"""Ligatures that are whole sentences, and the words they begin with."""
_STACKED = re.compile(rf"m{{{MAX_MARKS + 1},}}")
_CAMEL = re.compile(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z0-9])")
_LEET_SIGN = re.compile(r"[0-9@$!+|(<€£¢¥#]")
_LEET_WORD = re.compile(r"[^\W\d_]|[@$!+#(]")
_LEET = str.maketrans("023456789@$+(<€£¢¥#", "ozeasgtbgastcceecyh")
_ONE_AS_I = str.maketrans("1|!", "iii")
_ONE_AS_L = str.maketrans("1|!", "lll")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text."""

    name: str
    """Which way: stable, short, for reasons and the log."""
    text: str
    """The text read so: caseless, without marks on its letters."""


def unseen(char: str) -> bool:
    """Whether a character shows nothing at all: control, format, filler, surrogate, unassigned."""
    return char in _BLANK or not (char.isprintable() or char.isspace())


def _few_marks(text: str) -> str:
    # Only marks that stack have a class; vowel signs of Indic scripts are letters here.
    marks = {char for char in set(text) if unicodedata.combining(char) or char in _ENCLOSING}
    if not marks:
        return text
    kept, last = [], 0
    for match in _STACKED.finditer("".join(["m" if char in marks else " " for char in text])):
        kept.append(text[last : match.start() + MAX_MARKS])
        last = match.end()
    return "".join(kept) + text[last:]


def clean(text: str) -> str:
    """The text without what cannot be seen, at most `LIMIT` code points, spaces single.

    Out go control, format (bidi, zero width, tags), filler, private and unassigned characters,
    lone surrogates, and every combining mark above `MAX_MARKS` on one letter. Never raises;
    `clean(clean(x)) == clean(x)`.
    """
    text = text[:RAW_LIMIT].strip()
    if not (text.isascii() and text.isprintable()):
        hidden = {char for char in set(text) if unseen(char)}
        if hidden:
            text = text.translate(dict.fromkeys(map(ord, hidden)))
        text = _few_marks(" ".join(text.split()))
    return " ".join(text.split())[:LIMIT].rstrip()


def _fold(cleaned: str) -> str:
    if cleaned.isascii():
        return cleaned.lower()
    letters = cleaned.translate(lookalikes.EMOJI_LETTERS).translate(_SENTENCES)
    bare = unicodedata.normalize("NFKD", letters)[: _GROWTH * LIMIT]
    for mark in {c for c in set(bare) if unicodedata.category(c).startswith("M")}:
        bare = bare.replace(mark, "")
    return " ".join(unicodedata.normalize("NFKC", bare.casefold()).split())


def fold(text: str) -> str:
    """A text as a reader hears it in the head: compatibility forms, case and marks gone."""
    return _fold(clean(text))


def _leet(folded: str) -> Iterator[Reading]:
    if not _LEET_SIGN.search(folded):
        return
    words = folded.split(" ")
    # A number is a number: `455` is no word, `4ss` and `4$$` are.
    cores = [len(c) if _LEET_WORD.search(c) else 0 for c in (w.rstrip("!?.,") for w in words)]
    signs = folded.translate(_LEET)
    tables = (("leet", _ONE_AS_I), ("leet, 1 as l", _ONE_AS_L))
    for name, one in tables[: 1 + any(c in folded for c in "1|!")]:
        read = zip(signs.translate(one).split(" "), words, cores, strict=True)
        yield Reading(name, " ".join([as_[:core] + word[core:] for as_, word, core in read]))


def _readings(cleaned: str) -> Iterator[Reading]:
    folded = _fold(cleaned)
    yield Reading("folded", folded)
    if _CAMEL.search(cleaned):
        apart = _fold(_CAMEL.sub(" ", cleaned))
        yield Reading("words by capitals", apart)
        yield from (Reading(f"words by capitals, {r.name}", r.text) for r in _leet(apart))
    # ASCII is left as it is: the leet readings of the look-alike one cover those of the folded one.
    alike = folded.translate(lookalikes.LATIN)
    if alike != folded:
        yield Reading("look-alike letters", alike)
    yield from _leet(alike)


def readings(text: str) -> tuple[Reading, ...]:
    """Every reading that may hold a word, the plain one first; equal readings are given once.

    A further way to read is one more generator here: the matchers do not change.
    """
    cleaned = clean(text)
    found: dict[str, Reading] = {}
    for reading in _readings(cleaned):
        found.setdefault(reading.text, reading)
    bare = markup.strip(cleaned, gap="")
    if bare != cleaned:
        for reading in _readings(clean(bare)):
            found.setdefault(reading.text, Reading(f"markup out, {reading.name}", reading.text))
    return tuple(found.values())
