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
    """Messages, the last one last."""

    def __init__(self) -> None:
        self._messages: deque[ChatMessage] = deque(maxlen=MOST)

    def add(self, message: ChatMessage) -> None:
        """A message was heard to its end."""
        self._messages.append(message)

    def forget(self, covers: Callable[[ChatMessage], bool]) -> None:
        """Let go what is taken away."""
        kept = [message for message in self._messages if not covers(message)]
        self._messages.clear()
        self._messages.extend(kept)

    def last(self) -> ChatMessage | None:
        """What was heard last; None: nothing that may be heard again."""
        return self._messages[-1] if self._messages else None
