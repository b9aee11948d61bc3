"""What markup hides from the eye and gives to a voice: aliases, phonemes, link targets.

Does not know any block list, nor which engine obeys what. Markup is never handed to a voice
(markup.py takes it out); but who hides a word in it is refused, not helped to say the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.markup import decoded
from filters.notation import phonemes

_ALIAS = re.compile(
    r"""\b(?:alias|say|text|value|content)\s{0,3}=\s{0,3}["']?([^"'<>]{1,300})""", re.I
)
_PHONEMES = re.compile(
    r"""\bph\s{0,3}=\s{0,3}["']?([^"'<>]{1,300})"""
    r"|\[\[([^\[\]]{1,300})\]\]|\(/([^()/]{1,300})/?\)|\[:phoneme[^\]\w]{0,3}([^\]]{1,300})\]"
    r"|(?<!\S)/([^\s/]{2,40})/(?!\S)",
    re.I,
)


def said_by_markup(text: str) -> Iterator[tuple[str, str]]:
    """Each stretch of markup that an engine might say, with what it is: (`alias`, its text).

    Phonemes come spelled as they sound (notation.py).
    """
    text = decoded(text)
    for match in _ALIAS.finditer(text):
        yield "alias", match[1]
    for match in _PHONEMES.finditer(text):
        if heard := phonemes(next(filter(None, match.groups()))):
            yield "phonemes", heard


def holds_markup(text: str) -> bool:
    """Whether a text may hold markup at all: a cheap first look."""
    return any(sign in text for sign in "<[{&(/\\%")
