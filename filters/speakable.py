"""Chat text into the exact text that a voice is given.

Does not know what is allowed, nor which engine speaks. What remains holds no character that an
engine obeys, no emote or art, no stretch that takes a minute to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from filters import code_said, emoji_names, links, markup, numbers_said, repeats
from filters.abbreviations import abbreviations
from filters.capitals import unshouted
from filters.charsets import beyond_basic, where
from filters.fold import LIMIT, clean
from filters.laughs import one_laugh
from filters.message import Fragment, FragmentType
from filters.names_said import nobody, spoken_name
from filters.phrases_said import Phrases, phrases
from filters.pronunciation import Table, pronounced

__all__ = [
    "Saying",
    "beginning",
    "cut",
    "enough",
    "estimate_seconds",
    "speakable",
    "without_emotes",
]

CHARS_PER_SECOND = 14.0
"""How fast voices speak, on average."""

_BEHIND = 1.5
"""Seconds behind the cut in which the last words of a beginning have to lie."""
_MORE = 3.5
"""Seconds more of a text that are enough for most texts to be so."""
_MOST = 0.8
"""Share of a text of which nothing is saved by not saying the rest."""
_ROUNDS = 5
_MENTION = re.compile(r"(?<![\w@])@(\w{1,60})")
_OBEYED = re.compile(
    r"&(?=#?\w{1,32};)|-+>|<-+|[\[\]<>{}|^~*_#\\`=ˈˌː]|\$(?! ?\d)|(?<!\d)/|/(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Saying:
    """How a channel wants text to be said."""

    abbreviations: bool = True
    """Whether the abbreviations of chat are said in full."""
    pronunciations: Mapping[str, Table] = field(default_factory=dict)
    """The user's words by language ("" for every language), from `parse_pronunciations`."""
    hosts: frozenset[str] = frozenset()
    """Hosts that may be said; every other address is said as the word `link`."""
    emoji: int = emoji_names.MAX_NAMES
    """Distinct names of emoji that are said of one text."""


_PLAINLY = Saying()


def estimate_seconds(text: str) -> float:
    """How long a voice takes to say a text, in seconds."""
    return len(text) / CHARS_PER_SECOND


def cut(text: str, seconds: float) -> str:
    """The beginning of a text that takes at most so long to say, cut between words.

    A word is cut only where the text holds no space to cut at (one long word, or a script without
    spaces).
    """
    longest = max(0, int(seconds * CHARS_PER_SECOND))
    if len(text) <= longest:
        return text
    head, space, _ = text[: longest + 1].rpartition(" ")
    return (head if space else text[:longest]).rstrip()


def beginning(text: str, seconds: float) -> str:
    """As much of a text as mostly makes `enough` to say, cut between words; it may be all of it."""
    begins = cut(text, seconds + _MORE)
    if begins == text:
        return text
    # Pictures say nothing.
    said = len(" ".join(_plain(begins).split()))
    if said == len(begins):
        return begins
    wanted = len(begins) ** 2 / (said + 1)
    return cut(text, wanted / CHARS_PER_SECOND) if wanted < _MOST * len(text) else text


def enough(said: str, seconds: float) -> bool:
    """Whether what is said for the beginning of a text is all that is heard of the text.

    What follows it in the text may change its last words, which `cut` takes off.
    """
    return len(said) >= (seconds + _BEHIND) * CHARS_PER_SECOND


def without_emotes(text: str, fragments: Iterable[Fragment]) -> str:
    """The text with the platform's emotes and cheermotes out and mentions as names.

    Fragments that do not add up to the text are not believed: the text is taken as it is.
    """
    fragments = tuple(fragments)
    if not fragments or "".join(f.text for f in fragments) != text:
        return text
    return "".join(_said(fragment) for fragment in fragments)


def _said(fragment: Fragment) -> str:
    match fragment.type:
        case FragmentType.EMOTE | FragmentType.CHEERMOTE:
            return " "
        # A channel's own emoji come as their code; the others have names.
        case FragmentType.EMOJI:
            return " " if fragment.text.isascii() or ":" in fragment.text else fragment.text
        case FragmentType.MENTION:
            return spoken_name(fragment.text.strip().removeprefix("@")) or " "
    return fragment.text


def _unplain(char: str) -> bool:
    # So: drawings; Sk: spacing accents; Co: fonts of one machine only.
    drawn = char != "°" and unicodedata.category(char) in ("So", "Sk", "Me", "Co")
    return drawn or (char.isdecimal() and not char.isascii())


_UNPLAIN = re.compile(where(_unplain) + "|[\ue000-\uf8ff]")


def _plain(text: str) -> str:
    """Digits of any script as ASCII; pictures, enclosing marks and private characters as spaces."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    said: dict[int, str] = {}
    if beyond_basic(text) or _UNPLAIN.search(text):
        for char in filter(_unplain, set(text)):
            said[ord(char)] = str(unicodedata.decimal(char)) if char.isdecimal() else " "
    return text.translate(said) if said else text


def _settled(text: str, linked: str, language: str, words: Phrases, say: Saying) -> str:
    """The text when no rule finds anything more in it; what one takes out may bring up another.

    `linked` is the text of which the addresses are out already.
    """
    for _ in range(_ROUNDS):
        before = text = _plain(text)
        if text != linked:
            text = linked = links.replace(text, words.link, say.hosts)
        text = numbers_said.shortened(text, words)
        text = emoji_names.without_emoticons(_OBEYED.sub(" ", text))
        text = clean(repeats.shortened(one_laugh(text, language)))
        if text == before:
            return text
    return ""


def speakable(text: str, *, language: str = "en", say: Saying = _PLAINLY) -> str:
    """What a voice is to say for a text that is without emotes already; may be empty.

    The result is clean (fold.py), holds a letter or digit unless it is empty, and no engine markup,
    address, letter four times in a row or ten digits without a word between.

    Args:
        text: hostile text, as typed.
        language: its language (ISO 639-1); what is put in is in that language, else in English.
        say: what the channel wants.
    """
    words = phrases(language)
    text = emoji_names.with_emoticons(clean(text))
    text = clean(unicodedata.normalize("NFKC", text)[: 2 * LIMIT])
    text = markup.undirected(markup.strip(code_said.said(text, words.code)))[:LIMIT]
    text = linked = links.replace(text, words.link, say.hosts)
    if "@" in text:
        text = _MENTION.sub(lambda m: spoken_name(m[1]) or nobody(language), text)
    text = emoji_names.named(unshouted(text), language, say.emoji)
    text = _settled(text, linked, language, words, say)
    tables = [say.pronunciations[key] for key in (language, "") if key in say.pronunciations]
    if say.abbreviations:
        tables.append(abbreviations(language))
    said = pronounced(text, tables)
    if said != text:
        text = _settled(said, text, language, words, say)
    return text if any(map(str.isalnum, text)) else ""
