"""The voice library on disk: whole or not at all, ids and no paths, and hostile files in it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.f5 import reference
from engine.f5.options import Options
from engine.speech import BadRequest
from engine.voices import Library, Record, check_id
from tests.spoken_clips import spoken, written

ROOT = Path(__file__).parents[3]
CLIP = spoken([(1.0, 0.2)])


@pytest.fixture
def original(tmp_path: Path) -> Path:
    return written(tmp_path / "mine.wav", spoken([(1.0, 0.2), (0.5, 0.1)]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "voices"


@pytest.fixture
def library(folder: Path) -> Library:
    return Library(folder)


def record(text: str = "Zorgle blippo frim.", **more: Any) -> Record:
    return Record("Zorgle", "en", text, **more)


def told(folder: Path, id_: str, **more: Any) -> None:
    """Write a voice by hand."""
    (folder / id_).mkdir(parents=True)
    written(folder / id_ / "clip.wav", CLIP)
    what = {"name": "Zorgle", "language": "en", "text": "Zorgle.", **more}
    (folder / id_ / "voice.json").write_text(json.dumps(what), "utf-8")


def test_what_was_added_is_read_again(library: Library, folder: Path, original: Path) -> None:
    assert library.references(Options()) == []
    kept = record("Zorgle \u201cblippo\u201d \u4f60.", consent="me", added="2026-11-27", nfe=16)
    library.add("anna", kept, CLIP, original)
    library.add("bob", record(speed=1.5, guidance=0.0), CLIP, original)
    anna, bob = library.references(Options(nfe=5, guidance=3.0))
    assert (anna.voice.id, anna.voice.name, anna.voice.language) == ("anna", "Zorgle", "en")
    assert anna.text == "Zorgle \u201cblippo\u201d \u4f60."
    assert anna.options == Options(nfe=16, guidance=3.0)
    assert bob.options == Options(nfe=5, guidance=0.0, speed=1.5)
    assert reference.read(anna.clip).pcm.tolist() == CLIP.pcm.tolist()
    assert replace(library.records()["anna"], take="") == kept
    [kept_original] = (folder / "anna").glob("original*.wav")
    assert kept_original.read_bytes() == original.read_bytes()


def test_only_its_owner_may_look_into_it(library: Library, folder: Path, original: Path) -> None:
    library.add("anna", record(), CLIP, original)
    if sys.platform != "win32":  # which has no such modes
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "anna").stat().st_mode & 0o777 == 0o700


def test_a_voice_is_replaced_only_if_that_is_meant(
    library: Library, folder: Path, original: Path
) -> None:
    library.add("anna", record("Zorgle."), CLIP, original)
    with pytest.raises(BadRequest, match="there is a voice anna already.*--replace"):
        library.add("anna", record("Frim."), CLIP, original)
    assert library.records()["anna"].text == "Zorgle."
    library.add("anna", record("Frim."), CLIP, original, replace=True)
    assert library.records()["anna"].text == "Frim."
    assert len(list((folder / "anna").iterdir())) == 3


def test_a_voice_that_is_removed_is_gone_from_disk(
    library: Library, folder: Path, original: Path
) -> None:
    library.add("anna", record(), CLIP, original)
    library.remove("anna")
    assert [path.name for path in folder.iterdir()] == [".lock"]
    with pytest.raises(BadRequest, match="no voice 'anna' of your own; there is none yet"):
        library.remove("anna")


HOSTILE = [
    *("", ".", "..", "../x", "a/b", "a\\b", "con", "nul", "com1", "\0", "a\0b", "A", "a b", "-a"),
    *("_a", "a" * 33, "\u00e4", "\u0661", "a\n", "en-us+f3", ".new-a", "$(x)"),
]


@pytest.mark.parametrize("id_", HOSTILE)
def test_an_id_is_never_a_path(library: Library, folder: Path, original: Path, id_: str) -> None:
    with pytest.raises(BadRequest, match="is no voice id: .* would do") as refused:
        library.add(id_, record(), CLIP, original)
    assert str(refused.value).isprintable()
    with pytest.raises(BadRequest):
        library.remove(id_)
    with pytest.raises(BadRequest):
        library.clip(id_)
    assert not folder.exists()


@given(st.text(max_size=50))
def test_the_id_that_is_proposed_would_do(id_: str) -> None:
    try:
        check_id(id_)
    except BadRequest as error:
        check_id(str(error).rpartition("; ")[2].removesuffix(" would do"))


def test_a_request_for_default_means_that_voice_or_the_first(
    library: Library, original: Path
) -> None:
    assert library.named("default") == "default"
    library.add("zorgle", record(), CLIP, original)
    library.add("anna", record(), CLIP, original)
    assert library.named("default") == "anna"
    assert library.named("zorgle") == "zorgle"
    library.add("default", record(), CLIP, original)
    assert library.named("default") == "default"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"nfe": 9999}, "its nfe is 9999, and must be 4 to 64"),
        ({"nfe": 7.5}, "its nfe is 7.5"),
        ({"nfe": True}, "its nfe is True"),
        ({"speed": float("nan")}, "its speed is nan"),
        ({"speed": 0}, "its speed is 0"),
        ({"guidance": "2"}, "its guidance is '2'"),
        ({"text": " "}, "its text is empty"),
        ({"text": None}, "its text is None"),
        ({"name": 5}, "its name is 5"),
        ({"start": "x"}, "its start is 'x'"),
        ({"take": "/../../x"}, "its take is '/../../x'"),
    ],
)
def test_a_voice_of_an_impossible_kind_is_left_out_in_one_line(
    library: Library,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    more: dict[str, Any],
    says: str,
) -> None:
    told(folder, "anna")
    told(folder, "bob", **more)
    assert [reference.voice.id for reference in library.references(Options())] == ["anna"]
    [line] = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert line.startswith(f"voice bob cannot be used: {says}")
    with pytest.raises(BadRequest, match="its "):
        Record(**{"name": "Z", "language": "en", "text": "Zorgle.", **more})


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 60_000, b"{}", b" " * 70_000, b'{"nfe":1}']
)
def test_a_voice_file_that_is_none_is_left_out_in_one_line(
    library: Library, folder: Path, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    told(folder, "anna")
    (folder / "anna" / "voice.json").write_bytes(data)
    told(folder, "bob")
    assert list(library.records()) == ["bob"]
    [line] = caplog.messages
    assert line.startswith("voice anna cannot be used: ")
    assert line.isprintable()


def test_what_is_no_voice_does_no_harm(
    library: Library, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told(folder, "anna")
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden").mkdir()
    (folder / "empty").mkdir()
    told(folder, "Bob\u202e")
    told(folder, "clipless")
    (folder / "clipless" / "clip.wav").unlink()
    assert list(library.records()) == ["anna"]
    assert sorted(line.split()[1] for line in caplog.messages) == [
        "Bob\\u202e",
        "clipless",
        "empty",
    ]


def test_a_folder_that_cannot_be_read_is_one_line(
    library: Library, folder: Path, caplog: pytest.LogCaptureFixture, original: Path
) -> None:
    folder.parent.mkdir()
    folder.write_text("no folder")
    assert library.references(Options()) == []
    assert library.fingerprint() == ()
    assert "cannot be read" in caplog.messages[0]
    with pytest.raises(OSError, match="exists"):
        library.add("anna", record(), CLIP, original)


def test_a_running_bot_sees_every_change(library: Library, folder: Path, original: Path) -> None:
    seen = [library.fingerprint()]
    library.add("anna", record(), CLIP, original)
    seen.append(library.fingerprint())
    assert library.fingerprint() == seen[-1]
    library.add("anna", record("Frim."), CLIP, original, replace=True)
    seen.append(library.fingerprint())
    library.add("bob", record(), CLIP, original)
    seen.append(library.fingerprint())
    (folder / "bob" / "voice.json").write_text("{}")
    seen.append(library.fingerprint())
    library.remove("bob")
    seen.append(library.fingerprint())
    library.remove("anna")
    assert library.fingerprint() == seen[0] == ()
    assert all(before != after for before, after in zip(seen, seen[1:], strict=False))


def test_a_full_disk_leaves_everything_as_it_was(
    library: Library, folder: Path, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add("anna", record(), CLIP, original)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        for id_ in ("anna", "bob"):
            with pytest.raises(OSError, match="No space"):
                library.add(id_, record("Frim."), CLIP, original, replace=True)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "anna"]
    assert library.records()["anna"].text == "Zorgle blippo frim."


_KILLED = """
import os, sys
from pathlib import Path
from engine.voices import Library, Record
from tests.spoken_clips import spoken
library, original, left = Library(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])
move = Path.replace
def killed(path, target):
    global left
    if not left:
        os._exit(9)
    left -= 1
    return move(path, target)
Path.replace = killed
library.add("anna", Record("Z", "en", "Frim."), spoken([(1.0, 0.2)]), original, replace=True)
"""


@pytest.mark.parametrize("moves", [0, 1, 2, 3])
def test_a_writer_that_is_killed_leaves_a_whole_voice(
    library: Library, folder: Path, original: Path, moves: int
) -> None:
    library.add("anna", record("Zorgle."), CLIP, original)
    args = [sys.executable, "-c", _KILLED, str(folder), str(original), str(moves)]
    done = subprocess.run(args, cwd=ROOT, check=False, timeout=30)
    assert done.returncode == (0 if moves == 3 else 9)
    want = "Frim." if moves == 3 else "Zorgle."
    assert library.records()["anna"].text == want
    assert library.clip("anna").is_file()
    library.add("bob", record(), CLIP, original)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "anna", "bob"]
    assert library.records()["anna"].text == want
    library.add("anna", record(), CLIP, original, replace=True)
    assert len(list((folder / "anna").iterdir())) == 3


def test_a_reader_never_sees_half_a_voice(
    library: Library, original: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library.add("anna", record("one"), CLIP, original)
    over = threading.Event()

    def write() -> None:
        for i in range(20):
            library.add("anna", record("two" if i % 2 else "one"), CLIP, original, replace=True)
        over.set()

    def read() -> Iterator[dict[str, Record]]:
        while not over.is_set():
            yield library.records()

    writer = threading.Thread(target=write)
    writer.start()
    seen = [known["anna"].text for known in read()]
    writer.join()
    assert set(seen) <= {"one", "two"}
    assert not caplog.messages


def test_two_who_add_at_once_do_not_harm_each_other(library: Library, original: Path) -> None:
    def add(id_: str) -> None:
        library.add(id_, record(), CLIP, original)

    threads = [threading.Thread(target=add, args=(f"voice{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library.records()) == 6
