"""What Twitch's EventSub tells of chat, with every key that it sends; for the server beside it.

Does not know connections. Accounts are those of `users`, or strangers with an id of their own.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


class Payloads:
    """Makes events, each with an id of its own."""

    def __init__(self) -> None:
        self.users = {"room": "100", "speaker": "200", "other": "300"}
        self._numbers = itertools.count(1)

    def line(
        self, text: str, *, user: str = "ann", channel: str = "room", badges: str = "", **more: Any
    ) -> Json:
        """The event that `say` sends."""
        return {
            **self._broadcaster(channel),
            **_person("chatter_user", user, self.users.get(user)),
            "source_broadcaster_user_id": None,
            "source_broadcaster_user_login": None,
            "source_broadcaster_user_name": None,
            "source_message_id": None,
            "source_badges": None,
            "is_source_only": None,
            "message_id": self._id("line"),
            "message": {"text": text, "fragments": [_plain(text)]},
            "color": "#00FF7F",
            "badges": [{"set_id": b, "id": "1", "info": ""} for b in badges.split()],
            "message_type": "text",
            "cheer": None,
            "reply": None,
            "channel_points_custom_reward_id": None,
            "channel_points_animation_id": None,
        } | more

    def notice(self, kind: str, text: str = "", *, user: str = "ann", **more: Any) -> Json:
        """The event of a sub, a gift, a raid and the like."""
        line = self.line(text, user=user)
        del line["message_type"], line["cheer"], line["reply"]
        detail = kind.removeprefix("shared_chat_")
        return (
            line
            | {
                "notice_type": kind,
                "chatter_is_anonymous": False,
                "system_message": f"{user} did {kind}",
                detail: {"sub_tier": "1000", "viewer_count": 12},
            }
            | more
        )

    def redemption(self, title: str, text: str = "", *, user: str = "ann", **more: Any) -> Json:
        """The event of a reward that was redeemed."""
        return {
            **self._broadcaster("room"),
            **_person("user", user, self.users.get(user)),
            "id": self._id("redemption"),
            "user_input": text,
            "status": "unfulfilled",
            "reward": {"id": f"reward-{title}", "title": title, "cost": 300, "prompt": "say"},
            "redeemed_at": now(),
        } | more

    def deletion(self, line: str, *, user: str = "ann") -> Json:
        """The event of a line that was deleted."""
        person = _person("target_user", user, self.users.get(user))
        return {**self._broadcaster("room"), **person, "message_id": line}

    def author_cleared(self, user: str) -> Json:
        """The event of a timeout or a ban."""
        return {**self._broadcaster("room"), **_person("target_user", user, self.users.get(user))}

    def cleared(self) -> Json:
        """The event of a chat that was cleared."""
        return self._broadcaster("room")

    def _broadcaster(self, login: str) -> Json:
        return _person("broadcaster_user", login, self.users.get(login))

    def reward(self, title: str, *, text: bool = True) -> Json:
        """A reward that somebody made in the dashboard."""
        return {"id": self._id("reward"), "title": title, "is_user_input_required": text}

    def _id(self, what: str) -> str:
        return f"{what}-{next(self._numbers)}"


def _person(key: str, login: str, ident: str | None) -> Json:
    name = login.capitalize()
    return {f"{key}_id": ident or f"id-{login}", f"{key}_login": login, f"{key}_name": name}


def _plain(text: str) -> Json:
    return {"type": "text", "text": text, "cheermote": None, "emote": None, "mention": None}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "000Z")
