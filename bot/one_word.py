"""One word or phrase that somebody gave for a list: whether it can stand there, and what hits it.

Does not keep or write anything.
"""

from __future__ import annotations

from filters.chain import Rules, judge
from filters.listfile import parse_allowed
from filters.message import Author, ChatMessage, Hit


def is_entry(line: str) -> bool:
    """Whether a line of an allow-list means just what stands there."""
    try:
        return parse_allowed(line, "it") == (line,)
    except ValueError:
        return False


def hit_of(word: str, rules: Rules) -> Hit | None:
    """What of the rules refuses the word by itself; None: nothing."""
    return judge(ChatMessage("console", "", "", Author("", ""), word), rules).hit
