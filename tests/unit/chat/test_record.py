import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.chat.connector import Fatal
from bot.chat.record import Recorder
from bot.chat.replay import Replay
from filters.message import Author, ChatMessage, Event, Payment, Removal, RemovalKind

ANN = Author("7", "Ann")


def message(text: str, **more: Any) -> ChatMessage:
    return ChatMessage("twitch", "room", "m1", ANN, text, **more)


async def test_what_was_recorded_replays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    events: list[Event] = [
        message("hi \ud800 \0 \n", paid=Payment(5, "EUR"), extra={"mood": [1, None]}),
        Removal("twitch", "room", RemovalKind.CLEAR_AUTHOR, "7", 600.0),
    ]
    now = 50.0
    passed: list[Event] = []
    with Recorder(path, clock=lambda: now) as recorder:
        emit = recorder.wrap(passed.append)
        now = 51.5
        emit(events[0])
        lines = path.read_text("ascii").splitlines()  # there at once, without a close
        assert [json.loads(line)["at"] for line in lines] == [1.5]
        now = 52.0
        emit(events[1])
    assert passed == events
    again: list[Event] = []
    await Replay(path, fast=True).run(again.append)
    assert again == events


def test_what_the_file_held_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text("old")
    with Recorder(path):
        pass
    assert path.read_bytes() == b""


def test_what_is_being_replayed_is_not_recorded_into(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text("precious")
    link = tmp_path / "link.jsonl"
    os.link(path, link)
    for replayed in (path, link):
        with pytest.raises(Fatal, match="it is being replayed"), Recorder(path, replayed=replayed):
            pass
    assert path.read_text() == "precious"
    with Recorder(tmp_path / "other.jsonl", replayed=path):
        pass


def test_a_path_that_cannot_be_written_is_fatal(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "chat.jsonl", Path("a\0b")):
        with pytest.raises(Fatal, match="^cannot record into "), Recorder(path):
            pass


class FullDisk(io.FileIO):
    """A file on a disk with `space` bytes left."""

    space = 1 << 20

    def write(self, data: Any) -> int:
        if not self.space:
            raise OSError(28, "No space left on device")
        written = super().write(bytes(data)[: self.space])
        FullDisk.space -= written
        return written


def test_a_full_disk_is_one_line_and_events_still_flow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(io, "FileIO", FullDisk)
    path = tmp_path / "chat.jsonl"
    passed: list[Event] = []
    with Recorder(path) as recorder:
        emit = recorder.wrap(passed.append)
        emit(message("one"))
        FullDisk.space = 30
        for _ in range(3):
            emit(message("lost"))
        FullDisk.space = 1 << 20
        emit(message("two"))
        emit(message("three"))
    assert len(passed) == 6
    said = [r.getMessage().removeprefix(f"recording {path} ") for r in caplog.records]
    assert said == [
        "stopped: No space left on device; chat goes on",
        "again: 3 events are missing",
    ]
    lines = path.read_text("ascii").splitlines()
    whole = [json.loads(line)["text"] for line in lines if line.endswith("}")]
    assert (whole, len(lines)) == (["one", "two", "three"], 4)


if Path("/dev/full").exists():

    def test_a_disk_that_is_full_from_the_start(caplog: pytest.LogCaptureFixture) -> None:
        passed: list[Event] = []
        with Recorder(Path("/dev/full")) as recorder:
            emit = recorder.wrap(passed.append)
            for _ in range(5):
                emit(message("lost"))
        assert len(passed) == 5
        assert [r.getMessage() for r in caplog.records] == [
            "recording /dev/full stopped: No space left on device; chat goes on",
            "recording /dev/full: 5 events are missing",
        ]


def test_an_event_that_is_not_json_costs_only_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "chat.jsonl"
    passed: list[Event] = []
    with Recorder(path) as recorder:
        emit = recorder.wrap(passed.append)
        emit(message("odd", extra={"thing": object()}))
        emit(message("fine"))
    assert len(passed) == 2
    assert len(path.read_text("ascii").splitlines()) == 1
    assert "cannot be written as JSON" in caplog.text


def test_after_its_end_events_pass_unrecorded(tmp_path: Path) -> None:
    passed: list[Event] = []
    with Recorder(tmp_path / "chat.jsonl") as recorder:
        emit = recorder.wrap(passed.append)
    emit(message("late"))
    assert len(passed) == 1
