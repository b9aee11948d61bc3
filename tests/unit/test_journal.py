"""bot.journal: what is put in comes back after a restart, within its bounds and times."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot import journal as room
from bot import journal_file
from bot.journal import DAYS, Journal
from bot.journal_kept import State, audit
from bot.line import End
from bot.memory import Deed, Memory
from tests.journals import keep, paid_line, resumed, rows, states

DAY_S = 86_400.0
ANN = ("t", "ann")
DEED = Deed(0.0, "mod", ("t", "9"), "mute", "@eve 10m", "eve is muted for 10 minutes", changed=True)


class Clock:
    """Unix seconds that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Runs:
    """Opens the journal of one folder again and again, as runs of the bot do."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self._open: list[Journal] = []

    def open(self, *, ids: bool = True) -> Journal:
        self.close()
        journal = Journal.open(self.folder, ids=ids, wall=self.clock)
        self._open.append(journal)
        return journal

    def close(self) -> None:
        while self._open:
            self._open.pop().close()


@pytest.fixture
def runs(tmp_path: Path, clock: Clock) -> Iterator[Runs]:
    runs = Runs(tmp_path, clock)
    yield runs
    runs.close()


async def test_a_line_that_did_not_end_comes_back_whole_and_in_order(runs: Runs) -> None:
    journal = runs.open()
    lines = [paid_line(id) for id in ("a", "b", "c")]
    for line in lines:
        assert await keep(journal, line)
    journal.ended(lines[1], End.SPOKEN)
    left = runs.open().left(3600)
    assert [one.message for one in left] == [lines[0].message, lines[2].message]
    assert not any(one.again for one in left)


async def test_what_was_begun_is_announced_and_only_that(runs: Runs) -> None:
    journal = runs.open()
    lines = [paid_line(id) for id in ("a", "b", "c")]
    for line in lines:
        await keep(journal, line)
    # The second is ready behind the first, as the speaker has it; it was not heard yet.
    await journal.started(lines[2])
    await journal.started(lines[0])
    assert [(x.message.id, x.again) for x in runs.open().left(3600)] == [
        ("a", False), ("b", False), ("c", True),
    ]  # fmt: skip


async def test_a_line_begun_in_an_earlier_run_stays_announced_however_often_it_comes_back(
    runs: Runs,
) -> None:
    journal = runs.open()
    first, second = paid_line("a"), paid_line("b")
    await keep(journal, first)
    await journal.started(first)
    journal = runs.open()
    (first,) = resumed(journal)
    await keep(journal, second)
    # Now another one is in progress.
    await journal.started(second)
    assert [(x.message.id, x.again) for x in runs.open().left(3600)] == [("a", True), ("b", True)]


async def test_a_line_put_back_was_not_heard(runs: Runs) -> None:
    journal = runs.open()
    line = paid_line("a")
    await keep(journal, line)
    await journal.started(line)
    journal.waits(line)
    assert not runs.open().left(3600)[0].again


async def test_messages_that_one_line_speaks_for_end_with_it_and_come_back_one_by_one(
    runs: Runs,
) -> None:
    journal = runs.open()
    lines = [paid_line("a"), paid_line("b")]
    for line in lines:
        await keep(journal, line)
        journal.join(line, paid_line(f"{line.message.id}2").message)
        assert journal.holds(paid_line(f"{line.message.id}2").message)
    await journal.started(lines[1])
    journal.ended(lines[0], End.SPOKEN)
    found = runs.open().left(3600)
    assert [(one.message.id, one.again) for one in found] == [("b", True), ("b2", True)]
    runs.close()
    assert states(runs.folder) == {"a": "spoken", "a2": "spoken", "b": "waiting", "b2": "waiting"}


async def test_the_text_of_a_line_that_has_ended_is_taken_out_of_the_file(runs: Runs) -> None:
    journal = runs.open()
    line = paid_line("a")
    await keep(journal, line)
    journal.ended(line, End.PURGED)
    runs.close()
    assert rows(runs.folder, "SELECT id, state, message FROM lines") == [("a", "purged", "")]
    assert all(b"hello there" not in file.read_bytes() for file in runs.folder.iterdir())


async def test_ids_count_as_seen_in_the_next_run_but_not_for_a_replay(runs: Runs) -> None:
    journal = runs.open()
    ended, open_ = paid_line("a"), paid_line("b")
    for line in (ended, open_):
        await keep(journal, line)
        assert journal.holds(line.message)
    journal.ended(ended, End.SPOKEN)
    journal = runs.open()
    assert journal.holds(ended.message)
    assert not journal.holds(paid_line("c").message)
    assert not journal.holds(paid_line("").message)
    journal = runs.open(ids=False)
    assert not journal.holds(ended.message)
    assert journal.holds(open_.message)  # it comes back by itself
    assert await keep(journal, ended)
    assert states(runs.folder)["a"] == State.WAITING


async def test_a_line_without_an_id_is_kept_as_well(runs: Runs) -> None:
    journal = runs.open()
    for _ in range(2):
        assert await keep(journal, paid_line(""))
    assert len(runs.open().left(3600)) == 2


async def test_what_is_too_old_is_told_in_one_line_and_ends(
    runs: Runs, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    journal = runs.open()
    await keep(journal, paid_line("old"))
    clock.now += 3 * 3600
    await keep(journal, paid_line("new"))
    with caplog.at_level("INFO"):
        left = runs.open().left(2 * 3600)
    assert [one.message.id for one in left] == ["new"]
    assert [record.getMessage() for record in caplog.records] == [
        "1 paid lines that an earlier run left are spoken now",
        "1 paid lines of an earlier run are older than 2 h and are not spoken: ann: 'hello there'",
    ]
    runs.close()
    assert states(runs.folder) == {"old": "stale", "new": "waiting"}


async def test_a_clock_set_back_does_not_make_a_line_old(runs: Runs, clock: Clock) -> None:
    await keep(runs.open(), paid_line("a"))
    clock.now -= 5 * DAY_S
    journal = runs.open()
    assert len(journal.left(3600)) == 1
    assert await keep(journal, paid_line("b"))
    assert len(runs.open().left(3600)) == 2


async def test_what_is_older_than_thirty_days_is_forgotten(runs: Runs, clock: Clock) -> None:
    journal = runs.open()
    line = paid_line("a")
    await keep(journal, line)
    await keep(journal, paid_line("b"))
    journal.ended(line, End.SPOKEN)
    journal.audit(replace(DEED, at=clock.now))
    clock.now += DAYS * DAY_S + 1
    journal.prune()
    await journal.written()
    assert states(runs.folder) == {}
    assert rows(runs.folder, "SELECT * FROM audit") == []


async def test_mutes_voices_and_words_come_back(runs: Runs, clock: Clock) -> None:
    bob, inf = ("t", "bob"), float("inf")
    journal = runs.open()
    for author, until in [(ANN, inf), (bob, clock.now + 600), (("t", "eve"), clock.now + 60)]:
        journal.mute(author, until)
    journal.mute(("t", "dan"), inf)
    journal.unmute(("t", "dan"))
    for author, voice in [(ANN, "en-us+f3"), (ANN, "en-us+f4"), (bob, "de"), (bob, "")]:
        journal.choose(author, voice)
    for word, blocked in [("zorgle", True), ("frim", True), ("blippo", False), ("frim", False)]:
        journal.rule(word, blocked)
    clock.now += 120
    memory: Memory = runs.open()
    assert memory.mutes() == {ANN: inf, bob: clock.now + 480}
    assert memory.voices() == {ANN: "en-us+f4"}
    assert memory.words() == {"zorgle": True, "blippo": False, "frim": False}


async def test_the_last_deeds_are_read_from_the_audit(runs: Runs) -> None:
    journal = runs.open()
    deeds = [replace(DEED, at=float(n), changed=n > 1) for n in range(3)]
    for deed in deeds:
        journal.audit(deed)
    assert await journal.written()
    with closing(journal_file.read_only(journal_file.path_of(runs.folder))) as connection:
        assert audit(connection, last=2) == deeds[1:]


async def test_the_voice_that_was_used_longest_ago_is_forgotten_first(
    runs: Runs, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    journal = runs.open()
    for author in ("a", "b"):
        clock.now += DAY_S
        journal.choose(("t", author), author)
    clock.now += DAY_S
    journal.used_voice(("t", "a"))
    journal.choose(("t", "c"), "c")
    assert list(runs.open().kept.voices) == [("t", "a"), ("t", "c")]


async def test_bounds_hold_where_all_came_at_the_same_time(
    runs: Runs, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST", 3)
    journal = runs.open()
    for number in range(5):
        journal.mute(("t", str(number)), float("inf"))
    assert [author for _, author in runs.open().kept.mutes] == ["2", "3", "4"]


async def test_totals_over_runs_add_up_whatever_waited_when_a_run_stopped(runs: Runs) -> None:
    journal = runs.open()
    journal.count(5, {End.SPOKEN: 2})
    journal.count(7, {End.SPOKEN: 3, End.DROPPED: 1})
    journal = runs.open()
    assert dict(journal.kept.totals) == {"received": 7, "spoken": 3, "dropped": 1, "waiting": 3}
    journal.count(2, {End.SPOKEN: 2})
    assert runs.open().kept.totals["spoken"] == 5


async def test_hostile_text_is_kept_as_text_and_never_stops_the_rest(runs: Runs) -> None:
    journal = runs.open()
    lines = [paid_line("\ud800"), paid_line("'; DROP TABLE lines; --"), paid_line("\0" * 3)]
    for line in lines:
        assert await keep(journal, line)
    journal.mute(("t", "\udfff"), 2e9)
    journal.choose(("\ud800", "x"), "y" * 10_000)
    journal.audit(replace(DEED, by="\ud800", what="a" * 10_000))
    assert await journal.written()
    assert [one.message for one in runs.open().left(3600)] == [line.message for line in lines]


async def test_a_change_that_cannot_be_written_costs_no_other_its_place(
    runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    journal = runs.open()
    first = asyncio.create_task(keep(journal, paid_line("a")))
    await asyncio.sleep(0)
    journal.audit(replace(DEED, at=object()))  # type: ignore[arg-type]
    assert await keep(journal, paid_line("b"))
    assert await first
    assert "fault of this program" in caplog.text
    assert list(states(runs.folder)) == ["a", "b"]


async def test_a_journal_nowhere_keeps_nothing_and_answers_at_once(tmp_path: Path) -> None:
    journal = Journal.nowhere()
    line = paid_line("a")
    assert await keep(journal, line)
    assert not line.numbers
    await journal.started(line)
    journal.ended(line, End.SPOKEN)
    journal.mute(ANN, 0.0)
    assert await journal.written()
    journal.close()


if sys.platform != "win32":

    async def test_only_the_owner_can_read_the_file(runs: Runs) -> None:
        await keep(runs.open(), paid_line("a"))
        files = list(runs.folder.iterdir())
        assert len(files) == 4
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
