"""What an engine would say, asked before it says it: in real child processes over the real pipe."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from engine.recital import recite
from engine.speech import EngineMissing, Judge, Question, Refused, SpeechRequest
from engine.supervisor import Supervisor
from tests.engines import STATE_ENV
from tests.faults.test_worker import pid, seconds, worker


async def said(engine: Supervisor, text: str, judge: Judge) -> float:
    """The seconds that are spoken of a text."""
    chunks = engine.speak(SpeechRequest(text, voice="v"), judge=judge)
    async with aclosing(chunks):
        return seconds([chunk async for chunk in chunks])


class Listener:
    """Asks about the whole text; keeps what it is told; refuses whatever holds `zorgle`."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.asked = 0

    def __call__(self, engine: str, request: SpeechRequest) -> Question:
        self.asked += 1
        return Question((request.text,), self.refused)

    def refused(self, told: Sequence[str]) -> str | None:
        self.told += [phonemes for phonemes in told if phonemes]
        return "sounds like entry 1" if any("zorgle" in phonemes for phonemes in told) else None


async def test_a_line_is_refused_by_what_would_be_said_and_the_next_one_is_spoken() -> None:
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        first = pid(engine)
        with pytest.raises(Refused, match="sounds like entry 1"):
            await said(engine, "a zorgle", listener)
        assert await said(engine, "fine", listener) == pytest.approx(0.2, abs=0.02)
        assert listener.told == ["v: a zorgle", "v: fine"]
        assert pid(engine) == first


@pytest.mark.parametrize("name", ["Echo", "Crash"])
async def test_an_engine_that_tells_none_is_not_asked(name: str) -> None:
    listener = Listener()
    async with worker(name) as engine:
        await engine.wait_ready()
        assert await said(engine, "zorgle", listener) > 0
        assert listener.asked == 0


async def test_the_embedded_voice_tells_ipa() -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    listener = Listener()
    async with worker("espeak") as engine:
        await engine.wait_ready()
        chunks = engine.speak(SpeechRequest("hello zorgle", voice="en-us"), judge=listener)
        async with aclosing(chunks):
            assert [chunk async for chunk in chunks]
    assert listener.told == ["həlˈoʊ zˈɔːɹɡəl"]


async def test_a_bug_in_telling_costs_nothing_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        first = pid(engine)
        for _ in range(3):
            assert await said(engine, "raise", listener) > 0
        assert await said(engine, "fine", listener) > 0
        assert listener.told == ["v: fine"]
        assert pid(engine) == first
    assert caplog.text.count("the engine fails to tell phonemes") == 1


async def test_late_phonemes_are_done_without_and_after_three_not_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        first = pid(engine)
        for _ in range(3):
            assert await said(engine, "late", listener) > 0
        for _ in range(20):
            began = time.monotonic()
            assert await said(engine, "late", listener) > 0
            assert time.monotonic() - began < 0.09
        assert listener.told == []
        # Then they are asked for again.
        assert await said(engine, "fine", listener) > 0
        assert listener.told == ["v: fine"]
        assert pid(engine) == first
    assert caplog.text.count("late with phonemes") == 1
    assert caplog.text.count("in time again") == 1


async def test_an_answer_that_comes_late_is_not_taken_for_that_of_the_next_line() -> None:
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        await said(engine, "late zorgle", listener)
        await said(engine, "fine", listener)
        assert listener.told == ["v: fine"]


@pytest.mark.parametrize("text", ["crash", "hang"])
async def test_a_question_that_ends_the_worker_is_not_asked_of_the_one_in_its_place(
    text: str,
) -> None:
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        if text == "hang":
            # The worker does not take the line either, as if it hung there.
            with pytest.raises(Exception, match="hung"):
                await said(engine, text, listener)
        # The fresh worker speaks the same text, unasked.
        assert await said(engine, text, listener) > 0
        assert await said(engine, "fine", listener) > 0
        assert listener.told == ["v: fine"]


async def test_a_skip_during_the_question_returns_at_once_and_costs_no_worker() -> None:
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        first = pid(engine)
        for _ in range(3):
            task = asyncio.create_task(said(engine, "late", listener))
            await asyncio.sleep(0.02)
            began = time.monotonic()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert time.monotonic() - began < 0.02
            await asyncio.sleep(0.15)
        assert await said(engine, "fine", listener) > 0
        assert listener.told == ["v: fine"]
        assert pid(engine) == first


async def test_where_there_is_no_question_the_worker_is_not_asked() -> None:
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        first = pid(engine)
        # It would end over it.
        assert await said(engine, "crash", lambda name, request: None) > 0
        with pytest.raises(Refused, match="a fault"):
            await said(engine, "crash", lambda name, request: Question((), lambda told: "a fault"))
        assert pid(engine) == first


async def test_many_texts_are_told_in_order_and_a_line_comes_in_between() -> None:
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        texts = [f"word {number}" for number in range(3_000)]
        telling = asyncio.create_task(recite(engine, texts, "v"))
        await asyncio.sleep(0.02)
        assert await said(engine, "fine", listener) > 0
        assert not telling.done()
        assert await telling == [f"v: {text}" for text in texts]
        assert listener.told == ["v: fine"]


async def test_texts_that_cannot_be_told_are_empty_and_the_others_come() -> None:
    async with worker("Phonetic") as engine:
        assert await recite(engine, ["one", "raise", "two"], "v") == ["v: one", "", "v: two"]


async def test_a_word_that_is_always_late_is_left_out_with_its_piece(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.recital._PAUSES_S", (0.06,))
    async with worker("Phonetic") as engine:
        texts = ["late"] + ["a"] * 15 + ["b"]
        assert await recite(engine, texts, "v") == [""] * 16 + ["v: b"]
        # That made no line go without.
        listener = Listener()
        assert await said(engine, "fine", listener) > 0
        assert listener.told == ["v: fine"]
    assert caplog.text.count("does not tell the phonemes of 16 words") == 1


async def test_words_that_are_late_once_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.recital._PAUSES_S", (0.06,))
    async with worker("Phonetic") as engine:
        assert await recite(engine, ["sluggish", "b"], "v") == ["v: sluggish", "v: b"]


async def test_a_worker_that_hangs_over_words_is_not_asked_for_more_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.recital._PAUSES_S", (0.02,))
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        telling = asyncio.create_task(recite(engine, ["hang"] * 16 + ["b"], "v"))
        await asyncio.sleep(0.8)
        # It would be given up by now, and every later word with it.
        assert not telling.done()
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def test_words_are_told_by_the_worker_in_place_of_one_that_ended_over_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.recital._PAUSES_S", (0.05,))
    listener = Listener()
    async with worker("Phonetic") as engine:
        await engine.wait_ready()
        first = pid(engine)
        telling = asyncio.create_task(recite(engine, ["crash"] * 16 + ["b"], "v"))
        for _ in range(3):
            # A fresh worker is asked once it has spoken.
            await asyncio.sleep(0.3)
            assert await said(engine, "fine", listener) > 0
        assert (await telling)[-1] == "v: b"
        assert pid(engine) != first


async def test_an_engine_that_tells_none_has_none_of_many_and_one_that_is_missing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STATE_ENV, str(tmp_path / "lives"))
    async with worker("Echo") as engine:
        assert await recite(engine, ["one", "two"], "v") == ["", ""]
    async with worker("Missing") as engine:
        with pytest.raises(EngineMissing):
            await recite(engine, ["one"], "v")
