"""What an account is asked to allow, by what is to be spoken.

Does not ask anybody: pure.
"""

from __future__ import annotations

from bot.settings import Settings

CHAT = "user:read:chat"
SEND = "user:write:chat"
REDEMPTIONS = ("channel:read:redemptions", "channel:manage:redemptions")
"""Either lets rewards be read; the second also makes them, and gives points back."""


def reads_rewards(settings: Settings) -> bool:
    """Whether redemptions are to be read."""
    return settings.trigger.paid or bool(settings.trigger.rewards)


def of_streamer(settings: Settings) -> tuple[str, ...]:
    """What the streamer's own account is asked for."""
    return CHAT, SEND, *(REDEMPTIONS if reads_rewards(settings) else ())


def of_bot() -> tuple[str, ...]:
    """What a bot's account, which only writes, is asked for."""
    return (SEND,)
