"""The whole bot with F5: a tiny model in a real worker, and engines that fail as F5 may.

The tiny model's words are noise; what matters is who speaks, when, and what is said of it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot import engines
from bot.app import Bot, build_hearing
from bot.exits import BadInput
from bot.line import End
from bot.policy import build_rules
from bot.say import say
from bot.settings import Settings, load
from engine.levels import Levels
from engine.speech import Chunk, EngineSlow, SpeechRequest
from engine.supervisor import State
from filters.message import Role
from tests import f5_models
from tests.faults.test_bot import Quiet, said
from tests.faults.test_worker import is_alive, pid

WAITS = ("one hang", "busy")
"""What is known only at the deadline."""

pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")


def f5_settings(tmp_path: Path, **more: object) -> Settings:
    """A tiny model, and a voice library in a state folder of its own."""
    f5 = {
        "model": f5_models.folder() / "Tiny_v1",
        "vocoder": f5_models.folder() / "vocos",
        "nfe": 5,
        **more.pop("f5", {}),  # type: ignore[dict-item]
    }
    voices = tmp_path / "voices"
    if not voices.exists():
        f5_models.write_voice(voices, "default")
    # Forced: whether a busy machine would choose it is no part of most tests.
    more["speech"] = {"engine": "f5", **more.get("speech", {})}  # type: ignore[dict-item]
    return load(
        overrides={
            "audio": {"output": "null", "gap_ms": 0},
            "state_dir": tmp_path,
            "filter": {"heard": False, "shipped": False},
            "f5": f5,
            **more,
        }
    )


@asynccontextmanager
async def running(
    settings: Settings, *, ready: bool = True, fast: bool = True
) -> AsyncIterator[Bot]:
    """The bot; `ready`: F5's first start is over, whatever came of it."""
    bot = Bot(settings, fast=fast)
    stop = asyncio.Event()
    task = asyncio.create_task(bot.run([Quiet()], stop))
    try:
        async with asyncio.timeout(20):
            await bot.ready.wait()
            if ready:
                await bot.engines.primary.wait_tried()
        yield bot
    finally:
        stop.set()
        await task
    assert bot.ledger.received == sum(bot.ledger.ends.values()) + bot.waiting


async def spoken(bot: Bot, text: str, id: str = "1") -> float:
    """Say a line and wait until it has ended; seconds until it was heard."""
    heard = len(bot.ledger.heard)
    began = time.monotonic()
    bot.intake.emit(said(text, id))
    async with asyncio.timeout(15):
        await bot.ledger.settled()
    assert len(bot.ledger.heard) == heard + 1
    at = bot.ledger.heard[-1].stages.first_sample
    assert at is not None
    return at - began


def speakers(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Who spoke each line, in order."""
    found = (re.search(r"^spoken: .* \((\S+)\)$", r.getMessage()) for r in caplog.records)
    return [match[1] for match in found if match]


def lines(caplog: pytest.LogCaptureFixture, start: str = "f5: ") -> list[str]:
    return [m for r in caplog.records if (m := r.getMessage()).startswith(start)]


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.fixture
def _own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def stand_for_f5(monkeypatch: pytest.MonkeyPatch, name: str, **more: object) -> None:
    """Put an engine of tests/engines.py where F5 is; all else of its spec stays."""
    real = engines._f5

    def spec(settings: Settings) -> engines.EngineSpec:
        return replace(real(settings), argument=f"tests.engines:{name}", setup="", **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engines, "_f5", spec)


async def test_f5_speaks_once_it_is_ready_with_the_voices_that_are_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = f5_settings(tmp_path, f5={"voice": "anna"})
    async with running(settings, ready=False) as bot:
        # Ready to speak, and F5 has not even begun to read.
        f5 = bot.engines.primary
        assert f5.state is State.STARTING
        assert await spoken(bot, "zorgle one") < 0.5
        await f5.wait_tried()
        worker = pid(f5)
        await spoken(bot, "zorgle two", "2")
        f5_models.write_voice(tmp_path / "voices", "anna", clip="quiet")
        await spoken(bot, "zorgle three", "3")
        assert [voice.id for voice in f5.voices] == ["anna", "default"]
        shutil.rmtree(tmp_path / "voices/anna")
        await spoken(bot, "zorgle four", "4")
        assert pid(f5) == worker
    assert speakers(caplog) == ["espeak", "espeak", "f5", "espeak"]
    news = [line for line in lines(caplog) if "tried again" not in line]
    assert re.fullmatch(r"f5: ready, RTF \d+\.\d\d; speaking with it from now on", news[0])
    assert news[1:] == ["f5: its voices are now anna, default", "f5: its voices are now default"]
    [wrong] = lines(caplog, "ISHOWTTS_F5__VOICE")
    assert wrong == (
        "ISHOWTTS_F5__VOICE: F5 has no voice 'anna'; there are: default; "
        "its lines go to the embedded voice"
    )


async def test_a_long_line_is_heard_while_the_rest_of_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "And then there was frim dax of blippo, zorgle the frim. Zorgle dax of blippo frim"
    settings = f5_settings(tmp_path, f5={"nfe": 16, "speed": 2.0})
    fed: list[tuple[float, Chunk]] = []
    async with running(settings, fast=False) as bot:
        feed = bot.player.feed

        def watch(utterance: str, chunk: Chunk) -> None:
            fed.append((time.monotonic(), chunk))
            feed(utterance, chunk)

        bot.player.feed = watch  # type: ignore[method-assign]
        await spoken(bot, text)
        assert bot.player.starved == 0
        pace = bot.engines.primary.pace
    assert pace is not None
    audio = np.concatenate([chunk.samples for _, chunk in fed])
    (first, head), *_ = fed
    rest_s = len(audio) / 24_000 - len(head.samples) / 24_000
    # On a machine so busy that the second piece would come late, the first is held on purpose.
    if pace.rtf < 0.5:
        # It takes so long that it cannot have been there when the first was fed.
        assert fed[1][0] - first > 0.3 * pace.rtf * rest_s
    # What is heard is what the engine makes in one go.
    monkeypatch.setattr("engine.f5.engine.warm_up", lambda speak, tell: pace)
    engine = engines.f5_setup(settings).engine()
    engine.load()
    made: list[Chunk] = []
    request = SpeechRequest(bot.ledger.heard[-1].spoken, "default", max_seconds=12.0)
    engine.synthesise(request, made.append, lambda: False)
    levels = Levels(None, 12.0)
    parts = [*(levels.feed(chunk) for chunk in made), levels.finish()]
    whole = np.concatenate([part.samples for part in parts if part is not None])
    assert len(audio) == len(whole)
    # The level is learnt from what the voice said before, which is all that may differ.
    assert np.corrcoef(audio, whole)[0, 1] > 0.9999


async def test_a_killed_worker_costs_no_line_and_comes_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(f5_settings(tmp_path, f5={"nfe": 10})) as bot:
        f5 = bot.engines.primary
        bot.intake.emit(said("zorgle blippo frim. " + "and then there was more of it " * 5))
        async with asyncio.timeout(10):
            while f5.state is not State.SPEAKING:  # noqa: ASYNC110 - bounded polling
                await asyncio.sleep(0.005)
        os.kill(pid(f5), signal.SIGKILL)
        began = time.monotonic()
        async with asyncio.timeout(20):
            await bot.ledger.settled()
        at = bot.ledger.heard[-1].stages.first_sample
        assert at is not None
        assert at - began < 2.0
        # While it loads again nothing waits for it.
        assert f5.state is State.READY or await spoken(bot, "zorgle two", "2") < 0.5
        async with asyncio.timeout(15):
            await f5.wait_ready()
        await spoken(bot, "zorgle three", "3")
        assert f5.voices
    assert speakers(caplog)[0] == "espeak"
    assert speakers(caplog)[-1] == "f5"
    assert lines(caplog)[-1] == "f5: back"
    assert any("the line is tried again" in line for line in lines(caplog))


async def test_a_model_that_is_broken_is_told_once_and_the_embedded_voice_speaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = tmp_path / "Tiny_v1"
    model.mkdir()
    for file in (f5_models.folder() / "Tiny_v1").iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    [weights] = model.glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:1000])
    async with running(f5_settings(tmp_path, f5={"model": model})) as bot:
        for n in range(3):
            assert await spoken(bot, f"zorgle {n}", str(n)) < 0.5
    assert speakers(caplog) == ["espeak"] * 3
    [told] = lines(caplog)
    assert "is cut off, or no safetensors file" in told


async def test_an_engine_that_is_too_slow_is_not_chosen_and_gives_its_memory_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_for_f5(monkeypatch, "TooSlow")
    chosen_if_quick = f5_settings(tmp_path, speech={"engine": "auto"})
    async with running(chosen_if_quick, ready=False) as bot:
        worker = pid(bot.engines.primary)
        await bot.engines.primary.wait_tried()
        with pytest.raises(EngineSlow):
            await bot.engines.primary.wait_ready()
        assert not is_alive(worker)
        assert await spoken(bot, "zorgle") < 0.5
    assert speakers(caplog) == ["espeak"]
    assert lines(caplog) == [
        "f5: too slow here, it takes 3.00 s for a second of speech (RTF, below 0.7 is needed); the "
        "embedded voice stays; ISHOWTTS_SPEECH__ENGINE=f5 uses it all the same"
    ]


def test_f5_is_judged_by_the_sounds_of_the_voices_that_stand_in(tmp_path: Path) -> None:
    settings = f5_settings(
        tmp_path,
        filter={"heard": True, "shipped": False},
        speech={"voices": {"es": "es"}},
    )
    built = engines.build_engines(settings)
    hearing = build_hearing(settings, built, build_rules(settings), None)
    assert hearing is not None
    assert list(hearing._wanted) == [("espeak", "en-us"), ("espeak", "es")]


def test_a_setting_forces_an_engine_that_is_slow(tmp_path: Path) -> None:
    assert engines._f5(f5_settings(tmp_path, speech={"engine": "auto"})).most_rtf == 0.7
    assert engines._f5(f5_settings(tmp_path)).most_rtf == float("inf")


@pytest.mark.parametrize(
    ("fault", "same"),
    [("one line failed", True), ("card", False), ("one hang", False), ("busy", False)],
)
async def test_a_line_that_fails_is_heard_from_the_embedded_voice_within_2_s(
    fault: str,
    same: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    deadline_s = 0.4 if fault in WAITS else 5.0
    stand_for_f5(monkeypatch, "Loading", first_chunk_s=deadline_s, chunk_s=deadline_s)
    async with running(f5_settings(tmp_path)) as bot:
        worker = pid(bot.engines.primary)
        began = time.monotonic()
        bot.intake.emit(said(fault))
        async with asyncio.timeout(15):
            await bot.ledger.settled()
        at = bot.ledger.heard[-1].stages.first_sample
        assert at is not None
        # Its deadline is three times what is foreseen, or what it has at least.
        limits = bot.engines.primary.spec.limits(bot.engines.primary.pace, SpeechRequest("x"))
        assert limits.first == pytest.approx(deadline_s)
        assert at - began < (2 * deadline_s if fault in WAITS else 0.0) + 2.0
        assert is_alive(worker) is same
    assert speakers(caplog) == ["espeak"]
    assert [line for line in lines(caplog) if line.endswith("the line is tried again")] != []


async def test_a_skip_is_silent_at_once_and_the_next_line_does_not_wait_for_a_slow_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_for_f5(monkeypatch, "Loading")
    async with running(f5_settings(tmp_path), fast=False) as bot:
        worker = pid(bot.engines.primary)
        started: asyncio.Queue[str] = asyncio.Queue()
        tell = bot.speaker.started
        monkeypatch.setattr(
            bot.speaker, "started", lambda id_, at: (tell(id_, at), started.put_nowait(id_))
        )
        bot.intake.emit(said("one hold on"))
        async with asyncio.timeout(5):
            utterance = await started.get()
        began = time.monotonic()
        bot.intake.emit(said("skip", "2", Role.MODERATOR))
        await bot.player.wait_ended(utterance)
        assert time.monotonic() - began < 0.1
        assert await spoken(bot, "the next", "3") < 1.1
        await spoken(bot, "and one more", "4")
        assert pid(bot.engines.primary) == worker
    assert speakers(caplog) == ["espeak", "f5"]
    assert bot.ledger.ends[End.SKIPPED] == 1


@pytest.mark.usefixtures("_own_logging")
async def test_say_waits_for_the_voice_that_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, out = f5_settings(tmp_path), tmp_path / "out.wav"
    f5_models.write_voice(tmp_path / "voices", "anna")
    # The voice's own pace: espeak says so short a word in less.
    assert await say(settings, "frim", out=out, voice="anna") == 0
    assert float(re.findall(r": (\d\.\d) s", capsys.readouterr().out)[0]) >= 0.6
    nowhere = f5_settings(tmp_path, f5={"model": tmp_path / "none"})
    with pytest.raises(BadInput, match="espeak has no voice 'anna'"):
        await say(nowhere, "frim", out=out, voice="anna")
    assert "f5: there is no model folder" in capsys.readouterr().err
    assert await say(nowhere, "frim", out=out, voice="de") == 0
