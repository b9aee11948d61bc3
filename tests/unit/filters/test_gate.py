from dataclasses import replace
from typing import Any

import pytest

from filters.gate import Gate
from filters.message import Author, ChatMessage, Fragment, Kind, Payment, Rank, Reward, Role
from filters.trigger import How, Trigger

VIEWER = ChatMessage("twitch", "c", "m", Author("42", "Viewer"), "!tts hello")
PAID = replace(VIEWER, paid=Payment(100, "bits"))


def by(name: str, *roles: Role, id: str = "42") -> ChatMessage:  # noqa: A002
    return replace(VIEWER, author=Author(id, name, frozenset(roles)))


def test_a_viewer_passes() -> None:
    assert Gate().refuse(VIEWER) is None


@pytest.mark.parametrize("message", [by("NightBot"), by("anything", Role.BOT)])
def test_bots_are_ignored(message: ChatMessage) -> None:
    refusal = Gate().refuse(message)
    assert refusal is not None
    assert refusal.ignored


@pytest.mark.parametrize("blocked", ["viewer", " @VIEWER ", "42"])
def test_blocked_authors_are_dropped_even_when_they_pay(blocked: str) -> None:
    refusal = Gate(blocked=[blocked]).refuse(PAID)
    assert refusal is not None
    assert not refusal.ignored
    assert "blocked" in refusal.reason


@pytest.mark.parametrize(("bots", "ignored"), [(["troll_77"], True), ([], False)])
def test_a_login_counts_behind_a_localized_name(bots: list[str], ignored: bool) -> None:
    author = Author("42", "トロール", login="Troll_77")
    refusal = Gate(bots=bots, blocked=["troll_77"]).refuse(replace(VIEWER, author=author))
    assert refusal is not None
    assert refusal.ignored is ignored


def test_blank_entries_block_nobody() -> None:
    nameless = replace(VIEWER, author=Author("", ""))
    assert Gate(blocked=["", "@", " "]).refuse(nameless) is None


def test_a_minimum_rank_holds_for_all_but_what_was_paid_for() -> None:
    gate = Gate(minimum=Rank.VIP)
    refusal = gate.refuse(by("viewer", Role.SUBSCRIBER))
    assert refusal is not None
    assert refusal.reason == "only for vip and above"
    assert gate.refuse(by("viewer", Role.MODERATOR)) is None
    assert gate.refuse(PAID) is None


def test_shared_chat_is_dropped_unless_wanted() -> None:
    shared = replace(VIEWER, shared_from="elsewhere")
    assert Gate().refuse(shared) is not None
    assert Gate(shared=True).refuse(shared) is None


def read(text: str, trigger: Trigger | None = None, **changes: Any) -> tuple[str, How] | None:
    found = (trigger or Trigger()).read(replace(VIEWER, text=text, **changes))
    return (found.message.text, found.how) if found else None


@pytest.mark.parametrize(
    "text",
    [
        "!tts hello",
        "!TTS hello",
        "  !say hello",
        "\u034f !speak \U000e0000hello",
        "!tts\u3000hello",
    ],
)
def test_a_trigger_word_asks_for_speech_and_is_cut_off(text: str) -> None:
    assert read(text) == ("hello", How.COMMAND)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "!ttsx hello",
        "!tts-off",
        "!tts_x",
        "!tts",
        "!tts \u200b \U000e0000",
        "hi !tts hello",
    ]
    + ["", "!song hello", "tts hello", "!", "\x00" * 50],
)
def test_other_lines_do_not(text: str) -> None:
    assert read(text) is None


def test_every_line_speaks_lines_but_no_commands() -> None:
    every = Trigger(every_line=True)
    assert read("hello", every) == ("hello", How.LINE)
    assert read("!tts hello", every) == ("hello", How.COMMAND)
    assert read("wow!", every) == ("wow!", How.LINE)
    assert read("! wow", every) == ("! wow", How.LINE)
    assert read(" \u034f!song hello", every) is None
    assert read(" \u200b ", every) is None


def test_a_reply_names_whom_it_answers_first() -> None:
    assert read("@Other !tts hello", reply_to="9") == ("hello", How.COMMAND)
    assert read("@Other !tts hello") is None


def test_fragments_are_cut_with_the_text() -> None:
    fragments = (
        Fragment("text", " !tts hi "),
        Fragment("emote", "Kappa", "25"),
        Fragment("text", " x"),
    )
    found = Trigger().read(replace(VIEWER, text=" !tts hi Kappa x", fragments=fragments))
    assert found is not None
    assert found.message.text == "hi Kappa x"
    assert [(f.type, f.text) for f in found.message.fragments] == [
        ("text", "hi "), ("emote", "Kappa"), ("text", " x"),
    ]  # fmt: skip


def test_paid_messages_are_spoken_unless_switched_off() -> None:
    bits = Payment(100, "bits")
    assert read("hello", paid=bits) == ("hello", How.PAID)
    assert read("!tts hello", paid=bits) == ("hello", How.PAID)
    assert read("hello", Trigger(paid=False), paid=bits) is None
    assert read("!tts hello", Trigger(paid=False), paid=bits) == ("hello", How.COMMAND)


def test_a_trigger_behind_a_cheer_is_found() -> None:
    fragments = (Fragment("cheermote", "Cheer100"), Fragment("text", " !tts hello"))
    bits = Payment(100, "bits")
    assert read("Cheer100 !tts hello", paid=bits, fragments=fragments) == ("hello", How.PAID)
    assert read("Cheer100 !tts hello", paid=None, fragments=fragments) is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"paid": Payment(100, "bits")},
        {"kind": Kind.REDEMPTION, "reward": Reward("r-1")},
        {"kind": Kind.SUB},
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_trigger_word_is_told_whatever_was_paid(changes: dict[str, Any], named: bool) -> None:
    text = "!tts skip" if named else "skip"
    found = Trigger(every_line=True).read(replace(VIEWER, text=text, **changes))
    assert found is not None
    assert (found.message.text, found.named) == ("skip", named)


def test_redemptions_are_spoken_if_the_reward_is_meant() -> None:
    reward = Reward("r-1", "Speak It")
    changes: dict[str, Any] = {"kind": Kind.REDEMPTION, "reward": reward}
    assert read("hello", **changes) == ("hello", How.REWARD)
    for name in ("R-1", "speak it"):
        assert read("hello", Trigger(rewards=[name]), **changes) == ("hello", How.REWARD)
    assert read("hello", Trigger(rewards=["other"]), **changes) is None
    assert read("hello", Trigger(rewards=["other"]), kind=Kind.REDEMPTION) is None
    assert read("", **changes) is None


def test_what_points_were_paid_for_is_no_other_bots_command() -> None:
    assert read("!so bob", kind=Kind.REDEMPTION, reward=Reward("r")) == ("!so bob", How.REWARD)


@pytest.mark.parametrize(
    ("kind", "how"), [(Kind.SUB, How.PAID), (Kind.GIFT, None), (Kind.RAID, None)]
)
def test_of_events_only_a_subscription_brings_words(kind: Kind, how: How | None) -> None:
    assert read("hello", kind=kind) == (("hello", how) if how else None)


@pytest.mark.parametrize("alias", ["", " ", "two words"])
def test_a_trigger_word_is_one_word(alias: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        Trigger(aliases=["!tts", alias])


def test_aliases_are_plain_text_and_the_longest_wins() -> None:
    trigger = Trigger(aliases=["!t.s", "say:", "!t.s.x"])
    assert read("!tas hello", trigger) is None
    assert read("say:hello", trigger) == ("hello", How.COMMAND)
    assert read("!t.s.x hello", trigger) == ("hello", How.COMMAND)
