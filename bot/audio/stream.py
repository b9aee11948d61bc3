"""One PortAudio output stream that plays a mixer.

Does not know which output is wanted or what to do when it goes away: it opens one way that it is
given, and says when it is lost or too slow. It is given the sounddevice module as well, so that
only `devices.py` decides when PortAudio is loaded.
"""

from __future__ import annotations

import os
import time
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.audio.devices import Attempt, DeviceError
from bot.audio.mixer import Mixer

STALLED = 1.0
"""Seconds without a callback after which a device is taken for lost."""
UNDERFLOWS, UNDERFLOW_WINDOW = 2, 10.0
"""More underflows than this in so many seconds: the latency is too low for this machine."""


class DeviceStream:
    """An open stream. Raises DeviceError when it cannot be opened.

    One stream plays everything: opening one for each utterance is neither gapless nor quick on
    every system. The block size is PortAudio's choice, which measures best.
    """

    may_return = True

    def __init__(self, sd: Any, way: Attempt, latency: str | float) -> None:
        self.sample_rate = way.sample_rate
        self.description = way.label
        self._sd = sd
        self._mixer: Mixer | None = None
        self._finished = False
        self._error = ""
        self._last_callback = time.monotonic()
        self._underflows: deque[float] = deque(maxlen=UNDERFLOWS + 1)
        if way.sink:
            os.environ["PULSE_SINK"] = way.sink
        try:
            device = sd.query_devices(way.index, "output")
            self._stream = sd.OutputStream(
                device=way.index,
                samplerate=way.sample_rate,
                channels=min(2, device["max_output_channels"]),
                dtype="float32",
                latency=latency,
                blocksize=0,
                extra_settings=sd.WasapiSettings(auto_convert=True) if way.auto_convert else None,
                callback=self._callback,
                finished_callback=self._on_finished,
            )
        except (sd.PortAudioError, ValueError) as error:
            raise DeviceError(f"{way.label}: {error}") from error

    def start(self, mixer: Mixer) -> None:
        """Starts playing what `mixer` renders. Raises DeviceError."""
        self._mixer = mixer
        self._last_callback = time.monotonic()
        try:
            self._stream.start()
        except self._sd.PortAudioError as error:
            raise DeviceError(f"{self.description}: {error}") from error

    def wake(self) -> None:
        """The device asks for blocks by itself."""

    def fault(self) -> str:
        """Why nothing is heard any more, or nothing."""
        if self._error:
            return self._error
        if self._finished:
            return "the device is gone"
        if time.monotonic() - self._last_callback > STALLED:
            return "the device has stopped asking for sound"
        return ""

    @property
    def overloaded(self) -> bool:
        """Whether the device has run dry too often lately."""
        dry = self._underflows
        return len(dry) > UNDERFLOWS and dry[-1] - dry[0] <= UNDERFLOW_WINDOW

    def close(self) -> None:
        """Plays out what the device holds already, unless it is lost, and closes it."""
        if not self.fault():
            self._stream.stop(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def _callback(self, out: NDArray[np.float32], frames: int, when: Any, status: Any) -> None:
        now = time.monotonic()
        self._last_callback = now
        if status.output_underflow:
            self._underflows.append(now)
        delay = when.outputBufferDacTime - when.currentTime
        if not 0.0 <= delay < 1.0:
            delay = self._stream.latency
        try:
            if self._mixer is not None:
                self._mixer.render(out, now + delay)
        except Exception as error:
            # PortAudio would only print it; this way the output is opened anew.
            self._error = f"the mixer failed: {error!r}"
            out.fill(0.0)
            raise self._sd.CallbackAbort from error

    def _on_finished(self) -> None:
        self._finished = True
