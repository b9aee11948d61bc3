"""Signing in to Twitch, and keeping the sign-in: what the user, the network and the disk may do."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.chat.connector import ConnectorError, Fatal, Lost
from bot.chat.twitch_account import Account, SignInGone
from bot.chat.twitch_api import Helix, point_at, session
from bot.chat.twitch_auth import Auth, Device
from bot.chat.twitch_login import NoSuchApp, sign_in
from bot.chat.twitch_tokens import TokenFile, Who
from tests.twitch_server import TwitchServer
from tests.twitch_sign_ins import ABORT, CLIENT_ID, SECRETS

SCOPES = ("user:read:chat", "user:write:chat")


@pytest.fixture(autouse=True)
def _no_secret_in_any_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.get_records("call"):
        text = logging.Formatter().format(record)
        assert not any(secret in text for secret in SECRETS), text


@pytest.fixture
async def server() -> AsyncIterator[TwitchServer]:
    async with TwitchServer() as running:
        point_at(f"{running.http}/helix")
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


@pytest.fixture
def account(server: TwitchServer, http: aiohttp.ClientSession, tmp_path: Path) -> Account:
    file, old = TokenFile(tmp_path), server.sign_in()
    file.save(old)
    return Account(Who.STREAMER, old, file, Auth(http, server.http, CLIENT_ID))


async def attempt(
    server: TwitchServer, http: aiohttp.ClientSession, client_id: str = CLIENT_ID
) -> list[Device]:
    shown: list[Device] = []
    auth = Auth(http, f"{server.http}/", client_id)
    account = await sign_in(auth, client_id, SCOPES, shown.append)
    assert account.login == "room"
    return shown


async def test_the_code_is_shown_once_and_asked_for_until_it_is_typed(
    server: TwitchServer, http: aiohttp.ClientSession
) -> None:
    server.device_answers = ["authorization_pending"] * 3
    (device,) = await attempt(server, http)
    assert device.user_code == "ZORGLE42"
    assert server.requests["POST /oauth2/token"] == 4


@pytest.mark.parametrize("status", [500, 502, ABORT])
async def test_a_network_that_fails_meanwhile_does_not_cost_the_code(
    status: int, server: TwitchServer, http: aiohttp.ClientSession
) -> None:
    server.fail["POST /oauth2/token"] = [status, status]
    assert len(await attempt(server, http)) == 1


@pytest.mark.parametrize("status", [429, 500, ABORT])
async def test_a_platform_in_trouble_once_the_code_is_typed_does_not_cost_the_sign_in(
    status: int, server: TwitchServer, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.twitch_login._TRIES_S", (0.0, 0.0))
    server.fail["GET /oauth2/validate"] = [status, status]
    assert len(await attempt(server, http)) == 1


async def test_asked_to_slow_down_it_asks_less_often(
    server: TwitchServer, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.twitch_login._SLOWER_S", 0.2)
    server.device_answers = ["slow_down"]
    began = asyncio.get_running_loop().time()
    await attempt(server, http)
    assert asyncio.get_running_loop().time() - began >= 0.2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("invalid device code", "the code is no longer good; start again"),
        ("expired_token", "the code is no longer good; start again"),
        ("access_denied", "refused on the platform's page"),
        ("zorgle", "does not give a sign-in"),
    ],
)
async def test_a_code_that_leads_nowhere_is_one_line(
    answer: str, told: str, server: TwitchServer, http: aiohttp.ClientSession
) -> None:
    server.device_answers = [answer]
    with pytest.raises(Fatal, match=told):
        await attempt(server, http)


async def test_a_wrong_client_id_is_told_apart(
    server: TwitchServer, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(NoSuchApp):
        await attempt(server, http, "wrong")


async def test_a_dead_network_is_told_as_such(
    server: TwitchServer, http: aiohttp.ClientSession
) -> None:
    await server.close()
    with pytest.raises(Lost) as caught:
        await attempt(server, http)
    assert "\n" not in str(caught.value)


async def test_a_renewal_is_saved_though_its_asker_has_left(
    server: TwitchServer, account: Account, tmp_path: Path
) -> None:
    server.late = 0.2
    old = account.sign_in
    asker = asyncio.create_task(account.renew(old.access))
    await asyncio.sleep(0.1)
    asker.cancel()
    await asyncio.wait({asker})
    await account.settle()
    saved = TokenFile(tmp_path).load()
    assert saved == account.sign_in != old
    assert saved is not None
    assert saved.refresh in server.refreshes


async def test_a_full_disk_is_told_and_the_new_token_is_used(
    server: TwitchServer,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    server.expire()
    await account.validate()
    assert account.sign_in.access in server.tokens
    (line,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert "No space left on device" in line.getMessage()


async def test_a_sign_in_made_beside_the_running_bot_is_taken(
    server: TwitchServer, account: Account, tmp_path: Path
) -> None:
    server.revoke_all()
    new = server.sign_in()
    TokenFile(tmp_path).save(new)
    await account.validate()
    assert account.sign_in.access == new.access
    assert server.requests["POST /oauth2/token"] == 0


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (400, SignInGone, "sign in again: python -m bot login twitch"),
        (401, SignInGone, "sign in again: python -m bot login twitch"),
        (403, SignInGone, "is its type Public"),
        (429, Lost, "cannot be renewed now"),
        (500, Lost, "cannot be renewed now"),
        (ABORT, Lost, "disconnected"),
    ],
)
async def test_only_a_refusal_means_that_the_sign_in_is_gone(
    status: int, error: type[ConnectorError], told: str, server: TwitchServer, account: Account
) -> None:
    server.expire()
    server.fail["POST /oauth2/token"] = [status]
    with pytest.raises(error, match=told):
        await account.validate()


async def test_a_scope_that_is_missing_does_not_cost_a_renewal(
    server: TwitchServer, http: aiohttp.ClientSession, account: Account
) -> None:
    server.fail["POST /helix/chat/messages"] = [401]
    server.said[401] = "Missing scope: user:write:chat"
    with pytest.raises(ConnectorError, match="missing scope: user:write:chat"):
        await Helix(http, account).send("100", "hello")
    assert server.requests["POST /oauth2/token"] == 0


async def test_no_address_holds_a_secret_nor_the_app(
    server: TwitchServer, http: aiohttp.ClientSession, account: Account
) -> None:
    server.device_answers = ["authorization_pending"]
    await attempt(server, http)
    await account.renew(account.sign_in.access)
    await account.validate()
    await Helix(http, account).user_ids(["room"])
    assert len(server.addresses) == 7
    for address in server.addresses:
        assert not any(secret in address for secret in (*SECRETS, CLIENT_ID)), address


@pytest.mark.parametrize("body", ["", "[]", "{", '{"access_token": 5}', "x" * 70_000])
async def test_an_answer_that_cannot_be_read_costs_no_sign_in(
    body: str, server: TwitchServer, account: Account
) -> None:
    server.expire()
    server.bodies["POST /oauth2/token"] = body
    with pytest.raises(Lost, match="an answer that"):
        await account.validate()


async def test_a_token_is_sent_nowhere_else(server: TwitchServer, account: Account) -> None:
    server.fail["GET /oauth2/validate"] = [307]
    with pytest.raises(Lost, match="307"):
        await account.validate()
    assert server.requests["GET /oauth2/validate"] == 1


async def test_no_error_holds_a_token(
    server: TwitchServer, http: aiohttp.ClientSession, account: Account
) -> None:
    errors: list[BaseException] = []
    for name in ("POST /oauth2/token", "GET /oauth2/validate", "GET /helix/users"):
        server.fail[name] = [418]
        for ask in (account.renew(account.sign_in.access), account.validate(),
                    Helix(http, account).user_ids(["room"])):  # fmt: skip
            try:
                await ask
            except ConnectorError as error:
                errors.append(error)
    assert len(errors) >= 3
    shown = [logging.Formatter().formatException((type(e), e, e.__traceback__)) for e in errors]
    assert not any(secret in text for text in shown for secret in SECRETS)
