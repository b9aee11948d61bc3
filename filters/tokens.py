"""A reading cut into tokens, and the spellings that tokens hide.

Does not know any block list. A token is a run of letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+")
# `she'll` is not `shell`, `we're` is not `were`.
_CONTRACTION = re.compile(r"(?<=\w)['’](?:ll|re|ve|d|m|t|s)\b")
_DOUBLED = re.compile(r"(.)\1")
_STRETCHED = re.compile(r"(.)\1\1")
_RUN = re.compile(r"(.)\1*")
_VOICELESS = re.compile("(?i:^[b-df-hj-np-tv-xz]+$)", re.ASCII | re.MULTILINE)
_LETTERS = re.compile("1{3,}")
_MAX_RUNS = 6
_MAX_LETTERS = 40
WINDOW = 4
"""Tokens that one word is pulled apart into, at most."""
HEAD = 3
"""Letters at the beginning of a word by which it is known that it may be a listed one."""


def _bare(text: str) -> str:
    if "'" in text or "’" in text:
        return _CONTRACTION.sub(lambda m: " " * len(m[0]), text)
    return text


def tokens(text: str) -> list[str]:
    """The tokens of a reading, in order; the tail of a contraction is no token."""
    return _TOKEN.findall(_bare(text))


def spans(text: str) -> list[tuple[int, int]]:
    """Where each of the `tokens` begins and ends."""
    return [match.span() for match in _TOKEN.finditer(_bare(text))]


def doubled(word: str) -> bool:
    """Whether a letter stands twice in a row."""
    return _DOUBLED.search(word) is not None


def stretched(word: str) -> bool:
    """Whether a letter stands three times in a row, as it does in no ordinary word."""
    return _STRETCHED.search(word) is not None


def squeezed(word: str) -> str:
    """The word with every letter that is repeated written once: `asemble` for `assemble`."""
    return "".join(_RUN.findall(word))


def shortened(word: str) -> str:
    """The word with letters that stand three times in a row and more written twice."""
    return _RUN.sub(lambda m: m[0][:2], word)


def runs(word: str) -> list[int]:
    """How often each letter of the `squeezed` word stands in the word."""
    return [match.end() - match.start() for match in _RUN.finditer(word)]


def stands_for(word: str, spelling: str) -> bool:
    """Whether a word may be a stretched form of a spelling with the same squeezed one.

    What the word repeats, the spelling holds once or twice: `zoorrggle` may stand for `zorgle`
    and `zorggle`.
    """
    counts = runs(word)
    most = 1 if sum(count > 1 for count in counts) > _MAX_RUNS else 2
    pairs = zip(counts, runs(spelling), strict=True)
    return all(kept <= (1 if count == 1 else most) for count, kept in pairs)


def heads(words: Iterable[str]) -> frozenset[str]:
    """How a stretched or repeated form of one of the words may begin, in `HEAD` letters."""
    begun = {word[:HEAD] for word in words if word}
    found = {start for start in begun if len(start) == HEAD} | {start[0] * HEAD for start in begun}
    for first, second in {(start[0], start[1]) for start in begun if len(start) > 1}:
        found |= {first + first + second, first + second + second}
    return frozenset(found)


def unit(word: str) -> str:
    """The shortest piece that, repeated, gives the word: `zorgle` for `zorglezorgle`."""
    return word[: (word + word).find(word, 1)]


def letter_runs(found: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of single letters as a whole, so that A S S E M B L E stays one word."""
    single = "".join(["1" if len(t) == 1 else " " for t in found])
    for match in _LETTERS.finditer(single) if "111" in single else ():
        start, end = match.start(), min(match.end(), match.start() + _MAX_LETTERS)
        yield start, end
        # `i`, `a` and `u` also stand beside such a run as words of their own.
        first, last = found[start] in "iau", found[end - 1] in "iau"
        if first:
            yield start + 1, end
        if last:
            yield start, end - 1
        if first and last:
            yield start + 1, end - 1


def starts(found: Sequence[str], seen: set[tuple[str, ...]]) -> list[int]:
    """The tokens that do not stand between the same neighbours as before.

    Whatever is looked for in windows from there cannot be in any other.

    Args:
        found: the tokens of a reading.
        seen: neighbourhoods of earlier readings; these are added.
    """
    # A token with what follows it in a window, the one before and the one behind.
    padded = ["", *found, *[""] * WINDOW]
    fresh = []
    for i, around in enumerate(zip(*[padded[k:] for k in range(WINDOW + 2)], strict=False)):
        if around not in seen:
            seen.add(around)
            fresh.append(i)
    return fresh


@lru_cache(maxsize=8192)
def _voiceless(token: str) -> bool:
    return _VOICELESS.fullmatch(token) is not None


def _neighbours(
    found: Sequence[str], begins: Container[str], firsts: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Neighbours, where one of them holds no vowel: no word by itself, as in `zo rg le`.

    A run of single letters is taken whole or not at all.
    """
    if not _VOICELESS.search("\n".join(found)):
        return
    voiceless = [_voiceless(token) for token in found]
    single = [len(token) == 1 for token in found] + [False]
    for first in firsts:
        if True not in voiceless[first : first + WINDOW]:
            continue
        joined = found[first]
        if first and single[first - 1] and single[first]:
            continue
        if len(joined) >= HEAD and joined[:HEAD] not in begins:
            continue
        for behind in range(first + 2, min(first + WINDOW, len(found)) + 1):
            joined += found[behind - 1]
            # Three letters come together by chance, as in `if s`.
            if len(joined) <= HEAD:
                continue
            if joined[:HEAD] not in begins:
                break
            splits_run = single[behind - 1] and single[behind]
            if not splits_run and True in voiceless[first:behind]:
                yield first, behind


def joins(
    found: Sequence[str], begins: Container[str], firsts: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Which neighbours may be one word pulled apart: the first of them and the one behind.

    Runs of single letters (`letter_runs`) may be so as well.

    Args:
        found: the tokens of a reading.
        begins: the `heads` of the words that are looked for.
        firsts: the tokens from which to look.
    """
    if len(found) < 2:
        return
    yield from _neighbours(found, begins, firsts)
    if len(found) <= WINDOW:
        yield 0, len(found)
