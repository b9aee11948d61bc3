"""bot.telemetry: the count, the log and what never stands in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.line import End, Line, Stages
from bot.telemetry import Ledger, set_up_logging
from filters.message import Author, ChatMessage


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def line(text: str = "hello", name: str = "ann") -> Line:
    return Line(ChatMessage("t", "c", "1", Author("1", name), text), 0.0, Stages(0.0), spoken=text)


async def test_the_closing_line_names_every_end_in_order() -> None:
    ledger = Ledger(lambda: 0.0)
    for _ in range(3):
        ledger.receive()
    ledger.end(End.IGNORED)
    ledger.end_line(line(), End.SPOKEN, "espeak")
    assert ledger.closing_line(waiting=1) == (
        "received=3 ignored=1 command=0 duplicate=0 dropped=0 shed=0 stale=0 spoken=1 skipped=0 "
        "purged=0 failed=0 waiting=1"
    )


async def test_a_count_that_does_not_add_up_is_said(caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger(lambda: 0.0)
    ledger.receive()
    ledger.closing_line(waiting=0)
    assert "does not add up" in caplog.text


async def test_settled_is_when_everything_has_ended() -> None:
    ledger = Ledger(lambda: 0.0)
    await ledger.settled()
    ledger.receive()
    assert not ledger._settled.is_set()
    ledger.end(End.SHED)
    await ledger.settled()


async def test_a_flood_of_ends_is_logged_by_number(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    ledger = Ledger(lambda: now[0])
    caplog.set_level(logging.INFO)
    for _ in range(100):
        ledger.receive()
        ledger.end_line(line(), End.DROPPED, "blocked word")
    assert len(caplog.records) == 5
    for _ in range(3):
        ledger.receive()
        ledger.end_line(line("words"), End.SPOKEN, "espeak")
    assert caplog.text.count("spoken: ann: 'words'") == 3, "what is heard is always logged"
    now[0] = 1.0
    ledger.receive()
    ledger.end_line(line(), End.DROPPED, "blocked word")
    assert "and 95 more refused messages" in caplog.text


async def test_hostile_text_and_names_stay_one_printable_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ledger = Ledger(lambda: 0.0)
    ledger.receive()
    ledger.end_line(line("a\nb\x1b[31m\u202e" + "x" * 500, "n\r\x07" * 50), End.DROPPED, "why")
    (record,) = caplog.records
    text = record.getMessage()
    assert text.isprintable()
    assert len(text) < 300


@pytest.mark.usefixtures("_logging")
@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cr3t-value",
        "PASS oauth:s3cr3t-value",
        "https://id.example/token?client_secret=s3cr3t-value&x=1",
        "refresh_token=s3cr3t-value",
    ],
)
def test_tokens_are_taken_out_of_the_log_and_of_tracebacks(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info")
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logging.getLogger("x").exception("failed with %s", text)
    shown = capsys.readouterr().err
    assert "failed with" in shown
    assert "Traceback" in shown
    assert "s3cr3t" not in shown
