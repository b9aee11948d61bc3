"""A streamer's own regular expressions, through RE2: linear time whatever they are.

Does not know how a text is read: it is given readings, which are in lower case and without
accents. RE2's `\\b`, `\\w` and `\\d` know ASCII only. The only room that knows google-re2
(BSD-3-Clause), which is an extra.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filters.fold import fold
from filters.listfile import Pattern
from filters.message import Tier

PATTERNS = 500
"""Patterns at most."""
PROGRAM = 2_000
"""Instructions of one compiled pattern at most."""
_MEMORY = 1 << 20
"""Bytes that one compiled pattern may take."""
_MEMORY_OF_ALL = 32 << 20
"""Bytes that all of them together may take."""
# A character by its number, another escape, or a character.
_PIECE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}|\\x([0-9A-Fa-f]{2})|\\?(.)", re.DOTALL)


class PatternsMissing(Exception):  # noqa: N818 - it says what is
    """There are patterns, but what reads them is not installed; the text names the first pattern
    and says how to install it."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Where a pattern matches a text."""

    name: str
    """The pattern, as list and line."""
    tier: Tier
    """How bad it is."""
    start: int
    """The first character that it matches."""
    end: int
    """One past the last."""


Patterns = Callable[[str], Matched | None]
"""Gives the first pattern, in the order of the lists, that matches in a reading's text."""


def _re2(first: Pattern) -> Any:
    try:
        import re2
    except ImportError:
        raise PatternsMissing(
            f"{first.name}: a line between slashes is a pattern, which needs google-re2:"
            " scripts/run --with regex,"
            " or, with the Python that runs the bot, python -m pip install google-re2"
        ) from None
    return re2


def _compiled(re2: Any, source: str, memory: int) -> Any:
    """Raises ValueError: what is wrong, without the text of the pattern."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    # Nobody asks for the groups, and two patterns may use the same name for one.
    options.never_capture = True
    options.max_mem = memory
    try:
        return re2.compile(source, options)
    except UnicodeEncodeError:
        raise ValueError("holds a character that is none") from None
    except re2.error as error:
        told = error.args[0].decode(errors="replace") if error.args else "not a pattern"
        raise ValueError(told.partition(": ")[0]) from None


def _characters(source: str) -> Iterator[str]:
    for match in _PIECE.finditer(source):
        number, char = match[1] or match[2], match[3]
        yield char or chr(int(number, 16))


def _check_readable(pattern: Pattern) -> None:
    """Raises ValueError for a character that no reading holds: the pattern would never match."""
    for char in _characters(pattern.source):
        # Between letters: a space, and a mark that belongs to the letter before it, fold so.
        read = fold(f"a{char}a")[1:-1]
        # RE2 takes a letter in either case, as long as it is one letter in both.
        if char.isascii() or (len(read) == 1 and read in (char, char.lower(), char.casefold())):
            continue
        name = f'"{char}"' if char.isalpha() else f"U+{ord(char):04X}"
        instead = f'write "{read}" instead of {name}' if read else f"take {name} out"
        raise ValueError(
            f"{pattern.name}: a pattern is held against text without accents and unseen signs: "
            + instead
        )


def _checked(re2: Any, pattern: Pattern) -> Any:
    try:
        if "\\Q" in pattern.source:
            # Left open, it would quote whatever is put behind the pattern.
            raise ValueError("write a backslash before each sign instead of \\Q")
        compiled = _compiled(re2, pattern.source, _MEMORY)
        if compiled.search(b""):
            raise ValueError("it matches nothing at all, so every line")
        if compiled.programsize > PROGRAM:
            raise ValueError("too large")
    except ValueError as error:
        raise ValueError(f"{pattern.name}: a pattern that RE2 cannot use: {error}") from None
    _check_readable(pattern)
    return compiled


def _matched(pattern: Pattern, data: bytes, span: tuple[int, int]) -> Matched:
    """A match whose span counts bytes of UTF-8; a character that it cuts belongs to it (`\\C`)."""
    start, end = span
    return Matched(
        pattern.name,
        pattern.tier,
        len(data[:start].decode("utf-8", "ignore")),
        len(data[:end].decode("utf-8", "replace")),
    )


def compile_patterns(patterns: Sequence[Pattern]) -> Patterns | None:
    """What finds the patterns in a text; None if there are none.

    It is called with a reading's text; a pattern may match anywhere in it, in either case.

    Raises:
        PatternsMissing: there are patterns and google-re2 is not installed.
        ValueError: a pattern is wrong, or there are too many; begins with the pattern's name.
    """
    if not patterns:
        return None
    re2 = _re2(patterns[0])
    if len(patterns) > PATTERNS:
        raise ValueError(f"{patterns[PATTERNS].name}: more than {PATTERNS} patterns")
    single = [(_checked(re2, pattern), pattern) for pattern in patterns]
    try:
        # One look for all: nearly every text matches none. Not re2.Set, which answers "none" where
        # it runs out of memory; this falls back to a slower search.
        every = _compiled(re2, "|".join(f"(?:{p.source})" for p in patterns), _MEMORY_OF_ALL)
    except ValueError:
        raise ValueError(f"{patterns[-1].name}: the patterns together are too large") from None

    def find(text: str) -> Matched | None:
        data = text.encode("utf-8", "replace")
        if not every.search(data):
            return None
        for compiled, pattern in single:
            if match := compiled.search(data):
                return _matched(pattern, data, match.span())
        return None

    return find
