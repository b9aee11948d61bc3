"""What the bot itself writes into chat: one sender with its own budget, merged, never stale.

Does not know a platform, nor why something is said.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.chat.connector import ConnectorError, Fatal, Lost, one_line
from bot.recent import Recent

log = logging.getLogger(__name__)

MOST = 500
"""Characters of one message."""
WINDOW_S = 30.0
BUDGET = 20
"""Messages in that time."""
MODERATOR_BUDGET = 100
"""Messages in that time where the account is moderator or broadcaster."""
SPACING_S = 1.0
STALE_S = 10.0
"""An answer that is older helps nobody."""
_WAITING = 100
_RETRY_S = 2.0
_ECHO_S = 30.0
"""Within which a line of the account with the same text is its own echo, and not typed by hand."""
_BETWEEN = " | "


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say."""

    channel: str
    text: str
    at: float
    """When it was asked for, by the loop's clock."""
    reply_to: str = ""
    """The message that it answers."""


Send = Callable[[str, str, str], Awaitable[str]]
"""Writes a text into a channel as the answer to a message or to none; gives the new one's id."""


class Sender:
    """Says what was asked for as soon as the platform's limits allow. Has no task of its own."""

    def __init__(self, name: str, send: Send) -> None:
        self._name = name
        self._send = send
        self._waiting: deque[Reply] = deque(maxlen=_WAITING)
        self._something = asyncio.Event()
        self._times: deque[float] = deque()
        self._moderates: set[str] = set()
        self._said = Recent(keys=1000, seconds=WINDOW_S)
        self._ours = Recent(keys=1000, seconds=600.0)
        self._failing = False

    def say(self, channel: str, text: str, reply_to: str = "") -> None:
        """Have something said. Never waits, and never fails: what cannot be said is left out."""
        text = " ".join(text.split())[:MOST]
        if text:
            self._waiting.append(Reply(channel, text, _now(), reply_to))
            self._something.set()

    def moderates(self, channel: str) -> None:
        """The account may say more there."""
        self._moderates.add(channel)

    def is_ours(self, channel: str, ident: str, text: str) -> bool:
        """Whether a line of the account's own is one that was said here; not to be spoken.

        It may come back before the platform has told its id, so that the text counts as well.
        """
        return self._ours.holds(ident, _now()) or self._ours.holds((channel, text), _now())

    async def run(self) -> None:
        """Say what waits, until cancelled. Raises Fatal when the account cannot any more."""
        while True:
            await self._something.wait()
            await self._wait_for_turn()
            if (reply := self._next()) is not None:
                await self._attempt(reply)

    async def _wait_for_turn(self) -> None:
        while self._waiting:
            now = _now()
            while self._times and now - self._times[0] >= WINDOW_S:
                self._times.popleft()
            modest = self._waiting[0].channel not in self._moderates
            budget = BUDGET if modest else MODERATOR_BUDGET
            wait = self._times[-1] + SPACING_S - now if self._times else 0.0
            if len(self._times) >= budget:
                wait = max(wait, self._times[-budget] + WINDOW_S - now)
            if wait <= 0:
                return
            # What becomes stale meanwhile makes room for what does not.
            await asyncio.sleep(min(wait, SPACING_S))
            self._leave_out_stale()

    def _leave_out_stale(self) -> None:
        now = _now()
        while self._waiting and now - self._waiting[0].at > STALE_S:
            log.debug("%s: a reply is left out: it waited too long", self._name)
            self._waiting.popleft()

    def _next(self) -> Reply | None:
        """What waits for the same channel as the oldest, as one message."""
        self._leave_out_stale()
        merged: Reply | None = None
        rest: list[Reply] = []
        for reply in self._waiting:
            if self._said.holds((reply.channel, reply.text), _now()):
                continue  # the platform refuses the same text twice
            if merged is None:
                merged = reply
            elif (both := _merge(merged, reply)) is not None:
                merged = both
            elif reply.text != merged.text:
                rest.append(reply)
        self._waiting.clear()
        self._waiting.extend(rest)
        if not rest:
            self._something.clear()
        return merged

    async def _attempt(self, reply: Reply) -> None:
        now = _now()
        self._times.append(now)
        self._ours.add((reply.channel, reply.text), now, _ECHO_S)
        try:
            ident = await self._send(reply.channel, reply.text, reply.reply_to)
        except Fatal:
            raise
        except Lost as error:
            self._tell(error)
            self._waiting.appendleft(reply)  # goes stale soon
            self._something.set()
            await asyncio.sleep(_RETRY_S)
        except ConnectorError as error:
            self._tell(error)
        else:
            self._failing = False
            self._ours.add(ident, _now())
            for text in reply.text.split(_BETWEEN):
                self._said.add((reply.channel, text), _now())
            self._said.add((reply.channel, reply.text), _now())

    def _tell(self, error: ConnectorError) -> None:
        level = logging.DEBUG if self._failing else logging.WARNING
        self._failing = True
        log.log(level, "%s: cannot write into chat: %s", self._name, one_line(error))


def _merge(one: Reply, other: Reply) -> Reply | None:
    """Both as one message; None if they do not go together."""
    if one.channel != other.channel or other.text in one.text.split(_BETWEEN):
        return None
    text = one.text + _BETWEEN + other.text
    return Reply(one.channel, text, one.at) if len(text) <= MOST else None


def _now() -> float:
    return asyncio.get_running_loop().time()
