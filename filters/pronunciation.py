"""Words that are said differently from how they are written, by a user's list.

Does not know what may be said: what a list puts in is judged like everything else. A list is text:

    # a comment
    Kappa = kah pah
    [es]
    gg = buena partida

A word before the first `[language]` counts for every language. Words are whole tokens, capitals
or not; what is said is taken as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

MAX_WORD = 40
"""Characters of a word in a list."""
MAX_SAID = 80
"""Characters of what is said for it."""

_SECTION = re.compile(r"\[([a-z]{2,3})\]", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s.,;:!?\"()/\u3001\u3002]+")

Table = Mapping[str, str]
"""What is said for a word; the words caseless."""


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _entry(line: str) -> tuple[str, str]:
    word, equals, said = (part.strip() for part in line.partition("="))
    if not equals or not word or not said:
        raise ValueError("write `word = what is said`")
    if not _TOKEN.fullmatch(word):
        raise ValueError(f"{word!r} is not one word: leave out spaces and signs such as . , ! ?")
    if len(word) > MAX_WORD or len(said) > MAX_SAID:
        raise ValueError(f"keep the word to {MAX_WORD} characters and its sound to {MAX_SAID}")
    return _key(word), said


def parse_pronunciations(text: str) -> dict[str, dict[str, str]]:
    """The tables of a list by language (ISO 639-1); "" is the one for every language.

    Raises:
        ValueError: a line is wrong; the message has its number and what to do.
    """
    tables: dict[str, dict[str, str]] = {}
    language = ""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        section = _SECTION.fullmatch(line)
        if section:
            language = section[1].lower()
            continue
        if line.startswith("[") and line.endswith("]"):
            raise ValueError(f"line {number}: write a language as its code, such as [es]")
        try:
            word, said = _entry(line)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        tables.setdefault(language, {})[word] = said
    return tables


def pronounced(text: str, tables: Sequence[Table]) -> str:
    """The text with every token that a table holds as that table says it; the first table wins."""
    if not tables:
        return text

    words = _TOKEN.findall(text.casefold())
    if all(table.keys().isdisjoint(words) for table in tables):
        return text

    def said(match: re.Match[str]) -> str:
        word = match[0].casefold()
        for table in tables:
            if word in table:
                return table[word]
        return match[0]

    return _TOKEN.sub(said, text)
