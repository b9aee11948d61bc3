"""The f5-tts package behind the same protocol: what ours is compared with, and measured against.

Takes the same `Source` and voices as `engine.f5.engine`. The package is an extra of its own (6 GB).
Clips are read and cut by our rooms, to the sample as the package does it, for its own way wants
FFmpeg's libraries.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from engine.f5 import duration, reference
from engine.f5.config import RATE, Config, of_folder
from engine.f5.joins import Joiner
from engine.f5.options import Options, Source
from engine.f5.text import closed
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    Samples,
    SpeechRequest,
    UnknownVoice,
    Voice,
)
from engine.voices import DEFAULT, Reference

log = logging.getLogger(__name__)

_LOOK_S = 0.05


class UpstreamEngine:
    """The `Engine` protocol over f5-tts."""

    name = "f5-tts"
    calibration = ""

    def __init__(self, source: Source, voices: Sequence[Reference]) -> None:
        self._source = source
        self._references = {reference.voice.id: reference for reference in voices}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="f5-tts")
        self._infer: Any = None
        self._model: Any = None
        self._vocoder: Any = None
        self._device = "cpu"

    def find(self) -> None:
        """Import the package, which takes seconds. Raises EngineMissing."""
        try:
            from f5_tts.infer import utils_infer
        except (ImportError, OSError) as error:
            raise EngineMissing(
                f"the f5-tts package is not there or does not load ({error}); into an environment "
                "with a CUDA build of torch: python -m pip install f5-tts torchaudio"
            ) from error
        self._infer = utils_infer

    def load(self) -> None:
        """Load the package, the model and the vocoder. Raises EngineMissing."""
        self.find()
        # The package tells its files on standard output, which is not its own here.
        with contextlib.redirect_stdout(io.StringIO()):
            self._load()

    def _load(self) -> None:
        import torch
        from f5_tts.model import DiT

        from engine.f5 import checkpoint

        source = self._source
        path = checkpoint.model_file(source.model, allow_pt=source.allow_pt)
        config = of_folder(path.parent, source.config)
        vocab = checkpoint.vocab_file(path)
        checkpoint.vocos_files(source.vocoder)
        found = "cuda" if torch.cuda.is_available() else "cpu"
        self._device = found if source.device == "auto" else source.device
        self._model = self._infer.load_model(
            DiT, arch(config), str(path), vocab_file=str(vocab), device=self._device
        )
        self._vocoder = self._infer.load_vocoder("vocos", True, str(source.vocoder), self._device)

    @property
    def parts(self) -> tuple[Any, Any]:
        """The package's own model and vocoder, to measure them."""
        return self._model, self._vocoder

    def voices(self) -> list[Voice]:
        """The voices that were given."""
        return [reference.voice for reference in self._references.values()]

    def synthesise(
        self,
        request: SpeechRequest,
        emit: Callable[[Chunk], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Speak, a chunk for each piece. The package cannot be stopped within one."""
        name = request.voice or DEFAULT
        if not request.voice and DEFAULT not in self._references:
            name = next(iter(self._references), "")
        voice = self._references.get(name)
        if voice is None:
            raise UnknownVoice(f"f5-tts has no voice {name!r:.60}")
        words = closed(voice.text)
        clip = reference.cut(reference.read(voice.clip))
        speed = voice.options.speed * request.rate
        most = duration.most_bytes(words, len(clip.pcm) / clip.rate, speed)
        pieces: list[str] = self._infer.chunk_text(request.text, max_chars=most)
        if not pieces:
            raise BadRequest("there is nothing in the text that this voice can say")
        self._seed(voice.options.seed_for(request.text))
        joiner = Joiner()
        for i, piece in enumerate(pieces):
            work = self._thread.submit(self._say, clip, words, piece, voice.options, speed)
            samples = _wait(work, cancelled)
            if samples is None:
                return
            emit(Chunk(joiner.add(samples, last=i == len(pieces) - 1), RATE))

    def close(self) -> None:
        """Give everything back."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._model = self._vocoder = None

    def _seed(self, seed: int) -> None:
        from f5_tts.model.utils import seed_everything

        self._thread.submit(seed_everything, seed).result()

    def _say(
        self, clip: reference.Clip, words: str, piece: str, options: Options, speed: float
    ) -> Samples:
        import torch

        audio = torch.from_numpy(clip.mono)[None]
        samples, _, _ = next(
            self._infer.infer_batch_process(
                (audio, clip.rate),
                words,
                [piece],
                self._model,
                self._vocoder,
                progress=None,
                nfe_step=options.nfe,
                cfg_strength=options.guidance,
                sway_sampling_coef=options.sway,
                speed=speed,
                device=self._device,
            )
        )
        return np.asarray(samples, np.float32)


def arch(config: Config) -> dict[str, Any]:
    """The arguments of the package's own network for a configuration of ours."""
    return {
        "dim": config.dim,
        "depth": config.depth,
        "heads": config.heads,
        "ff_mult": config.ff_mult,
        "text_dim": config.text_dim,
        "conv_layers": config.text_layers,
        "text_mask_padding": config.mask_padding,
        "pe_attn_head": config.rope_heads,
        "qk_norm": "rms_norm" if config.qk_norm else None,
        "attn_mask_enabled": False,
    }


def _wait(work: Future[Samples], cancelled: Callable[[], bool]) -> Samples | None:
    """Wait for a piece, asking all the while; None once it is no longer wanted."""
    while True:
        try:
            return work.result(timeout=_LOOK_S)
        except TimeoutError:
            if cancelled():
                work.cancel()
                return None
        except Exception as error:
            line = str(error).partition("\n")[0]
            raise EngineFailed(f"f5-tts failed: {type(error).__name__}: {line:.200}") from error
