"""`python -m bot run`: the sources that were asked for, into one bot, until it is stopped.

Does not know what happens to an event; `bot.app` does.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot import exits
from bot.app import Bot
from bot.chat.connector import Connector, Fatal
from bot.chat.console import Console
from bot.chat.record import Recorder
from bot.chat.replay import Replay
from bot.engines import F5
from bot.journal import Journal
from bot.outputs import is_same_file
from bot.progress import Progress
from bot.settings import Settings
from bot.telemetry import set_up_logging

log = logging.getLogger(__name__)


async def run(
    settings: Settings, *, replay: Path | None, fast: bool, record: Path | None, console: bool
) -> int:
    """Run the bot and print the closing line. Returns the exit code; raises exits.Exit."""
    bar = set_up_logging(settings.log.level)
    stop = asyncio.Event()
    with ExitStack() as held:
        held.enter_context(_only_bot(settings.state_dir))
        held.enter_context(_stopped_by_signals(stop))
        # Only the holder of the lock may write it.
        journal = Journal.open(settings.state_dir, ids=replay is None)
        held.enter_context(closing(journal))
        bot = Bot(settings, fast=fast, journal=journal, progress=Progress(F5, bar))
        # Lists and dictionary stay for good: the collector need not walk them, 20 ms each time.
        gc.freeze()
        try:
            sources = _sources(bot, settings, replay, fast, console)
            watch = held.enter_context(Recorder(record, replayed=replay)).wrap if record else None
        except Fatal as error:
            raise exits.BadInput(str(error)) from None
        try:
            await bot.run(sources, stop, *filter(None, [watch]))
        finally:
            _print(bot.ledger.closing_line(bot.waiting))
    return exits.SETTINGS if bot.refused else exits.STOPPED


def _print(line: str) -> None:
    try:
        print(line, flush=True)  # noqa: T201 - the result
    except OSError as error:
        # Whoever read it has gone. What is left in the buffer must not fail again at exit.
        log.warning("the closing line cannot be printed (%s): %s", error.strerror, line)
        sys.stdout = None


def _sources(
    bot: Bot, settings: Settings, replay: Path | None, fast: bool, console: bool
) -> list[Connector]:
    """The connectors that were asked for; the console if there is no other, or somebody at it."""
    sources: list[Connector] = []
    if replay is not None:
        recording = Replay(replay, fast=fast)
        recording.check()
        if is_same_file(settings.audio.output, replay):
            raise exits.BadInput(f"cannot write the sound to {replay}: it is being replayed")
        sources.append(recording)
    sources += _twitch(settings)
    sources += _youtube(settings)
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    if console or not sources or (at_terminal and replay is None):
        sources.append(Console(sys.stdin, room=bot.has_room))
        if at_terminal:
            command = settings.trigger.commands[0]
            log.info(
                "type %s hello and press Enter to hear it, %s help for more; Ctrl-C stops",
                command,
                command,
            )
    return sources


def _youtube(settings: Settings) -> list[Connector]:
    """A connector for each YouTube channel: the official one if there is a key."""
    chosen = settings.youtube
    if not chosen.channels:
        return []
    if key := chosen.api_key.get_secret_value():
        from bot.chat.youtube_official import YouTubeOfficial

        return [YouTubeOfficial(channel, key, chosen.api_url) for channel in chosen.channels]
    from bot.chat import youtube_pytchat
    from bot.chat.youtube import YouTube

    if not youtube_pytchat.installed():
        raise Fatal(youtube_pytchat.MISSING)
    return [YouTube(channel, chosen.web_url) for channel in chosen.channels]


def _twitch(settings: Settings) -> list[Connector]:
    """The channels' chat: signed in where somebody is, otherwise without an account."""
    twitch = settings.twitch
    if not twitch.channels:
        return []
    from bot.chat.twitch_tokens import TokenFile, TokenFileError

    # What a signed-in connection needs takes a while to import.
    if TokenFile(settings.state_dir).path.exists():
        from bot.chat.twitch import connector

        try:
            signed_in = connector(settings)
        except TokenFileError as error:
            raise exits.BadInput(str(error)) from None
        if signed_in is not None:
            return [signed_in]
    from bot.chat.twitch_anonymous import TwitchAnonymous

    return [TwitchAnonymous(channel, twitch.irc_url) for channel in twitch.channels]


@contextmanager
def _only_bot(state_dir: Path) -> Generator[None, None, None]:
    """Hold the state folder's lock. Raises AlreadyRunning, BadInput."""
    lock = FileLock(state_dir / "bot.lock")
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise exits.AlreadyRunning(
            f"a bot is running already with the state folder {state_dir}; "
            "stop it, or give this one another ISHOWTTS_STATE_DIR"
        ) from None
    except OSError as error:
        raise exits.BadInput(
            f"ISHOWTTS_STATE_DIR: cannot use {state_dir}: {error.strerror or error}"
        ) from None
    try:
        yield
    finally:
        lock.release()


class _stopped_by_signals:  # noqa: N801 - used like a function
    """Sets `stop` on Ctrl-C or SIGTERM; a second Ctrl-C ends the process the hard way."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        names = ("SIGINT", "SIGTERM", "SIGBREAK")
        for number in [getattr(signal, n) for n in names if hasattr(signal, n)]:
            # Not loop.add_signal_handler: Windows has none.
            self._before[number] = signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        signal.signal(number, signal.SIG_DFL)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
