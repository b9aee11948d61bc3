"""The utterances that have not ended: their samples as they came, and their way into a mixer.

Does not know devices, pipes or threads: one thread calls all of it. A mixer lives as long as its
device keeps its rate; the samples as they came are kept until an utterance has ended, so that a
fresh mixer, at whatever rate, gets every one of them again from its start. Memory is bounded by
who sends: the player opens few utterances and caps their seconds.
"""

from __future__ import annotations

from queue import SimpleQueue

import numpy as np
import soxr

from bot.audio.mixer import Ended, Mixer, MixerEvent, Outcome
from engine.speech import Samples


class _Track:
    def __init__(self) -> None:
        self.chunks: list[Samples] = []
        self.sample_rate = 0
        self.finished = False
        self.started = False
        self.cancelled = False
        self.withdrawn = False
        self.resampler: soxr.ResampleStream | None = None

    def convert(self, samples: Samples, sample_rate: int, last: bool) -> Samples:
        """`samples` at the mixer's rate; what the resampler holds back comes with `last`."""
        if self.sample_rate in (0, sample_rate):
            return samples
        if self.resampler is None:
            self.resampler = soxr.ResampleStream(
                self.sample_rate, sample_rate, 1, dtype="float32", quality="HQ"
            )
        converted: Samples = self.resampler.resample_chunk(samples, last=last)
        return converted


_NOTHING = np.zeros(0, np.float32)


class Tracks:
    """Keeps utterances and passes them, and what is to be done with them, to the mixer."""

    def __init__(self, events: SimpleQueue[MixerEvent]) -> None:
        self._events = events
        self._tracks: dict[str, _Track] = {}
        self._mixer: Mixer | None = None

    def __len__(self) -> int:
        return len(self._tracks)

    def attach(self, mixer: Mixer) -> None:
        """Gives everything that has not ended to `mixer`, from its start, in order."""
        self._mixer = mixer
        for utterance, track in list(self._tracks.items()):
            if track.cancelled or (track.withdrawn and not track.started):
                self._end_here(utterance)
                continue
            mixer.add(utterance)
            track.resampler = None
            for chunk in track.chunks:
                mixer.feed(utterance, track.convert(chunk, mixer.sample_rate, last=False))
            if track.finished:
                self._flush(utterance, track, mixer)

    def detach(self) -> None:
        """The mixer's device is gone. What is cancelled or withdrawn from now on ends at once."""
        self._mixer = None
        for utterance, track in list(self._tracks.items()):
            if track.cancelled:
                self._end_here(utterance)

    def add(self, utterance: str) -> None:
        """Opens an utterance, to be played after those opened before."""
        self._tracks[utterance] = _Track()
        if self._mixer is not None:
            self._mixer.add(utterance)

    def feed(self, utterance: str, samples: Samples, sample_rate: int) -> None:
        """Adds mono samples, shape (n,). One that has ended takes none."""
        track = self._tracks.get(utterance)
        if track is None:
            return
        if not np.isfinite(samples).all():
            # The resampler would smear one NaN over a whole block.
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        track.sample_rate = sample_rate
        track.chunks.append(samples)
        if self._mixer is not None:
            converted = track.convert(samples, self._mixer.sample_rate, last=False)
            self._mixer.feed(utterance, converted)

    def finish(self, utterance: str) -> None:
        """Says that no more samples will come."""
        track = self._tracks.get(utterance)
        if track is None or track.finished:
            return
        track.finished = True
        if self._mixer is not None:
            self._flush(utterance, track, self._mixer)

    def cancel(self, utterance: str, fade_s: float) -> None:
        """Ends an utterance, with a fade if it is heard."""
        track = self._tracks.get(utterance)
        if track is None:
            return
        track.cancelled = True
        if self._mixer is not None:
            self._mixer.cancel(utterance, fade_s)
        else:
            self._end_here(utterance)

    def cancel_all(self, fade_s: float) -> None:
        """Ends every utterance, the last one first so that none begins."""
        for utterance in reversed(list(self._tracks)):
            self.cancel(utterance, fade_s)

    def withdraw(self, utterance: str) -> None:
        """Ends an utterance of which nothing was heard yet; no effect on any other."""
        track = self._tracks.get(utterance)
        if track is None or track.started:
            return
        track.withdrawn = True
        if self._mixer is not None:
            self._mixer.withdraw(utterance)
        else:
            self._end_here(utterance)

    def started(self, utterance: str) -> None:
        """The mixer says that the utterance has begun."""
        if utterance in self._tracks:
            self._tracks[utterance].started = True

    def ended(self, utterance: str) -> None:
        """The mixer says that the utterance is over: its samples are let go."""
        self._tracks.pop(utterance, None)

    def _flush(self, utterance: str, track: _Track, mixer: Mixer) -> None:
        mixer.feed(utterance, track.convert(_NOTHING, mixer.sample_rate, last=True))
        mixer.finish(utterance)

    def _end_here(self, utterance: str) -> None:
        track = self._tracks.pop(utterance)
        outcome = Outcome.CANCELLED if track.cancelled else Outcome.WITHDRAWN
        self._events.put(Ended(utterance, outcome, 0))
