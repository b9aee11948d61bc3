"""The flags of F5 -> where a model is, and how a line is spoken. Imports no torch."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.f5 import reference
from engine.f5.engine import F5Engine
from engine.f5.options import FEWEST_STEPS, MOST_STEPS, Options, Source
from engine.speech import BadRequest, Engine, Voice
from engine.upstream import UpstreamEngine
from engine.voices import DEFAULT, Reference

NAMES = ("f5", "f5-tts")
"""Ours, and the f5-tts package's."""
_SEEDS = (-(1 << 63), (1 << 63) - 1)
"""What torch takes."""
_FLAGS = {
    "model": "--model",
    "vocoder": "--vocoder",
    "reference": "--reference",
    "reference_text": "--reference-text",
    "config": "--config",
    "nfe": "--nfe",
    "seed": "--seed",
    "dtype": "--dtype",
    "device": "--device",
    "speed": "--speed",
    "allow_pt": "--allow-pt",
    "compat": "--compat",
    "random": "--random",
    "against": "--against",
}


def given(args: argparse.Namespace) -> list[str]:
    """The flags of F5 that were given, as they are typed."""
    values = {flag: getattr(args, name, None) for name, flag in _FLAGS.items()}
    return [flag for flag, value in values.items() if value is not None and value is not False]


def refuse(args: argparse.Namespace) -> None:
    """Raise BadRequest if flags of F5 were given for another engine."""
    if flags := given(args):
        verb = "is" if len(flags) == 1 else "are"
        raise BadRequest(f"{', '.join(flags)} {verb} for --engine f5 only, not for {args.engine}")


def source(args: argparse.Namespace, *needed: str) -> Source:
    """Where the model is; `needed` besides its folders. Raises BadRequest with all that lacks."""
    missing = [_FLAGS[name] for name in ("model", "vocoder", *needed) if not getattr(args, name)]
    if missing:
        raise BadRequest(
            f"F5 needs {', '.join(missing)} besides; a model with its vocoder comes by: "
            "python -m engine fetch" + (", or --random NAME makes one" if "random" in args else "")
        )
    return placed(args, args.model, args.vocoder)


def placed(args: argparse.Namespace, model: Path, vocoder: Path) -> Source:
    """A model in known folders, run as the flags say."""
    return Source(
        model,
        vocoder,
        config=args.config or "",
        dtype=args.dtype or "auto",
        device=args.device or "auto",
        allow_pt=args.allow_pt,
    )


def options(args: argparse.Namespace) -> Options:
    """How a line is spoken. Raises BadRequest."""
    speed = 1.0 if args.speed is None else args.speed
    if not 0.1 <= speed <= 10.0:
        raise BadRequest(f"--speed is from 0.1 to 10, not {speed:g}")
    if args.seed is not None and not _SEEDS[0] <= args.seed <= _SEEDS[1]:
        raise BadRequest(f"--seed is from {_SEEDS[0]} to {_SEEDS[1]}, not {args.seed!s:.40}")
    made = Options(speed=speed, seed=args.seed, compat=args.compat)
    return made if args.nfe is None else with_steps(made, args.nfe)


def with_steps(made: Options, nfe: int) -> Options:
    """The same with another number of steps. Raises BadRequest."""
    if not FEWEST_STEPS <= nfe <= MOST_STEPS:
        raise BadRequest(f"F5 takes {FEWEST_STEPS} to {MOST_STEPS} steps (--nfe), not {nfe}")
    return Options(nfe=nfe, speed=made.speed, seed=made.seed, compat=made.compat)


def voice(clip: Path, words: str, how: Options) -> Reference:
    """A voice of one clip, the default one. Raises BadRequest if the clip cannot be used."""
    cut = reference.cut(reference.read(clip))
    reference.check(cut.mono, cut.rate, words)
    return Reference(Voice(DEFAULT, clip.stem), clip, words, how)


def engine(args: argparse.Namespace) -> Engine:
    """The engine that the flags describe, not yet loaded. Raises BadRequest."""
    place = source(args, "reference", "reference_text")
    one = voice(args.reference, args.reference_text, options(args))
    return F5Engine(place, [one]) if args.engine == "f5" else UpstreamEngine(place, [one])
