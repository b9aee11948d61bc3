"""One utterance on its way through the mixer: chunks in, samples out, and how far it is.

Does not know its neighbours, fades or time. Only the thread that renders touches it.
"""

from __future__ import annotations

from collections import deque

from engine.speech import Samples


class Utterance:
    """The samples of one utterance that are still to be played."""

    __slots__ = ("available", "cancelled", "chunks", "finished", "id", "offset", "played")

    def __init__(self, utterance: str) -> None:
        self.id = utterance
        self.chunks: deque[Samples] = deque()
        self.offset = 0
        self.available = 0
        self.finished = False
        self.cancelled = False
        self.played = 0

    def take(self, out: Samples) -> None:
        """Moves the next len(out) <= available samples into `out`."""
        done = 0
        while done < len(out):
            chunk = self.chunks[0]
            n = min(len(out) - done, len(chunk) - self.offset)
            out[done : done + n] = chunk[self.offset : self.offset + n]
            done += n
            self.offset += n
            if self.offset == len(chunk):
                self.chunks.popleft()
                self.offset = 0
        self.available -= done
        self.played += done
