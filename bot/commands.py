"""Chat text to a control action, by the role on the platform's badge.

Does not read chat: `filters.trigger` has already found the command word and cut it off.
"""

from __future__ import annotations

from enum import StrEnum

from filters.fold import clean
from filters.message import ChatMessage, Rank


class Verb(StrEnum):
    """What may be asked for after the command word."""

    SKIP = "skip"


_NEEDED = {Verb.SKIP: Rank.MODERATOR}


def read(message: ChatMessage) -> Verb | None:
    """The verb that the text after the command word is, or None: then it is to be spoken.

    Only the bare word is a command; `skip this part` is text. Chat clients append invisible
    characters to get past the platform's check for equal messages; they do not count.
    """
    try:
        return Verb(clean(message.text).casefold())
    except ValueError:
        return None


def allowed(verb: Verb, message: ChatMessage) -> bool:
    """Whether this author may. A badge from another channel's shared chat gives no rights."""
    return not message.shared_from and message.author.rank >= _NEEDED[verb]
