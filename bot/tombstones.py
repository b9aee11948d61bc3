"""What was taken away before it came: a removal may overtake the messages that it covers.

A message id is remembered whole. An author's lines, or a whole chat's, are taken away up to the
moment of the removal and no further: by the platform's own times where it tells them. Where it
does not, what comes within some seconds counts as overtaken, and what comes later as sent later.

Has no clock: `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Hashable

from filters.message import ChatMessage, Removal, RemovalKind

_REMEMBERED = 10_000
_REMEMBERED_S = 600.0
_OVERTAKEN_S = 5.0
"""How long after a removal a message without a time may still be one that it covers."""

_REASONS = {
    RemovalKind.DELETE: "deleted before it came",
    RemovalKind.CLEAR_AUTHOR: "its author's messages were cleared before it came",
    RemovalKind.CLEAR_ALL: "the chat was cleared before it came",
}


class Tombstones:
    """The removals of the last 10 minutes, at most 10,000; of a kind and target, the latest."""

    def __init__(self) -> None:
        # Each with when it came; in order of that.
        self._stones: dict[Hashable, tuple[Removal, float]] = {}

    def __len__(self) -> int:
        return len(self._stones)

    def add(self, removal: Removal, now: float) -> None:
        """Remember what `removal`, which came just now, takes away."""
        key = (removal.kind, removal.platform, removal.channel, removal.target)
        before = self._stones.pop(key, None)
        if before is not None and _later(before[0], removal):
            removal = before[0]
        self._stones[key] = removal, now
        if len(self._stones) > _REMEMBERED:
            del self._stones[next(iter(self._stones))]

    def refuses(self, message: ChatMessage, now: float) -> str | None:
        """Why `message` was taken away already; None: it was not."""
        targets = (
            (RemovalKind.DELETE, message.id),
            (RemovalKind.CLEAR_AUTHOR, message.author.id),
            (RemovalKind.CLEAR_ALL, ""),
        )
        for kind, target in targets:
            for channel in (message.channel, ""):
                stone = self._stones.get((kind, message.platform, channel, target))
                if stone is not None and _covers(*stone, message, now):
                    return _REASONS[kind]
        return None


def _later(one: Removal, other: Removal) -> bool:
    """Whether `one`, which came first, was done after `other`."""
    return one.sent is not None and other.sent is not None and one.sent > other.sent


def _covers(removal: Removal, came: float, message: ChatMessage, now: float) -> bool:
    if now - came >= _REMEMBERED_S or not removal.covers(message):
        return False
    if removal.kind is RemovalKind.DELETE:
        return True
    follows = removal.follows(message)
    if follows is not None:
        return follows
    # Without times. Nobody writes while timed out, so of a short timeout its length is enough.
    lasts = _OVERTAKEN_S if removal.seconds is None else min(removal.seconds, _OVERTAKEN_S)
    return now - came < lasts
