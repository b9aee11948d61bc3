"""Digits and signs read as the letters they stand for.

Does not know any block list. A sign that stands for one of several letters becomes a joker, which
`spellings` undoes: `811pp0` has one reading and sixteen spellings.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

BRACKET = "ȼ"
"""Half a pair of brackets: a `c`, or nothing."""
_JOKERS = {"ı": ("i", "l"), "ƍ": ("g", "b"), "ŧ": ("t", "l"), BRACKET: ("c", "")}
"""Letters that no folded text holds, and what each stands for; the likelier first."""
JOKERS = frozenset(_JOKERS)
"""Those letters."""
_MOST = 4
"""Jokers of a word that are tried both ways; the others are read the likelier way."""
_JOKER = re.compile(f"[{''.join(_JOKERS)}]")
_LONGEST = 40
"""Letters from which all jokers of a word are read the likelier way, or all the other."""
_SIGNS = str.maketrans("0234567891@$+(<{€£¢¥#!|¡§©®†×√", "ozeasƍŧbgıastccceecyhıııscrtxv")
_PIECES = re.compile(r"[-\w|\\/<>()\[\]{}!^_°'*+$#@€]{2,}")
# Letters drawn with several signs.
_DRAWN = dict((
    ("|\\/|", "m"), ("/\\/\\", "m"), ("\\/\\/", "w"), ("|\\|", "n"), ("/\\/", "n"), ("|-|", "h"),
    ("]-[", "h"), ("|_|", "u"), ("(_)", "u"), ("\\_/", "u"), ("|3", "b"), ("|8", "b"), ("|<", "k"),
    ("|{", "k"), ("|)", "d"), ("|>", "p"), ("|°", "p"), ("|*", "p"), ("|=", "f"), ("|2", "r"),
    ("|_", "l"), ("/\\", "a"), ("\\/", "v"), ("><", "x"), (")(", "x"), ("()", "o"), ("[]", "o"),
    ("'/", "y"), ("[)", "d"), ("<>", "o"), ("/-\\", "a"), ("|v|", "m"), ("<|", "d"),
    ("_|", "j"), ("13", "b"),
))  # fmt: skip
_STROKES = re.compile("|".join(map(re.escape, sorted(_DRAWN, key=len, reverse=True))))
_SIGN = re.compile(r"[0-9@$!+|(<{€£¢¥#¡§©®†×√]")
_LETTER = re.compile(r"[^\W\d_]|[@$!+#(|€¢¡]")
_APART = re.compile(r"(?<!\S)(?:\S ){2,39}\S(?!\S)")
_NO_U = re.compile(r"\b(?=\w{4})[b-df-hj-np-tw-xz]{1,3}v[b-df-hj-np-tw-xz]{1,6}\b")
_NUMBER = re.compile(
    r"[#$€£¥+(]*\d[\d.,:%/-]*(?:st|nd|rd|th|s|k|m|x|h|d|p|e|kg|km|cm|mm|gb|mb|fps|hz|am|pm|min|hp|xp)?[!?.,;:)]*"
)


def _plain(word: str) -> bool:
    """Whether a word is a number with its unit, or holds nothing that may stand for a letter."""
    return not (_SIGN.search(word) and _LETTER.search(word)) or _NUMBER.fullmatch(word) is not None


def _core(word: str, closed: bool) -> tuple[str, str, str]:
    """A word without what stands around it as punctuation: before, the core, behind."""
    core = word.rstrip("!?.,;:") or word
    start = 0
    if core[0] in "([{<" and not _SIGN.search(core[1:]):
        start = 1
        if closed:
            return core[0], core[1:], word[len(core) :]
        # Half a pair of brackets may be a letter, or a slip.
        return "", BRACKET + core[1:], word[len(core) :]
    elif core[0] == "#" and not _SIGN.search(core[1:]):
        start = 1
    return core[:start], core[start:], word[len(core) :]


def _read(word: str, closed: bool) -> str:
    if _plain(word):
        return word
    before, core, after = _core(word, closed)
    # `foo()` calls a function.
    return before + core.replace("()", "").translate(_SIGNS) + after


def _read_apart(match: re.Match[str]) -> str:
    """Characters set apart, those that are no letters read as such if they are half at most."""
    run = match[0]
    if 2 * sum(map(str.isalpha, run)) < len(run) // 2 + 1:
        return run
    return run.translate(_SIGNS)


def leet(folded: str) -> str:
    """A folded text with digits and signs read as letters, jokers among them.

    A number is a number: `455` is no word, `4ss` and `4$$` are.
    """
    if _SIGN.search(folded):
        folded = _APART.sub(_read_apart, folded)
        closed = not {")", "]", "}", ">"}.isdisjoint(folded)
        folded = " ".join([_read(word, closed) for word in folded.split(" ")])
    if "v" in folded:
        folded = _NO_U.sub(lambda m: m[0].replace("v", "u"), folded.replace("vv", "w"))
    return folded


def drawn_letters(folded: str) -> str:
    """A folded text with letters that are drawn with several signs as letters: `|<` is `k`."""
    if not _PIECES.search(folded) or not any(sign in folded for sign in "|\\/()[]<>"):
        return folded
    words = folded.split(" ")
    for i, word in enumerate(words):
        drawn = _STROKES.sub(lambda match: _DRAWN[match[0]], word)
        if drawn != word and any(map(str.isalnum, drawn)):
            words[i] = drawn
    return " ".join(words)


def unambiguous(word: str) -> bool:
    """Whether a word holds no jokers, so that it is its own only spelling."""
    return word.isascii() or _JOKER.search(word) is None


def spellings(word: str) -> tuple[str, ...]:
    """Every spelling of a word with jokers; the word alone if it holds none."""
    if unambiguous(word):
        return (word,)
    places = [match.start() for match in _JOKER.finditer(word)]
    letters = list(word)
    both: Iterable[tuple[str, ...]]
    if len(word) > _LONGEST:
        both = zip(*[_JOKERS[word[i]] for i in places], strict=True)
    else:
        for i in places[_MOST:]:
            letters[i] = _JOKERS[word[i]][0]
        both = itertools.product(*[_JOKERS[word[i]] for i in places[:_MOST]])
    found = []
    for chosen in both:
        for i, letter in zip(places, chosen, strict=False):
            letters[i] = letter
        found.append("".join(letters))
    return tuple(found)
