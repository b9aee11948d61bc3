"""Why each viewer's last line was not spoken, in words for its author.

Does not decide anything. What is answered never holds a word of the line, nor how it was found out:
it is shown in chat, and nobody is to learn there how to get past the filter.
"""

from __future__ import annotations

from bot.backlog import AuthorKey, author_key
from bot.line import End
from filters.message import ChatMessage

MOST = 5_000
"""Authors whose last line is remembered; the oldest is forgotten first."""
SPOKEN = "your last line was spoken"
NOTHING = "no line of yours was turned down lately"

_BY_END = {
    End.SPOKEN: SPOKEN,
    End.SHED: "too many lines were waiting; try again in a moment",
    End.STALE: "it had to wait too long; try again",
    End.SKIPPED: "it was skipped",
    End.PURGED: "a moderator took it back",
    End.FAILED: "the voice could not say it; that is not your fault, try again",
}
_WORDS = "it holds, or sounds like, something that is not said here; put it another way"
# By how a reason begins, which is for the log and tells too much.
_BY_REASON = (
    ("blocked ", _WORDS),
    ("an advert", "it looks like an advert"),
    ("a link", "links are not read out here"),
    ("a telephone", "numbers like that are not read out here"),
    ("drawn with", "it looks drawn rather than written"),
    ("too contrived", "it is hard to make out; write it more simply"),
    ("too many lines", "you have had many turns lately; wait a little"),
    ("this viewer has spoken", "you have had much time lately; wait a little"),
    ("a line of this viewer", "a line of yours was waiting already"),
    ("this viewer said", "you have said that already"),
    ("said already", "others have said that already"),
    ("the author is", "you are not read out here"),
    ("muted", "you are muted for now"),
    ("speech is off", "speech is switched off"),
    ("only for ", "it is {} here"),
    ("raid", "so many have come that only regulars are read out for a moment"),
    ("flood", "so many write that only regulars are read out for a moment"),
)
_OTHER = "it could not be read out"


def friendly(end: End, reason: str) -> str:
    """Why a line was not spoken, for its author."""
    if end is not End.DROPPED:
        return _BY_END.get(end, _OTHER)
    for begins, text in _BY_REASON:
        if reason.startswith(begins):
            return text.format(reason)
    return _OTHER


class Whys:
    """How each author's last line ended."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._ends: dict[AuthorKey, tuple[End, str]] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, message: ChatMessage, end: End, reason: str) -> None:
        """Remember how a line ended."""
        key = author_key(message)
        self._ends.pop(key, None)
        self._ends[key] = end, reason
        if len(self._ends) > self._most:
            del self._ends[next(iter(self._ends))]

    def of(self, author: AuthorKey) -> str:
        """The answer to an author who asks."""
        ended = self._ends.get(author)
        return NOTHING if ended is None else friendly(*ended)
