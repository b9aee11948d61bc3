"""Audio that is there already, played to the output or written into a file, beside whatever runs.

Does not know where it came from; engine/levels.py is behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot import exits
from bot.audio.mixer import Outcome
from bot.audio.player import OutputUnavailable, Player, State
from bot.outputs import check_output
from bot.settings import Settings
from engine.speech import Chunk

_UTTERANCE = "play"


async def play(settings: Settings, chunks: Sequence[Chunk], *, out: Path | None) -> int:
    """Play to the output, or into the file `out`. Raises exits.Exit."""
    output = settings.audio.output if out is None else f"wav:{out}"
    check_output(output)
    player = Player(output, fast=out is not None, volume=settings.audio.volume, gap=0.0)
    await player.start()
    try:
        await player.wait_settled()
        if player.state is State.WAITING:
            raise exits.NothingHeard(player.text)
        player.play(_UTTERANCE)
        for chunk in chunks:
            player.feed(_UTTERANCE, chunk)
        player.finish(_UTTERANCE)
        ended = await player.wait_ended(_UTTERANCE)
        if ended.outcome is not Outcome.PLAYED:
            raise exits.NothingHeard(f"it was not heard to its end: {player.text}")
    except OutputUnavailable as error:
        raise exits.NothingHeard(str(error)) from None
    finally:
        await player.aclose()
    if out is not None:
        print(f"{out}: {ended.seconds:.1f} s")  # noqa: T201 - the command's result
    return exits.STOPPED
