"""One act, one event: a reward with text is told twice, and which of the two goes on.

Does not know subscriptions but by asking whether redemptions come. A redemption is spoken from its
own notification, which names the reward; the chat line beside it has the id that a deletion names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import TypeVar

from bot.chat import twitch_events as events
from filters.message import ChatMessage, Event, Kind, Removal, RemovalKind

_REMEMBERED = 1000

_K = TypeVar("_K")
_V = TypeVar("_V")


class Acts:
    """Remembers the last redemptions and deletions."""

    def __init__(self, brings: Callable[[str, str], bool]) -> None:
        """`brings(kind, channel)`: whether notifications of that kind come from there."""
        self._brings = brings
        self._line: dict[str, Hashable] = {}  # chat line's id -> the act
        self._redemption: dict[Hashable, str] = {}  # the act -> the redemption's id
        self._deleted: dict[Hashable, None] = {}  # ids of lines, and acts

    def told(self, kind: str, event: Event) -> Iterator[Event]:
        """The events that are to go on when `event` comes in a notification of this kind."""
        if isinstance(event, Removal):
            yield event
            yield from self._removed(event)
        elif kind == events.REDEEMED:
            act = _act(event)
            _keep(self._redemption, act, event.id)
            if act in self._deleted:
                yield _removal(event)
            yield event
        elif event.kind is Kind.REDEMPTION and self._brings(events.REDEEMED, event.channel):
            act = _act(event)
            _keep(self._line, event.id, act)
            if event.id in self._deleted:
                yield from self._take_back(act, _removal(event))
        else:
            yield event

    def _removed(self, removal: Removal) -> Iterator[Event]:
        if removal.kind is not RemovalKind.DELETE:
            return
        _keep(self._deleted, removal.target, None)
        if (act := self._line.get(removal.target)) is not None:
            yield from self._take_back(act, removal)

    def _take_back(self, act: Hashable, removal: Removal) -> Iterator[Event]:
        _keep(self._deleted, act, None)
        if (redemption := self._redemption.get(act)) is not None:
            yield replace(removal, target=redemption)


def _act(message: ChatMessage) -> Hashable:
    reward = message.reward.id if message.reward else ""
    return message.channel, message.author.id, reward, " ".join(message.text.split())


def _removal(message: ChatMessage) -> Removal:
    return Removal(message.platform, message.channel, RemovalKind.DELETE, message.id)


def _keep(held: dict[_K, _V], key: _K, value: _V) -> None:
    held.pop(key, None)
    held[key] = value
    if len(held) > _REMEMBERED:
        del held[next(iter(held))]
