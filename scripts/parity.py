"""Our F5 against the f5-tts package: makes the frozen answers of tests/parity, or compares full size.

Runs in an environment that has f5-tts, with this checkout's `engine` beside it:

    PYTHON scripts/parity.py freeze                      writes tests/parity/*.npz
    PYTHON scripts/parity.py compare --folder DIR        full size, random weights, kept in DIR

Upstream draws the noise of several chunks from racing threads; here its pool is held to one thread.
Files are read by soundfile, for torchaudio wants FFmpeg's libraries.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import json
import sys
import tempfile
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from engine.f5 import config, layout, model, randomised, sampler, text  # noqa: E402
from tests.parity import cases  # noqa: E402


def upstream() -> Any:
    """The package's inference module, made repeatable."""
    import soundfile
    import torch
    import torchaudio
    from f5_tts.infer import utils_infer

    def read(path: str) -> tuple[Any, int]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        return torch.from_numpy(samples.T.copy()), rate

    torchaudio.load = read
    utils_infer.ThreadPoolExecutor = functools.partial(ThreadPoolExecutor, max_workers=1)
    return utils_infer


def arch(name: str) -> dict[str, Any]:
    """The arguments of upstream's DiT for one of our configurations."""
    ours = config.CONFIGS[name]
    return {
        "dim": ours.dim,
        "depth": ours.depth,
        "heads": ours.heads,
        "ff_mult": ours.ff_mult,
        "text_dim": ours.text_dim,
        "conv_layers": ours.text_layers,
        "text_mask_padding": ours.mask_padding,
        "pe_attn_head": ours.rope_heads,
        "qk_norm": "rms_norm" if ours.qk_norm else None,
        "attn_mask_enabled": False,
    }


def write_wav(path: Path, clip: cases.Clip) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if clip.samples.ndim == 1 else clip.samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(clip.rate)
        file.writeframes(clip.samples.astype("<i2").tobytes())


class Speaker:
    """Upstream with one model and one vocoder, asked as its own API asks."""

    def __init__(self, name: str, folder: Path, vocoder: Path) -> None:
        from f5_tts.model import DiT

        self._infer = upstream()
        with contextlib.redirect_stdout(io.StringIO()):
            self.model = self._infer.load_model(
                DiT,
                arch(name),
                str(folder / "model_0.safetensors"),
                vocab_file=str(folder / "vocab.txt"),
                device="cpu",
            )
            self._vocoder = self._infer.load_vocoder("vocos", True, str(vocoder), "cpu")

    def prepare(self, path: Path, words: str) -> tuple[str, str]:
        """The clip as upstream cuts it, and its words."""
        with contextlib.redirect_stdout(io.StringIO()):
            made: tuple[str, str] = self._infer.preprocess_ref_audio_text(
                str(path), words, show_info=lambda _: None
            )
        return made

    def say(self, clip: str, words: str, case: cases.Case) -> Any:
        from f5_tts.model.utils import seed_everything

        seed_everything(case.seed)
        with contextlib.redirect_stdout(io.StringIO()):
            samples, _, _ = self._infer.infer_process(
                clip,
                words,
                case.text,
                self.model,
                self._vocoder,
                show_info=lambda _: None,
                progress=None,
                nfe_step=case.nfe,
                speed=case.speed,
                device="cpu",
            )
        return np.asarray(samples, np.float32)


def freeze() -> None:
    """Write what upstream makes of every case, at tiny size."""
    from f5_tts.model.utils import convert_char_to_pinyin, get_epss_timesteps

    infer = upstream()
    goldens: dict[str, Any] = {
        "tokens": convert_char_to_pinyin(list(cases.TEXTS)),
        "chunks": [infer.chunk_text(line, most) for line, most in cases.CHUNKS],
        "times": {},
    }
    import torch

    for nfe in cases.STEPS:
        t = get_epss_timesteps(nfe, "cpu", torch.float32)
        t = t + -1.0 * (torch.cos(torch.pi / 2 * t) - 1 + t)
        goldens["times"][str(nfe)] = [float(x) for x in t]
    (cases.FOLDER / "text.json").write_text(
        json.dumps(goldens, ensure_ascii=False, indent=0) + "\n", "utf-8"
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in config.TINY:
            made: dict[str, Any] = {}
            cases.write(folder, name)
            speaker = Speaker(name, folder / name, folder / "vocos")
            made["digest"] = cases.digest(name)
            keys = cases.FEW if name == "Tiny_norm" else cases.CASES
            for key, case in ((key, cases.CASES[key]) for key in keys):
                path = folder / f"{case.clip}.wav"
                write_wav(path, cases.CLIPS[case.clip]())
                clip, words = speaker.prepare(path, case.words)
                made[f"{key}_wave"] = speaker.say(clip, words, case)[:: cases.EVERY]
                with wave.open(clip) as file:
                    pcm = np.frombuffer(file.readframes(1 << 24), "<i2").astype(np.int64)
                made[f"{case.clip}_cut"] = cases.fingerprint(pcm)
            np.savez_compressed(cases.FOLDER / f"{name}.npz", **made)
            sys.stdout.write(f"{name}: {len(keys)} cases\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("freeze").set_defaults(run=lambda _: freeze())
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
