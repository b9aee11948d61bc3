"""`python -m bot login | rewards`: signing in to a platform, and what only a signed-in user can do.

Does not start the bot. One that runs takes a new sign-in once the old one is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from bot import exits
from bot.chat.connector import ConnectorError, Lost, one_line
from bot.chat.twitch_account import Account, Refused
from bot.chat.twitch_api import Helix, RewardShown, point_at, session
from bot.chat.twitch_auth import Auth, Device
from bot.chat.twitch_login import NoSuchApp, sign_in
from bot.chat.twitch_scopes import REDEMPTIONS, of_bot, of_streamer
from bot.chat.twitch_tokens import AGAIN, TokenFile, TokenFileError, Who
from bot.exits import BadInput
from bot.settings import Settings
from bot.telemetry import set_up_logging

STEPS = """\
to sign in to Twitch, register an app of your own; it costs nothing:
  1. open https://dev.twitch.tv/console/apps/create (Twitch asks for two-factor sign-in)
  2. give any name, the address http://localhost, a category, and the client type Public
  3. press Create, then Manage, and copy the Client ID
  4. put ISHOWTTS_TWITCH__CLIENT_ID=that id into settings.env, and give this command again
to read a chat without an account, none of this is needed: python -m bot --twitch NAME"""

_PROMPT = "What is to be said?"


async def login(settings: Settings, *, bot: bool) -> int:
    """Sign the streamer's account in, or the bot's own. Raises BadInput."""
    set_up_logging(settings.log.level)
    client_id = settings.twitch.client_id
    if not client_id:
        raise BadInput(f"ISHOWTTS_TWITCH__CLIENT_ID is not set\n{STEPS}")
    scopes = of_bot() if bot else of_streamer(settings)
    async with session() as http:
        auth = Auth(http, settings.twitch.auth_url, client_id)
        try:
            account = await sign_in(auth, client_id, scopes, _show)
        except NoSuchApp as error:
            raise BadInput(f"ISHOWTTS_TWITCH__CLIENT_ID: {one_line(error)}\n{STEPS}") from None
        except ConnectorError as error:
            raise BadInput(f"not signed in: {one_line(error)}") from None
    file = TokenFile(settings.state_dir)
    try:
        file.save(account, Who.BOT if bot else Who.STREAMER)
    except TokenFileError as error:
        raise BadInput(f"not signed in: {error}") from None
    _say(f"signed in as {account.login}; allowed: {' '.join(account.scopes) or 'nothing'}")
    if missing := [scope for scope in scopes if scope not in account.scopes]:
        _say(f"not allowed: {' '.join(missing)}")
    _say(f"kept in {file.path}, readable by you only")
    return exits.STOPPED


def _show(device: Device) -> None:
    _say(f"open {device.address}", f"and enter the code {device.user_code}; waiting ...")


async def add_reward(settings: Settings, title: str, cost: int) -> int:
    """Make a reward with a text, which the bot can give back. Raises BadInput."""
    set_up_logging(settings.log.level)

    async def add(helix: Helix, account: Account) -> str:
        if REDEMPTIONS[1] not in account.sign_in.scopes:
            raise BadInput(
                f"the sign-in of {account.sign_in.login} does not allow {REDEMPTIONS[1]}; "
                f"sign in again: {AGAIN}"
            )
        return await helix.add_reward(title, cost, _PROMPT)

    try:
        await signed_in(settings, add)
    except Refused as error:
        raise BadInput(f"the reward was not made: {_why(error)}") from None
    except ConnectorError as error:
        raise BadInput(f"the reward was not made: {one_line(error)}") from None
    _say(f"the reward {title!r} costs {cost} points and asks for a text")
    if settings.trigger.rewards and title not in settings.trigger.rewards:
        _say("add it to ISHOWTTS_TRIGGER__REWARDS to have it spoken")
    return exits.STOPPED


def _why(error: Refused) -> str:
    if "duplicate" in error.said:
        return "there is one of this title already"
    if error.status == 403:
        return "the channel must be affiliate or partner to have rewards"
    return one_line(error)


async def state(settings: Settings) -> str:
    """Who is signed in and what that gives, for `check`; empty if nobody is. Raises BadInput."""

    async def look(helix: Helix, account: Account) -> str:
        name = account.sign_in.login
        missing = [s for s in of_streamer(settings) if s not in account.sign_in.scopes]
        if missing:
            raise BadInput(
                f"the sign-in of {name} does not allow {' '.join(missing)}; sign in again: {AGAIN}"
            )
        bot = TokenFile(settings.state_dir).load(Who.BOT)
        writer = f", writes as {bot.login}" if bot is not None else ""
        reads = await _channels(helix, settings)
        return f"signed in as {name}{writer}{reads}{await _rewards(helix)}"

    try:
        return await signed_in(settings, look)
    except NobodySignedIn:
        return ""
    except Lost as error:
        return f"somebody is signed in; Twitch cannot be asked now: {one_line(error)}"
    except ConnectorError as error:
        raise BadInput(one_line(error)) from None


async def _channels(helix: Helix, settings: Settings) -> str:
    channels = settings.twitch.channels
    if not channels:
        return ", no channel set"
    found = await helix.user_ids(channels)
    if missing := [channel for channel in channels if channel not in found]:
        raise BadInput(f"ISHOWTTS_TWITCH__CHANNELS: there is no channel {', '.join(missing)}")
    return f", reads {', '.join(f'#{channel}' for channel in channels)}"


async def _rewards(helix: Helix) -> str:
    try:
        ours = {reward.id for reward in await helix.rewards(ours=True)}
        others = [r for r in await helix.rewards(ours=False) if r.id not in ours]
    except Refused:  # only affiliates and partners have rewards
        return ""
    if not others:
        return ""
    return (
        f"; these rewards cannot be refunded, since python -m bot rewards add did not make "
        f"them: {', '.join(map(_title, others))}"
    )


def _title(reward: RewardShown) -> str:
    return repr(reward.title[:45])


class NobodySignedIn(BadInput):
    """There is no stored sign-in."""


async def signed_in(
    settings: Settings, act: Callable[[Helix, Account], Coroutine[Any, Any, str]]
) -> str:
    """Do something as the streamer's account. Raises BadInput, Refused, Lost, SignInGone."""
    file = TokenFile(settings.state_dir)
    try:
        stored = file.load()
    except TokenFileError as error:
        raise BadInput(str(error)) from None
    if stored is None:
        raise NobodySignedIn(f"nobody is signed in; sign in: {AGAIN}")
    point_at(settings.twitch.api_url)
    async with AsyncExitStack() as held:
        http = await held.enter_async_context(session())
        auth = Auth(http, settings.twitch.auth_url, stored.client_id)
        account = Account(Who.STREAMER, stored, file, auth)
        held.push_async_callback(account.settle)
        await account.validate()
        return await act(Helix(http, account), account)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - a command's own output
