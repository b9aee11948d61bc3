"""The whole bot with real children, while an engine hangs, crashes or gives garbage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.app import Bot
from bot.chat.connector import Emit
from bot.line import End
from bot.policy import requests
from bot.settings import load
from engine.speech import EngineMissing
from filters.message import Author, ChatMessage, Removal, RemovalKind, Role
from tests.engines import STATE_ENV

# What the fake engines count as hung, so that a test need not wait as long as a neural one may.
HUNG_S = 0.5


class Quiet:
    """A source that is there and says nothing: the tests emit themselves."""

    name = "test"
    moderated = False

    async def run(self, emit: Emit) -> None:
        await asyncio.Event().wait()


def said(text: str, id: str = "1", role: Role | None = None) -> ChatMessage:
    author = Author(id, f"viewer{id}", frozenset({role} if role else ()))
    return ChatMessage("t", "c", id, author, f"!tts {text}")


@asynccontextmanager
async def running(engine: str) -> AsyncIterator[Bot]:
    bot = Bot(load(overrides={"audio": {"output": "null"}, "speech": {"engine": engine}}))
    stop = asyncio.Event()
    task = asyncio.create_task(bot.run([Quiet()], stop))
    try:
        async with asyncio.timeout(20):
            await bot.ready.wait()
            with suppress(EngineMissing):
                await bot.engines.primary.wait_ready()
        yield bot
    finally:
        stop.set()
        await task
    assert bot.ledger.received == sum(bot.ledger.ends.values()) + bot.waiting


@pytest.fixture(autouse=True)
def _soon_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engines._NEURAL_S", HUNG_S)


@pytest.mark.parametrize("text", ["crash", "crash later", "segfault"])
async def test_a_line_whose_engine_crashes_is_heard_from_the_embedded_voice_within_2_s(
    text: str,
) -> None:
    async with running("tests.engines:Crash") as bot:
        bot.intake.emit(said(text))
        began = time.monotonic()
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        (line,) = bot.ledger.heard
        assert bot.ledger.ends[End.SPOKEN] == 1
        assert line.stages.first_sample is not None
        assert line.stages.first_sample - began < 2.0


@pytest.mark.parametrize("text", ["hang", "hang later"])
async def test_a_line_whose_engine_hangs_is_heard_from_the_embedded_voice(text: str) -> None:
    async with running("tests.engines:Hang") as bot:
        bot.intake.emit(said(text))
        began = time.monotonic()
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        (line,) = bot.ledger.heard
        assert bot.ledger.ends[End.SPOKEN] == 1
        # Two tries of the hung engine, each known after HUNG_S, then within 2 s.
        assert line.stages.first_sample is not None
        assert line.stages.first_sample - began < 2 * HUNG_S + 2.0


async def test_a_line_whose_voice_is_gone_by_now_is_heard_in_another() -> None:
    gone = load(overrides={"speech": {"voices": {"ru": "zorgle"}}})
    async with running("espeak") as bot:
        bot.speaker._request = requests(gone)
        bot.intake.emit(said("привет всем"))
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        (line,) = bot.ledger.heard
        assert line.language == "ru"
        assert bot.ledger.ends[End.SPOKEN] == 1


@pytest.mark.parametrize("engine", ["tests.engines:Hang", "tests.engines:NativeHang"])
@pytest.mark.parametrize("how", ["skip", "delete"])
async def test_skip_and_deletion_end_a_line_at_once_while_its_engine_hangs(
    engine: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engines._NEURAL_S", 30.0)
    async with running(engine) as bot:
        sounds: asyncio.Queue[str] = asyncio.Queue()
        started = bot.speaker.started

        def on_started(utterance: str, at: float) -> None:
            started(utterance, at)
            sounds.put_nowait(utterance)

        monkeypatch.setattr(bot.speaker, "started", on_started)
        bot.intake.emit(said("hang later"))
        async with asyncio.timeout(10):
            utterance = await sounds.get()
        began = time.monotonic()
        if how == "skip":
            bot.intake.emit(said("skip", "2", Role.MODERATOR))
        else:
            bot.intake.emit(Removal("t", "c", RemovalKind.DELETE, "1"))
        assert bot.ledger.ends[End.SKIPPED] + bot.ledger.ends[End.PURGED] == 1
        await bot.player.wait_ended(utterance)
        assert time.monotonic() - began < 0.1
        bot.intake.emit(said("hello again", "3"))
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        assert bot.ledger.ends[End.SPOKEN] == 1


@pytest.mark.parametrize("text", ["nan", "loud", "float64", "silence", "nothing", "rate"])
async def test_garbage_is_never_played_and_the_line_is_heard_all_the_same(text: str) -> None:
    async with running("tests.engines:Garbage") as bot:
        bot.intake.emit(said(text))
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        assert bot.ledger.ends[End.SPOKEN] == 1


async def test_an_engine_that_says_what_is_missing_leaves_the_embedded_voice(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(STATE_ENV, str(tmp_path / "lives"))
    async with running("tests.engines:Missing") as bot:
        bot.intake.emit(said("hello"))
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        assert bot.ledger.ends[End.SPOKEN] == 1
    assert "tests.engines:Missing" in caplog.text
