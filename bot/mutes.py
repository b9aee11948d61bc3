"""Who may not be spoken for a while, by order of a moderator.

Does not know who may mute whom, nor names: an author is a key. Has no clock: `now` is Unix seconds,
since a mute outlives the run.
"""

from __future__ import annotations

from bot.backlog import AuthorKey
from bot.memory import Memory

MOST = 10_000
"""Mutes that are kept; the one that ends first makes room."""


class Mutes:
    """The mutes in force, kept in a memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._until = memory.mutes()

    def __len__(self) -> int:
        return len(self._until)

    def add(self, author: AuthorKey, until: float) -> None:
        """Mute an author until then; `inf`: for good. Takes the place of an earlier mute."""
        if author not in self._until and len(self._until) >= MOST:
            self.remove(min(self._until, key=self._until.__getitem__))
        self._until[author] = until
        self._memory.mute(author, until)

    def remove(self, author: AuthorKey) -> bool:
        """End a mute; False if there is none."""
        if self._until.pop(author, None) is None:
            return False
        self._memory.unmute(author)
        return True

    def holds(self, author: AuthorKey, now: float) -> bool:
        """Whether an author is muted; a mute that is over is forgotten."""
        until = self._until.get(author)
        if until is None:
            return False
        if now < until:
            return True
        self.remove(author)
        return False
