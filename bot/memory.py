"""What is to be kept beyond a run, as the parts that need it see it.

Every call is made on the event loop and returns at once: whoever writes to a disk does so behind
it, and tells of failures itself. Does not know what the values are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.backlog import AuthorKey


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody did to the bot, for the audit."""

    at: float
    """Unix seconds."""
    by: str
    """The name of who did it; hostile."""
    author: AuthorKey
    """Platform and id of who did it."""
    verb: str
    """What was asked for, as `bot.commands.Verb` names it."""
    what: str
    """What came with it, as typed: a name, a word. Never to be shown in chat."""
    answer: str
    """What was answered."""
    changed: bool
    """Whether anything is different now."""


class Memory(Protocol):
    """What is kept."""

    def mutes(self) -> dict[AuthorKey, float]:
        """Who is muted, and until when: Unix seconds, `inf` where it has no end."""

    def mute(self, author: AuthorKey, until: float) -> None:
        """Keep a mute; it takes the place of an earlier one."""

    def unmute(self, author: AuthorKey) -> None:
        """Forget a mute."""

    def voices(self) -> dict[AuthorKey, str]:
        """The voices that viewers have chosen, the last used last."""

    def choose(self, author: AuthorKey, voice: str) -> None:
        """Keep a viewer's choice; empty: forget it."""

    def used_voice(self, author: AuthorKey) -> None:
        """A chosen voice was used: it is not the first to be forgotten."""

    def words(self) -> dict[str, bool]:
        """Words and phrases that moderators gave: whether each is blocked, or allowed."""

    def rule(self, word: str, blocked: bool) -> None:
        """Keep what holds of a word from now on."""

    def audit(self, deed: Deed) -> None:
        """Keep what was done."""
