"""Engines to be named by import path, `tests.engines:Class`, that fail in every way there is.

They run in a real worker behind the real pipe. The text of a request does not matter unless a
class says so.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.speech import (
    Chunk,
    EngineFailed,
    EngineMissing,
    LineFailed,
    Pace,
    Progress,
    Samples,
    SpeechRequest,
    Voice,
)

RATE = 24_000
STATE_ENV = "TEST_ENGINE_STATE"
"""Names the file in which an engine counts its lives."""

Emit = Callable[[Chunk], None]
Cancelled = Callable[[], bool]


def tone(seconds: float, hz: float = 440.0) -> Samples:
    """A sine at -12 dBFS RMS."""
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.35 * np.sin(2 * np.pi * hz * t)).astype(np.float32)


class Echo:
    """The engine that works: 50 ms of tone per character, in chunks of 100 ms."""

    name = "echo"
    calibration = ""

    def load(self) -> None:
        pass

    def voices(self) -> list[Voice]:
        return [Voice("tone", "Tone", "en-GB")]

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        samples = tone(0.05 * len(request.text))
        for start in range(0, len(samples), RATE // 10):
            if cancelled():
                return
            emit(Chunk(samples[start : start + RATE // 10], RATE))

    def close(self) -> None:
        pass


class Phonetic(Echo):
    """Tells phonemes: those of a text are the text, but for what its words name.

    `late` comes after 100 ms, `sluggish` only the first time, `hang` never; `crash` ends the
    process, `raise` is a bug.
    """

    sluggish = True

    def phonemes(self, text: str, voice: str) -> str:
        if "late" in text or ("sluggish" in text and self.sluggish):
            self.sluggish = False
            time.sleep(0.1)
        if "hang" in text:
            time.sleep(3600)
        if "crash" in text:
            os._exit(7)
        if "raise" in text:
            raise ValueError("a bug")
        return f"{voice}: {text}"


class Slow(Echo):
    """Takes 100 ms per chunk, and shows that it works."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        def slowly(chunk: Chunk) -> None:
            until = time.monotonic() + 0.1
            while time.monotonic() < until and not cancelled():
                time.sleep(0.01)
            emit(chunk)

        super().synthesise(request, slowly, cancelled)


class Busy(Echo):
    """Works for the seconds that its text names before its first chunk, showing that it does."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        until = time.monotonic() + float(request.text)
        while time.monotonic() < until and not cancelled():
            time.sleep(0.02)
        emit(Chunk(tone(0.2), RATE))


class Hang(Echo):
    """Hangs on the text `hang`; after one chunk on `hang later`."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        if request.text.startswith("hang"):
            if request.text == "hang later":
                emit(Chunk(tone(0.2), RATE))
            self.hang()
        super().synthesise(request, emit, cancelled)

    def hang(self) -> None:
        time.sleep(3600)


class NativeHang(Hang):
    """Hangs in C."""

    def hang(self) -> None:
        if sys.platform == "win32":
            ctypes.windll.kernel32.Sleep(3_600_000)
        else:
            ctypes.CDLL(None).sleep(3600)


class LockHang(Hang):
    """Hangs in C with the interpreter's lock held: no thread of the process runs any more."""

    def hang(self) -> None:
        if sys.platform == "win32":
            ctypes.PyDLL("kernel32").Sleep(3_600_000)
        else:
            ctypes.PyDLL(None).sleep(3600)


class Deliberate(Echo):
    """Asks whether it is cancelled every 90 ms, as rarely as an engine may; makes no audio."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        while not cancelled():
            time.sleep(0.09)


class HangOnLoad(Echo):
    """Never gets ready."""

    def load(self) -> None:
        time.sleep(3600)


class Crash(Echo):
    """Crashes on the text `crash`; after one chunk on `crash later`; in C on `segfault`."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        if request.text == "segfault":
            ctypes.string_at(0)
        if request.text == "crash later":
            emit(Chunk(tone(0.2), RATE))
        if request.text.startswith("crash"):
            os._exit(7)
        super().synthesise(request, emit, cancelled)


def lives() -> int:
    """How many workers there have been, this one included; kept in the file of STATE_ENV."""
    path = Path(os.environ[STATE_ENV])
    count = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(count))
    return count


class CrashTwice(Echo):
    """The first two workers crash on their first request; the third works."""

    def load(self) -> None:
        self.life = lives()

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        if self.life <= 2:
            os._exit(7)
        super().synthesise(request, emit, cancelled)


class FailsToLoad(Echo):
    """Raises on load, every time."""

    def load(self) -> None:
        lives()
        raise RuntimeError("no weights today")


class Missing(Echo):
    """Says what has to be installed."""

    def load(self) -> None:
        lives()
        raise EngineMissing('install it with: pip install "the-voice"')


class Failing(Echo):
    """Gives up by itself, with an error of its own or any other."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        if request.text == "fail":
            raise EngineFailed("out of memory")
        if request.text == "raise":
            raise ValueError("a bug\nin two lines")
        super().synthesise(request, emit, cancelled)


class Garbage(Echo):
    """What its text names: audio that is none, or a process that misbehaves."""

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        good = tone(0.2)
        bad: dict[str, Any] = {
            "nan": np.full(100, np.nan, np.float32),
            "inf": np.full(100, np.inf, np.float32),
            "loud": good * 100,
            "float64": good.astype(np.float64),
            "stereo": np.stack((good, good)),
            "list": good.tolist(),
            "silence": np.zeros(RATE, np.float32),
        }
        if request.text in bad:
            emit(Chunk(bad[request.text], RATE))
        elif request.text == "rate":
            emit(Chunk(good, RATE))
            emit(Chunk(good, RATE * 2))
        elif request.text == "endless":
            while True:
                emit(Chunk(good, RATE))
        elif request.text == "endless silence":
            while True:
                emit(Chunk(bad["silence"], RATE))
        elif request.text == "prints":
            os.write(1, b"stray bytes of a native library\n")
            sys.stdout.write("a stray print\n" * 3)
            sys.stdout.flush()
            emit(Chunk(good, RATE))
        elif request.text == "floods the log":
            os.write(2, b"x" * 5000 + b"\x1b[31m\n" + b"noise\n" * 500)
            emit(Chunk(good, RATE))
        elif request.text != "nothing":
            super().synthesise(request, emit, cancelled)


class Grandchild(Crash):
    """Starts a process that outlives it and holds its standard error open."""

    def load(self) -> None:
        import subprocess

        code = "import sys, time; sys.stderr.write('here\\n'); time.sleep(2)"
        subprocess.Popen([sys.executable, "-c", code])


class Loading(Echo):
    """Takes half a second to load and tells of it; then as quick as its `pace` says.

    Its text may be `line failed`, `card` (a fault that nothing in the process survives), `hang`,
    `busy` (works for ever and makes nothing) or `hold on` (does not let go for 1.2 s).
    """

    pace = Pace(0.1, 0.02)

    def __init__(self) -> None:
        self.progress: Progress = lambda stage, share: None

    def load(self) -> None:
        for i in range(5):
            self.progress("reading weights", i / 5)
            time.sleep(0.1)

    def voices(self) -> list[Voice]:
        return [Voice("default", "Default", "en"), Voice("anna", "Anna", "es")]

    def synthesise(self, request: SpeechRequest, emit: Emit, cancelled: Cancelled) -> None:
        if request.text.startswith("one "):
            emit(Chunk(tone(0.2), RATE))
        if request.text.endswith("line failed"):
            raise LineFailed("no speech came of it")
        if request.text.endswith("card"):
            raise EngineFailed("CUDA error: device-side assert triggered")
        if request.text.endswith("hang"):
            time.sleep(3600)
        while request.text.endswith("busy") and not cancelled():
            time.sleep(0.02)
        if request.text.endswith("hold on"):
            time.sleep(1.2)
        super().synthesise(request, emit, cancelled)


class TooSlow(Loading):
    """Three seconds of work for a second of speech."""

    pace = Pace(3.0)


class Stuck(Loading):
    """Begins to load, and never goes on."""

    def load(self) -> None:
        self.progress("reading weights", 0.5)
        time.sleep(3600)
