"""A sound server of our own with sinks that nobody hears, and a recorder of what they play.

Does not know the player: whatever connects with `env` is heard. PulseAudio, because it runs as any
user (root too) without a desktop and hands floats through unchanged; with `norewinds`, because a
null sink otherwise renders 2 s ahead while idle, and each new stream waits for that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
CHANNELS = 2
_FRAME = 4 * CHANNELS
START_LIMIT = 10.0
"""Seconds that the server may take to answer, and a recorder to deliver."""

_Found = Callable[[int, NDArray[np.float32]], int | None]


class RigError(Exception):
    """The rig does not work here. The text says what failed."""


class RigMissing(RigError):
    """The user: a program must be installed. The text says how."""


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RigMissing(f"{name} is missing; install it: apt install {package}")
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class NullSinkServer:
    """A private PulseAudio server with null sinks: 48 kHz, float32, stereo.

    `sinks`: the names of those it starts with; the first one is the default. `rescue_streams`: as
    on most desktops, the streams of a sink that goes away are moved to another one.
    """

    def __init__(self, sinks: tuple[str, ...] = ("botsink",), rescue_streams: bool = False) -> None:
        self._sinks = sinks
        self._rescue = rescue_streams
        self._modules: dict[str, str] = {}
        self._server: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.socket = Path()
        """The server's socket."""
        self.env: dict[str, str] = {}
        """What a client needs in its environment, beside its own, to play here."""

    def __enter__(self) -> NullSinkServer:
        server = _program("pulseaudio", "pulseaudio")
        _program("pactl", "pulseaudio-utils")
        _program("parec", "pulseaudio-utils")
        self._folder = tempfile.TemporaryDirectory(prefix="sink")
        home = Path(self._folder.name)
        self.socket = home / "native"
        self.env = {"PULSE_SERVER": f"unix:{self.socket}", "PULSE_COOKIE": str(home / "cookie")}
        private = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home)}
        modules = [f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"]
        if self._rescue:
            modules.append("module-rescue-streams")
        command = [server, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        command += ["--realtime=no", "--high-priority=no", "--disable-shm=yes", "--log-level=error"]
        self._server = subprocess.Popen(  # noqa: S603 - a fixed command
            [*command, *(part for module in modules for part in ("-L", module))],
            env={**os.environ, **self.env, **private},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._await_server()
            for sink in self._sinks:
                self.load(sink)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the server; more than once does no harm."""
        if self._server is not None:
            _end(self._server)
            self._server = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def load(self, sink: str, rate: int = SAMPLE_RATE) -> None:
        """Adds a sink."""
        self._modules[sink] = self.pactl(
            "load-module",
            "module-null-sink",
            f"sink_name={sink}",
            f"sink_properties=device.description={sink}-description",
            "norewinds=1",
            f"rate={rate}",
            f"channels={CHANNELS}",
            "format=float32le",
        ).strip()

    def unload(self, sink: str) -> None:
        """Takes a sink away, as pulling out a USB headset does."""
        self.pactl("unload-module", self._modules.pop(sink))

    def pactl(self, *arguments: str) -> str:
        """What pactl answers. Raises RigError when it fails."""
        done = subprocess.run(  # noqa: S603 - a fixed command
            [_program("pactl", "pulseaudio-utils"), *arguments],
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_LIMIT,
            check=False,
        )
        if done.returncode:
            raise RigError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def _await_server(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                self.pactl("info")
            except RigError:
                if self._server is None or self._server.poll() is not None:
                    raise RigError("pulseaudio does not start") from None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


class Recorder:
    """Records the monitor of a sink in a thread, noting when each fragment came.

    Keeps at most `max_seconds` from its start on.
    """

    def __init__(
        self, server: NullSinkServer, sink: str = "botsink", max_seconds: float = 300.0
    ) -> None:
        self._server = server
        self._sink = sink
        self._room = round(max_seconds * SAMPLE_RATE)
        self._grown = threading.Condition()
        self._fragments: list[NDArray[np.float32]] = []
        self._bounds: list[int] = []
        """The frame behind each fragment."""
        self._arrivals: list[float] = []
        self._frames = 0
        self._over = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._read, name="recorder", daemon=True)

    def __enter__(self) -> Recorder:
        command = [_program("parec", "pulseaudio-utils"), f"--device={self._sink}.monitor", "--raw"]
        command += ["--format=float32le", f"--rate={SAMPLE_RATE}", f"--channels={CHANNELS}"]
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            [*command, "--latency-msec=5"],
            env={**os.environ, **self._server.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._thread.start()
        with self._grown:
            delivers = self._grown.wait_for(lambda: self._frames or self._over, START_LIMIT)
        if not delivers or self._over:
            self.close()
            raise RigError(f"nothing can be recorded from {self._sink}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops recording; what was recorded stays. More than once does no harm."""
        if self._process is not None:
            _end(self._process)
            self._thread.join()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    @property
    def frames(self) -> int:
        """How many frames are recorded so far."""
        with self._grown:
            return self._frames

    def samples(self, start: int = 0) -> NDArray[np.float32]:
        """Everything recorded from frame `start` on, shape (frames, 2)."""
        with self._grown:
            index, position = self._fragment_of(start)
            fragments = self._fragments[index:]
        if not fragments:
            return np.zeros((0, CHANNELS), np.float32)
        return np.concatenate(fragments)[start - position :]

    def arrival_of(self, frame: int) -> float:
        """time.monotonic() when the fragment with `frame` was here: the recorder's delay is in.

        Raises IndexError for a frame that is not recorded yet.
        """
        with self._grown:
            return self._arrivals[self._fragment_of(frame)[0]]

    def time_of(self, frame: int) -> float:
        """time.monotonic() when `frame` itself was played, as if the last of its fragment arrived
        at once. Raises IndexError for a frame that is not recorded yet.
        """
        with self._grown:
            index, _ = self._fragment_of(frame)
            return self._arrivals[index] - (self._bounds[index] - frame) / SAMPLE_RATE

    def _fragment_of(self, frame: int) -> tuple[int, int]:
        """The index of the fragment that holds `frame`, and that fragment's first frame."""
        index = bisect_right(self._bounds, frame)
        return index, self._bounds[index - 1] if index else 0

    def wait_for_frames(self, frames: int, timeout: float = 10.0) -> None:
        """Until so many frames are recorded. Raises TimeoutError."""
        with self._grown:
            if not self._grown.wait_for(lambda: self._frames >= frames, timeout):
                raise TimeoutError(f"{self._frames} of {frames} frames are recorded")

    def wait_for_sound(self, level: float = 1e-3, start: int = 0, timeout: float = 10.0) -> int:
        """The first frame from `start` on that is louder than `level`. Raises TimeoutError."""

        def found(from_frame: int, fragment: NDArray[np.float32]) -> int | None:
            loud = np.flatnonzero(np.abs(fragment).max(axis=1) > level)
            return from_frame + int(loud[0]) if len(loud) else None

        return self._search(found, start, timeout, f"no sound above {level}")

    def wait_for_silence(
        self, seconds: float, level: float = 0.0, start: int = 0, timeout: float = 10.0
    ) -> int:
        """The first frame of a stretch of so many seconds not above `level`, from `start` on.

        Raises TimeoutError.
        """
        needed = round(seconds * SAMPLE_RATE)
        quiet_from = start

        def found(from_frame: int, fragment: NDArray[np.float32]) -> int | None:
            nonlocal quiet_from
            loud = np.flatnonzero(np.abs(fragment).max(axis=1) > level)
            edges = [quiet_from - from_frame - 1, *(int(i) for i in loud), len(fragment)]
            for before, after in zip(edges, edges[1:], strict=False):
                if after - before - 1 >= needed:
                    return from_frame + before + 1
            quiet_from = from_frame + edges[-2] + 1
            return None

        return self._search(found, start, timeout, f"no {seconds} s of silence")

    def _search(self, found: _Found, start: int, timeout: float, failure: str) -> int:
        """Shows `found` each stretch from `start` on once, as it comes, until it answers."""
        deadline = time.monotonic() + timeout
        with self._grown:
            index, position = self._fragment_of(start)
        while True:
            with self._grown:
                self._grown.wait_for(
                    lambda: len(self._fragments) > index or self._over,  # noqa: B023
                    max(0.0, deadline - time.monotonic()),
                )
                fresh = self._fragments[index:]
            for fragment in fresh:
                skip = max(0, start - position)
                if skip < len(fragment):
                    hit = found(position + skip, fragment[skip:])
                    if hit is not None:
                        return hit
                position += len(fragment)
            index += len(fresh)
            if not fresh:
                raise TimeoutError(failure)

    def _read(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            raise RuntimeError("the recorder is not started")
        rest = b""
        while raw := os.read(process.stdout.fileno(), 1 << 16):
            now = time.monotonic()
            data = rest + raw
            whole = len(data) - len(data) % _FRAME
            rest = data[whole:]
            fragment = np.frombuffer(data[:whole], np.float32).reshape(-1, CHANNELS)
            with self._grown:
                fragment = fragment[: self._room - self._frames]
                if len(fragment):
                    self._fragments.append(fragment)
                    self._arrivals.append(now)
                    self._frames += len(fragment)
                    self._bounds.append(self._frames)
                    self._grown.notify_all()
        with self._grown:
            self._over = True
            self._grown.notify_all()
