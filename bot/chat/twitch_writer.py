"""Writing into Twitch chats: as the account that reads, or as a bot's own.

Does not know what is said, nor when; `sender` does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from bot.chat.connector import Lost
from bot.chat.sender import Sender
from bot.chat.twitch_account import Account, SignInGone
from bot.chat.twitch_api import Helix
from bot.chat.twitch_scopes import SEND
from filters.message import ChatMessage, Rank

log = logging.getLogger(__name__)


class Writer:
    """The way into the chats, while there is one."""

    def __init__(self, name: str) -> None:
        self.sender = Sender(name, self._send)
        """Says what it is given as soon as it may."""
        self._name = name
        self._helix: Helix | None = None
        self._account: Account | None = None
        self._told = ""
        """The token of the sign-in that was last told to be gone."""
        self._me = ""
        self._alone = False
        self._ids: Mapping[str, str] = {}

    def begin(self, helix: Helix, account: Account, ids: Mapping[str, str], *, alone: bool) -> None:
        """Write as this account from now on; `ids`: the channels' ids by name; `alone`: it does
        nothing else, and nobody else writes as it."""
        self._helix, self._ids, self._alone = helix, ids, alone
        self._account = account
        self._me = account.sign_in.user_id
        for name, ident in ids.items():
            if ident == self._me:
                self.sender.moderates(name)

    def end(self) -> None:
        """There is no connection any more."""
        self._helix = None

    async def keep(self, account: Account, seconds: float) -> None:
        """See that a bot's own account may write, until cancelled; chat is read without it."""
        try:
            await account.hold(SEND, seconds, at_once=True)
        except SignInGone as error:
            self._lose(error)
        await asyncio.Event().wait()

    def is_echo(self, message: ChatMessage) -> bool:
        """Whether the bot wrote a line itself; and whether it is a moderator, seen from that."""
        if message.author.id != self._me:
            return False
        if message.author.rank >= Rank.MODERATOR:
            self.sender.moderates(message.channel)
        return self._alone or self.sender.is_ours(message.channel, message.id, message.text)

    async def _send(self, channel: str, text: str, reply_to: str) -> str:
        if self._helix is None or channel not in self._ids:
            raise Lost("not connected")
        try:
            return await self._helix.send(self._ids[channel], text, reply_to)
        except SignInGone as error:
            if not self._alone:
                raise
            self._lose(error)
            raise Lost("the bot's account is not signed in") from None

    def _lose(self, error: SignInGone) -> None:
        token = self._account.sign_in.access if self._account is not None else ""
        if self._helix is not None and token != self._told:
            self._told = token
            log.error("%s: nothing is written into chat: %s", self._name, error)
        self._helix = None
