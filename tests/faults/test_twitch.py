"""The signed-in Twitch connector against a server that repeats, moves, falls silent and refuses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat import twitch_events as events
from bot.chat.twitch_account import Account
from bot.chat.twitch_api import Helix, point_at, session
from bot.chat.twitch_auth import Auth
from bot.chat.twitch_socket import DEFAULT
from bot.chat.twitch_tokens import TokenFile, Who
from bot.line import End
from filters.message import ChatMessage, Removal
from tests.fakes import Channel
from tests.twitch_reading import QUICK, reading
from tests.twitch_server import TwitchServer
from tests.twitch_sign_ins import ABORT, CLIENT_ID, SECRETS


@pytest.fixture
async def server() -> AsyncIterator[TwitchServer]:
    async with TwitchServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_secret_in_any_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever any logger says at its most talkative, and before anything is redacted."""
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.get_records("call"):
        text = logging.Formatter().format(record)
        assert not any(secret in text for secret in SECRETS), text


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    return lambda: [
        r.getMessage()
        for r in caplog.records
        if r.name.startswith("bot.chat") and r.levelno >= logging.INFO
    ]


async def test_chat_comes_with_roles_and_deletions(server: TwitchServer, tmp_path: Path) -> None:
    async with reading(server, tmp_path) as bot:
        line = await server.say("!tts hello", user="ann", badges="founder lead_moderator")
        await server.notify(events.DELETED, server.deletion(line["message_id"]))
        await bot.chat.until(lambda: len(bot.chat.events) == 2)
        message, removal = bot.chat.events
        assert isinstance(message, ChatMessage)
        assert isinstance(removal, Removal)
        assert message.text == "!tts hello"
        assert {str(role) for role in message.author.roles} == {"subscriber", "moderator"}
        assert removal.covers(message)


@pytest.mark.parametrize("whose", ["author", "all"])
async def test_a_clear_takes_back_what_was_sent_before_it_in_whatever_order_it_comes(
    whose: str, server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        kind = events.AUTHOR_CLEARED if whose == "author" else events.CLEARED
        event = server.author_cleared("ann") if whose == "author" else server.cleared()
        at = "2999-01-01T00:00:{}.123456789Z"
        await server.notify(kind, event, at=at.format("05"))
        await server.say("before", at=at.format("04"))
        await server.say("after", at=at.format("06"))
        await bot.chat.until(lambda: len(bot.chat.events) == 3)
        removal, before, after = bot.chat.events
        assert isinstance(removal, Removal)
        assert isinstance(before, ChatMessage)
        assert isinstance(after, ChatMessage)
        assert removal.covers(before)
        assert not removal.covers(after)


# Each defect that was found in twitchio's own connection, as something that must not happen here.


async def test_what_the_old_connection_still_brings_while_moving_is_not_lost(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        await server.reconnect()
        for text in ("one", "two", "three"):
            await server.say(text)
        await server.until(lambda: server.connections == 2 and len(server.clients) == 1)
        asked = server.requests["POST /helix/eventsub/subscriptions"]
        await server.say("four")
        await bot.chat.until(lambda: len(bot.chat.texts) >= 4)
        assert bot.chat.texts == ["one", "two", "three", "four"]
        assert server.requests["POST /helix/eventsub/subscriptions"] == asked


async def test_what_is_sent_again_comes_once(server: TwitchServer, tmp_path: Path) -> None:
    async with reading(server, tmp_path) as bot:
        line = await server.say("one", times=3, envelope="e1")
        await server.notify(events.MESSAGE, line, envelope="e1")
        await server.say("two")
        await bot.chat.until(lambda: "two" in bot.chat.texts)
        assert bot.chat.texts == ["one", "two"]


async def test_when_every_subscription_is_revoked_new_ones_are_asked_for(
    server: TwitchServer, tmp_path: Path
) -> None:
    server.lists_subscriptions = False
    async with reading(server, tmp_path) as bot:
        server.abort()
        await server.until(lambda: not server.clients)
        await server.subscribed(count=6)
        for kind in {s.kind for s in server.subscriptions.values()}:
            await server.revoke(kind, "notification_failures_exceeded")
        await server.subscribed(count=6)
        await server.say("still read")
        await bot.chat.until(lambda: bot.chat.texts == ["still read"])


@pytest.mark.parametrize("status", [500, 429, 503, ABORT])
async def test_a_subscription_that_fails_is_asked_for_again(
    status: int, server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        # twitchio waits 3 s after the first 503 of a request.
        times = 1 if status == 503 else 3
        server.fail["POST /helix/eventsub/subscriptions"] = [status] * times
        server.abort()
        await server.until(lambda: not server.clients)
        await server.subscribed(count=6)
        await server.say("back")
        await bot.chat.until(lambda: bot.chat.texts == ["back"])


async def test_a_subscription_that_is_said_to_be_there_and_is_not_is_soon_asked_for_again(
    server: TwitchServer, tmp_path: Path
) -> None:
    server.fail["POST /helix/eventsub/subscriptions"] = [409] * 6
    async with reading(server, tmp_path, timing=replace(QUICK, compare=60.0)) as bot:
        await server.say("hello")
        await bot.chat.until(lambda: bot.chat.texts == ["hello"])


async def test_a_subscription_that_is_there_already_is_taken_for_there(
    server: TwitchServer, tmp_path: Path
) -> None:
    server.fail["POST /helix/eventsub/subscriptions"] = [409]
    server.lists_subscriptions = False
    async with reading(server, tmp_path, joined=False):
        await server.subscribed(count=5)
        await asyncio.sleep(3 * QUICK.compare)
        assert server.requests["POST /helix/eventsub/subscriptions"] == 6


async def test_many_that_meet_an_expired_token_renew_it_once(
    server: TwitchServer, tmp_path: Path
) -> None:
    server.late = 0.1
    file = TokenFile(tmp_path)
    async with session() as http:
        old = server.sign_in()
        account = Account(Who.STREAMER, old, file, Auth(http, server.http, CLIENT_ID))
        point_at(f"{server.http}/helix")
        helix = Helix(http, account)
        server.expire()
        ids = await asyncio.gather(*(helix.send("100", f"text {n}") for n in range(5)))
        await helix.send("100", "one more")
    assert len(set(ids)) == 5
    assert server.requests["POST /oauth2/token"] == 1
    assert file.load() == account.sign_in != old


async def test_all_channels_share_one_connection(server: TwitchServer, tmp_path: Path) -> None:
    async with reading(server, tmp_path, "room", "other", joined=False):
        await server.subscribed(count=11)
        assert server.connections == 1


async def test_a_dead_network_at_the_start_is_waited_for(
    tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    server = TwitchServer()
    await server.open()
    sign_in = server.sign_in()
    await server.close()
    async with reading(server, tmp_path, sign_in=sign_in, joined=False) as bot:
        await asyncio.sleep(0.1)
        await server.open()
        await server.subscribed(count=6)
        await server.say("hello")
        await bot.chat.until(lambda: bot.chat.texts == ["hello"])
        assert TokenFile(tmp_path).load() == sign_in
    await server.close()
    assert len([line for line in said() if "cannot connect" in line]) == 1
    assert len([line for line in said() if "back after" in line]) == 1


@pytest.mark.parametrize("code", [1000, 1006, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007])
async def test_whatever_the_connection_is_closed_with_a_new_one_is_made(
    code: int, server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        if code == 1006:
            server.abort()
        else:
            await server.close_with(code)
        await server.until(lambda: server.connections == 2)
        await server.subscribed(count=6)
        await server.say("back")
        await bot.chat.until(lambda: bot.chat.texts == ["back"])


# What else may go wrong on the way.


async def test_silence_is_noticed_soon_after_the_keepalive_time(tmp_path: Path) -> None:
    assert DEFAULT.grace <= 5.0
    async with TwitchServer(keepalive=1, beats=0.2) as server, reading(server, tmp_path) as bot:
        await asyncio.sleep(1.5)
        assert server.connections == 1
        server.silence()
        began = asyncio.get_running_loop().time()
        await server.until(lambda: server.connections == 2)
        waited = asyncio.get_running_loop().time() - began
        assert 1.0 <= waited <= 1.0 + 5.0
        await server.subscribed(count=6)
        await server.say("back")
        await bot.chat.until(lambda: bot.chat.texts == ["back"])


async def test_subscriptions_that_vanish_without_a_word_are_missed_and_asked_for(
    server: TwitchServer, tmp_path: Path
) -> None:
    assert DEFAULT.compare <= 15.0
    async with reading(server, tmp_path) as bot:
        server.forget_subscriptions(events.MESSAGE)
        await server.subscribed(events.MESSAGE, count=6)
        await server.say("back")
        await bot.chat.until(lambda: bot.chat.texts == ["back"])
        assert server.connections == 1


@pytest.mark.parametrize("address", ["ws://127.0.0.2:1/ws", "wss://eventsub.example/ws", "?"])
async def test_a_foreign_address_to_move_to_is_not_followed(
    address: str, server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        server.moved_to = address
        await server.reconnect()
        await server.say("one")
        await bot.chat.until(lambda: bot.chat.texts == ["one"])
        await server.close_with(4004)
        await server.until(lambda: server.connections == 2)
        await server.subscribed(count=6)
        await server.say("two")
        await bot.chat.until(lambda: bot.chat.texts == ["one", "two"])


async def test_what_is_older_than_the_start_is_not_spoken(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        left_out: list[None] = []
        bot.twitch.on_left_out = lambda: left_out.append(None)
        server.abort()  # a new connection tells as the old one does
        await server.until(lambda: server.connections == 2)
        await server.subscribed(events.REDEEMED, count=6)
        at = "2022-11-16T10:11:12.464757833Z"
        await server.say("long ago", at=at)
        await server.notify(events.CLEARED, server.cleared(), at=at)
        await server.say("now")
        await bot.chat.until(lambda: bot.chat.texts == ["now"])
        assert len(bot.chat.events) == 1
        assert len(left_out) == 1


async def test_odd_messages_cost_nothing_but_themselves(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        (client,) = server.clients
        for text in (
            "",
            "{",
            "[]",
            "null",
            "{}",
            '{"metadata": {}}',
            '{"metadata": 7}',
            "[" * 9999,
        ):
            await client.send(text)
        await client.ws.send_bytes(b"\xff\xfe\x00")
        await client.send(server._envelope("of_tomorrow", {}))
        await client.send(server._envelope("session_reconnect", {}))
        await client.send(server._envelope("notification", {"subscription": 5}))
        await client.send(server._envelope("notification", {"subscription": {"type": "wibble"},
                                                            "event": {}}))  # fmt: skip
        await client.send(server._envelope("revocation", {"subscription": {"condition": 5}}))
        for key in server.line("x"):
            if not key.startswith("broadcaster"):
                await server.notify(events.MESSAGE, server.line("x") | {key: {"wibble": []}})
                await server.notify(events.MESSAGE, server.line("x") | {key: 5})
        await server.say("still here")
        await bot.chat.until(lambda: "still here" in bot.chat.texts)
        assert server.connections == 1
        assert bot.twitch.session is not None
        assert bot.twitch.session.unknown["wibble"] == 1


async def test_a_reward_with_a_text_comes_once_and_its_deletion_reaches_it(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        reward = {"channel_points_custom_reward_id": "reward-say"}
        line = await server.say("words", **reward)
        redemption = server.redemption("say", "words")
        await server.notify(events.REDEEMED, redemption)
        await server.notify(events.DELETED, server.deletion(line["message_id"]))
        await bot.chat.until(lambda: len(bot.chat.events) == 3)
        (message,) = bot.chat.messages
        assert message.reward is not None
        assert message.reward.title == "say"
        removals = [event for event in bot.chat.events if isinstance(event, Removal)]
        assert [r.covers(message) for r in removals] == [False, True]


async def test_a_deletion_reaches_its_reward_over_a_lost_connection(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        line = await server.say("words", channel_points_custom_reward_id="reward-say")
        redemption = server.redemption("say", "words")
        await server.notify(events.REDEEMED, redemption)
        await bot.chat.until(lambda: len(bot.chat.messages) == 1)
        server.abort()
        await server.until(lambda: server.connections == 2)
        await server.subscribed(events.REDEEMED, count=6)
        await server.notify(events.DELETED, server.deletion(line["message_id"]))
        await bot.chat.until(lambda: len(bot.chat.events) == 3)
        removals = [event for event in bot.chat.events if isinstance(event, Removal)]
        assert [r.target for r in removals] == [line["message_id"], redemption["id"]]


async def test_the_bot_does_not_hear_what_it_wrote_itself(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        bot.twitch.sender.say("room", "skipped", reply_to="line-0")
        await server.until(lambda: len(server.sent) == 1)
        assert server.sent[0] == {
            "broadcaster_id": "100",
            "sender_id": "100",
            "message": "skipped",
            "reply_parent_message_id": "line-0",
        }
        await server.say("skipped", user="room", badges="broadcaster")
        await server.say("hello", user="room", badges="broadcaster")
        await bot.chat.until(lambda: bot.chat.texts == ["hello"])


async def test_a_bot_of_its_own_writes_and_is_never_read(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path, bot=server.sign_in("speaker")) as bot:
        bot.twitch.sender.say("room", "skipped")
        await server.until(lambda: len(server.sent) == 1)
        assert server.sent[0]["sender_id"] == "200"
        await server.say("!tts anything", user="speaker", badges="moderator")
        await server.say("hello", user="ann")
        await bot.chat.until(lambda: bot.chat.texts == ["hello"])


async def test_a_bot_whose_sign_in_is_gone_leaves_chat_alone(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    gone = replace(
        server.sign_in("speaker"), access="accesszorgle-void", refresh="refreshblippo-void"
    )
    async with reading(server, tmp_path, bot=gone) as bot:
        bot.twitch.sender.say("room", "skipped")
        await server.say("hello")
        await bot.chat.until(lambda: bot.chat.texts == ["hello"])
        await asyncio.sleep(0.2)
        assert not bot.task.done()
        assert server.connections == 1
        server.abort()
        await server.until(lambda: server.connections == 2)
        await server.subscribed(events.REDEEMED, count=6)
        await asyncio.sleep(0.2)
    assert (
        len([line for line in said() if "sign in again: python -m bot login twitch --bot" in line])
        == 1
    )  # noqa: E501


async def test_ten_thousand_lines_with_repeats_and_a_move_come_once_each(
    server: TwitchServer, tmp_path: Path
) -> None:
    async with reading(server, tmp_path) as bot:
        intake = Channel().intake
        for number in range(10_000):
            line = server.line(str(number))
            await server.notify(events.MESSAGE, line, envelope=f"e{number}")
            if number % 20 == 0:
                await server.notify(events.MESSAGE, line, envelope=f"e{number}")
            if number % 20 == 10:
                await server.notify(events.MESSAGE, line, envelope=f"again{number}")
            if number == 5_000:
                await server.reconnect()
        # While both connections are read, their lines may come in another order.
        await bot.chat.until(lambda: len(bot.chat.messages) == 10_500)
        assert server.connections == 2
        kept: list[str] = []
        for event in bot.chat.messages:
            before = intake._ledger.ends[End.DUPLICATE]
            intake.emit(event)
            if intake._ledger.ends[End.DUPLICATE] == before:
                kept.append(event.text)
        assert sorted(map(int, kept)) == list(range(10_000))
        assert intake._ledger.ends[End.DUPLICATE] == 500
