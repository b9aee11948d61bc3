"""What `bench journal` kills: a process that journals paid lines and "speaks" them, and tells.

    python -m bot.bench.journal_child FOLDER

Each line on standard output is written after the fact: `ready`, `kept ID`, `begun ID AGAIN` and
`ended ID`, the last once the end is committed. AGAIN is 1 if the line was announced.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from pathlib import Path

from bot.journal import Journal
from bot.line import End, Line, Stages
from filters.message import Author, ChatMessage, Payment

_AT_ONCE = 4
"""Lines that wait for their commit together."""


def paid_line(id: str, text: str = "hello there") -> Line:
    """A line as intake hands it to the journal."""
    paid = Payment(100, "bits")
    message = ChatMessage("bench", "bench", id, Author("1", "ann"), text, paid=paid)
    return Line(message, 5.0, Stages(0.0))


async def keep(journal: Journal, line: Line) -> bool:
    """Journal a line and wait for the answer."""
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    journal.add(line, answer.set_result)
    return await answer


def _say(*words: object) -> None:
    # One write, unbuffered: what is told is in the pipe, whatever happens next.
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


async def _take_in(journal: Journal, waiting: asyncio.Queue[Line]) -> None:
    while True:
        line = paid_line(uuid.uuid4().hex)
        if await keep(journal, line):
            _say("kept", line.message.id)
        await waiting.put(line)


async def _speak(journal: Journal, waiting: asyncio.Queue[Line]) -> None:
    while True:
        line = await waiting.get()
        await journal.started(line)
        _say("begun", line.message.id, int(line.again))
        journal.ended(line, End.SPOKEN)
        await journal.written()
        _say("ended", line.message.id)


async def _main(folder: Path) -> None:
    journal = Journal.open(folder)
    waiting: asyncio.Queue[Line] = asyncio.Queue(maxsize=20)
    left = []
    for one in journal.left(3600):
        line = Line(one.message, 5.0, Stages(0.0), numbers=(one.number,))
        line.again = one.again
        left.append(line)
    _say("ready")
    async with asyncio.TaskGroup() as group:
        group.create_task(_speak(journal, waiting))
        for line in left:
            await waiting.put(line)
        for _ in range(_AT_ONCE):
            group.create_task(_take_in(journal, waiting))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
