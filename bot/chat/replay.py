"""Replay: a file of JSON lines, one event each, emitted at the times that it tells.

Does not know who recorded it, or what becomes of the events.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from bot.chat import codec
from bot.chat.connector import Emit, Fatal
from bot.chat.lines import Line, Turns, split
from filters.message import Event

log = logging.getLogger(__name__)

MAX_LINE = 4 << 20
"""Bytes of a line; a longer one is refused."""
_BLOCK = 1 << 16
_BOM = b"\xef\xbb\xbf"


class Replay:
    """Emits the events of a recording; ends at its end.

    Each line waits until its `at`, in seconds since the replay began; a line whose time has gone
    by is emitted at once, so lines need not be sorted. With `fast` nothing waits. A line that is
    wrong is named in the log, and the rest goes on.
    """

    moderated = False

    def __init__(
        self,
        path: Path,
        *,
        fast: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = f"replay {path}"
        self._path = path
        self._fast = fast
        self._clock = clock
        self._sleep = sleep

    def check(self) -> None:
        """Raises Fatal if the file cannot be replayed; for the time before the run starts."""
        self._open().close()

    async def run(self, emit: Emit) -> None:
        """Emit the file's events. Raises Fatal if the file cannot be read (to its end)."""
        turns = Turns()
        with self._open() as file:
            start = self._clock()
            for number, line in enumerate(split(self._blocks(file), MAX_LINE), 1):
                try:
                    read = self._read(line, first=number == 1)
                except ValueError as error:
                    log.warning("%s:%d: %s", self._path, number, error)
                    read = None
                if read is not None:
                    at, event = read
                    wait = 0.0 if self._fast else start + at - self._clock()
                    if wait > 0:
                        await self._sleep(wait)
                    emit(event)
                await turns.share()

    def _open(self) -> BinaryIO:
        try:
            # A pipe or a terminal could block the whole program in a read.
            if self._path.exists() and not self._path.is_file():
                raise Fatal(f"cannot replay {self._path}: not an ordinary file")
            return self._path.open("rb")
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _blocks(self, file: BinaryIO) -> Iterator[bytes]:
        try:
            while block := file.read(_BLOCK):
                yield block
        except OSError as error:
            # Fatal, since a new try would speak everything again from the start.
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError | ValueError) -> Fatal:
        return Fatal(f"cannot replay {self._path}: {getattr(error, 'strerror', None) or error}")

    @staticmethod
    def _read(line: Line, *, first: bool) -> tuple[float, Event] | None:
        if not line.whole:
            raise ValueError(f"the line is longer than {MAX_LINE} bytes")
        data = line.data.removeprefix(_BOM) if first else line.data
        if not data.strip():
            return None
        try:
            value = json.loads(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ValueError(f"not UTF-8 at byte {error.start + 1}") from error
        except json.JSONDecodeError as error:
            raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from error
        except RecursionError as error:
            raise ValueError("not JSON that can be read: nested too deeply") from error
        event = codec.decode(value)
        return codec.at(value), event
