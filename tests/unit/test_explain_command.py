"""`python -m bot explain`: the rules that the bot would run with, its own lists and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import cli
from bot.settings import PREFIX


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.txt").write_text("zorgle\nblippo\n", encoding="utf-8")
    Path("state").mkdir()
    Path("state/allowed.txt").write_text("blippo\n", encoding="utf-8")
    Path("said.txt").write_text("quimmo = kwee moh\n", encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}STATE_DIR", "state")
    monkeypatch.setenv(f"{PREFIX}FILTER__BLOCKLIST", "own.txt")
    monkeypatch.setenv(f"{PREFIX}FILTER__SHIPPED", "false")
    monkeypatch.setenv(f"{PREFIX}FILTER__LINKS", "drop")
    monkeypatch.setenv(f"{PREFIX}FILTER__LINK_HOSTS", "https://zorgo.org/x")
    monkeypatch.setenv(f"{PREFIX}FILTER__PRONUNCIATIONS", "said.txt")


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["explain", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("so z0rgle", "own.txt line 1"),
        ("so blippo", "spoken    so blippo"),
        ("see quimble.com now", "verdict   drop: a link"),
        ("see zorgo.org/a now", "spoken    see zorgo.org now"),
        ("hi quimmo", "kwee moh"),
    ],
)
def test_lists_and_settings_of_the_bot_are_asked(
    text: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown in explained(capsys, text)


def test_the_language_of_the_channel_and_a_name_are_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "spoken    Quib says ok" in explained(capsys, "ok", "--name", "Quib")
    assert "says" not in explained(capsys, "ok")
    monkeypatch.setenv(f"{PREFIX}SPEECH__LANGUAGE", "de")
    assert "language  de" in explained(capsys, "ok")


def test_a_stranger_is_judged_as_the_setting_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("state/allowed.txt").unlink()
    text = "blappa"
    assert "verdict   speak" in explained(capsys, text)
    assert "verdict   drop" in explained(capsys, text, "--first-time")
    monkeypatch.setenv(f"{PREFIX}FILTER__FIRST_TIME", "as_others")
    assert "verdict   speak" in explained(capsys, text, "--first-time")


def test_a_list_that_cannot_be_read_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}FILTER__BLOCKLIST", "nowhere.txt")
    assert cli.main(["explain", "hi"]) == 2
    assert "nowhere.txt" in capsys.readouterr().err
