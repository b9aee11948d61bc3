"""Our F5 against the f5-tts package: makes the answers of tests/parity, or compares full size.

Runs in an environment that has f5-tts, with this checkout's `engine` beside it:

    PYTHON scripts/parity.py freeze                      writes tests/parity/*.npz
    PYTHON scripts/parity.py sound --folder DIR          full size, random weights, kept in DIR
    PYTHON scripts/parity.py load --folder DIR
    PYTHON scripts/parity.py speed --folder DIR --dtype fp32

Upstream draws the noise of several chunks from racing threads; here its pool is held to one thread.
Files are read by soundfile, for torchaudio wants FFmpeg's libraries.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import json
import statistics
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from engine.f5 import config, layout, model, options, randomised, reference  # noqa: E402
from engine.upstream import arch  # noqa: E402
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
                arch(config.CONFIGS[name]),
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


FULL = {
    "word": cases.Case("gg", 7),
    "nfe5": cases.Case("that was so clean", 5),
    "nfe7": cases.Case("that was so clean", 7),
    "nfe16": cases.Case("that was so clean", 16),
    "nfe32": cases.Case("gg zorgle", 32),
    "chinese": cases.CASES["chinese"],
    "chunks": cases.Case("Zorgle the blippo, then frim; " * 11 + "and that was all.", 5),
}
"""What is compared at full size; short, for a step takes seconds there."""


def full(folder: Path, name: str) -> tuple[Path, Path]:
    """The folders of a full-size model and vocoder with random weights, made unless there."""
    import f5_tts

    if not (folder / name / "vocab.txt").exists():
        shipped = Path(f5_tts.__path__[0]) / "infer" / "examples" / "vocab.txt"
        vocab = shipped.read_text("utf-8").removesuffix("\n").split("\n")
        randomised.write_model(folder / name, config.CONFIGS[name], vocab, cases.SEED)
        randomised.write_vocos(folder / "vocos", layout.VocosShape(), cases.SEED)
    return folder / name, folder / "vocos"


class Api:
    """`f5_tts.api`, silenced and made repeatable."""

    def __init__(self, name: str, folder: Path, vocoder: Path) -> None:
        upstream()
        from f5_tts.api import F5TTS

        with contextlib.redirect_stdout(io.StringIO()):
            self._api = F5TTS(
                model=name,
                ckpt_file=str(folder / "model_0.safetensors"),
                vocab_file=str(folder / "vocab.txt"),
                vocoder_local_path=str(vocoder),
                device="cpu",
            )

    def say(self, path: Path, case: cases.Case) -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            samples, _, _ = self._api.infer(
                str(path),
                case.words,
                case.text,
                show_info=lambda _: None,
                progress=None,
                nfe_step=case.nfe,
                speed=case.speed,
                seed=case.seed,
            )
        return np.asarray(samples, np.float32)


class Ours:
    """Our engine, asked for the same."""

    def __init__(self, folder: Path, vocoder: Path, dtype: str = "fp32") -> None:
        self.model = model.load(options.Source(folder, vocoder, dtype=dtype))

    def say(self, path: Path, case: cases.Case) -> Any:
        clip = reference.cut(reference.read(path))
        voice = self.model.enrol(clip.mono, clip.rate, case.words)
        how = options.Options(nfe=case.nfe, speed=case.speed, seed=case.seed, compat=True)
        return np.concatenate(list(self.model.speak(voice, case.text, how)))


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, seconds of all threads, and what was made."""
    began, worked = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - began, time.process_time() - worked, made


def show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def sound(args: argparse.Namespace) -> None:
    """Compare what both say, case by case."""
    folder, vocoder = full(args.folder, args.config)
    path = args.folder / "plain.wav"
    write_wav(path, cases.CLIPS["plain"]())
    api, ours = Api(args.config, folder, vocoder), Ours(folder, vocoder)
    for key in args.case or FULL:
        expected, found = api.say(path, FULL[key]), ours.say(path, FULL[key])
        alike = "" if len(expected) == len(found) else f", but {len(found)} samples of ours"
        size = min(len(expected), len(found))
        decibels = cases.snr(expected[:size], found[:size])
        show(f"{args.config} {key}: {decibels:.1f} dB, {len(expected)} samples{alike}")


def load(args: argparse.Namespace) -> None:
    """Compare how long loading takes, by turns, with the files in memory already."""
    folder, vocoder = full(args.folder, args.config)
    (folder / "model_0.safetensors").read_bytes()
    upstream()
    import f5_tts.api  # noqa: F401 - its import is not counted

    for _ in range(args.runs):
        theirs, _, kept = timed(lambda: Api(args.config, folder, vocoder))
        del kept
        ours, _, made = timed(lambda: Ours(folder, vocoder))
        show(f"load: upstream {theirs:.2f} s, ours {ours:.2f} s, {ours / theirs:.2f} of it")
        del made


def speed(args: argparse.Namespace) -> None:
    """Compare how long a line takes from text to sound, by turns."""
    folder, vocoder = full(args.folder, args.config)
    path = args.folder / "six.wav"
    write_wav(path, cases.six_seconds())
    case = cases.Case("z" * args.bytes, args.nfe, words="Zorgle blippo frim " * 4)
    engines = {"upstream": Api(args.config, folder, vocoder)}
    engines |= {dtype: Ours(folder, vocoder, dtype) for dtype in args.dtype}
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    waves: dict[str, Any] = {}
    for run in range(args.runs):
        for name, engine in engines.items():
            *seconds, waves[name] = timed(functools.partial(engine.say, path, case))
            took[name].append((seconds[0], seconds[1]))
            audio = len(waves[name]) / 24_000
            show(f"run {run + 1}: {name} {seconds[0]:.1f} s, of threads {seconds[1]:.1f} s")
    show(f"{args.nfe} steps, {audio:.2f} s of audio; upstream's seconds by ours:")
    for name in args.dtype:
        ratios = []
        for column in (0, 1):
            theirs, ours = ([pair[column] for pair in took[key]] for key in ("upstream", name))
            ratios.append(f"{statistics.median(theirs) / statistics.median(ours):.2f}")
        decibels = cases.snr(waves["upstream"], waves[name])
        show(f"{name}: {ratios[0]}, of threads {ratios[1]}; medians; SNR {decibels:.1f} dB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("freeze").set_defaults(run=lambda _: freeze())
    for work in (sound, load, speed):
        command = commands.add_parser(work.__name__, help=work.__doc__)
        command.set_defaults(run=work)
        command.add_argument("--folder", type=Path, required=True, help="for the random weights")
        command.add_argument("--config", default="F5TTS_v1_Base")
        command.add_argument("--runs", type=int, default=3)
        command.add_argument("--case", action="append", choices=list(FULL))
        command.add_argument("--dtype", action="append", default=[], choices=options.DTYPES)
        command.add_argument("--nfe", type=int, default=7)
        command.add_argument("--bytes", type=int, default=45, help="length of the text")
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
