"""Opens the output that was asked for, by the first way that works.

Does not know what is played, and does not try again by itself: whoever asks decides when.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from bot.audio.devices import DeviceError, PortAudioMissing, attempts, load_portaudio
from bot.audio.mixer import Mixer
from bot.audio.sinks import NullSink, SimulatedDevice, Sink, WavSink
from bot.audio.stream import DeviceStream

LATENCIES = (0.02, 0.04, 0.08)
"""Seconds; what a device that runs dry is opened with, one after the other."""
_NAMED = {"low": 0.01, "high": 0.04}
"""Seconds, about what PortAudio takes these names for."""


class OutputFatal(Exception):  # noqa: N818 - named for what it means
    """This output can never work. The text says why and who must act."""


class OpenOutput(Protocol):
    """What the process needs of a device, real or simulated."""

    description: str
    sample_rate: int
    may_return: bool
    """Whether one that is lost may work again when it is opened anew."""

    @property
    def overloaded(self) -> bool:
        """Whether it ran dry too often lately."""

    def start(self, mixer: Mixer) -> None:
        """Starts playing what `mixer` renders."""

    def wake(self) -> None:
        """Says that the mixer has new commands."""

    def fault(self) -> str:
        """Why nothing is heard any more, or nothing."""

    def close(self) -> None:
        """Lets the device go."""


class Opener:
    """Opens one output, as often as it has to be.

    `name`: `default`, a device's name, `wav:PATH` or `null`. `fast`: the last two do not wait for
    real time. `latency`: `low`, `high` or seconds; it can only be raised.
    """

    def __init__(self, name: str, fast: bool, latency: str | float) -> None:
        self._name = name
        self._fast = fast
        self._latency = latency
        self._portaudio: Any = None

    def raise_latency(self) -> float | None:
        """The next latency to open the device with, seconds; None when there is none higher."""
        now = _NAMED[self._latency] if isinstance(self._latency, str) else self._latency
        higher = next((step for step in LATENCIES if step > now), None)
        if higher is not None:
            self._latency = higher
        return higher

    def open(self, start: Callable[[OpenOutput], None]) -> OpenOutput:
        """The output, once `start` has started it. No stream may be open.

        Raises DeviceError when it does not work now, OutputFatal when it never will.
        """
        if self._name == "null":
            return self._simulated(start, NullSink, "null")
        if self._name.startswith("wav:"):
            path = Path(self._name.removeprefix("wav:"))
            return self._simulated(start, lambda: WavSink(path), str(path))
        return self._device(start)

    def _simulated(
        self, start: Callable[[OpenOutput], None], sink: Callable[[], Sink], name: str
    ) -> OpenOutput:
        try:
            output = SimulatedDevice(sink(), name, self._fast)
        except OSError as error:
            raise OutputFatal(f"{name} cannot be written: {error.strerror or error}") from error
        start(output)
        return output

    def _device(self, start: Callable[[OpenOutput], None]) -> OpenOutput:
        sd = self._fresh_portaudio()
        why = DeviceError(f"{self._name}: there is no way to open it")
        for way in attempts(self._name, sd):
            try:
                stream = DeviceStream(sd, way, self._latency)
            except DeviceError as error:
                why = error
                continue
            try:
                start(stream)
            except DeviceError as error:
                why = error
                stream.close()
            else:
                return stream
        raise why

    def _fresh_portaudio(self) -> Any:
        """PortAudio, with the devices that there are now."""
        try:
            sd = load_portaudio()
        except PortAudioMissing as error:
            raise OutputFatal(str(error)) from error
        if self._portaudio is not None:
            # The list of devices is made at initialisation, and there is no other way to renew
            # it. It ends every stream of the process, which is why none may be open.
            try:
                if sd._initialized:
                    sd._terminate()
                sd._initialize()
            except sd.PortAudioError as error:
                raise DeviceError(f"PortAudio does not start: {error}") from error
        self._portaudio = sd
        return sd
