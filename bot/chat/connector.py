"""What a connector is, and how it can fail. Does not know any platform.

Errors, by who must act:

    ConnectorError      base; the text says in one line what went wrong
    |-- Fatal           the user: a wrong channel, a missing file; trying again cannot help
    |-- Lost            nobody: the connection went away; a new one may do better
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from bot.redaction import redact
from filters.message import ChatMessage, Event

Emit = Callable[[Event], None]
"""Takes one event at once, without waiting, so that the order of events is kept."""


class ConnectorError(Exception):
    """A source of chat stopped. The text is one line."""


class Fatal(ConnectorError):
    """Trying again cannot help; the text tells the user what to do."""


class Lost(ConnectorError):
    """The connection went away, or never came up. Trying again may help."""


class Connector(Protocol):
    """A source of chat events."""

    name: str
    """Short, for logs and panels, such as `twitch #name`; names what is read, as far as known."""
    moderated: bool
    """Whether moderators may take its messages back: unpaid ones are held a moment for them."""

    async def run(self, emit: Emit) -> None:
        """Emit events until the source ends for good, then return.

        Raises:
            Fatal: the user must act; do not try again.
            Exception: anything else means: try again later.
        """


@runtime_checkable
class Announcing(Protocol):
    """A connector that can tell when it is connected, before any event comes."""

    on_connected: Callable[[], None]
    """Set by the supervisor; called each time that the source is there."""


@runtime_checkable
class LeavingOut(Protocol):
    """A connector that does not emit messages which are older than its start."""

    on_left_out: Callable[[], None]
    """Set by the program, which counts them; called for each."""


@runtime_checkable
class GivesBack(Protocol):
    """A connector that can give back what was redeemed."""

    def give_back(self, message: ChatMessage) -> None:
        """See to it, without waiting, that its viewer gets the points of `message` back.

        A message of another platform or channel, or of a reward that this program did not make, is
        passed over.
        """


class Saying(Protocol):
    """Writes into chats."""

    def say(self, channel: str, text: str, reply_to: str = "") -> None:
        """Have something said, as the answer to a message or to none. Never waits or fails."""


@runtime_checkable
class Writing(Protocol):
    """A connector that can write into the chats that it reads."""

    platform: str
    """That of the messages it emits."""
    sender: Saying
    """Says what it is given as soon as it may."""


_EXPECTED = (ConnectorError, OSError, TimeoutError)
_LONGEST = 200


def one_line(error: BaseException) -> str:
    """An error as one line of at most 200 printable characters, without secrets.

    A group stands for its first member. An error that nobody planned for is given with its type
    and place, since it is a bug and its finder needs them.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    words = " ".join(str(error).split()) or type(error).__name__
    text = "".join(c if c.isprintable() else "\ufffd" for c in words)
    text = redact(text)[:_LONGEST]
    if isinstance(error, _EXPECTED) or error.__traceback__ is None:
        return text
    place = error.__traceback__
    while place.tb_next is not None:
        place = place.tb_next
    file = Path(place.tb_frame.f_code.co_filename).name
    return f"{type(error).__name__} at {file}:{place.tb_lineno}: {text}"
