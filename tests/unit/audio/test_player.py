"""The bot's side, with the real audio process behind it and a simulated device at full speed."""

from __future__ import annotations

import asyncio
import logging
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.audio import player as player_module
from bot.audio.mixer import Outcome
from bot.audio.player import KEPT_ENDS, MAX_OPEN, OutputUnavailable, Player, State
from bot.audio.sinks import to_pcm16
from engine.speech import Chunk, Samples


def noise(n: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.25, 0.25, n).astype(np.float32)


def say(player: Player, utterance: str, samples: Samples) -> None:
    player.play(utterance)
    player.feed(utterance, Chunk(samples, 48_000))
    player.finish(utterance)


@pytest_asyncio.fixture
async def player() -> AsyncIterator[Player]:
    player = Player("null", fast=True)
    await player.start()
    yield player
    await player.aclose()


async def test_what_is_played_before_the_process_is_up_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    player = Player(f"wav:{path}", fast=True, gap=0.25)
    await player.start()
    x, y = noise(48_000, 1), noise(1001, 2)
    say(player, "a", x)
    say(player, "b", y)
    ended = await player.wait_ended("b")
    assert ended.outcome is Outcome.PLAYED
    assert ended.started_at is not None
    assert player.state is State.OPEN
    await player.aclose()
    with wave.open(str(path), "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    gap = np.zeros(12_000, np.float32)
    assert np.array_equal(pcm, to_pcm16(np.concatenate([x, gap, y])))


async def test_started_is_told_before_the_end(player: Player) -> None:
    told: list[str] = []
    player._on_started = lambda utterance, _: told.append(utterance)
    say(player, "a", noise(100))
    await player.wait_ended("a")
    assert told == ["a"]


async def test_an_utterance_without_audio_ends(player: Player) -> None:
    player.play("a")
    player.finish("a")
    ended = await player.wait_ended("a")
    assert (ended.outcome, ended.seconds, ended.started_at) == (Outcome.PLAYED, 0.0, None)


async def test_ids_are_used_once_and_only_a_few_are_open(player: Player) -> None:
    for n in range(MAX_OPEN):
        player.play(str(n))
    with pytest.raises(ValueError, match="open already"):
        player.play("one more")
    player.cancel("0")
    assert (await player.wait_ended("0")).outcome is Outcome.CANCELLED
    with pytest.raises(ValueError, match="was there before"):
        player.play("0")
    with pytest.raises(KeyError):
        await player.wait_ended("unknown")


async def test_ends_are_remembered_for_a_while_only(player: Player) -> None:
    for n in range(KEPT_ENDS + 10):
        player.play(str(n))
        player.cancel(str(n))
        await player.wait_ended(str(n))
    assert len(player._ends) <= KEPT_ENDS
    assert not player._open


async def test_an_utterance_that_is_too_long_is_cut(
    player: Player, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(player_module, "MAX_SECONDS", 1.0)
    player.play("a")
    for _ in range(5):
        player.feed("a", Chunk(noise(20_000), 48_000))
    assert (await player.wait_ended("a")).seconds == 1.0
    assert len([r for r in caplog.records if "is cut" in r.message]) == 1


async def test_a_change_of_rate_within_an_utterance_is_refused(player: Player) -> None:
    player.play("a")
    player.feed("a", Chunk(noise(100), 48_000))
    with pytest.raises(ValueError, match="changes its sample rate"):
        player.feed("a", Chunk(noise(100), 24_000))


@pytest.mark.parametrize("volume", [-0.1, 2.1, float("nan")])
async def test_a_volume_that_makes_no_sense_is_refused(player: Player, volume: float) -> None:
    with pytest.raises(ValueError, match="volume"):
        player.set_volume(volume)


async def test_withdraw_spares_what_has_begun(player: Player) -> None:
    started = asyncio.Event()
    player._on_started = lambda *_: started.set()
    player.play("a")
    player.feed("a", Chunk(noise(4800), 48_000))
    player.play("b")
    await started.wait()
    player.withdraw("a")
    player.withdraw("b")
    assert (await player.wait_ended("b")).outcome is Outcome.WITHDRAWN
    player.finish("a")
    assert (await player.wait_ended("a")).outcome is Outcome.PLAYED


async def test_without_a_process_cancel_ends_at_once() -> None:
    player = Player("null", fast=True)
    player.play("a")
    player.cancel("a")
    assert (await player.wait_ended("a")).outcome is Outcome.CANCELLED
    await player.aclose()


async def test_an_output_that_can_never_work_fails_everything_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "missing" / "out.wav"
    player = Player(f"wav:{path}")
    await player.start()
    player.play("a")
    with pytest.raises(OutputUnavailable, match=r"out\.wav cannot be written: No such file"):
        await player.wait_open()
    assert (await player.wait_ended("a")).outcome is Outcome.FAILED
    player.play("b")
    assert (await player.wait_ended("b")).outcome is Outcome.FAILED
    await player.aclose()
    assert len(caplog.records) == 1


async def test_portaudio_that_is_missing_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    player = Player("default")
    await player.start()
    with pytest.raises(OutputUnavailable, match="PortAudio cannot be loaded .* install it: "):
        await player.wait_open()
    await player.aclose()


async def test_closing_takes_back_what_has_not_ended(
    player: Player, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await player.wait_open()
    player.play("a")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await player.aclose()
    assert loop.time() - began < 1.0
    assert (await player.wait_ended("a")).outcome is Outcome.CANCELLED
    await player.aclose()
    assert [r.message for r in caplog.records] == ["sound output open: null, 48000 Hz"]
