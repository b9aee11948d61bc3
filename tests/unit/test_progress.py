"""bot.progress: a bar on a terminal that no log line is written into, and few lines elsewhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.progress import Bar, Progress
from bot.telemetry import set_up_logging


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def rows(self) -> list[str]:
        """What is seen, as a terminal shows it."""
        rows, row, at = [], "", 0
        for c in self.getvalue():
            if c == "\n":
                rows.append(row.rstrip())
                row, at = "", 0
            elif c == "\r":
                at = 0
            else:
                row = row[:at] + c + row[at + 1 :]
                at += 1
        return [*rows, row.rstrip()]


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("_logging")
def test_the_bar_is_one_line_and_log_lines_stand_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    progress = Progress("f5", set_up_logging("info"))
    progress("reading weights", 0.5)
    progress("reading weights", 0.501)
    logging.getLogger("x").info("a line")
    written = terminal.getvalue()
    progress("reading weights", 0.502)
    assert terminal.getvalue() == written
    *above, bar = terminal.rows()
    assert [row.split(None, 2)[2] for row in above] == ["a line"]
    assert bar == f"f5: reading weights [{'#' * 12}{'.' * 12}]  50%"
    progress("warming up", 1.0)
    assert terminal.rows()[-1] == f"f5: warming up [{'#' * 24}] 100%"
    progress("", 1.0)
    logging.getLogger("x").info("another")
    assert [row.split(None, 2)[2:] for row in terminal.rows()] == [["a line"], ["another"], []]


def test_elsewhere_each_stage_is_a_line_of_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stream = io.StringIO()
    progress = Progress("f5", Bar(stream))
    for _ in range(2):  # a worker that is restarted says nothing new
        for stage in ("reading weights", "warming up"):
            for share in (0.0, 0.5, 1.0):
                progress(stage, share)
        progress("", 1.0)
    assert [r.getMessage() for r in caplog.records] == [
        *("f5: reading weights ...", "f5: warming up ...")
    ]
    assert stream.getvalue() == ""


def test_without_a_standard_error_nothing_is_drawn() -> None:
    Progress("f5", Bar(None))("reading weights", 0.5)
