"""One stream, on a PortAudio that does what the real one does when things go wrong."""

from __future__ import annotations

import os
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot.audio import stream as stream_module
from bot.audio.devices import Attempt, DeviceError
from bot.audio.mixer import Mixer, MixerEvent, Started
from bot.audio.stream import DeviceStream

WAY = Attempt(0, "speakers", 48_000)


class FakePortAudio:
    """A sounddevice module with one stream whose callback the test calls."""

    class PortAudioError(Exception):
        pass

    class CallbackAbort(Exception):
        pass

    def __init__(self, error: str = "", start_error: str = "") -> None:
        self.error = error
        self.start_error = start_error
        self.calls: list[str] = []
        self.settings: dict[str, Any] = {}

    def query_devices(self, index: int | None, kind: str) -> dict[str, Any]:
        return {"max_output_channels": 8}

    def WasapiSettings(self, auto_convert: bool) -> str:  # noqa: N802
        return f"auto_convert={auto_convert}"

    def OutputStream(self, **settings: Any) -> FakePortAudio:  # noqa: N802
        if self.error:
            raise self.PortAudioError(self.error)
        self.settings = settings
        self.latency = 0.0087
        return self

    def start(self) -> None:
        if self.start_error:
            raise self.PortAudioError(self.start_error)

    def stop(self, ignore_errors: bool) -> None:
        self.calls.append("stop")

    def close(self, ignore_errors: bool) -> None:
        self.calls.append("close")

    def call(
        self, frames: int = 104, delay: float = 0.005, underflow: bool = False
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        out = np.full((frames, 2), np.nan, np.float32)
        when = SimpleNamespace(outputBufferDacTime=100.0 + delay, currentTime=100.0)
        self.settings["callback"](out, frames, when, SimpleNamespace(output_underflow=underflow))
        return out


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(time=1000.0)
    clock.monotonic = lambda: clock.time
    monkeypatch.setattr(stream_module, "time", clock)
    return clock


def mixer() -> tuple[Mixer, SimpleQueue[MixerEvent]]:
    events: SimpleQueue[MixerEvent] = SimpleQueue()
    return Mixer(48_000, events, gap_s=0.0), events


def test_it_is_opened_once_with_portaudios_own_block_size() -> None:
    sd = FakePortAudio()
    DeviceStream(sd, WAY, "low")
    wanted = {"blocksize": 0, "latency": "low", "dtype": "float32", "channels": 2}
    assert wanted.items() <= sd.settings.items()
    assert sd.settings["extra_settings"] is None


def test_wasapi_is_asked_to_convert_only_where_that_is_the_way() -> None:
    sd = FakePortAudio()
    DeviceStream(sd, Attempt(0, "speakers", 48_000, auto_convert=True), "low")
    assert sd.settings["extra_settings"] == "auto_convert=True"


def test_a_sink_is_named_to_the_sound_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SINK", "other")
    DeviceStream(FakePortAudio(), WAY, "low")
    assert os.environ["PULSE_SINK"] == "other"
    DeviceStream(FakePortAudio(), Attempt(0, "cable", 48_000, sink="cable"), "low")
    assert os.environ["PULSE_SINK"] == "cable"


def test_what_cannot_be_opened_or_started_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="speakers: Invalid device"):
        DeviceStream(FakePortAudio("Invalid device"), WAY, "low")
    with pytest.raises(DeviceError, match="speakers: busy"):
        DeviceStream(FakePortAudio(start_error="busy"), WAY, "low").start(mixer()[0])


@pytest.mark.parametrize(
    ("delay", "expected"), [(0.005, 0.005), (-100.0, 0.0087), (float("nan"), 0.0087), (9.0, 0.0087)]
)
def test_a_start_is_told_at_the_time_it_is_heard(
    clock: SimpleNamespace, delay: float, expected: float
) -> None:
    sd = FakePortAudio()
    mix, events = mixer()
    DeviceStream(sd, WAY, "low").start(mix)
    mix.add("a")
    mix.feed("a", np.full(500, 0.1, np.float32))
    mix.finish("a")
    assert (sd.call(delay=delay) == np.float32(0.1)).all()
    assert events.get() == Started("a", pytest.approx(1000.0 + expected))  # type: ignore[arg-type]


def test_a_callback_that_stops_coming_is_a_fault(clock: SimpleNamespace) -> None:
    sd = FakePortAudio()
    stream = DeviceStream(sd, WAY, "low")
    stream.start(mixer()[0])
    clock.time += 0.9
    assert stream.fault() == ""
    sd.call()
    clock.time += 0.9
    assert stream.fault() == ""
    clock.time += 0.2
    assert stream.fault() == "the device has stopped asking for sound"


def test_a_stream_that_finished_by_itself_is_lost_and_not_waited_for() -> None:
    sd = FakePortAudio()
    stream = DeviceStream(sd, WAY, "low")
    stream.start(mixer()[0])
    sd.settings["finished_callback"]()
    assert stream.fault() == "the device is gone"
    stream.close()
    assert sd.calls == ["close"]


def test_a_good_stream_plays_out_before_it_is_closed() -> None:
    sd = FakePortAudio()
    stream = DeviceStream(sd, WAY, "low")
    stream.start(mixer()[0])
    stream.close()
    assert sd.calls == ["stop", "close"]


def test_a_mixer_that_fails_is_silence_and_a_fault() -> None:
    sd = FakePortAudio()
    stream = DeviceStream(sd, WAY, "low")
    mix, _ = mixer()
    stream.start(mix)
    mix._inbox.append(lambda: 1 / 0)  # type: ignore[arg-type]
    out = np.full((104, 2), np.nan, np.float32)
    when = SimpleNamespace(outputBufferDacTime=0.0, currentTime=0.0)
    with pytest.raises(FakePortAudio.CallbackAbort):
        sd.settings["callback"](out, 104, when, SimpleNamespace(output_underflow=False))
    assert not out.any()
    assert "ZeroDivisionError" in stream.fault()


def test_more_than_two_underflows_in_ten_seconds_are_too_many(clock: SimpleNamespace) -> None:
    sd = FakePortAudio()
    stream = DeviceStream(sd, WAY, "low")
    stream.start(mixer()[0])
    sd.call(underflow=True)
    sd.call(underflow=True)
    assert not stream.overloaded
    for _ in range(10):
        clock.time += 6.0
        sd.call(underflow=True)
    assert not stream.overloaded
    clock.time += 20.0
    sd.call(underflow=True)
    sd.call(underflow=True)
    assert not stream.overloaded
    sd.call(underflow=True)
    assert stream.overloaded
