"""The clip of a voice: a WAV file -> samples, cut at pauses to what is used of it.

Cut as upstream cuts it, to the sample: at pauses of a second, else of a tenth of one, else hard, so
that no more than 12 s are left, then trimmed at both ends and 50 ms of silence put behind. Knows no
network. 16-bit samples all the way, whatever the file has.
"""

from __future__ import annotations

import math
import shlex
import stat
import struct
import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.speech import BadRequest, Samples

MOST_BYTES = 10_000_000
MOST_S = 30.0
_LOWEST_RATE = 11_025
_MOST_CHUNKS, _FORM_BYTES = 200, 40
_LONG_MS, _ENOUGH_MS = 12_000, 6_000
_KEEP_MS = 1_000
"""Of a pause on either side."""
_STEP_MS = 10
_TAIL_MS = 50
_FULL = 32_768.0

Pcm = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Clip:
    """Audio of a file."""

    pcm: Pcm
    """(n, channels)."""
    rate: int
    """Samples a second."""

    @property
    def mono(self) -> Samples:
        """The mean of the channels, full scale 1.0, shape (n,)."""
        samples: Samples = (self.pcm.astype(np.float32) / np.float32(_FULL)).mean(1)
        return samples

    @property
    def ms(self) -> int:
        """Its length in milliseconds."""
        return round(1000 * (len(self.pcm) / self.rate))

    def part(self, start: int, end: int) -> Clip:
        """From one millisecond to another; silence stands in for up to 1 ms that is not there."""
        a, b = (int(min(ms, self.ms) * (self.rate / 1000.0)) for ms in (start, end))
        pcm = self.pcm[a:b]
        return Clip(np.pad(pcm, ((0, max(0, b - a - len(pcm))), (0, 0))), self.rate)

    def level(self, start: int, end: int) -> int:
        """The RMS of a part, in steps of 16 bits."""
        x = self.part(start, end).pcm.astype(np.float64)
        return int(math.sqrt(np.square(x).sum() / x.size)) if x.size else 0


def read(path: Path) -> Clip:
    """Read a WAV file of 16, 24 or 32 bits or of floats, at most 30 s and 10 MB.

    Raises:
        BadRequest: it cannot be read, or is too long; told by its header, before it is decoded.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BadRequest(f"{path} is no file: name a WAV file")
        if found.st_size > MOST_BYTES:
            raise BadRequest(
                f"{path} has more than {MOST_BYTES // 1_000_000} MB: take a shorter clip"
            )
        with path.open("rb") as file:
            return _decoded(path, file, found.st_size)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadRequest(f"the clip cannot be read: {path}: {why}") from error


def write(path: Path, clip: Clip) -> None:
    """Write a clip as a WAV file of 16 bits. Raises OSError."""
    with path.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(clip.pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(clip.rate)
        file.writeframes(clip.pcm.astype("<i2").tobytes())


def check(samples: Samples, rate: int, words: str) -> None:
    """Raise BadRequest unless mono samples and their words can make a voice."""
    if not words.strip():
        raise BadRequest("the reference clip needs its words: name them (--reference-text)")
    if len(samples) < rate // 2 or not samples.any():
        raise BadRequest("the reference clip is silent, or shorter than half a second")


def cut(clip: Clip) -> Clip:
    """What upstream uses of a clip."""
    kept = _leave_out(clip, pause=1000, level=-50)
    if kept.ms > _LONG_MS:
        kept = _leave_out(clip, pause=100, level=-40)
    if kept.ms > _LONG_MS:
        kept = kept.part(0, _LONG_MS)
    kept = _trimmed(kept)
    # The silence is made at 11025 samples a second and brought to the rate of the clip.
    low = int(_LOWEST_RATE * _TAIL_MS / 1000)
    shared = math.gcd(_LOWEST_RATE, kept.rate)
    tail = low
    if kept.rate != _LOWEST_RATE:
        tail = (low - 1) * (kept.rate // shared) // (_LOWEST_RATE // shared) + 1
    return Clip(np.pad(kept.pcm, ((0, tail), (0, 0))), kept.rate)


def _leave_out(clip: Clip, pause: int, level: float) -> Clip:
    """Join what is between pauses, until it is enough and the next part would make it too long."""
    parts: list[Pcm] = []
    length = Clip(clip.pcm[:0], clip.rate)
    for start, end in _between(clip, pause, level):
        part = clip.part(start, end)
        joined = Clip(np.concatenate((length.pcm, part.pcm)), clip.rate)
        if length.ms > _ENOUGH_MS and joined.ms > _LONG_MS:
            break
        length = joined
        parts.append(part.pcm)
    return length


def _between(clip: Clip, pause: int, level: float) -> list[tuple[int, int]]:
    """From where to where there is sound, in ms, with up to a second of the pauses around it."""
    sound = _sounding(clip, _pauses(clip, pause, level))
    ranges = [[start - _KEEP_MS, end + _KEEP_MS] for start, end in sound]
    for before, after in zip(ranges, ranges[1:], strict=False):
        if after[0] < before[1]:
            before[1] = after[0] = (before[1] + after[0]) // 2
    return [(max(start, 0), min(end, clip.ms)) for start, end in ranges]


def _sounding(clip: Clip, pauses: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if not pauses:
        return [(0, clip.ms)]
    if pauses[0] == (0, clip.ms):
        return []
    ends = [0, *(end for _, end in pauses)]
    starts = [start for start, _ in pauses]
    sound = list(zip(ends, starts, strict=False))
    if ends[-1] != clip.ms:
        sound.append((ends[-1], clip.ms))
    return sound[1:] if sound[0] == (0, 0) else sound


def _pauses(clip: Clip, length: int, level: float) -> list[tuple[int, int]]:
    """Where `length` ms and more are at most as loud as `level` dBFS."""
    last = clip.ms - length
    if last < 0:
        return []
    limit = 10 ** (level / 20) * _FULL
    starts = [*range(0, last + 1, _STEP_MS), *([last] if last % _STEP_MS else [])]
    quiet = [start for start in starts if clip.level(start, start + length) <= limit]
    found: list[tuple[int, int]] = []
    for start in quiet:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], start + length)
        else:
            found.append((start, start + length))
    return found


def _trimmed(clip: Clip, level: float = -42.0) -> Clip:
    start = _silent_until(clip, level)
    clip = clip.part(start, clip.ms)
    end = _silent_until(Clip(clip.pcm[::-1], clip.rate), level)
    return clip.part(0, clip.ms - end) if end else clip


def _silent_until(clip: Clip, level: float) -> int:
    at = 0
    while at < clip.ms and _decibels(clip.level(at, at + _STEP_MS)) < level:
        at += _STEP_MS
    return min(at, clip.ms)


def _decibels(level: int) -> float:
    return 20 * math.log10(level / _FULL) if level else -math.inf


def _decoded(path: Path, file: BinaryIO, size: int) -> Clip:
    form, start, length = _header(path, file, size)
    kind, channels, rate, _, width, bits = struct.unpack_from("<HHIIHH", form)
    if kind == 0xFFFE and len(form) >= 26:
        (kind,) = struct.unpack_from("<H", form, 24)
    if (kind, bits) not in _DECODERS or not 1 <= channels <= 8 or width != channels * bits // 8:
        raise BadRequest(f"{path} is a WAV of a kind that is not read; {_conversion(path)}")
    if not _LOWEST_RATE <= rate <= 192_000:
        raise BadRequest(f"{path} has {rate} samples a second: save it at 24000 or more")
    count = length // width
    if count > MOST_S * rate:
        raise BadRequest(f"{path} is longer than {MOST_S:.0f} s: cut it, 3 to 12 s are best")
    file.seek(start)
    body = file.read(count * width)
    count = len(body) // width  # less, if it is being cut just now
    pcm = _DECODERS[kind, bits](body[: count * width])
    return Clip(pcm.reshape(count, channels), rate)


def _header(path: Path, file: BinaryIO, size: int) -> tuple[bytes, int, int]:
    """The `fmt ` chunk of a RIFF file, and where its samples are: their first byte, their number.

    What the header says of a length is believed as far as the file goes.
    """
    top = file.read(12)
    form, data = b"", (0, -1)
    at = 12
    for _ in range(_MOST_CHUNKS if top[:4] == b"RIFF" and top[8:] == b"WAVE" else 0):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or (form and data[1] >= 0):
            break
        (length,) = struct.unpack_from("<I", head, 4)
        if head[:4] == b"fmt " and not form:
            form = file.read(min(length, _FORM_BYTES))
        elif head[:4] == b"data" and data[1] < 0:
            data = (at + 8, min(length, size - at - 8))
        at += 8 + length + length % 2
    if len(form) < 16 or data[1] < 0:
        raise BadRequest(f"{path} is no WAV file; {_conversion(path)}")
    return form, *data


def _conversion(path: Path) -> str:
    made = path.with_name(f"{path.stem}-24k.wav")
    return (
        f"make one of it: ffmpeg -i {_quoted(path)} -ac 1 -ar 24000 -c:a pcm_s16le {_quoted(made)}"
    )


def _quoted(path: Path) -> str:
    return f'"{path}"' if sys.platform == "win32" else shlex.quote(str(path))


def _of_24(body: bytes) -> Pcm:
    upper = np.frombuffer(body, "u1").reshape(-1, 3)[:, 1:].copy()
    return upper.view("<i2")[:, 0].astype(np.int16)


def _of_32(body: bytes) -> Pcm:
    return np.frombuffer(body, "<i2")[1::2].astype(np.int16)


def _of_float(body: bytes) -> Pcm:
    x = np.nan_to_num(np.frombuffer(body, "<f4"))
    pcm: Pcm = np.clip(np.rint(x * _FULL), -32_768, 32_767).astype(np.int16)
    return pcm


_DECODERS = {
    (1, 16): lambda body: np.frombuffer(body, "<i2").astype(np.int16),
    (1, 24): _of_24,
    (1, 32): _of_32,
    (3, 32): _of_float,
}
