"""What was redeemed and not spoken is given back, where the platform lets this program do it.

Does not know any platform: a connector that can is asked. A line that was dropped, taken back by a
moderator, or that no voice could speak is given back; one that was skipped only if none of it was
heard; and one that was thanked for without its text.
"""

from __future__ import annotations

from bot.chat.connector import GivesBack
from bot.line import End, Line
from filters.message import ChatMessage, Kind

_UNHEARD = frozenset({End.DROPPED, End.PURGED, End.FAILED})


class Refunds:
    """Hears of every end and passes on what is owed."""

    def __init__(self) -> None:
        self._givers: list[GivesBack] = []

    def add(self, giver: GivesBack) -> None:
        """Ask this connector too."""
        self._givers.append(giver)

    def ended(self, message: ChatMessage, end: End, reason: str) -> None:
        """A message has come to its end."""
        if end in _UNHEARD:
            self._give_back(message)

    def never_spoken(self, message: ChatMessage) -> None:
        """A message waited for its turn in an earlier run, and is too old for this one."""
        self._give_back(message)

    def line_ended(self, line: Line, end: End) -> None:
        """A line has come to its end."""
        unheard = end is End.SKIPPED and line.stages.first_sample is None
        if unheard or (line.left_out and end not in _UNHEARD):
            for message in line.messages:
                self._give_back(message)

    def _give_back(self, message: ChatMessage) -> None:
        if message.kind is Kind.REDEMPTION and message.reward is not None:
            for giver in self._givers:
                giver.give_back(message)
