"""The audio process dies, hangs, or loses the bot."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pytest

from bot.audio import link
from bot.audio.mixer import Outcome
from bot.audio.player import OutputUnavailable, Player, State
from bot.audio.sinks import to_pcm16
from engine import frames
from engine.speech import Chunk, Samples

COMMAND = [sys.executable, "-m", "bot.audio.process"]
SETTINGS = {"latency": "low", "gap": 0.0, "volume": 1.0, "paused": False}


def noise(n: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.25, 0.25, n).astype(np.float32)


def read_wav(path: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def next_event(process: subprocess.Popen[bytes]) -> frames.Head:
    frame = frames.read_blocking(cast(BinaryIO, process.stdout))
    assert frame is not None
    return frame[0]


class Starts:
    """Counts what is heard to start."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, utterance: str, _: float) -> None:
        self.ids.append(utterance)
        self._more.set()

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(10.0):
            while len(self.ids) < count:
                self._more.clear()
                await self._more.wait()


def kill(player: Player) -> None:
    assert player._link.process is not None
    player._link.process.kill()


async def test_an_utterance_is_heard_again_from_its_start_after_kill_9(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    starts = Starts()
    player = Player(f"wav:{tmp_path / 'out.wav'}", fast=True, gap=0.0, on_started=starts)
    await player.start()
    x, y = noise(20_000, 1), noise(5000, 2)
    player.play("a")
    player.feed("a", Chunk(x[:9000], 48_000))
    await starts.reach(1)
    kill(player)
    player.feed("a", Chunk(x[9000:12_000], 48_000))
    await starts.reach(2)
    player.feed("a", Chunk(x[12_000:], 48_000))
    player.finish("a")
    player.play("b")
    player.feed("b", Chunk(y, 48_000))
    player.finish("b")
    ended = await player.wait_ended("a")
    assert (ended.outcome, ended.seconds) == (Outcome.PLAYED, 20_000 / 48_000)
    await player.wait_ended("b")
    await player.aclose()
    assert np.array_equal(read_wav(tmp_path / "out-2.wav"), to_pcm16(np.concatenate([x, y])))
    assert starts.ids == ["a", "a", "b"]
    assert len([r for r in caplog.records if "audio process is gone" in r.message]) == 1


async def test_volume_and_pause_outlive_the_process(tmp_path: Path) -> None:
    starts = Starts()
    player = Player(f"wav:{tmp_path / 'out.wav'}", fast=True, gap=0.0, on_started=starts)
    await player.start()
    await player.wait_open()
    player.set_volume(0.5)
    player.pause()
    kill(player)
    x = noise(5000)
    player.play("a")
    player.feed("a", Chunk(x, 48_000))
    player.finish("a")
    for _ in range(1000):
        if player._link.lives == 2:
            break
        await asyncio.sleep(0.01)
    await player.wait_open()
    assert starts.ids == []
    player.resume()
    await player.wait_ended("a")
    await player.aclose()
    assert np.array_equal(read_wav(tmp_path / "out-2.wav"), to_pcm16(x * np.float32(0.5)))


async def test_what_was_cancelled_as_the_process_died_stays_cancelled() -> None:
    starts = Starts()
    player = Player("null", on_started=starts)
    await player.start()
    player.play("a")
    player.feed("a", Chunk(noise(480_000), 48_000))
    await starts.reach(1)
    kill(player)
    player.cancel("a")
    assert (await player.wait_ended("a")).outcome is Outcome.CANCELLED
    player.play("b")
    player.feed("b", Chunk(noise(4800), 48_000))
    player.finish("b")
    assert (await player.wait_ended("b")).outcome is Outcome.PLAYED
    await player.aclose()
    assert starts.ids == ["a", "b"]


if sys.platform != "win32":

    async def test_a_process_that_hangs_is_replaced(
        monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(link, "HUNG", 1.5)
        starts = Starts()
        player = Player("null", on_started=starts)
        await player.start()
        player.play("a")
        player.feed("a", Chunk(noise(4800), 48_000))
        await starts.reach(1)
        assert player._link.process is not None
        player._link.process.send_signal(signal.SIGSTOP)
        player.finish("a")
        assert (await player.wait_ended("a")).outcome is Outcome.PLAYED
        assert "(it hangs)" in caplog.text
        await player.aclose()


async def test_a_process_that_can_never_be_started_is_given_up_and_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    player = Player("null")
    await player.start()
    async with asyncio.timeout(10):
        with pytest.raises(OutputUnavailable, match="does not start: it cannot be started"):
            await player.wait_settled()
    await player.aclose()


async def test_a_process_that_lived_once_is_tried_again_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    pauses: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            enough.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(link.asyncio, "sleep", sleep)  # type: ignore[attr-defined]
    player = Player("null")
    player._link._told = True
    await player.start()
    await enough.wait()
    await player.aclose()
    assert pauses == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert player.state is State.STARTING


def test_the_process_fades_and_is_gone_a_second_after_its_input_ends(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    x = np.full(480_000, 0.25, np.float32)
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(
        frames.encode({"op": "open", "output": f"wav:{path}", "fast": False, **SETTINGS})
        + frames.encode({"op": "utterance", "id": "a"})
        + frames.encode({"op": "samples", "id": "a", "rate": 48_000}, x)
    )
    process.stdin.flush()
    while next_event(process)["event"] != "started":
        pass
    process.stdin.close()
    assert process.wait(1.0) == 0
    process.stdout.close()
    pcm = read_wav(path)
    sounding = np.flatnonzero(pcm == to_pcm16(x[:1]))
    fade = pcm[sounding[-1] + 1 :]
    assert (np.diff(fade[:2300]) <= 0).all()
    assert not fade[2400:].any()


def test_the_process_is_gone_when_it_is_sent_garbage() -> None:
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, errors = process.communicate(b"GET / HTTP/1.1\r\n\r\n", timeout=10.0)
    assert b"sent something that is not a command" in errors


def test_ctrl_c_does_not_cut_the_sound_off() -> None:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert next_event(process) == {"event": "alive"}
    if os.name == "posix":
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
    assert next_event(process) == {"event": "alive"}
    process.stdin.close()
    assert process.wait(1.0) == 0
    process.stdout.close()


def test_nothing_is_left_a_second_after_the_bot_is_killed() -> None:
    bot = """
import asyncio
from bot.audio.player import Player

async def main():
    player = Player("null")
    await player.start()
    await player.wait_open()
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
    # The end of this pipe is open for as long as the bot or its audio process lives.
    process = subprocess.Popen(
        [sys.executable, "-c", bot], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().strip() == b"up"
    process.kill()
    killed = time.monotonic()
    errors = process.stderr.read()
    assert time.monotonic() - killed < 1.0
    assert errors == b""
    process.wait()
    process.stdout.close()
    process.stderr.close()
