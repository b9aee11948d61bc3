"""The audio process as the bot sees it: one at a time, started anew when it dies or hangs.

Does not know utterances or outputs: it carries frames there and back.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress

from engine import frames
from engine.spawn import child_options, python_command
from engine.speech import Samples

log = logging.getLogger(__name__)

HUNG = 10.0
"""Seconds without a frame after which the audio process is taken for hung."""
MAX_BACKOFF = 30.0
HEALTHY = 60.0
CLOSING = 0.8
STILLBORN = 3
"""Tries without a word from a process, from the first on, after which another is of no use."""


class AudioLink:
    """Keeps an audio process alive and passes frames.

    `on_life()` is called when a process has been started, to tell it everything; `on_event(head)`
    with each of its frames; `on_lost()` when it is gone; `on_fatal(text)` when there will be none.
    """

    def __init__(
        self,
        *,
        on_life: Callable[[], None],
        on_event: Callable[[frames.Head], None],
        on_lost: Callable[[], None],
        on_fatal: Callable[[str], None],
    ) -> None:
        self.process: Process | None = None
        """The process there is now."""
        self.lives = 0
        """How many processes there have been."""
        self._on_life = on_life
        self._on_event = on_event
        self._on_lost = on_lost
        self._on_fatal = on_fatal
        self._told = False
        self._useless = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._supervise(), name="audio process")
        self._task.add_done_callback(self._on_done)

    async def aclose(self) -> None:
        """Close its standard input, upon which it fades and ends, and wait; at most a second."""
        task, self._task = self._task, None
        if task is None:
            return
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            await asyncio.wait([task], timeout=CLOSING)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    def send(self, head: frames.Head, samples: Samples | bytes = b"") -> None:
        """Send a frame, if there is a process: one that is started later is told everything."""
        pipe = self.process.stdin if self.process is not None else None
        if pipe is not None and not pipe.is_closing():
            pipe.write(frames.encode(head, samples))

    async def _supervise(self) -> None:
        loop = asyncio.get_running_loop()
        delay = 0.0
        for tries in itertools.count(1):
            began = loop.time()
            try:
                why = await self._live()
            except OSError as error:
                why = f"it cannot be started: {error}"
            if self._task is None or self._useless:
                return
            if tries >= STILLBORN and not self._told:
                return self._on_fatal(f"the audio process does not start: {why}")
            delay = 0.0 if loop.time() - began > HEALTHY else delay
            log.warning("the audio process is gone (%s): another one in %g s", why, delay)
            self._on_lost()
            await asyncio.sleep(delay)
            delay = min(max(1.0, delay * 2), MAX_BACKOFF)

    def stop(self) -> None:
        """The process has said that its output can never work: no other is started."""
        self._useless = True

    def _on_done(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("the link to the audio process failed", exc_info=error)
            self._on_fatal(f"a fault of this program, please report it: {type(error).__name__}")

    async def _live(self) -> str:
        """One life of the audio process; returns why it ended."""
        process = await asyncio.create_subprocess_exec(
            *python_command("bot.audio.process"),
            **child_options(),
            stdin=PIPE,
            stdout=PIPE,
        )
        self.process = process
        self.lives += 1
        try:
            self._on_life()
            return await self._listen(process)
        finally:
            self.process = None
            if process.stdin is not None:
                process.stdin.close()
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
            await process.wait()

    async def _listen(self, process: Process) -> str:
        if process.stdout is None:
            raise RuntimeError("the audio process has no standard output")
        try:
            while True:
                async with asyncio.timeout(HUNG):
                    frame = await frames.read(process.stdout)
                if frame is None:
                    async with asyncio.timeout(CLOSING):
                        return f"exit code {await process.wait()}"
                self._told = True
                self._on_event(frame[0])
        except TimeoutError:
            return "it hangs"
        except (frames.FrameError, ConnectionError) as error:
            return str(error)
