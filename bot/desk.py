"""Orders from chat: who may give them, having them carried out, answering and keeping account.

An order is answered in chat where that can be written to, and in the log; what a moderator does is
kept in the audit besides. Does not read orders (`bot.commands`) nor know how they are carried out
(`bot.control`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from bot.backlog import author_key
from bot.commands import NEEDED, USAGE, WRONG, Order, Verb, allowed
from bot.control import Actor, Control, Done
from bot.memory import Deed, Memory
from bot.telemetry import shown
from filters.limits import Buckets, Limit
from filters.message import ChatMessage, Rank

log = logging.getLogger(__name__)

Reply = Callable[[ChatMessage, str], None]
"""Writes an answer to a message into its chat, if that can be written to. Never waits or fails."""

_OF_ONE = Limit(10.0, 3)
"""Orders of one viewer that are carried out and answered: three at once, then one in 10 s."""
_OF_ALL = Limit(0.5, 10)
"""The same for all viewers together."""
_ALL = "all viewers"

_Act = Callable[[Control, Order, Actor], Done]
_ACTS: Mapping[Verb, _Act] = {
    Verb.HELP: lambda control, order, by: Done(_help(by.rank), changed=False),
    Verb.VOICE: lambda control, order, by: control.voice(order.value, by),
    Verb.VOICES: lambda control, order, by: control.voices(),
    Verb.CANCEL: lambda control, order, by: control.cancel(by),
    Verb.WHY: lambda control, order, by: control.why(by),
    Verb.SKIP: lambda control, order, by: (
        control.skip_all(order.name, by) if order.name else control.skip()
    ),
    Verb.MUTE: lambda control, order, by: control.mute(order.name, order.value, by),
    Verb.UNMUTE: lambda control, order, by: control.unmute(order.name, by),
    Verb.PAUSE: lambda control, order, by: control.pause(),
    Verb.RESUME: lambda control, order, by: control.resume(),
    Verb.CLEAR: lambda control, order, by: control.clear(),
    Verb.OFF: lambda control, order, by: control.off(),
    Verb.ON: lambda control, order, by: control.on(),
    Verb.VOLUME: lambda control, order, by: control.volume(order.value),
    Verb.REPLAY: lambda control, order, by: control.replay(),
    Verb.BLOCK: lambda control, order, by: control.block(order.value),
    Verb.ALLOW: lambda control, order, by: control.allow(order.value),
    Verb.SAY: lambda control, order, by: control.say(order.value, by),
    Verb.STOP: lambda control, order, by: control.stop(),
}
_NEEDS_NAME = frozenset({Verb.MUTE, Verb.UNMUTE})
_NEEDS_VALUE = frozenset({Verb.BLOCK, Verb.ALLOW, Verb.SAY})
_MADE_FOR = {Rank.MODERATOR: "moderators", Rank.BROADCASTER: "the broadcaster"}


class Desk:
    """Takes orders from chat."""

    def __init__(
        self,
        control: Control,
        *,
        memory: Memory,
        reply: Reply,
        now: Callable[[], float],
        wall: Callable[[], float],
        may_log: Callable[[], bool],
    ) -> None:
        """`now` is a monotonic clock, `wall` gives Unix seconds; `may_log` says whether one more
        line that anybody in chat can cause may be logged."""
        self.control = control
        self._memory = memory
        self._reply = reply
        self._now = now
        self._wall = wall
        self._may_log = may_log
        self._viewers = Buckets()

    def take(self, message: ChatMessage, order: Order) -> None:
        """Carry an order out, or refuse it. `message` is what it was given in; hostile."""
        if message.shared_from:
            return  # neither is it ours, nor could it be answered where it was written
        if message.author.rank < Rank.MODERATOR and not self._has_turn(message):
            return
        if not allowed(order.verb, message):
            return self._refuse(message, order.verb)
        by = Actor(message.author.name, author_key(message), message.author.rank)
        done = _carry_out(self.control, order, by)
        self._tell(message, order, done.text)
        if NEEDED[order.verb] >= Rank.MODERATOR:
            self._keep(by, order, done)

    def note(self, message: ChatMessage, order: Order) -> None:
        """Answer and keep an order that intake has carried out itself: to say something."""
        by = Actor(message.author.name, author_key(message), message.author.rank)
        done = Done("comes next")
        self._tell(message, order, done.text)
        self._keep(by, order, done)

    def _has_turn(self, message: ChatMessage) -> bool:
        """Whether a viewer's order is looked at: a flood of them keeps nobody busy."""
        now, key = self._now(), author_key(message)
        if not self._viewers.allows(_ALL, _OF_ALL, now):
            return False
        return self._viewers.take(key, _OF_ONE, now) and self._viewers.take(_ALL, _OF_ALL, now)

    def _refuse(self, message: ChatMessage, verb: Verb) -> None:
        text = f"{verb} is for {_MADE_FOR[NEEDED[verb]]}"
        if self._may_log():
            log.info("%s; asked by %s", text, shown(message.author.name))
        self._reply(message, text)

    def _tell(self, message: ChatMessage, order: Order, text: str) -> None:
        if message.author.rank >= Rank.MODERATOR or self._may_log():
            whom = f" of {shown(order.name)}" if order.name else ""
            log.info("%s%s by %s: %s", order.verb, whom, shown(message.author.name), text)
        self._reply(message, text)

    def _keep(self, by: Actor, order: Order, done: Done) -> None:
        what = " ".join(filter(None, (order.name, order.value.strip())))
        deed = Deed(self._wall(), by.name, by.key, order.verb, what, done.text, done.changed)
        self._memory.audit(deed)


def _carry_out(control: Control, order: Order, by: Actor) -> Done:
    verb = order.verb
    lacks = (verb in _NEEDS_NAME and not order.name) or (verb in _NEEDS_VALUE and not order.value)
    if lacks or order.value == WRONG:
        return Done(f"write: {USAGE.get(verb, f'{verb}, and nothing behind it')}", changed=False)
    return _ACTS[verb](control, order, by)


def _help(rank: Rank) -> str:
    """What somebody of this standing may ask for."""
    verbs = [str(verb) for verb in Verb if rank >= NEEDED[verb] and verb is not Verb.HELP]
    return f"{', '.join(verbs)}; anything else is read out"
