"""From raw engine audio to audio that may be played: checked, centred, trimmed, levelled, capped.

Works on a stream of chunks and holds back only what the trim and the end fade need. Does not know
engines, processes or devices, and does not resample: the audio process does.

The order is guard, DC removal, leading trim, gain, trailing trim, cap, fades.
"""

from __future__ import annotations

import math
import statistics
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.speech import Chunk, EngineFailed, Samples, Word

TARGET_RMS = 10 ** (-20 / 20)
"""Gated RMS that every voice is brought to: -20 dBFS."""
MAX_GAIN = 10 ** (18 / 20)
"""A voice is never raised by more than 18 dB: what is that quiet is mostly noise."""
SILENCE = 10 ** (-50 / 20)
"""Levelled samples below -50 dBFS at either end are trimmed."""
LEAD_S = 0.003
"""Kept before the first sound, so that the fade-in falls on silence."""
TAIL_S = 0.010
"""Kept after the last sound, so that a decay is not clipped."""
FADE_S = 0.002
CAP_FADE_S = 0.050
"""The seconds cap falls inside speech: a longer fade sounds meant."""
MAX_PEAK = 8.0
"""More than this is no audio but a fault."""
CUTOFF_HZ = 20.0
SURPRISE = 10 ** (6 / 20)
"""A first line that is quieter than its voice should be by more than this is an odd line: 6 dB."""


class HighPass:
    """DC removal, a one-pole high pass at 20 Hz that keeps its state between chunks.

    y[n] = a y[n-1] + (1 + a)/2 (x[n] - x[n-1]),  a = exp(-2 pi f / rate): zero at DC, gain 1 at the
    Nyquist frequency (J. O. Smith, "Introduction to Digital Filters", DC blocker). The recursion is
    solved per block as y[n] = a^(n+1) (y[-1] + sum_k a^-(k+1) d[k]), which float64 holds for 1024
    samples at any speech rate. The first sample counts as the offset, so the output starts at 0.
    """

    _BLOCK = 1024

    def __init__(self, rate: int) -> None:
        pole = math.exp(-2 * math.pi * CUTOFF_HZ / rate)
        self._decay = pole ** np.arange(1, self._BLOCK + 1)
        self._growth = (1 + pole) / 2 / self._decay
        self._x: float | None = None
        self._y = 0.0

    def __call__(self, x: Samples) -> Samples:
        """Filter the next samples, shape (n,) in and out, n >= 1."""
        n = len(x)
        rows = -(-n // self._BLOCK)
        d = np.zeros(rows * self._BLOCK)
        np.subtract(x[1:], x[:-1], out=d[1:n])
        d[0] = 0.0 if self._x is None else float(x[0]) - self._x
        y_blocks = d.reshape(rows, self._BLOCK)
        y_blocks *= self._growth
        np.cumsum(y_blocks, axis=1, out=y_blocks)
        carry = np.empty((rows, 1))
        y = self._y
        for row, total in enumerate(y_blocks[:, -1].tolist()):
            carry[row] = y
            y = (y + total) * float(self._decay[-1])
        y_blocks += carry
        y_blocks *= self._decay
        out = y_blocks.reshape(-1)[:n].astype(np.float32)
        self._x, self._y = float(x[-1]), float(out[-1])
        return out


class Loudness:
    """Gated RMS of a stream: the mean power of the 20 ms frames within 40 dB of the loudest one.

    The relative gate of ITU-R BS.1770 without its frequency weighting: on speech it agrees with
    LUFS to about 0.5 dB (sd) and also works below 0.4 s.
    """

    _FRAME_S = 0.020
    _GATE = 1e-4

    def __init__(self, rate: int) -> None:
        self._frame = max(1, round(rate * self._FRAME_S))
        self._rest = np.zeros(0, np.float32)
        self._powers: list[NDArray[np.float32]] = []

    def add(self, x: Samples) -> None:
        """Hear the next samples, shape (n,)."""
        x = np.concatenate((self._rest, x)) if len(self._rest) else x
        whole = len(x) // self._frame * self._frame
        if whole:
            frames = x[:whole].reshape(-1, self._frame)
            self._powers.append(np.einsum("ij,ij->i", frames, frames) / self._frame)
        self._rest = x[whole:].copy()

    @property
    def rms(self) -> float:
        """Gated RMS so far, full scale 1.0; 0.0 if there was nothing but silence."""
        powers = list(self._powers)
        if not powers and len(self._rest):
            powers = [np.square(self._rest).mean(keepdims=True)]
        if not powers:
            return 0.0
        power = np.concatenate(powers)
        return float(np.sqrt(power[power >= power.max() * self._GATE].mean()))


def gain_for(rms: float) -> float:
    """The factor that brings a gated RMS above 0 to -20 dBFS, at most +18 dB."""
    return min(TARGET_RMS / rms, MAX_GAIN)


def likely(rms: float, expected: float) -> float:
    """The gated RMS of a voice after one line of it: no more than `SURPRISE` below what is expected
    of the voice, or below -20 dBFS if that is less.

    `expected` is 0.0 where it is not known. A line that is louder is taken as it is.
    """
    return max(rms, min(expected, TARGET_RMS) / SURPRISE)


class Gains:
    """What is known of each voice's loudness: the median of its last 20 utterances."""

    _UTTERANCES = 20
    _VOICES = 256

    def __init__(self) -> None:
        self._heard: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def of(self, voice: Hashable) -> float | None:
        """The gain of a voice, or None if it has not been heard."""
        heard = self._heard.get(voice)
        if not heard:
            return None
        self._heard.move_to_end(voice)
        return gain_for(statistics.median(heard))

    def learn(self, voice: Hashable, rms: float, expected: float = 0.0) -> None:
        """Remember the gated RMS of one utterance; silence teaches nothing.

        `expected` is as `likely` takes it, and counts for a voice's first utterance.
        """
        if rms > 0.0:
            if voice not in self._heard:
                self._heard[voice] = deque(maxlen=self._UTTERANCES)
                rms = likely(rms, expected)
            self._heard[voice].append(rms)
            self._heard.move_to_end(voice)
            if len(self._heard) > self._VOICES:
                self._heard.popitem(last=False)


class Levels:
    """The whole chain for one utterance: `feed` every chunk, then `finish` once.

    `gain` is the voice's; None takes it from the first chunk that is not silent, which is exact for
    an engine that gives whole clips. `expected` is the gated RMS that the voice should have, 0.0 if
    that is not known.
    """

    def __init__(self, gain: float | None, max_seconds: float, expected: float = 0.0) -> None:
        self._gain = gain
        self._expected = expected
        self._max_seconds = max_seconds
        self._rate = 0
        self._raw = 0
        """Samples taken in."""
        self._kept = 0
        """Samples since the leading trim, held ones included."""
        self._sent = 0
        self._cut: int | None = None
        """Samples trimmed in front; None until there was a sound."""
        self._lead = np.zeros(0, np.float32)
        self._held = np.zeros(0, np.float32)
        """The newest sound, as long as the end fade."""
        self._quiet: list[Samples] = []
        """What came after it, and may turn out to be the end."""
        self._words: list[Word] = []

    @property
    def full(self) -> bool:
        """Whether the seconds cap is reached: more audio would not be heard."""
        return self._rate > 0 and (self._raw if self._cut is None else self._kept) >= self._cap

    @property
    def rms(self) -> float:
        """Gated RMS of the raw utterance so far."""
        return self._loudness.rms if self._rate else 0.0

    def feed(self, chunk: Chunk) -> Chunk | None:
        """What of the stream may be played now; None if nothing yet. Raises EngineFailed."""
        self._check(chunk)
        self._words.extend(chunk.words)
        if not len(chunk.samples) or self.full:
            return None
        x = self._high_pass(chunk.samples)
        self._raw += len(x)
        self._loudness.add(x)
        if self._gain is None and (rms := self._loudness.rms) * MAX_GAIN >= SILENCE:
            self._gain = gain_for(likely(rms, self._expected))
        if self._gain is None:
            self._lead = np.concatenate((self._lead, x))[-self._samples(LEAD_S) :]
            return None
        return self._trim(x * np.float32(self._gain))

    def finish(self) -> Chunk | None:
        """The last of the audio, faded out. Raises EngineFailed if nothing was ever heard."""
        if self._cut is None:
            raise EngineFailed(f"the engine gave {self._raw} samples and not one is audible")
        quiet = np.concatenate(self._quiet) if self._quiet else self._held[:0]
        x = np.concatenate((self._held, quiet[: self._samples(TAIL_S)]))[: self._cap - self._sent]
        fade = min(self._samples(FADE_S), len(x))
        x[len(x) - fade :] *= _rise(fade)[::-1]
        return self._send(x)

    def _samples(self, seconds: float) -> int:
        return round(seconds * self._rate)

    def _check(self, chunk: Chunk) -> None:
        x, rate = chunk.samples, chunk.sample_rate
        if not isinstance(x, np.ndarray) or x.dtype != np.float32 or x.ndim != 1:
            raise EngineFailed("the engine gave something that is not mono float32 audio")
        # NaN fails the comparison too.
        if len(x) and not float(np.abs(x).max()) <= MAX_PEAK:
            raise EngineFailed(f"the engine gave audio that is not finite, or above {MAX_PEAK}")
        if not self._rate:
            if not 8_000 <= rate <= 192_000:
                raise EngineFailed(f"the engine gave audio at {rate!r} samples per second")
            self._rate = rate
            self._cap = self._samples(self._max_seconds)
            self._high_pass = HighPass(rate)
            self._loudness = Loudness(rate)
        elif rate != self._rate:
            raise EngineFailed(f"the sample rate changed from {self._rate} to {rate}")

    def _trim(self, x: Samples) -> Chunk | None:
        loud = np.abs(x) >= SILENCE
        first = int(loud.argmax())
        if not loud[first]:
            if self._cut is None:
                self._lead = np.concatenate((self._lead, x))[-self._samples(LEAD_S) :]
            else:
                self._kept += len(x)
                self._quiet.append(x)
            return None
        end = len(x) - int(loud[::-1].argmax())
        if self._cut is None:
            before = self._raw - len(x) - len(self._lead)
            x = np.concatenate((self._lead, x))
            end += len(self._lead)
            start = max(0, first + len(self._lead) - self._samples(LEAD_S))
            x, end = x[start:], end - start
            self._cut = before + start
        sound = np.concatenate((self._held, *self._quiet, x[:end]))
        self._quiet = [x[end:]]
        self._kept += len(x)
        ready = max(0, len(sound) - self._samples(FADE_S))
        self._held = sound[ready:]
        return self._send(sound[:ready])

    def _send(self, x: Samples) -> Chunk | None:
        x = x[: self._cap - self._sent]
        if not len(x):
            return None
        fade, cap_fade = self._samples(FADE_S), min(self._samples(CAP_FADE_S), self._cap)
        _shape(x, self._sent, 0, _rise(fade))
        _shape(x, self._sent, self._cap - cap_fade, _rise(cap_fade)[::-1])
        self._sent += len(x)
        shift = (self._cut or 0) / self._rate
        words = tuple(
            replace(w, at=max(0.0, w.at - shift))
            for w in self._words
            if w.at - shift < self._max_seconds
        )
        self._words.clear()
        return Chunk(x, self._rate, words)


@lru_cache(maxsize=8)
def _rise(n: int) -> NDArray[np.float32]:
    """A raised-cosine fade-in of n samples, strictly between 0 and 1. Not to be written to."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / max(n, 1))).astype(np.float32)


def _shape(x: Samples, position: int, start: int, curve: NDArray[np.float32]) -> None:
    """Multiply, in place, what the curve at `start` covers of x, which lies at `position`."""
    a, b = max(position, start), min(position + len(x), start + len(curve))
    if a < b:
        x[a - position : b - position] *= curve[a - start : b - start]
