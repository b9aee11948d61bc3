"""`bench flood`: 10,000 chat lines a second from 5,000 authors, while the bot speaks.

90 % have no trigger, 5 % ask to be spoken, 4 % repeat the id of an earlier line, 1 % are paid.
Measured are the lag of the event loop, the memory, what became of the paid lines, and, into a real
null sink, skip and the sound: every line that was spoken whole is looked for in the recording and
compared with what the engine made, sample by sample. With the output `null` nothing is recorded,
so that the memory is the bot's own.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
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
from bot.line import End
from bot.settings import Settings
from engine.speech import Chunk
from filters.message import ChatMessage, Payment
from filters.trigger import is_paid

LINES_A_SECOND = 10_000
AUTHORS = 5_000
_TRIGGERED = 0.05
_REPEATED = 0.04
_PAID = 0.01
_TICK_S = 0.001
_PROBE_S = 0.005
_SKIP_EVERY_S = 2.5
_DAMAGED = 10 ** (-50 / 20)
"""Largest difference from the engine's audio; resampling in other blocks differs by far less."""


def main(settings: Settings, *, seconds: float, recorded: bool, as_json: bool) -> int:
    """Flood for `seconds` and print what was measured; `recorded`: into a null sink of its own."""
    if seconds <= 0:
        raise exits.BadInput("--seconds: more than 0")
    if recorded:
        with recorded_sink() as recorder:
            rows = asyncio.run(_measure(bench_settings(settings), seconds, recorder))
    else:
        rows = asyncio.run(_measure(bench_settings(settings, "null"), seconds, None))
    print_rows(rows, as_json)
    return exits.STOPPED


async def _measure(settings: Settings, seconds: float, recorder: Recorder | None) -> dict[str, Any]:
    async with running(settings) as bot:
        gc.collect()
        gc.freeze()  # as `bot.run` does
        lost = _paid_that_is_lost(bot)
        sound = None if recorder is None else _Sound(bot, recorder)
        lags: list[float] = []
        before = _rss_mib()
        probe = asyncio.create_task(_probe_lag(lags))
        began = time.monotonic()
        lines, paid = await _flood(bot.intake.emit, seconds)
        took = time.monotonic() - began
        probe.cancel()
        growth = _rss_mib() - before
        ended = sum(bot.ledger.ends.values()) + bot.waiting
        exact = bot.ledger.received == lines == ended
        rows: dict[str, Any] = {
            "lines": lines,
            "lines_a_second": lines / took,
            "loop_lag_ms": percentiles(lags),
            "memory_growth_mib": growth,
            "paid": paid,
            "paid_shed_or_stale": len(lost),
            "sum_of_reasons": "exact" if exact else f"wrong: {ended} of {lines}",
            "count": bot.ledger.closing_line(bot.waiting),
        }
        return rows if sound is None else rows | await sound.rows()


def _paid_that_is_lost(bot: Bot) -> list[str]:
    """Gets the id of each paid message that is shed or becomes stale."""
    lost: list[str] = []

    def ended(message: ChatMessage, end: End, reason: str) -> None:
        if is_paid(message) and end in (End.SHED, End.STALE):
            lost.append(message.id)

    bot.ledger.on_end.append(ended)
    return lost


class _Sound:
    """What is heard of the flood, at a real null sink."""

    def __init__(self, bot: Bot, recorder: Recorder) -> None:
        self._bot = bot
        self._recorder = recorder
        self._clips = _tap(bot)
        self._skips: list[float] = []
        skipping = _skip_now_and_then(bot, recorder, self._skips)
        self._skipper = asyncio.create_task(skipping)

    async def rows(self) -> dict[str, Any]:
        """What was measured; ends the skipping."""
        await asyncio.wait([self._skipper])
        await asyncio.sleep(0.5)
        played = [clip for id, clip in self._clips.items() if await _was_played(self._bot, id)]
        damaged = _damaged(played, self._recorder.samples()[:, 0])
        return {
            "skip_to_silence_ms": percentiles(self._skips) if self._skips else "none",
            "spoken_whole": len(played),
            "damaged": damaged if played else "nothing to compare",
            "starved": self._bot.player.starved,
        }


async def _flood(emit: Callable[[ChatMessage], None], seconds: float) -> tuple[int, int]:
    """Emit the lines at their pace, catching up if need be. How many they were, how many paid."""
    rng = random.Random(1)  # noqa: S311 - the same flood every time
    words = "gg nice wow what a play hello chat lol that was close again please".split()
    began, sent, given = time.monotonic(), 0, 0
    while (elapsed := time.monotonic() - began) < seconds:
        due = min(int(elapsed * LINES_A_SECOND), sent + LINES_A_SECOND // 100)
        for number in range(sent, due):
            kind = rng.random()
            text = " ".join(rng.choices(words, k=6))
            text = f"!tts {text}" if kind < _TRIGGERED else text
            id = number
            if kind >= 1 - _REPEATED and number:
                id = rng.randrange(max(0, number - 5000), number)
            message = line(id, f"viewer{rng.randrange(AUTHORS)}", text)
            if _TRIGGERED <= kind < _TRIGGERED + _PAID:
                message = replace(message, paid=Payment(rng.randrange(100, 1000), "bits"))
                given += 1
            emit(message)
        sent = due
        await asyncio.sleep(_TICK_S)
    return sent, given


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
