"""The names and shapes of the tensors in a checkpoint of F5-TTS and of Vocos. Knows no file.

Names are those of the files, without `ema_model.` and `transformer.` in front.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.f5.config import MELS, WINDOW, Config

Shapes = dict[str, tuple[int, ...]]

PREFIXES = ("ema_model.", "module.", "transformer.")
"""What may stand in front of a name, in this order."""
UNUSED = frozenset(
    {
        "initted",
        "step",
        "update",
        "rotary_embed.inv_freq",
        "mel_spec.mel_stft.mel_scale.fb",
        "mel_spec.mel_stft.spectrogram.window",
        "head.istft.window",
        "feature_extractor.mel_spec.spectrogram.window",
        "feature_extractor.mel_spec.mel_scale.fb",
    }
)
"""Counters of the training, and tables that follow from nothing but the architecture."""
TIME_DIM = 256
"""Width of the sinusoids of a time."""
CONV_KERNEL, CONV_GROUPS = 31, 16
TEXT_KERNEL = 7
TEXT_MULT = 2


def transformer(config: Config, rows: int) -> Shapes:
    """Every tensor of the network; `rows`: of the text embedding, one more than the vocabulary."""
    dim, text = config.dim, config.text_dim
    shapes = {
        "text_embed.text_embed.weight": (rows, text),
        **_linear("time_embed.time_mlp.0", TIME_DIM, dim),
        **_linear("time_embed.time_mlp.2", dim, dim),
        **_linear("input_embed.proj", 2 * MELS + text, dim),
        **_linear("norm_out.linear", dim, 2 * dim),
        **_linear("proj_out", dim, MELS),
    }
    for i in range(config.text_layers):
        shapes |= _text_block(f"text_embed.text_blocks.{i}", text)
    for i in (0, 2):
        name = f"input_embed.conv_pos_embed.conv1d.{i}"
        shapes |= {f"{name}.weight": (dim, dim // CONV_GROUPS, CONV_KERNEL), f"{name}.bias": (dim,)}
    for i in range(config.depth):
        shapes |= _block(f"transformer_blocks.{i}", config)
    return shapes


@dataclass(frozen=True, slots=True)
class VocosShape:
    """What the `config.yaml` of a Vocos model says."""

    dim: int = 512
    inner: int = 1536
    layers: int = 8


def vocos(shape: VocosShape) -> Shapes:
    """Every tensor of a vocoder that is used."""
    dim = shape.dim
    shapes = {
        "backbone.embed.weight": (dim, MELS, 7),
        "backbone.embed.bias": (dim,),
        **_norm("backbone.norm", dim),
        **_norm("backbone.final_layer_norm", dim),
        **_linear("head.out", dim, WINDOW + 2),
    }
    for i in range(shape.layers):
        name = f"backbone.convnext.{i}"
        shapes |= {
            f"{name}.gamma": (dim,),
            f"{name}.dwconv.weight": (dim, 1, 7),
            f"{name}.dwconv.bias": (dim,),
            **_norm(f"{name}.norm", dim),
            **_linear(f"{name}.pwconv1", dim, shape.inner),
            **_linear(f"{name}.pwconv2", shape.inner, dim),
        }
    return shapes


def _linear(name: str, inputs: int, outputs: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, dim: int) -> Shapes:
    return {f"{name}.weight": (dim,), f"{name}.bias": (dim,)}


def _text_block(name: str, dim: int) -> Shapes:
    inner = TEXT_MULT * dim
    return {
        f"{name}.dwconv.weight": (dim, 1, TEXT_KERNEL),
        f"{name}.dwconv.bias": (dim,),
        **_norm(f"{name}.norm", dim),
        **_linear(f"{name}.pwconv1", dim, inner),
        f"{name}.grn.gamma": (1, 1, inner),
        f"{name}.grn.beta": (1, 1, inner),
        **_linear(f"{name}.pwconv2", inner, dim),
    }


def _block(name: str, config: Config) -> Shapes:
    dim = config.dim
    shapes = {
        **_linear(f"{name}.attn_norm.linear", dim, 6 * dim),
        **_linear(f"{name}.attn.to_q", dim, config.inner),
        **_linear(f"{name}.attn.to_k", dim, config.inner),
        **_linear(f"{name}.attn.to_v", dim, config.inner),
        **_linear(f"{name}.attn.to_out.0", config.inner, dim),
        **_linear(f"{name}.ff.ff.0.0", dim, config.ff_mult * dim),
        **_linear(f"{name}.ff.ff.2", config.ff_mult * dim, dim),
    }
    if config.qk_norm:
        shapes |= {f"{name}.attn.{which}_norm.weight": (config.head_dim,) for which in "qk"}
    return shapes
