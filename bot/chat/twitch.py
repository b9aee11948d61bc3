"""Twitch chat of a signed-in account: EventSub over a websocket, for every channel at once.

Does not know how often it may fail: `supervise` tries again. What happened stands in
`twitch_events`, which of several events of one act counts in `twitch_acts`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.chat import twitch_events as events
from bot.chat.connector import Emit, Fatal, Lost
from bot.chat.moving import Visit, first
from bot.chat.sender import Sender
from bot.chat.twitch_account import Account, SignInGone
from bot.chat.twitch_acts import Acts
from bot.chat.twitch_api import Auth, Helix, point_at, session
from bot.chat.twitch_scopes import CHAT, REDEMPTIONS, SEND, reads_rewards
from bot.chat.twitch_socket import DEFAULT, EventSubLink, Message, Timing
from bot.chat.twitch_subscriptions import Subscriptions, wanted
from bot.chat.twitch_tokens import AGAIN, SignIn, TokenFile, Who
from bot.recent import Recent
from bot.settings import Settings
from filters.message import ChatMessage, Event, Rank

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
_REMEMBERED_S = 600.0
_SLACK = timedelta(seconds=5)
"""What was sent so little before the start is taken for sent after it."""
_RETRY_VALIDATE_S = 60.0
_Job = Coroutine[Any, Any, None] | asyncio.Future[None]
_FINAL = {
    "chat_user_banned": "the account is banned there",
    "user_removed": "the account or the channel no longer exists",
    "version_removed": "the platform has changed it; look for a newer version of this program",
    "moderator_removed": "the account is no longer a moderator there",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the platform is; no slash at the end."""

    api: str
    auth: str
    eventsub: str


class Twitch:
    """Reads channels, and writes into them."""

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
        self.name = f"twitch {', '.join(f'#{channel}' for channel in channels)}"
        self.on_connected: Callable[[], None] = lambda: None
        self.sender = Sender(self.name, self._send)
        """Writes into the chats while the connector runs."""
        self.unknown: Counter[str] = Counter()
        """How many notifications of which unknown type came."""
        self._channels = channels
        self._file = file
        self._sign_in = sign_in
        self._bot = bot
        self._addresses = addresses
        self._rewards = rewards
        self._client_id = client_id
        self._timing = timing
        self._seen = Recent(keys=_REMEMBERED, seconds=_REMEMBERED_S)
        self._start: datetime | None = None
        self._missing: set[str] = set()
        self._ids: dict[str, str] = {}
        self._writer: Helix | None = None
        self._complained = False

    async def run(self, emit: Emit) -> None:
        """Emit chat events until the connection is lost; always ends by raising.

        Raises:
            Fatal: the sign-in is gone, or there is no channel to read.
            Lost, Refused, aiohttp.ClientError, OSError: the connection failed or ended.
        """
        if self._client_id and self._client_id != self._sign_in.client_id:
            raise Fatal(f"the client id has changed since the sign-in; sign in again: {AGAIN}")
        point_at(self._addresses.api, self._addresses.auth)
        async with AsyncExitStack() as held:
            requests = await held.enter_async_context(session())
            sockets = await held.enter_async_context(aiohttp.ClientSession())
            reader = self._account(Who.STREAMER, self._sign_in, requests)
            held.push_async_callback(reader.settle)
            writer = reader
            if self._bot is not None:
                writer = self._account(Who.BOT, self._bot, requests)
                held.push_async_callback(writer.settle)
            await reader.validate()
            self._check_scopes(reader)
            helix = Helix(requests, reader)
            self._writer = helix if writer is reader else Helix(requests, writer)
            self._ids = await self._find(helix)
            run = _Run(self, helix, reader, sockets, emit)
            jobs: list[_Job] = [
                run.read(),
                run.subscriptions.keep(),
                run.tell(),
                run.failed,
                self._validate(reader),
                self.sender.run(),
            ]
            if writer is not reader:
                jobs.append(self._check_writer(writer))
            try:
                await _until_one_fails(jobs)
            finally:
                self._writer = None
                self._sign_in = reader.sign_in
                if self._bot is not None:
                    self._bot = writer.sign_in

    def _account(self, who: Who, sign_in: SignIn, http: aiohttp.ClientSession) -> Account:
        return Account(who, sign_in, self._file, Auth(http, sign_in.client_id))

    def _check_scopes(self, account: Account) -> None:
        sign_in = account.sign_in
        if CHAT not in sign_in.scopes:
            raise SignInGone(
                f"the sign-in of {sign_in.login} does not allow {CHAT}; sign in again: {AGAIN}"
            )
        lacks = self._rewards and set(REDEMPTIONS).isdisjoint(sign_in.scopes)
        if lacks and sign_in.login in self._channels and not self._complained:
            self._complained = True
            log.warning(
                "%s: rewards without text are not read: the sign-in does not allow %s; "
                "sign in again: %s",
                self.name,
                REDEMPTIONS[0],
                AGAIN,
            )

    async def _find(self, helix: Helix) -> dict[str, str]:
        """The channels that exist, with their ids."""
        found = await helix.user_ids(self._channels)
        missing = [channel for channel in self._channels if channel not in found]
        for channel in missing:
            if channel not in self._missing:
                log.error("twitch: there is no channel %r: is the name spelt right?", channel)
                self._missing.add(channel)
        if not found:
            raise Fatal(f"there is no channel {' or '.join(map(repr, missing))}: correct its name")
        return {channel: found[channel] for channel in self._channels if channel in found}

    async def _validate(self, account: Account) -> None:
        """Look every hour whether the sign-in still holds, as the platform demands."""
        pause = self._timing.validate
        while True:
            await asyncio.sleep(pause)
            try:
                await account.validate()
                pause = self._timing.validate
            except Lost as error:
                log.debug("%s: %s", self.name, error)
                pause = min(_RETRY_VALIDATE_S, self._timing.validate)

    async def _check_writer(self, account: Account) -> None:
        """The same for the account that only writes: chat is read without it."""
        try:
            await account.validate()
            if SEND not in account.sign_in.scopes:
                raise SignInGone(f"the bot's sign-in does not allow {SEND}; "
                                 f"sign in again: {AGAIN} --bot")  # fmt: skip
            await self._validate(account)
        except SignInGone as error:
            self._lose_writer(error)
        await asyncio.Event().wait()

    async def _send(self, channel: str, text: str, reply_to: str) -> str:
        if self._writer is None or channel not in self._ids:
            raise Lost("not connected")
        try:
            return await self._writer.send(self._ids[channel], text, reply_to)
        except SignInGone as error:
            if self._bot is None:
                raise
            self._lose_writer(error)
            raise Lost("the bot's account is not signed in") from None

    def _lose_writer(self, error: SignInGone) -> None:
        if self._writer is not None:
            log.error("%s: nothing is written into chat: %s", self.name, error)
        self._writer = None

    def _take(self, message: Message) -> bool:
        """Whether a message is new, and of after the start."""
        if message.id and not self._seen.add(message.id, asyncio.get_running_loop().time()):
            return False
        at = _time(message.at)
        if message.type == "session_welcome":
            # The server's clock: that of this machine may be wrong by minutes.
            self._start = self._start or at
            return False
        return at is None or self._start is None or at >= self._start - _SLACK

    def _is_echo(self, message: ChatMessage) -> bool:
        """Whether the bot wrote it itself; and what is to be learnt from that."""
        writer = self._bot or self._sign_in
        if message.author.id != writer.user_id:
            return False
        if message.author.rank >= Rank.MODERATOR:
            self.sender.moderates(message.channel)
        if self._bot is not None and self._bot.user_id != self._sign_in.user_id:
            return True
        return self.sender.is_ours(message.channel, message.id, message.text)

    def _count_unknown(self, kind: str) -> None:
        self.unknown[kind[:80]] += 1
        if self.unknown[kind[:80]] == 1:
            log.debug("%s: passed over: %.80r", self.name, kind)


class _Run:
    """One run of the connector: its session and subscriptions."""

    def __init__(
        self,
        twitch: Twitch,
        helix: Helix,
        account: Account,
        http: aiohttp.ClientSession,
        emit: Emit,
    ) -> None:
        self._twitch = twitch
        self._account = account
        self._http = http
        self._emit = emit
        ids, sign_in = twitch._ids, account.sign_in
        self.subscriptions = Subscriptions(
            helix,
            wanted(ids, sign_in.user_id, sign_in.scopes, rewards=twitch._rewards),
            twitch._timing.compare,
        )
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Gets the error with which the platform ended it."""
        self._acts = Acts(self.subscriptions.brings)
        for name, ident in ids.items():
            if ident == (twitch._bot or sign_in).user_id:
                twitch.sender.moderates(name)

    async def read(self) -> None:
        """Read, wherever the server moves the session."""
        twitch = self._twitch

        def connect(old: EventSubLink | None) -> EventSubLink:
            url, timing = twitch._addresses.eventsub, twitch._timing
            link = EventSubLink(self._http, url, old, timing, self._take)

            def joined(future: asyncio.Future[str]) -> None:
                if not future.cancelled():
                    self.subscriptions.begin(future.result(), moved=link.moved)

            link.joined.add_done_callback(joined)
            return link

        visit = Visit(connect, twitch.name, twitch._timing.spacing)
        try:
            await visit.stay()
        finally:
            await visit.end()

    async def tell(self) -> None:
        """Say that chat is there, once it is."""
        await self.subscriptions.complete.wait()
        self._twitch.on_connected()
        await asyncio.Event().wait()

    def _take(self, message: Message) -> None:
        if not self._twitch._take(message):
            return
        subscription = message.payload.get("subscription")
        if not isinstance(subscription, Mapping):
            return
        if message.type == "revocation":
            self._revoked(subscription)
            return
        kind, event = str(subscription.get("type")), message.payload.get("event")
        happened = events.read(kind, event) if isinstance(event, Mapping) else None
        if happened is None:
            self._twitch._count_unknown(kind)
            return
        for one in self._acts.told(kind, happened):
            self._pass_on(one)

    def _pass_on(self, event: Event) -> None:
        if not isinstance(event, ChatMessage) or not self._twitch._is_echo(event):
            self._emit(event)

    def _revoked(self, subscription: Mapping[str, Any]) -> None:
        why = str(subscription.get("status"))
        one = self.subscriptions.revoked(subscription)
        if why == "authorization_revoked":
            login = self._account.sign_in.login
            self._fail(SignInGone(f"{login} took the sign-in back; sign in again: {AGAIN}"))
        elif one is not None and why in _FINAL:
            log.error("%s: %s ends: %s", self._twitch.name, one, _FINAL[why])
            try:
                self.subscriptions.give_up(one)
            except Fatal as error:
                self._fail(error)

    def _fail(self, error: Fatal) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)


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


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
