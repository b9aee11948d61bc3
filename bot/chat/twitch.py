"""Twitch chat of a signed-in account: EventSub over a websocket, for every channel at once.

Does not know how often it may fail: `supervise` tries again. What comes over a connection is the
business of `twitch_session`, which events it brings that of `twitch_subscriptions`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.chat import twitch_events as events
from bot.chat.connector import Emit, Fatal, Lost, one_line
from bot.chat.moving import first
from bot.chat.twitch_account import Account, SignInGone
from bot.chat.twitch_acts import Acts
from bot.chat.twitch_api import Helix, point_at, session
from bot.chat.twitch_auth import Auth
from bot.chat.twitch_refunds import Redemption, Refunds
from bot.chat.twitch_scopes import CHAT, REDEMPTIONS, reads_rewards
from bot.chat.twitch_session import ChatSession, Fresh
from bot.chat.twitch_socket import DEFAULT, Timing
from bot.chat.twitch_subscriptions import Subscriptions, wanted
from bot.chat.twitch_tags import PLATFORM
from bot.chat.twitch_tokens import AGAIN, SignIn, TokenFile, TokenFileError, Who
from bot.chat.twitch_writer import Writer
from bot.settings import Settings
from filters.message import ChatMessage

log = logging.getLogger(__name__)

_Job = Coroutine[Any, Any, None] | asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the platform is; no slash at the end."""

    api: str
    auth: str
    eventsub: str


def connector(settings: Settings) -> Twitch | None:
    """The connector for the channels of the settings; None without a stored sign-in.

    Raises:
        TokenFileError: the sign-in cannot be read.
    """
    file, twitch = TokenFile(settings.state_dir), settings.twitch
    sign_in = file.load()
    if sign_in is None:
        return None
    return Twitch(
        twitch.channels,
        file,
        sign_in,
        Addresses(twitch.api_url, twitch.auth_url, twitch.eventsub_url),
        bot=file.load(Who.BOT),
        rewards=reads_rewards(settings),
        client_id=twitch.client_id,
    )


class Twitch:
    """Reads channels, and writes into them."""

    platform = "twitch"
    moderated = True

    def __init__(
        self,
        channels: Sequence[str],
        file: TokenFile,
        sign_in: SignIn,
        addresses: Addresses,
        *,
        bot: SignIn | None = None,
        rewards: bool = True,
        client_id: str = "",
        timing: Timing = DEFAULT,
    ) -> None:
        """`channels`: login names; `bot`: the account that writes, if it is not `sign_in`;
        `client_id`: the app that is to be signed in to, if it matters."""
        self.name = _name(channels)
        self.on_connected: Callable[[], None] = lambda: None
        self.on_left_out: Callable[[], None] = lambda: None
        self.session: ChatSession | None = None
        """What is read now."""
        self._writer = Writer(self.name)
        self.sender = self._writer.sender
        """Writes into the chats while the connector runs."""
        self._channels = channels
        self._file = file
        self._sign_in = sign_in
        self._bot = bot if bot is None or bot.user_id != sign_in.user_id else None
        self._addresses = addresses
        self._rewards = rewards
        self._client_id = client_id
        self._timing = timing
        self._fresh = Fresh()
        self._there: Subscriptions | None = None
        self._acts = Acts(self._brings)
        self._refunds = Refunds()
        self._told: set[str] = set()
        self._void: set[str] = set()

    def give_back(self, message: ChatMessage) -> None:
        """See to it that its viewer gets the points back; see `GivesBack`."""
        # Only what came as a redemption has a redemption's id. What an earlier run left is owed
        # before it is known how they come now.
        if (
            message.platform == PLATFORM
            and message.reward is not None
            and self._rewards
            and (self._there is None or self._brings(events.REDEEMED, message.channel))
        ):
            reward = message.reward
            self._refunds.add(Redemption(message.id, reward.id, reward.title))

    async def run(self, emit: Emit) -> None:
        """Emit chat events until the connection is lost; always ends by raising.

        A sign-in that is gone is told once, and a new one waited for.

        Raises:
            Fatal: there is no channel to read.
            Lost, Refused, aiohttp.ClientError, OSError: the connection failed or ended.
        """
        try:
            await self._read(emit)
        except SignInGone as error:
            log.error("%s: %s", self.name, one_line(error))
            self._void.add(self._sign_in.access)
            self._sign_in = await self._new_sign_in()
            raise Lost("somebody has signed in again") from None

    async def _new_sign_in(self) -> SignIn:
        """Wait for another sign-in than those that are known to be gone."""
        while True:
            try:
                stored = self._file.load()
            except TokenFileError as error:
                log.debug("%s: %s", self.name, error)
            else:
                if stored is not None and stored.access not in self._void:
                    return stored
            await asyncio.sleep(self._timing.sign_in)

    async def _read(self, emit: Emit) -> None:
        if self._client_id and self._client_id != self._sign_in.client_id:
            raise SignInGone(f"the client id has changed since the sign-in; sign in again: {AGAIN}")
        point_at(self._addresses.api)
        async with AsyncExitStack() as held:
            http = await held.enter_async_context(session())
            sockets = await held.enter_async_context(aiohttp.ClientSession())
            reader = self._account(Who.STREAMER, self._sign_in, http, held)
            await reader.validate(CHAT)
            self._miss_rewards(reader.sign_in)
            helix = Helix(http, reader)
            ids = await self._find(helix, reader.sign_in)
            jobs: list[_Job] = [reader.hold(CHAT, self._timing.validate)]
            if REDEMPTIONS[1] in reader.sign_in.scopes:
                jobs.append(self._refunds.run(helix, self.name))
            if self._bot is None:
                self._writer.begin(helix, reader, ids, alone=False)
            else:
                bot = self._account(Who.BOT, self._bot, http, held)
                self._writer.begin(Helix(http, bot), bot, ids, alone=True)
                jobs.append(self._writer.keep(bot, self._timing.validate))
            held.callback(self._writer.end)
            asked = wanted(ids, reader.sign_in.user_id, reader.sign_in.scopes, self._rewards)
            there = self._there = Subscriptions(helix, asked, self._timing.compare)
            echo, left_out = self._writer.is_echo, self.on_left_out
            chat = ChatSession(self.name, there, self._fresh, self._acts, echo, emit, left_out)
            self.session = chat
            await _until_one_fails(
                [
                    *jobs,
                    chat.read(sockets, self._addresses.eventsub, self._timing),
                    chat.failed,
                    there.keep(),
                    self._tell(there),
                    self.sender.run(),
                ]
            )

    def _brings(self, kind: str, channel: str) -> bool:
        return self._there is not None and self._there.brings(kind, channel)

    def _account(
        self, who: Who, sign_in: SignIn, http: aiohttp.ClientSession, held: AsyncExitStack
    ) -> Account:
        """An account that, when it is let go, is saved, and taken up again by the next run."""
        auth = Auth(http, self._addresses.auth, sign_in.client_id)
        account = Account(who, sign_in, self._file, auth)

        async def let_go() -> None:
            await account.settle()
            if who is Who.BOT:
                self._bot = account.sign_in
            else:
                self._sign_in = account.sign_in

        held.push_async_callback(let_go)
        return account

    def _miss_rewards(self, sign_in: SignIn) -> None:
        lacks = self._rewards and set(REDEMPTIONS).isdisjoint(sign_in.scopes)
        if lacks and sign_in.login in self._channels and REDEMPTIONS[0] not in self._told:
            self._told.add(REDEMPTIONS[0])
            log.warning(
                "%s: of rewards only those with a text are read: the sign-in does not allow %s; "
                "sign in again: %s",
                self.name,
                REDEMPTIONS[0],
                AGAIN,
            )

    async def _find(self, helix: Helix, sign_in: SignIn) -> dict[str, str]:
        """The channels that exist, with their ids. Raises Fatal if there is none."""
        found = {sign_in.login: sign_in.user_id}
        if others := [channel for channel in self._channels if channel not in found]:
            found |= await helix.user_ids(others)
        missing = [channel for channel in self._channels if channel not in found]
        if len(missing) == len(self._channels):
            raise Fatal(f"there is no channel {' or '.join(map(repr, missing))}: correct its name")
        for channel in missing:
            if channel not in self._told:
                self._told.add(channel)
                log.error("twitch: there is no channel %r: is the name spelt right?", channel)
        return {channel: found[channel] for channel in self._channels if channel in found}

    async def _tell(self, there: Subscriptions) -> None:
        """Say that chat is there, once it is."""
        await there.complete.wait()
        self.name = _name(there.channels)
        self.on_connected()
        await asyncio.Event().wait()


def _name(channels: Iterable[str]) -> str:
    return f"twitch {', '.join(f'#{channel}' for channel in channels)}"


async def _until_one_fails(jobs: Iterable[_Job]) -> None:
    """Run jobs that have no end until one raises; the others are cancelled, and it is raised."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await first(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    errors = [r for r in results if isinstance(r, Exception)]
    # What only the user can mend is told, whatever else broke with it.
    raise next((e for e in errors if isinstance(e, Fatal)), errors[0])
