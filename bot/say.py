"""`python -m bot say`: one text, spoken or written to a file, beside whatever else runs.

Does not filter: the text is the user's own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from bot import exits
from bot.app import build_engines
from bot.audio.mixer import Outcome
from bot.audio.player import Ended, OutputUnavailable, Player, State
from bot.outputs import check_output
from bot.settings import Settings
from bot.telemetry import set_up_logging
from engine.speech import BadRequest, EngineMissing, SpeechError, SpeechRequest, UnknownVoice
from engine.supervisor import Engines
from filters.fold import clean

_UTTERANCE = "say"


async def say(settings: Settings, text: str, *, out: Path | None, voice: str | None) -> int:
    """Speak `text` to the output, or into the file `out`. Raises exits.Exit."""
    set_up_logging("error")
    text = clean(text)
    if not text:
        raise exits.BadInput("there is nothing to say in this text")
    output = settings.audio.output if out is None else f"wav:{out}"
    check_output(output)
    speech = settings.speech
    request = SpeechRequest(text, voice or speech.voice, speech.rate, max_seconds=60.0)
    player = Player(output, fast=out is not None, volume=settings.audio.volume, gap=0.0)
    async with _started(player, build_engines(speech.engine)) as engines:
        ended = await _spoken(request, engines, player)
    if ended.outcome is not Outcome.PLAYED:
        raise exits.NothingHeard(f"it was not heard to its end: {player.text}")
    if out is not None:
        print(f"{out}: {ended.seconds:.1f} s")  # noqa: T201 - the command's result
    return exits.STOPPED


@asynccontextmanager
async def _started(player: Player, engines: Engines) -> AsyncGenerator[Engines, None]:
    await player.start()
    engines.start()
    try:
        await player.wait_settled()
        if player.state is State.WAITING:
            raise exits.NothingHeard(player.text)
        await engines.wait_ready()
        yield engines
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
            raise exits.BadInput(f"{error}; see: python -m bot voices") from None
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
