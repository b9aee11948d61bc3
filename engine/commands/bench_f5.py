"""`bench` of F5: where its time goes, and how long the f5-tts package takes for the same.

Both speak the same line by turns in this process, in compat mode, so that both make the same
number of frames. What is printed was measured in this run.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine import machine
from engine.commands import f5_flags, trial
from engine.commands.trial import Trial
from engine.f5.config import RATE
from engine.f5.engine import WARMING, F5Engine
from engine.f5.options import Options, Source
from engine.speech import (
    BadRequest,
    Chunk,
    Engine,
    EngineMissing,
    LoadsLong,
    Samples,
    SpeechRequest,
)
from engine.upstream import UpstreamEngine

Result = dict[str, Any]
_SEED = 7
_RUNS = 3


def run(args: argparse.Namespace) -> None:
    """Measure and print. Raises SpeechError."""
    runs = _RUNS if args.runs is None else args.runs
    if runs < 1:
        raise BadRequest(f"--runs is at least 1, not {runs}")
    how = Options(seed=_SEED, compat=True)
    if args.nfe is not None:
        how = f5_flags.with_steps(how, args.nfe)
    with trial.model(args) as source, tempfile.TemporaryDirectory() as scratch:
        made = trial.made_up(Path(scratch), args.ref_seconds, args.gen_seconds, how)
        result = measure(source, made, runs, against=bool(args.against))
    if args.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(result)) + "\n")


def measure(source: Source, made: Trial, runs: int, *, against: bool) -> Result:
    """Everything that is printed, by name; seconds and bytes. Raises SpeechError."""
    ours = _Ours(source, made)
    sides: list[_Side] = [ours]
    result: Result = {"ours": ours.result}
    if against:
        try:
            sides.append(_Upstream(source, made))
            result["upstream"] = sides[1].result
        except EngineMissing as error:
            result["upstream"] = {"skipped": str(error)}
    for turn in range(runs):
        _progress(f"turn {turn + 1} of {runs}")
        for side in sides:
            side.turn()
    for side in sides:
        side.end(made.voice.options.nfe)
    name, flags = machine.cpu()
    result["machine"] = {"cpu": name, "flags": flags, **ours.meter.runs_on()}
    result["line"] = ours.line()
    if len(sides) > 1:
        result["ratio"] = _ratios(sides[1].result, sides[0].result)
        result["snr_db"] = _snr(sides[1].heard, sides[0].heard)
    return result


class _Side:
    """One of the two engines, loaded and warm."""

    def __init__(self, made: Trial, engine: Engine) -> None:
        self.meter = trial.meter()
        self.result: Result = {}
        self.engine = engine
        self.heard: Samples = np.zeros(0, np.float32)
        self._text = made.text
        self._clock: list[float] = []
        self._threads: list[float] = []
        self._stages: list[dict[str, float]] = []
        self._parts: list[Any] = []
        machine.forget_peak()
        self.meter.forget_gpu_peak()
        _progress(f"loading {engine.name}")
        self.result["load_s"] = _loaded(engine)

    def warm(self, parts: list[Any]) -> None:
        """Speak once; count meanwhile."""
        self._parts = parts
        _progress(f"a first line of {self.engine.name}")
        with self.meter.counting(parts) as seen:
            self._speak()
        self.result["operations_a_step"] = seen.operations["step"]
        self.result["host_syncs"] = seen.syncs["render"] + seen.syncs["vocoder"]
        self.result["peak_resident"] = machine.peak()
        self.result["peak_gpu"] = self.meter.gpu_peak()

    def turn(self) -> None:
        """Speak once, timed."""
        with self.meter.timing(self._parts) as seen:
            worked = time.process_time()
            self._clock.append(_timed(self._speak))
            self._threads.append(time.process_time() - worked)
        self._stages.append(dict(seen.seconds))

    def end(self, nfe: int) -> None:
        """Work out what the turns gave."""
        stages = {
            name: statistics.median(run[name] for run in self._stages) for name in self._stages[0]
        }
        stages["steps"] = stages.pop("render") - stages.get("text embedding", 0.0)
        self.result |= {
            "clock_s": _spread(self._clock),
            "threads_s": _spread(self._threads),
            "rtf": statistics.median(self._clock) / (len(self.heard) / RATE),
            "step_ms": 1e3 * stages["steps"] / nfe,
            "stages_s": self.result.pop("stages_s", {}) | stages,
        }
        self.engine.close()

    def _speak(self) -> None:
        chunks: list[Chunk] = []
        request = SpeechRequest(self._text, max_seconds=math.inf)
        self.engine.synthesise(request, chunks.append, lambda: False)
        self.heard = np.concatenate([chunk.samples for chunk in chunks])


class _Ours(_Side):
    def __init__(self, source: Source, made: Trial) -> None:
        engine = F5Engine(source, [made.voice])
        super().__init__(made, engine)
        self.result["stages_s"] = {"enrol, once": _timed(lambda: engine.enrol(made.voice))}
        self._model = engine.model
        self.result["held"] = self._model.memory()
        self._made = made
        self.warm(self.meter.ours(self._model))
        self._told = self.meter.describe(self._model)

    def line(self) -> Result:
        """What was spoken, and how."""
        return {
            **self._told,
            "nfe": self._made.voice.options.nfe,
            "seconds": len(self.heard) / RATE,
        }


class _Upstream(_Side):
    def __init__(self, source: Source, made: Trial) -> None:
        engine = UpstreamEngine(source, [made.voice])
        engine.find()
        super().__init__(made, engine)
        self.warm(self.meter.upstreams(*engine.parts))


def _progress(line: str) -> None:
    """At full size a line takes up to a minute on a processor."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{line} ...\n")
        sys.stderr.flush()


def _loaded(engine: Engine) -> float:
    """Load; the seconds until all is in memory. What ours then says unheard is no part of that."""
    there: list[float] = []

    def told(stage: str, _: float) -> None:
        if stage == WARMING:
            there.append(time.perf_counter())

    if isinstance(engine, LoadsLong):
        engine.progress = told
    began = time.perf_counter()
    engine.load()
    return min([*there, time.perf_counter()]) - began


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spread(seconds: list[float]) -> dict[str, Any]:
    return {"median": statistics.median(seconds), "min": min(seconds), "all": seconds}


def _ratios(theirs: Result, ours: Result) -> dict[str, float]:
    return {
        f"{what}_{which}": theirs[f"{what}_s"][which] / ours[f"{what}_s"][which]
        for what in ("clock", "threads")
        for which in ("median", "min")
    } | {"load": theirs["load_s"] / ours["load_s"]}


def _snr(expected: Samples, found: Samples) -> float | None:
    """Decibels of upstream's wave above the difference; None if the lengths differ."""
    if len(expected) != len(found):
        return None
    wrong = float(np.square(expected.astype(np.float64) - found).mean())
    power = float(np.square(expected.astype(np.float64)).mean())
    return 10 * math.log10(power / max(wrong, 1e-30)) if power else None


def _lines(result: Result) -> list[str]:
    place, line = result["machine"], result["line"]
    lines = [
        f"{place['cpu']}: {' '.join(place['flags']) or 'no flags told'}",
        f"torch {place['torch']}, {place['threads']} threads, graphics card: "
        f"{place['gpu'] or 'none'}",
        f"{line['config']}, {line['dtype']} on {line['device']}, linear {line['linear']}, "
        f"{line['nfe']} steps, {line['seconds']:.2f} s of audio",
        *_side("ours", result["ours"]),
    ]
    other = result.get("upstream")
    if other and "skipped" in other:
        lines.append(f"upstream: skipped: {other['skipped']}")
    elif other:
        lines += _side("upstream", other)
        ratio = result["ratio"]
        lines.append(
            f"upstream's by ours: clock {ratio['clock_median']:.2f} "
            f"(min {ratio['clock_min']:.2f}), threads {ratio['threads_median']:.2f} "
            f"(min {ratio['threads_min']:.2f}), load {ratio['load']:.2f}; "
            + _alike(result["snr_db"])
        )
    return lines


def _alike(decibels: float | None) -> str:
    return "other length" if decibels is None else f"SNR {decibels:.1f} dB"


def _side(name: str, side: Result) -> list[str]:
    clock, threads = side["clock_s"], side["threads_s"]
    stages = ", ".join(f"{stage} {1e3 * s:.1f}" for stage, s in side["stages_s"].items())
    held = side.get("held")
    both = "" if held else " with ours beside it"
    memory = [f"peak resident {_mb(side['peak_resident'])}{both}"]
    if side["peak_gpu"] is not None:
        memory.append(f"peak on the card {_mb(side['peak_gpu'])}")
    if held:
        memory.append("held " + ", ".join(f"{part} {_mb(size)}" for part, size in held.items()))
    return [
        f"{name}: a line {clock['median']:.3f} s (min {clock['min']:.3f}), of threads "
        f"{threads['median']:.3f} (min {threads['min']:.3f}), RTF {side['rtf']:.3f}, "
        f"{side['step_ms']:.1f} ms a step",
        f"  ms: {stages}",
        f"  load {side['load_s']:.2f} s, {side['operations_a_step']} operations a step, "
        f"{side['host_syncs']} host syncs a line",
        f"  memory: {'; '.join(memory)}",
    ]


def _mb(size: int | None) -> str:
    return "not told" if size is None else f"{size / 1e6:.0f} MB"
