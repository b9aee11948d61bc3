"""Tiny F5 models with random weights, written once a run, and voices to speak with."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import wave
from functools import lru_cache
from pathlib import Path

import torch

from engine.f5 import model, reference
from engine.f5.config import CONFIGS
from engine.f5.engine import F5Engine
from engine.f5.model import Enrolled, Model
from engine.f5.options import Options, Source
from engine.speech import Voice
from engine.voices import Reference
from tests.parity import cases

# Two threads that wait for each other take long on a machine that is busy with something else.
torch.set_num_threads(1)


@lru_cache
def folder() -> Path:
    """A folder with the tiny models by name, and `vocos`."""
    path = Path(tempfile.mkdtemp(prefix="f5-tests-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    for name in ("Tiny_v1", "Tiny_v0", "Tiny_norm"):
        cases.write(path, name)
    return path


def source(name: str = "Tiny_v1", **more: str) -> Source:
    return Source(folder() / name, folder() / "vocos", **{"dtype": "fp32", **more})  # type: ignore[arg-type]


@lru_cache
def loaded(name: str = "Tiny_v1", dtype: str = "fp32", linear: str = "plain") -> Model:
    assert name in CONFIGS
    return model.load(source(name, dtype=dtype, linear=linear))


@lru_cache
def clip(name: str) -> reference.Clip:
    """One of the clips of the cases, cut as upstream cuts it."""
    made = cases.CLIPS[name]()
    return reference.cut(reference.Clip(made.samples.reshape(len(made.samples), -1), made.rate))


def wav(path: Path, clip: cases.Clip) -> None:
    """Write a clip as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if clip.samples.ndim == 1 else clip.samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(clip.rate)
        file.writeframes(clip.samples.astype("<i2").tobytes())


class TinyF5(F5Engine):
    """An F5 for a worker, which makes its engine without arguments."""

    def __init__(self) -> None:
        path = folder() / "clip.wav"
        wav(path, cases.CLIPS["plain"]())
        default = Reference(Voice("default", "Default"), path, "Zorgle blippo frim", Options(nfe=5))
        super().__init__(source(), [default])


def write_voice(
    folder: Path, id_: str, language: str = "en", clip: str = "plain", **more: object
) -> None:
    """Put a voice into a library, the clip first: its JSON is what makes it one."""
    path = folder / id_
    path.mkdir(parents=True, exist_ok=True)
    wav(path / "clip.wav", cases.CLIPS[clip]())
    told = {"name": id_.title(), "language": language, "text": "Zorgle blippo frim", **more}
    (path / "voice.json").write_text(json.dumps(told))


def voice(ours: Model, name: str = "plain", words: str = "Zorgle blippo frim") -> Enrolled:
    return ours.enrol(clip(name).mono, clip(name).rate, words)
