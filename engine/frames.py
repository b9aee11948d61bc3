"""Length-prefixed frames between the bot and its children: a JSON head and a binary body.

    magic  4 bytes  b"\\xf5TS1"
    head   u32 little endian, bytes of JSON that follow
    body   u32 little endian, bytes that follow the head (float32 samples, or nothing)

The magic makes stray bytes on the pipe (a native library that prints) an error that is seen at
once, instead of a length that is waited for. Does not know what the frames mean.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from asyncio import StreamReader  # the children read without it, and start sooner so

MAGIC = b"\xf5TS1"
MAX_HEAD = 1 << 20
MAX_BODY = 64 << 20
_PREFIX = struct.Struct("<4sII")

Head = dict[str, Any]


class FrameError(Exception):
    """What came is not a frame: the other side is broken and must be replaced."""


def encode(head: Mapping[str, Any], body: bytes | NDArray[np.float32] = b"") -> bytes:
    """One frame as bytes. `body` may be an array of float32; its bytes are sent as they lie."""
    raw = body if isinstance(body, bytes) else np.ascontiguousarray(body, np.float32).tobytes()
    text = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode()
    return _PREFIX.pack(MAGIC, len(text), len(raw)) + text + raw


def _lengths(prefix: bytes) -> tuple[int, int]:
    magic, head, body = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError(f"not a frame: the pipe gave {prefix[:4]!r}")
    if head > MAX_HEAD or body > MAX_BODY:
        raise FrameError(f"frame too large: head {head}, body {body} bytes")
    return head, body


def _head(raw: bytes) -> Head:
    try:
        head = json.loads(raw)
    except ValueError as error:
        raise FrameError("frame head is not JSON") from error
    if not isinstance(head, dict):
        raise FrameError("frame head is not an object")
    return head


def samples(body: bytes) -> NDArray[np.float32]:
    """The body of a frame as float32 samples, shape (n,), read-only."""
    if len(body) % 4:
        raise FrameError(f"frame body of {len(body)} bytes is not float32")
    return np.frombuffer(body, np.float32)


async def read(stream: StreamReader) -> tuple[Head, bytes] | None:
    """The next frame, or None at the end of the stream. Raises FrameError on anything else."""
    begun = False
    try:
        head, body = _lengths(await stream.readexactly(_PREFIX.size))
        begun = True
        return _head(await stream.readexactly(head)), await stream.readexactly(body)
    except EOFError as error:  # asyncio.IncompleteReadError, which tells what there was
        if begun or getattr(error, "partial", None):
            raise FrameError("the pipe ended inside a frame") from error
        return None


def read_blocking(stream: BinaryIO) -> tuple[Head, bytes] | None:
    """The same for a child's standard input."""
    prefix = _exactly(stream, _PREFIX.size)
    if prefix is None:
        return None
    head_length, body_length = _lengths(prefix)
    head, body = _exactly(stream, head_length), _exactly(stream, body_length)
    if head is None or body is None:
        raise FrameError("the pipe ended inside a frame")
    return _head(head), body


def _exactly(stream: BinaryIO, n: int) -> bytes | None:
    parts: list[bytes] = []
    missing = n
    while missing:
        part = stream.read(missing)
        if not part:
            if parts:
                raise FrameError("the pipe ended inside a frame")
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
