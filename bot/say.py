"""`python -m bot say`: one text, spoken or written to a file, beside whatever else runs.

Does not filter: the text is the user's own.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from bot import exits
from bot.audio.mixer import Outcome
from bot.audio.player import Ended, OutputUnavailable, Player, State
from bot.engines import F5, build_engines, uses_f5
from bot.outputs import check_output
from bot.progress import Progress
from bot.settings import Settings
from bot.telemetry import set_up_logging
from engine.attempts import Engines
from engine.speech import (
    BadRequest,
    EngineMissing,
    EngineSlow,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
)
from engine.supervisor import State as Worker
from engine.supervisor import Supervisor
from engine.voices import DEFAULT
from filters.fold import clean

_UTTERANCE = "say"


async def say(settings: Settings, text: str, *, out: Path | None, voice: str | None) -> int:
    """Speak `text` to the output, or into the file `out`. Raises exits.Exit."""
    bar = set_up_logging("error")
    text = clean(text)
    if not text:
        raise exits.BadInput("there is nothing to say in this text")
    output = settings.audio.output if out is None else f"wav:{out}"
    check_output(output)
    player = Player(output, fast=out is not None, volume=settings.audio.volume, gap=0.0)
    if voice is not None and uses_f5(settings):
        # Whoever asks for a voice waits for it, however slow it is.
        forced = settings.speech.model_copy(update={"engine": F5})
        settings = settings.model_copy(update={"speech": forced})
    engines = build_engines(settings, Progress(F5, bar))
    async with _started(player, engines):
        if uses_f5(settings):
            await _tried(engines.primary)
        ended = await _spoken(_request(settings, text, voice), engines, player)
    if ended.outcome is not Outcome.PLAYED:
        raise exits.NothingHeard(f"it was not heard to its end: {player.text}")
    if out is not None:
        print(f"{out}: {ended.seconds:.1f} s")  # noqa: T201 - the command's result
    return exits.STOPPED


def _request(settings: Settings, text: str, voice: str | None) -> SpeechRequest:
    """In the voice that was asked for, of whichever engine has it, else the one that is set."""
    named = "" if voice in (None, DEFAULT) else voice or ""
    own = named or settings.speech.voice
    first = (named or settings.f5.voice) if uses_f5(settings) else own
    return SpeechRequest(text, first, settings.speech.rate, max_seconds=60.0, stand_in=own)


async def _tried(f5: Supervisor) -> None:
    await f5.wait_tried()
    if f5.state is Worker.MISSING:
        try:
            await f5.wait_ready()
        except EngineSlow as error:
            print(f"{F5}: {error}", file=sys.stderr)  # noqa: T201 - a command's own output
        except EngineMissing:
            pass  # the supervisor has told who must act


@asynccontextmanager
async def _started(player: Player, engines: Engines) -> AsyncGenerator[None, None]:
    await player.start()
    engines.start()
    try:
        await player.wait_settled()
        if player.state is State.WAITING:
            raise exits.NothingHeard(player.text)
        await engines.wait_ready()
        yield
    except (EngineMissing, OutputUnavailable) as error:
        raise exits.NothingHeard(str(error)) from None
    finally:
        await engines.aclose()
        await player.aclose()


async def _spoken(request: SpeechRequest, engines: Engines, player: Player) -> Ended:
    why: SpeechError | None = None
    for attempt in engines.attempts():
        try:
            async with aclosing(attempt.speak(request)) as audio:
                chunks = [chunk async for chunk in audio]
        except UnknownVoice as error:
            why = why or error
            if attempt.name == F5:
                continue  # it may be one of the embedded voice
            if isinstance(why, UnknownVoice):
                raise exits.BadInput(f"{why}; see: python -m bot voices") from None
        except BadRequest as error:
            raise exits.BadInput(str(error)) from None
        except SpeechError as error:
            why = error
            continue
        player.play(_UTTERANCE)
        for chunk in chunks:
            player.feed(_UTTERANCE, chunk)
        player.finish(_UTTERANCE)
        return await player.wait_ended(_UTTERANCE)
    raise exits.NothingHeard(f"no engine could say it: {why}")
