import asyncio
import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import pytest

from bot.chat.console import MAX_LINE, Console
from filters.message import Author, ChatMessage, Event, Rank, Role

Pipe = tuple[IO[str], int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A text stream like sys.stdin, and the descriptor that feeds it."""
    out, into = os.pipe()
    with os.fdopen(out, "r") as stream:
        yield stream, into


class Chat:
    def __init__(self) -> None:
        self.messages: list[ChatMessage] = []
        self._changed = asyncio.Event()

    def emit(self, event: Event) -> None:
        assert isinstance(event, ChatMessage)
        self.messages.append(event)
        self._changed.set()

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5.0):
            while len(self.messages) < count:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def chat() -> Chat:
    return Chat()


async def test_a_line_is_the_broadcasters_message_at_once(pipe: Pipe, chat: Chat) -> None:
    stream, into = pipe
    task = asyncio.create_task(Console(stream).run(chat.emit))
    os.write(into, b"!tts hello\n")
    await chat.until(1)
    os.write(into, "ünïcode 😀\r\n\n  \nlast".encode())
    os.close(into)
    await task
    assert chat.texts == ["!tts hello", "ünïcode 😀", "last"]
    first = chat.messages[0]
    assert first.author == Author("you", "you", frozenset({Role.BROADCASTER}))
    assert first.author.rank is Rank.BROADCASTER
    assert first.platform == "console"
    assert len({message.id for message in chat.messages}) == 3


async def test_bytes_that_are_no_text_are_replaced(chat: Chat) -> None:
    await Console(io.BytesIO(b"\xef\xbb\xbfa\xff\xed\xa0\x80b\n\0\n")).run(chat.emit)
    assert chat.texts == ["a\ufffd\ufffd\ufffd\ufffdb", "\0"]


async def test_a_long_line_is_cut_between_characters(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await Console(io.BytesIO(b"x" + "é".encode() * (1 << 19) + b"\nnext\n")).run(chat.emit)
    assert chat.texts == ["x" + "é" * (MAX_LINE // 2 - 1), "next"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("make", [lambda: None, io.StringIO, lambda: Path(os.devnull).open("w")])
async def test_a_stream_that_cannot_be_read_ends_it(
    chat: Chat, make: Callable[[], IO[Any] | None]
) -> None:
    stream = make()
    await Console(stream).run(chat.emit)
    if stream is not None:
        stream.close()
        await Console(stream).run(chat.emit)
    assert chat.texts == []


async def test_a_piped_file_waits_for_room(pipe: Pipe, chat: Chat) -> None:
    stream, into = pipe
    asked = asyncio.Event()
    full = False

    def room() -> bool:
        asked.set()
        return not full

    task = asyncio.create_task(Console(stream, room=room).run(chat.emit))
    os.write(into, b"one\n")
    await chat.until(1)
    full = True
    asked.clear()
    os.write(into, b"two\nthree\n")
    os.close(into)
    await asyncio.wait_for(asked.wait(), 5.0)
    assert chat.texts == ["one"]
    full = False
    await task
    assert chat.texts == ["one", "two", "three"]


async def test_cancelling_does_not_wait_for_a_key(pipe: Pipe, chat: Chat) -> None:
    stream, into = pipe
    task = asyncio.create_task(Console(stream).run(chat.emit))
    os.write(into, b"one\n")
    await chat.until(1)
    task.cancel()
    async with asyncio.timeout(1.0):
        await asyncio.wait({task})
    os.close(into)
    assert task.cancelled()


async def test_a_read_that_fails_ends_it_with_one_line(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: object) -> int:
            raise OSError(5, "Input/output error")

    await Console(cast("IO[bytes]", Broken())).run(chat.emit)
    assert [r.getMessage() for r in caplog.records] == [
        "console: standard input ended: [Errno 5] Input/output error"
    ]


async def test_a_non_blocking_stream_is_waited_for(chat: Chat) -> None:
    class NonBlocking(io.RawIOBase):
        blocks = [None, b"o", None, b"ne\n", b""]

        def readable(self) -> bool:
            return True

        def read(self, _: int = -1) -> bytes | None:
            return self.blocks.pop(0)

    await Console(cast("IO[bytes]", NonBlocking())).run(chat.emit)
    assert chat.texts == ["one"]


PROGRAM = """
import asyncio, sys
from bot.chat.console import Console

async def main():
    heard = asyncio.Event()
    task = asyncio.create_task(Console(sys.stdin).run(lambda event: heard.set()))
    await heard.wait()
    task.cancel()
    await asyncio.wait({task})

asyncio.run(main())
"""


def test_the_interpreter_exits_while_standard_input_is_open() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        try:
            assert process.wait(20.0) == 0
        finally:
            process.kill()


if sys.platform != "win32":
    import pty

    @pytest.fixture
    def terminal() -> Iterator[Pipe]:
        keyboard, screen = pty.openpty()
        with os.fdopen(screen, "r") as stream:
            yield stream, keyboard
        os.close(keyboard)

    async def test_a_terminal_does_not_wait_for_room(terminal: Pipe, chat: Chat) -> None:
        stream, keyboard = terminal
        task = asyncio.create_task(Console(stream, room=lambda: False).run(chat.emit))
        os.write(keyboard, b"one\n")
        await chat.until(1)
        os.write(keyboard, b"\x04")  # end of input, as typed
        await task
        assert chat.texts == ["one"]

    async def test_in_the_background_a_terminal_is_left_alone(
        terminal: Pipe,
        chat: Chat,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.INFO)
        monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
        await Console(terminal[0]).run(chat.emit)
        assert "runs in the background" in caplog.text

    async def test_what_waits_between_thread_and_loop_is_bounded(pipe: Pipe, chat: Chat) -> None:
        stream, into = pipe
        os.set_blocking(into, False)
        task = asyncio.create_task(Console(stream, room=lambda: False).run(chat.emit))
        written = 0
        full_for = 0
        async with asyncio.timeout(10.0):
            while full_for < 20:  # the pipe stays full: nobody reads on
                try:
                    written += os.write(into, b"x" * 999 + b"\n")
                    full_for = 0
                except BlockingIOError:
                    full_for += 1
                await asyncio.sleep(0.005)
        assert written < 400_000
        task.cancel()
        await asyncio.wait({task})
        os.close(into)
