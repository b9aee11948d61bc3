"""`python -m engine`: list voices, say a text into a file, measure the way through the worker.

Knows no bot and no sound device. Errors are one line; exit code 2 for bad input, 3 for an engine
that is not installed, 1 for one that failed.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import statistics
import sys
import time
import wave
from contextlib import aclosing
from pathlib import Path

import numpy as np

from engine.child import EngineSpec
from engine.speech import BadRequest, Chunk, EngineMissing, SpeechError, SpeechRequest, UnknownVoice
from engine.supervisor import Supervisor
from engine.worker import Voicebox, make_engine

_WORDS = "the quick brown fox jumps over a lazy dog again"
_BENCH_WORDS = (1, 10, 40)


def _voices(args: argparse.Namespace) -> None:
    engine = make_engine(args.engine)
    engine.load()
    for voice in engine.voices():
        sys.stdout.write(f"{voice.id}\t{voice.language}\t{voice.name}\n")
    engine.close()


def _say(args: argparse.Namespace) -> None:
    voicebox = Voicebox(make_engine(args.engine))
    voicebox.load()
    chunks: list[Chunk] = []

    def keep(chunk: Chunk | None) -> None:
        if chunk is not None:
            chunks.append(chunk)

    voicebox.speak(SpeechRequest(args.text, voice=args.voice), keep, lambda: False)
    voicebox.engine.close()
    samples = np.concatenate([chunk.samples for chunk in chunks])
    pcm = np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
    with args.output.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(chunks[0].sample_rate)
        file.writeframes(pcm.tobytes())
    sys.stdout.write(f"{args.output}: {len(pcm) / chunks[0].sample_rate:.2f} s\n")


async def _measure(supervisor: Supervisor, words: int) -> tuple[float, float, float]:
    """Seconds to the first chunk, to the last, and of audio."""
    text = " ".join((_WORDS.split() * words)[:words])
    began, first, audio = time.perf_counter(), 0.0, 0.0
    async with aclosing(supervisor.speak(SpeechRequest(text))) as chunks:
        async for chunk in chunks:
            first = first or time.perf_counter() - began
            audio += len(chunk.samples) / chunk.sample_rate
    return first, time.perf_counter() - began, audio


async def _bench(args: argparse.Namespace) -> None:
    spec = EngineSpec(args.engine, args.engine, first_chunk_s=60.0, chunk_s=60.0)
    supervisor = Supervisor(spec)
    began = time.perf_counter()
    supervisor.start()
    try:
        await supervisor.wait_ready()
        sys.stdout.write(f"{spec.name}: ready in {1e3 * (time.perf_counter() - began):.0f} ms\n")
        for words in _BENCH_WORDS:
            runs = [await _measure(supervisor, words) for _ in range(args.runs)]
            first, total, audio = (statistics.median(column) for column in zip(*runs, strict=True))
            sys.stdout.write(
                f"{words:3} words: first chunk {1e3 * first:.2f} ms, all {1e3 * total:.2f} ms, "
                f"{audio:.2f} s of audio, RTF {total / audio:.5f}\n"
            )
    finally:
        await supervisor.aclose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    commands = parser.add_subparsers(required=True)
    engine = "espeak, or package.module:Class"

    voices = commands.add_parser("voices", help="list the voices: id, language, name")
    voices.add_argument("engine", nargs="?", default="espeak", help=engine)
    voices.set_defaults(run=_voices)

    say = commands.add_parser("say", help="speak a text into a WAV file")
    say.add_argument("text")
    say.add_argument("-o", "--output", type=Path, required=True)
    say.add_argument("--voice", default="")
    say.add_argument("--engine", default="espeak", help=engine)
    say.set_defaults(run=_say)

    bench = commands.add_parser("bench", help="measure through the worker; medians")
    bench.add_argument("--engine", default="espeak", help=engine)
    bench.add_argument("--runs", type=int, default=20)
    bench.set_defaults(run=lambda args: asyncio.run(_bench(args)))
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    args = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Voice names are in many scripts; a console may know only one.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        args.run(args)
    except UnknownVoice as error:
        sys.stderr.write(f"{error}; see: python -m engine voices\n")
        return 2
    except (BadRequest, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except EngineMissing as error:
        sys.stderr.write(f"{error}\n")
        return 3
    except SpeechError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
