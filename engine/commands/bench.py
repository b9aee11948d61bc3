"""`bench` of any engine: how long the way through the worker takes. F5's own is bench_f5.py."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from contextlib import aclosing

from engine.child import EngineSpec
from engine.commands import f5_flags
from engine.speech import BadRequest, SpeechRequest
from engine.supervisor import Supervisor

_WORDS = "the quick brown fox jumps over a lazy dog again"
_COUNTS = (1, 10, 40)
_RUNS = 20


def run(args: argparse.Namespace) -> None:
    """Measure; medians. Raises SpeechError."""
    of_f5 = f5_flags.given(args)
    if args.engine == "f5" or (args.engine is None and of_f5):
        from engine.commands import bench_f5

        bench_f5.run(args)
        return
    if args.engine == "f5-tts":
        raise BadRequest("f5-tts is measured beside ours: --engine f5 --against upstream")
    f5_flags.refuse(args)
    runs = _RUNS if args.runs is None else args.runs
    if runs < 1:
        raise BadRequest(f"--runs is at least 1, not {runs}")
    asyncio.run(_bench(args.engine or "espeak", runs))


async def _bench(engine: str, runs: int) -> None:
    spec = EngineSpec(engine, engine, first_chunk_s=60.0, chunk_s=60.0)
    supervisor = Supervisor(spec)
    began = time.perf_counter()
    supervisor.start()
    try:
        await supervisor.wait_ready()
        sys.stdout.write(f"{spec.name}: ready in {1e3 * (time.perf_counter() - began):.0f} ms\n")
        for words in _COUNTS:
            measured = [await _measure(supervisor, words) for _ in range(runs)]
            first, total, audio = (
                statistics.median(column) for column in zip(*measured, strict=True)
            )
            sys.stdout.write(
                f"{words:3} words: first chunk {1e3 * first:.2f} ms, all {1e3 * total:.2f} ms, "
                f"{audio:.2f} s of audio, RTF {total / audio:.5f}\n"
            )
    finally:
        await supervisor.aclose()


async def _measure(supervisor: Supervisor, words: int) -> tuple[float, float, float]:
    """Seconds to the first chunk, to the last, and of audio."""
    text = " ".join((_WORDS.split() * words)[:words])
    began, first, audio = time.perf_counter(), 0.0, 0.0
    async with aclosing(supervisor.speak(SpeechRequest(text))) as chunks:
        async for chunk in chunks:
            first = first or time.perf_counter() - began
            audio += len(chunk.samples) / chunk.sample_rate
    return first, time.perf_counter() - began, audio
