"""The harness: virtual time, and the guards of tests/conftest.py seen from outside."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.virtual_time import DeadlockError, VirtualLoop, run_virtual

TESTS = Path(__file__).parents[1]


def test_a_day_of_sleeps_takes_milliseconds() -> None:
    async def day() -> float:
        loop = asyncio.get_running_loop()
        for _ in range(23):
            for pause in (1.0, 59.0, 3540.0):
                await asyncio.sleep(pause)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600.0):
                await asyncio.Event().wait()
        return loop.time()

    start = time.process_time()
    assert run_virtual(day()) == 86400.0
    assert time.process_time() - start < 1.0


def test_timers_fire_in_order_each_at_its_own_time() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        fired: list[tuple[str, float]] = []

        async def after(name: str, delay: float) -> None:
            await asyncio.sleep(delay)
            fired.append((name, loop.time()))

        async with asyncio.TaskGroup() as group:
            for name, delay in (("c", 7200.0), ("a", 0.001), ("b", 0.002), ("b2", 0.002)):
                group.create_task(after(name, delay))
        return fired

    assert run_virtual(main()) == [("a", 0.001), ("b", 0.002), ("b2", 0.002), ("c", 7200.0)]


def test_time_stands_still_while_anything_is_ready() -> None:
    async def main() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 0.0


def test_a_wait_longer_than_the_loops_longest_select_is_exact() -> None:
    async def main() -> float:
        await asyncio.sleep(10 * 86400.0)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 10 * 86400.0


def test_a_deadlock_raises_and_the_waiting_task_is_cancelled() -> None:
    ended: list[str] = []

    async def main() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("main")

    with pytest.raises(DeadlockError, match="no timer is set"):
        run_virtual(main())
    assert ended == ["main"]


@pytest.mark.virtual_time
async def test_the_marker_runs_an_async_test_in_virtual_time() -> None:
    assert isinstance(asyncio.get_running_loop(), VirtualLoop)
    await asyncio.sleep(3600)


async def test_an_unmarked_async_test_runs_in_real_time() -> None:
    assert not isinstance(asyncio.get_running_loop(), VirtualLoop)


def test_state_dir_is_empty_and_is_what_the_program_is_told(state_dir: Path) -> None:
    assert list(state_dir.iterdir()) == []
    assert os.environ["ISHOWTTS_STATE_DIR"] == str(state_dir)


GUARDED = """
import asyncio, os, socket
import pytest

async def test_leaves_a_task():
    asyncio.create_task(asyncio.sleep(30), name="left")

async def test_cancels_its_task():
    asyncio.create_task(asyncio.sleep(30)).cancel()

@pytest.mark.virtual_time
async def test_leaves_a_task_in_virtual_time():
    asyncio.create_task(asyncio.sleep(30))

def test_connects_out():
    with socket.socket() as s:
        s.connect(("192.0.2.1", 80))

def test_hides_that_it_connects_out():
    with socket.socket() as s:
        try:
            s.connect(("192.0.2.1", 80))
        except Exception:
            pass

def test_binds_to_every_address():
    with socket.socket() as s:
        s.bind(("", 0))

def test_sends_a_datagram_out():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("192.0.2.1", 9))

def test_asks_for_a_name():
    socket.getaddrinfo("example.org", 80)

async def test_stays_on_loopback():
    async def hang_up(reader, writer):
        writer.close()
    server = await asyncio.start_server(hang_up, "localhost", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()

def test_sees_no_settings_from_outside():
    assert not [name for name in os.environ if name.startswith("ISHOWTTS_")]

def test_skips():
    pytest.skip("no sound server")

@pytest.mark.xfail(strict=True)
def test_is_known_to_fail():
    raise AssertionError
"""
MODULE_SKIPPED = "import pytest\npytest.importorskip('no_such_module')\ndef test_x(): pass\n"


def _run_guarded(folder: Path, **env: str) -> str:
    (folder / "tests").mkdir()
    for name in ("__init__.py", "conftest.py", "virtual_time.py"):
        shutil.copy(TESTS / name, folder / "tests")
    shutil.copy(TESTS.parent / "pyproject.toml", folder)
    (folder / "tests" / "test_guarded.py").write_text(GUARDED)
    (folder / "tests" / "test_module.py").write_text(MODULE_SKIPPED)
    command = [sys.executable, "-m", "pytest", "-rA", "--continue-on-collection-errors"]
    environ = {name: value for name, value in os.environ.items() if name != "TESTS_MUST_RUN"}
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=folder,
        env=environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
    )
    return done.stdout


def _named(output: str, *outcomes: str) -> set[str]:
    """The tests that pytest's summary lists under one of the outcomes."""
    lines = (line.partition(" - ")[0].split() for line in output.splitlines())
    return {words[1].rpartition("::")[2] for words in lines if words and words[0] in outcomes}


def test_the_guards_catch_what_they_are_for_and_nothing_else(tmp_path: Path) -> None:
    output = _run_guarded(tmp_path, ISHOWTTS_CHAT__TRIGGER="x")
    broken = {
        "test_leaves_a_task",
        "test_leaves_a_task_in_virtual_time",
        "test_connects_out",
        "test_hides_that_it_connects_out",
        "test_binds_to_every_address",
        "test_sends_a_datagram_out",
        "test_asks_for_a_name",
    }
    assert _named(output, "FAILED", "ERROR") == broken, output
    assert _named(output, "PASSED") - broken == {
        "test_cancels_its_task",
        "test_stays_on_loopback",
        "test_sees_no_settings_from_outside",
    }
    assert "2 skipped" in output


def test_a_skip_is_a_failure_where_tests_must_run(tmp_path: Path) -> None:
    output = _run_guarded(tmp_path, TESTS_MUST_RUN="1")
    broken = _named(output, "FAILED", "ERROR")
    assert {"test_skips", "tests/test_module.py"} <= broken, output
    assert _named(output, "XFAIL") == {"test_is_known_to_fail"}
    assert "no sound server" in output
    assert "no_such_module" in output
    assert "skipped" not in output.splitlines()[-1]
