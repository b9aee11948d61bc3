"""The whole F5 voice: a model and a vocoder are loaded, a clip is enrolled, lines are spoken.

    load      checkpoint -> network, tables, vocoder                 once
    enrol     clip and its words -> mel frames, kept                 once for each voice
    plan      text -> pieces, each with its tokens and its length
    within    pieces -> those that fit into so many seconds, the last one cut at a word
    render    pieces, noise -> mel frames (the steps)
    decode    mel frames -> samples

Does not know voices on disk, processes, or how loud a line is to be played. Used from one thread.
"""

from __future__ import annotations

import gc
import logging
import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.f5 import checkpoint, duration, faults, linear, mel, outcome, reference, sampler
from engine.f5.checkpoint import Weights
from engine.f5.config import HOP, MAX_FRAMES, RATE, Config, of_folder
from engine.f5.dit import DiT, Line, Tick
from engine.f5.joins import Joiner
from engine.f5.layout import VocosShape, transformer, vocos
from engine.f5.options import DTYPES, Options, Source
from engine.f5.tables import Tables
from engine.f5.text import Vocab, chunks, closed, read_vocab, sentences
from engine.f5.vocos import Vocos
from engine.levels import Loudness
from engine.speech import BadRequest, EngineMissing, LineFailed, Progress, Samples

log = logging.getLogger(__name__)

READING = "reading weights"
"""What `load` is doing, as it tells."""
_LEVEL = 0.1
"""A quieter clip is raised to this RMS."""
_HALF_FROM = (7, 0)
"""Compute capability from which a card is quicker in half precision, as upstream has it."""
_PIECE_BYTES = 160
"""Of a long line: what is longer is cut."""
_LESS_BYTES = 40
"""The same once there was too little memory."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A reference clip, ready for use."""

    mel: Tensor
    """Its frames, (1 + n // 256, 100), on the device."""
    text: str
    """Its words, ending in a full stop and two spaces or in a Chinese full stop."""
    short_text: str
    """The same with one space only: what upstream goes by when it cuts a text."""
    frames: int
    """n // 256: one less than there are, for the last one is only half inside."""
    seconds: float
    """Its length."""
    rms: float
    """Its level before it was raised."""
    loudness: float
    """The gated RMS of what the network hears, which what it makes is taken to have as well."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that is rendered at once."""

    text: str
    line: Line
    seconds: float
    """Of what is heard of it."""

    @property
    def frames(self) -> int:
        """Its length, the reference included."""
        return self.line.frames


class Model:
    """A loaded model."""

    def __init__(
        self, config: Config, vocab: Vocab, network: DiT, tables: Tables, vocoder: Vocos
    ) -> None:
        self.config, self.vocab = config, vocab
        self._network, self._tables, self._vocoder = network, tables, vocoder
        self._generator = torch.Generator()

    @property
    def on_card(self) -> bool:
        """Whether it runs on a graphics card."""
        return self._network.device.type != "cpu"

    def memory(self) -> dict[str, int]:
        """Bytes that are held, by part."""
        return {
            "network": self._network.bytes(),
            "vocoder": self._vocoder.bytes(),
            "tables": self._tables.bytes(),
        }

    @torch.inference_mode()
    def enrol(self, samples: Samples, rate: int, text: str) -> Enrolled:
        """Take in a mono clip and its words.

        Raises:
            BadRequest: the text is missing, or Chinese that cannot be read here, or the clip is
                silent or too short.
        """
        text = text.encode("utf-8", "replace").decode()
        reference.check(samples, rate, text)
        self.vocab.ids(text)  # else each line would fail of it
        clip = torch.from_numpy(samples).float()
        rms = float(clip.square().mean().sqrt())
        if rms < _LEVEL:
            clip = clip * _LEVEL / rms
        meter = Loudness(rate)
        meter.add(clip.numpy())
        seconds = len(clip) / rate
        clip = mel.resample(clip, rate)
        short = closed(text)
        full = short if short.endswith("。") else short + " "
        frames = mel.frames(clip).to(self._network.device)
        return Enrolled(frames, full, short, len(clip) // HOP, seconds, rms, meter.rms)

    def plan(
        self, voice: Enrolled, text: str, options: Options, most: int = _PIECE_BYTES
    ) -> list[Piece]:
        """Cut a text into pieces of at most `most` bytes and about 12 s; give each its length.

        Raises:
            BadRequest: there is nothing to say, or a piece is too long.
        """
        text = text.encode("utf-8", "replace").decode()
        if options.compat:
            most = duration.most_bytes(voice.short_text, voice.seconds, options.speed)
            texts = chunks(text, most)
        else:
            fitting = duration.fitting_bytes(voice.frames, voice.text, options.speed)
            most = min(most, max(_LESS_BYTES, fitting))
            # Of signs alone a model makes noises.
            texts = [*filter(_sounds, sentences(self.vocab.known(text), most))]
        if not any(map(_sounds, texts)):
            raise BadRequest("there is nothing in the text that this voice can say")
        return [self._piece(voice, part, options) for part in texts]

    def within(
        self, pieces: Sequence[Piece], voice: Enrolled, options: Options, seconds: float
    ) -> list[Piece]:
        """The pieces that are heard within so many seconds; what goes beyond is not even made.

        The last one ends with a whole word, as far as there is one; a first word is always said.
        """
        kept: list[Piece] = []
        for piece in pieces:
            said = any(_sounds(part.text) for part in kept)
            if said and seconds <= 0:
                break
            fitting: Piece | None = piece
            if piece.seconds > seconds and not options.compat:
                fitting = self._shortened(piece, voice, options, seconds, must=not said)
            if fitting is not None:
                kept.append(fitting)
            seconds -= piece.seconds
        return kept

    def _shortened(
        self, piece: Piece, voice: Enrolled, options: Options, seconds: float, *, must: bool
    ) -> Piece | None:
        """A piece with only as many words as fit, or characters where there is no space."""
        space = " " if " " in piece.text else ""
        parts = piece.text.split(" ") if space else list(piece.text)

        def first(count: int) -> Piece:
            return self._piece(voice, space.join(parts[:count]), options)

        fit = bisect_right(range(1, len(parts) + 1), seconds, key=lambda n: first(n).seconds)
        if must:
            fit = max(fit, next((i for i, part in enumerate(parts, 1) if _sounds(part)), 1))
        return first(fit) if any(map(_sounds, parts[:fit])) else None

    def speak(
        self,
        voice: Enrolled,
        text: str,
        options: Options,
        tick: Tick = lambda: None,
        *,
        max_seconds: float = math.inf,
    ) -> Iterator[Samples]:
        """Speak a line: audio of each piece at 24 kHz as soon as it is made.

        `tick` is called all the time and may raise to stop. What would be heard after `max_seconds`
        is not made.

        Raises:
            BadRequest: the text cannot be spoken, or so many steps cannot be taken.
            EngineMissing: the checkpoint is gone, and a table for this number of steps is not made.
            LineFailed: what was made is no speech, twice.
        """
        pieces = self.within(self.plan(voice, text, options), voice, options, max_seconds)
        options = replace(options, seed=options.seed_for(text))
        return self.say(voice, pieces, options, tick)

    def say(
        self, voice: Enrolled, pieces: Sequence[Piece], options: Options, tick: Tick = lambda: None
    ) -> Iterator[Samples]:
        """Speak what was planned; otherwise as `speak`.

        Where memory runs out for one piece, it is tried once more in smaller ones.
        """
        noise = self.noise([piece.frames for piece in pieces], options)
        waiting = deque(zip(pieces, noise, strict=True))
        joiner, ran_out = Joiner(), options.compat
        while waiting:
            piece, drawn = waiting.popleft()
            wave = self._tried(voice, piece, drawn, options, tick, last_try=ran_out)
            if wave is None:
                ran_out = True
                _free_memory()
                less = self.plan(voice, piece.text, options, _LESS_BYTES)
                noise = self.noise([part.frames for part in less], options)
                waiting.extendleft(reversed([*zip(less, noise, strict=True)]))
            else:
                yield joiner.add(wave, last=not waiting)

    def _tried(
        self,
        voice: Enrolled,
        piece: Piece,
        noise: Tensor,
        options: Options,
        tick: Tick,
        *,
        last_try: bool,
    ) -> Samples | None:
        """As `_say`; None where memory ran out, unless it was the last try."""
        try:
            return self._say(voice, piece, noise, options, tick)
        except Exception as error:
            if last_try or not faults.out_of_memory(error):
                raise
            log.info("too little memory for a piece of %d frames", piece.frames)
        # Not before the error is gone: it holds what was half made.
        return None

    def _say(
        self, voice: Enrolled, piece: Piece, noise: Tensor, options: Options, tick: Tick
    ) -> Samples:
        """Render and decode a piece; one that cannot be speech is drawn once more."""
        for again in (False, True):
            if again:
                other = replace(options, seed=options.seed_for(piece.text) + 1)
                [noise] = self.noise([len(noise)], other)
            [frames] = self.render([piece.line], [noise], options, tick)
            wave = self.decode(frames[voice.frames :])
            if options.compat:
                return wave * np.float32(min(1.0, voice.rms / _LEVEL))
            wrong = outcome.fault(wave, (piece.frames - voice.frames - 1) * HOP / RATE)
            if not wrong:
                return wave
            log.info("a piece came out wrong: %s", wrong)
        raise LineFailed(f"F5 made no speech of it: {wrong}")

    def noise(self, lengths: Sequence[int], options: Options) -> list[Tensor]:
        """The noise of the pieces of one line, in order; of seed 0 where there is none."""
        generator = None if options.compat else self._generator
        return sampler.noise(lengths, options.seed or 0, generator)

    @torch.inference_mode()
    def render(
        self,
        lines: Sequence[Line],
        noise: Sequence[Tensor],
        options: Options,
        tick: Tick = lambda: None,
        *,
        frames: int = 0,
    ) -> list[Tensor]:
        """Go all steps for several lines at once; give the mel frames of each, (frames, 100).

        Each comes out as it would alone. `frames`: run at this length at least. Raises as `speak`.
        """
        frames = max(frames, *(line.frames for line in lines))
        rows = [row.to(self._network.dtype) for row in self._tables.rows(options.nfe, options.sway)]
        guided = options.guided_steps
        prepared = self._network.prepare(lines, frames, guided=guided > 0)
        alone = prepared.alone()
        x = torch.zeros(len(lines), frames, noise[0].shape[-1])
        for state, drawn in zip(x, noise, strict=True):
            state[: len(drawn)] = drawn
        x = x.to(self._network.device)

        def step(i: int, state: Tensor) -> tuple[Tensor, Tensor | None]:
            tick()
            return self._network.step(state, rows[i], prepared if i < guided else alone, tick)

        sampler.solve(x, sampler.times(options.nfe, options.sway), options.guidance, step)
        for state, line in zip(x, lines, strict=True):
            state[: len(line.reference)] = line.reference
        return [state[: line.frames] for state, line in zip(x, lines, strict=True)]

    @torch.inference_mode()
    def decode(self, frames: Tensor) -> Samples:
        """Mel frames (n, 100) -> samples ((n - 1) * 256,)."""
        samples: Samples = self._vocoder(frames).cpu().numpy()
        return samples

    def _piece(self, voice: Enrolled, text: str, options: Options) -> Piece:
        rule = duration.upstream if options.compat else duration.ours
        ids = torch.tensor(self.vocab.ids(voice.text + text))
        frames = rule(voice.frames, voice.text, text, options.speed)
        frames = max(frames, len(ids) + 1, len(voice.mel) + 1)
        if frames > MAX_FRAMES:
            seconds = MAX_FRAMES * HOP / RATE
            raise BadRequest(f"reference and text would take more than {seconds:.0f} s at once")
        line = Line(ids.to(self._network.device), voice.mel, frames)
        return Piece(text, line, (frames - voice.frames - 1) * HOP / RATE)


def _sounds(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be loaded, and how: found out without reading any weights."""

    model: Path
    """The checkpoint."""
    config: Config
    vocab: Vocab
    vocoder: Path
    """The weights of the vocoder."""
    shape: VocosShape
    device: torch.device
    dtype: torch.dtype
    kind: str
    """One of options.LINEARS."""

    def __str__(self) -> str:
        """In a few words, for people."""
        kind = "int8" if self.kind == "int8" else str(self.dtype).removeprefix("torch.")
        return f"{self.config.name}, {self.model.name}, {kind} on {self.device}"


def look(source: Source) -> Plan:
    """Look at the files of a model, but for their weights. Raises EngineMissing as `load`."""
    path = checkpoint.model_file(source.model, allow_pt=source.allow_pt)
    config = of_folder(path.parent, source.config)
    vocoder, shape = checkpoint.vocos_files(source.vocoder)
    vocab = read_vocab(checkpoint.vocab_file(path))
    device = _device(source.device)
    dtype = _dtype(source.dtype, device)
    kind = "int8" if source.dtype == "int8" else source.linear
    with Weights(path, allow_pt=source.allow_pt) as weights:
        rows = weights.rows("text_embed.text_embed.weight")
        if rows and rows != len(vocab) + 1:
            raise EngineMissing(
                f"{path} is made for {rows - 1} tokens and the vocab.txt beside it has "
                f"{len(vocab)}: put the model's own vocab.txt there"
            )
        weights.check(transformer(config, len(vocab) + 1), config.name)
    with Weights(vocoder, allow_pt=True) as weights:
        weights.check(vocos(shape), "Vocos")
    return Plan(path, config, vocab, vocoder, shape, device, dtype, kind)


def load(source: Source, progress: Progress = lambda stage, share: None) -> Model:
    """Load a model, telling how much of its file is read.

    Raises EngineMissing with one line that says what is wrong and who must act.
    """
    plan = look(source)
    ways = linear.ways(plan.kind, plan.device, plan.dtype)
    size, read = max(1, plan.model.stat().st_size), 0

    def taken(count: int) -> None:
        nonlocal read
        read += count
        progress(READING, min(1.0, read / size))

    def reopen(watch: Callable[[int], None] = lambda count: None) -> Weights:
        return Weights(plan.model, allow_pt=source.allow_pt, taken=watch)

    with torch.inference_mode(), reopen(taken) as weights:
        tables = Tables(plan.config, weights, reopen, plan.device)
        network = DiT(plan.config, weights, ways, plan.device, plan.dtype)
    with torch.inference_mode(), Weights(plan.vocoder, allow_pt=True) as weights:
        vocoder = Vocos(plan.shape, weights, plan.device)
    return Model(plan.config, plan.vocab, network, tables, vocoder)


def _device(name: str) -> torch.device:
    if name not in ("auto", "cpu", "cuda"):
        raise EngineMissing(f"F5 runs on auto, cpu or cuda, not {name!r:.40}")
    usable = torch.cuda.is_available()
    if name == "cuda" and not usable:
        raise EngineMissing(
            f"torch {torch.__version__} can use no graphics card here: install the build of torch "
            "that its own install selector names for yours, or run F5 on the CPU"
        )
    return torch.device("cuda" if usable and name != "cpu" else "cpu")


def _dtype(name: str, device: torch.device) -> torch.dtype:
    if name not in DTYPES:
        raise EngineMissing(f"F5 computes in one of {', '.join(DTYPES)}, not {name!r:.40}")
    if name == "int8" and device.type != "cpu":
        raise EngineMissing("F5 computes in int8 on a CPU only: take fp16")
    if name == "auto":
        quick = device.type == "cuda" and torch.cuda.get_device_capability(device) >= _HALF_FROM
        return torch.float16 if quick else torch.float32
    return {"fp16": torch.float16, "bf16": torch.bfloat16}.get(name, torch.float32)
