"""The bot's side of the audio process: utterances in, what became of them out.

Does not know PortAudio, how sound is mixed or how the process is kept alive (`bot.audio.link`). It
keeps the samples of what has not ended, so that a process started anew plays that again from its
start. Its methods are plain calls that never wait, from the event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bot.audio.link import AudioLink
from bot.audio.mixer import Outcome
from engine import frames
from engine.speech import Chunk

log = logging.getLogger(__name__)

MAX_OPEN = 8
"""Utterances that may be open at once."""
MAX_SECONDS = 300.0
"""Seconds of one utterance that are kept and played; the rest is cut."""
KEPT_ENDS = 64
"""Ends that can still be asked for with `wait_ended`."""


class OutputUnavailable(Exception):  # noqa: N818 - named for what it means
    """This output can never work. The text says why and who must act."""


class State(StrEnum):
    """Whether sound comes out."""

    STARTING = "starting"
    OPEN = "open"
    WAITING = "waiting"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an utterance."""

    outcome: Outcome
    """How it ended."""
    seconds: float
    """Seconds of it that went out, since its last start."""
    started_at: float | None
    """time.monotonic() when its first sample was heard, the last time; None if it never was."""


@dataclass(slots=True)
class _Utterance:
    chunks: list[Chunk] = field(default_factory=list)
    seconds: float = 0.0
    finished: bool = False
    taken_back: Outcome | None = None
    started_at: float | None = None


class Player:
    """Plays utterances one after the other.

    `output`: `default`, a device's name, `wav:PATH` or `null`. `fast`: the last two do not wait
    for real time. `latency`: `low`, `high` or seconds. `gap`: seconds between two utterances.
    `on_started(id, at)` is called when the first sample is heard, again if it had to start over.
    """

    def __init__(
        self,
        output: str = "default",
        *,
        fast: bool = False,
        volume: float = 1.0,
        gap: float = 0.3,
        latency: str | float = "low",
        on_started: Callable[[str, float], None] | None = None,
    ) -> None:
        self.state = State.STARTING
        self.text = ""
        """What the state is about, for people."""
        self.starved = 0
        """How often samples came too late in the middle of an utterance."""
        self._output = output
        self._fast = fast
        self._volume = volume
        self._gap = gap
        self._latency = latency
        self._on_started = on_started
        self._paused = False
        self._open: dict[str, _Utterance] = {}
        self._ends: OrderedDict[str, asyncio.Future[Ended]] = OrderedDict()
        self._changed = asyncio.Event()
        self._link = AudioLink(
            on_life=self._send_everything,
            on_event=self._on_event,
            on_lost=self._on_lost,
            on_fatal=lambda text: self._set_state(State.FATAL, text),
        )

    async def start(self) -> None:
        """Starts the audio process; utterances may be opened at once."""
        self._link.start()

    async def aclose(self) -> None:
        """Fades what plays and ends the audio process, within a second."""
        await self._link.aclose()
        for utterance in list(self._open):
            self._end(utterance, Outcome.CANCELLED, 0.0)

    async def wait_settled(self) -> None:
        """Until it is known whether sound comes out now. Raises OutputUnavailable."""
        while self.state is State.STARTING:
            self._changed.clear()
            await self._changed.wait()
        if self.state is State.FATAL:
            raise OutputUnavailable(self.text)

    async def wait_open(self) -> None:
        """Until sound comes out. Raises OutputUnavailable when it never will."""
        while self.state is not State.OPEN:
            if self.state is State.FATAL:
                raise OutputUnavailable(self.text)
            self._changed.clear()
            await self._changed.wait()

    def play(self, utterance: str) -> None:
        """Opens an utterance, to be heard after those opened before. Ids are used once."""
        if utterance in self._ends:
            raise ValueError(f"utterance {utterance!r} was there before")
        if sum(known.taken_back is None for known in self._open.values()) >= MAX_OPEN:
            raise ValueError(f"{MAX_OPEN} utterances are open already")
        self._ends[utterance] = asyncio.get_running_loop().create_future()
        self._open[utterance] = _Utterance()
        self._forget_old_ends()
        if self.state is State.FATAL:
            self._end(utterance, Outcome.FAILED, 0.0)
        else:
            self._send({"op": "utterance", "id": utterance})

    def feed(self, utterance: str, chunk: Chunk) -> None:
        """Adds audio to an open utterance. One that has ended takes none."""
        known = self._open.get(utterance)
        if known is None or known.finished:
            return
        if known.chunks and known.chunks[0].sample_rate != chunk.sample_rate:
            raise ValueError(f"utterance {utterance!r} changes its sample rate")
        room = round((MAX_SECONDS - known.seconds) * chunk.sample_rate)
        if len(chunk.samples) > room:
            log.warning("utterance %r is longer than %g s and is cut", utterance, MAX_SECONDS)
            chunk = Chunk(chunk.samples[:room], chunk.sample_rate)
        known.chunks.append(chunk)
        known.seconds += len(chunk.samples) / chunk.sample_rate
        self._send({"op": "samples", "id": utterance, "rate": chunk.sample_rate}, chunk)
        if len(chunk.samples) == room:
            self.finish(utterance)

    def finish(self, utterance: str) -> None:
        """Says that no more audio will come for an utterance."""
        known = self._open.get(utterance)
        if known is not None and not known.finished:
            known.finished = True
            self._send({"op": "finish", "id": utterance})

    def cancel(self, utterance: str, fade_ms: float = 8.0) -> None:
        """Fades an utterance out, or drops it if it has not begun."""
        self._take_back(utterance, {"op": "cancel", "fade": fade_ms / 1000}, Outcome.CANCELLED)

    def withdraw(self, utterance: str) -> None:
        """Drops an utterance of which nothing was heard yet; no effect on any other."""
        known = self._open.get(utterance)
        if known is not None and known.started_at is None:
            self._take_back(utterance, {"op": "withdraw"}, Outcome.WITHDRAWN)

    def pause(self) -> None:
        """Fades out and holds the place."""
        self._set_paused(True)

    def resume(self) -> None:
        """Goes on where `pause` held."""
        self._set_paused(False)

    def set_volume(self, volume: float) -> None:
        """Linear gain, 0.0 to 2.0; 1.0 leaves the samples as they are."""
        if not 0.0 <= volume <= 2.0:
            raise ValueError(f"a volume of {volume} is not between 0 and 2")
        self._volume = volume
        self._send({"op": "volume", "volume": volume})

    async def wait_ended(self, utterance: str) -> Ended:
        """What became of an utterance, once it is over. Raises KeyError for an unknown id."""
        # Shielded: who stops waiting does not end the utterance for others.
        return await asyncio.shield(self._ends[utterance])

    # What is sent.

    def _send(self, head: frames.Head, chunk: Chunk | None = None) -> None:
        self._link.send(head, b"" if chunk is None else chunk.samples)

    def _send_everything(self) -> None:
        """The settings, and what has not ended from its start."""
        settings = {
            "output": self._file_of_this_life(),
            "fast": self._fast,
            "latency": self._latency,
        }
        sound = {"gap": self._gap, "volume": self._volume, "paused": self._paused}
        self._send({"op": "open", **settings, **sound})
        for utterance, known in list(self._open.items()):
            if known.taken_back is not None:
                self._end(utterance, known.taken_back, 0.0)
                continue
            self._send({"op": "utterance", "id": utterance})
            for chunk in known.chunks:
                self._send({"op": "samples", "id": utterance, "rate": chunk.sample_rate}, chunk)
            if known.finished:
                self._send({"op": "finish", "id": utterance})

    def _file_of_this_life(self) -> str:
        """The output; a process started anew leaves the file of the one before alone."""
        if self._link.lives == 1 or not self._output.startswith("wav:"):
            return self._output
        path = Path(self._output.removeprefix("wav:"))
        return f"wav:{path.with_stem(f'{path.stem}-{self._link.lives}')}"

    def _take_back(self, utterance: str, head: frames.Head, outcome: Outcome) -> None:
        known = self._open.get(utterance)
        if known is None:
            return
        known.taken_back = outcome
        if self._link.process is None:
            self._end(utterance, outcome, 0.0)
        else:
            self._send({**head, "id": utterance})

    def _set_paused(self, paused: bool) -> None:
        self._paused = paused
        self._send({"op": "pause", "paused": paused})

    # What comes back.

    def _on_event(self, head: frames.Head) -> None:
        event = head["event"]
        if event == "state":
            self._set_state(State(head["state"]), head["text"])
        elif event == "started" and head["id"] in self._open:
            self._open[head["id"]].started_at = head["at"]
            if self._on_started is not None:
                # From the loop, so that what it raises is reported and nothing here breaks.
                asyncio.get_running_loop().call_soon(self._on_started, head["id"], head["at"])
        elif event == "ended":
            self._end(head["id"], Outcome(head["outcome"]), head["seconds"])
        elif event == "starved":
            self.starved += 1

    def _set_state(self, state: State, text: str) -> None:
        if state is not self.state:
            level = logging.INFO if state is State.OPEN else logging.WARNING
            log.log(level, "sound output %s: %s", state, text)
        self.state, self.text = state, text
        self._changed.set()
        if state is State.FATAL:
            self._link.stop()
            for utterance in list(self._open):
                self._end(utterance, Outcome.FAILED, 0.0)

    def _on_lost(self) -> None:
        self.state = State.STARTING

    def _end(self, utterance: str, outcome: Outcome, seconds: float) -> None:
        known = self._open.pop(utterance, None)
        if known is not None:
            self._ends[utterance].set_result(Ended(outcome, seconds, known.started_at))

    def _forget_old_ends(self) -> None:
        for utterance in list(self._ends)[: max(0, len(self._ends) - KEPT_ENDS)]:
            if utterance not in self._open:
                del self._ends[utterance]
