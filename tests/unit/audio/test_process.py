"""What the audio process does as devices come, go and run dry. The devices are scripted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import soxr

from bot.audio import process as process_module
from bot.audio.devices import DeviceError
from bot.audio.mixer import Mixer
from bot.audio.opening import Opener, OpenOutput, OutputFatal
from bot.audio.process import _END, FATAL, AudioProcess
from engine.speech import Samples

RATE = 48_000


class FakeDevice:
    """A device whose blocks the test asks for."""

    may_return = True
    description = "fake"

    def __init__(self, sample_rate: int = RATE) -> None:
        self.sample_rate = sample_rate
        self.overloaded = False
        self.mixer: Mixer | None = None
        self.trouble = ""
        self.closed = False
        self.started = threading.Event()

    def start(self, mixer: Mixer) -> None:
        self.mixer = mixer
        self.started.set()

    def wake(self) -> None:
        pass

    def fault(self) -> str:
        return self.trouble

    def close(self) -> None:
        self.closed = True

    def render(self, frames: int) -> Samples:
        assert self.mixer is not None
        out = np.zeros((frames, 1), np.float32)
        self.mixer.render(out)
        return out[:, 0]


class Bench:
    """An audio process in a thread, the devices it will find, and what it said."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.devices: list[FakeDevice | Exception] = []
        self.latencies: list[float | str] = []
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.code = AudioProcess(self.inbox, self.said.put).run()

    def open(self, *devices: FakeDevice | Exception) -> None:
        self.devices += devices
        settings = {"output": "fake", "fast": False, "latency": "low"}
        sound = {"gap": 0.0, "volume": 1.0, "paused": False}
        self.inbox.put(({"op": "open", **settings, **sound}, b""))

    def do(self, op: str, body: bytes = b"", **head: Any) -> None:
        self.inbox.put(({"op": op, **head}, body))

    def play(self, utterance: str, samples: Samples) -> None:
        self.do("utterance", id=utterance)
        self.do("samples", samples.tobytes(), id=utterance, rate=RATE)
        self.do("finish", id=utterance)
        self.settle()

    def settle(self) -> None:
        """Until the process has taken everything that was sent before."""
        taken = threading.Event()
        self.inbox.put(taken)
        assert taken.wait(5.0)

    def hear(self, event: str) -> dict[str, Any]:
        """The next event of this kind."""
        while True:
            said = self.said.get(timeout=5.0)
            if said["event"] == event:
                return said

    def end(self) -> None:
        self.inbox.put(_END)
        self.thread.join(5.0)
        assert not self.thread.is_alive()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(process_module, "CHECK", 0.01)
    monkeypatch.setattr(process_module, "RETRY", 0.02)
    real_take = AudioProcess._take

    def take(self: AudioProcess, item: Any) -> None:
        if isinstance(item, threading.Event):
            item.set()
        else:
            real_take(self, item)

    def open_next(self: Opener, start: Callable[[OpenOutput], None]) -> OpenOutput:
        rig.latencies.append(self._latency)
        device = rig.devices.pop(0)
        if isinstance(device, Exception):
            raise device
        start(device)
        return device

    monkeypatch.setattr(AudioProcess, "_take", take)
    monkeypatch.setattr(Opener, "open", open_next)
    rig = Bench()
    yield rig
    rig.end()


def noise(n: int) -> Samples:
    return np.random.default_rng(1).uniform(-0.25, 0.25, n).astype(np.float32)


def test_a_device_that_is_absent_is_tried_again_and_told_of_once(bench: Bench) -> None:
    device = FakeDevice()
    x = noise(1000)
    bench.open(*[DeviceError(f"absent {n}") for n in range(3)], device)
    bench.play("a", x)
    assert bench.hear("state") == {"event": "state", "state": "waiting", "text": "absent 0"}
    assert bench.hear("state") == {"event": "state", "state": "open", "text": "fake, 48000 Hz"}
    assert np.array_equal(device.render(1000), x)
    assert bench.hear("ended") == {
        "event": "ended", "id": "a", "outcome": "played", "seconds": 1000 / RATE,
    }  # fmt: skip


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_a_lost_device_is_replaced_and_the_utterance_starts_over(bench: Bench, rate: int) -> None:
    first, second = FakeDevice(), FakeDevice(rate)
    x = noise(RATE)
    bench.open(first, second)
    bench.hear("state")
    bench.play("a", x)
    first.render(5000)
    bench.hear("started")
    first.trouble = "unplugged"
    assert bench.hear("state")["text"] == "unplugged"
    assert bench.hear("state")["state"] == "open"
    assert first.closed
    out = second.render(rate)
    expected = x if rate == RATE else np.asarray(soxr.resample(x, RATE, rate, quality="HQ"))
    np.testing.assert_allclose(out, expected, atol=1e-5)
    assert bench.hear("ended")["seconds"] == 1.0


def test_an_end_that_was_told_as_the_device_went_is_not_played_again(bench: Bench) -> None:
    first, second = FakeDevice(), FakeDevice()
    bench.open(first, second)
    bench.hear("state")
    bench.play("a", noise(1000))
    first.trouble = "unplugged"
    first.render(1000)
    bench.hear("state")
    bench.hear("state")
    assert not second.render(1000).any()


def test_a_device_that_runs_dry_is_opened_with_more_latency_and_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    devices = [FakeDevice() for _ in range(4)]
    x = noise(5000)
    bench.open(*devices)
    bench.hear("state")
    bench.play("a", x)
    out = []
    for device, after in zip(devices, devices[1:], strict=False):
        out.append(device.render(1000))
        device.overloaded = True
        assert after.started.wait(5.0)
    devices[-1].overloaded = True
    out.append(devices[-1].render(2000))
    assert np.array_equal(np.concatenate(out), x)
    assert bench.hear("ended")["outcome"] == "played"
    assert bench.latencies == ["low", 0.02, 0.04, 0.08]
    assert len(caplog.records) == 3


def test_the_end_of_input_fades_what_plays_and_lets_nothing_begin(bench: Bench) -> None:
    device = FakeDevice()
    bench.open(device)
    bench.hear("state")
    bench.play("a", np.full(RATE, 0.25, np.float32))
    bench.play("b", np.full(RATE, 0.25, np.float32))
    device.render(1000)
    bench.inbox.put(_END)
    bench.settle()
    out = device.render(4800)
    bench.thread.join(5.0)
    assert np.flatnonzero(out)[-1] in range(2300, 2400), "it fades within 50 ms"
    assert device.closed
    assert bench.code == 0
    assert {bench.hear("ended")["id"] for _ in range(2)} == {"a", "b"}


def test_an_output_that_can_never_work_ends_the_process(bench: Bench) -> None:
    bench.open(OutputFatal("install it"))
    assert bench.hear("state") == {"event": "state", "state": "fatal", "text": "install it"}
    bench.thread.join(5.0)
    assert bench.code == FATAL


def test_a_simulated_device_that_fails_ends_the_process(bench: Bench) -> None:
    device = FakeDevice()
    device.may_return = False
    bench.open(device)
    bench.hear("state")
    device.trouble = "disk full"
    assert bench.hear("state")["state"] == "fatal"
    bench.thread.join(5.0)
    assert bench.code == FATAL
