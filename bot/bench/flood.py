"""`bench flood`: 10,000 chat lines a second from 5,000 authors, while the bot speaks.

90 % have no trigger, 6 % ask to be spoken, 4 % repeat the id of an earlier line. Measured are the
lag of the event loop, the memory, skip, and the sound: every line that was spoken whole is looked
for in the recording of a real null sink and compared with what the engine made, sample by sample.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bot import exits
from bot.app import Bot
from bot.audio.mixer import Outcome
from bot.bench.null_sink import SAMPLE_RATE, Recorder
from bot.bench.report import percentiles, print_rows
from bot.bench.rig import bench_settings, line, recorded_sink, running
from bot.settings import Settings
from engine.speech import Chunk
from filters.message import ChatMessage

LINES_A_SECOND = 10_000
AUTHORS = 5_000
_TRIGGERED = 0.06
_REPEATED = 0.04
_TICK_S = 0.001
_PROBE_S = 0.005
_SKIP_EVERY_S = 2.5
_DAMAGED = 10 ** (-50 / 20)
"""Largest difference from the engine's audio; resampling in other blocks differs by far less."""


def main(settings: Settings, *, seconds: float, as_json: bool) -> int:
    """Flood for `seconds` and print what was measured."""
    if seconds <= 0:
        raise exits.BadInput("--seconds: more than 0")
    with recorded_sink() as recorder:
        rows = asyncio.run(_measure(bench_settings(settings), seconds, recorder))
    print_rows(rows, as_json)
    return exits.STOPPED


async def _measure(settings: Settings, seconds: float, recorder: Recorder) -> dict[str, Any]:
    lags: list[float] = []
    skips: list[float] = []
    async with running(settings) as bot:
        clips = _tap(bot)
        before = _rss_mib()
        probe = asyncio.create_task(_probe_lag(lags))
        skipper = asyncio.create_task(_skip_now_and_then(bot, recorder, skips))
        began = time.monotonic()
        lines = await _flood(bot.intake.emit, seconds)
        took = time.monotonic() - began
        probe.cancel()
        await asyncio.wait([skipper])
        growth = _rss_mib() - before
        count = bot.ledger.closing_line(bot.waiting)
        await asyncio.sleep(0.5)
        whole = [clip for id, clip in clips.items() if await _was_played(bot, id)]
        damaged = _damaged(whole, recorder.samples()[:, 0])
        return {
            "lines": lines,
            "lines_a_second": lines / took,
            "loop_lag_ms": percentiles(lags),
            "memory_growth_mib": growth,
            "skip_to_silence_ms": percentiles(skips) if skips else "none",
            "spoken_whole": len(whole),
            "damaged": damaged if whole else "nothing to compare",
            "starved": bot.player.starved,
            "count": count,
        }


async def _flood(emit: Callable[[ChatMessage], None], seconds: float) -> int:
    """Emit the lines at their pace; one that falls behind catches up."""
    rng = random.Random(1)  # noqa: S311 - the same flood every time
    words = "gg nice wow what a play hello chat lol that was close again please".split()
    began, sent = time.monotonic(), 0
    while (elapsed := time.monotonic() - began) < seconds:
        due = min(int(elapsed * LINES_A_SECOND), sent + LINES_A_SECOND // 100)
        for number in range(sent, due):
            kind = rng.random()
            text = " ".join(rng.choices(words, k=6))
            text = f"!tts {text}" if kind < _TRIGGERED else text
            id = (
                number if kind < 1 - _REPEATED else rng.randrange(max(0, number - 5000), number + 1)
            )
            emit(line(id, f"viewer{rng.randrange(AUTHORS)}", text))
        sent = due
        await asyncio.sleep(_TICK_S)
    return sent


async def _probe_lag(lags: list[float]) -> None:
    """How much later than asked the loop comes back, in ms."""
    while True:
        due = time.monotonic() + _PROBE_S
        await asyncio.sleep(_PROBE_S)
        lags.append((time.monotonic() - due) * 1000)


async def _skip_now_and_then(bot: Bot, recorder: Recorder, skips: list[float]) -> None:
    for _ in range(3):
        await asyncio.sleep(_SKIP_EVERY_S)
        at, frame = time.monotonic(), recorder.frames
        if bot.control.skip():
            last = await asyncio.to_thread(recorder.wait_for_silence, 0.1, 0.0, frame)
            skips.append(max(0.0, recorder.time_of(last) - at) * 1000)


def _tap(bot: Bot) -> dict[str, list[Chunk]]:
    """Keep what the player is fed, by utterance."""
    clips: dict[str, list[Chunk]] = defaultdict(list)
    feed = bot.player.feed

    def tapped(utterance: str, chunk: Chunk) -> None:
        clips[utterance].append(chunk)
        feed(utterance, chunk)

    bot.player.feed = tapped  # type: ignore[method-assign]
    return clips


async def _was_played(bot: Bot, utterance: str) -> bool:
    """Whether it was heard to its end by now."""
    try:
        async with asyncio.timeout(0.01):
            return (await bot.player.wait_ended(utterance)).outcome is Outcome.PLAYED
    except (TimeoutError, KeyError):
        return False


def _damaged(clips: list[list[Chunk]], recorded: NDArray[np.float32]) -> int:
    """How many of the clips were not heard as the engine made them."""
    damaged = 0
    for chunks in clips:
        clip = _at_sink_rate(chunks)
        start = _find(clip[: SAMPLE_RATE // 4], recorded)
        heard = recorded[start : start + len(clip)]
        whole = len(heard) == len(clip)
        damaged += not whole or bool(np.max(np.abs(heard - clip)) > _DAMAGED)
    return damaged


def _at_sink_rate(chunks: list[Chunk]) -> NDArray[np.float32]:
    samples = np.concatenate([chunk.samples for chunk in chunks])
    converted: NDArray[np.float32] = soxr.resample(samples, chunks[0].sample_rate, SAMPLE_RATE)
    return converted


def _find(head: NDArray[np.float32], within: NDArray[np.float32]) -> int:
    """Where `head` lies in `within`: the peak of their cross-correlation."""
    size = 1 << (len(head) + len(within)).bit_length()
    spectrum = np.fft.rfft(within, size) * np.conj(np.fft.rfft(head, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(within)]))


def _rss_mib() -> float:
    """Resident memory of this process; needs /proc, as the null sink needs Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20
