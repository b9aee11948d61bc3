"""Mono samples -> a WAV file. Knows no engine."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from engine.speech import Samples

_PCM, _FLOAT = 1, 3
"""WAVE_FORMAT_PCM and WAVE_FORMAT_IEEE_FLOAT."""


def write(path: Path, samples: Samples, rate: int, *, floats: bool = False) -> None:
    """Write 16-bit samples, or with `floats` the samples as they are, 32-bit. Raises OSError."""
    if floats:
        body = samples.astype("<f4").tobytes()
    else:
        body = np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    path.write_bytes(_head(len(samples), rate, floats) + body)


def _head(count: int, rate: int, floats: bool) -> bytes:
    """All that is in front of the samples; what is no PCM needs a count of them besides."""
    width = 4 if floats else 2
    kind = _FLOAT if floats else _PCM
    form = struct.pack("<HHIIHH", kind, 1, rate, rate * width, width, 8 * width)
    if floats:
        form += struct.pack("<H", 0)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    if floats:
        chunks += b"fact" + struct.pack("<II", 4, count)
    chunks += b"data" + struct.pack("<I", count * width)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + count * width) + b"WAVE" + chunks
