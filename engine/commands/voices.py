"""`voices`: the voices of an engine, a line each: id, language, name."""

from __future__ import annotations

import argparse
import sys

from engine.commands import f5_flags
from engine.speech import BadRequest
from engine.worker import make_engine


def run(args: argparse.Namespace) -> None:
    """List the voices. Raises SpeechError."""
    if args.engine in f5_flags.NAMES:
        raise BadRequest(f"{args.engine} has the voices that you make: python -m bot voices list")
    engine = make_engine(args.engine)
    engine.load()
    for voice in engine.voices():
        sys.stdout.write(f"{voice.id}\t{voice.language}\t{voice.name}\n")
    engine.close()
