"""Passes on what items of YouTube's chat say, leaving out what is older than the program's start.

Does not know what an item looks like: it is handed a reader. An item that cannot be read is
counted and costs only itself.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bot.chat.connector import Emit, one_line
from bot.chat.youtube_actions import Unknown
from bot.chat.youtube_start import Start
from filters.message import ChatMessage, Event, Removal

log = logging.getLogger(__name__)

_KINDS_TOLD = 20
"""Types that a log line is spent on; a stream of ever new ones must not fill it, nor memory."""

Read = Callable[[object, str], tuple[Event | None, float | None]]
"""An item and the channel's name -> what happened, and when (Unix seconds)."""


class Take:
    """Reads items of one connector, one by one."""

    def __init__(
        self, name: str, channel: str, read: Read, start: Start, left_out: Callable[[], None]
    ) -> None:
        """`name` is for the log, `channel` stands in the events; `left_out` is called for each
        message that is too old."""
        self._name = name
        self._channel = channel
        self._read = read
        self._start = start
        self._left_out = left_out
        self.skipped: Counter[str] = Counter()
        """How many items were skipped, by their type; by `other` beyond some types."""

    def __call__(self, item: object, emit: Emit) -> None:
        """Emit what one item says. Raises nothing of its own."""
        try:
            event, at = self._read(item, self._channel)
        except Unknown as error:
            return self._skip(str(error)[:60], "an item of a type not known here")
        except Exception as error:  # noqa: BLE001 - its batch must live
            return self._skip(
                type(error).__name__, f"an item that cannot be read: {one_line(error)}"
            )
        if event is None:
            return None
        if not self._start.after(at):
            return self._left_out() if isinstance(event, ChatMessage) else None
        if at is None and isinstance(event, Removal):
            # The web chat does not say when; nobody banned writes soon, so late is near enough.
            at = self._start.by_now()
        return emit(replace(event, sent=at))

    def _skip(self, kind: str, why: str) -> None:
        if kind not in self.skipped and len(self.skipped) >= _KINDS_TOLD:
            kind = "other"
        self.skipped[kind] += 1
        if self.skipped[kind] == 1:
            log.info("%s: skipped %s (%s)", self._name, why, repr(kind)[1:-1])
