import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.lines import Line, Turns, split


@given(st.binary(max_size=60).map(lambda b: b.replace(b"\r", b"\n")), st.data())
def test_lines_do_not_depend_on_how_the_bytes_are_cut(text: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    edges = [0, *cuts, len(text)]
    blocks = [text[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    expected = text.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert list(split(blocks, 100)) == [Line(line, True) for line in expected]


def test_both_line_ends_are_taken_off() -> None:
    assert [line.data for line in split([b"a\r\nb\n\r\nc\r"], 10)] == [b"a", b"b", b"", b"c"]


def test_a_long_line_is_cut_and_the_next_is_whole() -> None:
    lines = list(split([b"abc", b"def", b"gh\nxy\nabcd\nabcde"], 4))
    assert lines == [
        Line(b"abcd", False),
        Line(b"xy", True),
        Line(b"abcd", True),
        Line(b"abcd", False),
    ]


async def test_work_without_waiting_still_shares_the_loop() -> None:
    turns = Turns(0.0)
    ticks = 0

    async def other() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(10):
        await turns.share()
    task.cancel()
    await asyncio.wait({task})
    assert ticks >= 9


async def test_within_its_time_work_goes_on_unshared() -> None:
    turns = Turns(60.0)
    called = False

    def note() -> None:
        nonlocal called
        called = True

    asyncio.get_running_loop().call_soon(note)
    for _ in range(10):
        await turns.share()
    assert not called
