"""What an engine would say, asked before it says it: in real child processes over the real pipe."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing

import pytest

from engine.speech import Refused, SpeechRequest
from engine.supervisor import Supervisor
from tests.faults.test_worker import pid, seconds, worker


async def said(engine: Supervisor, text: str, refused: Callable[[str], str | None]) -> float:
    """The seconds that are spoken of a text."""
    chunks = engine.speak(SpeechRequest(text, voice="v"), refused=refused)
    async with aclosing(chunks):
        return seconds([chunk async for chunk in chunks])


class Listener:
    """Keeps what it is told; refuses whatever holds `zorgle`."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, phonemes: str) -> str | None:
        self.told.append(phonemes)
        return "sounds like entry 1" if "zorgle" in phonemes else None


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
        assert listener.told == []


async def test_the_embedded_voice_tells_ipa() -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    listener = Listener()
    async with worker("espeak") as engine:
        await engine.wait_ready()
        chunks = engine.speak(SpeechRequest("hello zorgle", voice="en-us"), refused=listener)
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
