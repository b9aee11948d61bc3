"""A simulated sound device: it asks the mixer for blocks as a real one would, and keeps a file.

Does not know what is played or who asked. `SimulatedDevice` is the clock: in real time it renders
blocks as they fall due and never more than a short burst; at full speed its clock stands still
while there is nothing to play. Where the blocks go is a sink's business: nowhere, or a WAV file.
"""

from __future__ import annotations

import logging
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.audio.mixer import Mixer
from engine.speech import Samples

log = logging.getLogger(__name__)

SAMPLE_RATE = 48_000
BLOCK = 480
MAX_LAG = 0.2
"""Seconds that a stalled device catches up; what is beyond is left out, as a real one would."""
WAV_HEADER = struct.Struct("<4sL4s4sLHHLLHH4sL")
"""RIFF/WAVE with one `fmt ` chunk of 16 bytes and one `data` chunk, up to the samples.

Source: IBM and Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (1991).
"""
MAX_WAV_FRAMES = (2**32 - 1 - WAV_HEADER.size) // 2
"""The length fields of a WAV file hold no more bytes than this makes."""


class Sink(Protocol):
    """Where a simulated device's sound goes."""

    def write(self, mono: Samples) -> None:
        """Takes the next block, shape (n,). Raises OSError when it cannot."""

    def close(self) -> None:
        """Completes what was written."""


class NullSink:
    """Forgets everything."""

    def write(self, mono: Samples) -> None:
        """Takes the next block."""

    def close(self) -> None:
        """Nothing to complete."""


def to_pcm16(mono: Samples) -> NDArray[np.int16]:
    """Full scale 1.0 is 32768: rounded to the nearest, clipped to what 16 bits hold."""
    scaled: Samples = np.clip(np.rint(mono * 32768.0), -32768, 32767)
    return scaled.astype("<i2")


def wav_header(frames: int, sample_rate: int) -> bytes:
    """The start of a 16-bit PCM mono WAV file of that many frames."""
    size = 2 * frames
    return WAV_HEADER.pack(
        b"RIFF", WAV_HEADER.size - 8 + size, b"WAVE",
        b"fmt ", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16,
        b"data", size,
    )  # fmt: skip


class WavSink:
    """A 16-bit PCM mono WAV file, complete up to the last second at any time.

    Raises OSError if the file cannot be written. At `max_frames` it is completed, one line is
    logged, and the rest is forgotten.
    """

    def __init__(
        self, path: Path, sample_rate: int = SAMPLE_RATE, max_frames: int = MAX_WAV_FRAMES
    ) -> None:
        self._path = path
        self._room = max_frames
        self._sample_rate = sample_rate
        self._waiting: list[NDArray[np.int16]] = []
        self._frames_waiting = 0
        self._frames_written = 0
        # Unbuffered: what a full disk refuses is not tried again, and told, behind our back.
        self._file = path.open("wb", buffering=0)
        try:
            self._flush()
        except OSError:
            self._file.close()
            raise

    def write(self, mono: Samples) -> None:
        """Takes the next block; the file gets it within a second of sound."""
        if self._file.closed:
            return
        self._waiting.append(to_pcm16(mono[: self._room]))
        self._frames_waiting += len(self._waiting[-1])
        self._room -= len(self._waiting[-1])
        if self._frames_waiting >= self._sample_rate:
            self._flush()
        if not self._room:
            self.close()
            log.warning("%s is as long as a WAV file can be; the rest is not written", self._path)

    def close(self) -> None:
        """Writes what waits; more than once does no harm. The file is let go, even on OSError."""
        if self._file.closed:
            return
        try:
            self._flush()
        finally:
            self._file.close()

    def _flush(self) -> None:
        """Samples first: until the header counts them, the file is as valid as it was before."""
        frames = self._frames_written + self._frames_waiting
        samples = b"".join(block.tobytes() for block in self._waiting)
        self._put(samples, at=WAV_HEADER.size + 2 * self._frames_written)
        self._put(wav_header(frames, self._sample_rate), at=0)
        self._frames_written = frames
        self._frames_waiting = 0
        self._waiting.clear()

    def _put(self, data: bytes, at: int) -> None:
        self._file.seek(at)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


class SimulatedDevice:
    """Renders 10 ms blocks in a thread of its own and hands them to a sink.

    `fast`: as quickly as they can be made, and only what there is to play.
    """

    sample_rate = SAMPLE_RATE
    may_return = False
    overloaded = False

    def __init__(
        self,
        sink: Sink,
        description: str,
        fast: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.description = description
        self._sink = sink
        self._fast = fast
        self._now = now
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._fault = ""
        self._block = np.zeros((BLOCK, 1), np.float32)
        self._thread: threading.Thread | None = None

    def start(self, mixer: Mixer) -> None:
        """Starts the device's clock."""
        run = self._run_fast if self._fast else self.run
        self._thread = threading.Thread(
            target=self._guarded, args=(run, mixer), name="device", daemon=True
        )
        self._thread.start()

    def wake(self) -> None:
        """The mixer has new commands."""
        self._woken.set()

    def fault(self) -> str:
        """Why the device has stopped for good, or nothing."""
        return self._fault

    def close(self) -> None:
        """Stops the clock and completes the file."""
        self._stop.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        self._sink.close()

    def run(self, mixer: Mixer, wait: Callable[[float], bool] | None = None) -> None:
        """Renders in real time until `wait` says to stop."""
        wait = wait or self._stop.wait
        due = self._now()
        while not wait(max(0.0, due - self._now())):
            due = max(due, self._now() - MAX_LAG)
            self._render(mixer, BLOCK, due)
            due += BLOCK / SAMPLE_RATE

    def _run_fast(self, mixer: Mixer) -> None:
        while True:
            # Before the look at what it announces: a wake-up that comes in between is kept.
            self._woken.clear()
            if self._stop.is_set():
                return
            while frames := min(BLOCK, mixer.ready()):
                self._render(mixer, frames, self._now())
            self._woken.wait()

    def _guarded(self, run: Callable[[Mixer], None], mixer: Mixer) -> None:
        try:
            run(mixer)
        except OSError as error:
            self._fault = f"{self.description} cannot be written: {error.strerror or error}"

    def _render(self, mixer: Mixer, frames: int, at: float) -> None:
        block = self._block[:frames]
        mixer.render(block, at)
        self._sink.write(block[:, 0])
