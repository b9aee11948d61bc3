"""What F5 is measured with: a model, found or made of random weights, a clip and a line.

Clip and words are made up, of the lengths that are asked for; nobody's voice is needed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from engine import wav
from engine.commands import f5_flags
from engine.f5.config import RATE, TINY, Config, named
from engine.f5.engine import INSTALL
from engine.f5.options import Options, Source
from engine.speech import BadRequest, EngineMissing, Samples, Voice
from engine.voices import DEFAULT, Reference

_SEED = 20
_PACE = 15.0
"""Bytes a second, about that of English."""
_WORDS = "zorgle blippo frim dax "
_CLOSING = 3
"""Bytes that are put behind the words of a clip: a full stop and two spaces."""
_SHORTEST_S, _LONGEST_S = 1.0, 12.0
_MOST_S = 22.0
"""Of reference and line together: more would be cut into pieces."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A voice and a line for it."""

    voice: Reference
    text: str


def meter() -> ModuleType:
    """What measures a loaded model, and torch with it. Raises EngineMissing."""
    try:
        from engine.f5 import meter as made
    except (ImportError, OSError) as error:
        raise EngineMissing(f"{INSTALL} ({error!s:.200})") from error
    return made


@contextmanager
def model(args: argparse.Namespace) -> Iterator[Source]:
    """The model that the flags name; random ones are thrown away at the end, but for --folder.

    Raises BadRequest, EngineMissing.
    """
    if not args.random:
        yield f5_flags.source(args)
        return
    if args.model or args.vocoder:
        raise BadRequest("--random makes a model and a vocoder: leave --model and --vocoder out")
    try:
        config = named(args.random)
    except EngineMissing as error:
        raise BadRequest(f"--random: {error}") from error
    if args.folder:
        yield _random(args, config, args.folder)
        return
    with tempfile.TemporaryDirectory(prefix="f5-random-") as scratch:
        yield _random(args, config, Path(scratch))


def _random(args: argparse.Namespace, config: Config, folder: Path) -> Source:
    meter()
    from engine.f5 import layout, randomised

    place, vocoder = folder / config.name, folder / "vocos"
    tiny = config.name in TINY
    if tiny:
        vocoder = folder / "vocos-tiny"
    # The vocabulary is written last.
    if not (place / "vocab.txt").is_file():
        sys.stderr.write(f"making random weights of {config.name} in {folder}\n")
        randomised.write_model(place, config, randomised.vocab(), _SEED)
    if not (vocoder / "config.yaml").is_file():
        shape = layout.VocosShape(dim=64, inner=128, layers=2) if tiny else layout.VocosShape()
        randomised.write_vocos(vocoder, shape, _SEED)
    return f5_flags.placed(args, place, vocoder)


def made_up(folder: Path, reference_s: float, line_s: float, how: Options) -> Trial:
    """A clip of some seconds, written into a folder, and a line that will take so many seconds.

    Raises BadRequest.
    """
    if not _SHORTEST_S <= reference_s <= _LONGEST_S:
        limits = f"{_SHORTEST_S:g} to {_LONGEST_S:g} s"
        raise BadRequest(f"a reference has {limits}, not {reference_s:g}")
    if not _SHORTEST_S <= line_s <= _MOST_S - reference_s:
        most = _MOST_S - reference_s
        raise BadRequest(f"a line has {_SHORTEST_S:g} to {most:g} s beside it, not {line_s:g}")
    clip = folder / "clip.wav"
    wav.write(clip, _clip(reference_s), RATE)
    words = _text(round(_PACE * reference_s) - _CLOSING)
    text = _text(round(line_s / reference_s * (len(words) + _CLOSING)))
    return Trial(Reference(Voice(DEFAULT, "made up"), clip, words, how), text)


def _clip(seconds: float) -> Samples:
    """Noise that swells four times a second, as speech does, and is never silent."""
    n = round(seconds * RATE)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(n) / RATE)
    noise = np.random.default_rng(_SEED).standard_normal(n)
    return (0.1 * swell * noise).astype(np.float32)


def _text(size: int) -> str:
    """Words of exactly so many bytes."""
    words = (_WORDS * (size // len(_WORDS) + 1))[:size]
    return words[:-1] + "x" if words.endswith(" ") else words
