"""Twitch's sign-in for the server on loopback: codes, tokens, and the faults of any request.

Does not know chat. Takes secrets where the platform does and nowhere else: in a form or a header.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

from aiohttp import web

from bot.chat.twitch_tokens import SignIn
from tests.twitch_payloads import Payloads

CLIENT_ID = "zorgleclientid"
SECRETS = ("accesszorgle", "refreshblippo", "devicewibble")
"""What every token and code of the server begins with."""
BY_CODE = "urn:ietf:params:oauth:grant-type:device_code"
ABORT = 599
"""In place of a status: the connection is cut instead of an answer."""


class SignIns(Payloads):
    """The part of the server that sign-ins and all requests pass."""

    def __init__(self) -> None:
        super().__init__()
        self.scopes = ["user:read:chat", "user:write:chat", "channel:read:redemptions"]
        self.expires_in = 14_000
        self.fail: dict[str, list[int]] = defaultdict(list)
        self.bodies: dict[str, str] = {}
        """What is answered instead, with status 200."""
        self.said: dict[int, str] = {429: "too many requests", 500: "wibble", 503: "wibble"}
        self.device_answers: list[str] = []
        """What is answered to a question for the device code's tokens before they are given."""
        self.device_user = "room"
        self.late = 0.0
        """Seconds before a refresh is answered."""
        self.requests: Counter[str] = Counter()
        self.addresses: list[str] = []
        """Of every request, as a proxy would write it down."""
        self.asked_scopes: list[str] = []
        self.tokens: dict[str, str] = {}  # access token -> login
        self.refreshes: dict[str, str] = {}  # refresh token -> login; each works once
        self.codes: set[str] = set()

    def sign_in(self, login: str = "room") -> SignIn:
        """A sign-in that the server takes."""
        access, refresh = self._tokens(login)
        return SignIn(CLIENT_ID, self.users[login], login, access, refresh, tuple(self.scopes))

    async def _validate(self, request: web.Request) -> web.Response:
        if (refusal := self._fault(request)) is not None:
            return refusal
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        login = self.tokens.get(token)
        if login is None or scheme != "OAuth":
            return error(401, "invalid access token")
        body = {"client_id": CLIENT_ID, "login": login, "user_id": self.users[login]}
        return web.json_response(body | {"scopes": self.scopes, "expires_in": self.expires_in})

    async def _device(self, request: web.Request) -> web.Response:
        if (refusal := self._fault(request)) is not None:
            return refusal
        values = await self._form(request)
        if values is None or values.get("client_id") != CLIENT_ID:
            return error(400, "invalid client")
        self.asked_scopes = values.get("scopes", "").split()
        self.codes.add(code := self._id(SECRETS[2]))
        body = {
            "device_code": code,
            "expires_in": 1800,
            "interval": 0.01,
            "user_code": "ZORGLE42",
            "verification_uri": "https://www.twitch.tv/activate?device-code=ZORGLE42",
        }
        return web.json_response(body)

    async def _token(self, request: web.Request) -> web.Response:
        if (refusal := self._fault(request)) is not None:
            return refusal
        values = await self._form(request)
        if values is None or values.get("client_id") != CLIENT_ID:
            return error(400, "invalid client")
        if values.get("grant_type") == "refresh_token":
            login = self.refreshes.pop(values.get("refresh_token", ""), None)
            await asyncio.sleep(self.late)
            if login is None:
                return error(400, "Invalid refresh token")
            return self._granted(login)
        if values.get("grant_type") != BY_CODE or values.get("device_code") not in self.codes:
            return error(400, "invalid device code")
        if self.device_answers:
            return error(400, self.device_answers.pop(0))
        return self._granted(self.device_user)

    async def _form(self, request: web.Request) -> dict[str, str] | None:
        """What a form in the body says; None if it is none, or anything stands in the address."""
        if request.query or request.content_type != "application/x-www-form-urlencoded":
            return None
        return {key: str(value) for key, value in (await request.post()).items()}

    def _granted(self, login: str) -> web.Response:
        access, refresh = self._tokens(login)
        body = {"access_token": access, "refresh_token": refresh, "token_type": "bearer"}
        return web.json_response(body | {"expires_in": self.expires_in, "scope": self.scopes})

    def _tokens(self, login: str) -> tuple[str, str]:
        access, refresh = self._id(SECRETS[0]), self._id(SECRETS[1])
        self.tokens[access] = self.refreshes[refresh] = login
        return access, refresh

    def _fault(self, request: web.Request) -> web.Response | None:
        name = f"{request.method} {request.path}"
        self.requests[name] += 1
        self.addresses.append(str(request.rel_url))
        if self.fail[name]:
            status = self.fail[name].pop(0)
            if status == ABORT:
                assert request.transport is not None
                request.transport.abort()
            return error(status, self.said.get(status, "wibble"))
        if name in self.bodies:
            return web.Response(text=self.bodies[name])
        return None

    def _refusal(self, request: web.Request) -> web.Response | None:
        if (fault := self._fault(request)) is not None:
            return fault
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens or request.headers.get("Client-Id") != CLIENT_ID:
            return error(401, "Invalid OAuth token")
        return None


def error(status: int, said: str) -> web.Response:
    body = {"error": "wibble", "status": status, "message": said}
    # Only a status that redirects has it looked at.
    return web.json_response(body, status=status, headers={"Location": "/oauth2/validate"})
