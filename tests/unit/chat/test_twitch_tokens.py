"""bot.chat.twitch_tokens: written whole, for its user only, and never shown."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.twitch_tokens import SignIn, TokenFile, TokenFileError, Who
from bot.redaction import redact

ONE = SignIn("id", "100", "room", "accesszorgle1", "refreshblippo1", ("user:read:chat",))
TWO = replace(ONE, login="speaker", access="accesszorgle2")


def test_what_is_saved_is_loaded_for_each_account(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "new" / "state")
    assert file.load() is None
    file.save(ONE)
    file.save(TWO, Who.BOT)
    file.save(ONE)
    assert (file.load(), file.load(Who.BOT)) == (ONE, TWO)


@pytest.mark.skipif("os.name != 'posix'")
def test_only_its_user_can_read_it_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        TokenFile(tmp_path).save(ONE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(TokenFile(tmp_path).path.stat().st_mode) == 0o600


def test_a_write_that_is_cut_off_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = TokenFile(tmp_path)
    file.save(ONE)
    there = sorted(path.name for path in tmp_path.iterdir())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TokenFileError, match="No space left"):
        file.save(TWO)
    assert file.load() == ONE
    assert sorted(path.name for path in tmp_path.iterdir()) == there


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"streamer": 5}', '{"streamer": {}}', '{"streamer": {"login": 5}}']
)
def test_a_damaged_file_is_one_line_and_a_new_sign_in_mends_it(text: str, tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    file.path.write_text(text, encoding="utf-8")
    with pytest.raises(TokenFileError, match="sign in again: python -m bot login twitch"):
        file.load()
    file.save(ONE)
    assert file.load() == ONE


def test_a_token_is_never_shown_and_is_taken_out_of_any_text() -> None:
    assert "zorgle1" not in repr(ONE)
    assert "blippo1" not in repr(ONE)
    assert redact("a accesszorgle1 b refreshblippo1 c") == "a *** b *** c"
