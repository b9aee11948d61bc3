"""Model files of the official layout with random weights, the same for the same seed.

For tests and for measuring speed where no real weights are at hand. Such a model says only noise.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.f5 import layout, mel
from engine.f5.config import HOP, MELS, RATE, WINDOW, Config

_VOCOS_YAML = f"""feature_extractor:
  class_path: vocos.feature_extractors.MelSpectrogramFeatures
  init_args:
    sample_rate: {RATE}
    n_fft: {WINDOW}
    hop_length: {HOP}
    n_mels: {MELS}
    padding: center
backbone:
  class_path: vocos.models.VocosBackbone
  init_args:
    input_channels: {MELS}
    dim: {{dim}}
    intermediate_dim: {{inner}}
    num_layers: {{layers}}
head:
  class_path: vocos.heads.ISTFTHead
  init_args:
    dim: {{dim}}
    n_fft: {WINDOW}
    hop_length: {HOP}
    padding: center
"""


VOCAB = 2545
"""Tokens of the released models."""


def vocab(size: int = VOCAB) -> list[str]:
    """A stand-in for a `vocab.txt`: ASCII, then tokens that no text has."""
    ascii_ = [chr(c) for c in range(32, 127)]
    return (ascii_ + [f"<{i}>" for i in range(len(ascii_), size)])[:size]


def transformer(config: Config, rows: int, seed: int) -> dict[str, Tensor]:
    """Every tensor of the network by its bare name; `rows`: of the text embedding."""
    return _drawn(layout.transformer(config, rows), seed)


def vocos(shape: layout.VocosShape, seed: int) -> dict[str, Tensor]:
    """Every tensor of a vocoder that is used."""
    return _drawn(layout.vocos(shape), seed)


def write_model(folder: Path, config: Config, vocab: list[str], seed: int) -> Path:
    """Write `model_0.safetensors` and `vocab.txt` as they are released; returns the former."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"ema_model.transformer.{name}": tensor
        for name, tensor in transformer(config, len(vocab) + 1, seed).items()
    }
    turns = 10_000.0 ** (-torch.arange(0, config.head_dim, 2).float() / config.head_dim)
    tensors["ema_model.transformer.rotary_embed.inv_freq"] = turns
    tensors["initted"], tensors["step"] = torch.tensor(True), torch.tensor(0)
    path = folder / "model_0.safetensors"
    save_file(tensors, path)
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in vocab), "utf-8")
    return path


def write_vocos(folder: Path, shape: layout.VocosShape, seed: int) -> None:
    """Write `config.yaml` and `pytorch_model.bin` as they are released."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = vocos(shape, seed)
    window = torch.hann_window(WINDOW)
    tensors["head.istft.window"] = window
    tensors["feature_extractor.mel_spec.spectrogram.window"] = window
    tensors["feature_extractor.mel_spec.mel_scale.fb"] = mel.filters()
    torch.save(tensors, folder / "pytorch_model.bin")
    text = _VOCOS_YAML.format(dim=shape.dim, inner=shape.inner, layers=shape.layers)
    (folder / "config.yaml").write_text(text, "utf-8")


def _drawn(shapes: layout.Shapes, seed: int) -> dict[str, Tensor]:
    """Draw in the order of the names, so that what comes in, comes out in the same size."""
    random = np.random.default_rng(seed)
    tensors = {}
    for name, shape in sorted(shapes.items()):
        x = random.standard_normal(shape, dtype=np.float32)
        x *= np.float32(_spread(name, shape))
        if name.endswith("norm.weight") or name.endswith("gamma") and len(shape) == 1:
            x += np.float32(1.0)
        tensors[name] = torch.from_numpy(x)
    return tensors


def _spread(name: str, shape: tuple[int, ...]) -> float:
    if name.endswith("bias"):
        return 0.1
    if "grn" in name or "norm.weight" in name or name.endswith("gamma"):
        return 0.2
    if "embed.weight" in name and len(shape) == 2:
        return 1.0
    return 1.0 / math.sqrt(math.prod(shape[1:]))
