"""When a worker is asked how it would say a line, so that asking never costs the line.

A worker that is late with its answers is left alone for some lines; one that replaces a worker
which ended over such a question must have spoken first. Does not know what the answers are for.
"""

from __future__ import annotations

import logging

from engine.child import Child
from engine.speech import SpeechRequest

log = logging.getLogger(__name__)

_LATE = 3
"""Answers in a row that may be late before the worker is left alone."""
_LINES = 20
"""Lines for which it then is."""


class Inquiry:
    """Asks the workers of one engine, one after the other."""

    def __init__(self, name: str) -> None:
        """`name` is the engine's, for logs."""
        self._name = name
        self._late = 0
        self._left_alone = 0
        self._wary = False

    async def phonemes(self, child: Child, request: SpeechRequest) -> str:
        """What `child`, which must be idle, would say, in IPA; empty if that is not known."""
        if not child.tells_phonemes or (self._wary and not child.spoken):
            return ""
        if self._left_alone:
            self._left_alone -= 1
            return ""
        self._wary = False
        told = await child.phonemes(request.text, request.voice)
        if told is None:
            self._late += 1
            if self._late >= _LATE:
                self._left_alone = _LINES
            if self._late == _LATE:
                log.warning("%s: late with phonemes, most lines go on without", self._name)
            return ""
        if self._late >= _LATE:
            log.info("%s: phonemes come in time again", self._name)
        self._late = 0
        return told

    def over(self, child: Child) -> None:
        """A worker has ended."""
        self._wary = self._wary or child.questioned
