"""An engine for the benchmark that hangs: it gives some seconds of sound at once, and never ends.

Does not stop when it is told to, as an engine that hangs does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from engine.speech import Chunk, SpeechRequest, Voice

NAME = f"{__name__}:Hung"
"""How it is named as an engine of one's own."""
_RATE = 24_000
_SECONDS = 4.0


class Hung:
    """Sounds, and hangs."""

    name = "hung"
    calibration = ""

    def load(self) -> None:
        """Nothing to load."""

    def voices(self) -> list[Voice]:
        """None to choose."""
        return [Voice("hung", "Hung")]

    def synthesise(
        self, request: SpeechRequest, emit: Callable[[Chunk], None], cancelled: Callable[[], bool]
    ) -> None:
        """A tone, and then no answer for ever; of the unheard trial at the start just the tone."""
        del cancelled
        t = np.arange(round(_SECONDS * _RATE)) / _RATE
        emit(Chunk((0.3 * np.sin(2 * np.pi * 220 * t)).astype(np.float32), _RATE))
        while request.text != "ready":
            time.sleep(1.0)

    def close(self) -> None:
        """Nothing to give back."""
