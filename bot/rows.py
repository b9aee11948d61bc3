"""Equal gifts in a row become one line: `NAME gave 5 subs`, `5 viewers subscribed`.

Does not know what is said of them. A line takes in what follows while it waits, as long as nothing
else is announced in between. A gift of several subs is followed by a notice of each of them on
some connections: those are counted already.

Has no clock: `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Hashable

from bot.backlog import author_key
from bot.line import Line
from filters.message import ChatMessage, Kind

_WAIT_S = 3.0
"""How long such a line waits for what follows, even if the voice is free."""
_FOLLOWS_S = 60.0
_REMEMBERED = 1000


class Rows:
    """The last announcement of each channel, and the gifts of which more notices may come."""

    def __init__(self) -> None:
        self._last: dict[Hashable, tuple[Hashable, Line]] = {}
        self._expected: dict[Hashable, tuple[int, float]] = {}

    def is_counted(self, message: ChatMessage, now: float) -> bool:
        """Whether a gift is one of several that were told of together. To be asked of each once."""
        if message.kind is not Kind.GIFT:
            return False
        giver = message.channel, author_key(message)
        left, until = self._expected.pop(giver, (0, 0.0))
        if now >= until:
            left = 0
        gifts = message.gifts or 1
        counted = gifts == 1 and left > 0
        left += -1 if counted else gifts if gifts > 1 else 0
        if left > 0:
            self._expected[giver] = left, now + _FOLLOWS_S
            if len(self._expected) > _REMEMBERED:
                del self._expected[next(iter(self._expected))]
        return counted

    def join(self, message: ChatMessage) -> Line | None:
        """The waiting line that tells of a message besides from now on; None: there is none."""
        what, line = self._last.get(_channel(message), (None, None))
        if line is None or what != _what(message):
            return None
        if line.end is not None or line.stages.taken is not None:
            return None
        line.merged.append(message)
        return line

    def begin(self, line: Line, now: float) -> None:
        """`line` announces what the next one may be equal to, and waits for that a little."""
        if line.message.kind in (Kind.GIFT, Kind.SUB):
            line.held_until = now + _WAIT_S
        channel = _channel(line.message)
        self._last.pop(channel, None)
        self._last[channel] = _what(line.message), line
        if len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]


def _channel(message: ChatMessage) -> Hashable:
    return message.platform, message.channel


def _what(message: ChatMessage) -> Hashable:
    """What makes two announcements equal: gifts of one giver, or subs of anybody; else nothing."""
    match message.kind:
        case Kind.GIFT:
            return message.kind, author_key(message)
        case Kind.SUB:
            return message.kind
    return object()
