"""The small rooms behind the commands: durations, names, mutes, voices, words, reasons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import commands, durations
from bot.choices import MOST as CHOICES
from bot.choices import Choices
from bot.line import End
from bot.mutes import MOST, Mutes
from bot.policy import build_rules, requests
from bot.seen import Ambiguous, Seen
from bot.settings import load
from bot.whys import Whys, friendly
from bot.wordbook import Added, Wordbook, WordRefused
from engine.speech import Voice
from filters import copies
from filters.chain import Rules
from filters.crowd import Why
from filters.message import Author, ChatMessage, Fragment, Role, Tier
from filters.trigger import Trigger, without_words
from filters.wordlist import Entry, compile_words
from tests.fakes import Forgetful


def line(author: Author, platform: str = "twitch", **more: object) -> ChatMessage:
    return ChatMessage(platform, "c", "", author, "hello", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("1h30m", 5400), ("2d", 172_800), ("1D2H3M4S", 93_784)],
)
def test_a_duration_is_read_and_shown(text: str, seconds: int) -> None:
    assert durations.parse(text) == seconds
    assert durations.parse(durations.shown(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "10", "-5m", "+5m", "0s", "m", "5m1h", "1.5h", "５m", "15d", "9" * 5000 + "m", "1m "],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="10m|14d"):
        durations.parse(text)


def test_a_name_is_compared_as_it_is_seen_and_in_no_other_way() -> None:
    seen = Seen()
    seen.add(line(Author("1", "Frim", login="frim")))
    seen.add(line(Author("2", "Фрим", login="blippo")))
    seen.add(line(Author("3", "Zo\u0308e"), platform="youtube"))
    for name, id in (("FRIM", "1"), ("@frim\u200b", "1"), ("фрим", "2"), ("ZÖE", "3")):
        found = seen.find(name, "twitch")
        assert found is not None
        assert found.key[1] == id
    for name in ("frіm", "ｆｒｉｍ", "f r i m", "zoe", "frim1", "", "@", "\u200b"):
        assert seen.find(name, "twitch") is None


def test_a_login_goes_before_a_shown_name_and_the_own_platform_before_others() -> None:
    seen = Seen()
    seen.add(line(Author("imposter", "frim", login="blippo")))
    seen.add(line(Author("real", "Something", login="frim")))
    seen.add(line(Author("elsewhere", "frim"), platform="youtube"))
    found = seen.find("frim", "twitch")
    assert found is not None
    assert found.key == ("twitch", "real")
    other = seen.find("frim", "youtube")
    assert other is not None
    assert other.key == ("youtube", "elsewhere")
    seen.add(line(Author("second", "FRIM"), platform="youtube"))
    with pytest.raises(Ambiguous):
        seen.find("frim", "youtube")


def test_names_are_bounded_and_a_shared_chats_badges_are_none() -> None:
    seen = Seen(most=3)
    for n in range(10):
        seen.add(line(Author(str(n), f"v{n}", frozenset({Role.MODERATOR})), shared_from="x"))
    assert len(seen) == 3
    assert seen.find("v0", "twitch") is None
    last = seen.find("v9", "twitch")
    assert last is not None
    assert last.rank == 0


def test_mutes_are_bounded_kept_and_end() -> None:
    memory = Forgetful()
    mutes = Mutes(memory)
    for n in range(MOST + 5):
        mutes.add(("t", str(n)), float(n))
    assert len(mutes) == len(memory.mutes()) == MOST
    assert not mutes.holds(("t", "0"), -1.0)
    assert mutes.holds(("t", "100"), 99.0)
    assert not mutes.holds(("t", "100"), 100.0)
    assert ("t", "100") not in memory.mutes()


VOICES = [Voice("en-us", "English"), Voice("de", "German")]


def test_voices_to_choose_are_those_that_the_engine_has_and_the_settings_offer() -> None:
    every = Choices(Forgetful(), voices=lambda: VOICES, variants=True)
    assert every.ids() == ["en-us", "de"]
    assert [every.find(v) for v in ("EN-US", "de+ANNIE", "en-us+f3", "de+zorgle", "xx", "")] == [
        "en-us", "de+Annie", "en-us+f3", None, None, None,
    ]  # fmt: skip
    some = Choices(Forgetful(), voices=lambda: VOICES, offered=["de+f2", "zz"], variants=True)
    assert some.ids() == ["de+f2"]
    assert [some.find(v) for v in ("de", "de+f2", "de+f3")] == [None, "de+f2", None]
    plain = Choices(Forgetful(), voices=lambda: VOICES)
    assert plain.find("de+f2") is None


def test_a_choice_that_the_engine_no_longer_has_is_the_usual_voice() -> None:
    voices = list(VOICES)
    choices = Choices(Forgetful(), voices=lambda: voices)
    choices.choose(("t", "ann"), "de")
    assert choices.of(("t", "ann")) == "de"
    voices.pop()
    assert choices.of(("t", "ann")) == ""


def test_the_voice_is_the_lines_own_then_the_authors_then_by_hash() -> None:
    from bot.line import Line, Stages

    settings = load(overrides={"speech": {"voice_per_author": True}})
    chosen = {("t", "ann"): "de"}
    request = requests(settings, chosen=lambda author: chosen.get(author, ""))
    ann, bob = Author("ann", "ann"), Author("bob", "bob")
    assert request(Line(line(ann, "t"), 0, Stages(0.0), voice="es")).voice == "es"
    assert request(Line(line(ann, "t"), 0, Stages(0.0))).voice == "de"
    assert request(Line(line(bob, "t"), 0, Stages(0.0))).voice.startswith("en-us+")


def reasons() -> list[str]:
    """Every reason with which bot/ drops a line, as far as a text in the source tells."""
    root = Path(__file__).parents[2]
    found = [copies.BY_AUTHOR, copies.BY_OTHERS, *(f"{why}: only subscribers" for why in Why)]
    for name in ("bot/intake.py", "bot/allowance.py", "filters/gate.py", "filters/chain.py"):
        text = (root / name).read_text(encoding="utf-8")
        found += re.findall(r'End\.DROPPED, (?:message, )?"([^"]+)"', text)
        found += re.findall(r'return "(too many[^"]+|this viewer[^"]+)"', text)
        found += re.findall(r'Refusal\(f?"([^"]+)", ignored=False', text)
        found += re.findall(r'Refused\(f?"([^"]+)"', text)
        found += re.findall(r'how = f?"([^"]+)"', text)
    return found


def test_every_reason_has_a_friendly_form_that_tells_nothing_of_the_word() -> None:
    told = {reason: friendly(End.DROPPED, reason) for reason in reasons()}
    assert len(told) >= 14
    unknown = [r for r, text in told.items() if text == friendly(End.DROPPED, "?")]
    assert set(unknown) <= {"from another channel of a shared chat"}
    detailed = "blocked word (your list, entry 3, pulled apart, reading: leet)"
    assert not {"list", "entry", "leet", "reading"} & set(friendly(End.DROPPED, detailed).split())
    assert all(friendly(end, "") for end in End)


def test_whys_are_bounded() -> None:
    whys = Whys(most=2)
    for n in range(5):
        whys.add(line(Author(str(n), "x")), End.SHED, "backlog full")
    assert len(whys) == 2


def rules(*words: str, never: str = "frim") -> Rules:
    return Rules(words=compile_words([*words, Entry(never, Tier.NEVER)]))


def test_words_are_kept_and_the_last_order_counts() -> None:
    memory = Forgetful()
    book = Wordbook(memory)
    book.block("Zorgle", rules())
    book.allow("zorgle", rules("zorgle"))
    assert (book.added, memory.words()) == (Added(allowed=frozenset({"zorgle"})), {"zorgle": False})
    book.block("zorgle", rules())
    assert Wordbook(memory).added == Added(blocked=frozenset({"zorgle"}))


@pytest.mark.parametrize("word", ["frim", "fr1m", "FRIM"])
def test_what_is_of_tier_never_cannot_be_allowed(word: str) -> None:
    memory = Forgetful()
    with pytest.raises(WordRefused):
        Wordbook(memory).allow(word, rules())
    assert memory.words() == {}


@pytest.mark.parametrize("tier", ["never", "strict", "mild"])
def test_an_added_word_holds_whatever_the_settings_say(tier: str, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("zorgle\n", encoding="utf-8")
    settings = load(overrides={"filter": {"tier": tier, "allowlist": allowed, "shipped": False}})
    book = Wordbook(Forgetful())
    before = build_rules(settings, book.added)
    book.block("ZORGLE", before)
    after = build_rules(settings, book.added)
    assert after.words.listed
    assert "zorgle" not in after.words.allowed
    # And what a moderator blocked, a moderator may allow.
    book.allow("zorgle", after)
    again = build_rules(settings, book.added)
    assert not again.words.listed
    assert "zorgle" in again.words.allowed


def test_joined_forms_never_take_a_command_word_away() -> None:
    made = commands.joined(["!tts", "tts:", "!say"], {"!say": "skip", "!quiet": "pause"})
    assert made["!ttsskip"] == made["!skiptts"] == "skip"
    assert made["!quiet"] == "pause"
    assert "!say" not in made
    assert not any("tts:" in word for word in made)


def test_first_words_are_cut_off_with_their_fragments() -> None:
    fragments = (Fragment("text", "say  hi "), Fragment("emote", "Kappa", "25"))
    message = ChatMessage("t", "c", "", Author("", ""), "say  hi Kappa", fragments=fragments)
    cut = without_words(message, 1)
    assert cut.text == "hi Kappa"
    assert "".join(f.text for f in cut.fragments) == cut.text
    assert without_words(message, 9).text == ""


@pytest.mark.parametrize("text", ["!ttsskip", "  !TTSSKIP ", "@bot !skiptts"])
def test_a_joined_word_is_found_where_a_command_may_begin(text: str) -> None:
    trigger = Trigger(joined={"!ttsskip": "skip", "!skiptts": "skip"})
    found = trigger.read(ChatMessage("t", "c", "", Author("", ""), text, reply_to="x"))
    assert found is not None
    assert (found.message.text.strip(), found.named, found.joined) == ("skip", True, True)


def test_with_f5_viewers_choose_among_the_cloned_voices_and_the_embedded_one_stands_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bot.line import Line, Stages

    monkeypatch.setenv("ISHOWTTS_F5__MODEL", "F5TTS_v1_Base")
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICE_PER_AUTHOR", "true")
    cloned = [Voice("carla", "", "es"), Voice("anna", "", "en-GB"), Voice("ben", "", "en")]
    there: list[Voice] = []
    choices = Choices(Forgetful(), voices=lambda: there, usual="ben")
    request = requests(load(), known=lambda: there, chosen=choices.spoken)
    said = Line(line(Author("ann", "ann"), "t"), 0, Stages(0.0), spoken="x", language="en")
    assert choices.find("anna") is None
    there += cloned
    assert choices.ids() == ["anna", "ben", "carla"]
    assert choices.find("en-us+f3") is None
    choices.choose(("t", "ann"), "carla")
    own = request(said)
    assert own.voice == "carla"
    assert own.stand_in.startswith("en-us+")
    there.remove(cloned[0])
    assert request(said).voice in ("anna", "ben")


def test_a_choice_in_use_is_forgotten_last() -> None:
    memory = Forgetful()
    choices = Choices(memory, voices=lambda: VOICES)
    for n in range(CHOICES):
        choices.choose(("t", str(n)), "de")
    assert choices.spoken(("t", "0")) == "de"
    choices.choose(("t", "one more"), "de")
    assert choices.of(("t", "0")) == "de"
    assert choices.of(("t", "1")) == ""
    assert list(memory.voices())[-2:] == [("t", "0"), ("t", "one more")]
