"""One signed-in account: its tokens in force, renewed by one request however many ask at once.

Does not know how a token is renewed (`Renewer` does) nor what it is used for.

    SignInGone      Fatal: the user must sign in again; no request can help
    Refused         the platform answered a request with an error
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.chat.connector import ConnectorError, Fatal, Lost
from bot.chat.twitch_tokens import AGAIN, SignIn, TokenFile, TokenFileError, Who

log = logging.getLogger(__name__)

_SHORT_S = 300
"""A token that lives no longer than this is renewed before it is used."""
_SETTLE_S = 10.0
_AGAIN_S = 60.0
"""Between two looks where the platform cannot tell."""


class SignInGone(Fatal):
    """The sign-in has ended: expired, revoked, or made for another app."""


class Refused(ConnectorError):
    """The platform answered a request with an error."""

    def __init__(self, status: int, said: str) -> None:
        """`status`: HTTP's; `said`: the platform's own words."""
        super().__init__(f"Twitch answers {status}: {said}"[:200])
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the platform gives for a code, or for the token that renews."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Valid:
    """What the platform says of a token."""

    client_id: str
    user_id: str
    login: str
    scopes: tuple[str, ...]
    seconds: float
    """How long it lives on; 0: without an end."""


class Renewer(Protocol):
    """Asks the platform about tokens. Raises Refused, Lost."""

    async def renewed(self, refresh: str) -> Tokens:
        """New tokens; the old ones are void from then on."""

    async def valid(self, access: str) -> Valid:
        """Whose the token is. Refused with 401: nobody's any more."""


class Account:
    """A sign-in that keeps itself fresh and saved."""

    def __init__(self, who: Who, sign_in: SignIn, file: TokenFile, renewer: Renewer) -> None:
        self._who = who
        self._now = sign_in
        self._file = file
        self._renewer = renewer
        self._renewal: asyncio.Task[None] | None = None

    @property
    def sign_in(self) -> SignIn:
        """As it is now."""
        return self._now

    async def hold(self, scope: str, seconds: float, *, at_once: bool = False) -> None:
        """Look every so many seconds whether the sign-in still holds, until it does not.

        Raises:
            SignInGone: it cannot be renewed, or does not allow `scope`.
        """
        pause = 0.0 if at_once else seconds
        while True:
            await asyncio.sleep(pause)
            try:
                await self.validate(scope)
                pause = seconds
            except Lost as error:
                log.debug("twitch: %s", error)
                pause = min(_AGAIN_S, seconds)

    async def validate(self, scope: str = "") -> None:
        """Ask whether the sign-in still holds, and renew it if it does not, or not for long.

        Raises:
            SignInGone: it cannot be renewed, or does not allow `scope`.
            Lost, Refused: the platform cannot tell now.
        """
        valid = await self._valid()
        if valid is None or 0 < valid.seconds < _SHORT_S:
            await self.renew(self._now.access)
            valid = await self._valid()
        if valid is None:
            raise self._gone("its new token is not accepted")
        if valid.user_id != self._now.user_id or valid.client_id != self._now.client_id:
            raise self._gone("its token belongs to another account or app")
        self._now = replace(self._now, login=valid.login, scopes=valid.scopes)
        if scope and scope not in valid.scopes:
            raise SignInGone(f"the sign-in of {valid.login} does not allow {scope}; {self._again}")

    async def _valid(self) -> Valid | None:
        try:
            return await self._renewer.valid(self._now.access)
        except Refused as error:
            if error.status != 401:
                raise Lost(f"the sign-in cannot be checked now: {error}") from None
            return None

    async def renew(self, stale: str) -> None:
        """See that the token is another one than `stale`. Raises SignInGone, Lost."""
        if self._now.access != stale:
            return
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(), name=f"renew {self._who}")
        # The old token is void once the request is out: whoever leaves must not take it along.
        await asyncio.shield(self._renewal)

    async def settle(self) -> None:
        """Wait until a renewal under way is saved. To be called before the program lets go."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal}, timeout=_SETTLE_S)
            if self._renewal.done() and not self._renewal.cancelled():
                self._renewal.exception()  # whoever asked for it was told, or has left

    async def _renew(self) -> None:
        if await self._taken_from_file():
            return
        try:
            tokens = await self._renewer.renewed(self._now.refresh)
        except Refused as error:
            if error.status in (400, 401):
                raise self._gone("it has expired or was revoked") from None
            if error.status == 403:
                raise self._gone(f"the app refuses: {error.said!r}; is its type Public?") from None
            raise Lost(f"the sign-in cannot be renewed now: {error}") from None
        new = replace(self._now, access=tokens.access, refresh=tokens.refresh)
        try:
            await asyncio.to_thread(self._file.save, new, self._who)
        except TokenFileError as error:
            log.error("the new sign-in is lost when the bot stops: %s", error)
        self._now = new

    async def _taken_from_file(self) -> bool:
        """Take a newer sign-in of the same account, made beside the running bot."""
        try:
            stored = await asyncio.to_thread(self._file.load, self._who)
        except TokenFileError as error:
            log.warning("%s", error)
            return False
        if stored is None or stored.access == self._now.access:
            return False
        if (stored.user_id, stored.client_id) != (self._now.user_id, self._now.client_id):
            return False
        self._now = stored
        return True

    def _gone(self, why: str) -> SignInGone:
        return SignInGone(f"the sign-in of {self._now.login} is gone: {why}; {self._again}")

    @property
    def _again(self) -> str:
        return f"sign in again: {AGAIN}{' --bot' if self._who is Who.BOT else ''}"
