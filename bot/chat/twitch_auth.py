"""Signing in to one app at Twitch: codes, tokens, and whom a token belongs to; on plain HTTP.

Does not know what tokens are used for. What is secret goes in the body or a header, never in an
address, which proxies and servers write down, and is sent to no other server than the one set.

    Refused     the platform answered with an error
    Lost        no answer, or one that cannot be read

Source: Twitch developer documentation, "Getting OAuth Access Tokens", "Validating Tokens".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.chat.connector import Lost
from bot.chat.twitch_account import Refused, Tokens, Valid
from bot.redaction import hide

_BY_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_MAX_BODY = 64 << 10
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Device:
    """What a user is shown to sign in."""

    address: str
    """The page to open."""
    user_code: str
    """What to type there."""
    code: str = field(repr=False)
    """What the program asks with whether it has been done."""
    interval: float
    """Seconds between two questions."""
    seconds: float
    """How long the code lives."""


class Auth:
    """Sign-in to one app."""

    def __init__(self, http: aiohttp.ClientSession, url: str, client_id: str) -> None:
        """`url`: where the platform's sign-in is; `http` sets how long an answer may take."""
        self._http = http
        self._url = f"{url.rstrip('/')}/oauth2"
        self._client_id = client_id

    async def device(self, scopes: Sequence[str]) -> Device:
        """Begin to sign in. Refused with 400: there is no such app."""
        data = await self._ask("POST", "device", scopes=" ".join(scopes))
        try:
            hide(data["device_code"])
            return Device(
                data["verification_uri"],
                data["user_code"],
                data["device_code"],
                float(data.get("interval", 5)),
                float(data.get("expires_in", 1800)),
            )
        except _UNREADABLE as error:
            raise _unreadable(error) from None

    async def granted(self, device: Device, scopes: Sequence[str]) -> Tokens:
        """The tokens, once the user has typed the code. Refused: not yet, or never."""
        return _tokens(
            await self._ask(
                "POST",
                "token",
                scopes=" ".join(scopes),
                device_code=device.code,
                grant_type=_BY_CODE,
            )
        )

    async def renewed(self, refresh: str) -> Tokens:
        """See `Renewer`."""
        return _tokens(
            await self._ask("POST", "token", grant_type="refresh_token", refresh_token=refresh)
        )

    async def valid(self, access: str) -> Valid:
        """See `Renewer`."""
        data = await self._ask("GET", "validate", access=access)
        try:
            return Valid(
                str(data["client_id"]),
                str(data.get("user_id") or ""),
                str(data.get("login") or ""),
                tuple(map(str, data.get("scopes") or ())),
                float(data.get("expires_in") or 0),
            )
        except _UNREADABLE as error:
            raise _unreadable(error) from None

    async def _ask(
        self, method: str, path: str, *, access: str = "", **form: str
    ) -> Mapping[str, Any]:
        """One question: with the token in a header, or with a form. Raises Refused, Lost."""
        try:
            async with self._http.request(
                method,
                f"{self._url}/{path}",
                data={"client_id": self._client_id, **form} if form else None,
                headers={"Authorization": f"OAuth {access}"} if access else None,
                allow_redirects=False,
            ) as answer:
                status, body = answer.status, await _body(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Lost(_why(error)) from None
        data = _json(body)
        if status != 200:
            raise Refused(status, _said(data))
        return data


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > _MAX_BODY:
            raise Lost("an answer that is too long")
    return body


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, Mapping) else {}


def _tokens(data: Mapping[str, Any]) -> Tokens:
    access, refresh = data.get("access_token"), data.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        raise Lost("an answer that cannot be read (no tokens)")
    hide(access)
    hide(refresh)
    return Tokens(access, refresh)


def _said(data: Mapping[str, Any]) -> str:
    """The platform's own words."""
    said = data.get("message") or data.get("error") or ""
    return " ".join(str(said).split())[:120].lower()


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return " ".join(str(error).split())[:120] or type(error).__name__


def _unreadable(error: Exception) -> Lost:
    return Lost(f"an answer that cannot be read ({type(error).__name__})")
