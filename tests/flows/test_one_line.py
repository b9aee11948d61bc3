"""Intake, backlog and speaker together, in virtual time: what becomes of each message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.audio.player import State
from bot.intake import Intake
from engine.speech import BadRequest, EngineFailed
from filters.chain import Rules
from filters.gate import Gate
from filters.message import Fragment, Kind, Payment, Removal, RemovalKind, Role, Tier
from filters.trigger import Trigger
from filters.wordlist import Entry, compile_words
from tests.fakes import Channel, FakeEngine, failure

pytestmark = pytest.mark.virtual_time


def delete(id: str) -> Removal:
    return Removal("t", "c", RemovalKind.DELETE, id)


def clear(
    author: str, seconds: float | None = None, *, sent: float | None = None, channel: str = "c"
) -> Removal:
    return Removal("t", channel, RemovalKind.CLEAR_AUTHOR, author, seconds, sent=sent)


def clear_all(*, sent: float | None = None, channel: str = "c") -> Removal:
    return Removal("t", channel, RemovalKind.CLEAR_ALL, sent=sent)


async def test_a_triggered_line_is_spoken_and_its_stages_are_kept_in_order() -> None:
    async with Channel() as channel:
        channel.says("!tts hello there")
        await channel.ledger.settled()
        assert channel.asked == ["hello there"]
        assert channel.ends() == {"spoken": 1}
        (line,) = channel.ledger.heard
        at = line.stages
        times = [at.received, at.judged, at.taken, at.first_chunk, at.first_sample]
        assert all(time is not None for time in times)
        assert times == sorted(times)


async def test_chat_without_a_trigger_and_bots_are_ignored() -> None:
    async with Channel() as channel:
        channel.says("hello")
        channel.says("!tts beep", role=Role.BOT)
        channel.says("!tts beep", "Nightbot")
        channel.says("!other thing")
        await channel.ledger.settled()
        assert channel.ends() == {"ignored": 4}


async def test_every_line_mode_speaks_plain_lines_but_no_commands() -> None:
    async with Channel(trigger=Trigger(every_line=True)) as channel:
        channel.says("hello")
        channel.says("!song request", "bob")
        await channel.ledger.settled()
        assert channel.asked == ["hello"]
        assert channel.ends() == {"spoken": 1, "ignored": 1}


async def test_the_same_id_is_spoken_once_and_a_missing_id_is_no_duplicate() -> None:
    async with Channel() as channel:
        channel.says("!tts one", id="x")
        channel.says("!tts one", id="x")
        channel.says("!tts two", "bob", id="")
        channel.says("!tts three", "cid", id="")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 3, "duplicate": 1}


async def test_the_order_is_by_payment_and_role_while_one_plays() -> None:
    async with Channel() as channel:
        channel.says("!tts first playing")
        await asyncio.sleep(0.1)
        channel.says("!tts ahead", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts viewer", "cid")
        channel.says("!tts sub", "dan", role=Role.SUBSCRIBER)
        channel.says("thanks", "eve", paid=Payment(100, "bits"))
        channel.says("!tts mod", "fay", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["first playing", "ahead", "thanks", "mod", "sub", "viewer"]


async def test_an_ordinary_author_has_one_waiting_line_a_moderator_three() -> None:
    async with Channel() as channel:
        for n in range(5):
            channel.says(f"!tts line {n}", "ann")
            channel.says(f"!tts mod {n}", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert sum("line" in text for text in channel.asked) == 1
        assert sum("mod" in text for text in channel.asked) == 3
        assert channel.ends() == {"spoken": 4, "dropped": 6}


async def test_lines_of_one_author_are_limited_before_they_are_judged() -> None:
    async with Channel(limits=True) as channel:
        for n in range(10):
            channel.says(f"!tts {n}", "ann")
            await asyncio.sleep(1.5)
        await asyncio.sleep(6)
        channel.says("!tts after 21 seconds", "ann")
        await channel.ledger.settled()
        assert len(channel.asked) == 4
        assert channel.ends() == {"spoken": 4, "dropped": 7}


async def test_seconds_of_one_author_are_limited_after_judging() -> None:
    async with Channel(limits=True) as channel:
        long = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(40))
        # 12 seconds each, at 20 a minute: a second one only when 4 of the first are back.
        for line, wait in (("a", 11), ("b", 2), ("c", 60)):
            channel.says("!tts " + long.replace("word", line), "ann")
            await asyncio.sleep(wait)
        channel.says("!tts " + long, "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 3, "dropped": 1}


async def test_blocked_words_and_authors_are_dropped_paid_or_not() -> None:
    rules = Rules(words=compile_words(["zorgle"]))
    async with Channel(rules=rules, gate=Gate(blocked=["Troll"])) as channel:
        channel.says("!tts you zorgle")
        channel.says("you z o r g l e", "bob", paid=Payment(5, "EUR"))
        channel.says("!tts nice words", "troll")
        channel.says("!tts nice words", "cid")
        await channel.ledger.settled()
        assert channel.asked == ["nice words"]
        assert channel.ends() == {"spoken": 1, "dropped": 3}


@pytest.mark.parametrize("emote", ["", " Kappa"])
async def test_a_word_cut_over_two_lines_of_one_author_is_seen(emote: str) -> None:
    fragments = (Fragment("text", "!tts zor"), Fragment("emote", emote, "25"))
    async with Channel(rules=Rules(words=compile_words(["zorgle"]))) as channel:
        channel.says(f"!tts zor{emote}", fragments=fragments if emote else ())
        await asyncio.sleep(2)
        channel.says("!tts gle")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1, "dropped": 1}


async def test_a_gate_that_raises_drops_the_message_and_the_next_one_is_spoken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Gate):
        def refuse(self, message):  # type: ignore[no-untyped-def]
            if message.author.id == "ann":
                raise RuntimeError("bug")
            return super().refuse(message)

    async with Channel(gate=Broken()) as channel:
        channel.says("!tts one", "ann")
        channel.says("!tts two", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1, "spoken": 1}
        assert "a gate failed" in caplog.text
        for n in range(100):
            channel.says("!tts more", "ann", id=f"more{n}")
        assert channel.ends()["dropped"] == 101
        assert caplog.text.count("a gate failed") <= 6


async def test_an_error_when_a_line_is_judged_again_drops_it_and_the_next_is_spoken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("bug")

    async with Channel() as channel:
        channel.says("!tts sounds one two", "ann")
        await asyncio.sleep(0.1)
        channel.says("!tts ready", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts waits", "cid")
        await asyncio.sleep(0.1)
        channel.intake.verdicts.rules = Rules()
        with monkeypatch.context() as patch:
            patch.setattr(channel.intake.verdicts, "_look", broken)
            await asyncio.sleep(4)
        channel.says("!tts again", "bob")
        await channel.ledger.settled()
        assert channel.asked == ["sounds one two", "ready", "again"]
        assert channel.ends() == {"dropped": 1, "spoken": 3}
        assert "when it was judged again" in caplog.text


@pytest.mark.parametrize(
    ("part", "of", "speaks"),
    [
        ("lately", lambda intake: intake.verdicts._said, False),
        ("_shortened", lambda intake: intake.verdicts, False),
        ("speak", lambda intake: intake._allowance, False),
        ("refused", lambda intake: intake._allowance, False),
        ("add", lambda intake: intake.verdicts._said, False),
        ("offer", lambda intake: intake._backlog, False),
        # By then the line waits, and is spoken when the speaker looks the next time.
        ("wake", lambda intake: intake._speaker, True),
    ],
)
async def test_an_error_behind_the_gates_drops_the_line_and_the_next_ones_are_spoken(
    part: str,
    of: Callable[[Intake], object],
    speaks: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("bug")

    caplog.set_level("INFO")
    rules = Rules(words=compile_words([Entry("zorgle", Tier.NEVER)]))
    async with Channel(rules=rules) as channel:
        with monkeypatch.context() as patch:
            patch.setattr(of(channel.intake), part, broken)
            # Refused by a word where a refusal is what fails.
            channel.says("!tts a zorgle" if part == "refused" else "!tts one", "ann")
            await asyncio.sleep(0.1)
            for n in range(100):
                channel.says("!tts a zorgle" if part == "refused" else "!tts more", f"viewer{n}")
                await asyncio.sleep(0.001)
        channel.says("!tts two", "bob")
        channel.says("three", "giver", paid=Payment(1, "EUR"))
        await asyncio.sleep(100)
        if not speaks:
            assert channel.ends() == {"dropped": 101, "spoken": 2}
            assert "(error behind the gates: RuntimeError)" in caplog.text
            assert "zorgle" not in "".join(r.getMessage() for r in caplog.records)
        assert channel.ends()["spoken"] >= 2
        assert 1 <= caplog.text.count("a line met an error behind the gates") <= 15


async def test_a_log_of_drops_that_raises_costs_the_line_and_shows_no_slur(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise OSError("bug")

    caplog.set_level("INFO")
    rules = Rules(words=compile_words([Entry("zorgle", Tier.NEVER)]))
    async with Channel(rules=rules, dropped=broken) as channel:
        channel.says("!tts a zorgle")
        await asyncio.sleep(1)
        channel.says("!tts hello")
        await asyncio.sleep(10)
        assert channel.ends() == {"dropped": 1, "spoken": 1}
    assert "zorgle" not in "".join(record.getMessage() for record in caplog.records)


async def test_a_full_backlog_sheds_unjudged_and_keeps_what_was_paid_for() -> None:
    async with Channel(lines=5) as channel:
        channel.player.close_device()
        for n in range(200):
            channel.says(f"!tts line {n}", f"viewer{n}")
        for n in range(10):
            channel.says(f"gift {n}", f"giver{n}", paid=Payment(1, "EUR"))
        await asyncio.sleep(1)
        assert channel.ends() == {"shed": 200}
        assert channel.waiting == 10


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.BROADCASTER])
async def test_skip_ends_the_line_that_sounds_and_the_next_one_is_heard(role: Role) -> None:
    async with Channel() as channel:
        channel.says("!tts one two three four five six seven eight")
        channel.says("!tts next", "bob")
        await asyncio.sleep(2)
        channel.says("!tts skip", "mod", role=role)
        at = asyncio.get_running_loop().time()
        await channel.ledger.settled()
        assert channel.ends() == {"skipped": 1, "spoken": 1, "command": 1}
        assert channel.ledger.heard[1].stages.first_sample - at < 0.01  # type: ignore[operator]


@pytest.mark.parametrize(
    "more",
    [
        {"role": Role.VIP},
        {"role": Role.SUBSCRIBER},
        {"author": "the_real_moderator"},
        {"role": Role.MODERATOR, "shared_from": "elsewhere"},
    ],
)
async def test_skip_from_who_may_not_is_a_refused_command_and_never_spoken(
    more: dict[str, object],
) -> None:
    async with Channel(gate=Gate(shared=True)) as channel:
        channel.says("!tts one two three")
        await asyncio.sleep(0.5)
        channel.says("!tts SKIP ", **{"author": "bob", **more})  # type: ignore[arg-type]
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1, "command": 1}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("!tts skip \U000e0000", {}),
        ("!tts skip\u034f", {}),
        ("!tts skip", {"paid": Payment(100, "bits")}),
        ("!TTS Skip", {}),
    ],
)
async def test_skip_is_understood_as_chat_clients_send_it(
    text: str, more: dict[str, object]
) -> None:
    async with Channel() as channel:
        channel.says("!tts one two three")
        await asyncio.sleep(0.5)
        channel.says(text, "mod", role=Role.MODERATOR, **more)  # type: ignore[arg-type]
        await channel.ledger.settled()
        assert channel.ends() == {"skipped": 1, "command": 1}


async def test_skip_as_the_beginning_of_a_sentence_is_text() -> None:
    async with Channel() as channel:
        channel.says("!tts skip this part please", "bob")
        await channel.ledger.settled()
        assert channel.asked == ["skip this part please"]


async def test_skip_works_at_once_while_the_engine_hangs() -> None:
    async with Channel(engine=FakeEngine(delay_s=1000)) as channel:
        channel.says("!tts stuck")
        await asyncio.sleep(1)
        channel.says("!tts skip", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"skipped": 1, "command": 1}
        channel.engine.delay_s = 0
        channel.says("!tts again", "bob")
        await asyncio.sleep(2)
        assert channel.ends() == {"skipped": 1, "command": 1, "spoken": 1}


@pytest.mark.parametrize("after_s", [0.0, 0.5, 2.5], ids=["unjudged", "ready", "playing"])
@pytest.mark.parametrize("how", ["delete", "author", "all"])
async def test_a_deletion_reaches_a_line_wherever_it_is(after_s: float, how: str) -> None:
    async with Channel() as channel:
        channel.says("!tts one two", "bob")
        id = channel.says("!tts bad bad bad bad", "ann")
        await asyncio.sleep(after_s)
        removal = {
            "delete": delete(id),
            "author": clear("ann"),
            "all": clear_all(),
        }[how]
        channel.intake.emit(removal)
        await channel.ledger.settled()
        spoken_before = after_s > 2 or how != "all"
        assert channel.ends() == ({"spoken": 1} if spoken_before else {}) | {
            "purged": 1 if spoken_before else 2
        }


async def test_what_was_deleted_before_it_came_is_not_spoken() -> None:
    async with Channel() as channel:
        channel.intake.emit(delete("late"))
        channel.intake.emit(clear("troll"))
        channel.says("!tts hi", id="late")
        channel.says("!tts hi", "troll")
        await channel.ledger.settled()
        assert channel.ends() == {"purged": 2}


async def test_a_timeout_in_another_channel_is_not_ours() -> None:
    async with Channel() as channel:
        channel.intake.emit(clear("ann", channel="other"))
        channel.intake.emit(clear_all(channel="other"))
        channel.says("!tts hi", "ann")
        channel.intake.emit(clear("bob"))
        channel.intake.emit(clear("bob", 0.0, channel="other"))
        channel.says("!tts hi", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1, "purged": 1}


async def test_each_refusal_is_logged_with_its_reason_but_a_flood_of_them_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with Channel(gate=Gate(blocked=["troll"])) as channel:
        channel.says("!tts hi", "troll")
        assert "dropped: troll: '***' (the author is blocked)" in caplog.text
        for n in range(1000):
            channel.says("!tts skip", f"viewer{n}" * 1000)
        channel.says("!tts hello", "ann")
        await channel.ledger.settled()
        assert len(caplog.records) < 10
        assert max(len(record.getMessage()) for record in caplog.records) < 200
        assert "spoken: ann" in caplog.text


REMOVALS = pytest.mark.parametrize("removal", [clear("ann"), clear_all()], ids=["author", "all"])


@REMOVALS
async def test_a_removal_reaches_back_from_its_moment_and_no_further(
    removal: Removal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    gift = Payment(1, "EUR")
    async with Channel() as channel:
        channel.says("!tts nearly then, came first", sent=100.2)
        channel.says("sent later, came first", sent=100.3, paid=gift)
        channel.intake.emit(replace(removal, sent=100.0))
        channel.says("late words", sent=99.0, paid=gift)
        channel.says("!tts same instant", sent=100.0)
        channel.says("sent later", sent=100.001, paid=gift)
        await channel.ledger.settled()
        assert channel.asked == ["sent later, came first", "sent later"]
        await asyncio.sleep(500)
        channel.says("very late", sent=99.9, paid=gift)
        channel.says("!tts of now", sent=600.0)
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 3, "purged": 4}
    assert "late words" not in caplog.text  # nobody has judged them
    assert "cleared before it came" in caplog.text
    assert "deleted before it came" not in caplog.text


@REMOVALS
async def test_an_older_removal_that_comes_late_does_not_undo_a_newer_one(
    removal: Removal,
) -> None:
    async with Channel() as channel:
        channel.intake.emit(replace(removal, sent=100.0))
        channel.intake.emit(replace(removal, sent=50.0))
        channel.says("!tts between", sent=75.0)
        assert channel.ends() == {"purged": 1}


@REMOVALS
async def test_without_times_what_comes_soon_after_a_removal_counts_as_overtaken(
    removal: Removal,
) -> None:
    async with Channel() as channel:
        channel.intake.emit(removal)
        channel.says("!tts overtaken", sent=1.0)
        await asyncio.sleep(4)
        channel.says("!tts overtaken too")
        await asyncio.sleep(2)
        channel.says("!tts sorry")
        await channel.ledger.settled()
        assert channel.ends() == {"purged": 2, "spoken": 1}


async def test_after_a_timeout_its_author_is_heard_again() -> None:
    async with Channel() as channel:
        channel.intake.emit(clear("ann", seconds=1))
        channel.says("!tts too soon")
        await asyncio.sleep(1)
        channel.says("!tts sorry")
        await channel.ledger.settled()
        assert channel.ends() == {"purged": 1, "spoken": 1}


async def test_a_failed_engine_gets_the_same_line_again_whole() -> None:
    async with Channel(engine=FakeEngine(faults=[failure()])) as channel:
        channel.says("!tts one two three")
        await channel.ledger.settled()
        assert channel.asked == ["one two three"] * 2
        assert ("cancel", "u1") in channel.player.log
        assert channel.ends() == {"spoken": 1}


async def test_a_line_that_fails_in_the_middle_is_heard_before_the_one_behind_it() -> None:
    async with Channel(engine=FakeEngine(delay_s=0.9, faults=[None, failure()])) as channel:
        channel.says("!tts zero", "zoe")
        await asyncio.sleep(0.1)
        channel.says("!tts one two three", "ann")
        channel.says("!tts later", "bob")
        await channel.ledger.settled()
        assert channel.asked == ["zero", "one two three", "one two three", "later"]
        assert [line.spoken for line in channel.ledger.heard] == ["zero", "one two three", "later"]


async def test_lines_wait_in_the_backlog_while_the_engine_is_replaced() -> None:
    async with Channel() as channel:
        channel.engine.ready.clear()
        channel.says("gift", "bob", paid=Payment(1, "EUR"))
        channel.says("!tts free")
        await asyncio.sleep(62)
        assert channel.ends() == {"stale": 1}
        channel.engine.ready.set()
        await channel.ledger.settled()
        assert channel.ends() == {"stale": 1, "spoken": 1}


@pytest.mark.parametrize("fault", [EngineFailed("dead"), BadRequest("no such voice")])
async def test_a_line_that_no_engine_can_speak_fails_and_the_next_one_is_heard(
    fault: EngineFailed | BadRequest,
) -> None:
    async with Channel(engine=FakeEngine(faults=[fault, fault], at_once=True)) as channel:
        channel.says("!tts one")
        channel.says("!tts two", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"failed": 1, "spoken": 1}


async def test_without_a_device_lines_wait_and_unpaid_ones_go_stale() -> None:
    async with Channel() as channel:
        channel.player.close_device()
        channel.says("!tts free")
        channel.says("paid words", "bob", paid=Payment(1, "EUR"))
        await asyncio.sleep(62)
        assert channel.ends() == {"stale": 1}
        assert channel.waiting == 1


async def test_a_line_ready_behind_a_lost_device_goes_stale_too() -> None:
    async with Channel() as channel:
        channel.says("!tts one two three")
        await asyncio.sleep(1)
        channel.says("!tts ready behind", "bob")
        await asyncio.sleep(1)
        channel.player.state = State.WAITING
        channel.player._order.clear()
        await asyncio.sleep(70)
        assert "stale" in channel.ends()


async def test_two_lines_at_most_are_in_the_speakers_hands() -> None:
    async with Channel() as channel:
        for n in range(6):
            channel.says(f"!tts word word word {n}", f"viewer{n}")
        await asyncio.sleep(1)
        assert len(channel.asked) == 2
        assert channel.speaker.waiting == 2


async def test_stopping_counts_what_sounded_as_skipped_and_the_rest_as_waiting() -> None:
    async with Channel() as channel:
        for n in range(4):
            channel.says(f"!tts word word word {n}", f"viewer{n}")
        await asyncio.sleep(1)
    assert channel.ends() == {"skipped": 1}
    assert channel.waiting == 3


@pytest.mark.parametrize(
    ("kind", "text", "spoken"),
    [
        (Kind.REDEMPTION, "from a reward", 1),
        (Kind.SUB, "many months", 1),
        (Kind.RAID, "", 0),
        (Kind.GIFT, "", 0),
    ],
)
async def test_paid_events_with_text_are_spoken_without_a_command(
    kind: Kind, text: str, spoken: int
) -> None:
    async with Channel() as channel:
        channel.says(text, kind=kind)
        await channel.ledger.settled()
        assert len(channel.asked) == spoken


async def test_hostile_text_passes_through_without_harm() -> None:
    texts = ["\0", "\ud800 lone", "a" + "\u0301" * 10_000, "x" * 1_000_000, "\u202e\u2066abc", ""]
    async with Channel(trigger=Trigger(every_line=True)) as channel:
        for n, text in enumerate(texts):
            channel.says(text, f"viewer{n}\n\x1b[31m")
            channel.says(f"!tts {text}", f"other{n}")
        await channel.ledger.settled()
        assert channel.ledger.received == 2 * len(texts)
        assert "failed" not in channel.ends()
