"""A JSON array that arrives in pieces of any size: each object in it as soon as it is whole.

Does not know where the bytes come from or what the objects mean. Only the outermost `{...}` are
looked for, so that objects written one after the other without an array are read as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_MARK = re.compile(rb'[{}"\\]')
_IN_TEXT = re.compile(rb'["\\]')


class Objects:
    """Cuts objects out of bytes; holds at most `limit` bytes of one that is not whole yet."""

    def __init__(self, limit: int = 8 << 20) -> None:
        self._limit = limit
        self._held = bytearray()
        self._at = 0
        self._depth = 0
        self._in_text = False

    def feed(self, piece: bytes) -> Iterator[object]:
        """The objects that this piece completes.

        Raises:
            ValueError: what was sent is not JSON, or an object is larger than the limit.
        """
        self._held += piece
        while (end := self._end()) is not None:
            text = bytes(self._held[:end])
            del self._held[:end]
            self._at = 0
            yield json.loads(text)
        if len(self._held) > self._limit:
            raise ValueError(f"an object of more than {self._limit} bytes")

    def _end(self) -> int | None:
        """Where the first object in what is held ends; moves its begin to the front."""
        while True:
            if self._depth == 0:
                start = self._held.find(b"{")
                del self._held[: len(self._held) if start < 0 else start]
                if start < 0:
                    self._at = 0
                    return None
                self._depth, self._at = 1, 1
            mark = (_IN_TEXT if self._in_text else _MARK).search(self._held, self._at)
            if mark is None:
                self._at = len(self._held)
                return None
            if not self._step(mark[0], mark.end()):
                return None
            if self._depth == 0:
                return self._at

    def _step(self, mark: bytes, end: int) -> bool:
        """Take in one mark. Returns False if what follows it is needed and not there yet."""
        if mark == b"\\":
            if end >= len(self._held):
                self._at = end - 1
                return False
            end += 1  # whatever is escaped, it is not a mark
        elif mark == b'"':
            self._in_text = not self._in_text
        else:
            self._depth += 1 if mark == b"{" else -1
        self._at = end
        return True
