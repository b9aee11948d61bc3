"""Twitch's Helix, through twitchio; the one room that knows it.

Does not know the chat connection nor how one signs in. What goes wrong is told without addresses:

    Refused     the platform answered with an error
    Lost        no answer, or one that cannot be read
    SignInGone  the account must sign in again
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.chat.connector import Lost
from bot.chat.twitch_account import Account, Refused

with warnings.catch_warnings():
    # Its web adapter, which is not used, is built in a way that aiohttp advises against.
    warnings.simplefilter("ignore", DeprecationWarning)
    from twitchio.eventsub import SubscriptionType
    from twitchio.exceptions import HTTPException
    from twitchio.http import HTTPClient, Route

_TIMEOUT = aiohttp.ClientTimeout(total=20.0, sock_connect=10.0)
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription to events, as the platform lists it."""

    id: str
    kind: str
    condition: Mapping[str, str]
    session: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class RewardShown:
    """A channel-points reward of the channel."""

    id: str
    title: str
    wants_text: bool


def session() -> aiohttp.ClientSession:
    """The connections that requests share."""
    return aiohttp.ClientSession(timeout=_TIMEOUT)


def point_at(api_url: str) -> None:
    """Have every request of this program go to this address, without a slash at its end."""
    Route.BASE = f"{api_url}/"


class Helix:
    """What an account may ask and do."""

    def __init__(self, http: aiohttp.ClientSession, account: Account) -> None:
        self._http = _Authorised(http, account)
        self._me = account.sign_in.user_id

    async def user_ids(self, logins: Sequence[str]) -> dict[str, str]:
        """The ids of the channels that exist."""
        with _told():
            data = await self._http.get_users(logins=list(logins))
            return {user["login"].lower(): user["id"] for user in data["data"]}

    async def subscribe(
        self, kind: str, version: str, condition: Mapping[str, str], session_id: str
    ) -> str:
        """Have events of one kind sent to a chat connection; returns the subscription's id."""
        with _told():
            data = await self._http.create_eventsub_subscription(
                type=SubscriptionType(kind),
                version=version,
                condition=dict(condition),  # type: ignore[arg-type]
                transport={"method": "websocket", "session_id": session_id},
                token_for=self._me,
            )
            return str(data["data"][0]["id"])

    async def subscriptions(self) -> list[Subscribed]:
        """Every subscription that the account has."""
        with _told():
            found = await self._http.get_eventsub_subscription(token_for=self._me)
            return [
                Subscribed(
                    one.id,
                    one.type,
                    one.condition,
                    one.transport.session_id or "",
                    one.status == "enabled",
                )
                async for one in found.subscriptions
            ]

    async def send(self, channel_id: str, text: str, reply_to: str = "") -> str:
        """Write into a chat; returns the message's id. Refused: the chat does not take it."""
        with _told():
            data = await self._http.post_chat_message(
                channel_id, self._me, text, self._me, reply_to or None
            )
            sent: Mapping[str, Any] = data["data"][0]
            if not sent.get("is_sent", True):
                reason: Mapping[str, Any] = sent.get("drop_reason") or {}
                raise Refused(200, str(reason.get("message", "the chat did not take it")))
            return str(sent["message_id"])

    async def rewards(self, *, ours: bool) -> list[RewardShown]:
        """The rewards of the account's own channel; `ours`: only those that this app made."""
        with _told():
            data = await self._http.get_custom_reward(
                broadcaster_id=self._me,
                token_for=self._me,
                # twitchio would write Python's True, which the platform need not know.
                manageable="true" if ours else "false",  # type: ignore[arg-type]
            )
            return [
                RewardShown(one["id"], one["title"], one["is_user_input_required"])
                for one in data["data"]
            ]

    async def add_reward(self, title: str, cost: int, prompt: str) -> str:
        """Make a reward that asks for a text; returns its id."""
        with _told():
            data = await self._http.post_custom_reward(
                broadcaster_id=self._me, token_for=self._me, title=title, cost=cost, prompt=prompt
            )
            return str(data["data"][0]["id"])

    async def give_back(self, reward_id: str, redemption_id: str) -> None:
        """Cancel a redemption of a reward that this app made: its viewer gets the points back."""
        with _told():
            await self._http.patch_custom_reward_redemption(
                broadcaster_id=self._me,
                token_for=self._me,
                reward_id=reward_id,
                id=redemption_id,
                status="CANCELED",
            )


class _Authorised(HTTPClient):
    """Puts the account's token on each request, and renews it once if it is not taken."""

    def __init__(self, http: aiohttp.ClientSession, account: Account) -> None:
        super().__init__(client_id=account.sign_in.client_id, session=http)
        self._account = account

    async def request(self, route: Route) -> Any:
        """One request; of a 401 that a new token cannot mend, what the platform says."""
        used = self._account.sign_in.access
        try:
            route.update_headers({"Authorization": f"Bearer {used}"})
            return await super().request(route)
        except HTTPException as error:
            if error.status != 401 or "scope" in _said(error):
                raise
        await self._account.renew(used)
        route.update_headers({"Authorization": f"Bearer {self._account.sign_in.access}"})
        return await super().request(route)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the library, whose texts hold addresses, as ours without them."""
    try:
        yield
    except HTTPException as error:
        raise Refused(error.status, _said(error)) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Lost(str(error) or "no answer in time") from None
    except _UNREADABLE as error:
        raise Lost(f"an answer that cannot be read ({type(error).__name__})") from None


def _said(error: HTTPException) -> str:
    """The platform's own words."""
    extra: object = error.extra
    said = extra.get("message", "") if isinstance(extra, dict) else extra
    return " ".join(str(said).split())[:120].lower()
