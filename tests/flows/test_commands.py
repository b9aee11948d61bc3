"""Commands from chat through the real intake, in virtual time: who may, what happens, what is said.

Nothing that is refused changes anything, and no command is ever spoken.
"""

from __future__ import annotations

import asyncio

import pytest

from bot.audio.player import State
from bot.commands import NEEDED, Verb
from bot.policy import build_payments
from bot.refunds import Refunds
from bot.settings import load
from engine.speech import Voice
from filters.chain import Rules
from filters.gate import Gate
from filters.message import (
    ChatMessage,
    Kind,
    Payment,
    Rank,
    Removal,
    RemovalKind,
    Reward,
    Role,
    Tier,
)
from filters.trigger import Trigger
from filters.wordlist import Entry, compile_words
from tests.fakes import Channel, Forgetful

pytestmark = pytest.mark.virtual_time

VOICES = (Voice("en-us", "English"), Voice("de", "German"))
WHOLE = {
    Verb.VOICE: "voice de",
    Verb.MUTE: "mute @bob 10m",
    Verb.UNMUTE: "unmute @bob",
    Verb.VOLUME: "volume 70",
    Verb.BLOCK: "block zorgle",
    Verb.ALLOW: "allow zorgle",
    Verb.SAY: "say hello from us",
}
"""Each verb as it is obeyed, where it takes something."""
ROLES = (None, Role.SUBSCRIBER, Role.VIP, Role.MODERATOR, Role.BROADCASTER)


def state(channel: Channel) -> tuple[object, ...]:
    control = channel.control
    return (
        control.paused,
        channel.intake.open,
        channel.player.volume,
        len(control.mutes),
        channel.words.added,
        channel.memory.voices(),
        channel.waiting,
        dict(channel.ends()),
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", list(Verb))
async def test_each_verb_is_obeyed_from_its_role_on_and_refused_below(
    verb: Verb, role: Role | None
) -> None:
    rank = Rank[role.name] if role else Rank.EVERYONE
    async with Channel(voices=VOICES) as channel:
        channel.says("hello", "bob")
        channel.says("!tts one two three four five six", "cid")
        await asyncio.sleep(1)
        channel.says("!tts waits", "dan")
        await asyncio.sleep(0.1)
        before = state(channel)
        channel.says(f"!tts {WHOLE.get(verb, verb)}", "ann", role=role)
        await asyncio.sleep(0.1)
        after = state(channel)
        allowed = rank >= NEEDED[verb]
        said = allowed and verb is Verb.SAY
        assert channel.ends().get("command", 0) == (0 if said else 1)
        assert len(channel.replies) == 1
        if not allowed:
            assert before[:-1] == after[:-1]
            assert channel.replies == [("ann", channel.replies[0][1])]
            assert " is for " in channel.replies[0][1]
        elif verb in (Verb.PAUSE, Verb.OFF, Verb.VOLUME, Verb.MUTE, Verb.VOICE, Verb.BLOCK):
            assert before[:-1] != after[:-1]
        channel.control.on()
        channel.control.resume()
        await channel.ledger.settled()
        spoken = " ".join(channel.asked)
        assert ("hello from us" in spoken) == said
        assert str(verb) not in spoken.split()


@pytest.mark.parametrize(
    "text",
    [
        "skip this part please",
        "pause for a second guys",
        "stop it",
        "mute the music",
        "mute him please",
        "off we go",
        "on my way",
        "clear as day",
        "replay that again",
        "voice acting is hard",
        "volume up please",
        "why not",
        "cancel culture",
        "help me out",
        "block party tonight",
        "allow me to explain",
        "skip all of us now",
        "resume the game",
    ],
)
async def test_what_does_not_fit_the_shape_of_a_verb_is_text(text: str) -> None:
    async with Channel() as channel:
        channel.says(f"!tts {text}", "bob")
        await channel.ledger.settled()
        assert channel.asked == [text]


async def test_a_moderators_skip_this_part_is_text_but_what_they_block_never_is() -> None:
    async with Channel() as channel:
        channel.says("!tts skip this part", "mod", role=Role.MODERATOR)
        channel.says("!tts block zorgle frim", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["skip this part"]
        assert channel.words.added.blocked == {"zorgle frim"}


@pytest.mark.parametrize("text", ["!ttsskip", "!skiptts", "!TTSskip", "!shh", "!tts skip"])
async def test_joined_forms_and_aliases_are_commands_too(text: str) -> None:
    from bot.commands import joined

    trigger = Trigger(joined=joined(["!tts", "!say", "!speak"], {"!shh": "skip"}))
    async with Channel(trigger=trigger) as channel:
        channel.says("!tts one two three", "bob")
        await asyncio.sleep(0.5)
        channel.says(text, "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.ends() == {"skipped": 1, "command": 1}


async def test_a_joined_form_that_does_not_fit_is_answered_and_never_spoken() -> None:
    from bot.commands import joined

    trigger = Trigger(joined=joined(["!tts"], {}))
    async with Channel(trigger=trigger) as channel:
        channel.says("!ttsskip this part", "mod", role=Role.MODERATOR)
        channel.says("!ttsmute @bob 10m please", "mod", role=Role.MODERATOR)
        channel.says("!ttsfoo bar", "bob")
        await channel.ledger.settled()
        assert channel.asked == []
        assert channel.ends() == {"command": 2, "ignored": 1}
        assert [text for _, text in channel.replies] == [
            "write: skip, or skip all of @name",
            "write: mute @name, or mute @name 10m",
        ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("volume loud", "give a volume from 0 to 100"),
        ("volume -5", "give a volume from 0 to 100"),
        ("volume 101", "give a volume from 0 to 100"),
        ("volume ７０", "give a volume from 0 to 100"),
        ("mute", "write: mute @name, or mute @name 10m"),
        ("mute @nobody", "nobody of that name has written lately; is it spelt right?"),
        ("mute @bоb 10m", "nobody of that name has written lately; is it spelt right?"),
        ("mute @ｂｏｂ 10m", "nobody of that name has written lately; is it spelt right?"),
        ("mute @bob -10m", "how long is that? write it like 90s, 10m, 1h30m or 2d"),
        ("mute bob -10", "how long is that? write it like 90s, 10m, 1h30m or 2d"),
        ("mute @bob 10", "how long is that? write it like 90s, 10m, 1h30m or 2d"),
        ("mute @bob 0m", "that is no time at all; write it like 90s, 10m, 1h30m or 2d"),
        ("mute @bob 999999d", "at most 14d; for good: leave the time out"),
        ("unmute", "write: unmute @name"),
        ("unmute @bob", "they are not muted"),
        ("skip all of @nobody", "nobody of that name has written lately; is it spelt right?"),
        ("block", "write: block WORD"),
        ("block /zorg/", "give one word, or a phrase in quotes; no * # [ and no comma in it"),
        ("block *", "give one word, or a phrase in quotes; no * # [ and no comma in it"),
        ("block !!!", "give one word, or a phrase in quotes; no * # [ and no comma in it"),
        ("block a", "one letter alone is too little to be blocked"),
        ("allow zorgle", "that is never allowed here"),
        ("voice zorgle", "there is no such voice; voices names them"),
        ("voice ../../etc", "there is no such voice; voices names them"),
        ("resume", "it is not paused"),
        ("on", "it is on already"),
        ("replay", "there is nothing to say again"),
        ("skip", "nothing is being spoken"),
        ("clear", "nothing waits"),
        ("say", "write: say TEXT"),
    ],
)
async def test_bad_input_gets_a_short_answer_and_changes_nothing(text: str, answer: str) -> None:
    rules = Rules(words=compile_words([Entry("zorgle", Tier.NEVER)]))
    async with Channel(rules=rules, voices=VOICES) as channel:
        channel.says("hello", "bob")
        before = state(channel)[:-1]
        channel.says(f"!tts {text}", "mod", role=Role.MODERATOR)
        assert channel.replies == [("mod", answer)]
        assert state(channel)[:-1] == before
        assert channel.ends() == {"ignored": 1, "command": 1}


async def test_a_command_from_a_shared_chat_or_deleted_already_does_nothing() -> None:
    async with Channel(gate=Gate(shared=True), voices=VOICES) as channel:
        channel.says("!tts pause", "mod", role=Role.MODERATOR, shared_from="elsewhere")
        channel.says("!tts say hello", "mod", role=Role.MODERATOR, shared_from="elsewhere")
        channel.says("!tts voice de", "ann", shared_from="elsewhere")
        channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, "gone"))
        channel.says("!tts pause", "mod", role=Role.MODERATOR, id="gone")
        assert channel.ends() == {"command": 3, "purged": 1}
        assert (channel.control.paused, channel.memory.voices()) == (False, {})
        assert channel.replies == []


async def test_commands_of_a_blocked_author_count_for_nothing() -> None:
    async with Channel(gate=Gate(blocked=["mod"])) as channel:
        channel.says("!tts pause", "mod", role=Role.MODERATOR)
        channel.says("!tts say hello", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"command": 2}
        assert not channel.control.paused


async def test_a_command_that_raises_is_counted_once_and_the_next_one_is_obeyed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Forgetful):
        def audit(self, deed) -> None:  # type: ignore[no-untyped-def]
            raise RuntimeError("bug")

    async with Channel(memory=Broken()) as channel:
        channel.says("!tts pause", "mod", role=Role.MODERATOR)
        channel.says("!tts say hello", "mod", role=Role.MODERATOR)
        channel.says("!tts voices", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 2, "command": 1}
    assert "a gate failed" in caplog.text


async def test_what_was_paid_for_is_text_unless_its_author_may_give_the_order() -> None:
    bits = Payment(100, "bits")
    async with Channel() as channel:
        channel.says("!tts say happy birthday", "bob", paid=bits)
        channel.says("!tts why", "cid", paid=bits)
        channel.says("!tts clear", "mod", paid=bits, role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["say happy birthday", "why"]
        assert channel.ends() == {"command": 1, "spoken": 2}


async def test_a_flood_of_refused_commands_is_answered_a_few_times_and_mods_always(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with Channel() as channel:
        for n in range(1000):
            channel.says("!tts pause", f"viewer{n}")
            channel.says("!tts skip", "spammer")
        for _ in range(20):
            channel.says("!tts volume", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"command": 2020}
        by_viewers = [who for who, _ in channel.replies if who != "mod"]
        assert len(by_viewers) <= 10
        assert by_viewers.count("spammer") <= 3
        assert len(channel.replies) - len(by_viewers) == 20


async def test_every_deed_of_a_moderator_is_kept_and_no_answer_repeats_a_word_or_name() -> None:
    class Kept(Forgetful):
        def __init__(self) -> None:
            super().__init__()
            self.deeds: list[tuple[str, str, bool]] = []

        def audit(self, deed) -> None:  # type: ignore[no-untyped-def]
            assert (deed.author, deed.by, deed.at >= 0) == (("t", "mod"), "mod", True)
            self.deeds.append((deed.verb, deed.what, deed.changed))

    memory = Kept()
    async with Channel(memory=memory) as channel:
        channel.says("hi", "Blippo_99")
        for text in (
            "block frim", "allow frim", "mute @blippo_99 10m", "unmute @Blippo_99",
            "volume loud", "volume 30", "skip all of @blippo_99", "say good evening", "why", "help",
        ):  # fmt: skip
            channel.says(f"!tts {text}", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert memory.deeds == [
            ("block", "frim", True),
            ("allow", "frim", True),
            ("mute", "blippo_99 10m", True),
            ("unmute", "Blippo_99", True),
            ("volume", "loud", False),
            ("volume", "30", True),
            ("skip", "blippo_99", False),
            ("say", "good evening", True),
        ]
        answers = " ".join(text for _, text in channel.replies)
        assert "frim" not in answers
        assert "lippo" not in answers


# What each does.


async def test_pause_holds_the_sound_and_resume_goes_on() -> None:
    async with Channel() as channel:
        channel.says("!tts one")
        await asyncio.sleep(0.5)
        channel.says("!tts pause", "mod", role=Role.MODERATOR)
        channel.says("!tts two", "bob")
        await asyncio.sleep(30)
        assert channel.player.paused
        channel.says("!tts resume", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.ends() == {"command": 2, "spoken": 2}


async def test_skip_while_it_is_paused_ends_the_line_and_the_next_one_waits_for_resume() -> None:
    async with Channel() as channel:
        channel.says("!tts one two three")
        await asyncio.sleep(0.5)
        channel.control.pause()
        channel.says("!tts skip", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"skipped": 1, "command": 1}
        channel.says("!tts next", "bob")
        await asyncio.sleep(10)
        assert channel.waiting == 1
        channel.control.resume()
        await channel.ledger.settled()
        assert channel.ends()["spoken"] == 1


async def test_clear_takes_what_waits_unpaid_and_leaves_what_sounds_and_what_was_paid_for() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts ready", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts waits", "cid")
        channel.says("paid for", "eve", paid=Payment(1, "EUR"))
        await asyncio.sleep(0.01)
        channel.says("!tts unjudged", "dan")
        channel.says("!tts clear", "mod", role=Role.MODERATOR)
        assert channel.replies == [("mod", "cleared 3 lines; paid ones stay")]
        await channel.ledger.settled()
        assert channel.ends() == {"skipped": 3, "command": 1, "spoken": 2}
        assert [line.spoken for line in channel.ledger.heard] == [
            "sounds one two three",
            "paid for",
        ]


async def test_off_ends_all_but_paid_lines_which_wait_for_on() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("paid before", "eve", paid=Payment(1, "EUR"))
        channel.says("!tts waits", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts off", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"skipped": 2, "command": 1}
        channel.says("!tts now", "cid")
        channel.says("paid meanwhile", "fay", paid=Payment(1, "EUR"))
        channel.says("!tts say hello", "mod", role=Role.MODERATOR)
        await asyncio.sleep(100)
        assert channel.ends() == {"skipped": 2, "command": 2, "dropped": 1}
        assert channel.waiting == 2
        assert channel.replies[-1][1] == "speech is switched off; on comes first"
        channel.says("!tts on", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.ends() == {"skipped": 2, "command": 3, "dropped": 1, "spoken": 2}


async def test_stop_is_the_broadcasters_and_leaves_nothing_paid_or_not() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("paid for", "eve", paid=Payment(1, "EUR"))
        channel.says("paid as well", "fay", paid=Payment(1, "EUR"))
        await asyncio.sleep(0.1)
        channel.says("!tts stop", "boss", role=Role.BROADCASTER)
        assert channel.ends() == {"skipped": 3, "command": 1}
        assert channel.replies == [("boss", "stopped: 3 lines, paid ones too")]
        channel.says("!tts goes on", "bob")
        await channel.ledger.settled()
        assert channel.ends()["spoken"] == 1


async def test_skip_all_of_a_viewer_takes_their_lines_wherever_they_are() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "bob")
        await asyncio.sleep(0.5)
        channel.says("!tts other", "ann")
        await asyncio.sleep(0.1)
        channel.says("!tts waits", "bob")
        channel.says("!tts skip all of @BOB", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.ends() == {"skipped": 2, "command": 1, "spoken": 1}


async def test_a_muted_viewer_is_not_spoken_paid_or_not_until_it_is_over() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "bob")
        await asyncio.sleep(0.5)
        channel.says("!tts mute @bob 20s", "mod", role=Role.MODERATOR)
        channel.says("!tts me again", "bob")
        channel.says("I pay", "bob", paid=Payment(1, "EUR"))
        channel.says("!tts why", "bob")
        assert channel.ends() == {"purged": 1, "command": 2, "dropped": 2}
        assert channel.replies == [("mod", "muted for 20s"), ("bob", "you are muted for now")]
        await asyncio.sleep(21)
        channel.says("!tts sorry", "bob")
        await channel.ledger.settled()
        assert channel.asked[-1] == "sorry"
        channel.says("!tts mute bob", "mod", role=Role.MODERATOR)
        await asyncio.sleep(30)
        channel.says("!tts hello", "bob")
        channel.says("!tts unmute bob", "mod", role=Role.MODERATOR)
        channel.says("!tts thanks", "bob")
        await channel.ledger.settled()
        assert channel.ends()["dropped"] == 3
        assert channel.asked[-1] == "thanks"


async def test_a_mute_outlives_the_run() -> None:
    memory = Forgetful()
    memory.mute(("t", "bob"), 100.0)
    async with Channel(memory=memory) as channel:
        channel.says("!tts hello", "bob")
        await asyncio.sleep(101)
        channel.says("!tts hello", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1, "spoken": 1}


@pytest.mark.parametrize(
    ("target", "by", "muted"),
    [
        (Role.MODERATOR, Role.MODERATOR, False),
        (Role.BROADCASTER, Role.MODERATOR, False),
        (Role.BROADCASTER, Role.BROADCASTER, False),
        (Role.MODERATOR, Role.BROADCASTER, True),
        (Role.VIP, Role.MODERATOR, True),
    ],
)
async def test_nobody_is_muted_by_those_who_are_not_above_them(
    target: Role, by: Role, muted: bool
) -> None:
    async with Channel() as channel:
        channel.says("hello", "bob", role=target)
        channel.says("!tts mute @bob", "ann", role=by)
        assert len(channel.control.mutes) == muted


async def test_replay_says_the_last_line_again_but_none_that_was_taken_back() -> None:
    async with Channel() as channel:
        channel.says("!tts first", "ann")
        await channel.ledger.settled()
        gone = channel.says("paid second", "bob", paid=Payment(1, "EUR"))
        await channel.ledger.settled()
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["first", "paid second", "paid second"]
        channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, gone))
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked[-1] == "first"
        channel.says("!tts mute @ann", "mod", role=Role.MODERATOR)
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        assert channel.replies[-1] == ("mod", "there is nothing to say again")
        assert channel.ends() == {"spoken": 4, "command": 4}


async def test_what_is_said_again_is_judged_again_and_can_be_purged() -> None:
    async with Channel() as channel:
        id = channel.says("!tts zorgle one two three", "ann")
        await channel.ledger.settled()
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        await asyncio.sleep(1)
        channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, id))
        assert channel.ends() == {"spoken": 1, "command": 1, "purged": 1}
        channel.says("!tts zorgle", "bob")
        await channel.ledger.settled()
        channel.says("!tts block zorgle", "mod", role=Role.MODERATOR)
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 2, "command": 3, "purged": 1, "dropped": 1}


async def test_say_goes_before_everything_even_a_ready_paid_line_and_is_filtered() -> None:
    rules = Rules(words=compile_words(["zorgle"]))
    async with Channel(rules=rules, limits=True) as channel:
        channel.says("!tts sounds now", "ann")
        await asyncio.sleep(0.5)
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await asyncio.sleep(0.1)
        channel.says("!tts say back in five minutes", "mod", role=Role.MODERATOR)
        channel.says("!tts say you zorgle", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard]
        assert heard == ["sounds now", "back in five minutes", "rich"]
        assert channel.ends() == {"spoken": 3, "dropped": 1}


async def test_cancel_takes_back_ones_own_waiting_line_and_no_other() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts oops", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts mine", "cid")
        channel.says("!tts cancel", "bob")
        channel.says("!tts cancel", "ann")
        await channel.ledger.settled()
        assert channel.replies == [("bob", "taken back"), ("ann", "no line of yours is waiting")]
        assert channel.ends() == {"spoken": 2, "skipped": 1, "command": 2}


async def test_why_tells_the_reason_and_never_the_word() -> None:
    rules = Rules(words=compile_words(["zorgle"]))
    async with Channel(rules=rules) as channel:
        channel.says("!tts why", "ann")
        channel.says("!tts you z0rgle", "ann")
        await asyncio.sleep(0.1)
        channel.says("!tts why", "ann")
        told = [text for _, text in channel.replies]
        assert told[0] == "no line of yours was turned down lately"
        assert told[1].startswith("it holds, or sounds like, something that is not said here")
        assert "orgle" not in told[1]


async def test_a_chosen_voice_sticks_and_a_line_may_name_its_own() -> None:
    memory = Forgetful()
    async with Channel(memory=memory, voices=VOICES, voice_in_line=True) as channel:
        channel.says("!tts voice DE+F2", "ann")
        channel.says("!tts hello", "ann")
        channel.says("!tts en-us: hi there", "bob")
        channel.says("!tts note: no voice", "cid")
        channel.says("!tts voices", "dan")
        await channel.ledger.settled()
        asked = {request.text: request.voice for request in channel.engine.asked}
        assert asked == {"hello": "de+f2", "hi there": "en-us", "note: no voice": ""}
        assert channel.replies[0] == ("ann", "your voice is de+f2")
        assert channel.replies[1] == ("dan", "voices: en-us, de")
    async with Channel(memory=memory, voices=VOICES) as channel:
        channel.says("!tts again", "ann")
        channel.says("!tts en-us: hi there", "bob")
        await channel.ledger.settled()
        assert channel.engine.asked[0].voice == "de+f2"
        assert channel.engine.asked[1].voice == ""
        channel.says("!tts voice default", "ann")
        assert memory.voices() == {}


async def test_a_blocked_word_holds_at_once_wherever_it_is() -> None:
    async with Channel() as channel:
        channel.says("!tts zorgle one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts ready z0rgle", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts waits zorgle", "cid")
        channel.says("!tts harmless", "dan")
        await asyncio.sleep(0.1)
        channel.says("!tts block zorgle", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"dropped": 2, "command": 1}
        channel.says("!tts zorgle again", "eve")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 4, "command": 1, "spoken": 1}
        assert channel.renewed == 1


async def test_a_blocked_word_in_a_name_is_not_said_either() -> None:
    async with Channel(say_name=True) as channel:
        channel.says("!tts sounds one two three", "zorgle")
        await asyncio.sleep(0.5)
        channel.says("!tts ready", "ann")
        await asyncio.sleep(0.1)
        channel.says("!tts waits", "zorgle_7")
        await asyncio.sleep(0.1)
        channel.says("!tts block zorgle", "mod", role=Role.MODERATOR)
        assert channel.ends() == {"dropped": 1, "command": 1}
        channel.says("!tts new", "zorgle")
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard]
        assert heard[1:] == ["ann says ready", "a viewer says waits", "a viewer says new"]


async def test_what_waits_is_judged_again_at_its_turn_when_the_rules_have_changed() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts ready", "bob")
        await asyncio.sleep(0.1)
        channel.says("!tts waits zorgle", "cid")
        channel.says("I paid for zorgle", "dan", paid=Payment(1, "bits"))
        await asyncio.sleep(2)
        channel.intake.verdicts.rules = Rules(words=compile_words(["zorgle"]))
        channel.says("!tts harmless", "eve")
        await channel.ledger.settled()
        # The paid one was ready by then; a word that a moderator blocks would stop it too.
        assert channel.ends() == {"dropped": 1, "spoken": 4}


async def test_small_rules_hold_until_the_rules_that_have_the_word_are_in_force() -> None:
    async with Channel() as channel:
        channel.control.block("zorgle")
        first = channel.words.built(lambda added: Rules(words=compile_words(added.blocked)))
        channel.control.block("frim")
        channel.intake.verdicts.rules = first
        channel.words.taken()
        channel.says("!tts frim", "ann")
        channel.says("!tts zorgle", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 2}
        second = channel.words.built(lambda added: Rules(words=compile_words(added.blocked)))
        channel.intake.verdicts.rules = second
        channel.words.taken()
        assert channel.intake.verdicts.also is None


# What starts a line.


@pytest.mark.parametrize(
    ("trigger", "spoken"),
    [
        (Trigger(), {"command"}),
        (Trigger(every_line=True), {"command", "plain", "hey @c", "psst @thebot."}),
        (Trigger(commands=False, mentions=["TheBot"]), {"hey @c", "psst @thebot."}),
        (Trigger(commands=False), set()),
    ],
    ids=["command", "line", "mention", "paid"],
)
async def test_each_mode_speaks_its_lines_and_what_was_paid_for(
    trigger: Trigger, spoken: set[str]
) -> None:
    async with Channel(trigger=trigger) as channel:
        for n, text in enumerate(
            ["!tts command", "plain", "hey @c", "psst @thebot.", "hey @carl", "!so @c", "$ping @c"]
        ):
            channel.says(text, f"viewer{n}")
        channel.says("bits", "eve", paid=Payment(1, "bits"))
        channel.says("reward", "fay", kind=Kind.REDEMPTION)
        channel.says("!tts pause", "mod", role=Role.MODERATOR)
        assert channel.control.paused
        channel.control.resume()
        await channel.ledger.settled()
        said = {line.message.text for line in channel.ledger.heard} - {"hey @carl"}
        assert said == spoken | {"bits", "reward"}


async def test_of_every_third_line_the_paid_ones_are_exempt() -> None:
    async with Channel(trigger=Trigger(every_line=True), every_nth=3) as channel:
        for n in range(9):
            channel.says(f"line {n}", f"viewer{n}")
            channel.says("beep", "nightbot")
            channel.says(f"gift {n}", f"giver{n}", paid=Payment(1, "EUR"))
        await channel.ledger.settled()
        said = [text for text in channel.asked if text.startswith("line")]
        assert sorted(said) == ["line 2", "line 5", "line 8"]
        assert channel.ends() == {"spoken": 12, "ignored": 15}


# One ahead.


async def test_a_better_paid_line_goes_before_the_ready_one_whose_audio_is_kept() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts ready", "bob")
        await asyncio.sleep(0.5)
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard]
        assert heard == ["sounds one two three", "rich", "ready"]
        assert channel.asked == ["sounds one two three", "ready", "rich"]
        assert channel.ends() == {"spoken": 3}


async def test_a_better_paid_line_goes_before_one_that_is_being_made() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.engine.delay_s = 1.0
        channel.says("!tts slow", "bob")
        await asyncio.sleep(0.5)
        channel.engine.delay_s = 0.0
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard]
        assert heard == ["sounds one two three", "rich", "slow"]
        assert channel.asked == ["sounds one two three", "slow", "rich", "slow"]


async def test_a_line_that_has_begun_to_sound_is_heard_to_its_end() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await channel.ledger.settled()
        assert [line.spoken for line in channel.ledger.heard] == ["sounds one two three", "rich"]
        assert channel.asked == ["sounds one two three", "rich"]


@pytest.mark.parametrize("how", ["delete", "skip", "clear"])
async def test_a_line_that_was_set_aside_can_still_be_taken_away(how: str) -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        ready = channel.says("!tts ready", "bob")
        await asyncio.sleep(0.5)
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await asyncio.sleep(0.5)
        if how == "delete":
            channel.intake.emit(Removal("t", "c", RemovalKind.DELETE, ready))
        elif how == "skip":
            channel.control.skip()
        else:
            channel.control.clear()
        await channel.ledger.settled()
        expected = {
            "delete": {"spoken": 2, "purged": 1},
            "skip": {"skipped": 1, "spoken": 2},
            "clear": {"spoken": 2, "skipped": 1},
        }
        assert channel.ends() == expected[how]


async def test_kept_audio_is_bounded_and_lines_change_places_often() -> None:
    async with Channel(lines=100) as channel:
        channel.says("!tts now this is what sounds while many others give more and more", "ann")
        await asyncio.sleep(0.5)
        for n in range(40):
            channel.says(f"gift {n}", f"giver{n}", paid=Payment(10 * n + 1, "bits"))
            await asyncio.sleep(0.2)
            assert len(channel.speaker._clips) <= 4
            assert channel.speaker.waiting <= 2
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard][1:]
        assert heard == [f"gift {n}" for n in reversed(range(40))]
        assert channel.ends() == {"spoken": 41}


async def test_without_a_device_a_better_paid_line_still_goes_first() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts ready", "bob")
        await asyncio.sleep(0.5)
        channel.player.state = State.WAITING
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await asyncio.sleep(0.5)
        channel.player.state = State.OPEN
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 3}


# Commands and what was paid for.

BITS = Payment(100, "bits")


async def test_a_word_that_is_blocked_leaves_the_thanks_of_paid_lines() -> None:
    async with Channel(payments=build_payments(load())) as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("ready zorgle", "bob", paid=Payment(5000, "bits"))
        await asyncio.sleep(0.1)
        channel.says("waits zorgle", "cid", paid=BITS)
        await asyncio.sleep(0.1)
        channel.says("!tts block zorgle", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard]
        assert heard == [
            "sounds one two three",
            "Thank you bob for 5000 bits",
            "Thank you cid for 100 bits",
        ]
        assert channel.ends() == {"spoken": 3, "command": 1}


async def test_a_name_that_is_blocked_is_not_thanked_by_name() -> None:
    async with Channel(payments=build_payments(load())) as channel:
        channel.says("!tts block zorgle", "mod", role=Role.MODERATOR)
        channel.says("", "zorgle", kind=Kind.SUB)
        await channel.ledger.settled()
        assert channel.asked == ["Thank you a viewer for subscribing"]


async def test_gifts_in_a_row_are_said_again_as_one_and_counted_one_by_one() -> None:
    async with Channel(payments=build_payments(load())) as channel:
        for _ in range(3):
            channel.says("", "gus", kind=Kind.GIFT)
        await channel.ledger.settled()
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["gus gave 3 subs"] * 2
        assert channel.ends() == {"spoken": 6, "command": 1}
        channel.says("!tts mute @gus", "mod", role=Role.MODERATOR)
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        assert channel.replies[-1] == ("mod", "there is nothing to say again")


async def test_a_row_that_grew_while_it_waited_again_is_not_played_from_what_was_made() -> None:
    async with Channel(payments=build_payments(load())) as channel:
        channel.says("!tts sounds " + "and so on " * 5, "ann")
        channel.says("", "gus", kind=Kind.GIFT)
        await asyncio.sleep(4)
        assert channel.asked[1:] == ["gus gave a sub"]
        channel.says("rich", "eve", paid=Payment(50_000, "bits"))
        await asyncio.sleep(0.5)
        channel.says("", "gus", kind=Kind.GIFT)
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard]
        assert heard[1:] == ["rich", "gus gave 2 subs"]
        assert channel.asked[-1] == "gus gave 2 subs"


async def test_what_is_heard_weighs_on_its_author_and_what_was_put_back_does_not() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts ready " + "and so on " * 10, "bob")
        await asyncio.sleep(0.5)
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await asyncio.sleep(0.5)
        owing = {key[1] for key, author in channel.backlog._authors.items() if author.rests}
        assert owing == {"ann"}
        await channel.ledger.settled()
        owing = {key[1] for key, author in channel.backlog._authors.items() if author.rests}
        assert owing == {"ann", "bob", "eve"}
        channel.says("!tts replay", "mod", role=Role.MODERATOR)
        before = channel.backlog._authors["t", "bob"].rests
        await channel.ledger.settled()
        assert channel.backlog._authors["t", "bob"].rests == before


@pytest.mark.parametrize("order", ["stop", "skip", "skip all of @bob"])
async def test_points_go_back_for_what_a_moderator_ends_before_it_is_heard(order: str) -> None:
    async with Channel() as channel:
        giver, refunds = Giver(), Refunds()
        refunds.add(giver)
        channel.ledger.on_end.append(refunds.ended)
        channel.ledger.on_line_end.append(refunds.line_ended)
        channel.player.pause()
        redeemed = {"kind": Kind.REDEMPTION, "reward": Reward("r", "Say it")}
        id = channel.says("never heard", "bob", **redeemed)
        await asyncio.sleep(0.5)
        channel.says(f"!tts {order}", "you", role=Role.BROADCASTER)
        assert giver.back == [id]
        channel.player.resume()
        channel.says("heard in part", "bob", **redeemed)
        await asyncio.sleep(0.5)
        channel.says(f"!tts {order}", "you", role=Role.BROADCASTER)
        assert giver.back == [id]
        assert channel.ends() == {"skipped": 2, "command": 2}


async def test_a_moderator_whom_the_broadcaster_has_muted_stays_so() -> None:
    async with Channel() as channel:
        for name in ("mod", "other"):
            channel.says("hello", name, role=Role.MODERATOR)
        channel.says("!tts mute @mod", "king", role=Role.BROADCASTER)
        channel.says("!tts say anyway", "mod", role=Role.MODERATOR)
        for name in ("mod", "other"):
            channel.says("!tts unmute @mod", name, role=Role.MODERATOR)
        channel.says("!tts anyway", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == []
        refusal = "whom the broadcaster has muted, the broadcaster alone unmutes"
        assert channel.replies[1:] == [
            ("mod", "you are muted for now"), ("mod", refusal), ("other", refusal),
        ]  # fmt: skip
        channel.says("!tts unmute @mod", "king", role=Role.BROADCASTER)
        channel.says("!tts say at last", "mod", role=Role.MODERATOR)
        await channel.ledger.settled()
        assert channel.asked == ["at last"]


@pytest.mark.parametrize("order", ["stop", "clear", "skip all of @bob"])
async def test_points_stay_for_what_was_heard_before_and_is_ended_while_said_again(
    order: str,
) -> None:
    async with Channel() as channel:
        giver, refunds = Giver(), Refunds()
        refunds.add(giver)
        channel.ledger.on_end.append(refunds.ended)
        channel.ledger.on_line_end.append(refunds.line_ended)
        channel.says("heard", "bob", kind=Kind.REDEMPTION, reward=Reward("r", "Say it"))
        await channel.ledger.settled()
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        channel.says("!tts replay", "you", role=Role.BROADCASTER)
        await asyncio.sleep(0.1)
        channel.says(f"!tts {order}", "you", role=Role.BROADCASTER)
        await channel.ledger.settled()
        assert channel.asked.count("heard") == 2
        assert channel.ends()["skipped"] >= 1
        assert giver.back == []


class Giver:
    """Notes what is to be given back."""

    def __init__(self) -> None:
        self.back: list[str] = []

    def give_back(self, message: ChatMessage) -> None:
        self.back.append(message.id)


async def test_a_paid_line_that_is_put_back_does_not_go_behind_its_authors_others() -> None:
    async with Channel() as channel:
        channel.says("!tts sounds one two three", "ann")
        await asyncio.sleep(0.5)
        for number in range(5):
            channel.says(f"gift {number}", "gus", paid=BITS)
            await asyncio.sleep(0.1)
        channel.says("rich", "eve", paid=Payment(5000, "bits"))
        await channel.ledger.settled()
        heard = [line.spoken for line in channel.ledger.heard][1:]
        assert heard == ["rich", *(f"gift {number}" for number in range(5))]
