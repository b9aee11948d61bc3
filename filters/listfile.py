"""The text of a list file: what a streamer writes down, one entry a line.

Does not open files, nor know what an entry matches (wordlist.py, patterns.py).

    # a comment
    zorgle  # my own    a word, and a comment: a # behind a space begins it
    zorg*               a word with wildcards, each for any characters or none
    zor gle             a phrase
    /zorg[lk]e/         a pattern in RE2 syntax
    [never]             what follows is of this tier, until the next head; at first it is strict
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filters.fold import LIMIT, fold
from filters.message import Tier
from filters.tokens import tokens
from filters.wordlist import Entry

_HEAD = re.compile(r"\[\s*(\w{1,40})\s*\]")
_COMMENT = re.compile(r"\s#.*")
# As other tools write it: flags behind the last slash.
_FLAGGED = re.compile(r"/.+/[dgimsuvxyADJUX]{1,3}")
_PATTERN_WITH_COMMENT = re.compile(r"(/.+?/\w*)\s+#.*")
_SEPARATORS = frozenset(",;\t\uff0c\uff1b\u3001\u060c\u061b")
_BULLET = re.compile(r"[-*+\u2022\u2013\u2014]\s")
_TIERS = {tier.value: tier for tier in Tier}
_SEVERITY = (Tier.NEVER, Tier.STRICT, Tier.MILD)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One regular expression of a list file."""

    source: str
    """The expression as written, without the slashes around it."""
    tier: Tier
    """How bad what it matches is."""
    name: str
    """What it is called where it must not be shown: `words.txt line 3`."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list file holds."""

    entries: tuple[Entry, ...] = ()
    """The words and phrases, in order."""
    patterns: tuple[Pattern, ...] = ()
    """The regular expressions, in order."""

    def down_to(self, mildest: Tier) -> Listed:
        """What is as bad as `mildest` or worse."""
        kept = _SEVERITY[: _SEVERITY.index(mildest) + 1]
        return Listed(
            tuple(entry for entry in self.entries if entry.tier in kept),
            tuple(pattern for pattern in self.patterns if pattern.tier in kept),
        )


def _without_comment(line: str) -> str:
    if line.startswith("/"):
        if commented := _PATTERN_WITH_COMMENT.fullmatch(line):
            return commented[1]
        if _is_pattern(line) or _FLAGGED.fullmatch(line):
            return line  # a # between the slashes is the pattern's own
    return _COMMENT.sub("", line).rstrip()


def _is_pattern(line: str) -> bool:
    return len(line) > 1 and line[0] == line[-1] == "/"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, _without_comment(stripped)


def _checked(line: str, where: str) -> str:
    if _BULLET.match(line):
        raise ValueError(f"{where}: begins with a dash or dot of a list; take that out")
    if not _SEPARATORS.isdisjoint(line):
        raise ValueError(f"{where}: write one word or phrase a line, no comma, semicolon or tab")
    folded = fold(line)
    if not tokens(folded):
        raise ValueError(f"{where}: holds no letter or digit; take it out")
    if "*" in folded and not all(char == "*" or tokens(char) for char in folded):
        raise ValueError(f"{where}: an entry with * is one word of letters and digits alone")
    if len(line) > LIMIT:
        raise ValueError(f"{where}: longer than the {LIMIT} characters of a chat line")
    return line


def _tier(line: str, where: str) -> Tier | None:
    """The tier that a head names, or None if the line does not begin as a head does."""
    if not line.startswith("["):
        return None
    head = _HEAD.fullmatch(line)
    tier = _TIERS.get(head[1].casefold()) if head else None
    if tier is None:
        raise ValueError(f"{where}: the heads are [never], [strict] and [mild], each whole")
    return tier


def parse(text: str, name: str) -> Listed:
    """The entries and patterns of a block list file.

    Args:
        text: the file's text; any line ends, a byte order mark is passed over.
        name: the file's name, for the names of the entries: `words.txt line 3`.

    Raises:
        ValueError: a line is no entry; one line that begins with `name` and the line's number.
    """
    tier = Tier.STRICT
    entries: list[Entry] = []
    patterns: list[Pattern] = []
    for number, line in _lines(text):
        where = f"{name} line {number}"
        if (named := _tier(line, where)) is not None:
            tier = named
        elif _FLAGGED.fullmatch(line):
            raise ValueError(
                f"{where}: flags behind a pattern; write (?i) inside; patterns ignore case anyway"
            )
        elif _is_pattern(line):
            patterns.append(Pattern(line[1:-1], tier, where))
        else:
            entries.append(Entry(_checked(line, where), tier, where))
    return Listed(tuple(entries), tuple(patterns))


def parse_allowed(text: str, name: str) -> tuple[str, ...]:
    """The words and phrases of an allow-list file.

    Args:
        text: the file's text.
        name: the file's name, for errors.

    Raises:
        ValueError: a line is no word or phrase; one line that begins with `name` and its number.
    """
    found = []
    for number, line in _lines(text):
        where = f"{name} line {number}"
        if line.startswith("["):
            raise ValueError(f"{where}: an allow-list has no heads; take it out")
        if not _BULLET.match(line) and (
            "*" in line or line[0] == line[-1] == "/" or _FLAGGED.fullmatch(line)
        ):
            raise ValueError(f"{where}: an allow-list holds whole words, no * and no patterns")
        found.append(_checked(line, where))
    return tuple(found)
