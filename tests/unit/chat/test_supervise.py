import asyncio
import logging
from collections.abc import Callable

import pytest

from bot.chat.connector import Emit, Fatal, Lost, one_line
from bot.chat.supervise import supervise
from filters.message import Author, ChatMessage, Event

HELLO = ChatMessage("test", "room", "1", Author("7", "Ann"), "hello")


class Clock:
    """Time that passes only by sleeping, and what was slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Script:
    """A connector whose runs are given one by one; the last one returns."""

    name = "script"
    moderated = False

    def __init__(self, *runs: Callable[[Emit], None]) -> None:
        self.on_connected: Callable[[], None] = lambda: None
        self.runs = list(runs)

    async def run(self, emit: Emit) -> None:
        if self.runs:
            self.runs.pop(0)(emit)


def fail(error: Exception) -> Callable[[Emit], None]:
    def run(_: Emit) -> None:
        raise error

    return run


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@pytest.fixture(autouse=True)
def every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


async def keep(
    connector: object, clock: Clock, emit: Emit = lambda _: None, r: float = 1.0
) -> bool:
    return await supervise(connector, emit, sleep=clock.sleep, rng=lambda: r, clock=clock)  # type: ignore[arg-type]


async def test_delays_grow_to_a_minute_and_stay_there() -> None:
    clock = Clock()
    await keep(Script(*[fail(Lost("gone"))] * 9), clock)
    assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_delays_are_jittered_down_to_half() -> None:
    clock = Clock()
    await keep(Script(*[fail(Lost("gone"))] * 3), clock, r=0.0)
    assert clock.slept == [0.5, 1, 2]


async def test_a_healthy_minute_resets_the_delay_and_a_shorter_one_does_not() -> None:
    clock = Clock()

    def healthy(seconds: float) -> Callable[[Emit], None]:
        def run(_: Emit) -> None:
            script.on_connected()
            clock.now += seconds
            raise Lost("gone")

        return run

    gone = fail(Lost("gone"))
    script = Script(gone, gone, healthy(59.0), healthy(60.0), gone)
    await keep(script, clock)
    assert clock.slept == [1, 2, 4, 1, 2]


async def test_a_long_wait_for_a_connection_is_not_health() -> None:
    clock = Clock()

    def hang(_: Emit) -> None:
        clock.now += 75.0
        raise Lost("no answer")

    await keep(Script(hang, hang), clock)
    assert clock.slept == [1, 2]


async def test_each_change_of_state_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    def up_and_gone(_: Emit) -> None:
        script.on_connected()
        script.on_connected()
        raise Lost("cut")

    refused = fail(ConnectionRefusedError("refused"))
    script = Script(refused, refused, up_and_gone, refused, refused, up_and_gone)
    await keep(script, clock)
    assert lines(caplog) == [
        "script: cannot connect, trying again: refused",
        "script: back after 3 s",
        "script: lost, trying again: cut",
        "script: back after 28 s",
        "script: lost, trying again: cut",
        "script: ended",
    ]


async def test_an_event_shows_that_a_silent_connector_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Silent:
        name = "silent"
        moderated = False
        runs = 0

        async def run(self, emit: Emit) -> None:
            self.runs += 1
            emit(HELLO)
            if self.runs == 1:
                raise Lost("cut")

    await keep(Silent(), Clock())
    assert lines(caplog) == [
        "silent: lost, trying again: cut",
        "silent: back after 1 s",
        "silent: ended",
    ]


async def test_fatal_ends_it_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    script = Script(fail(Fatal("there is no channel 'x'")), fail(Lost("never reached")))
    assert not await keep(script, clock)
    assert clock.slept == []
    assert len(script.runs) == 1
    assert lines(caplog) == ["script: stopped: there is no channel 'x'"]
    assert await keep(Script(), clock)


async def test_a_taker_that_raises_costs_only_its_event(caplog: pytest.LogCaptureFixture) -> None:
    taken = []

    def emit(event: Event) -> None:
        assert isinstance(event, ChatMessage)
        if event.text == "hello":
            raise KeyError("bug")
        taken.append(event.text)

    def run(out: Emit) -> None:
        for _ in range(5):
            out(HELLO)
        out(ChatMessage("test", "room", "2", Author("7", "Ann"), "after"))

    await keep(Script(run), Clock(), emit)
    assert taken == ["after"]
    counted = [line for line in lines(caplog) if "not taken" in line]
    assert [line.split()[1] for line in counted] == ["1", "2", "4"]
    assert "KeyError at test_supervise.py:" in counted[0]


async def test_cancelling_is_clean() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    class Endless:
        name = "endless"
        moderated = False

        async def run(self, emit: Emit) -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    task = asyncio.create_task(keep(Endless(), Clock()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001
        return caught


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Lost("a\nb\r\n\tc"), "a b c"),
        (Lost("bell\x07 and \x1b[31mred"), "bell\ufffd and \ufffd[31mred"),
        (Lost("x" * 500), "x" * 200),
        (TimeoutError(), "TimeoutError"),
        (OSError(111, "refused"), "[Errno 111] refused"),
        (ExceptionGroup("several", [Lost("first"), Lost("second")]), "first"),
        (Lost("at https://h/?access_token=abc&x=1"), "at https://h/?access_token=***&x=1"),
        (Lost("PASS oauth:abcdef now"), "PASS oauth:*** now"),
    ],
)
def test_an_error_is_one_line_without_secrets(error: Exception, text: str) -> None:
    assert one_line(raised(error)) == text


def test_a_bug_is_named_with_its_place() -> None:
    assert one_line(raised(TypeError("oops"))).startswith("TypeError at test_supervise.py:")
