"""What viewers give, from the message to what is said of it, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from bot.journal_kept import Left
from bot.line import End, Line
from bot.payments import Payments
from bot.policy import build_payments
from bot.refunds import Refunds
from bot.settings import load
from bot.whys import friendly
from engine.speech import Judge, Question
from filters.chain import Rules
from filters.message import (
    Author,
    ChatMessage,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Verdict,
)
from filters.wordlist import compile_words
from tests.fakes import Channel, FakeEngine

pytestmark = pytest.mark.virtual_time

RULES = Rules(words=compile_words(["zorgle"]))


def payments(**settings: object) -> Payments:
    return build_payments(load(overrides={"paid": settings}))


def bits(amount: float) -> Payment:
    return Payment(amount, "bits")


@pytest.mark.parametrize(
    ("paid", "text", "said"),
    [
        (bits(100), "hello there", ["hello there"]),
        (bits(99), "hello there", []),
        (bits(99), "!tts hello there", ["hello there"]),
        (Payment(1.99, "EUR"), "hello there", []),
        (Payment(2, "EUR"), "hello there", ["hello there"]),
        (Payment(0.5, "USD"), "hello there", ["hello there"]),
        (Payment(0, "EUR"), "hello there", ["hello there"]),
        (Payment(0, "XXX"), "hello there", ["hello there"]),
    ],
)
async def test_below_the_minimum_a_line_needs_its_command(
    paid: Payment, text: str, said: list[str]
) -> None:
    async with Channel(payments=payments(minimums={"bits": 100, "EUR": 2})) as channel:
        channel.says(text, paid=paid)
        await channel.ledger.settled()
        assert channel.asked == said


async def test_below_the_minimum_a_line_has_the_limits_and_the_place_of_an_ordinary_one() -> None:
    async with Channel(limits=True, payments=payments(minimums={"bits": 100})) as channel:
        cheer = (Fragment("cheermote", "Cheer5"), Fragment("text", " !tts hello there"))
        channel.says("Cheer5 !tts hello there", paid=bits(5), fragments=cheer)
        channel.says("!tts hello again", paid=bits(5))
        channel.says("hello from me", "bob", paid=bits(100))
        await channel.ledger.settled()
        assert sorted(channel.asked) == ["hello from me", "hello there"]
        assert channel.ends() == {"spoken": 2, "dropped": 1}


async def test_whoever_is_thanked_without_the_text_is_told_why_it_was_not_spoken() -> None:
    async with Channel(payments=payments(), rules=RULES) as channel:
        channel.says("zorgle you", paid=bits(100))
        await channel.ledger.settled()
        channel.says("!tts why")
        assert channel.asked == ["Thank you ann for 100 bits"]
        (answer,) = channel.replies
        assert answer == ("ann", friendly(End.DROPPED, "blocked word"))


async def test_points_go_back_to_whoever_is_thanked_without_the_text() -> None:
    async with Channel(payments=payments(thanks_reward="Thank you {name}"), rules=RULES) as channel:
        giver, refunds = Giver(), Refunds()
        refunds.add(giver)
        channel.ledger.on_end.append(refunds.ended)
        channel.ledger.on_line_end.append(refunds.line_ended)
        reward = {"kind": Kind.REDEMPTION, "reward": Reward("r")}
        refused = [channel.says("zorgle you", "ann", **reward)]
        await channel.ledger.settled()
        channel.says("hello", "ann", **reward)
        await channel.ledger.settled()
        assert channel.asked == ["Thank you ann", "hello"]
        assert giver.back == refused


class Giver:
    """Notes what is to be given back."""

    def __init__(self) -> None:
        self.back: list[str] = []

    def give_back(self, message: ChatMessage) -> None:
        self.back.append(message.id)


async def test_a_reward_below_the_minimum_is_an_ordinary_line_too() -> None:
    async with Channel(payments=payments(minimums={"points": 500})) as channel:
        for cost in (300, 500):
            paid = Payment(cost, "points")
            channel.says(f"for {cost}", paid=paid, kind=Kind.REDEMPTION, reward=Reward("r"))
        await channel.ledger.settled()
        assert channel.asked == ["for 500"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"paid": bits(100)}, "Thank you Ann for 100 bits"),
        ({"paid": Payment(5, "EUR")}, "Thank you Ann for 5 euros"),
        ({"paid": Payment(7.5, "SEK")}, "Thank you Ann for 7.50 SEK"),
        ({"paid": Payment(0, "XXX")}, "Thank you Ann for a Super Chat"),
        ({"kind": Kind.SUB}, "Thank you Ann for subscribing"),
        ({"kind": Kind.GIFT, "gifts": 1}, "Ann gave a sub"),
        ({"kind": Kind.GIFT, "gifts": 20}, "Ann gave 20 subs"),
        ({"kind": Kind.GIFT, "gifts": 0}, None),
        ({"kind": Kind.REDEMPTION, "reward": Reward("r")}, None),
        ({"kind": Kind.RAID}, None),
        ({"kind": Kind.SUB, "shared_from": "elsewhere"}, None),
    ],
)
async def test_what_comes_without_a_text_is_thanked_for(
    more: dict[str, object], said: str | None
) -> None:
    async with Channel(payments=payments()) as channel:
        channel.says("", "Ann", **more)  # type: ignore[arg-type]
        await channel.ledger.settled()
        assert channel.asked == ([said] if said else [])
        assert channel.ends() == {"spoken" if said else "ignored": 1}


async def test_a_cheer_of_nothing_but_cheermotes_is_thanked_for() -> None:
    async with Channel(payments=payments()) as channel:
        channel.says(
            "Cheer100", "Ann", paid=bits(100), fragments=(Fragment("cheermote", "Cheer100"),)
        )
        await channel.ledger.settled()
        assert channel.asked == ["Thank you Ann for 100 bits"]


async def test_members_are_called_members() -> None:
    async with Channel(payments=payments()) as channel:
        for kind, gifts in [(Kind.SUB, None), (Kind.GIFT, 5)]:
            who = ChatMessage(
                "youtube", "c", str(kind), Author("ann", "Ann"), "", kind=kind, gifts=gifts
            )
            channel.intake.emit(who)
        await channel.ledger.settled()
        assert channel.asked == ["Thank you Ann for being a member", "Ann gave 5 memberships"]


async def test_a_template_holds_the_viewers_text_and_is_judged_as_a_whole() -> None:
    given = payments(sub="{name} of {months} months says {text}", bits="{amount} bits. {text}")
    async with Channel(payments=given, rules=RULES, say_name=True) as channel:
        channel.says("hello there", "Ann", kind=Kind.SUB, months=14)
        channel.says("hello there", "Ann", paid=bits(200))
        channel.says("hello there", "Zorgle", kind=Kind.SUB, months=2)
        channel.says("le me in", "Zorg", kind=Kind.SUB)
        await channel.ledger.settled()
        assert sorted(channel.asked) == sorted([
            "Ann of 14 months says hello there",
            "200 bits. hello there",
            "a viewer of 2 months says hello there",
            "Zorg of 1 months says le me in",
        ])  # fmt: skip


async def test_a_place_that_a_viewer_writes_is_not_filled() -> None:
    async with Channel(payments=payments(sub="{name}: {text}")) as channel:
        channel.says("my {name} and {amount}", "Ann", kind=Kind.SUB)
        await channel.ledger.settled()
        assert channel.asked == ["Ann: my name and amount"]


async def test_a_refused_text_is_left_out_of_the_thanks_which_are_counted_as_spoken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    dropped: list[tuple[str, str]] = []

    def told(message: ChatMessage, verdict: Verdict, rules: Rules) -> None:
        dropped.append((message.text, verdict.rule))

    async with Channel(payments=payments(), rules=RULES, dropped=told) as channel:
        channel.says("zorgle zorgle", "Ann", paid=bits(100))
        channel.says("you zorgle", "Zorgle", kind=Kind.SUB)
        await channel.ledger.settled()
        assert channel.asked == ["Thank you Ann for 100 bits", "Thank you a viewer for subscribing"]
        assert channel.ends() == {"spoken": 2}
        assert dropped == [("zorgle zorgle", "words"), ("you zorgle", "words")]
        assert "a paid line of Ann is thanked for without its text: blocked word" in caplog.text


async def test_no_thanks_are_said_where_the_template_says_nothing() -> None:
    async with Channel(payments=payments(thanks_bits="-"), rules=RULES) as channel:
        channel.says("zorgle", "Ann", paid=bits(100))
        channel.says("", "Ann", paid=bits(100))
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1, "ignored": 1}


async def test_equal_gifts_in_a_row_are_one_line() -> None:
    async with Channel(payments=payments()) as channel:
        for _ in range(5):
            channel.says("", "Ann", kind=Kind.GIFT, gifts=1)
            await asyncio.sleep(0.3)
        assert channel.waiting == 5
        await channel.ledger.settled()
        assert channel.asked == ["Ann gave 5 subs"]
        assert channel.ends() == {"spoken": 5}


async def test_subs_in_a_row_are_counted_and_another_announcement_ends_the_row() -> None:
    async with Channel(payments=payments()) as channel:
        for name in ("Ann", "Bob", "Cid"):
            channel.says("", name, kind=Kind.SUB)
        channel.says("", "Dan", kind=Kind.GIFT, gifts=2)
        channel.says("", "Dan", kind=Kind.GIFT, gifts=1)
        channel.says("", "Eve", kind=Kind.SUB)
        channel.says("with words", "Fay", kind=Kind.SUB)
        await channel.ledger.settled()
        assert sorted(channel.asked) == [
            "3 viewers subscribed", "Dan gave 2 subs", "Thank you Eve for subscribing",
            "with words",
        ]  # fmt: skip
        assert channel.ends() == {"spoken": 6, "ignored": 1}


async def test_the_notices_of_each_sub_of_a_mass_gift_are_counted_already() -> None:
    async with Channel(payments=payments()) as channel:
        channel.says("", "Ann", kind=Kind.GIFT, gifts=3)
        for _ in range(4):
            await asyncio.sleep(2)
            channel.says("", "Ann", kind=Kind.GIFT, gifts=1)
        await channel.ledger.settled()
        assert channel.asked == ["Ann gave 3 subs", "Ann gave a sub"]
        assert channel.ends() == {"spoken": 2, "ignored": 3}


async def test_what_is_being_said_takes_nothing_in_any_more() -> None:
    async with Channel(payments=payments()) as channel:
        channel.says("", "Ann", kind=Kind.GIFT, gifts=1)
        await asyncio.sleep(4)
        channel.says("", "Ann", kind=Kind.GIFT, gifts=1)
        await channel.ledger.settled()
        assert channel.asked == ["Ann gave a sub", "Ann gave a sub"]


async def test_a_ban_takes_back_what_one_gave_and_leaves_what_others_gave_too() -> None:
    async with Channel(payments=payments()) as channel:
        channel.says("", "Ann", kind=Kind.GIFT, gifts=1)
        channel.says("", "Ann", kind=Kind.GIFT, gifts=1)
        channel.says("", "Bob", kind=Kind.SUB)
        channel.says("", "Cid", kind=Kind.SUB)
        await asyncio.sleep(0.1)
        for name in ("Ann", "Bob"):
            channel.intake.emit(Removal("t", "c", RemovalKind.CLEAR_AUTHOR, name))
        await channel.ledger.settled()
        assert channel.asked == ["2 viewers subscribed"]
        assert channel.ends() == {"purged": 2, "spoken": 2}


async def test_paid_lines_are_never_shed_or_stale_however_many_come() -> None:
    async with Channel(limits=True, lines=5, seconds=10, payments=payments()) as channel:
        for n in range(40):
            channel.says(f"hello number {n} there", f"giver{n % 7}", paid=bits(100))
            channel.says(f"!tts number {n}", f"viewer{n}")
            await asyncio.sleep(0.2)
        await channel.ledger.settled()
        paid = [text for text in channel.asked if text.startswith("hello number")]
        assert len(paid) == 40


async def test_a_voice_that_refuses_a_paid_line_says_thanks_instead() -> None:
    def judge(line: Line) -> Judge:
        heard = "sounds bad" if "blippo" in line.spoken else None
        return lambda name, request: Question((line.spoken,), lambda phonemes: heard)

    async with Channel(
        payments=payments(), judge=judge, engine=FakeEngine(phonemes="x")
    ) as channel:
        channel.says("you blippo", "Ann", paid=bits(100))
        channel.says("!tts you blippo", "Bob")
        await channel.ledger.settled()
        assert channel.asked == [
            "you blippo", "Thank you Ann for 100 bits", "you blippo",
        ]  # fmt: skip
        assert channel.ends() == {"spoken": 1, "dropped": 1}


@pytest.mark.parametrize("end", ["dropped", "purged", "spoken"])
async def test_every_end_of_what_was_redeemed_is_told(end: str) -> None:
    async with Channel(payments=payments(), rules=RULES) as channel:
        told: list[tuple[str, str]] = []
        channel.ledger.on_end.append(lambda message, how, why: told.append((message.id, how)))
        text = "zorgle" if end == "dropped" else "hello there"
        id = channel.says(text, kind=Kind.REDEMPTION, reward=Reward("r", "Say it"))
        if end == "purged":
            channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, id))
        await channel.ledger.settled()
        assert told == [(id, end)]


async def test_a_row_that_comes_back_is_announced_whichever_of_it_may_have_been_heard() -> None:
    async with Channel(payments=payments()) as channel:
        gifts = [ChatMessage("t", "c", id, Author("gus", "gus"), "", kind=Kind.GIFT) for id in "ab"]
        channel.intake.resume([Left(1, 0.0, gifts[0], False), Left(2, 0.0, gifts[1], True)])
        await channel.ledger.settled()
        assert channel.asked == ["again: gus gave 2 subs"]
