"""A session of chat: its connection, wherever the server moves it, and what comes over it.

Does not know the account, nor how often it may fail. What is sent again, what is older than the
start and what the bot wrote itself goes no further.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.chat import twitch_events as events
from bot.chat.connector import Emit, Fatal
from bot.chat.moving import Visit
from bot.chat.twitch_account import SignInGone
from bot.chat.twitch_acts import Acts
from bot.chat.twitch_socket import EventSubLink, Message, Timing
from bot.chat.twitch_subscriptions import Subscriptions
from bot.chat.twitch_tokens import AGAIN
from bot.recent import Recent
from filters.message import ChatMessage, Event

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
_REMEMBERED_S = 600.0
_SLACK = timedelta(seconds=5)
"""What was sent so little before the start is taken for sent after it."""
_FINAL = {
    "chat_user_banned": "the account is banned there",
    "user_removed": "the account or the channel no longer exists",
    "version_removed": "the platform has changed it; look for a newer version of this program",
    "moderator_removed": "the account is no longer a moderator there",
}


class Fresh:
    """What has come already, and when it began; outlives connections."""

    def __init__(self) -> None:
        self._seen = Recent(keys=_REMEMBERED, seconds=_REMEMBERED_S)
        self._start: datetime | None = None

    def is_new(self, message: Message) -> bool:
        """Whether a message has not come before."""
        if message.type == "session_welcome":
            # By the server's clock: that of this machine may be wrong by minutes.
            self._start = self._start or _time(message.at)
        now = asyncio.get_running_loop().time()
        return not message.id or self._seen.add(message.id, now)

    def is_too_old(self, message: Message) -> bool:
        """Whether a message is of before the start."""
        at = _time(message.at)
        return at is not None and self._start is not None and at < self._start - _SLACK


class ChatSession:
    """From one connection to the next that the supervisor makes."""

    def __init__(
        self,
        name: str,
        subscriptions: Subscriptions,
        fresh: Fresh,
        acts: Acts,
        is_echo: Callable[[ChatMessage], bool],
        emit: Emit,
        left_out: Callable[[], None],
    ) -> None:
        """`is_echo` says whether the bot wrote a line itself; `left_out` is called for each that
        is too old."""
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Gets the error with which the platform ended it for good."""
        self.unknown: Counter[str] = Counter()
        """How many notifications were passed over, by their type."""
        self._name = name
        self._subscriptions = subscriptions
        self._fresh = fresh
        self._is_echo = is_echo
        self._emit = emit
        self._left_out = left_out
        self._acts = acts

    async def read(self, http: aiohttp.ClientSession, url: str, timing: Timing) -> None:
        """Read until the connection is lost; always ends by raising."""

        def connect(old: EventSubLink | None) -> EventSubLink:
            link = EventSubLink(http, url, old, timing, self._take)

            def joined(session: asyncio.Future[str]) -> None:
                if not session.cancelled():
                    self._subscriptions.begin(session.result(), moved=old is not None)

            link.joined.add_done_callback(joined)
            return link

        visit = Visit(connect, self._name, timing.spacing)
        try:
            await visit.stay()
        finally:
            await visit.end()

    def _take(self, message: Message) -> None:
        if not self._fresh.is_new(message):
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
            self._pass_over(kind)
            return
        if self._fresh.is_too_old(message):
            return self._left_out() if isinstance(happened, ChatMessage) else None
        at = _time(message.at)
        happened = replace(happened, sent=at.timestamp() if at is not None else None)
        for one in self._acts.told(kind, happened):
            self._pass_on(one)

    def _pass_on(self, event: Event) -> None:
        if not isinstance(event, ChatMessage) or not self._is_echo(event):
            self._emit(event)

    def _pass_over(self, kind: str) -> None:
        kind = kind[:80]
        if kind not in self.unknown:
            log.debug("%s: passed over: %r", self._name, kind)
        self.unknown[kind] += 1

    def _revoked(self, subscription: Mapping[str, Any]) -> None:
        why = str(subscription.get("status"))
        one = self._subscriptions.revoked(subscription)
        if why == "authorization_revoked":
            self._fail(SignInGone(f"the sign-in was taken back; sign in again: {AGAIN}"))
        elif one is not None and why in _FINAL:
            log.error("%s: %s ends: %s", self._name, one, _FINAL[why])
            try:
                self._subscriptions.give_up(one)
            except Fatal as error:
                self._fail(error)

    def _fail(self, error: Fatal) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
