"""`python -m bot login | rewards`: signing in to a platform, and what only a signed-in user can do.

Does not start the bot. One that runs takes a new sign-in once the old one is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from bot import exits
from bot.chat.connector import ConnectorError, Lost, one_line
from bot.chat.twitch_account import Account, Refused
from bot.chat.twitch_api import Helix, RewardShown, point_at, session
from bot.chat.twitch_auth import Auth, Device
from bot.chat.twitch_login import NoSuchApp, sign_in
from bot.chat.twitch_scopes import CHAT, REDEMPTIONS, SEND, of_bot, of_streamer
from bot.chat.twitch_tokens import AGAIN, TokenFile, TokenFileError, Who
from bot.exits import BadInput
from bot.findings import Finding, Word
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
_LONGEST_TITLE = 45
"""Characters, by Twitch's rule."""

T = TypeVar("T")


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
    title = title.strip()
    if not 0 < len(title) <= _LONGEST_TITLE:
        raise BadInput(
            f"a reward's title has 1 to {_LONGEST_TITLE} characters; this one has {len(title)}"
        )

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


async def state(settings: Settings) -> list[Finding]:
    """Who is signed in and what that gives, for `check`. Raises BadInput, NobodySignedIn."""

    async def look(helix: Helix, account: Account) -> list[Finding]:
        now = account.sign_in
        if CHAT not in now.scopes:
            raise BadInput(
                f"the sign-in of {now.login} does not allow {CHAT}; sign in again: {AGAIN}"
            )
        reads = await _channels(helix, settings)
        rewards, not_asked = await _rewards(helix)
        known = Finding(Word.OK, f"signed in as {now.login}{reads}{rewards}")
        return [known, *not_asked, *_missed(settings, now.scopes, alone=not writes)]

    async def look_at_bot(_: Helix, account: Account) -> list[Finding]:
        if SEND in account.sign_in.scopes:
            return [Finding(Word.OK, f"writes as {account.sign_in.login}")]
        raise BadInput(f"the bot's sign-in does not allow {SEND}; sign in again: {AGAIN} --bot")

    try:
        writes = TokenFile(settings.state_dir).load(Who.BOT) is not None
        found = await signed_in(settings, look)
        return found + (await signed_in(settings, look_at_bot, Who.BOT) if writes else [])
    except TokenFileError as error:
        raise BadInput(str(error)) from None
    except ConnectorError as error:
        if not isinstance(error, Lost) and not _passes(error):
            again = f"; sign in again: {AGAIN}" if isinstance(error, Refused) else ""
            raise BadInput(f"{one_line(error)}{again}") from None
        why = f"somebody is signed in; Twitch cannot be asked now: {one_line(error)}"
        return [Finding(Word.NOT_ASKED, why)]


def _passes(error: ConnectorError) -> bool:
    """Whether the platform refuses for a fault of its own, or since it is asked too much."""
    return isinstance(error, Refused) and (error.status == 429 or error.status >= 500)


def _missed(settings: Settings, scopes: Sequence[str], *, alone: bool) -> Iterator[Finding]:
    """What a sign-in would give that allowed more; `alone`: no other account writes."""
    wanted = of_streamer(settings)
    lacks = {scope for scope in wanted if scope not in scopes}
    missed = []
    if alone and SEND in lacks:
        missed.append((SEND, "nothing can be written into chat"))
    if lacks.issuperset(REDEMPTIONS):
        missed.append((REDEMPTIONS[0], "rewards without a text are not read"))
    if REDEMPTIONS[1] in lacks:
        missed.append((REDEMPTIONS[1], "rewards can be neither made nor given back"))
    for scope, what in missed:
        yield Finding(
            Word.NOTE, f"{what}: the sign-in does not allow {scope}; to allow it: {AGAIN}"
        )


async def _channels(helix: Helix, settings: Settings) -> str:
    channels = settings.twitch.channels
    if not channels:
        return ", no channel set"
    found = await helix.user_ids(channels)
    if missing := [channel for channel in channels if channel not in found]:
        raise BadInput(f"ISHOWTTS_TWITCH__CHANNELS: there is no channel {', '.join(missing)}")
    return f", reads {', '.join(f'#{channel}' for channel in channels)}"


async def _rewards(helix: Helix) -> tuple[str, list[Finding]]:
    """What cannot be refunded, and what could not be asked."""
    try:
        ours = {reward.id for reward in await helix.rewards(ours=True)}
        others = [r for r in await helix.rewards(ours=False) if r.id not in ours]
    except Refused as error:
        if _passes(error):
            why = f"whether its rewards can be refunded: {one_line(error)}"
            return "", [Finding(Word.NOT_ASKED, why)]
        return "", []  # only affiliates and partners have rewards
    if not others:
        return "", []
    return (
        f"; these rewards cannot be refunded, since python -m bot rewards add did not make "
        f"them: {', '.join(map(_title, others))}"
    ), []


def _title(reward: RewardShown) -> str:
    return repr(reward.title[:_LONGEST_TITLE])


class NobodySignedIn(BadInput):
    """There is no stored sign-in."""


async def signed_in(
    settings: Settings,
    act: Callable[[Helix, Account], Coroutine[Any, Any, T]],
    who: Who = Who.STREAMER,
) -> T:
    """Do something as an account.

    Raises:
        BadInput: nobody is signed in, or to another app than the settings'.
        Refused, Lost, SignInGone: as Twitch answers.
    """
    file = TokenFile(settings.state_dir)
    try:
        stored = file.load(who)
    except TokenFileError as error:
        raise BadInput(str(error)) from None
    if stored is None:
        raise NobodySignedIn(f"nobody is signed in; sign in: {AGAIN}")
    if who is Who.STREAMER and settings.twitch.client_id not in ("", stored.client_id):
        raise BadInput(
            f"ISHOWTTS_TWITCH__CLIENT_ID is another app than {stored.login} signed in to; "
            f"set it back, or sign in again: {AGAIN}"
        )
    point_at(settings.twitch.api_url)
    async with AsyncExitStack() as held:
        http = await held.enter_async_context(session())
        auth = Auth(http, settings.twitch.auth_url, stored.client_id)
        account = Account(who, stored, file, auth)
        held.push_async_callback(account.settle)
        await account.validate()
        return await act(Helix(http, account), account)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - a command's own output
