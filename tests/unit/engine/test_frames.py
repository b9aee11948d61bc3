"""engine.frames: what goes in comes out, and whatever is no frame is an error at once."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import frames

heads = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.booleans()))


def both_ways(data: bytes) -> list[tuple[frames.Head, bytes] | None]:
    """What the blocking and the asynchronous reader make of a pipe that holds `data`."""

    async def read() -> tuple[frames.Head, bytes] | None:
        stream = asyncio.StreamReader()
        stream.feed_data(data)
        stream.feed_eof()
        return await frames.read(stream)

    return [frames.read_blocking(io.BytesIO(data)), asyncio.run(read())]


@given(heads, st.binary(max_size=500))
def test_a_frame_comes_out_as_it_went_in(head: dict[str, Any], body: bytes) -> None:
    assert frames.read_blocking(io.BytesIO(frames.encode(head, body))) == (head, body)


def test_both_readers_give_the_frames_in_order_and_then_the_end() -> None:
    samples = np.array([0.0, 0.5, -1.0], np.float32)
    for read in both_ways(frames.encode({"id": 1}, samples) + frames.encode({"id": 2})):
        assert read is not None
        assert read[0] == {"id": 1}
        assert np.array_equal(frames.samples(read[1]), samples)
    assert both_ways(b"") == [None, None]


WHOLE = frames.encode({"id": 1}, b"body")


@pytest.mark.parametrize("length", range(1, len(WHOLE)))
def test_a_pipe_that_ends_inside_a_frame_is_an_error(length: int) -> None:
    with pytest.raises(frames.FrameError):
        frames.read_blocking(io.BytesIO(WHOLE[:length]))
    with pytest.raises(frames.FrameError):
        asyncio.run(_read(WHOLE[:length]))


async def _read(data: bytes) -> object:
    stream = asyncio.StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    return await frames.read(stream)


@pytest.mark.parametrize(
    "data",
    [
        b"a library printed this line\n",
        frames.MAGIC + b"\xff" * 8,
        frames.MAGIC + b"\x03\0\0\0" + b"\0" * 4 + b"abc",
        frames.MAGIC + b"\x02\0\0\0" + b"\0" * 4 + b"[]",
        frames.MAGIC + b"\x02\0\0\0" + b"\0" * 4 + b"\xff\xff",
    ],
    ids=["printed", "huge", "not JSON", "no object", "not text"],
)
def test_nonsense_is_an_error_and_nothing_is_waited_for(data: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.read_blocking(io.BytesIO(data))
    with pytest.raises(frames.FrameError):
        asyncio.run(_read(data))


def test_a_body_that_is_no_float32_is_an_error() -> None:
    with pytest.raises(frames.FrameError):
        frames.samples(b"abc")
