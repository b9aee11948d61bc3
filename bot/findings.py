"""What a look at one thing found, for `check`. Does not know who looks, nor what is printed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """How a thing stands, in a word; what is wrong is raised."""

    OK = "ok"
    NOTE = "note"
    """It works, and something that could be had does not."""
    NOT_ASKED = "not asked"
    """Nobody could be asked, or nobody was: it may be right or wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what was found."""

    word: Word
    text: str
    """In plain words; of what does not work, with what to do."""
