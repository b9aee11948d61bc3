import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from bot.chat.connector import Fatal
from bot.chat.replay import MAX_LINE, Replay
from filters.message import ChatMessage, Event, Removal


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Chat:
    """What was emitted, and when after the start."""

    def __init__(self, clock: Clock) -> None:
        self.events: list[tuple[float, Event]] = []
        self._clock = clock

    def emit(self, event: Event) -> None:
        self.events.append((round(self._clock.now - 1000.0, 6), event))

    @property
    def texts(self) -> list[str]:
        return [event.text for _, event in self.events if isinstance(event, ChatMessage)]


async def replay(path: Path, *, fast: bool = False) -> Chat:
    clock = Clock()
    chat = Chat(clock)
    await Replay(path, fast=fast, clock=clock, sleep=clock.sleep).run(chat.emit)
    return chat


def say(text: str, **more: object) -> bytes:
    return json.dumps({"text": text, **more}).encode() + b"\n"


def write(file: Path, data: bytes) -> None:
    file.write_bytes(data)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chat.jsonl"


async def test_lines_come_at_their_times_and_never_backwards(file: Path) -> None:
    write(
        file,
        say("a", at=0.5) + say("b", at=2) + say("c", at=1) + say("d") + say("e", at=-3)
        + say("f", at=2.5) + b'{"kind":"delete","target":"1","at":3}'
    )  # fmt: skip
    chat = await replay(file)
    assert [at for at, _ in chat.events] == [0.5, 2.0, 2.0, 2.0, 2.0, 2.5, 3.0]
    assert chat.texts == ["a", "b", "c", "d", "e", "f"]
    assert isinstance(chat.events[-1][1], Removal)


async def test_fast_does_not_wait(file: Path) -> None:
    write(file, say("a", at=5) + say("b", at=1e300))
    assert [at for at, _ in (await replay(file, fast=True)).events] == [0.0, 0.0]


async def test_wrong_lines_are_named_and_the_rest_goes_on(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(
        file,
        b"\xef\xbb\xbf" + say("one")
        + b"\n \r\n"
        + b"{not json}\n"
        + b'{"text": "\xff"}\n'
        + b'{"text": 5}\n'
        + b"[]\n"
        + b"[" * 100_000 + b"\n"
        + b'{"text": "x", "at": "soon"}\n'
        + b'{"text": "' + b"y" * MAX_LINE + b'"}\n'
        + b'{"n": ' + b"1" * 5000 + b"}\n"
        + say("z" * (1 << 20))
        + b'{"text": "\\ud800\\u0000"}\r\n'
        + b'{"text": "last"}'
    )  # fmt: skip
    chat = await replay(file)
    assert chat.texts == ["one", "z" * (1 << 20), "\ud800\0", "last"]
    said = [r.getMessage().removeprefix(f"{file}:") for r in caplog.records]
    assert [line.split(":")[0] for line in said] == ["4", "5", "6", "7", "8", "9", "10", "11"]
    assert said[0].startswith("4: not JSON: ")
    assert said[1] == "5: not UTF-8 at byte 11"
    assert said[2] == "6: text: must be a string"
    assert said[3] == "7: not a JSON object"
    assert said[4] == "8: not JSON that can be read: nested too deeply"
    assert said[5] == "9: at: must be a number"
    assert said[6] == f"10: the line is longer than {MAX_LINE} bytes"
    assert all("\n" not in line and len(line) < 200 for line in said)


async def test_fast_leaves_the_loop_its_turns(file: Path) -> None:
    write(file, say("x" * 200) * 20_000)
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(watch())
    chat = await replay(file, fast=True)
    task.cancel()
    await asyncio.wait({task})
    assert len(chat.events) == 20_000
    assert turns >= 10  # one for each 2 ms, of which even a quick machine needs some dozens


async def test_a_missing_file_is_known_before_the_start(file: Path) -> None:
    why = r"^cannot replay .*chat.jsonl: No such file or directory$"
    with pytest.raises(Fatal, match=why):
        Replay(file).check()
    with pytest.raises(Fatal, match=why):
        await Replay(file).run(lambda _: None)


def test_a_folder_or_a_device_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(Fatal, match="not an ordinary file"):
            Replay(path).check()
    with pytest.raises(Fatal, match="cannot replay"):
        Replay(Path("a\0b")).check()


async def test_the_log_is_silent_when_all_is_well(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    write(file, say("a"))
    Replay(file).check()
    await replay(file)
    assert not caplog.records
