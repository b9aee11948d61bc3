"""The simulated device and its files: real files, a clock of our own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import wave
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, cast

import numpy as np
import pytest

from bot.audio.mixer import Ended, Mixer, MixerEvent
from bot.audio.sinks import BLOCK, MAX_LAG, SAMPLE_RATE, SimulatedDevice, WavSink, to_pcm16
from engine import frames
from engine.speech import Samples


def noise(n: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.25, 0.25, n).astype(np.float32)


def read_wav(path: Path) -> tuple[wave._wave_params, np.ndarray[tuple[int], np.dtype[np.int16]]]:
    with wave.open(str(path), "rb") as file:
        return file.getparams(), np.frombuffer(file.readframes(file.getnframes()), "<i2")


class MemorySink:
    """Keeps the blocks it is given."""

    def __init__(self) -> None:
        self.blocks: list[Samples] = []

    def write(self, mono: Samples) -> None:
        self.blocks.append(mono.copy())

    def close(self) -> None:
        pass


class FullDisk(MemorySink):
    """Has room for nothing."""

    def write(self, mono: Samples) -> None:
        raise OSError(28, "No space left on device")


class SteppedClock:
    """A clock that goes on when it is waited for, and stops the device at `end`."""

    def __init__(self, end: float) -> None:
        self.time = 0.0
        self.end = end
        self.jump: Callable[[float], float] = lambda time: time

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> bool:
        self.time = self.jump(self.time + seconds)
        return self.time >= self.end


class Overtaken(threading.Event):
    """An event whose first clearing is overtaken by all that `meanwhile` does."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], None] | None = meanwhile

    def clear(self) -> None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().clear()


def mixer() -> tuple[Mixer, SimpleQueue[MixerEvent]]:
    events: SimpleQueue[MixerEvent] = SimpleQueue()
    return Mixer(SAMPLE_RATE, events, gap_s=0.1), events


def wait_for_ends(events: SimpleQueue[MixerEvent], count: int) -> None:
    while count:
        count -= isinstance(events.get(timeout=5.0), Ended)


def test_pcm_is_rounded_and_clipped() -> None:
    x = np.array([0.0, 0.4 / 32768, 0.6 / 32768, -0.6 / 32768, 1.0, -1.0, 0.5], np.float32)
    assert to_pcm16(x).tolist() == [0, 0, 1, -1, 32767, -32768, 16384]


def test_a_fast_wav_has_exactly_the_samples_and_the_gaps(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    mix, events = mixer()
    device = SimulatedDevice(WavSink(path), "out.wav", fast=True)
    device.start(mix)
    x, y = noise(3 * SAMPLE_RATE + 7, 1), noise(1001, 2)
    for utterance, samples in (("a", x), ("b", y)):
        mix.add(utterance)
        for part in np.array_split(samples, 5):
            mix.feed(utterance, part)
            device.wake()
        mix.finish(utterance)
        device.wake()
    wait_for_ends(events, 2)
    device.close()
    params, pcm = read_wav(path)
    assert (params.nchannels, params.sampwidth, params.framerate) == (1, 2, 48_000)
    gap = np.zeros(round(0.1 * SAMPLE_RATE), np.float32)
    assert np.array_equal(pcm, to_pcm16(np.concatenate([x, gap, y])))


def test_a_fast_device_stands_still_while_there_is_nothing_to_play() -> None:
    sink = MemorySink()
    mix, events = mixer()
    device = SimulatedDevice(sink, "null", fast=True)
    device.start(mix)
    mix.add("a")
    mix.feed("a", noise(4800))
    for _ in range(100):
        device.wake()
    mix.finish("a")
    device.wake()
    wait_for_ends(events, 1)
    device.close()
    assert sum(map(len, sink.blocks)) == 4800


def test_real_time_renders_silence_too_so_that_the_file_is_what_a_device_would_get() -> None:
    clock = SteppedClock(end=1.0)
    sink = MemorySink()
    mix, _ = mixer()
    SimulatedDevice(sink, "null", now=clock.now).run(mix, clock.wait)
    assert abs(len(sink.blocks) - 100) <= 1
    assert {len(block) for block in sink.blocks} == {BLOCK}


def test_real_time_does_not_drift_when_every_wait_is_late() -> None:
    clock = SteppedClock(end=60.0)
    clock.jump = lambda time: time + 0.0007
    sink = MemorySink()
    mix, _ = mixer()
    SimulatedDevice(sink, "null", now=clock.now).run(mix, clock.wait)
    assert abs(len(sink.blocks) - 6000) <= 1


def test_a_machine_that_slept_is_not_caught_up_in_one_burst() -> None:
    clock = SteppedClock(end=1010.0)
    slept = False

    def sleep_once(time: float) -> float:
        nonlocal slept
        if time > 5.0 and not slept:
            slept = True
            return time + 1000.0
        return time

    clock.jump = sleep_once
    sink = MemorySink()
    mix, _ = mixer()
    SimulatedDevice(sink, "null", now=clock.now).run(mix, clock.wait)
    awake = 1010.0 - 1000.0
    assert len(sink.blocks) * BLOCK / SAMPLE_RATE == pytest.approx(awake + MAX_LAG, abs=0.03)


def test_a_full_disk_is_a_fault_of_the_device() -> None:
    mix, _ = mixer()
    device = SimulatedDevice(FullDisk(), "out.wav")
    device.start(mix)
    assert device._thread is not None
    device._thread.join(5.0)
    assert device.fault() == "out.wav cannot be written: No space left on device"
    device.close()


def test_closing_ends_the_devices_thread() -> None:
    before = threading.active_count()
    for fast in (False, True):
        mix, _ = mixer()
        device = SimulatedDevice(MemorySink(), "null", fast=fast)
        device.start(mix)
        device.close()
    assert threading.active_count() == before


def test_a_close_just_before_a_wake_up_is_forgotten_still_ends_a_fast_device() -> None:
    mix, _ = mixer()
    device = SimulatedDevice(MemorySink(), "null", fast=True)
    closed = threading.Event()

    def close() -> None:
        device.close()
        closed.set()

    def begin_to_close() -> None:
        threading.Thread(target=close, daemon=True).start()
        assert woken.wait(5.0)

    woken = device._woken = Overtaken(begin_to_close)
    device.start(mix)
    assert closed.wait(5.0)


def test_a_wav_that_is_never_closed_is_valid_up_to_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    sink = WavSink(path)
    x = noise(round(3.5 * SAMPLE_RATE))
    for start in range(0, len(x), BLOCK):
        sink.write(x[start : start + BLOCK])
    _, pcm = read_wav(path)
    assert np.array_equal(pcm, to_pcm16(x[: 3 * SAMPLE_RATE]))
    sink.close()
    assert np.array_equal(read_wav(path)[1], to_pcm16(x))


def test_a_wav_is_valid_before_the_first_sample(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    sink = WavSink(path)
    assert len(read_wav(path)[1]) == 0
    sink.close()


def test_a_wav_stops_cleanly_at_the_longest_that_it_can_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "out.wav"
    sink = WavSink(path, max_frames=1000)
    x = noise(4800)
    for start in range(0, len(x), BLOCK):
        sink.write(x[start : start + BLOCK])
    sink.close()
    assert np.array_equal(read_wav(path)[1], to_pcm16(x[:1000]))
    assert len(caplog.records) == 1


def test_a_path_that_cannot_be_written_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WavSink(tmp_path / "missing" / "out.wav")


# A disk that is full: Linux has one for tests.
if Path("/dev/full").exists():

    def fill_the_disk_of(sink: WavSink) -> None:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, sink._file.fileno())
        os.close(full)

    def test_a_file_that_cannot_even_begin_is_one_error_and_nothing_after_it(
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        later: list[object] = []
        monkeypatch.setattr(sys, "unraisablehook", later.append)
        with pytest.raises(OSError, match="No space left on device"):
            WavSink(Path("/dev/full"))
        gc.collect()
        assert later == []

    def test_a_file_that_cannot_be_completed_is_let_go_and_valid_as_far_as_it_is(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later: list[object] = []
        monkeypatch.setattr(sys, "unraisablehook", later.append)
        path = tmp_path / "out.wav"
        x = noise(SAMPLE_RATE + BLOCK)
        sink = WavSink(path)
        sink.write(x[:SAMPLE_RATE])
        sink.write(x[SAMPLE_RATE:])
        file = sink._file
        fill_the_disk_of(sink)
        with pytest.raises(OSError, match="No space left on device"):
            sink.close()
        assert file.closed
        sink.close()
        del sink, file
        gc.collect()
        assert later == []
        assert np.array_equal(read_wav(path)[1], to_pcm16(x[:SAMPLE_RATE]))

    def test_what_a_full_disk_refused_is_completed_when_there_is_room_again(
        tmp_path: Path,
    ) -> None:
        path = tmp_path / "out.wav"
        x = noise(2 * SAMPLE_RATE)
        sink = WavSink(path)
        sink.write(x[:SAMPLE_RATE])
        roomy = os.dup(sink._file.fileno())
        fill_the_disk_of(sink)
        with pytest.raises(OSError, match="No space left on device"):
            sink.write(x[SAMPLE_RATE:])
        os.dup2(roomy, sink._file.fileno())
        os.close(roomy)
        sink.close()
        assert np.array_equal(read_wav(path)[1], to_pcm16(x))

    def test_the_audio_process_says_in_one_event_that_the_disk_is_full() -> None:
        settings = {"latency": "low", "gap": 0.0, "volume": 1.0, "paused": False}
        head = {"op": "open", "output": "wav:/dev/full", "fast": True, **settings}
        with subprocess.Popen(
            [sys.executable, "-m", "bot.audio.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write(frames.encode(head))
            process.stdin.flush()
            told = []
            while frame := frames.read_blocking(cast(BinaryIO, process.stdout)):
                told += [frame[0]] if frame[0]["event"] == "state" else []
            assert process.stderr.read() == b""
        text = "/dev/full cannot be written: No space left on device"
        assert told == [{"event": "state", "state": "fatal", "text": text}]
