"""The whole bot inside a benchmark, played into a real null sink that is recorded.

Does not measure: `latency`, `silence` and `flood` do.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from bot import exits
from bot.app import Bot
from bot.bench.null_sink import NullSinkServer, Recorder, RigError
from bot.chat.connector import Emit
from bot.journal import Journal
from bot.settings import Settings
from filters.message import Author, ChatMessage

READY_S = 10.0


class Forever:
    """A connector that is there and never says anything; the benchmark emits itself."""

    name = "bench"
    moderated = False

    async def run(self, emit: Emit) -> None:
        """Wait until cancelled."""
        del emit
        await asyncio.Event().wait()


def line(number: int, author: str, text: str) -> ChatMessage:
    """A chat line as a connector would emit it."""
    return ChatMessage("bench", "bench", f"line-{number}", Author(author, author), text)


@contextmanager
def recorded_sink() -> Generator[Recorder, None, None]:
    """A null sink as the default output of this process and its children, being recorded.

    Raises NothingHeard where the rig cannot run.
    """
    before = dict(os.environ)
    try:
        with NullSinkServer() as server:
            os.environ.update(server.env)
            with Recorder(server, max_seconds=1200.0) as recorder:
                yield recorder
    except RigError as error:
        raise exits.NothingHeard(f"the benchmark needs a null sink of its own: {error}") from None
    finally:
        for key in os.environ.keys() - before.keys():
            del os.environ[key]
        os.environ.update(before)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Bot, None]:
    """The bot at work, with no source but the benchmark and a journal of its own.

    Raises NothingHeard.
    """
    logging.getLogger().setLevel(logging.ERROR)
    stop = asyncio.Event()
    with tempfile.TemporaryDirectory() as folder, closing(Journal.open(Path(folder))) as journal:
        bot = Bot(settings, journal=journal)
        async with _at_work(bot, stop):
            yield bot


@asynccontextmanager
async def _at_work(bot: Bot, stop: asyncio.Event) -> AsyncGenerator[None, None]:
    task = asyncio.create_task(bot.run([Forever()], stop))
    try:
        ready = asyncio.create_task(bot.ready.wait())
        await asyncio.wait([task, ready], timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if not bot.ready.is_set():
            if task.done():
                task.result()
            raise exits.NothingHeard(f"not ready within {READY_S:g} s: {bot.player.text}")
        yield
    finally:
        stop.set()
        await task


def bench_settings(settings: Settings, output: str = "default") -> Settings:
    """The user's settings with no limit in the way, and no state of the user's touched."""
    return settings.model_copy(
        update={
            "audio": settings.audio.model_copy(update={"output": output, "volume": 1.0}),
            "state_dir": Path(tempfile.gettempdir()),
        }
    )
