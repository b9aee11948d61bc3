"""Points given back over real HTTP, by a server that refuses, fails and forgets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import twitch_events as events
from bot.chat import twitch_refunds
from bot.refunds import Refunds
from filters.chain import Rules
from filters.message import Removal
from filters.wordlist import compile_words
from tests.fakes import Channel
from tests.twitch_reading import Reading, reading
from tests.twitch_server import TwitchServer

RULES = Rules(words=compile_words(["zorgle"]))
PATCH = "PATCH /helix/channel_points/custom_rewards/redemptions"


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwitchServer]:
    monkeypatch.setattr(twitch_refunds, "_FIRST_WAIT_S", 0.01)
    async with TwitchServer() as running:
        running.scopes.append("channel:manage:redemptions")
        running.made.append(running.reward("say") | {"id": "reward-say"})
        running.rewards.append(running.reward("other") | {"id": "reward-other"})
        yield running


@pytest.fixture
async def bot(server: TwitchServer, tmp_path: Path) -> AsyncIterator[Reading]:
    async with reading(server, tmp_path) as running:
        yield running


@pytest.fixture
async def channel(bot: Reading) -> AsyncIterator[Channel]:
    async with Channel(rules=RULES) as running:
        refunds = Refunds()
        refunds.add(bot.twitch)
        running.ledger.on_end.append(refunds.ended)
        running.ledger.on_line_end.append(refunds.line_ended)
        yield running


async def redeem(
    server: TwitchServer, bot: Reading, channel: Channel, text: str, reward: str = "say"
) -> str:
    """Redeem a reward, and let the bot have it; gives the redemption's id."""
    before = len(bot.chat.messages)
    event = server.redemption(reward, text)
    await server.notify(events.REDEEMED, event)
    await bot.chat.until(lambda: len(bot.chat.messages) > before)
    channel.intake.emit(bot.chat.messages[-1])
    return str(event["id"])


async def test_what_is_refused_is_given_back_and_what_is_spoken_is_not(
    server: TwitchServer, bot: Reading, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await redeem(server, bot, channel, "hello")
    await channel.ledger.settled()
    refused = [await redeem(server, bot, channel, f"you zorgle {n}") for n in range(2)]
    await server.until(lambda: len(server.given_back) == 2)
    assert server.given_back == refused
    assert channel.ends() == {"spoken": 1, "dropped": 2}
    assert "the points for 'say' are given back" in caplog.text


async def test_what_a_moderator_takes_back_is_given_back(
    server: TwitchServer, bot: Reading, channel: Channel
) -> None:
    channel.player.close_device()
    line = await server.say("hello", channel_points_custom_reward_id="reward-say")
    taken = await redeem(server, bot, channel, "hello")
    await server.notify(events.DELETED, server.deletion(line["message_id"]))
    await bot.chat.until(lambda: len([e for e in bot.chat.events if isinstance(e, Removal)]) == 2)
    for event in bot.chat.events:
        if isinstance(event, Removal):
            channel.intake.emit(event)
    await server.until(lambda: bool(server.given_back))
    assert server.given_back == [taken]
    assert channel.ends() == {"purged": 1}


async def test_a_reward_that_somebody_else_made_is_not_asked_about(
    server: TwitchServer, bot: Reading, channel: Channel
) -> None:
    await redeem(server, bot, channel, "zorgle", reward="other")
    ours = await redeem(server, bot, channel, "zorgle")
    await server.until(lambda: bool(server.given_back))
    assert server.given_back == [ours]
    assert server.requests[PATCH] == 1


async def test_a_platform_that_is_out_of_order_is_asked_again(
    server: TwitchServer, bot: Reading, channel: Channel
) -> None:
    server.fail[PATCH] = [500, 429, 503]
    owed = await redeem(server, bot, channel, "zorgle")
    await server.until(lambda: bool(server.given_back))
    assert server.given_back == [owed]
    assert server.requests[PATCH] == 4


async def test_what_cannot_be_given_back_is_told_and_the_next_one_is(
    server: TwitchServer, bot: Reading, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail[PATCH] = [400]
    await redeem(server, bot, channel, "zorgle")
    owed = await redeem(server, bot, channel, "zorgle")
    await server.until(lambda: bool(server.given_back))
    assert server.given_back == [owed]
    assert caplog.text.count("'say' is not given back: Twitch answers 400") == 1


async def test_what_is_owed_outlives_the_connection(
    server: TwitchServer, bot: Reading, channel: Channel
) -> None:
    server.fail[PATCH] = [500] * 3
    owed = await redeem(server, bot, channel, "zorgle")
    server.abort()
    await server.until(lambda: server.connections == 2)
    await server.until(lambda: bool(server.given_back))
    assert server.given_back == [owed]
