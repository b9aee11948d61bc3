"""What some voice engine or page obeys as markup, taken out of a text.

Does not know which engine will speak: what any of them obeys goes. Knows SSML and HTML tags and
entities, `[[phonemes]]`, `[text](/phonemes/)`, `[:command]`, `<:emote:id>`. All in bounded time.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?[^\W\d_][^<>]{0,300}>|<a?:\w{1,40}:\d{1,24}>|<!--.{0,300}?-->")
_PHONEMES = re.compile(r"\[\[[^\[\]]{0,300}\]\]|\[:[^\[\]]{0,300}\]")
_LINKED = re.compile(r"\[([^\[\]]{0,300})\]\([^()]{0,300}\)")


def strip(text: str, gap: str = " ") -> str:
    """The text with markup out and what it wraps kept; each piece leaves `gap` behind.

    Entities are read once, as a page would: what they spell is markup too.
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(gap, text)
    if "[" in text:
        text = _LINKED.sub(r"\1", _PHONEMES.sub(gap, text))
    return text
