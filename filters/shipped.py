"""The block lists that come with the program: which words, in which language, and how bad.

Does not know how an entry is matched, nor a user's own lists. The lists lie encoded in
data/lists.txt, so that nobody reads them by accident; scripts/build_lists.py decodes them for
whoever looks after them, and says where their entries come from.
"""

from __future__ import annotations

import base64
import codecs
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from filters.message import Tier

LANGUAGES = ("en", "es", "pt", "de", "fr")
"""The languages there is a list of. The English one holds what is used in chats of all of them."""
_HEADING = re.compile(r"\[([a-z]{2}) ([a-z]+)\]")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a shipped list."""

    text: str
    """The word, the words of a phrase, or a word with `*` wildcards."""
    tier: Tier
    """How bad it is."""
    ordinary: frozenset[str] = frozenset()
    """Languages in which it is an everyday word: it is left out beside any of these."""


def encode(plain: str) -> str:
    """Lists as they lie in the package: ASCII lines in which no word can be read."""
    squeezed = zlib.compress(codecs.encode(plain, "rot13").encode(), 9)
    return base64.encodebytes(squeezed).decode("ascii")


def decode(encoded: str) -> str:
    """Lists as they are written; the opposite of `encode`.

    Raises:
        ValueError: this is not what `encode` gives.
    """
    try:
        return codecs.decode(zlib.decompress(base64.b64decode(encoded)).decode(), "rot13")
    except (ValueError, zlib.error) as error:
        raise ValueError(f"not an encoded list: {error}") from error


def parse(plain: str) -> Mapping[str, tuple[Listed, ...]]:
    """The entries of each language, in the order in which they are written.

    One entry a line below a heading such as `[en strict]`; blank lines and `#` comments are
    skipped. ` / de fr` behind an entry names languages in which it is an everyday word.

    Raises:
        ValueError: a language or a tier is unknown, or an entry stands above every heading. Names
            the line, never the entry.
    """
    lists: dict[str, list[Listed]] = {language: [] for language in LANGUAGES}
    heading: tuple[list[Listed], Tier] | None = None
    for number, line in enumerate(map(str.strip, plain.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        try:
            if found := _HEADING.fullmatch(line):
                heading = lists[found[1]], Tier(found[2])
                continue
        except (KeyError, ValueError):
            raise ValueError(f"line {number}: {line} is no language and tier") from None
        text, _, ordinary = map(str.strip, line.partition(" / "))
        beside = frozenset(ordinary.split())
        if heading is None or not beside <= set(LANGUAGES):
            raise ValueError(f"line {number}: no heading above it, or an unknown language in it")
        heading[0].append(Listed(text, heading[1], beside))
    return {language: tuple(entries) for language, entries in lists.items()}


@cache
def _lists() -> Mapping[str, tuple[Listed, ...]]:
    data = files("filters").joinpath("data", "lists.txt").read_text(encoding="ascii")
    return parse(decode(data))


@cache
def _shipped(chosen: frozenset[str]) -> tuple[tuple[str, Tier, str], ...]:
    found: dict[str, tuple[str, Tier, str]] = {}
    for language in LANGUAGES:
        if language in chosen:
            for number, entry in enumerate(_lists()[language], 1):
                if not entry.ordinary & chosen:
                    name = f"shipped {language} {number}"
                    found.setdefault(entry.text, (entry.text, entry.tier, name))
    return tuple(found.values())


def shipped(languages: Iterable[str] = LANGUAGES) -> tuple[tuple[str, Tier, str], ...]:
    """The entries for a chat in some languages: text, tier, and a name such as `shipped en 14`.

    An entry keeps its name whatever is chosen beside it. One that several languages list is given
    once; one that is an everyday word in another of the chosen languages is left out.

    Raises:
        ValueError: there is no list for one of the languages.
    """
    chosen = frozenset(languages)
    if unknown := sorted(chosen.difference(LANGUAGES)):
        raise ValueError(
            f"no shipped list for {', '.join(unknown)}; there are {', '.join(LANGUAGES)}"
        )
    return _shipped(chosen)
