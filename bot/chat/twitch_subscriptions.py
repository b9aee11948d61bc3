"""Which events a chat connection is to bring, and keeping it so: wanted is compared with actual.

Does not know connections but by their session's id, nor what the events mean.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.chat import twitch_events as events
from bot.chat.connector import ConnectorError, Fatal, Lost
from bot.chat.twitch_account import Refused
from bot.chat.twitch_scopes import REDEMPTIONS
from bot.chat.twitch_tokens import AGAIN

log = logging.getLogger(__name__)

_UNSURE_S = 1.0
"""Before the next look, where the platform says that there is what was not asked for."""
_OF_CHAT = (
    events.MESSAGE,
    events.DELETED,
    events.AUTHOR_CLEARED,
    events.CLEARED,
    events.NOTICE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of event of one channel."""

    kind: str
    channel: str
    """The channel's login name."""
    condition: tuple[tuple[str, str], ...]
    """What the platform is told of channel and reader, sorted."""
    version: str = "1"

    def __str__(self) -> str:
        return f"{self.kind} of #{self.channel}"


def wanted(
    channels: Mapping[str, str], reader: str, scopes: Iterable[str], rewards: bool
) -> list[Wanted]:
    """What to ask for: chat of every channel (name to id), rewards of the reader's own."""
    found = []
    for name, ident in channels.items():
        chat = (("broadcaster_user_id", ident), ("user_id", reader))
        found += [Wanted(kind, name, chat) for kind in _OF_CHAT]
        if rewards and ident == reader and not set(REDEMPTIONS).isdisjoint(scopes):
            found.append(Wanted(events.REDEEMED, name, (("broadcaster_user_id", ident),)))
    return found


class Existing(Protocol):
    """A subscription as the platform lists it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def condition(self) -> Mapping[str, str]: ...
    @property
    def session(self) -> str: ...
    @property
    def enabled(self) -> bool: ...


class Subscriber(Protocol):
    """Asks the platform. Raises Refused, Lost, SignInGone."""

    async def subscribe(
        self, kind: str, version: str, condition: Mapping[str, str], session_id: str
    ) -> str: ...
    async def subscriptions(self) -> Iterable[Existing]: ...


class Subscriptions:
    """The subscriptions of one session, wherever the session's connection moves."""

    def __init__(self, subscriber: Subscriber, wanted: Iterable[Wanted], compare: float) -> None:
        """`compare`: seconds between two looks."""
        self._subscriber = subscriber
        self._wanted = list(wanted)
        self._compare = compare
        self._there: dict[Wanted, str] = {}
        self._sessions: list[str] = []
        self._changed = asyncio.Event()
        self._told: set[object] = set()
        self._unsure = False
        self.complete = asyncio.Event()
        """Set while every event that is wanted is subscribed to."""

    @property
    def channels(self) -> list[str]:
        """The channels whose chat is, or is to be, read."""
        return [w.channel for w in self._wanted if w.kind == events.MESSAGE]

    def brings(self, kind: str, channel: str) -> bool:
        """Whether events of this kind of this channel come."""
        return any(w.kind == kind and w.channel == channel for w in self._there)

    def begin(self, session: str, *, moved: bool) -> None:
        """A connection is there; `moved`: it takes over what the one before it had."""
        if not moved:
            self._there.clear()
            self._sessions.clear()
        self._sessions.append(session)
        self._changed.set()

    def revoked(self, subscription: Mapping[str, Any]) -> Wanted | None:
        """The platform took a subscription away; gives what it was, unless it is unknown."""
        ident, kind = subscription.get("id"), subscription.get("type")
        told = subscription.get("condition")
        condition = tuple(sorted(told.items())) if isinstance(told, dict) else ()
        found = {(str(kind), condition)}
        for one, there in list(self._there.items()):
            if (ident and there == ident) or _is_in(one, found):
                del self._there[one]
                self._changed.set()
                return one
        return None

    def give_up(self, one: Wanted) -> None:
        """Do not ask for it any more. Raises Fatal when no chat is left to be read."""
        self._there.pop(one, None)
        self._wanted = [w for w in self._wanted if w != one]
        if one.kind == events.MESSAGE:
            self._wanted = [w for w in self._wanted if w.channel != one.channel]
            if not self._wanted:
                raise Fatal("no channel is left that can be read")

    async def keep(self) -> None:
        """See that everything is subscribed to, until cancelled.

        Raises:
            Fatal: the sign-in is gone, or nothing of what is wanted may be read.
            Lost: the platform does not know our connection.
        """
        pause = 0.0
        while True:
            await self._sleep(pause)
            if not self._sessions:
                continue
            await self._look()
            for one in list(self._wanted):
                if one in self._wanted and one not in self._there:
                    await self._ask(one)
            if all(w in self._there for w in self._wanted):
                self.complete.set()
                pause = min(self._compare, _UNSURE_S) if self._unsure else self._compare
            else:
                self.complete.clear()
                pause = min(self._compare, max(1.0, 2 * pause))

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but no longer than until something changes."""
        try:
            async with asyncio.timeout(seconds if self._sessions else None):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    async def _look(self) -> None:
        """Forget what the platform does not have. Where it cannot tell, our own list stands."""
        self._unsure = False
        if not self._there:
            return
        try:
            existing = await self._subscriber.subscriptions()
        except (Refused, Lost) as error:
            log.debug("twitch: cannot see which subscriptions there are: %s", error)
            return
        found = {
            (e.kind, tuple(sorted(e.condition.items())))
            for e in existing
            if e.enabled and e.session in self._sessions
        }
        for one in [w for w in self._there if not _is_in(w, found)]:
            log.debug("twitch: %s has gone; asking again", one)
            del self._there[one]

    async def _ask(self, one: Wanted) -> None:
        try:
            self._there[one] = await self._subscriber.subscribe(
                one.kind, one.version, dict(one.condition), self._sessions[-1]
            )
        except Refused as error:
            self._refused(one, error)
        except Lost as error:
            self._tell(one, error)

    def _refused(self, one: Wanted, error: Refused) -> None:
        match error.status:
            case 409:  # it is there already, it says; soon looked at
                self._there[one] = ""
                self._unsure = True
            case 400 if "session" in error.said:
                raise Lost(f"the platform does not know our connection: {error}")
            case 400 | 403 | 404:
                self._warn(one, error)
                self.give_up(one)
            case _:  # too often, or a fault of theirs: asked again soon
                self._tell(one, error)

    def _warn(self, one: Wanted, error: ConnectorError) -> None:
        if one.kind == events.MESSAGE:
            log.error(
                "twitch: #%s cannot be read (%s): is the account banned there? "
                "If not, sign in again: %s",
                one.channel,
                error,
                AGAIN,
            )
        else:
            log.warning("twitch: %s does not come (%s); sign in again: %s", one, error, AGAIN)

    def _tell(self, one: Wanted, error: ConnectorError) -> None:
        level = logging.DEBUG if one in self._told else logging.WARNING
        self._told.add(one)
        log.log(level, "twitch: %s does not come yet, trying again: %s", one, error)


def _is_in(one: Wanted, found: set[tuple[str, tuple[tuple[str, str], ...]]]) -> bool:
    # The platform lists conditions with more keys, empty ones, than it was told.
    return any(
        kind == one.kind and set(one.condition) <= set(condition) for kind, condition in found
    )
