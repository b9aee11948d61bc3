"""One line on its way through the bot, and the ways it can end.

Does not decide anything: the parts that carry a line write into it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from filters.chain import Rules
from filters.message import ChatMessage, Removal
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
    named: bool = False
    """Whether that begins with its author's name."""
    left_out: str = ""
    """Why its text is not in that, where only the thanks are said; empty: it is, or has none."""
    language: str = ""
    """Its language as an ISO 639-1 code, where the filters could tell."""
    seconds: float = 0.0
    """Estimated seconds of speech."""
    voice: str = ""
    """The voice that the line itself asks for."""
    free: bool = False
    """Whether it costs its author nothing: it is said again, or ahead of all."""
    rules: Rules | None = None
    """What it was judged by."""
    end: End | None = None
    """How it ended; None: it has not."""
    merged: list[ChatMessage] = field(default_factory=list)
    """Messages that this line tells of besides, and that end as it does."""
    numbers: tuple[int, ...] = ()
    """The numbers of its messages in the journal; none: it is not there."""
    unkept: bool = False
    """Whether it was paid for, and the journal could not keep it in time."""
    again: bool = False
    """Whether an earlier run may have spoken some of it: then it is announced."""

    @property
    def paid(self) -> bool:
        """Whether something was given for it: such a line is never shed and never stale.

        What is said again was given for once.
        """
        return is_paid(self.message) and not self.free

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """Every message that ends with this line."""
        return self.message, *self.merged

    def covered_by(self, removal: Removal) -> bool:
        """Whether `removal` takes it away. Of several merged messages one that is left keeps it:
        such a line holds no text of any, and its count is of when it was made."""
        return all(map(removal.covers, self.messages))
