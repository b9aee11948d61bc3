"""The lists of a channel, made into what the chain asks: shipped ones, own ones, what is allowed.

Does not open a user's files (their texts come parsed, listfile.py), nor judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filters import dictionary
from filters.listfile import Listed
from filters.message import Tier
from filters.patterns import Patterns, compile_patterns
from filters.shipped import LANGUAGES, shipped
from filters.wordlist import Entry, WordList, compile_words

_LOOSE = 0.6
"""How nearly a word must sound like a shipped one: two thousand of them have many neighbours."""


def shipped_lists(languages: Iterable[str] = LANGUAGES) -> Listed:
    """The lists that come with the program. Raises ValueError for a language that has none."""
    # Sounds are heard as in English (sound.py): another language's short words are many an
    # English or foreign word's neighbours.
    return Listed(
        tuple(
            Entry(text, tier, name, loose=_LOOSE if name.startswith("shipped en ") else 0)
            for text, tier, name in shipped(languages)
        )
    )


def assemble(
    lists: Sequence[Listed],
    *,
    tier: Tier = Tier.STRICT,
    languages: Sequence[str] = LANGUAGES,
    allowed: Iterable[str] = (),
) -> tuple[WordList, Patterns | None]:
    """The words and the patterns of several lists, compiled.

    Args:
        lists: the lists in force; of two equal entries the first gives the name.
        tier: the mildest entries that block; milder ones are left out.
        languages: the languages of the dictionary that tells words from disguises.
        allowed: words that only an entry of tier never blocks.

    Raises:
        ValueError: an entry or a pattern is wrong: one line that names it.
        PatternsMissing: there are patterns and the package for them is not installed.
    """
    kept = [listed.down_to(tier) for listed in lists]
    return (
        compile_words(
            [entry for listed in kept for entry in listed.entries],
            allowed=allowed,
            dictionary=dictionary.load(languages),
        ),
        compile_patterns([pattern for listed in kept for pattern in listed.patterns]),
    )
