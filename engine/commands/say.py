"""`say`: a text -> a WAV file, by any engine."""

from __future__ import annotations

import argparse
import math
import sys

import numpy as np

from engine import wav
from engine.commands import f5_flags
from engine.speech import BadRequest, Chunk, Engine, SpeechRequest
from engine.worker import Voicebox, make_engine


def run(args: argparse.Namespace) -> None:
    """Speak into a file. Raises SpeechError and OSError."""
    engine = _engine(args)
    # As upstream makes it: raw, whole, and no louder nor shorter than the model made it.
    chunks = _raw(engine, args.text) if args.compat else _played(engine, args.text, args.voice)
    samples = np.concatenate([chunk.samples for chunk in chunks])
    rate = chunks[0].sample_rate
    wav.write(args.output, samples, rate, floats=args.float)
    sys.stdout.write(f"{args.output}: {len(samples) / rate:.2f} s\n")


def _engine(args: argparse.Namespace) -> Engine:
    if not args.output.parent.is_dir():
        raise BadRequest(f"there is no folder {args.output.parent}: make it first")
    if args.engine not in f5_flags.NAMES:
        f5_flags.refuse(args)
        return make_engine(args.engine)
    if args.voice:
        raise BadRequest("--voice is for other engines: F5's voice here is that of --reference")
    return f5_flags.engine(args)


def _raw(engine: Engine, text: str) -> list[Chunk]:
    chunks: list[Chunk] = []
    engine.load()
    try:
        request = SpeechRequest(text, max_seconds=math.inf)
        engine.synthesise(request, chunks.append, lambda: False)
    finally:
        engine.close()
    return chunks


def _played(engine: Engine, text: str, voice: str) -> list[Chunk]:
    chunks: list[Chunk] = []

    def keep(chunk: Chunk | None) -> None:
        if chunk is not None:
            chunks.append(chunk)

    voicebox = Voicebox(engine)
    voicebox.load()
    try:
        voicebox.speak(SpeechRequest(text, voice=voice), keep, lambda: False)
    finally:
        engine.close()
    return chunks
