"""bot.recent, bot.commands, bot.outputs, bot.policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import commands
from bot.exits import BadInput
from bot.line import Line, Stages
from bot.outputs import check_output
from bot.policy import build_policy, requests
from bot.recent import Recent, Said
from bot.settings import load
from engine.speech import Voice
from filters.message import Author, ChatMessage, Payment, Rank, Role


def message(text: str = "hi", author: str = "ann", role: Role | None = None) -> ChatMessage:
    return ChatMessage(
        "t", "c", "1", Author(author, author, frozenset({role} if role else ())), text
    )


def test_recent_keys_are_new_once_until_their_time_is_over() -> None:
    recent = Recent(keys=10, seconds=60)
    assert recent.add("a", 0.0)
    assert not recent.add("a", 59.0)
    assert recent.holds("a", 118.0)
    assert recent.add("a", 120.0)


def test_recent_keys_are_bounded_and_the_oldest_goes_first() -> None:
    recent = Recent(keys=3, seconds=60)
    for key in "abcd":
        recent.add(key, 0.0)
    assert len(recent) == 3
    assert [key for key in "abcd" if recent.holds(key, 1.0)] == ["b", "c", "d"]


def test_a_key_may_be_held_for_a_shorter_time_but_no_longer_one() -> None:
    recent = Recent(keys=3, seconds=60)
    recent.add("short", 0.0, seconds=5)
    recent.add("long", 0.0, seconds=500)
    assert not recent.holds("short", 5.0)
    assert not recent.holds("long", 60.0)


def test_said_keeps_the_last_lines_of_each_author_for_some_seconds() -> None:
    said = Said(authors=2, lines=2, seconds=15)
    for at, author, text in [(0, "a", "1"), (1, "a", "2"), (2, "a", "3"), (3, "b", "x")]:
        said.add(author, text, at)
    assert said.lately("a", 16.0) == ("2", "3")
    assert said.lately("a", 16.5) == ("3",)
    said.add("c", "y", 4)
    assert said.lately("a", 4.0) == ()


@pytest.mark.parametrize("text", ["skip", " SKIP ", "Skip"])
def test_the_bare_word_is_the_command(text: str) -> None:
    assert commands.read(message(text)) == commands.Order(commands.Verb.SKIP)


@pytest.mark.parametrize("text", ["skip it", "skipper", "", "clearly"])
def test_anything_else_is_text(text: str) -> None:
    assert commands.read(message(text)) is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("wav:", "give a file"),
        ("wav:{tmp}", "it is a folder"),
        ("wav:{tmp}/no/such.wav", "there is no folder"),
    ],
)
def test_a_wav_path_that_cannot_be_written_is_told_before_anything_starts(
    path: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=why):
        check_output(path.format(tmp=tmp_path))


def test_other_outputs_are_left_to_the_devices(tmp_path: Path) -> None:
    for output in ("default", "null", "Some Device", f"wav:{tmp_path / 'new.wav'}"):
        check_output(output)


def test_each_rank_has_its_limit_and_zero_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_LIMIT__VIP_S", "0")
    policy = build_policy(load())
    assert policy.lines[Rank.EVERYONE].per_seconds == 20
    assert Rank.VIP not in policy.lines
    assert Rank.BROADCASTER not in policy.lines
    assert policy.speech[Rank.EVERYONE].burst == 20


def test_a_request_has_the_voice_and_the_cap_of_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    free = Line(message(), 0.0, Stages(0.0), spoken="hi")
    gift = ChatMessage("t", "c", "2", Author("1", "a"), "hi", paid=Payment(1, "EUR"))
    paid = Line(gift, 5.0, Stages(0.0), spoken="hi")
    request = requests(load())
    assert (request(free).voice, request(free).max_seconds) == ("en-us", 12)
    assert request(paid).max_seconds == 25
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICE_PER_AUTHOR", "true")
    own = requests(load())
    assert own(free).voice.startswith("en-us+")
    assert own(free) == own(Line(message("other"), 0.0, Stages(9.0), spoken="hi"))


def test_f5_has_voices_of_its_own_and_names_who_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_F5__MODEL", "F5TTS_v1_Base")
    monkeypatch.setenv("ISHOWTTS_F5__VOICES", "es=anna")
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICES", "es=es,de=de")
    chosen = {
        language: requests(load())(Line(message(), 0.0, Stages(0.0), spoken="x", language=language))
        for language in ("en", "es", "de")
    }
    assert {key: (r.voice, r.stand_in) for key, r in chosen.items()} == {
        "en": ("default", "en-us"),
        "es": ("anna", "es"),
        "de": ("default", "de"),
    }


def test_viewers_share_out_the_cloned_voices_of_a_language_among_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISHOWTTS_F5__MODEL", "F5TTS_v1_Base")
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICE_PER_AUTHOR", "true")
    there = [Voice("anna", "", "en-GB"), Voice("ben", "", "en"), Voice("carla", "", "es")]

    def voices(known: list[Voice], language: str) -> list[str]:
        request = requests(load(), known=lambda: known)
        said = [message(author=f"v{n}") for n in range(40)]
        lines = [Line(m, 0.0, Stages(0.0), spoken="x", language=language) for m in said]
        assert all(request(line).stand_in.startswith("en-us+") for line in lines)
        return [request(line).voice for line in lines]

    assert set(voices(there, "en")) == {"anna", "ben"}
    assert set(voices(there, "es")) == {"carla"}
    assert set(voices(there, "de")) == {"anna", "ben", "carla"}
    assert set(voices([], "en")) == {"default"}
    # Only those who had the voice that went have another.
    before, after = voices(there, "de"), voices(there[1:], "de")
    assert all(a == b for b, a in zip(before, after, strict=True) if b != "anna")


def test_a_line_in_another_language_has_the_voice_that_is_set_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICES", "es=es,de=de+f2")
    request = requests(load())
    voices = {
        language: request(Line(message(), 0.0, Stages(0.0), spoken="x", language=language)).voice
        for language in ("", "en", "es", "de", "ja")
    }
    assert voices == {"": "en-us", "en": "en-us", "es": "es", "de": "de+f2", "ja": "en-us"}
