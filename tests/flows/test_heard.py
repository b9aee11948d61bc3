"""A line that an engine would say otherwise than it is written, through the bot and the fakes."""

from __future__ import annotations

import pytest

from tests.fakes import Channel, FakeEngine


def refused(phonemes: str) -> str | None:
    return "sounds like entry 1" if "zɔɹɡəl" in phonemes else None


async def test_a_line_that_sounds_blocked_is_dropped_and_the_next_one_is_spoken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with Channel(engine=FakeEngine(phonemes="zɔɹɡəl"), refused=refused) as channel:
        channel.says("!tts one two", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1}
        assert channel.player.log == []
        channel.engine.phonemes = "haɪ"
        channel.says("!tts three", "bob")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1, "spoken": 1}
    # Another engine is not tried for it.
    assert channel.asked == ["one two", "three"]
    assert "dropped: ann: 'one two' (sounds like entry 1)" in caplog.text


async def test_a_rule_that_raises_drops_the_line() -> None:
    def broken(phonemes: str) -> str | None:
        raise KeyError(phonemes)

    async with Channel(engine=FakeEngine(phonemes="haɪ"), refused=broken) as channel:
        channel.says("!tts one", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"dropped": 1}


async def test_without_phonemes_the_rule_is_not_asked() -> None:
    async with Channel(refused=lambda phonemes: "never") as channel:
        channel.says("!tts one", "ann")
        await channel.ledger.settled()
        assert channel.ends() == {"spoken": 1}
