"""A reading cut into tokens, and the spellings that tokens hide.

Does not know any block list. A token is a run of letters and digits.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W_]+")
# `she'll` is not `shell`, `we're` is not `were`.
_CONTRACTION = re.compile(r"(?<=\w)['’](?:ll|re|ve|d|m|t)\b")
_STRETCHED = re.compile(r"(.)\1\1")
_RUN = re.compile(r"(.)\1+")
_VOWELS = frozenset("aeiouy")
_MAX_RUNS = 6
_MAX_WINDOW = 4
_MAX_LETTERS = 40


class Token(NamedTuple):
    """A run of letters and digits, or several joined."""

    text: str
    """Its characters."""
    start: int
    """Where it begins in the reading."""
    end: int
    """Where it ends in the reading."""


def tokens(text: str) -> list[Token]:
    """The tokens of a reading, in order; the tail of a contraction is no token."""
    if "'" in text or "’" in text:
        text = _CONTRACTION.sub(lambda m: " " * len(m[0]), text)
    return [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]


def stretched(word: str) -> bool:
    """Whether a letter stands three times in a row, as it does in no ordinary word."""
    return _STRETCHED.search(word) is not None


def unstretched(word: str) -> Iterator[str]:
    """What a word with stretched letters may stand for: `zoorrgle` gives `zorgle`, among others.

    One doubled letter is ordinary spelling (`good`): without more, it is only undone in words of
    five letters and more.
    """
    runs = [(m.start(), m.end()) for m in _RUN.finditer(word)]
    if not runs:
        return
    if len(word) < 5 and not stretched(word):
        return
    counts = [(1,) if len(runs) > _MAX_RUNS else (1, 2)] * len(runs)
    for kept in itertools.product(*counts):
        parts, last = [], 0
        for (start, end), count in zip(runs, kept, strict=True):
            parts += [word[last:start], word[start] * count]
            last = end
        yield "".join(parts) + word[last:]


def unit(word: str) -> str:
    """The shortest piece that, repeated, gives the word: `zorgle` for `zorglezorgle`."""
    return word[: (word + word).find(word, 1)]


def _joined(run: Sequence[Token]) -> Token:
    return Token("".join(t.text for t in run), run[0].start, run[-1].end)


def _letter_runs(found: Sequence[Token]) -> Iterator[Token]:
    """Runs of single letters as a whole, so that A S S E M B L E stays one word."""
    for single, group in itertools.groupby(found, key=lambda t: len(t.text) == 1):
        run = list(group)[:_MAX_LETTERS]
        if not single or len(run) < 3:
            continue
        yield _joined(run)
        # `i`, `a` and `u` also stand beside such a run as words of their own.
        first, last = run[0].text in "iau", run[-1].text in "iau"
        if first:
            yield _joined(run[1:])
        if last:
            yield _joined(run[:-1])
        if first and last:
            yield _joined(run[1:-1])


def _voiceless(found: Sequence[Token]) -> Iterator[Token]:
    """Neighbours joined, where one of them holds no vowel: no word by itself, as in `zo rg le`.

    A run of single letters is taken whole or not at all.
    """
    single = [False, *(len(t.text) == 1 for t in found), False]
    odd = [
        t.text.isascii() and t.text.isalpha() and not _VOWELS.intersection(t.text) for t in found
    ]
    for i in range(len(found) - 1):
        for j in range(i + 2, min(i + _MAX_WINDOW, len(found)) + 1):
            splits_run = (single[i] and single[i + 1]) or (single[j] and single[j + 1])
            if splits_run or not any(odd[i:j]):
                continue
            # Three letters come together by chance, as in `if s`.
            if len((joined := _joined(found[i:j])).text) > 3:
                yield joined


def _unspaced(text: str, found: Sequence[Token]) -> Iterator[Token]:
    """Tokens joined over punctuation, where no space stands between them."""
    run: list[Token] = []
    for token in found:
        if run and " " in text[run[-1].end : token.start]:
            if len(run) > 1:
                yield _joined(run)
            run = []
        run.append(token)
    if len(run) > 1:
        yield _joined(run)


def joins(text: str, found: Sequence[Token]) -> Iterator[Token]:
    """Tokens of a reading that may be one word pulled apart; aligned with token boundaries."""
    if len(found) < 2:
        return
    yield from _letter_runs(found)
    yield from _unspaced(text, found)
    yield from _voiceless(found)
    if len(found) <= _MAX_WINDOW:
        yield _joined(found)
