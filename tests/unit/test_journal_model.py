"""The journal against a model of it: lines added, marked, taken away, and runs that end anyhow."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
)

from bot.journal import Journal
from bot.line import End, Line
from tests.journals import keep, paid_line, resumed, states


class JournalMachine(RuleBasedStateMachine):
    """The model: what each line's state is, which have been begun, and in which order."""

    lines = Bundle("lines")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.journal = Journal.open(self.folder)
        self.open: dict[str, Line] = {}
        self.ended: dict[str, str] = {}
        self.begun: list[str] = []
        """Lines whose audio the player was given in this run, in that order, and still has."""
        self.again: set[str] = set()
        self.added = 0

    def teardown(self) -> None:
        self.journal.close()
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(target=lines)
    def add(self) -> str:
        self.added += 1
        line = paid_line(f"line-{self.added}")
        assert self.loop.run_until_complete(keep(self.journal, line))
        self.open[line.message.id] = line
        return line.message.id

    @rule(id=lines)
    def start(self, id: str) -> None:
        if id in self.open and id not in self.begun:
            self.loop.run_until_complete(self.journal.started(self.open[id]))
            self.begun.append(id)

    @rule(id=lines)
    def put_back(self, id: str) -> None:
        # Only the one behind the one that sounds can be put back unheard.
        if id in self.begun[1:]:
            self.journal.waits(self.open[id])
            self.begun.remove(id)

    @rule(id=consumes(lines), end=st.sampled_from([End.SPOKEN, End.PURGED, End.FAILED]))
    def end(self, id: str, end: End) -> None:
        if id in self.open:
            self.journal.ended(self.open.pop(id), end)
            self.ended[id] = end
            self.begun = [one for one in self.begun if one != id]

    @rule(ids=st.booleans())
    def restart(self, ids: bool) -> None:
        self.journal.close()
        self.again |= set(self.begun[:1])
        self.begun = []
        self.journal = Journal.open(self.folder, ids=ids)
        found = resumed(self.journal)
        assert [line.message.id for line in found] == list(self.open)
        assert {line.message.id for line in found if line.again} == self.again & self.open.keys()
        self.open = {line.message.id: line for line in found}
        assert all(self.journal.holds(line.message) for line in found)
        if ids:
            assert all(self.journal.holds(paid_line(id).message) for id in self.ended)

    @precondition(lambda self: self.open or self.ended)
    @rule()
    def look(self) -> None:
        assert self.loop.run_until_complete(self.journal.written())
        expected = {id: "started" if id in self.begun else "waiting" for id in self.open}
        assert states(self.folder) == expected | self.ended

    @invariant()
    def nothing_is_owed_for_long(self) -> None:
        assert self.journal._requests._writer is not None
        assert self.journal._requests._writer.owed <= 20


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
