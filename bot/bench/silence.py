"""`bench silence`: from skip, pause and a deletion to silence, with an engine that works and with
one that hangs in the middle of the line.

The whole bot runs, into a real null sink whose monitor is recorded. The clock starts when the order
is given and stops at the time at which the last sample that is not silent was played.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bot import exits
from bot.app import Bot
from bot.bench import hung
from bot.bench.null_sink import Recorder
from bot.bench.report import percentiles, print_rows
from bot.bench.rig import bench_settings, line, recorded_sink, running
from bot.settings import Settings
from filters.message import Removal, RemovalKind

_AUDIBLE = 10 ** (-60 / 20)
_QUIET_S = 0.15
"""So much silence is no pause between two words of the voice."""
_REST_S = 0.4
_TEXT = "!tts all of these words are said one after the other and none of them is short of sound"
_PATIENCE_S = 20.0

_Way = Callable[[Bot, int], object]
_WAYS: dict[str, _Way] = {
    "skip": lambda bot, number: bot.control.skip(),
    "pause": lambda bot, number: bot.control.pause(),
    "purge": lambda bot, number: bot.intake.emit(
        Removal("bench", "bench", RemovalKind.DELETE, f"line-{number}")
    ),
}


def main(settings: Settings, *, times: int, as_json: bool) -> int:
    """Measure each way `times` times with either engine and print the percentiles in ms."""
    if times < 1:
        raise exits.BadInput("--times: at least 1")
    rows: dict[str, Any] = {"times": times, "unit": "ms"}
    for kind, engine in (("working", settings.speech.engine), ("hung", hung.NAME)):
        speech = settings.speech.model_copy(update={"engine": engine})
        limit = settings.limit.model_copy(update={"copies": False})
        chosen = bench_settings(settings.model_copy(update={"speech": speech, "limit": limit}))
        with recorded_sink() as recorder:
            for way, values in asyncio.run(_measure(chosen, times, recorder)).items():
                rows[f"{way}_to_silence_engine_{kind}"] = percentiles(values)
    print_rows(rows, as_json)
    return exits.STOPPED


async def _measure(settings: Settings, times: int, recorder: Recorder) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {way: [] for way in _WAYS}
    async with running(settings) as bot:
        for number in range(times * len(_WAYS)):
            way = list(_WAYS)[number % len(_WAYS)]
            found[way].append(await _one(bot, recorder, number, _WAYS[way]))
    return found


async def _one(bot: Bot, recorder: Recorder, number: int, act: _Way) -> float:
    """Milliseconds from one order to the end of the sound."""
    frame = recorder.frames
    await asyncio.to_thread(recorder.wait_for_silence, _REST_S, 0.0, frame)
    frame = recorder.frames
    bot.intake.emit(line(number, f"viewer{number}", _TEXT))
    await asyncio.to_thread(recorder.wait_for_sound, _AUDIBLE, frame, _PATIENCE_S)
    # At another moment of the device's block each time.
    await asyncio.sleep(0.15 + number % 7 * 0.003)
    frame, at = recorder.frames, time.monotonic()
    act(bot, number)
    last = await asyncio.to_thread(recorder.wait_for_silence, _QUIET_S, 0.0, frame)
    took = (recorder.time_of(last) - at) * 1000
    if bot.control.paused:
        bot.control.skip()
        bot.control.resume()
    await bot.ledger.settled()
    return max(0.0, took)
