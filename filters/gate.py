"""The source gate: who may be read at all. The first and cheapest look at a message.

Does not know what the text says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filters.message import ChatMessage, Rank, Role
from filters.trigger import is_paid

BOTS = frozenset(
    "nightbot streamelements streamlabs moobot fossabot wizebot botrix botrixoficial sery_bot "
    "soundalerts streamstickers commanderroot kofistreambot own3d tangiabot pokemoncommunitygame "
    "phantombot deepbot ankhbot wzbot coebot frostytoolsdotcom streamholics playwithviewersbot "
    "restreambot lolrankbot blerp dixperbro creatisbot remasuri_bot supibot titlechange_bot "
    "mixitupapp streamcaptainbot 9kmmrbot overlayexpert trackerggbot thepositivebot".split()
)
"""Names of well-known chat bots: their lines are replies to others, never meant to be spoken."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is not read."""

    reason: str
    """For the log; safe to show."""
    ignored: bool
    """Whether it was never meant for us (counted ignored) rather than refused (counted dropped)."""
    barred: bool = False
    """Whether its author's commands count for nothing either."""


_BOT = Refusal("a bot wrote it", ignored=True)
_BLOCKED = Refusal("the author is blocked", ignored=False, barred=True)
_SHARED = Refusal("from another channel of a shared chat", ignored=False)


def _known(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.strip().removeprefix("@").casefold() for name in names) - {""}


class Gate:
    """Decides by author and origin."""

    def __init__(
        self,
        *,
        bots: Iterable[str] = BOTS,
        blocked: Iterable[str] = (),
        minimum: Rank = Rank.EVERYONE,
        shared: bool = False,
    ) -> None:
        """Names, logins and ids are compared without case, with or without a leading `@`.

        Args:
            bots: names, logins or ids of bots, besides whoever wears a bot's badge.
            blocked: names, logins or ids of authors who are never spoken, paid or not.
            minimum: the rank from which messages are read; what was paid for is read from anyone.
            shared: whether messages that a shared chat brings from other channels are read.
        """
        self._bots = _known(bots)
        self._blocked = _known(blocked)
        self._minimum = minimum
        self._shared = shared
        self._too_low = Refusal(f"only for {minimum.name.lower()} and above", ignored=False)

    def refuse(self, message: ChatMessage) -> Refusal | None:
        """Why the message is not read, or None."""
        author = message.author
        known_as = {author.name.casefold(), author.login.casefold(), author.id.casefold()} - {""}
        if Role.BOT in author.roles or not self._bots.isdisjoint(known_as):
            return _BOT
        if not self._blocked.isdisjoint(known_as):
            return _BLOCKED
        if message.shared_from and not self._shared:
            return _SHARED
        if author.rank < self._minimum and not is_paid(message):
            return self._too_low
        return None
