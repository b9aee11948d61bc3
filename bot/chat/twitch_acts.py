"""One act, one event: a reward with text is told twice, and which of the two goes on.

Does not know subscriptions but by asking whether redemptions come. A redemption is spoken from its
own notification, which names the reward; the chat line beside it has the id that a deletion names.
Of a viewer who says the same again, each line belongs to one redemption, in the order they come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.chat import twitch_events as events
from filters.message import ChatMessage, Event, Kind, Removal, RemovalKind

_REMEMBERED = 1000
_BESIDE_S = 10.0
"""At most between the two notifications of one act, by the platform's clock."""

_V = TypeVar("_V")


@dataclass(slots=True, eq=False)
class _Act:
    """A reward that was redeemed, as far as it has been told."""

    what: Hashable
    """Who redeemed which reward with which words: the same of several acts."""
    sent: float | None
    line: str = ""
    redemption: str = ""
    deleted: bool = False


class Acts:
    """Remembers the last redemptions and deletions; outlives connections."""

    def __init__(self, brings: Callable[[str, str], bool]) -> None:
        """`brings(kind, channel)`: whether notifications of that kind come from there."""
        self._brings = brings
        self._half: deque[_Act] = deque(maxlen=_REMEMBERED)  # told by one notification of two
        self._of: dict[str, _Act] = {}  # ids of chat lines and of redemptions
        self._deleted: dict[str, None] = {}  # ids of lines

    def told(self, kind: str, event: Event) -> Iterator[Event]:
        """The events that are to go on when `event` comes in a notification of this kind."""
        if isinstance(event, Removal):
            yield event
            yield from self._removed(event)
        elif kind == events.REDEEMED:
            act = self._act(event, lambda act: not act.redemption)
            act.redemption = event.id
            if act.deleted:
                yield _removal(event)
            yield event
        elif event.kind is Kind.REDEMPTION and self._brings(events.REDEEMED, event.channel):
            act = self._act(event, lambda act: not act.line)
            act.line = event.id
            if event.id in self._deleted:
                yield from self._take_back(act, _removal(event))
        else:
            yield event

    def _act(self, event: ChatMessage, lacks: Callable[[_Act], bool]) -> _Act:
        """The act that a notification tells of: known by its id, told by half, or a new one."""
        if (known := self._of.get(event.id)) is not None:
            return known
        what = _what(event)
        for act in self._half:
            if act.what == what and lacks(act) and _beside(act.sent, event.sent):
                self._half.remove(act)
                break
        else:
            act = _Act(what, event.sent)
            self._half.append(act)
        _keep(self._of, event.id, act)
        return act

    def _removed(self, removal: Removal) -> Iterator[Event]:
        if removal.kind is not RemovalKind.DELETE:
            return
        _keep(self._deleted, removal.target, None)
        act = self._of.get(removal.target)
        if act is not None and act.line == removal.target:
            yield from self._take_back(act, removal)

    def _take_back(self, act: _Act, removal: Removal) -> Iterator[Event]:
        act.deleted = True
        if act.redemption:
            yield replace(removal, target=act.redemption)


def _what(message: ChatMessage) -> Hashable:
    reward = message.reward.id if message.reward else ""
    return message.channel, message.author.id, reward, " ".join(message.text.split())


def _beside(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= _BESIDE_S


def _removal(message: ChatMessage) -> Removal:
    return Removal(message.platform, message.channel, RemovalKind.DELETE, message.id)


def _keep(held: dict[str, _V], key: str, value: _V) -> None:
    held.pop(key, None)
    held[key] = value
    if len(held) > 2 * _REMEMBERED:
        del held[next(iter(held))]
