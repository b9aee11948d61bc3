"""One line on its way through the bot, and the ways it can end.

Does not decide anything: the parts that carry a line write into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from filters.message import ChatMessage
from filters.trigger import is_paid


class End(StrEnum):
    """The one reason with which every received message ends, in the order of the closing line."""

    IGNORED = "ignored"
    COMMAND = "command"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    SHED = "shed"
    STALE = "stale"
    SPOKEN = "spoken"
    SKIPPED = "skipped"
    PURGED = "purged"
    FAILED = "failed"


@dataclass(slots=True)
class Stages:
    """When a line passed each stage: seconds on the bot's monotonic clock, None: not yet."""

    received: float
    """The connector emitted it."""
    judged: float | None = None
    """The filters had decided."""
    taken: float | None = None
    """The speaker took it from the backlog."""
    first_chunk: float | None = None
    """The engine's first audio arrived."""
    first_sample: float | None = None
    """The device played its first sample."""


@dataclass(slots=True, eq=False)
class Line:
    """A message that passed the cheap gates, with what has become of it."""

    message: ChatMessage
    """The message, its trigger word cut off."""
    worth: float
    """Its place in the order by role and payment; see `bot.backlog.worth`."""
    stages: Stages
    """When it passed each stage."""
    held_until: float = -float("inf")
    """When it may be taken, on the bot's monotonic clock: until then moderators come first."""
    spoken: str = ""
    """The exact text for the voice, once judged."""
    language: str = ""
    """Its language as an ISO 639-1 code, where the filters could tell."""
    seconds: float = 0.0
    """Estimated seconds of speech."""
    end: End | None = None
    """How it ended; None: it has not."""
    numbers: tuple[int, ...] = ()
    """The numbers of its messages in the journal; none: it is not there."""
    unkept: bool = False
    """Whether it was paid for, and the journal could not keep it in time."""
    again: bool = False
    """Whether an earlier run may have spoken some of it: then it is announced."""

    @property
    def paid(self) -> bool:
        """Whether something was given for it: such a line is never shed and never stale."""
        return is_paid(self.message)
