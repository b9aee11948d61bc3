"""Whether a voice would say a text like a listed word, by the phonemes that its engine tells.

Does not know any engine: says of which words the phonemes are wanted, and compares what is told.
A spelling that nobody foresaw is caught here by what is heard of it, and only then: the phonemes
must be those of a listed word in the same voice. Words that a dictionary knows are never asked for
by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from filters.dictionary import Dictionary
from filters.fold import fold
from filters.inflect import inflections
from filters.message import Hit, Tier
from filters.tokens import spans, tokens
from filters.wordlist import Entry, WordList

MOST = 40
"""Words of one text that are asked for at most."""
WINDOW = 3
"""Words that a listed one is pulled apart into at most, and words of a phrase at most."""
_SHORTEST = 3
"""Phonemes from which a sound is compared; fewer are many a word's."""
_SHORTEST_FOREIGN = 6
"""The same of a word that is shipped for another language than the voice's: a voice misreads it,
so that short ones come out like anything."""
_LETTERS = 2
"""Letters from which a word may be one that no dictionary knows."""
_COMPOUND = 7
"""Letters above which a word may be a compound; shorter ones come apart by chance."""
# Stress, syllables, ties and breaks; what is left tells words apart.
_MARKS = dict.fromkeys(map(ord, "ˈˌ.|‿͜͡\u0329\u200d\u200c- "))
# Without the stress these are one vowel: English voices have the first where they stress it.
_UNSTRESSED = (("ɜː", "ɚ"), ("ʌ", "ə"), ("ᵻ", "ɪ"))


@dataclass(frozen=True, slots=True)
class Doubts:
    """What of a text a voice may say like a listed word."""

    spoken: str
    """The whole text."""
    texts: tuple[str, ...]
    """The words whose phonemes are wanted, each once."""
    windows: tuple[tuple[tuple[int, ...], str, int, int], ...]
    """Neighbours that may be one word: their places in `texts`, their letters as the lists have
    them, start and end in `spoken`."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The listed words that sounds are compared with, as texts for an engine."""

    texts: tuple[str, ...]
    """The words whose phonemes are wanted, each once."""
    entries: tuple[tuple[tuple[int, ...], int, str], ...]
    """Places in `texts`, of one word or the words of a phrase; the entry's; the language that it is
    shipped for, empty where none is known. The worst first."""


def doubts(spoken: str, words: WordList) -> Doubts | None:
    """What to ask of a text that passed every other rule; None if all of it is known.

    Args:
        spoken: the exact text for the voice.
        words: the lists in force.
    """
    places = spans(spoken)
    # Lower case alone is as long as the text, and ten times as quick.
    lower = spoken.lower() if spoken.isascii() else ""
    plain = [lower[start:end] or fold(spoken[start:end]) for start, end in places]
    unknown = [not _ordinary(word, words) for word in plain]
    if not any(unknown):
        return None
    wanted: dict[str, int] = {}
    windows = []
    for first, behind in _windows(unknown):
        said = [spoken[start:end] for start, end in places[first:behind]]
        if len(wanted.keys() | set(said)) <= MOST:
            at = tuple(wanted.setdefault(word, len(wanted)) for word in said)
            spelled = "".join(plain[first:behind])
            windows.append((at, spelled, places[first][0], places[behind - 1][1]))
    return Doubts(spoken, tuple(wanted), tuple(windows))


def _windows(unknown: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """One to `WINDOW` neighbours with an unknown word among them, the fewest first."""
    for size in range(1, WINDOW + 1):
        for first in range(len(unknown) - size + 1):
            if any(unknown[first : first + size]):
                yield first, first + size


def _ordinary(word: str, words: WordList) -> bool:
    """Whether a folded word is a word, a name, or nothing that a dictionary could know."""
    dictionary = words.dictionary
    if dictionary is None or len(word) < _LETTERS or not word.isascii() or word.isdigit():
        return True
    if _known(word, dictionary):
        return True
    return len(word) > _COMPOUND and dictionary.compound(word, words.listed)


@lru_cache(maxsize=8192)
def _known(word: str, dictionary: Dictionary) -> bool:
    return dictionary.known(word) or dictionary.name(word)


def listed(words: WordList) -> Listed:
    """The single words in their regular inflections and the short phrases, but for tier mild."""
    order = list(Tier)
    wanted: dict[str, int] = {}
    entries = []
    for tier in order[: order.index(Tier.MILD)]:
        for index, entry in enumerate(words.entries):
            parts = tokens(entry.text.casefold())
            if entry.tier is not tier or "*" in entry.text or len(parts) > WINDOW:
                continue
            for said in sorted(inflections(parts[0])) if len(parts) == 1 else [parts]:
                each = [said] if isinstance(said, str) else said
                at = tuple(wanted.setdefault(word, len(wanted)) for word in each)
                entries.append((at, index, _language(entry)))
    return Listed(tuple(wanted), tuple(entries))


def _language(entry: Entry) -> str:
    shipped, _, rest = entry.name.partition(" ")
    return rest[:2] if shipped == "shipped" else ""


def sounds(listed: Listed, told: Sequence[str], language: str = "") -> dict[str, int]:
    """The entries by their sound in one voice.

    Args:
        listed: what was asked.
        told: the phonemes of `listed.texts`, in order; empty where none are known.
        language: the voice's (ISO 639-1), empty if that is not known.
    """
    found: dict[str, int] = {}
    for at, index, of in listed.entries:
        said = joined([told[place] for place in at])
        foreign = of and language and of != language
        if len(said.replace("ː", "")) >= (_SHORTEST_FOREIGN if foreign else _SHORTEST):
            found.setdefault(said, index)
    return found


def joined(phonemes: Sequence[str]) -> str:
    """The phonemes of words said without a break: what tells them from another word.

    Stress and marks go, and of two equal phonemes that meet the second one. Length stays but for a
    vowel at the end, where no voice tells long from short.
    """
    bare = [p.translate(_MARKS) for p in phonemes]
    said = bare[0]
    for before, after in pairwise(bare):
        said += after[1:] if before and before[-1:] == after[:1] else after
    for stressed, unstressed in _UNSTRESSED:
        said = said.replace(stressed, unstressed)
    return said.removesuffix("ː")


def find(
    doubts: Doubts, told: Sequence[str], sounds: Mapping[str, int], words: WordList, voice: str
) -> Hit | None:
    """What a voice would say like a listed word, or None.

    Args:
        doubts: what was asked about.
        told: the phonemes of `doubts.texts`, in order; empty where none are known.
        sounds: the listed words' sounds in the same voice.
        words: the lists that they are of.
        voice: what the voice is called, for the reason.
    """
    for at, spelled, start, end in doubts.windows:
        index = sounds.get(joined([told[place] for place in at]))
        if index is not None and not words.opened(index, spelled):
            entry = words.entries[index]
            how = f"said alike by {voice}"
            return Hit(entry.name, entry.tier, how, "spoken", doubts.spoken, start, end)
    return None
