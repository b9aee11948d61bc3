"""The arithmetic of the audio callback: a queue of utterances in, blocks of samples out.

Does not know PortAudio, threads, pipes or clocks. Commands may come from another thread: they wait
in a deque and take effect at the start of the next block, so that whoever calls `render` is the
only one that moves the play head and nothing has to be locked.

An utterance at full level, volume 1.0 and peaks below -1 dBFS leaves exactly as it came.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from bot.audio.limiter import KNEE, limit
from bot.audio.utterance import Utterance
from engine.speech import Samples

PAUSE_FADE = 0.008
STARVED_FADE = 0.005
REFILL = 0.080
"""Seconds of audio that a starved utterance waits for before it goes on."""
START = 0.020
"""Seconds of audio that an unfinished utterance needs before it begins."""


class Outcome(StrEnum):
    """How an utterance ended."""

    PLAYED = "played"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Started:
    """The first sample of an utterance is on its way."""

    id: str
    """The utterance."""
    at: float
    """When it is heard, on the clock of `render`'s `at`, seconds."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An utterance is over; its id is free again."""

    id: str
    """The utterance."""
    outcome: Outcome
    """How it ended."""
    frames: int
    """Samples of it that went out, at the mixer's rate."""


@dataclass(frozen=True, slots=True)
class Starved:
    """An utterance ran out of samples before it was finished: a gap is heard."""

    id: str
    """The utterance."""


MixerEvent = Started | Ended | Starved


class Mixer:
    """Plays utterances in the order they were added, `gap_s` seconds apart.

    Any one thread may give the commands, any other one calls `render` and `ready`. The gap counts
    from the end of the utterance before: one that comes later than that starts at once.
    """

    def __init__(
        self,
        sample_rate: int,
        events: SimpleQueue[MixerEvent],
        gap_s: float = 0.3,
        volume: float = 1.0,
    ) -> None:
        self.sample_rate = sample_rate
        self._events = events
        self._inbox: deque[Callable[[], None]] = deque()
        self._queue: deque[Utterance] = deque()
        self._current: Utterance | None = None
        self._gap = round(gap_s * sample_rate)
        self._silence = self._gap
        self._paused = False
        self._starved = False
        self._level = 1.0
        self._slope = 1.0
        self._volume = self._volume_wanted = volume
        self._reserve = self._frames(STARVED_FADE)
        self._scratch = np.zeros(1024, np.float32)
        self._count = np.arange(1, 1025, dtype=np.float32)

    # Commands, from any thread.

    def add(self, utterance: str) -> None:
        """Gives `utterance` its place at the end of the queue."""
        self._inbox.append(lambda: self._queue.append(Utterance(utterance)))

    def feed(self, utterance: str, samples: Samples) -> None:
        """Adds mono samples at the mixer's rate, shape (n,); the array must not change after."""
        if len(samples):
            self._inbox.append(lambda: self._feed(utterance, samples))

    def finish(self, utterance: str) -> None:
        """Says that no more samples will come for `utterance`."""
        self._inbox.append(lambda: self._finish(utterance))

    def cancel(self, utterance: str, fade_s: float = 0.008) -> None:
        """Fades `utterance` out if it plays, takes it off the queue if it waits."""
        self._inbox.append(lambda: self._cancel(utterance, fade_s))

    def withdraw(self, utterance: str) -> None:
        """Takes `utterance` off the queue, unless it has begun."""
        self._inbox.append(lambda: self._remove(utterance, Outcome.WITHDRAWN))

    def pause(self, paused: bool) -> None:
        """Fades out and holds the place, or goes on from there."""
        self._inbox.append(lambda: self._pause(paused))

    def set_volume(self, volume: float) -> None:
        """Linear gain from 0.0; reached over one block."""
        self._inbox.append(lambda: setattr(self, "_volume_wanted", volume))

    # For whoever owns the device's clock.

    def render(self, out: NDArray[np.float32], at: float = 0.0) -> None:
        """Fills `out`, shape (frames, channels), with the next block, the same in every channel.

        `at`: when the first sample of the block is heard; comes back in the events.
        """
        frames = len(out)
        if frames > len(self._scratch):
            self._scratch = np.zeros(frames, np.float32)
            self._count = np.arange(1, frames + 1, dtype=np.float32)
        mono = self._scratch[:frames]
        self._drain()
        position = 0
        while position < frames:
            self._begin(frames - position, at + position / self.sample_rate)
            position += self._segment(mono[position:])
            self._end_if_over()
        self._gain(mono)
        out[:] = mono[:, None]

    def ready(self) -> int:
        """How many frames can be rendered before more samples are needed, 0 if none.

        For a device that is not bound to a clock and waits instead of playing silence.
        """
        self._drain()
        current = self._current
        if current is not None:
            held = self._level == 0.0 and not self._open(current)
            return 0 if held else self._safe(current)
        while self._queue and self._queue[0].finished and not self._queue[0].available:
            self._end(self._queue.popleft(), Outcome.PLAYED)
        if self._paused or not self._queue or not self._startable(self._queue[0], 1):
            return 0
        return max(0, self._gap - self._silence) + self._safe(self._queue[0])

    # Commands taking effect.

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * self.sample_rate))

    def _drain(self) -> None:
        while self._inbox:
            self._inbox.popleft()()
        self._end_if_over()

    def _find(self, utterance: str) -> Utterance | None:
        if self._current is not None and self._current.id == utterance:
            return self._current
        return next((u for u in self._queue if u.id == utterance), None)

    def _feed(self, utterance: str, samples: Samples) -> None:
        found = self._find(utterance)
        if found is not None:
            found.chunks.append(samples)
            found.available += len(samples)

    def _finish(self, utterance: str) -> None:
        found = self._find(utterance)
        if found is not None:
            found.finished = True

    def _cancel(self, utterance: str, fade_s: float) -> None:
        current = self._current
        if current is not None and current.id == utterance:
            current.cancelled = True
            self._fade_out(current, fade_s)
        else:
            self._remove(utterance, Outcome.CANCELLED)

    def _remove(self, utterance: str, outcome: Outcome) -> None:
        found = next((u for u in self._queue if u.id == utterance), None)
        if found is not None:
            self._queue.remove(found)
            self._end(found, outcome)

    def _pause(self, paused: bool) -> None:
        self._paused = paused
        if self._current is None or self._current.cancelled:
            return
        if paused:
            self._fade_out(self._current, PAUSE_FADE)
        elif not self._starved:
            self._slope = 1.0 / self._frames(PAUSE_FADE)

    # The play head.

    def _open(self, current: Utterance) -> bool:
        return not (self._paused or self._starved or current.cancelled)

    def _fade_out(self, current: Utterance, seconds: float) -> None:
        # No longer than what is there to be faded, so that the end of it is never a step.
        frames = min(self._frames(seconds), max(1, current.available))
        self._slope = max(self._level, 1e-6) / frames

    def _safe(self, utterance: Utterance) -> int:
        """Samples that may be played at full level: an unfinished one keeps enough to fade out."""
        if utterance.finished or utterance.cancelled:
            return utterance.available
        return max(0, utterance.available - self._reserve)

    def _startable(self, utterance: Utterance, room: int) -> bool:
        return utterance.finished or (
            utterance.available >= self._frames(START) and self._safe(utterance) >= room
        )

    def _begin(self, room: int, at: float) -> None:
        if self._current is not None or self._paused or not self._queue:
            return
        while self._queue and self._queue[0].finished and not self._queue[0].available:
            self._end(self._queue.popleft(), Outcome.PLAYED)
        if self._silence >= self._gap and self._queue and self._startable(self._queue[0], room):
            self._current = self._queue.popleft()
            self._starved = False
            self._level = 1.0
            self._events.put(Started(self._current.id, at))

    def _segment(self, out: Samples) -> int:
        """Fills the start of `out` with samples of one kind; returns how many."""
        current = self._current
        if current is None:
            n = len(out)
            if self._silence < self._gap:
                n = min(n, self._gap - self._silence)
            self._silence += n
            out[:n] = 0.0
            return n
        self._watch_supply(current, len(out))
        target = 1.0 if self._open(current) else 0.0
        if self._level == target == 0.0:
            out[:] = 0.0
            return len(out)
        n = min(len(out), current.available)
        if self._level == target:
            current.take(out[:n])
        else:
            n = min(n, max(1, math.ceil(abs(target - self._level) / self._slope - 1e-3)))
            current.take(out[:n])
            step = self._slope if target > self._level else -self._slope
            ramp = np.clip(self._level + step * self._count[:n], 0.0, 1.0)
            out[:n] *= ramp
            self._level = float(ramp[-1])
            if abs(self._level - target) < 1e-3 * self._slope:
                self._level = target
        if not current.available and not current.finished:
            self._level = 0.0
        return n

    def _watch_supply(self, current: Utterance, room: int) -> None:
        if current.finished or current.cancelled:
            enough = True
        elif self._starved:
            enough = current.available >= max(self._frames(REFILL), room + self._reserve)
        else:
            enough = self._safe(current) >= room
        if self._starved and enough:
            self._starved = False
            if not self._paused and not current.cancelled:
                self._slope = 1.0 / self._frames(STARVED_FADE)
        elif not enough and self._open(current):
            self._starved = True
            self._fade_out(current, STARVED_FADE)
            self._events.put(Starved(current.id))

    def _end_if_over(self) -> None:
        current = self._current
        if current is None:
            return
        if current.cancelled and (self._level == 0.0 or not current.available):
            self._end(current, Outcome.CANCELLED)
        elif current.finished and not current.available:
            self._end(current, Outcome.PLAYED)
        else:
            return
        self._current = None

    def _end(self, utterance: Utterance, outcome: Outcome) -> None:
        if utterance.played:
            self._silence = 0
        self._events.put(Ended(utterance.id, outcome, utterance.played))

    def _gain(self, mono: Samples) -> None:
        """The volume, a ramp over the block where it changes, and the limiter."""
        if self._volume != self._volume_wanted:
            span = self._volume_wanted - self._volume
            mono *= self._volume + span / len(mono) * self._count[: len(mono)]
            self._volume = self._volume_wanted
        elif self._volume != 1.0:
            mono *= self._volume
        # Written so that NaN, which compares false, goes to the limiter too.
        if not np.abs(mono).max() <= KNEE:
            limit(mono)
