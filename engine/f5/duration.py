"""How long a text will take, in frames. Knows no network.

The model does not decide that: it fills the length that it is given with the words, and garbles
them or repeats the reference where the length is wrong.
"""

from __future__ import annotations

import math

from engine.f5.config import HOP, RATE

_SHORTEST_S = 0.6
"""One short word; less and it is swallowed."""
_SLOWEST, _FASTEST = 7.0, 28.0
"""Bytes a second that a reference can have; beyond, its words are not its words."""
_SHORT_BYTES, _SHORT_SPEED = 10, 0.3
_LONGEST_S = 12.0
"""Of a piece: models were trained on 30 s, reference included, and workers are waited for by it."""


def upstream(reference: int, reference_text: str, text: str, speed: float) -> int:
    """Frames of reference and text together by upstream's rule.

    In proportion to bytes, and 3.3 times as long below 10 bytes whatever the speed is.
    """
    size = len(text.encode())
    if size < _SHORT_BYTES:
        speed = _SHORT_SPEED
    return reference + int(reference / len(reference_text.encode()) * size / speed)


def ours(reference: int, reference_text: str, text: str, speed: float) -> int:
    """Frames of reference and text together by a rule that never falls as the text grows.

    In proportion to bytes for long texts, and gently no less than 0.6 s for short ones.
    """
    pace = _pace(reference, reference_text)
    seconds = math.hypot(_SHORTEST_S, len(text.strip().encode()) / pace)
    return reference + math.ceil(seconds / speed * RATE / HOP)


def fitting_bytes(reference: int, reference_text: str, speed: float) -> int:
    """Bytes of a piece that our rule gives about 12 s."""
    return int(_LONGEST_S * speed * _pace(reference, reference_text))


def most_bytes(reference_text: str, seconds: float, speed: float) -> int:
    """Bytes of a piece at most by upstream's rule; `seconds` is the length of the reference."""
    return int(len(reference_text.encode()) / seconds * (22 - seconds) * speed)


def _pace(reference: int, reference_text: str) -> float:
    """Bytes a second of a reference of so many frames."""
    pace = len(reference_text.encode()) / (reference * HOP / RATE)
    return min(_FASTEST, max(_SLOWEST, pace))
