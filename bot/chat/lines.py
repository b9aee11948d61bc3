"""Bytes as they come, cut into lines of bounded length; and fair shares of the event loop's time.

Does not know where the bytes come from or what the lines mean.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line of a stream of bytes."""

    data: bytes
    """Its first bytes, up to the limit, without the line end."""
    whole: bool
    """Whether that is all of it."""


def split(blocks: Iterable[bytes], limit: int) -> Iterator[Line]:
    """The lines of `blocks`, which may be cut anywhere; holds at most `limit` bytes and a block.

    A line ends with LF or CR LF. What follows the last line end is a line unless it is empty.
    """
    held = bytearray()
    whole = True
    for block in blocks:
        *ends, rest = block.split(b"\n")
        for piece in ends:
            whole = whole and len(held) + len(piece) <= limit
            held += piece[: limit - len(held)]
            yield Line(bytes(held.removesuffix(b"\r")), whole)
            held.clear()
            whole = True
        whole = whole and len(held) + len(rest) <= limit
        held += rest[: limit - len(held)]
    if held:
        yield Line(bytes(held.removesuffix(b"\r")), whole)


class Turns:
    """Lets the rest of the program run once a stretch of work has used its time.

    A source that always has a next line ready would otherwise never give the loop a turn.
    """

    def __init__(self, seconds: float = 0.002) -> None:
        self._seconds = seconds
        self._since = time.perf_counter()

    async def share(self) -> None:
        """Give the loop a turn if `seconds` have gone by since the last one."""
        if time.perf_counter() - self._since >= self._seconds:
            await asyncio.sleep(0)
            self._since = time.perf_counter()
