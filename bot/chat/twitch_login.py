"""Signing in to Twitch on another device: a code is shown, typed by the user, and exchanged.

Does not know the command line nor where a sign-in is kept.

Source: Twitch developer documentation, "Device code grant flow".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.chat.connector import Fatal, Lost
from bot.chat.twitch_account import Refused, Tokens, Valid
from bot.chat.twitch_auth import Auth, Device
from bot.chat.twitch_tokens import SignIn

_SLOWER_S = 5.0
_LONGEST_S = 60.0
_TRIES_S = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Between the tries to learn who has signed in."""


class NoSuchApp(Fatal):
    """The platform does not know the client id, or the app is not of type Public."""


async def sign_in(
    auth: Auth, client_id: str, scopes: Sequence[str], show: Callable[[Device], None]
) -> SignIn:
    """Show a code, wait until the user has typed it, and give the account.

    Raises:
        NoSuchApp: the client id is wrong.
        Fatal: the code ran out, or the user said no.
        Lost, Refused: the platform does not answer, or cannot.
    """
    try:
        device = await auth.device(scopes)
    except Refused as error:
        if error.status in (400, 401, 403, 404):
            raise NoSuchApp(f"the platform does not know this client id: {error.said}") from None
        raise
    show(device)
    try:
        async with asyncio.timeout(device.seconds):
            tokens = await _granted(auth, device, scopes)
    except TimeoutError:
        raise Fatal("nobody typed the code in time; start again") from None
    valid = await _known(auth, tokens.access)
    return SignIn(
        client_id, valid.user_id, valid.login, tokens.access, tokens.refresh, valid.scopes
    )


async def _granted(auth: Auth, device: Device, scopes: Sequence[str]) -> Tokens:
    interval = device.interval
    while True:
        try:
            return await auth.granted(device, scopes)
        except Lost:
            pass  # the code lives on while the network does not
        except Refused as error:
            if error.status == 429 or error.said == "slow_down":
                interval = min(_LONGEST_S, interval + _SLOWER_S)
            elif error.status < 500 and error.said != "authorization_pending":
                raise _refusal(error) from None
        await asyncio.sleep(interval)


async def _known(auth: Auth, access: str) -> Valid:
    """Who signed in; the code is spent by now, so a platform in trouble is asked again."""
    for wait in _TRIES_S:
        try:
            return await auth.valid(access)
        except Lost:
            pass
        except Refused as error:
            if error.status != 429 and error.status < 500:
                raise
        await asyncio.sleep(wait)
    return await auth.valid(access)


def _refusal(error: Refused) -> Fatal:
    if "client secret" in error.said:
        return NoSuchApp("the app is not of type Public")
    if "device code" in error.said or "expired" in error.said:
        return Fatal("the code is no longer good; start again")
    if "denied" in error.said:
        return Fatal("the sign-in was refused on the platform's page")
    return Fatal(f"the platform does not give a sign-in: {error}")
