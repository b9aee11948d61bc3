"""Console: each line of standard input is a chat line of the broadcaster.

Does not know commands or triggers: a line is chat, whatever it says.

Reading waits in a thread, since neither a Windows console nor a file can be waited for by the
event loop. The thread reads the unbuffered stream: a thread inside a buffered one holds its
lock, and the interpreter could then not exit.
"""

from __future__ import annotations

import asyncio
import codecs
import io
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import IO, Any

from bot.chat.connector import Emit
from bot.chat.lines import Line, Turns, split
from filters.message import Author, ChatMessage, Role

log = logging.getLogger(__name__)

MAX_LINE = 1 << 14
"""Bytes of a line; the rest of a longer one is left out."""
_AHEAD = 64
"""Lines that may wait between the thread and the loop."""
_BLOCK = 1 << 13
_POLL = 0.05
"""Seconds between two looks at a full backlog."""


class Console:
    """Chat from a stream such as `sys.stdin`, until its end.

    `room` says whether the backlog can take a line. It is asked only when the stream is not a
    terminal, so that a piped file waits its turn and is spoken whole.
    """

    name = "console"
    moderated = False

    def __init__(
        self,
        stream: IO[Any] | None,
        *,
        author: str = "you",
        room: Callable[[], bool] = lambda: True,
    ) -> None:
        self._stream = stream
        self._author = Author(id=author, name=author, roles=frozenset({Role.BROADCASTER}))
        self._room = room

    async def run(self, emit: Emit) -> None:
        """Emit lines until the stream ends; returns at once if it cannot be read at all."""
        stream = _unbuffered(self._stream)
        if stream is None:
            log.info("console: standard input cannot be read; nothing can be typed")
            return
        piped = not stream.isatty()
        if not piped and _in_background(stream):
            log.info("console: the program runs in the background; nothing can be typed")
            return
        reader = _Reader(stream, asyncio.get_running_loop())
        turns = Turns()
        reader.start()
        try:
            while (line := await reader.next()) is not None:
                text = _text(line)
                if not text.strip():
                    continue
                while piped and not self._room():  # noqa: ASYNC110 - nobody signals room
                    await asyncio.sleep(_POLL)
                emit(self._message(text))
                await turns.share()
        finally:
            reader.stop()

    def _message(self, text: str) -> ChatMessage:
        return ChatMessage(
            platform="console",
            channel="console",
            id=uuid.uuid4().hex,
            author=self._author,
            text=text,
        )


class _Reader:
    """The thread that reads, and the bounded way from it to the loop."""

    def __init__(
        self, stream: io.RawIOBase | io.BufferedIOBase, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._stream = stream
        self._loop = loop
        self._lines: asyncio.Queue[Line | None] = asyncio.Queue()
        self._free = threading.Semaphore(_AHEAD)
        self._stopped = threading.Event()

    def start(self) -> None:
        # A daemon: nothing can wake a thread that waits for a key, so nothing may wait for it.
        threading.Thread(target=self._read, name="console", daemon=True).start()

    async def next(self) -> Line | None:
        """The next line; None at the end."""
        line = await self._lines.get()
        self._free.release()
        return line

    def stop(self) -> None:
        """Let the thread end as soon as it is no longer inside a read."""
        self._stopped.set()
        self._free.release()

    def _read(self) -> None:
        try:
            for line in split(self._blocks(), MAX_LINE):
                if not line.whole:
                    log.warning("console: a line of more than %d bytes was cut", MAX_LINE)
                if not self._hand(line):
                    return
        except (OSError, ValueError) as error:
            log.warning("console: standard input ended: %s", error)
        self._hand(None)

    def _blocks(self) -> Iterator[bytes]:
        while not self._stopped.is_set():
            block = self._stream.read(_BLOCK)
            if block is None:  # someone made the stream non-blocking, and nothing is there yet
                self._stopped.wait(_POLL)
            elif block:
                yield block
            else:
                return

    def _hand(self, line: Line | None) -> bool:
        self._free.acquire()
        if self._stopped.is_set():
            return False
        try:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
        except RuntimeError:  # the loop was closed: nobody listens any more
            return False
        return True


def _unbuffered(stream: IO[Any] | None) -> io.RawIOBase | io.BufferedIOBase | None:
    inner = getattr(stream, "buffer", stream)
    inner = getattr(inner, "raw", inner)
    if not isinstance(inner, io.RawIOBase | io.BufferedIOBase):
        return None
    return inner if not inner.closed and inner.readable() else None


def _in_background(terminal: io.RawIOBase | io.BufferedIOBase) -> bool:
    # POSIX stops a whole process that reads its terminal in the background (SIGTTIN).
    if not hasattr(os, "tcgetpgrp"):
        return False
    try:
        return os.tcgetpgrp(terminal.fileno()) != os.getpgrp()
    except OSError:  # not the terminal that controls this process: reading it stops nobody
        return False


def _text(line: Line) -> str:
    # Not final: a character that the cut went through is left out, not replaced.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return decoder.decode(line.data, final=line.whole).removeprefix("\ufeff")
