"""Every event from every connector comes in here: counted, gated, judged, put on the backlog.

Cheap gates come first and cost microseconds: already seen, already deleted, no trigger, a command,
blocked, too often, already waiting, backlog full. Only what passes them all waits to be judged, and
judging takes at most 5 ms of one turn of the event loop.

Owns the ids seen, the tombstones of what was deleted, and the rate limits' state. Does not know
connectors, engines or players.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import commands
from bot.backlog import AuthorKey, Backlog, author_key, worth
from bot.control import Control
from bot.line import End, Line, Stages
from bot.recent import Recent, Said
from bot.speaker import Speaker
from bot.telemetry import Ledger
from filters.chain import Rules, judge
from filters.gate import Gate
from filters.limits import Buckets, Limit, limit_for
from filters.message import Action, ChatMessage, Event, Rank, Removal, RemovalKind
from filters.trigger import How, Trigger

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
_REMEMBERED_S = 600.0
_JUDGING_S = 0.005
_LINES_OF_MODERATOR = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """What intake asks of the filters, in this order."""

    trigger: Trigger
    """Whether a message is to be spoken at all."""
    gate: Gate
    """Whose messages may be."""
    lines: Mapping[Rank, Limit]
    """How often one author is judged."""
    rules: Rules
    """What may be said, and as what text."""
    speech: Mapping[Rank, Limit]
    """How many seconds one author may speak."""


class Intake:
    """Counts, gates and judges; the only place where a message becomes a `Line`."""

    def __init__(
        self,
        policy: Policy,
        *,
        backlog: Backlog,
        ledger: Ledger,
        speaker: Speaker,
        control: Control,
        now: Callable[[], float],
    ) -> None:
        """`now` is a monotonic clock, in seconds."""
        self._policy = policy
        self._lines = Buckets()
        self._speech = Buckets()
        self._said = Said()
        self._backlog = backlog
        self._ledger = ledger
        self._speaker = speaker
        self._control = control
        self._now = now
        self._seen = Recent(keys=_REMEMBERED, seconds=_REMEMBERED_S)
        self._removed = Recent(keys=_REMEMBERED, seconds=_REMEMBERED_S)
        self._unjudged: deque[Line] = deque()
        self._unjudged_of: Counter[AuthorKey] = Counter()
        self._something = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many lines wait to be judged or to be spoken."""
        return len(self._unjudged) + len(self._backlog)

    def emit(self, event: Event) -> None:
        """Take in one event. Never raises: a gate that does has refused the message."""
        if isinstance(event, Removal):
            self._remove(event)
            return
        self._ledger.receive()
        try:
            end = self._pass_gates(event)
        except Exception:
            log.exception("a gate failed; the message is dropped")
            end = End.DROPPED
        if end is not None:
            self._ledger.end(end)

    def _remove(self, removal: Removal) -> None:
        if removal.kind is not RemovalKind.CLEAR_ALL:
            key = (removal.kind, removal.platform, removal.target)
            self._removed.add(key, self._now(), removal.seconds)
        unjudged = [line for line in self._unjudged if removal.covers(line.message)]
        for line in unjudged:
            self._unjudged.remove(line)
            self._forget(line)
        for line in [*unjudged, *self._backlog.purge(removal)]:
            self._ledger.end_line(line, End.PURGED, removal.kind)
        self._speaker.purge(removal)

    def _pass_gates(self, message: ChatMessage) -> End | None:
        """How the message ends at the gates, or None: then it waits to be judged."""
        now = self._now()
        if message.id and not self._seen.add((message.platform, message.id), now):
            return End.DUPLICATE
        if self._is_removed(message, now):
            return End.PURGED
        triggered = self._policy.trigger.read(message)
        if triggered is None:
            return End.IGNORED
        refusal = self._policy.gate.refuse(message)
        if refusal is not None and refusal.ignored:
            return End.IGNORED
        if triggered.how is How.COMMAND and self._is_command(triggered.message):
            return End.COMMAND
        if refusal is not None:
            log.debug("dropped: %s", refusal.reason)
            return End.DROPPED
        return self._admit(triggered.message, now)

    def _is_removed(self, message: ChatMessage, now: float) -> bool:
        deleted = (RemovalKind.DELETE, message.platform, message.id)
        cleared = (RemovalKind.CLEAR_AUTHOR, message.platform, message.author.id)
        return self._removed.holds(deleted, now) or self._removed.holds(cleared, now)

    def _is_command(self, message: ChatMessage) -> bool:
        verb = commands.read(message)
        if verb is None:
            return False
        who = message.author.name
        if commands.allowed(verb, message):
            self._control.skip(by=repr(who))
        else:
            log.info("%s is for moderators; asked by %r", verb, who)
        return True

    def _admit(self, message: ChatMessage, now: float) -> End | None:
        line = Line(message, worth(message), Stages(received=now))
        author = author_key(message)
        if not line.paid:
            rank = message.author.rank
            limit = limit_for(message, self._policy.lines)
            if limit is not None and not self._lines.take(author, limit, now):
                log.debug("dropped: too many lines of one author")
                return End.DROPPED
            waiting = self._backlog.waiting_of(author) + self._unjudged_of[author]
            if waiting >= _lines_at_once(rank):
                log.debug("dropped: a line of this author waits already")
                return End.DROPPED
            if self._backlog.refuses(line.worth, now, unjudged=len(self._unjudged)):
                return End.SHED
        self._unjudged.append(line)
        self._unjudged_of[author] += 1
        self._something.set()
        return None

    def _forget(self, line: Line) -> None:
        author = author_key(line.message)
        self._unjudged_of[author] -= 1
        if not self._unjudged_of[author]:
            del self._unjudged_of[author]

    async def run(self) -> None:
        """Judge what has passed the gates, a few milliseconds at a time, until cancelled."""
        while True:
            await self._something.wait()
            deadline = self._now() + _JUDGING_S
            while self._unjudged and self._now() < deadline:
                line = self._unjudged.popleft()
                self._forget(line)
                self._judge(line)
            if not self._unjudged:
                self._something.clear()
            await asyncio.sleep(0)

    def _judge(self, line: Line) -> None:
        message, now = line.message, self._now()
        author = author_key(message)
        verdict = judge(message, self._policy.rules, self._said.lately(author, now))
        now = line.stages.judged = self._now()
        if verdict.action is not Action.SPEAK:
            self._ledger.end_line(line, End.DROPPED, verdict.reason)
            return
        limit = limit_for(message, self._policy.speech)
        if limit is not None and not self._speech.take(author, limit, now, verdict.seconds):
            self._ledger.end_line(line, End.DROPPED, "this viewer has spoken long enough for now")
            return
        self._said.add(author, message.text, now)
        line.spoken, line.seconds = verdict.spoken, verdict.seconds
        for shed in self._backlog.offer(line):
            self._ledger.end_line(shed, End.SHED, "backlog full")
        self._speaker.wake()

    def expire(self) -> None:
        """End the waiting unpaid lines that have become stale."""
        for line in self._backlog.expire(self._now()):
            self._ledger.end_line(line, End.STALE, "waited too long")


def _lines_at_once(rank: Rank) -> float:
    if rank is Rank.BROADCASTER:
        return float("inf")
    return _LINES_OF_MODERATOR if rank is Rank.MODERATOR else 1
