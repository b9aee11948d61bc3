"""What is said too often, by too many, or by strangers in a crowd, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

import bot.verdicts
from filters.chain import Rules, judge
from filters.message import Action, ChatMessage, Kind, Payment, Removal, RemovalKind, Role, Verdict
from filters.wordlist import compile_words
from tests.fakes import Channel

pytestmark = pytest.mark.virtual_time

PASTA = "I told my quimble to eat the blippo but it only wanted more vexnar soup tonight"
VARIATIONS = [
    PASTA,
    PASTA + " \u034f",
    PASTA.upper() + "!!!",
    "😂 " + PASTA,
    PASTA.replace("more", "moooore"),
    PASTA + " lol",
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, bool]]]:
    """What the filters are asked: the text, and how it is to be judged."""
    calls: list[tuple[str, dict[str, bool]]] = []

    def watched(
        message: ChatMessage, rules: Rules, earlier: tuple[str, ...], **how: bool
    ) -> Verdict:
        calls.append((message.text, how))
        return judge(message, rules, earlier)

    monkeypatch.setattr(bot.verdicts, "judge", watched)
    return calls


def raid(channel: Channel, **more: object) -> None:
    channel.says("", "raider", kind=Kind.RAID, **more)  # type: ignore[arg-type]


async def known(channel: Channel, *authors: str) -> None:
    """Let each author be heard once, some time ago."""
    for author in authors:
        channel.says(f"!tts it is {author} who spoke", author)
        await asyncio.sleep(8)
    await asyncio.sleep(60)
    assert channel.ends() == {"spoken": len(authors)}


async def test_one_viewer_cannot_fill_the_voice() -> None:
    async with Channel(limits=True) as channel:
        for n in range(600):
            channel.says(f"!tts number {n} of them", "spammer")
            await asyncio.sleep(0.2)
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 8, "dropped": 592}


async def test_what_many_paste_is_spoken_once() -> None:
    async with Channel(limits=True) as channel:
        for n in range(60):
            channel.says(f"!tts {VARIATIONS[n % len(VARIATIONS)]}", f"viewer{n}")
            await asyncio.sleep(n % 3 / 10)
        channel.says("!tts and a line of my own", "bob")
        channel.says(PASTA, "eve", paid=Payment(1, "EUR"))
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 3, "dropped": 59}
        await asyncio.sleep(30)
        channel.says(f"!tts {PASTA}", "zoe")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 4, "dropped": 59}


async def test_what_many_paste_at_once_is_spoken_once() -> None:
    async with Channel(limits=True) as channel:
        for n in range(40):
            channel.says(f"!tts {PASTA}", f"viewer{n}")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1, "dropped": 39}


async def test_a_refused_copy_costs_nothing_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with Channel(limits=True) as channel:
        for _ in range(6):
            channel.says("!tts the same line again")
            await asyncio.sleep(2)
        channel.says("!tts another one")
        await asyncio.sleep(2)
        channel.says("!tts and a third")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 3, "dropped": 5}
        assert "dropped: ann: '***' (this viewer said it already)" in caplog.text


async def test_a_paid_line_may_be_a_copy_and_so_may_the_broadcasters() -> None:
    async with Channel(limits=True) as channel:
        for n in range(4):
            channel.says("one long boring advertisement", f"giver{n % 2}", paid=Payment(1, "EUR"))
            channel.says("!tts one long boring advertisement", "host", role=Role.BROADCASTER)
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 8}


async def test_a_line_that_was_refused_for_its_seconds_may_be_said_by_another() -> None:
    async with Channel(limits=True) as channel:
        words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(80)]
        channel.says("!tts " + " ".join(words[:40]), "ann")
        await asyncio.sleep(5)
        channel.says("!tts " + " ".join(words[40:]), "ann")
        await asyncio.sleep(1)
        assert channel.ends() == {"dropped": 1}
        channel.says("!tts " + " ".join(words[40:]), "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1, "spoken": 2}


async def test_with_a_raid_only_regulars_and_subscribers_are_spoken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with Channel(limits=True) as channel:
        await known(channel, "regular")
        raid(channel)
        channel.says("!tts hello from the raid", "new")
        channel.says("!tts welcome everybody here", "regular")
        channel.says("!tts nice to see you", "sub", role=Role.SUBSCRIBER)
        channel.says("take my money", "giver", paid=Payment(1, "EUR"))
        await asyncio.sleep(89)
        channel.says("!tts still too early", "new")
        assert channel.ends() == {"ignored": 1, "spoken": 4, "dropped": 2}
        assert "'***' (raid: only subscribers and viewers who spoke before)" in caplog.text
        await asyncio.sleep(2)
        channel.says("!tts now it is fine", "new")
        await channel.ledger.settled()
        assert channel.ends() == {"ignored": 1, "spoken": 5, "dropped": 2}
        assert caplog.text.count("a raid: for 90 s") == 1
        assert caplog.text.count("the raid is over") == 1


@pytest.mark.parametrize(
    ("viewers", "closed"),
    [(0, False), (2, False), (9, False), (10, True), (900, True), (None, True)],
)
async def test_a_raid_of_a_few_viewers_is_no_crowd_and_one_of_unknown_size_is(
    viewers: int | None, closed: bool
) -> None:
    async with Channel(limits=True) as channel:
        raid(channel, viewers=viewers)
        channel.says("!tts hello from the raid", "new")
        await channel.ledger.settled()
        assert channel.ends() == {"ignored": 1, "dropped" if closed else "spoken": 1}


async def test_a_raid_in_another_channel_of_a_shared_chat_is_not_ours() -> None:
    async with Channel(limits=True) as channel:
        raid(channel, shared_from="elsewhere")
        channel.says("!tts hello there")
        await channel.ledger.settled()
        assert channel.ends() == {"ignored": 1, "spoken": 1}


async def test_the_end_of_a_raid_is_told_though_nobody_says_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with Channel(limits=True) as channel:
        raid(channel)
        await asyncio.sleep(92)
        assert "the raid is over" in caplog.text


async def test_lines_are_half_as_long_in_a_raid_and_paid_ones_are_not() -> None:
    async with Channel(limits=True) as channel:
        words = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60))
        raid(channel)
        channel.says(f"!tts {words}", "sub", role=Role.SUBSCRIBER)
        channel.says(words, "giver", paid=Payment(1, "EUR"))
        await channel.ledger.settled()
        free, paid = sorted(len(text) for text in channel.asked)
        assert 5 * 14 < free <= 6 * 14
        assert paid > 20 * 14


async def test_a_flood_of_new_viewers_is_stopped_and_the_regulars_are_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with Channel(limits=True) as channel:
        await known(channel, "regular")
        for n in range(400):
            channel.says(f"!tts bought line {n * 7919} of {n}", f"bot{n}")
            await asyncio.sleep(0.05)
        channel.says("!tts what is going on here", "regular")
        await channel.ledger.settled()
        assert "what is going on here" in channel.asked
        assert len(channel.asked) <= 12
        assert caplog.text.count("a flood: for 90 s") == 1


async def test_who_is_timed_out_is_no_regular_any_more() -> None:
    async with Channel(limits=True) as channel:
        await known(channel, "troll")
        channel.intake.emit(Removal("t", "c", RemovalKind.CLEAR_AUTHOR, "troll", 1.0))
        raid(channel)
        await asyncio.sleep(2)
        channel.says("!tts here I am again", "troll")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1, "ignored": 1, "dropped": 1}


async def test_whose_first_line_it_is_is_judged_warily_for_a_while(
    asked: list[tuple[str, dict[str, bool]]],
) -> None:
    async with Channel() as channel:
        channel.says("hello all", "new", first=True)
        channel.says("!tts one", "new")
        channel.says("!tts two", "old")
        await asyncio.sleep(600)
        channel.says("!tts three", "new")
        await channel.ledger.settled()
        wary = [(text, how["wary"]) for text, how in asked]
        assert wary == [("one", True), ("two", False), ("three", False)]


async def test_a_name_is_said_when_the_speaker_changes_or_was_silent(
    asked: list[tuple[str, dict[str, bool]]],
) -> None:
    async with Channel(limits=True, say_name=True) as channel:
        for author, text, wait in [
            ("ann", "first", 5), ("ann", "again", 61), ("ann", "later", 5), ("bob", "mine", 5),
        ]:  # fmt: skip
            channel.says(f"!tts {text}", author)
            await asyncio.sleep(wait)
        raid(channel)
        channel.says("!tts raided", "ann")
        await channel.ledger.settled()
        assert [(text, how["say_name"]) for text, how in asked] == [
            ("first", True), ("again", False), ("later", True), ("mine", True), ("raided", False),
        ]  # fmt: skip


async def test_what_may_be_said_but_holds_nothing_to_say_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    silent = Verdict(Action.SPEAK, "nothing to say")
    monkeypatch.setattr(bot.verdicts, "judge", lambda *_, **__: silent)
    async with Channel() as channel:
        channel.says("!tts :)")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1}
        assert "(nothing to say)" in caplog.text


async def test_trying_out_the_word_filter_costs_lines() -> None:
    rules = Rules(words=compile_words(["zorgle"]))
    async with Channel(limits=True, rules=rules) as channel:
        for n in range(4):
            channel.says(f"!tts zorgle {chr(97 + n)}")
            await asyncio.sleep(0.1)
        channel.says("!tts a nice word")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 5}


async def test_a_wild_flood_leaves_little_behind() -> None:
    async with Channel(limits=True) as channel:
        for n in range(20_000):
            channel.says(f"!tts line {n} {n * 7919}", f"viewer{n}")
            if n % 100 == 0:
                await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        ends = channel.ends()
        assert sum(ends.values()) + channel.waiting == 20_000
        assert channel.waiting <= 52
