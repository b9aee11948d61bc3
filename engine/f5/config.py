"""What the released F5-TTS models look like, by name. Knows no file and no torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.speech import EngineMissing

RATE = 24_000
"""Samples a second, of references and of what is made."""
HOP = 256
"""Samples that a frame stands for."""
MELS = 100
"""Numbers of a mel frame."""
WINDOW = 1024
"""Samples that a frame is computed from."""
MAX_FRAMES = 8192
"""87 s, reference included: more is never asked of the network at once."""


@dataclass(frozen=True, slots=True)
class Config:
    """One architecture. A checkpoint's file cannot tell v0 from v1, so it goes by its name."""

    name: str
    """As upstream calls it."""
    dim: int
    """Width of the transformer."""
    depth: int
    """Its blocks."""
    heads: int
    """Attention heads of a block."""
    text_dim: int = 512
    """Width of the text embedding."""
    text_layers: int = 4
    """ConvNeXt blocks behind the text embedding."""
    mask_padding: bool = True
    """Whether the text embedding is zero where there is no text (v1)."""
    rope_heads: int | None = None
    """How many of the heads turn with the position; None: all (v1)."""
    qk_norm: bool = False
    """Whether queries and keys are RMS-normed."""
    ff_mult: int = 2
    """Width of the feed-forward layer, in widths of the transformer."""
    head_dim: int = 64
    """Width of a head."""

    @property
    def inner(self) -> int:
        """Width of all heads together."""
        return self.heads * self.head_dim


_V1 = Config("F5TTS_v1_Base", dim=1024, depth=22, heads=16)
_TINY = Config("Tiny_v1", dim=64, depth=2, heads=2, text_dim=32, text_layers=2)

RELEASED = {
    config.name: config
    for config in (
        _V1,
        replace(_V1, name="F5TTS_Base", mask_padding=False, rope_heads=1),
        replace(_V1, name="F5TTS_v1_Small", dim=768, depth=18, heads=12),
        replace(
            _V1, name="F5TTS_Small", dim=768, depth=18, heads=12, mask_padding=False, rope_heads=1
        ),
    )
}
"""The models that are there to be downloaded."""
TINY = {
    config.name: config
    for config in (
        _TINY,
        replace(_TINY, name="Tiny_v0", mask_padding=False, rope_heads=1),
        replace(_TINY, name="Tiny_norm", qk_norm=True),
    )
}
"""For tests: the same parts, so small that they run at once."""
CONFIGS = RELEASED | TINY
_OTHER_VOCODER = "bigvgan"
"""A model so called makes frames that Vocos would make noise of."""


def named(name: str) -> Config:
    """The configuration of a name, in any case. Raises EngineMissing with the names there are."""
    for config in CONFIGS.values():
        if config.name.lower() == name.lower():
            return config
    raise EngineMissing(f"there is no F5 configuration {name!r}; there are: {_names(RELEASED)}")


def of_folder(folder: Path, name: str = "") -> Config:
    """The configuration of a model: `name` if given, else what its folder is called.

    A folder may say more than the name, such as `F5TTS_v1_Base_no_zero_init`: the longest name that
    it begins with counts. Raises EngineMissing.
    """
    if name:
        return named(name)
    # A link may be called by the model's name, or lead to where it is.
    for called in (folder.name.lower(), folder.resolve().name.lower()):
        for config in sorted(CONFIGS.values(), key=lambda config: -len(config.name)):
            rest = called.removeprefix(config.name.lower())
            if rest != called and not rest[:1].isalnum():
                _check_vocoder(folder, rest)
                return config
    raise EngineMissing(
        f"the folder name {folder.resolve().name!r} does not tell which F5 model it holds: rename "
        "it, or name the configuration (ISHOWTTS_F5__CONFIG, --config); there are: "
        f"{_names(RELEASED)}"
    )


def _check_vocoder(folder: Path, rest: str) -> None:
    if _OTHER_VOCODER in rest:
        raise EngineMissing(
            f"{folder} is a model for the vocoder BigVGAN, which is not used here: take a model "
            "for Vocos (python -m engine fetch lists some)"
        )


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
