"""Engines that fail, in real child processes over the real pipe."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pytest

from engine import frames
from engine.attempts import Engines
from engine.child import Child, EngineSpec
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    Pace,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
)
from engine.supervisor import State, Supervisor, backoff_s
from tests.engines import STATE_ENV

DEADLINE_S = 0.5


@asynccontextmanager
async def worker(
    name: str,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    start_s: float = 10.0,
    first_chunk_s: float = DEADLINE_S,
) -> AsyncIterator[Supervisor]:
    argument = name if name == "espeak" else f"tests.engines:{name}"
    spec = EngineSpec(name, argument, first_chunk_s, DEADLINE_S, start_s)
    supervisor = Supervisor(spec, sleep=sleep)
    supervisor.start()
    try:
        yield supervisor
    finally:
        await supervisor.aclose()
        assert supervisor.state is State.CLOSED or supervisor.state is State.MISSING


async def say(supervisor: Supervisor, text: str, voice: str = "") -> list[Chunk]:
    async with aclosing(supervisor.speak(SpeechRequest(text, voice))) as chunks:
        return [chunk async for chunk in chunks]


def seconds(chunks: list[Chunk]) -> float:
    return sum(len(c.samples) / c.sample_rate for c in chunks)


def pid(supervisor: Supervisor) -> int:
    process = supervisor._child._process
    assert process is not None
    return process.pid


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except OSError:
        return False
    return True


async def busy(supervisor: Supervisor) -> None:
    """Wait until a line is with the worker."""
    async with asyncio.timeout(5):
        while supervisor.state is not State.SPEAKING:  # noqa: ASYNC110 - bounded polling
            await asyncio.sleep(0.005)


async def test_a_working_engine_speaks_line_after_line() -> None:
    async with worker("Echo") as echo:
        for n in (4, 20, 10):
            assert seconds(await say(echo, "x" * n)) == pytest.approx(0.05 * n, abs=0.02)
        assert [voice.id for voice in echo.voices] == ["tone"]


async def test_lines_asked_at_the_same_time_are_spoken_one_after_the_other() -> None:
    async with worker("Echo") as echo:
        clips = await asyncio.gather(*(say(echo, "x" * n) for n in (2, 4, 6, 8)))
        assert [round(seconds(c), 1) for c in clips] == [0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize("text", ["crash", "crash later", "segfault"])
async def test_a_crash_is_known_at_once_and_the_next_line_works(text: str) -> None:
    async with worker("Crash") as engine:
        await engine.wait_ready()
        began = time.monotonic()
        with pytest.raises(EngineFailed, match="exit code"):
            await say(engine, text)
        assert time.monotonic() - began < 0.5
        assert seconds(await say(engine, "fine")) == pytest.approx(0.2, abs=0.02)
        assert time.monotonic() - began < 2.0


async def test_what_was_made_before_a_crash_is_heard_first() -> None:
    async with worker("Crash") as engine:
        async with aclosing(engine.speak(SpeechRequest("crash later"))) as chunks:
            assert seconds([await anext(chunks)]) == pytest.approx(0.2, abs=0.01)
            with pytest.raises(EngineFailed):
                await anext(chunks)


@pytest.mark.parametrize(("name", "text"), [("Hang", "hang later"), ("NativeHang", "hang")])
async def test_a_hang_is_found_at_the_deadline_and_a_fresh_worker_speaks(
    name: str, text: str
) -> None:
    async with worker(name) as engine:
        await engine.wait_ready()
        hung = pid(engine)
        began = time.monotonic()
        with pytest.raises(EngineFailed, match="hung"):
            await say(engine, text)
        assert DEADLINE_S <= time.monotonic() - began < DEADLINE_S + 0.3
        known = time.monotonic()
        await say(engine, "fine")
        assert time.monotonic() - known < 2.0
        assert not is_alive(hung)


async def test_an_engine_that_shows_that_it_works_may_take_longer_than_the_deadline() -> None:
    async with worker("Busy") as engine:
        assert seconds(await say(engine, str(2.5 * DEADLINE_S))) > 0.1


async def test_a_bot_that_stands_still_does_not_take_waiting_frames_for_a_hang() -> None:
    async with worker("Slow") as engine:
        await engine.wait_ready()
        async with aclosing(engine.speak(SpeechRequest("x" * 12))) as chunks:
            await anext(chunks)
            time.sleep(3 * DEADLINE_S)  # noqa: ASYNC251 - the stall under test
            got = [chunk async for chunk in chunks]
        assert seconds(got) > 0.4


async def test_a_skip_during_a_hang_returns_at_once_and_the_next_line_is_soon() -> None:
    async with worker("NativeHang") as engine:
        async with aclosing(engine.speak(SpeechRequest("hang later"))) as chunks:
            await anext(chunks)
            began = time.monotonic()
        assert time.monotonic() - began < 0.1
        assert seconds(await say(engine, "fine")) == pytest.approx(0.2, abs=0.02)
        assert time.monotonic() - began < 1.5


async def test_a_cancelled_task_lets_go_of_a_hung_engine_at_once() -> None:
    async with worker("Hang") as engine:
        await engine.wait_ready()
        task = asyncio.create_task(say(engine, "hang"))
        await busy(engine)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 0.1


async def test_skips_during_hangs_do_not_slow_the_restarts_down() -> None:
    slept: list[float] = []

    async def sleep(s: float) -> None:
        slept.append(s)

    async with worker("Hang", sleep=sleep) as engine:
        for _ in range(2):
            async with aclosing(engine.speak(SpeechRequest("hang later"))) as chunks:
                await anext(chunks)
        await say(engine, "fine")
    assert slept == []


async def test_frames_of_another_request_are_ignored() -> None:
    child = Child(EngineSpec("none", "none"))
    talk = child.ask(SpeechRequest("hello"), 1.0)
    for id_ in (talk.id - 1, talk.id + 1):
        child._take({"is": "chunk", "id": id_, "rate": 24_000, "words": []}, bytes(400))
        child._take({"is": "end", "id": id_}, b"")
    assert talk.answers.empty()
    assert not child.idle.is_set()
    child._take({"is": "end", "id": talk.id}, b"")
    assert talk.answers.get_nowait() is None
    assert child.idle.is_set()


async def test_a_cancelled_line_is_acknowledged_and_the_next_one_is_its_own() -> None:
    async with worker("Slow") as engine:
        await engine.wait_ready()
        first = pid(engine)
        for _ in range(3):
            async with aclosing(engine.speak(SpeechRequest("x" * 100))) as chunks:
                await anext(chunks)
        assert seconds(await say(engine, "xxxx")) == pytest.approx(0.2, abs=0.02)
        assert pid(engine) == first


@pytest.mark.parametrize(
    "text",
    ["nan", "list", "nothing", "endless silence"],
)
async def test_garbage_fails_the_line_and_replaces_the_engine(text: str) -> None:
    async with worker("Garbage") as engine:
        await engine.wait_ready()
        first = pid(engine)
        with pytest.raises(EngineFailed):
            await say(engine, text)
        await say(engine, "fine")
        assert pid(engine) != first


async def test_an_endless_engine_is_cut_at_the_cap_and_goes_on() -> None:
    async with worker("Garbage") as engine:
        await engine.wait_ready()
        first = pid(engine)
        request = SpeechRequest("endless", max_seconds=2.0)
        async with aclosing(engine.speak(request)) as chunks:
            clip = np.concatenate([chunk.samples async for chunk in chunks])
        assert len(clip) == 48_000
        assert abs(clip[-1]) < 1e-3
        await say(engine, "fine")
        assert pid(engine) == first


async def test_stray_prints_do_not_break_the_frames(caplog: pytest.LogCaptureFixture) -> None:
    async with worker("Garbage") as engine:
        assert seconds(await say(engine, "prints")) == pytest.approx(0.2, abs=0.02)
        assert seconds(await say(engine, "fine")) == pytest.approx(0.2, abs=0.02)
    assert "stray bytes of a native library" in caplog.text
    assert caplog.text.count("a stray print") == 3


async def test_what_a_worker_logs_is_bounded_and_harmless(caplog: pytest.LogCaptureFixture) -> None:
    async with worker("Garbage") as engine:
        await say(engine, "floods the log")
    assert caplog.text.count("noise") <= 20
    assert max(len(record.getMessage()) for record in caplog.records) < 700
    assert "\x1b" not in caplog.text


@pytest.mark.parametrize(
    ("text", "why"), [("fail", "out of memory"), ("raise", "ValueError in the engine: a bug")]
)
async def test_an_engine_that_gives_up_says_why(text: str, why: str) -> None:
    async with worker("Failing") as engine:
        with pytest.raises(EngineFailed, match=why):
            await say(engine, text)
        await say(engine, "fine")


async def test_a_missing_engine_is_told_once_and_not_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state = tmp_path / "lives"
    monkeypatch.setenv(STATE_ENV, str(state))
    async with worker("Missing") as engine:
        for _ in range(3):
            with pytest.raises(EngineMissing, match="pip install"):
                await say(engine, "hello")
        assert engine.state is State.MISSING
    assert state.read_text() == "1"
    assert caplog.text.count("pip install") == 1


async def test_an_engine_that_cannot_be_imported_is_missing() -> None:
    async with worker("NoSuchEngine") as engine:
        with pytest.raises(EngineMissing, match="NoSuchEngine"):
            await engine.wait_ready()


def test_the_backoff_is_nothing_then_1_2_4_up_to_60_s() -> None:
    waits = [backoff_s(failures) for failures in range(1, 10)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff_s(10**6) == 60


async def test_a_crash_loop_backs_off_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(STATE_ENV, str(tmp_path / "lives"))
    slept: list[float] = []
    enough = asyncio.Event()

    async def sleep(s: float) -> None:
        slept.append(s)
        if len(slept) == 4:
            enough.set()
            await asyncio.Event().wait()

    async with worker("FailsToLoad", sleep=sleep) as engine:
        await asyncio.wait_for(enough.wait(), 20)
        assert engine.state is State.RESTARTING
    assert slept == [0, 1, 2, 4]
    assert (tmp_path / "lives").read_text() == "4"
    assert sum("restarting" in r.getMessage() for r in caplog.records) == 1


async def test_a_success_ends_the_backoff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(s: float) -> None:
        slept.append(s)

    async with worker("Crash", sleep=sleep) as engine:
        for _ in range(2):
            await say(engine, "fine")
            with pytest.raises(EngineFailed):
                await say(engine, "crash")
    assert set(slept) == {0.0}


async def test_one_log_line_per_change_of_state(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with worker("Hang") as engine:
        await say(engine, "fine")
        with pytest.raises(EngineFailed):
            await say(engine, "hang")
        await say(engine, "fine")
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("engine")]
    assert lines == [
        "Hang: ready",
        f"Hang: hung: no sign of work for {DEADLINE_S} s, restarting",
        "Hang: back",
    ]


async def test_a_worker_that_never_gets_ready_is_replaced() -> None:
    failed = asyncio.Event()

    async def sleep(s: float) -> None:
        failed.set()

    async with worker("HangOnLoad", sleep=sleep, start_s=0.3) as engine:
        await asyncio.wait_for(failed.wait(), 5)
        assert engine.state is State.RESTARTING


async def test_progress_is_a_sign_of_life_while_a_worker_loads() -> None:
    told: list[tuple[str, float]] = []
    spec = EngineSpec("Loading", "tests.engines:Loading", start_s=0.45)
    engine = Supervisor(spec, progress=lambda stage, share: told.append((stage, share)))
    engine.start()
    try:
        async with asyncio.timeout(10):
            await engine.wait_ready()
        assert engine._child.fate is None
        # It began before the interpreter was there, and took longer than the limit in all.
        assert [share for stage, share in told if stage] == [0.0, 0.2, 0.4, 0.6, 0.8]
        assert told[-1] == ("", 1.0)
        assert engine.pace == Pace(0.1, 0.02)
    finally:
        await engine.aclose()


async def test_a_worker_that_stops_in_the_midst_of_loading_is_replaced() -> None:
    failed = asyncio.Event()

    async def sleep(s: float) -> None:
        failed.set()

    async with worker("Stuck", sleep=sleep, start_s=0.4) as engine:
        first = engine._child
        await asyncio.wait_for(failed.wait(), 5)
        assert "no progress for 0.4 s" in str(first.fate)


async def test_a_line_that_fails_leaves_the_worker_alone_and_is_not_tried_again_there() -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    async with worker("Loading") as first, worker("espeak") as last:
        await first.wait_ready()
        process = pid(first)
        request = SpeechRequest("line failed", voice="anna", stand_in="de")
        names, clip = await try_all(Engines(first, last), request)
        assert names == ["Loading", "espeak"]
        assert clip
        assert pid(first) == process


async def test_an_engine_that_was_quick_enough_is_kept_when_it_comes_back_slow() -> None:
    spec = EngineSpec("TooSlow", "tests.engines:TooSlow", most_rtf=0.7)
    engine = Supervisor(spec)
    engine._chosen = True
    engine.start()
    try:
        await engine.wait_ready()
        assert engine.state is State.READY
    finally:
        await engine.aclose()


async def test_a_worker_killed_while_idle_is_back_before_the_next_line_needs_it() -> None:
    async with worker("Echo") as engine:
        await engine.wait_ready()
        first = engine._child
        first.fail(EngineFailed("killed by the test"))
        assert await say(engine, "fine")
        assert engine._child is not first


async def test_a_grandchild_that_outlives_the_worker_does_not_delay_its_replacement() -> None:
    async with worker("Grandchild") as engine:
        await engine.wait_ready()
        began = time.monotonic()
        with pytest.raises(EngineFailed):
            await say(engine, "crash")
        await say(engine, "fine")
        assert time.monotonic() - began < 1.5


async def test_closing_ends_the_worker_and_fails_the_open_line() -> None:
    async with worker("Hang") as engine:
        await engine.wait_ready()
        line = asyncio.create_task(say(engine, "hang"))
        await busy(engine)
        process = pid(engine)
        await engine.aclose()
        assert not is_alive(process)
        with pytest.raises(EngineFailed, match="closed"):
            await line
        with pytest.raises(EngineFailed, match="closed"):
            await say(engine, "fine")


async def test_closing_while_the_worker_starts_leaves_nothing() -> None:
    for delay in (0.0, 0.01, 0.05):
        async with worker("Echo"):
            await asyncio.sleep(delay)


async def test_no_worker_in_time_fails_the_line() -> None:
    async with worker("HangOnLoad") as engine:
        with pytest.raises(EngineFailed, match="no worker"):
            await anext(engine.speak(SpeechRequest("x"), patience_s=0.1))


def receive(child: subprocess.Popen[bytes]) -> frames.Head | None:
    frame = frames.read_blocking(cast(BinaryIO, child.stdout))
    return None if frame is None else frame[0]


def listen(engine: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine.worker", engine],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("engine", "text"),
    [("Echo", None), ("Hang", "hang later"), ("NativeHang", "hang later"), ("HangOnLoad", None)],
)
def test_a_worker_ends_when_its_input_ends(engine: str, text: str | None) -> None:
    with listen(f"tests.engines:{engine}") as child:
        assert child.stdin is not None
        if engine != "HangOnLoad":
            assert receive(child) is not None
        if text is not None:
            request = {"do": "speak", "id": 1, "request": {"text": text}}
            child.stdin.write(frames.encode(request))
            child.stdin.flush()
            while (head := receive(child)) and head["is"] != "chunk":
                pass
        child.stdin.close()
        began = time.monotonic()
        child.wait(10)
        assert time.monotonic() - began < 1.0


def test_a_worker_that_is_sent_nonsense_ends() -> None:
    with listen("tests.engines:Echo") as child:
        out, _ = child.communicate(b"this is not a frame, only text", timeout=10)
        assert child.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send to a child")
def test_a_worker_ignores_ctrl_c() -> None:
    import signal

    with listen("tests.engines:Echo") as child:
        assert child.stdin is not None
        assert receive(child) is not None
        child.send_signal(signal.SIGINT)
        child.stdin.write(frames.encode({"do": "speak", "id": 1, "request": {"text": "xx"}}))
        child.stdin.flush()
        kinds = []
        while (head := receive(child)) and head["is"] != "end":
            kinds.append(head["is"])
        assert "chunk" in kinds


async def try_all(engines: Engines, request: SpeechRequest) -> tuple[list[str], list[Chunk]]:
    names = []
    for attempt in engines.attempts():
        names.append(attempt.name)
        try:
            async with aclosing(attempt.speak(request)) as chunks:
                return names, [chunk async for chunk in chunks]
        except SpeechError:
            continue
    return names, []


@pytest.mark.parametrize(
    ("primary", "text", "names"),
    [
        ("Crash", "crash", ["Crash", "Crash", "espeak"]),
        ("Hang", "hang", ["Hang", "Hang", "espeak"]),
        ("Missing", "fine", ["espeak"]),
        ("HangOnLoad", "fine", ["HangOnLoad", "HangOnLoad", "espeak"]),
    ],
)
async def test_a_line_goes_to_a_fresh_worker_and_then_to_the_last_resort(
    primary: str, text: str, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    monkeypatch.setenv(STATE_ENV, str(tmp_path / "lives"))
    async with worker(primary) as first, worker("espeak") as last:
        engines = Engines(first, last, last_resort_voice="en-gb")
        await engines.wait_ready()
        if primary != "HangOnLoad":
            await first.wait_tried()
        began = time.monotonic()
        # A voice that only the primary knows must not stop the last resort.
        tried, clip = await try_all(engines, SpeechRequest(text, voice="tone"))
        assert tried == names
        assert seconds(clip) > 0.1
        # The failure is known after the first deadline; the line is heard within 2 s of it.
        assert time.monotonic() - began < DEADLINE_S + 2.0


async def test_a_single_engine_speaks_the_line_on_its_second_worker() -> None:
    async with worker("Echo") as only:
        engines = Engines(only, only)
        await engines.wait_ready()
        only._child.fail(EngineFailed("killed by the test"))
        names, clip = await try_all(engines, SpeechRequest("fine"))
        assert clip
        assert len(names) <= 2


async def test_a_bad_request_is_not_tried_twice_and_leaves_the_worker_alone() -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    async with worker("espeak") as only:
        await only.wait_ready()
        first = pid(only)
        with pytest.raises(BadRequest):
            await say(only, "...")
        names, clip = await try_all(Engines(only), SpeechRequest("..."))
        assert (names, clip) == (["espeak"], [])
        assert await say(only, "hello")
        assert pid(only) == first


async def test_a_voice_that_is_not_there_loses_no_line_and_leaves_the_worker_alone() -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    async with worker("espeak") as only:
        await only.wait_ready()
        first = pid(only)
        for voice in ("xx", "en-us+zorgle"):
            with pytest.raises(UnknownVoice):
                await say(only, "hello", voice=voice)
            names, clip = await try_all(Engines(only), SpeechRequest("hello", voice=voice))
            assert names == ["espeak", "espeak"]
            assert seconds(clip) > 0.1
        assert pid(only) == first


async def test_twice_crashing_engine_speaks_on_its_third_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STATE_ENV, str(tmp_path / "lives"))

    async def sleep(s: float) -> None:
        assert s <= 1.0

    async with worker("CrashTwice", sleep=sleep) as engine:
        for _ in range(2):
            with pytest.raises(EngineFailed):
                await say(engine, "fine")
        assert await say(engine, "fine")


PARENT = """
import os, subprocess, sys, time
from engine import frames
child = subprocess.Popen(
    [sys.executable, "-m", "engine.worker", "tests.engines:LockHang"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
frames.read_blocking(child.stdout)
child.stdin.write(frames.encode({"do": "speak", "id": 1, "request": {"text": "hang"}}))
child.stdin.flush()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("_", range(1 if sys.platform == "linux" else 0))
def test_a_worker_that_holds_the_interpreter_ends_with_its_parent_all_the_same(_: int) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        status = Path(f"/proc/{int(parent.stdout.readline())}/stat")
        time.sleep(0.3)  # until it hangs
        parent.kill()
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline and _alive(status):
        time.sleep(0.02)
    assert not _alive(status)


def _alive(status: Path) -> bool:
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_cancel_that_comes_late_in_a_slice_of_silence_does_not_cost_the_worker() -> None:
    async with worker("Deliberate", first_chunk_s=5.0) as engine:
        await engine.wait_ready()
        child = engine._child
        chunks = engine.speak(SpeechRequest("x"))
        waiting = asyncio.create_task(anext(chunks))
        await asyncio.sleep(0.475)  # a slice is a tenth of the limit, 0.5 s; it is asked at 0.54
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.sleep(0.3)
        assert engine._child is child
        assert child is not None
        assert child.fate is None


async def test_a_cancel_after_a_long_work_without_audio_does_not_cost_the_worker() -> None:
    async with worker("Deliberate", first_chunk_s=5.0) as engine:
        await engine.wait_ready()
        child = engine._child
        waiting = asyncio.create_task(anext(engine.speak(SpeechRequest("x"))))
        await asyncio.sleep(2.6)  # longer than what a cancelled line may be without audio
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.sleep(0.3)
        assert engine._child is child
        assert child is not None
        assert child.fate is None
