"""The few sentences that the filters put into what is spoken, per language.

Does not know when they are said. A language that is not here is spoken to in English.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is said instead of something that is not read out."""

    link: str
    """For an address."""
    number: str
    """For a number that is one too many."""
    long_number: str
    """For a number of ten digits and more."""
    code: str
    """For a piece of a program."""
    nobody: str
    """For an author whose name is not said."""
    says: str
    """Between the name of an author and the text."""
    laugh: str
    """For a laugh of any length."""
    rank: str
    """For the sign in `#1`."""
    at: str
    """Between a date and a time of day."""
    about: str
    """Before a number that was rounded."""
    million: str
    """For a million, and for what the language counts like one."""
    millions: str
    """For several."""
    point: str
    """Between the whole part of a number and its tenth."""
    again: str
    """Before a line of which some may have been heard already."""
    singular_below: float
    """The count from which `millions` is said."""


_PHRASES = {
    "en": Phrases(
        "link", "a number", "a long number", "code", "a viewer", "says", "haha", "number", "at",
        "about", "million", "million", ".", "again:", 2.0,
    ),
    "es": Phrases(
        "enlace", "un número", "un número largo", "código", "alguien del chat", "dice", "jaja",
        "número", "a las", "unos", "millón", "millones", ",", "otra vez:", 1.1,
    ),
    "pt": Phrases(
        "link", "um número", "um número longo", "código", "alguém do chat", "diz", "haha",
        "número", "às", "cerca de", "milhão", "milhões", ",", "de novo:", 2.0,
    ),
    "de": Phrases(
        "Link", "eine Zahl", "eine lange Zahl", "Code", "jemand aus dem Chat", "sagt", "haha",
        "Nummer", "um", "etwa", "Million", "Millionen", ",", "noch einmal:", 1.1,
    ),
    "fr": Phrases(
        "lien", "un nombre", "un long nombre", "du code", "quelqu'un du chat", "dit", "haha",
        "numéro", "à", "environ", "million", "millions", ",", "encore une fois :", 2.0,
    ),
}  # fmt: skip

LANGUAGES = tuple(_PHRASES)
"""The languages that are spoken to, as ISO 639-1 codes."""


def spoken_language(language: str) -> str:
    """The one of `LANGUAGES` to use for a language; English where there is none."""
    code = language[:2].lower()
    return code if code in _PHRASES else "en"


def phrases(language: str) -> Phrases:
    """The sentences for a language (ISO 639-1, with or without a region)."""
    return _PHRASES[spoken_language(language)]
