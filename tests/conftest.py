"""What holds for every test: no task left behind, no network, no outside settings, no quiet skip.

Knows nothing of the program. A test marked `virtual_time` runs on the loop of virtual_time.py.
With TESTS_MUST_RUN set in the environment, as CI sets it, a skip is a failure: whatever a test
needs is to be installed there. A test for another platform is not collected rather than skipped.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import settings

from tests.virtual_time import VirtualLoop

PREFIX = "ISHOWTTS_"

# How long one example takes says more of the machine's other work than of the code.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


class NetworkUsedError(RuntimeError):
    """A test reached for an address beyond this machine."""


_reached: list[str] = []


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook (PEP 578): it sees every socket, whoever made it and on whatever thread."""
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        # A path is AF_UNIX; None is a datagram socket that was connected, and judged, before.
        if address is None or isinstance(address, str | bytes) or _is_local(address[0]):
            return
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        address = args[0]
        if _is_local(address):
            return
    else:
        return
    _reached.append(f"{event} {address!r}")
    raise NetworkUsedError(f"no network in tests: {_reached[-1]}")


def pytest_configure() -> None:
    sys.addaudithook(_refuse_network)
    # A job in the background ignores Ctrl-C, and so would the programs that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, LoopFactory]:
    if item.get_closest_marker("virtual_time") is not None:
        return {"virtual": VirtualLoop}
    return {"real": asyncio.new_event_loop}


# Real processes and real sound in real time: a shared machine that stands still for 100 ms starves
# any sound card. In CI such a test gets two more tries, which pytest's last line counts; what is
# broken is broken each time. A person sees the first failure.
_IN_REAL_TIME = (
    "audio/",
    "faults/",
    "flows/test_journalled",
    "flows/test_program",
    "flows/test_twitch_program",
    "flows/test_youtube_program",
    "unit/test_journal_writer",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items if os.environ.get("TESTS_MUST_RUN") else ():
        if item.path.relative_to(here).as_posix().startswith(_IN_REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=2))


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("TESTS_MUST_RUN"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"TESTS_MUST_RUN is set, and this did not run. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    """Fails the test even where the code under test caught the guard's error and tried again."""
    _reached.clear()
    yield
    assert not _reached, f"no network in tests: {_reached}"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)


@pytest_asyncio.fixture
async def _tasks_all_end() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    left = [task for task in asyncio.all_tasks() - before if task is not asyncio.current_task()]
    assert not left, f"tasks left behind: {left}"


@pytest.fixture(autouse=True)
def _no_task_left_behind(request: pytest.FixtureRequest) -> None:
    """For async tests only: the others need no loop."""
    if pytest_asyncio.is_async_test(request.node):
        request.getfixturevalue("_tasks_all_end")


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the program, and any child of it, keeps its state in."""
    path = tmp_path / "state"
    path.mkdir()
    monkeypatch.setenv(f"{PREFIX}STATE_DIR", str(path))
    return path
