"""`python -m bot voices` as its user types it, with the real library and the real engines."""

from __future__ import annotations

import json
import logging
import os
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot import exits
from bot.cli import main
from bot.settings import load
from bot.voices import library
from engine import models_folder
from engine.f5 import reference
from engine.f5.options import Options
from tests.spoken_clips import TEXT, reading, spoken, written

SHORT = ("--text", "Zorgle, blippo frim dax wuggle.", "--consent", "my own voice")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of its own, and the logging of before when it is over: the command sets it up."""
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def short(tmp_path: Path) -> str:
    return str(written(tmp_path / "short.wav", spoken([(1.2, 0.3), (1.8, 0.4)])))


@pytest.fixture
def long(tmp_path: Path) -> str:
    return str(written(tmp_path / "long.wav", reading()))


class Told:
    """What one command printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.logged = ""

    def __call__(self, *args: str, code: int = exits.STOPPED) -> list[str]:
        assert main(["voices", *args]) == code
        out, self.logged = self._capsys.readouterr()
        if not code:
            return list(out.splitlines())
        assert not out
        *logged, last = self.logged.splitlines()
        assert all(" ERROR " in line for line in logged)
        return [last]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(capsys)


def test_a_voice_is_added_listed_heard_and_removed(told: Told, long: str, tmp_path: Path) -> None:
    assert "no voice of your own yet" in told("list")[0]
    consent = "Anna agreed by e-mail, 2026-11-20"
    first, *rest = told("add", "anna", long, "--text", TEXT, "--consent", consent, "--name", "Ann")
    assert first.startswith("anna is kept: used ")
    assert " s of 11.5 s: " in first
    assert rest == ["hear it: python -m bot voices preview anna"]
    line, default = told("list")
    assert line.startswith("anna           en           Ann; ")
    assert f"consent: {consent} (written down 20" in line
    assert default == "default        means anna, the first one"
    assert told("preview", "anna", "--clip", "-o", "out.wav") == ["out.wav: 5.1 s"]
    assert told("remove", "anna") == ["anna is deleted, with its clip and its original"]
    assert "there is none yet" in told("remove", "anna", code=exits.SETTINGS)[0]


def test_every_voice_is_listed_the_cloned_ones_first(told: Told, short: str) -> None:
    told("add", "zorgle", short, *SHORT)
    lines = told()
    assert lines[0] == "zorgle         en           zorgle (cloned)"
    assert any(line.startswith("en-us ") for line in lines[1:])


def test_only_the_part_that_is_used_is_kept_as_the_clip(told: Told, long: str) -> None:
    [used, *_] = told("add", "anna", long, "--text", TEXT, "--consent", "my own voice")
    [voice] = library(load()).references(Options())
    assert f'"{voice.text}"' in used
    assert voice.text in TEXT
    assert 3000 <= reference.read(voice.clip).ms <= 6300
    [original] = voice.clip.parent.glob("original*.wav")
    assert original.read_bytes() == Path(long).read_bytes()


def test_the_part_may_be_named(told: Told, long: str) -> None:
    args = ("add", "anna", long, *SHORT, "--from", "3.3", "--to", "6.4")
    assert "used 3.3" in told(*args)[0]
    [voice] = library(load()).references(Options())
    assert voice.text == SHORT[1]
    told(*args[:-1], "99", "--replace", code=exits.SETTINGS)
    told(*args[:-1], "nan", "--replace", code=exits.SETTINGS)
    told(*args[:-1], "3", "--replace", code=exits.SETTINGS)


def test_what_a_voice_has_of_its_own_is_kept(told: Told, short: str) -> None:
    own = ("--speed", "1.2", "--nfe", "16", "--guidance", "0", "--language", "de")
    told("add", "anna", short, *SHORT, *own)
    assert "; speed 1.2; nfe 16; guidance 0; consent: " in told("list")[0]
    [voice] = library(load()).references(Options(nfe=5))
    assert voice.options == Options(nfe=16, guidance=0.0, speed=1.2)
    assert voice.voice.language == "de"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--nfe", "9999"), "its nfe is 9999, and must be 4 to 64"),
        (("--speed", "nan"), "its speed is nan"),
        (("--language", "english!"), "write it as en, en-GB or zh"),
        (("--consent", " x"), "who agreed"),
        (("--consent", "x" * 300), "--consent is to be one line"),
        (("--name", "a\x1b[31m"), "--name is to be one line"),
        (("--text", " \n "), "its text is empty"),
        (("--text", "x" * 3000), "more than 2000 characters"),
    ],
)
def test_a_wrong_argument_is_one_line_and_keeps_nothing(
    told: Told, short: str, more: tuple[str, str], says: str
) -> None:
    assert says in told("add", "anna", short, *SHORT, *more, code=exits.SETTINGS)[0]
    assert library(load()).records() == {}


@pytest.mark.parametrize("id_", ["en-us", "de", "pt-br"])
def test_an_id_of_espeak_is_refused(told: Told, short: str, id_: str) -> None:
    [line] = told("add", id_, short, *SHORT, code=exits.SETTINGS)
    assert line == f"{id_} is a voice of espeak already: take another id, such as my-{id_}"


@pytest.mark.parametrize("id_", ["../x", "..", "con", "a\0b", "A b"])
def test_an_id_that_is_none_is_refused_with_one_that_would_do(
    told: Told, short: str, id_: str
) -> None:
    assert " would do" in told("add", id_, short, *SHORT, code=exits.SETTINGS)[0]
    told("remove", id_, code=exits.SETTINGS)
    told("preview", id_, code=exits.SETTINGS)


def test_a_text_may_come_from_a_file(told: Told, short: str, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    args = ("add", "anna", short, "--text-file", str(file), "--consent", "my own voice")
    assert "No such file" in told(*args, code=exits.SETTINGS)[0]
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in told(*args, code=exits.SETTINGS)[0]
    file.write_bytes(b"x" * 30_000)
    assert "more than" in told(*args, code=exits.SETTINGS)[0]
    file.write_bytes(b"\xef\xbb\xbfZorgle\r\nblippo, frim dax wuggle.\r\n")
    told(*args)
    assert library(load()).records()["anna"].text == "Zorgle blippo, frim dax wuggle."


def test_a_clip_that_is_none_is_one_line(told: Told, tmp_path: Path) -> None:
    assert "cannot be read" in told("add", "anna", "no.wav", *SHORT, code=exits.SETTINGS)[0]
    silent = written(tmp_path / "silent.wav", spoken([(0.0, 4.0)], noise=1e-5))
    [line] = told("add", "anna", str(silent), *SHORT, code=exits.SETTINGS)
    assert "hardly any speech" in line
    (tmp_path / "a.mp3").write_bytes(b"ID3" + bytes(99))
    assert "ffmpeg -i a.mp3" in told("add", "anna", "a.mp3", *SHORT, code=exits.SETTINGS)[0]


def test_what_is_doubtful_is_told_and_the_voice_kept(told: Told, tmp_path: Path) -> None:
    clip = written(tmp_path / "loud.wav", spoken([(8.0, 0.4)], level=3.0))
    lines = told("add", "anna", str(clip), "--text", "zorgle blippo " * 8, "--consent", "mine")
    assert sum(line.startswith("note: ") for line in lines) == 2
    assert "8.0 s are used" in lines[1]
    assert "overdriven" in lines[2]
    assert list(library(load()).records()) == ["anna"]


def test_default_is_a_voice_or_stands_for_the_first(told: Told, short: str) -> None:
    told("add", "anna", short, *SHORT)
    [line] = told("remove", "default", code=exits.SETTINGS)
    assert line.startswith("default is no voice of its own, it means anna")
    assert told("preview", "default", "--clip", "-o", "a.wav")[0].startswith("a.wav: ")
    told("add", "default", short, *SHORT)
    assert len(told("list")) == 2
    told("remove", "default")
    assert list(library(load()).records()) == ["anna"]


def test_a_preview_goes_the_way_of_a_line(
    told: Told, short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("add", "anna", short, *SHORT)
    [line] = told("preview", "anna", "-o", "a.wav", code=exits.NOTHING_HEARD)
    assert "anna can only be spoken by F5, which is not in use" in line
    assert line.endswith("--clip plays the clip itself")
    monkeypatch.setenv("ISHOWTTS_SPEECH__ENGINE", "tests.engines:Echo")
    assert told("preview", "anna", "--text", "zorgle blippo", "-o", "a.wav") == ["a.wav: 0.7 s"]


def test_a_clip_is_heard_at_the_level_of_every_voice(told: Told, short: str) -> None:
    told("add", "anna", short, *SHORT)
    told("preview", "anna", "--clip", "-o", "a.wav")
    with wave.open("a.wav") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert 20 * np.log10(np.sqrt(np.square(pcm / 32768).mean())) == pytest.approx(-20, abs=2)


def test_a_broken_voice_can_be_removed_and_replaced(
    told: Told, short: str, state_dir: Path
) -> None:
    for _ in range(2):
        told("add", "anna", short, *SHORT)
        (state_dir / "voices" / "anna" / "voice.json").write_text(json.dumps({"nfe": 5}))
        assert "no voice of your own yet" in told("list")[0]
        assert "voice anna cannot be used" in told.logged
        assert told.logged.count("\n") == 1
        told("remove", "anna")
    told("add", "anna", short, *SHORT)
    (state_dir / "voices" / "anna" / "voice.json").unlink()
    told("add", "anna", short, *SHORT, "--replace")
    assert list(library(load()).records()) == ["anna"]


def test_a_full_disk_is_one_line(
    told: Told, short: str, monkeypatch: pytest.MonkeyPatch, state_dir: Path
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    [line] = told("add", "anna", short, *SHORT, code=exits.SETTINGS)
    assert line == f"cannot write to {state_dir / 'voices'}: No space left on device"


def test_what_a_fetched_model_cannot_say_is_told(
    told: Told, short: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_folder, "default", lambda: tmp_path / "models")
    vocab = tmp_path / "models" / "F5TTS_v1_Base" / "vocab.txt"
    vocab.parent.mkdir(parents=True)
    vocab.write_text(" \n" + "\n".join("abcdefghijklmnopqrstuvxyzZ,.") + "\n")
    monkeypatch.setenv("ISHOWTTS_F5__MODEL", "F5TTS_v1_Base")
    assert any("cannot say (w)" in line for line in told("add", "anna", short, *SHORT))


def test_accents_are_kept_with_their_letters(told: Told, short: str) -> None:
    told(
        "add",
        "anna",
        short,
        "--text",
        "Zorgle\u0301, blippo frim dax.",
        "--consent",
        "my own voice",
    )
    assert library(load()).records()["anna"].text == "Zorgl\u00e9, blippo frim dax."
