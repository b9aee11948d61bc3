"""When a worker is asked how it would say something, so that asking never costs a line.

A worker that is late with its answers is left alone for some lines; one that replaces a worker
which ended over such a question must have spoken first. Does not know what the answers are for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.child import Child
from engine.speech import EngineFailed, Judge, Refused, SpeechRequest

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

    async def hear(self, child: Child, request: SpeechRequest, judge: Judge) -> None:
        """Raise Refused if a line is not to be said as `child`, which must be idle, would say it.

        A line of which that does not come to be known may be said.
        """
        question = judge(self._name, request) if child.tells_phonemes else None
        if question is None:
            return
        told = await self.phonemes(child, question.texts, request.voice) if question.texts else ()
        if told is not None and (reason := question.refused(told)) is not None:
            raise Refused(reason)

    async def phonemes(self, child: Child, texts: Sequence[str], voice: str) -> list[str] | None:
        """How `child`, which must be idle, would say each text, in IPA; None if that is not known.

        Texts that it has no phonemes of come as empty ones.
        """
        if not self._may_be_asked(child):
            return None
        if self._left_alone:
            self._left_alone -= 1
            return None
        told = await self._ask(child, texts, voice)
        if child.fate is not None:
            return None
        if told is None:
            self._late += 1
            if self._late >= _LATE:
                self._left_alone = _LINES
            if self._late == _LATE:
                log.warning("%s: late with phonemes, most lines go on without", self._name)
            return None
        if self._late >= _LATE:
            log.info("%s: phonemes come in time again", self._name)
        self._late = 0
        return told

    async def between_lines(
        self, child: Child, texts: Sequence[str], voice: str
    ) -> list[str] | None:
        """The same while no line waits for it: none is delayed by a late answer, so it may be late.

        Raises EngineFailed if `child` is not to be asked now.
        """
        if child.questioned or not self._may_be_asked(child):
            raise EngineFailed("not to be asked for phonemes now")
        return await self._ask(child, texts, voice)

    def _may_be_asked(self, child: Child) -> bool:
        return child.tells_phonemes and (child.spoken > 0 or not self._wary)

    async def _ask(self, child: Child, texts: Sequence[str], voice: str) -> list[str] | None:
        self._wary = False
        told = await child.phonemes(texts, voice)
        return told if told is not None and len(told) == len(texts) else None

    def over(self, child: Child) -> None:
        """A worker has ended."""
        self._wary = self._wary or child.questioned
