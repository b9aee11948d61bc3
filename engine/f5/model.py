"""The whole F5 voice: a model and a vocoder are loaded, a clip is enrolled, lines are spoken.

    load      checkpoint -> network, tables, vocoder                 once
    enrol     clip and its words -> mel frames, kept                 once for each voice
    plan      text -> pieces, each with its tokens and its length
    render    pieces, noise -> mel frames (the steps)
    decode    mel frames -> samples

Does not know voices on disk, processes or loudness. Used from one thread.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from engine.f5 import checkpoint, duration, linear, mel, outcome, reference, sampler
from engine.f5.checkpoint import Weights
from engine.f5.config import HOP, MAX_FRAMES, RATE, Config, of_folder
from engine.f5.dit import DiT, Line, Tick
from engine.f5.joins import Joiner
from engine.f5.layout import transformer, vocos
from engine.f5.options import DTYPES, Options, Source
from engine.f5.tables import Tables
from engine.f5.text import Vocab, chunks, closed, read_vocab, sentences
from engine.f5.vocos import Vocos
from engine.speech import BadRequest, EngineFailed, EngineMissing, Samples

log = logging.getLogger(__name__)

_LEVEL = 0.1
"""A quieter clip is raised to this RMS."""
_PIECE_BYTES = 160
"""Of a long line: what is longer is cut."""


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


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that is rendered at once."""

    text: str
    line: Line


class Model:
    """A loaded model."""

    def __init__(
        self, config: Config, vocab: Vocab, network: DiT, tables: Tables, vocoder: Vocos
    ) -> None:
        self.config, self.vocab = config, vocab
        self._network, self._tables, self._vocoder = network, tables, vocoder
        self._generator = torch.Generator()

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
            BadRequest: there is no text, or the clip is silent or too short.
        """
        text = text.encode("utf-8", "replace").decode()
        reference.check(samples, rate, text)
        clip = torch.from_numpy(samples).float()
        rms = float(clip.square().mean().sqrt())
        if rms < _LEVEL:
            clip = clip * _LEVEL / rms
        seconds = len(clip) / rate
        clip = mel.resample(clip, rate)
        short = closed(text)
        full = short if short.endswith("。") else short + " "
        frames = mel.frames(clip).to(self._network.device)
        return Enrolled(frames, full, short, len(clip) // HOP, seconds, rms)

    def plan(self, voice: Enrolled, text: str, options: Options) -> list[Piece]:
        """Cut a text into pieces and give each its length.

        Raises:
            BadRequest: there is nothing to say, or a piece is too long.
        """
        text = text.encode("utf-8", "replace").decode()
        if options.compat:
            most = duration.most_bytes(voice.short_text, voice.seconds, options.speed)
            texts, rule = chunks(text, most), duration.upstream
        else:
            texts, rule = sentences(self.vocab.known(text), _PIECE_BYTES), duration.ours
        if not any(c.isalnum() for c in text):
            raise BadRequest("there is nothing in the text that this voice can say")
        return [
            self._piece(voice, part, rule(voice.frames, voice.text, part, options.speed))
            for part in texts
        ]

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

        `tick` is called all the time and may raise to stop. Pieces that would begin after
        `max_seconds` are not made.

        Raises:
            BadRequest: the text cannot be spoken, or so many steps cannot be taken.
            EngineMissing: the checkpoint is gone, and a table for this number of steps is not made.
            EngineFailed: what was made is no speech, twice.
        """
        pieces = _capped(self.plan(voice, text, options), voice, max_seconds)
        options = replace(options, seed=options.seed_for(text))
        drawn = self.noise([piece.line.frames for piece in pieces], options)
        joiner = Joiner()
        for i, (piece, noise) in enumerate(zip(pieces, drawn, strict=True)):
            wave = self._say(voice, piece, noise, options, tick)
            yield joiner.add(wave, last=i == len(pieces) - 1)

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
            wrong = outcome.fault(wave, (piece.line.frames - voice.frames - 1) * HOP / RATE)
            if not wrong:
                return wave
            log.info("a piece came out wrong: %s", wrong)
        raise EngineFailed(f"F5 made no speech of it: {wrong}")

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
        prepared = self._network.prepare(lines, frames, guided=options.guidance >= _LEAST_GUIDANCE)
        x = torch.zeros(len(lines), frames, noise[0].shape[-1])
        for state, drawn in zip(x, noise, strict=True):
            state[: len(drawn)] = drawn
        x = x.to(self._network.device)

        def step(i: int, state: Tensor) -> tuple[Tensor, Tensor | None]:
            tick()
            return self._network.step(state, rows[i], prepared, tick)

        sampler.solve(x, sampler.times(options.nfe, options.sway), options.guidance, step)
        for state, line in zip(x, lines, strict=True):
            state[: len(line.reference)] = line.reference
        return [state[: line.frames] for state, line in zip(x, lines, strict=True)]

    @torch.inference_mode()
    def decode(self, frames: Tensor) -> Samples:
        """Mel frames (n, 100) -> samples ((n - 1) * 256,)."""
        samples: Samples = self._vocoder(frames).cpu().numpy()
        return samples

    def _piece(self, voice: Enrolled, text: str, frames: int) -> Piece:
        ids = torch.tensor(self.vocab.ids(voice.text + text))
        frames = max(frames, len(ids) + 1, len(voice.mel) + 1)
        if frames > MAX_FRAMES:
            seconds = MAX_FRAMES * HOP / RATE
            raise BadRequest(f"reference and text would take more than {seconds:.0f} s at once")
        return Piece(text, Line(ids.to(self._network.device), voice.mel, frames))


def _capped(pieces: list[Piece], voice: Enrolled, seconds: float) -> list[Piece]:
    """The pieces that begin before so many seconds; the first one always."""
    kept: list[Piece] = []
    frames = 0
    for piece in pieces:
        if kept and frames * HOP >= seconds * RATE:
            break
        kept.append(piece)
        frames += piece.line.frames - voice.frames
    return kept


def load(source: Source) -> Model:
    """Load a model. Raises EngineMissing with one line that says what is wrong and who must act."""
    path = checkpoint.model_file(source.model, allow_pt=source.allow_pt)
    config = of_folder(path.parent, source.config)
    vocoder_path, shape = checkpoint.vocos_files(source.vocoder)
    vocab = read_vocab(checkpoint.vocab_file(path))
    device = _device(source.device)
    dtype = _dtype(source.dtype, device)
    kind = "int8" if source.dtype == "int8" else source.linear
    ways = linear.ways(kind, device, dtype)

    def reopen() -> Weights:
        return Weights(path, allow_pt=source.allow_pt)

    with torch.inference_mode(), reopen() as weights:
        rows = weights.rows("text_embed.text_embed.weight")
        if rows and rows != len(vocab) + 1:
            raise EngineMissing(
                f"{path} is made for {rows - 1} tokens and the vocab.txt beside it has "
                f"{len(vocab)}: put the model's own vocab.txt there"
            )
        weights.check(transformer(config, len(vocab) + 1), config.name)
        tables = Tables(config, weights, reopen, device)
        network = DiT(config, weights, ways, device, dtype)
    with torch.inference_mode(), Weights(vocoder_path, allow_pt=True) as weights:
        weights.check(vocos(shape), "Vocos")
        vocoder = Vocos(shape, weights, device)
    return Model(config, vocab, network, tables, vocoder)


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
        return torch.float16 if device.type == "cuda" else torch.float32
    return {"fp16": torch.float16, "bf16": torch.bfloat16}.get(name, torch.float32)


_LEAST_GUIDANCE = 1e-5
