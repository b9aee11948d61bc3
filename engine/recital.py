"""How an engine says many texts: asked in pieces, between the lines that it speaks.

Does not know what the answers are for. A line that comes meanwhile waits for one piece at most, and
a piece over which workers end or fall silent is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from engine.speech import EngineFailed
from engine.supervisor import Supervisor

log = logging.getLogger(__name__)

_PIECE = 16
"""Texts of a piece: words take 20 to 60 us each."""
_GAP_S = 0.002
"""Between pieces, so that they never take a whole core from what sounds."""
_TRIES = 3
_PAUSES_S = (0.2, 1.0, 5.0, 30.0)
"""Before a piece is asked for again; the last one again and again."""


async def recite(supervisor: Supervisor, texts: Sequence[str], voice: str) -> list[str]:
    """The phonemes of each text in IPA, in order; empty where none could be had.

    Waits for a worker as long as it takes. An engine that tells no phonemes gives none at once.

    Raises:
        EngineMissing: something must be installed first.
    """
    await supervisor.wait_ready()
    if not supervisor.tells_phonemes:
        return [""] * len(texts)
    told: list[str] = []
    for start in range(0, len(texts), _PIECE):
        told += await _piece(supervisor, texts[start : start + _PIECE], voice)
        await asyncio.sleep(_GAP_S)
    missed = told.count("")
    if missed:
        log.debug("%s: of %d texts there are no phonemes", supervisor.name, missed)
    return told


async def _piece(supervisor: Supervisor, texts: Sequence[str], voice: str) -> Sequence[str]:
    tries = pauses = 0
    while tries < _TRIES:
        if pauses:
            await asyncio.sleep(_PAUSES_S[min(pauses, len(_PAUSES_S)) - 1])
        pauses += 1
        try:
            told = await supervisor.phonemes(texts, voice)
        except EngineFailed:
            continue  # told by the supervisor; the piece waits for a worker that may be asked
        if told is not None:
            return told
        tries += 1
    log.warning("%s: does not tell the phonemes of %d words", supervisor.name, len(texts))
    return [""] * len(texts)
