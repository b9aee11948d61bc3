"""Who speaks a line: the chosen voice, that voice again on a fresh worker, the last resort.

Does not keep workers alive (supervisor.py does), nor know how audio is made or played.

    for attempt in engines.attempts():
        try:
            async with aclosing(attempt.speak(request)) as chunks:
                async for chunk in chunks:
                    ...
            break
        except SpeechError:
            ...  # take back what was played of it; the next attempt has the whole text again
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace

from engine.speech import (
    Chunk,
    EngineMissing,
    Judge,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
)
from engine.supervisor import PATIENCE_S, State, Supervisor

HASTE_S = 0.9
"""As `PATIENCE_S`, where another engine could speak the line. Also the first-chunk deadline of a
second try then: both together stay within the 2 s in which a failed line must be heard."""


class Attempt:
    """One engine's go at a line."""

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        patience_s: float,
        first_chunk_s: float | None = None,
        voice: str | None = None,
        ear: Supervisor | None = None,
    ) -> None:
        """`voice` is used where the request, made for another engine, names no `stand_in`; `ear`
        tells phonemes for an engine that does not."""
        self.name = supervisor.name
        self.error: SpeechError | None = None
        """How it failed."""
        self._supervisor = supervisor
        self._patience_s = patience_s
        self._first_chunk_s = first_chunk_s
        self._voice = voice
        self._ear = ear

    async def speak(
        self, request: SpeechRequest, judge: Judge | None = None
    ) -> AsyncGenerator[Chunk, None]:
        """As `Supervisor.speak`."""
        if self._voice is not None:
            request = _stood_in(request, self._voice)
        try:
            if judge is not None and self._ear is not None and not self._supervisor.tells_phonemes:
                await self._ear.hear(_stood_in(request, ""), judge)
            chunks = self._supervisor.speak(
                request,
                patience_s=self._patience_s,
                first_chunk_s=self._first_chunk_s,
                judge=judge,
            )
            async with aclosing(chunks):
                async for chunk in chunks:
                    yield chunk
        except SpeechError as error:
            self.error = error
            raise


def _stood_in(request: SpeechRequest, voice: str) -> SpeechRequest:
    """The request as the engine gets it that stands in, in `voice` if none is named for it."""
    return replace(request, voice=request.stand_in or voice)


class Engines:
    """The voice that was chosen, and the one that speaks when it cannot."""

    def __init__(
        self,
        primary: Supervisor,
        last_resort: Supervisor | None = None,
        *,
        last_resort_voice: str = "",
    ) -> None:
        """`last_resort` is None, or the primary, where there is no second engine."""
        self.primary = primary
        self.last_resort = last_resort if last_resort is not primary else None
        self._last_resort_voice = last_resort_voice

    def attempts(self) -> Iterator[Attempt]:
        """The engines to try for one line, in order; take the next one only when one has failed.

        The primary, unless it will not be ready soon; the primary again on a fresh worker if that
        can help; the last resort. A voice that an engine does not know loses no line: where there
        is no last resort, the primary says it in a voice of its own.
        """
        other = self._stand_in()
        if other is not None and not self.primary.worth_waiting:
            yield self._standing_in(other)
            return
        patience_s = PATIENCE_S if other is None else HASTE_S
        tried = Attempt(self.primary, patience_s=patience_s, ear=other)
        yield tried
        if tried.error is None or tried.error.retryable:
            limit_s = self.primary.spec.first_chunk_s
            if other is not None:
                limit_s = min(limit_s, HASTE_S)
            if other is None or self.primary.worth_waiting:
                tried = Attempt(
                    self.primary, patience_s=patience_s, first_chunk_s=limit_s, ear=other
                )
                yield tried
        if other is not None:
            yield self._standing_in(other)
        elif isinstance(tried.error, UnknownVoice):
            yield Attempt(self.primary, patience_s=patience_s, voice=self._last_resort_voice)

    def _stand_in(self) -> Supervisor | None:
        """The engine that can speak what the primary cannot."""
        other = self.last_resort
        return None if other is None or other.state is State.MISSING else other

    def _standing_in(self, other: Supervisor) -> Attempt:
        return Attempt(other, patience_s=PATIENCE_S, voice=self._last_resort_voice)

    def start(self) -> None:
        """Start every worker, in the running loop."""
        for supervisor in self.supervisors():
            supervisor.start()

    async def wait_ready(self) -> None:
        """Wait until a line can be spoken by one of them; raises EngineMissing if by none.

        The last resort counts first: it is the quick one.
        """
        for supervisor in reversed(self.supervisors()):
            try:
                return await supervisor.wait_ready()
            except EngineMissing as error:
                missing = error
        raise missing

    async def aclose(self) -> None:
        """End every worker."""
        await asyncio.gather(*(s.aclose() for s in self.supervisors()))

    def supervisors(self) -> list[Supervisor]:
        """Every engine, the primary first."""
        return [s for s in (self.primary, self.last_resort) if s is not None]
