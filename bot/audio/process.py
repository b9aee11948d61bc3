"""The audio process: `python -m bot.audio.process`, started by the player, gone when it is gone.

Does not know chat, engines or what is said. It takes commands on standard input and gives events
on standard output, both as frames of `engine.frames`; logs go to standard error.

    open      output, fast, latency, gap, volume, paused      once, first
    utterance id                          opens one, to be heard after those opened before
    samples   id, rate; body float32      mono
    finish    id
    cancel    id, fade                    seconds
    withdraw  id                          only if nothing of it was heard yet
    pause     paused
    volume    volume

    state     state (open | waiting | fatal), text
    started   id, at                      time.monotonic() of its first sample at the output
    ended     id, outcome, seconds        seconds that went out
    starved   id
    alive                                 once a second

One thread reads commands into an inbox; the device's callback puts the mixer's events there; the
main thread takes both out, so nothing but the mixer is shared with the callback, and nothing is
locked. When the device is lost it is opened again every 2 s, and what had not ended is heard from
its start. End of input fades what plays and ends the process.
"""

from __future__ import annotations

import faulthandler
import gc
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from bot.audio.devices import DeviceError
from bot.audio.mixer import Ended, Mixer, MixerEvent, Started, Starved
from bot.audio.opening import Opener, OpenOutput, OutputFatal
from bot.audio.tracks import Tracks
from engine import frames
from engine.spawn import end_with_parent

log = logging.getLogger("bot.audio.process")

RETRY = 2.0
CHECK = 0.25
HEARTBEAT = 1.0
CLOSING_FADE = 0.05
CLOSING = 0.25
"""Seconds that the last fade may take to be heard."""
FATAL = 3


_OPEN = object()
"""In the inbox: (re)open the output, when everything that came before has been dealt with."""
_END = object()
"""In the inbox: the end of standard input."""


class AudioProcess:
    """The main thread's state: the output, its mixer, and what has not ended."""

    def __init__(self, inbox: queue.SimpleQueue[Any], send: Callable[[frames.Head], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._tracks = Tracks(cast("queue.SimpleQueue[MixerEvent]", inbox))
        self._output: OpenOutput | None = None
        self._mixer: Mixer | None = None
        self._sample_rate = 1
        self._opener: Opener | None = None
        self._gap = 0.0
        self._volume = 1.0
        self._paused = False
        self._state = ""
        self._retry_at: float | None = None
        self._beat_at = 0.0
        self._closing_at: float | None = None
        self._commands: dict[str, Callable[[frames.Head, bytes], None]] = {
            "open": self._on_open,
            "utterance": lambda head, _: self._tracks.add(head["id"]),
            "samples": lambda head, body: self._tracks.feed(
                head["id"], frames.samples(body), head["rate"]
            ),
            "finish": lambda head, _: self._tracks.finish(head["id"]),
            "cancel": lambda head, _: self._tracks.cancel(head["id"], head["fade"]),
            "withdraw": lambda head, _: self._tracks.withdraw(head["id"]),
            "pause": self._on_pause,
            "volume": self._on_volume,
        }

    def run(self) -> int:
        """Until the end of input, or until the output cannot work; returns the exit code."""
        check_at = time.monotonic()
        try:
            while not self._closed():
                try:
                    item = self._inbox.get(timeout=max(0.0, check_at - time.monotonic()))
                    self._take(item)
                except queue.Empty:
                    pass
                if time.monotonic() >= check_at:
                    self._check()
                    check_at = time.monotonic() + (CHECK if self._closing_at is None else 0.01)
        except OutputFatal as error:
            self._send({"event": "state", "state": "fatal", "text": str(error)})
            return FATAL
        finally:
            self._close_output()
        return 0

    def _close_output(self) -> None:
        if self._output is not None:
            try:
                self._output.close()
            except OSError as error:
                # The disk that was full while it was written to is still full.
                log.error("the sound could not be written to its end: %s", error.strerror)

    def _closed(self) -> bool:
        if self._closing_at is None:
            return False
        return not len(self._tracks) or time.monotonic() > self._closing_at

    def _take(self, item: Any) -> None:
        if item is _END:
            self._closing_at = time.monotonic() + CLOSING
            self._tracks.cancel_all(CLOSING_FADE)
            self._wake()
        elif item is _OPEN and self._opener is not None:
            self._reopen(self._opener)
        elif isinstance(item, Started):
            self._tracks.started(item.id)
            self._send({"event": "started", "id": item.id, "at": item.at})
        elif isinstance(item, Ended):
            self._tracks.ended(item.id)
            seconds = item.frames / self._sample_rate
            self._send(
                {"event": "ended", "id": item.id, "outcome": item.outcome, "seconds": seconds}
            )
        elif isinstance(item, Starved):
            self._send({"event": "starved", "id": item.id})
        else:
            head, body = item
            self._commands[head["op"]](head, body)
            self._wake()

    def _wake(self) -> None:
        if self._output is not None:
            self._output.wake()

    def _on_open(self, head: frames.Head, _: bytes) -> None:
        self._opener = Opener(head["output"], head["fast"], head["latency"])
        self._gap, self._volume, self._paused = head["gap"], head["volume"], head["paused"]
        self._inbox.put(_OPEN)

    def _on_pause(self, head: frames.Head, _: bytes) -> None:
        self._paused = head["paused"]
        if self._mixer is not None:
            self._mixer.pause(self._paused)

    def _on_volume(self, head: frames.Head, _: bytes) -> None:
        self._volume = head["volume"]
        if self._mixer is not None:
            self._mixer.set_volume(self._volume)

    # The output.

    def _check(self) -> None:
        now = time.monotonic()
        if now >= self._beat_at:
            self._beat_at = now + HEARTBEAT
            self._send({"event": "alive"})
        if self._output is not None:
            fault = self._output.fault()
            if fault and not self._output.may_return:
                raise OutputFatal(fault)
            if fault:
                self._lose(self._output, fault)
            elif self._output.overloaded and self._opener is not None:
                self._raise_latency(self._opener, self._output)
        elif self._retry_at is not None and now >= self._retry_at:
            self._retry_at = None
            self._inbox.put(_OPEN)

    def _lose(self, output: OpenOutput, why: str) -> None:
        """Lets a lost device go. What the mixer still said waits in the inbox before _OPEN."""
        output.close()
        self._output = None
        self._mixer = None
        self._tracks.detach()
        self._tell("waiting", why)
        self._inbox.put(_OPEN)

    def _raise_latency(self, opener: Opener, output: OpenOutput) -> None:
        latency = opener.raise_latency()
        if latency is None:
            return
        log.warning("%s runs dry: opened again with %g s of latency", output.description, latency)
        output.close()
        self._output = None
        self._inbox.put(_OPEN)

    def _reopen(self, opener: Opener) -> None:
        try:
            self._output = opener.open(self._start)
        except DeviceError as error:
            self._mixer = None
            self._tracks.detach()
            self._tell("waiting", str(error))
            self._retry_at = time.monotonic() + RETRY
            return
        self._tell("open", f"{self._output.description}, {self._output.sample_rate} Hz")

    def _tell(self, state: str, text: str) -> None:
        if state != self._state:
            self._state = state
            self._send({"event": "state", "state": state, "text": text})

    def _start(self, output: OpenOutput) -> None:
        """Plays on `output`: on with the mixer there is, or with a fresh one, from the start."""
        mixer = self._mixer
        if mixer is None or mixer.sample_rate != output.sample_rate:
            mixer = Mixer(
                output.sample_rate,
                cast("queue.SimpleQueue[MixerEvent]", self._inbox),
                self._gap,
                self._volume,
            )
            mixer.pause(self._paused)
            self._tracks.attach(mixer)
            self._mixer = mixer
            self._sample_rate = mixer.sample_rate
        output.start(mixer)


def _read_commands(stream: BinaryIO, inbox: queue.SimpleQueue[Any]) -> None:
    try:
        while (frame := frames.read_blocking(stream)) is not None:
            inbox.put(frame)
    except frames.FrameError as error:
        log.error("the bot sent something that is not a command: %s", error)
    inbox.put(_END)
    # A sound driver may hang in close: the process ends all the same.
    time.sleep(0.7)
    os._exit(1)


def main() -> int:
    """The process."""
    end_with_parent()
    # It ends with its standard input, and so after the bot has said goodbye; a signal to the
    # whole group must not cut the last fade off.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, signal.SIG_IGN)
    events, commands, errors = (os.dup(descriptor) for descriptor in (1, 0, 2))
    # What native libraries print belongs neither among the events nor in the log: ALSA and
    # PortAudio have several lines for every device that cannot be opened.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdout = sys.stderr = os.fdopen(errors, "w", buffering=1, errors="backslashreplace")
    faulthandler.enable()
    # In the shape of the bot's own log, among whose lines it stands.
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S"
    )
    sys.setswitchinterval(0.0005)
    # A full collection walks what the imports made for longer than a block lasts.
    gc.freeze()

    pipe = os.fdopen(events, "wb", buffering=0)

    def send(head: frames.Head) -> None:
        pipe.write(frames.encode(head))

    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    reader = cast(BinaryIO, os.fdopen(commands, "rb", buffering=0))
    threading.Thread(
        target=_read_commands, args=(reader, inbox), name="commands", daemon=True
    ).start()
    try:
        return AudioProcess(inbox, send).run()
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
