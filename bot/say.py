"""`python -m bot say`: one text, spoken or written to a file, beside whatever else runs.

Audio that is there already goes the same way. Does not filter: the text is the user's own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from bot import exits
from bot.app import build_engines
from bot.audio.mixer import Outcome
from bot.audio.player import OutputUnavailable, Player, State
from bot.outputs import check_output
from bot.settings import Settings
from bot.telemetry import set_up_logging
from engine.speech import (
    BadRequest,
    Chunk,
    EngineMissing,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
)
from engine.supervisor import Engines
from filters.fold import clean

_UTTERANCE = "say"


async def say(
    settings: Settings, text: str, *, out: Path | None, voice: str | None, alone: bool = False
) -> int:
    """Speak `text` to the output, or into the file `out`. Raises exits.Exit.

    `alone`: by the engine that is set or not at all.
    """
    set_up_logging("error")
    text = clean(text)
    if not text:
        raise exits.BadInput("there is nothing to say in this text")
    player = _player(settings, out)
    speech = settings.speech
    request = SpeechRequest(text, voice or speech.voice, speech.rate, max_seconds=60.0)
    engines = build_engines(speech.engine)
    if alone:
        engines = Engines(engines.primary)
    async with _started(player, engines):
        chunks = await _spoken(request, engines)
        return await _heard(player, chunks, out)


async def play(settings: Settings, chunks: Sequence[Chunk], *, out: Path | None) -> int:
    """Play audio that may be played, as `say`. Raises exits.Exit."""
    set_up_logging("error")
    player = _player(settings, out)
    async with _started(player):
        return await _heard(player, chunks, out)


def _player(settings: Settings, out: Path | None) -> Player:
    output = settings.audio.output if out is None else f"wav:{out}"
    check_output(output)
    return Player(output, fast=out is not None, volume=settings.audio.volume, gap=0.0)


@asynccontextmanager
async def _started(player: Player, engines: Engines | None = None) -> AsyncGenerator[None, None]:
    await player.start()
    if engines is not None:
        engines.start()
    try:
        await player.wait_settled()
        if player.state is State.WAITING:
            raise exits.NothingHeard(player.text)
        if engines is not None:
            await engines.wait_ready()
        yield
    except (EngineMissing, OutputUnavailable) as error:
        raise exits.NothingHeard(str(error)) from None
    finally:
        if engines is not None:
            await engines.aclose()
        await player.aclose()


async def _spoken(request: SpeechRequest, engines: Engines) -> list[Chunk]:
    why: SpeechError | None = None
    for attempt in engines.attempts():
        try:
            async with aclosing(attempt.speak(request)) as audio:
                return [chunk async for chunk in audio]
        except UnknownVoice as error:
            raise exits.BadInput(f"{error}; see: python -m bot voices") from None
        except BadRequest as error:
            raise exits.BadInput(str(error)) from None
        except SpeechError as error:
            why = error
    raise exits.NothingHeard(f"no engine could say it: {why}")


async def _heard(player: Player, chunks: Sequence[Chunk], out: Path | None) -> int:
    player.play(_UTTERANCE)
    for chunk in chunks:
        player.feed(_UTTERANCE, chunk)
    player.finish(_UTTERANCE)
    ended = await player.wait_ended(_UTTERANCE)
    if ended.outcome is not Outcome.PLAYED:
        raise exits.NothingHeard(f"it was not heard to its end: {player.text}")
    if out is not None:
        print(f"{out}: {ended.seconds:.1f} s")  # noqa: T201 - the command's result
    return exits.STOPPED
