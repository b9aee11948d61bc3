"""The signed-in Twitch connector against a platform that refuses: tokens, scopes, channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat import twitch_events as events
from bot.chat.twitch_socket import DEFAULT
from bot.chat.twitch_tokens import TokenFile
from filters.message import Kind
from tests.twitch_reading import QUICK, reading
from tests.twitch_server import TwitchServer
from tests.twitch_sign_ins import ABORT, SECRETS


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


async def test_an_expired_token_is_renewed_without_a_word(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    sign_in = server.sign_in()
    server.expire()
    async with reading(server, tmp_path, sign_in=sign_in):
        assert server.requests["POST /oauth2/token"] == 1
    assert TokenFile(tmp_path).load() != sign_in
    assert [line for line in said() if "connected" not in line] == []


@pytest.mark.parametrize("status", [500, 429, ABORT])
async def test_a_platform_that_cannot_renew_now_is_asked_again(
    status: int, server: TwitchServer, tmp_path: Path
) -> None:
    sign_in = server.sign_in()
    server.expire()
    server.fail["POST /oauth2/token"] = [status] * 2
    async with reading(server, tmp_path, sign_in=sign_in):
        assert server.requests["POST /oauth2/token"] > 1


async def test_a_token_that_is_about_to_end_is_renewed_first(
    server: TwitchServer, tmp_path: Path
) -> None:
    server.expires_in = 60
    async with reading(server, tmp_path):
        assert server.requests["POST /oauth2/token"] == 1


async def test_the_sign_in_is_looked_at_from_time_to_time_and_its_end_told_once(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    assert DEFAULT.validate <= 3600.0
    timing = replace(QUICK, validate=0.05)
    async with reading(server, tmp_path, timing=timing) as bot:
        server.fail["GET /oauth2/validate"] = [500]
        await asyncio.sleep(0.2)
        assert not bot.task.done()
        server.revoke_all()
        await asyncio.sleep(0.3)
        assert not bot.task.done()
    (line,) = [line for line in said() if "connected" not in line]
    assert line.startswith("twitch #room: the sign-in of room is gone")
    assert line.endswith("sign in again: python -m bot login twitch")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("chat_user_banned", "the account is banned there"),
        ("user_removed", "no longer exists"),
        ("version_removed", "look for a newer version"),
    ],
)
async def test_a_revocation_for_good_is_told_and_ends_it(
    status: str, told: str, server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    async with reading(server, tmp_path) as bot:
        await server.revoke(events.MESSAGE, status)
        await bot.ended()
    assert len([line for line in said() if told in line]) == 1


async def test_a_sign_in_that_is_taken_back_is_told_once_and_a_new_one_taken_up(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    async with reading(server, tmp_path) as bot:
        server.revoke_all()
        await server.revoke(events.MESSAGE, "authorization_revoked")
        await server.until(lambda: not server.clients)
        asked = server.requests.total()
        await asyncio.sleep(0.3)
        assert server.requests.total() == asked
        TokenFile(tmp_path).save(server.sign_in())
        await server.subscribed(events.REDEEMED, count=6)
        await server.say("back")
        await bot.chat.until(lambda: bot.chat.texts == ["back"])
    assert len([line for line in said() if "sign in again" in line]) == 1


async def test_a_sign_in_without_the_scope_for_chat_says_so(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    server.scopes = ["user:write:chat"]
    async with reading(server, tmp_path, joined=False):
        await asyncio.sleep(0.3)
    (line,) = said()
    assert "does not allow user:read:chat; sign in again" in line


async def test_without_the_scope_for_rewards_chat_is_read_and_its_reward_lines_too(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    server.scopes = ["user:read:chat"]
    async with reading(server, tmp_path, joined=False) as bot:
        await server.subscribed(count=5)
        await server.say("words", channel_points_custom_reward_id="r1")
        await bot.chat.until(lambda: len(bot.chat.messages) == 1)
        assert bot.chat.messages[0].kind is Kind.REDEMPTION
    assert len([line for line in said() if "does not allow channel:read:redemptions" in line]) == 1


async def test_a_subscription_that_is_forbidden_is_given_up_with_one_line(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    server.forbidden = {events.REDEEMED}
    async with reading(server, tmp_path, joined=False) as bot:
        await server.subscribed(count=5)
        await asyncio.sleep(4 * QUICK.compare)
        await server.say("still read")
        await bot.chat.until(lambda: bot.chat.texts == ["still read"])
    assert len([line for line in said() if "does not come" in line]) == 1


async def test_a_channel_that_may_not_be_read_is_one_line_and_the_others_are_read(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    async with reading(server, tmp_path, "room", "other", joined=False) as bot:
        await server.subscribed(count=11)
        server.closed = {"300"}
        server.abort()
        await server.until(lambda: server.connections == 2)
        await server.subscribed(count=6)
        await server.say("still read")
        await bot.chat.until(lambda: bot.chat.texts == ["still read"])
        await asyncio.sleep(4 * QUICK.compare)
    assert len([line for line in said() if "#other cannot be read" in line]) == 1
    assert "twitch #room, #other: connected" in said()
    assert bot.twitch.name == "twitch #room"
    assert len([line for line in said() if "does not come" in line]) == 0


async def test_a_channel_that_does_not_exist_is_named_and_the_others_are_read(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    async with reading(server, tmp_path, "room", "nosuchname") as bot:
        server.abort()
        await server.until(lambda: server.connections == 2)
        await server.subscribed(count=6)
        await server.say("hello")
        await bot.chat.until(lambda: bot.chat.texts == ["hello"])
    assert len([line for line in said() if "no channel 'nosuchname'" in line]) == 1
    assert [line for line in said() if "#nosuchname" in line] == []
    assert "twitch #room: connected" in said()


async def test_no_channel_that_exists_ends_it_with_one_line(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    async with reading(server, tmp_path, "nosuchname", joined=False) as bot:
        await bot.ended()
    assert "no channel 'nosuchname'" in said()[-1]


async def test_another_client_id_than_the_sign_ins_asks_to_sign_in_again(
    server: TwitchServer, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    async with reading(server, tmp_path, joined=False, client_id="another"):
        await asyncio.sleep(0.2)
    assert server.requests.total() == 0
    (line,) = said()
    assert "the client id has changed since the sign-in; sign in again" in line
