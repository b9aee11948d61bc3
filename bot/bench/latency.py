"""`bench latency`: from a chat line to the first audible sample, and from skip to silence.

The whole bot runs: gates, filters, backlog, worker, audio process; its sound goes to a real null
sink whose monitor is recorded. The clock starts when a connector would emit the line and stops when
the recorder holds the first sample above -60 dBFS, so the recorder's own delay (about 5 ms) is in.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from bot import exits
from bot.app import Bot
from bot.bench.null_sink import Recorder
from bot.bench.report import percentiles, print_rows
from bot.bench.rig import bench_settings, line, recorded_sink, running
from bot.line import Line
from bot.settings import Settings

AUDIBLE = 10 ** (-60 / 20)
"""Full-scale level of the first sample that counts."""
WORDS = (1, 10, 40)
_QUIET_S = 0.1
_REST_S = 0.4
"""Silence before each line: more than the gap between two lines, which is not what is measured."""
_VOCABULARY = (
    "hello chat what a game that was close let us go one more round nice shot team good luck have "
    "fun see you tomorrow thanks for the stream the music is great today who is winning this match"
).split()


def main(settings: Settings, *, messages: int, as_json: bool) -> int:
    """Measure `messages` lines of 1, 10 and 40 words and print the percentiles in ms."""
    if messages < 1:
        raise exits.BadInput("--messages: at least 1")
    with recorded_sink() as recorder:
        rows = asyncio.run(_measure(bench_settings(settings), messages, recorder))
    print_rows(rows, as_json)
    return exits.STOPPED


async def _measure(settings: Settings, messages: int, recorder: Recorder) -> dict[str, Any]:
    rng = random.Random(1)  # noqa: S311 - the same lines every time
    heard: dict[int, list[float]] = {count: [] for count in WORDS}
    silent: list[float] = []
    async with running(settings) as bot:
        for number in range(messages):
            count = WORDS[number % len(WORDS)]
            text = "!tts " + " ".join(rng.choices(_VOCABULARY, k=count))
            to_sound, to_silence = await _one(bot, recorder, number, text)
            heard[count].append(to_sound)
            if to_silence is not None:
                silent.append(to_silence)
        spoken = list(bot.ledger.heard)
    rows: dict[str, Any] = {"messages": messages, "unit": "ms"}
    rows["line_to_sound"] = percentiles([ms for values in heard.values() for ms in values])
    for count, values in heard.items():
        if values:
            rows[f"line_to_sound_{count}_words"] = percentiles(values)
    if silent:
        rows["skip_to_silence"] = percentiles(silent)
    rows.update(_stages(spoken))
    # Not in the figures above: the benchmark speaks for itself, as the console does.
    rows["default_hold_of_platforms_s"] = Settings.model_fields["hold_seconds"].default
    return rows


async def _one(bot: Bot, recorder: Recorder, number: int, text: str) -> tuple[float, float | None]:
    """Milliseconds from one line to its sound, and from its skip to silence."""
    await asyncio.to_thread(recorder.wait_for_silence, _REST_S, 0.0, recorder.frames)
    start = recorder.frames
    emitted = time.monotonic()
    bot.intake.emit(line(number, f"viewer{number}", text))
    first = await asyncio.to_thread(recorder.wait_for_sound, AUDIBLE, start)
    to_sound = (recorder.arrival_of(first) - emitted) * 1000
    await asyncio.sleep(0.15)
    skipped, from_frame = time.monotonic(), recorder.frames
    if not bot.control.skip():
        return to_sound, None  # a line of one word may be over by now
    last = await asyncio.to_thread(recorder.wait_for_silence, _QUIET_S, 0.0, from_frame)
    return to_sound, max(0.0, recorder.time_of(last) - skipped) * 1000


def _stages(lines: list[Line]) -> dict[str, Any]:
    """Where the time went inside the bot, by the stage times of the lines."""
    names = ("received", "judged", "taken", "first_chunk", "first_sample")
    rows = {}
    for before, after in zip(names, names[1:], strict=False):
        pairs = [(getattr(x.stages, before), getattr(x.stages, after)) for x in lines]
        spans = [(b - a) * 1000 for a, b in pairs if a is not None and b is not None]
        if spans:
            rows[f"stage_{before}_to_{after}"] = percentiles(spans)
    return rows
