"""What the abbreviations of chat stand for, per language.

Does not know how a token is found in a text (pronunciation.py). The table is
data/abbreviations.txt, in the format of a user's list.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from filters.phrases_said import spoken_language
from filters.pronunciation import Table, parse_pronunciations

_TABLES: Mapping[str, Table] = parse_pronunciations(
    (resources.files("filters") / "data" / "abbreviations.txt").read_text("utf-8")
)


def abbreviations(language: str) -> Table:
    """What each abbreviation of a language stands for; those of English for one without a table."""
    return _TABLES[spoken_language(language)]
