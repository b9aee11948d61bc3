"""A line that a voice would say like a listed word: the real rule, the real embedded voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.hearing import VOICES, Hearing
from bot.line import Line, Stages
from engine.attempts import Engines
from engine.espeak import EspeakEngine
from engine.speech import EngineFailed, Judge, Question, SpeechRequest, Voice
from engine.supervisor import ESPEAK, Supervisor
from filters import dictionary, phonemes
from filters.chain import Rules
from filters.message import Author, ChatMessage, Tier, Verdict
from filters.wordlist import Entry, WordList, compile_words
from tests.fakes import Channel, FakeEngine
from tests.faults.test_worker import worker

pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")

Drop = tuple[ChatMessage, Verdict, Rules]


def rules(*entries: Entry | str, allowed: tuple[str, ...] = ()) -> Rules:
    words = compile_words(entries, allowed=allowed, dictionary=dictionary.load())
    return Rules(words=words)


@asynccontextmanager
async def hearing(
    of: Rules, supervisor: Supervisor, drops: list[Drop] | None = None
) -> AsyncIterator[Hearing]:
    """A rule that has learnt its words in the default voice."""
    drops = [] if drops is None else drops
    it = Hearing(of, [supervisor], lambda *drop: drops.append(drop))
    it.learn(supervisor.name, "")
    task = asyncio.create_task(it.run())
    try:
        await it.settled.wait()
        yield it
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def speaking(
    of: Rules, drops: list[Drop] | None = None
) -> AsyncIterator[tuple[Channel, Hearing]]:
    """A channel in the embedded voice. The rules of its text rules are empty: this one decides."""
    supervisor = Supervisor(ESPEAK)
    engines = Engines(supervisor)
    engines.start()
    try:
        async with (
            hearing(of, supervisor, drops) as it,
            Channel(engine=engines, judge=it.judge) as channel,  # type: ignore[arg-type]
        ):
            yield channel, it
    finally:
        await engines.aclose()


async def test_a_line_that_sounds_listed_is_dropped_and_the_next_one_is_spoken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    drops: list[Drop] = []
    async with speaking(rules("zurkerk"), drops) as (channel, _):
        channel.says("!tts you zer kurk", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1}
        assert channel.player.log == []
        channel.says("!tts zerk", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1, "spoken": 1}
    why = "blocked word (entry 1, said alike by espeak, reading: spoken, characters 5 to 12)"
    assert f"dropped: ann: 'you zer kurk' ({why})" in caplog.text
    [(message, verdict, _)] = drops
    assert (message.text, verdict.rule, verdict.reason) == ("you zer kurk", "phonemes", why)
    assert verdict.hit is not None
    assert verdict.hit.text[verdict.hit.start : verdict.hit.end] == "zer kurk"


async def test_the_terminal_does_not_show_what_sounds_like_tier_never(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with speaking(rules(Entry("zurkerk", Tier.NEVER, "w line 1"))) as (channel, _):
        channel.says("!tts you zer kurk")
        await channel.ledger.settled()
    assert "dropped: ann: '***' (blocked word (w line 1" in caplog.text
    assert "kurk" not in caplog.text


async def test_for_an_engine_that_tells_no_phonemes_the_embedded_voice_is_asked() -> None:
    drops: list[Drop] = []
    async with worker("Loading") as primary, worker("espeak") as ear:
        await primary.wait_ready()
        engines = Engines(primary, ear)
        async with (
            hearing(rules("zurkerk"), ear, drops) as it,
            Channel(engine=engines, judge=it.judge) as channel,  # type: ignore[arg-type]
        ):
            channel.says("!tts you zer kurk", "ann")
            channel.says("!tts zerk", "bob")
            await channel.ledger.settled()
            assert channel.ends() == {"dropped": 1, "spoken": 1}
            assert len(drops) == 1
            # One that hangs over it costs the line nothing but a moment.
            ear._child.fail(EngineFailed("killed by the test"))
            channel.says("!tts vexnar", "cay")
            await channel.ledger.settled()
            assert channel.ends() == {"dropped": 1, "spoken": 2}


async def test_lists_that_change_are_learnt_anew() -> None:
    async with speaking(rules("zurkerk")) as (channel, it):
        it.take_rules(rules("blippo", "zurkerk", allowed=("zer kurk",)))
        # Until they are learnt a line goes on.
        assert asked(it, "vexnar") is None
        channel.says("!tts blippoe", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1}
        await it.settled.wait()
        channel.says("!tts zer kurk", "bob")
        channel.says("!tts blippoe", "cay")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 2, "dropped": 1}


def line(text: str) -> Line:
    message = ChatMessage("t", "c", "1", Author("1", "ann"), text)
    return Line(message, 0.0, Stages(0.0), spoken=text)


def asked(it: Hearing, text: str, voice: str = "", engine: str = "espeak") -> Question | None:
    return it.judge(line(text))(engine, SpeechRequest(text, voice))


async def test_of_known_words_nothing_is_asked() -> None:
    async with worker("espeak") as engine, hearing(rules("zorgle"), engine) as it:
        assert asked(it, "hello my friends") is None
        question = asked(it, "hello vexnar")
        assert question is not None
        assert question.texts == ("vexnar", "hello")
        assert question.refused(["x", "y"]) is None


async def test_a_word_of_chat_is_asked_about_once_in_each_voice() -> None:
    async with worker("espeak") as engine, hearing(rules("zorgle"), engine) as it:
        first = asked(it, "hello vexnar zurgul")
        assert first is not None
        assert first.texts == ("vexnar", "zurgul", "hello")
        assert first.refused(["vɛksnɑɹ", "", "həloʊ"]) is None
        again = asked(it, "vexnar zurgul, oh hello")
        assert again is not None
        # What could not be told may be known the next time.
        assert again.texts == ("zurgul", "oh")
        assert again.refused(["zˈɔːɹɡəl", "oʊ"]) is not None
        last = asked(it, "a zurgul vexnar")
        assert last is not None
        assert last.texts == ("a",)
        assert last.refused(["ɐ"]) is not None


async def test_of_the_words_of_chat_only_so_many_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.hearing.HEARD", 3)
    async with worker("espeak") as engine, hearing(rules("zorgle"), engine) as it:
        for text in ("vexnar", "quimbly", "snarple", "drooka", "vexnar"):
            question = asked(it, text)
            assert question is not None
            assert question.texts == (text,)
            question.refused(["x"])


async def test_a_voice_is_learnt_at_its_first_line_and_for_all_its_variants() -> None:
    async with worker("espeak") as engine, hearing(rules("zorgle"), engine) as it:
        assert asked(it, "vexnar", "de+f3") is None
        await it.settled.wait()
        assert asked(it, "vexnar", "de+f3") is not None
        assert asked(it, "vexnar", "de+m5") is not None


async def test_voices_are_forgotten_in_the_order_of_their_use() -> None:
    async with worker("Phonetic") as engine, hearing(rules("zorgle"), engine) as it:
        for number in range(VOICES):
            it.learn("Phonetic", f"v{number}")
            await it.settled.wait()
            assert asked(it, "vexnar", "v0", "Phonetic") is not None
        assert asked(it, "vexnar", "", "Phonetic") is None


async def test_a_worker_of_other_voices_is_asked_anew() -> None:
    async with worker("Phonetic") as engine, hearing(rules("zorgle"), engine) as it:
        assert asked(it, "vexnar", engine="Phonetic") is not None
        engine._child.voices = tuple(replace(voice) for voice in engine.voices)
        assert asked(it, "vexnar", engine="Phonetic") is not None
        engine._child.voices = (Voice("other", "Other"),)
        assert asked(it, "vexnar", engine="Phonetic") is None
        await it.settled.wait()
        assert asked(it, "vexnar", engine="Phonetic") is not None


async def test_an_engine_that_tells_no_phonemes_speaks_as_ever() -> None:
    async with worker("Echo") as engine, hearing(rules("zorgle"), engine) as it:
        assert asked(it, "zorgul", engine="Echo") is None


@pytest.mark.parametrize("part", ["doubts", "find"])
async def test_a_rule_that_raises_drops_the_line(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a fault")

    drops: list[Drop] = []
    async with speaking(rules("zorgle"), drops) as (channel, _):
        monkeypatch.setattr(phonemes, part, broken)
        channel.says("!tts vexnar")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1}
    assert [verdict.reason for _, verdict, _ in drops] == ["error in rule phonemes: KeyError"]


async def test_lists_that_cannot_be_learnt_leave_the_bot_running(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(words: WordList) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(phonemes, "listed", broken)
    async with worker("espeak") as engine, hearing(rules("zorgle"), engine) as it:
        assert asked(it, "vexnar") is None
    assert caplog.text.count("cannot be used") == 1


async def test_a_refused_line_is_not_tried_on_another_engine() -> None:
    def judge(line: Line) -> Judge:
        return lambda engine, request: Question(("x",), lambda told: "heard")

    async with Channel(engine=FakeEngine(phonemes="zɔɹɡəl"), judge=judge) as channel:
        channel.says("!tts one two", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1}
        assert channel.asked == ["one two"]


# ---- what the real voices say


@pytest.fixture(scope="module")
def espeak() -> Iterator[EspeakEngine]:
    engine = EspeakEngine()
    engine.load()
    yield engine
    engine.close()


def heard(engine: EspeakEngine, text: str, entry: str, voice: str) -> bool:
    words = rules(entry).words
    known = phonemes.listed(words)
    by_sound = phonemes.sounds(known, [engine.phonemes(t, voice) for t in known.texts])
    found = phonemes.doubts(text, words)
    assert found is not None
    told = [engine.phonemes(t, voice) for t in found.texts]
    return phonemes.find(found, told, by_sound, words, voice) is not None


@pytest.mark.parametrize(
    ("voice", "entry", "text"),
    [
        ("en-us", "blippo", "so a Blippoe"),
        ("en-us", "zorgle", "two zoargles"),
        ("en-gb", "zurkerk", "zer-kirk!"),
        ("de", "vrimpel", "der Frimpel"),
        ("de", "blixe", "eine Blichse"),
        ("es", "zurbo", "el ZURVO"),
        ("fr", "blippeau", "le blippo"),
        ("pt", "quimbo", "o kimbo"),
    ],
)
def test_another_spelling_of_the_same_sound_is_heard(
    espeak: EspeakEngine, voice: str, entry: str, text: str
) -> None:
    assert heard(espeak, text, entry, voice)


@pytest.mark.parametrize(
    ("voice", "entry", "text"),
    [
        ("en-us", "blit", "a bleet"),
        ("en-us", "bleet", "a blit"),
        ("en-gb", "zux", "a zooks"),
        ("en-gb", "vock", "a vork"),
        ("de", "frahl", "ein frall"),
        ("de", "blimm", "ein bliem"),
        ("fr", "vroux", "un vru"),
    ],
)
def test_a_vowel_of_another_length_or_quality_stays_spoken(
    espeak: EspeakEngine, voice: str, entry: str, text: str
) -> None:
    assert not heard(espeak, text, entry, voice)


def test_every_variant_of_a_voice_has_its_phonemes(espeak: EspeakEngine) -> None:
    texts = "zorgle blippo quorndash thrux enjeau strweel naihg".split()
    for voice in ("en-us", "de"):
        plain = [espeak.phonemes(text, voice) for text in texts]
        for variant in sorted(espeak._variants):
            told = [espeak.phonemes(text, f"{voice}+{variant}") for text in texts]
            assert told == plain, variant
