"""Record: writes every event that passes by to a file that `replay` reads.

Does not know where events come from or go to. A disk that fails stops the recording, never
the events.
"""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.chat import codec
from bot.chat.connector import Emit, Fatal
from filters.message import Event

log = logging.getLogger(__name__)


class Recorder:
    """A recording, open between `with` and its end. What the file held before is replaced.

    `replayed` is the file that is being replayed at the same time, if there is one: it cannot be
    the recording too.
    """

    def __init__(
        self,
        path: Path,
        *,
        replayed: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._replayed = replayed
        self._clock = clock
        self._start = 0.0
        self._file: io.FileIO | None = None
        self._missing = 0
        self._torn = False

    def __enter__(self) -> Self:
        """Open the file and start the clock of the recording. Raises Fatal."""
        try:
            if _same(self._path, self._replayed):
                raise Fatal(f"cannot record into {self._path}: it is being replayed")
            # Unbuffered: each event is with the system at once, and a failed write leaves
            # nothing behind that a later one would write again.
            self._file = io.FileIO(self._path, "w")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise Fatal(f"cannot record into {self._path}: {why}") from error
        self._start = self._clock()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
        if self._missing:
            log.warning("recording %s: %d events are missing", self._path, self._missing)

    def wrap(self, emit: Emit) -> Emit:
        """An `emit` that writes each event down and passes it on."""

        def recorded(event: Event) -> None:
            self._write(event)
            emit(event)

        return recorded

    def _write(self, event: Event) -> None:
        if self._file is None:
            return
        try:
            line = {"at": round(self._clock() - self._start, 3), **codec.encode(event)}
            data = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        except (TypeError, ValueError, RecursionError) as error:
            self._failed(f"an event cannot be written as JSON: {error}")
            return
        try:
            self._put(self._file, data)
        except OSError as error:
            self._failed(error.strerror or str(error))
            return
        if self._missing:
            log.info("recording %s again: %d events are missing", self._path, self._missing)
            self._missing = 0

    def _put(self, file: io.FileIO, data: bytes) -> None:
        # A disk that fills up keeps the first part of a line: the next one must not join it.
        rest = memoryview(b"\n" + data if self._torn else data)
        while rest:
            self._torn = True
            written = file.write(rest)
            rest = rest[written:]
        self._torn = False

    def _failed(self, why: str) -> None:
        if not self._missing:
            log.warning("recording %s stopped: %s; chat goes on", self._path, why)
        self._missing += 1


def _same(path: Path, other: Path | None) -> bool:
    return other is not None and path.exists() and other.exists() and path.samefile(other)
