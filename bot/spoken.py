"""The last lines that were heard to their end, to be said again.

What is taken away afterwards is forgotten here, so that it is never heard a second time. Does not
know how a line is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from filters.message import ChatMessage

MOST = 20


class Spoken:
    """The messages of each line, the last line last."""

    def __init__(self) -> None:
        self._lines: deque[tuple[ChatMessage, ...]] = deque(maxlen=MOST)

    def add(self, messages: tuple[ChatMessage, ...]) -> None:
        """A line was heard to its end, with all messages that it told of."""
        self._lines.append(messages)

    def forget(self, covers: Callable[[ChatMessage], bool]) -> None:
        """Let go what is taken away; of several messages one that is left keeps the line."""
        kept = [messages for messages in self._lines if not all(map(covers, messages))]
        self._lines.clear()
        self._lines.extend(kept)

    def last(self) -> tuple[ChatMessage, ...]:
        """What was heard last; empty: nothing that may be heard again."""
        return self._lines[-1] if self._lines else ()
