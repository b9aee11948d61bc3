"""`verify`: whether F5 does here what it should. Each line of the list is measured, not claimed.

pass   it does
note   it cannot here, and nothing is wrong: it is told what is used instead
fail   it could here, and does not
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine import machine
from engine.commands import trial
from engine.commands.trial import Trial
from engine.f5.config import RATE
from engine.f5.engine import F5Engine
from engine.f5.options import Options, Source
from engine.speech import Chunk, SpeechError, SpeechRequest, Voice
from engine.voices import Reference

PASS, NOTE, FAIL = "pass", "note", "fail"
_STEPS = (7, 16, 32)
_FEW = 5
"""For the line whose operations are counted."""
_RTF = 0.3
_SLOWER = 1.5
"""Of a later line against the first: more means that something piles up."""
_PATIENCE_S = 60.0
"""For one line."""
_MOST_OPERATIONS = 400
_HALF_BYTES = 500_000_000
"""Weights and tables of the largest model in half precision."""
_COLOURS = {PASS: "\x1b[32m", NOTE: "\x1b[33m", FAIL: "\x1b[31m"}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the list."""

    what: str
    state: str
    """PASS, NOTE or FAIL."""
    said: str
    """What was measured, and what to do where it is not as it should be."""
    measured: dict[str, Any]
    """The same in numbers; seconds and bytes."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A line that was spoken: seconds by the clock, of all threads, and of audio."""

    clock_s: float
    threads_s: float
    audio_s: float

    @property
    def rtf(self) -> float:
        return self.clock_s / self.audio_s


def run(args: argparse.Namespace) -> int:
    """Measure and print; the exit code is 1 if anything fails. Raises SpeechError."""
    findings: list[Finding] = []
    with trial.model(args) as source, tempfile.TemporaryDirectory() as scratch:
        for finding in _Check(source, Path(scratch), _told).findings():
            findings.append(finding)
            if not args.json:
                sys.stdout.write(_line(finding) + "\n")
                sys.stdout.flush()
    failed = sum(finding.state == FAIL for finding in findings)
    if args.json:
        told = {"passed": not failed, "checks": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.write(f"{failed} failed\n" if failed else "all that can pass here passes\n")
    return 1 if failed else 0


class _Check:
    def __init__(self, source: Source, scratch: Path, told: Callable[[str], None]) -> None:
        self._told = told
        self._meter = trial.meter()
        self._card = self._meter.gpu_peak() is not None and source.device != "cpu"
        # On a processor a step takes as long as a whole line does on a graphics card.
        seconds = (6.0, 4.0) if self._card else (1.5, 1.0)
        made = trial.made_up(scratch, *seconds, Options(compat=True))
        self._clip, self._text = made.voice.clip, made.text
        self._engine = F5Engine(source, [_voice(made, nfe) for nfe in (_FEW, *_STEPS)])
        self._last = made.voice

    def findings(self) -> Iterator[Finding]:
        """Each line of the list as soon as it is measured. Raises SpeechError."""
        machine.forget_peak()
        self._meter.forget_gpu_peak()
        self._engine.load()
        try:
            began = time.perf_counter()
            self._engine.enrol(replace(self._last, voice=Voice("again", "again")))
            enrolled_s = time.perf_counter() - began
            first = self._speak(_STEPS[0])
            steps = _STEPS[0] + _FEW + sum(_STEPS)
            self._told(f"the rest takes about {steps * first.clock_s / _STEPS[0]:.0f} s, or less")
            yield self._cache(enrolled_s)
            yield self._precision()
            yield self._path()
            later = self._speak(_STEPS[0])
            yield self._warm(first, later)
            yield _speed(_STEPS[0], later)
            for nfe in _STEPS[1:]:
                yield _hopeless(nfe, later) or _speed(nfe, self._speak(nfe))
            yield self._memory()
        finally:
            self._engine.close()

    def _speak(self, nfe: int) -> _Spoken:
        chunks: list[Chunk] = []
        began, worked = time.perf_counter(), time.process_time()
        request = SpeechRequest(self._text, voice=_name(nfe), max_seconds=math.inf)
        self._engine.synthesise(request, chunks.append, lambda: False)
        clock_s, threads_s = time.perf_counter() - began, time.process_time() - worked
        return _Spoken(clock_s, threads_s, sum(len(chunk.samples) for chunk in chunks) / RATE)

    def _cache(self, enrolled_s: float) -> Finding:
        """Speak on once the clip is gone: whoever read it again would fail."""
        self._clip.unlink()
        with self._meter.timing([(self._engine.model, "enrol", "enrol")]) as seen:
            try:
                self._speak(_STEPS[0])
                wrong = "enrolled again for a line" if seen.seconds else ""
            except SpeechError as error:
                wrong = str(error)
        spent = f"enrolled once in {1e3 * enrolled_s:.0f} ms"
        said = wrong or f"{spent}; a line without the clip took nothing of that again"
        state = FAIL if wrong else PASS
        again_s = seen.seconds.get("enrol", 0.0)
        return Finding("reference cache", state, said, {"enrol_s": enrolled_s, "again_s": again_s})

    def _precision(self) -> Finding:
        told = self._meter.describe(self._engine.model)
        used = f"{told['dtype']} on {told['device']}, linear layers {told['linear']}"
        if not self._card:
            said = f"for graphics cards; used here: {used}"
            return Finding("half precision", NOTE, said, dict(told))
        half = told["dtype"] in ("float16", "bfloat16")
        said = used if half else f"{used}: take --dtype auto, it is twice as fast"
        return Finding("half precision", PASS if half else FAIL, said, dict(told))

    def _path(self) -> Finding:
        """Graphs are not there yet: what is asked of the device at each step says what it costs."""
        with self._meter.counting(self._meter.ours(self._engine.model)) as seen:
            self._speak(_FEW)
        operations, syncs = seen.operations["step"], seen.syncs["render"] + seen.syncs["vocoder"]
        good = operations <= _MOST_OPERATIONS and syncs <= 1
        said = (
            f"eager: {operations} operations a step, {syncs} host syncs a line; no CUDA graph and "
            "no compiler is used"
        )
        figures = {"path": "eager", "operations_a_step": operations, "host_syncs": syncs}
        return Finding("graph or compiler", NOTE if good else FAIL, said, dict(figures))

    def _warm(self, first: _Spoken, later: _Spoken) -> Finding:
        # On a processor other work takes turns with this one, which the clock would count.
        took = [line.clock_s if self._card else line.threads_s for line in (first, later)]
        good = took[1] <= _SLOWER * took[0]
        of = "" if self._card else " of all threads"
        said = f"first line {took[0]:.2f} s{of}, a later one {took[1]:.2f} s"
        if not good:
            said += ": it slows down; is the machine too hot, or its memory full?"
        figures = {"first_s": took[0], "later_s": took[1]}
        return Finding("warm-up", PASS if good else FAIL, said, dict(figures))

    def _memory(self) -> Finding:
        held = self._engine.model.memory()
        total, card, resident = sum(held.values()), self._meter.gpu_peak(), machine.peak()
        parts = ", ".join(f"{part} {size / 1e6:.0f}" for part, size in held.items())
        said = f"{total / 1e6:.0f} MB held ({parts})"
        if resident is not None:
            said += f", resident at most {resident / 1e6:.0f} MB"
        if card is not None:
            said += f", on the card at most {card / 1e6:.0f} MB"
        half = self._meter.describe(self._engine.model)["dtype"] in ("float16", "bfloat16")
        good = not half or total <= _HALF_BYTES
        figures = {"held": total, "peak_resident": resident, "peak_gpu": card}
        return Finding("memory", PASS if good else FAIL, said, dict(figures))


def _speed(nfe: int, line: _Spoken) -> Finding:
    took = f"{line.clock_s:.2f} s for {line.audio_s:.2f} s of audio"
    said = f"RTF {line.rtf:.3f}, at most {_RTF} ({took})"
    if line.rtf > _RTF:
        said += ": fewer steps (--nfe), or a faster graphics card"
    figures = {"rtf": line.rtf, "seconds": line.clock_s, "audio_s": line.audio_s}
    state = PASS if line.rtf <= _RTF else FAIL
    return Finding(f"speed at {nfe} steps", state, said, dict(figures))


def _hopeless(nfe: int, fewest: _Spoken) -> Finding | None:
    """Nobody is to wait minutes for what fewer steps have shown already."""
    takes_s = fewest.clock_s * nfe / _STEPS[0]
    if fewest.rtf <= _RTF or takes_s <= _PATIENCE_S:
        return None
    said = f"not measured, it would take {takes_s:.0f} s: {_STEPS[0]} steps are too slow already"
    return Finding(f"speed at {nfe} steps", FAIL, said, {"rtf": None})


def _name(nfe: int) -> str:
    return f"steps-{nfe}"


def _voice(made: Trial, nfe: int) -> Reference:
    how = replace(made.voice.options, nfe=nfe)
    return replace(made.voice, voice=Voice(_name(nfe), _name(nfe)), options=how)


def _told(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _line(finding: Finding) -> str:
    mark = f"{finding.state:4}"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        mark = f"{_COLOURS[finding.state]}{mark}{_PLAIN}"
    return f"{mark}  {finding.what:18} {finding.said}"
