"""How far an engine is with loading: a bar on a terminal, elsewhere a line in the log for a stage.

Does not know what is loaded. The bar is one line on standard error that is drawn again and again;
telemetry's log handler takes it away while it writes a line.
"""

from __future__ import annotations

import logging
import shutil
from typing import TextIO

log = logging.getLogger(__name__)

_WIDTH = 24


class Bar:
    """The last line of a terminal. On anything else it is never drawn."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.text = ""
        """What is drawn now."""
        self.on_terminal = stream is not None and stream.isatty()

    def draw(self, text: str) -> None:
        """Show a text in place of what was there; an empty one takes the line away."""
        if self._stream is None or not self.on_terminal:
            return
        columns = shutil.get_terminal_size().columns
        text = text[: columns - 1]
        # Spaces, since not every console on Windows knows how to erase a line.
        end = "" if text else "\r"
        self._stream.write(f"\r{text:<{len(self.text)}}{end}")
        self._stream.flush()
        self.text = text


class Progress:
    """Shows what the engine of a name tells of its loading."""

    def __init__(self, name: str, bar: Bar) -> None:
        self._name, self._bar = name, bar
        self._stage = ""
        self._told = False
        """Whether it has been ready, or has failed, before: the log has had its stages."""

    def __call__(self, stage: str, share: float) -> None:
        """Take what it is doing and how much of that is done, 0 to 1; no stage: it is over."""
        if not stage:
            self._bar.draw("")
            self._told = self._told or bool(self._stage)
        elif self._bar.on_terminal:
            done = round(_WIDTH * share)
            text = f"{self._name}: {stage} [{'#' * done:.<{_WIDTH}}] {share:4.0%}"
            if text != self._bar.text:
                self._bar.draw(text)
        elif stage != self._stage and not self._told:
            log.info("%s: %s ...", self._name, stage)
        self._stage = stage
