"""Every event from every connector comes in here: counted, gated, judged, put on the backlog.

Cheap gates come first and cost microseconds: already seen, already deleted, no trigger, a command,
blocked, a stranger in a crowd, too often, already waiting, backlog full, a copy. Only what passes
them all waits to be judged, and judging takes at most 5 ms of one turn of the event loop.

Owns the ids seen, what was taken away (tombstones.py), and the state of the limits (allowance.py).
Does not know connectors, engines or players.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot import commands
from bot.allowance import Allowance
from bot.backlog import AuthorKey, Backlog, author_key, worth
from bot.control import Control
from bot.journal import Journal
from bot.journal_kept import Left
from bot.line import End, Line, Stages
from bot.recent import Recent, Said
from bot.speaker import Speaker
from bot.telemetry import Ledger, shown
from bot.tombstones import Tombstones
from filters.chain import Rules, judge
from filters.gate import Gate
from filters.limits import Limit
from filters.message import (
    Action,
    ChatMessage,
    Event,
    Rank,
    Removal,
    Tier,
    Verdict,
)
from filters.speakable import without_emotes
from filters.trigger import Trigger

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
_REMEMBERED_S = 600.0
_JUDGING_S = 0.002
"""Less than the 5 ms that a turn may take: its last line may, at worst, take 3 ms more."""
_LINES_OF_MODERATOR = 3
_STRANGE_S = 600.0
"""How long a viewer is a stranger: whoever must type `!tts` often says something else first."""
_NAME_S = 60.0
"""After so long the name is said again, though nobody else has spoken."""
_NAMED_WAITING = 10
"""Lines that wait from which names are left out, so that they are not what fills the queue."""


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
    copies: bool = False
    """Whether what is pasted again is refused."""
    crowd_s: float = 0.0
    """Seconds for which a raid or a flood leaves only regulars; 0: never."""
    raid_viewers: int = 0
    """The viewers that a raid brings at least if it is a crowd."""
    wary: bool = False
    """Whether those who are new to the channel are judged more strictly."""
    say_name: bool = False
    """Whether a line begins with its author's name."""


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
        dropped: Callable[[ChatMessage, Verdict, Rules], None] | None = None,
        journal: Journal | None = None,
    ) -> None:
        """`now` is a monotonic clock, in seconds; `dropped` hears of what the rules refuse;
        a paid line waits only once the `journal` has it."""
        self._policy = policy
        self._dropped = dropped
        self._allowance = Allowance(
            policy.lines,
            policy.speech,
            copies=policy.copies,
            crowd_s=policy.crowd_s,
            raid_viewers=policy.raid_viewers,
        )
        self._strangers = Recent(keys=_REMEMBERED, seconds=_STRANGE_S)
        self._said = Said()
        self._spoke: tuple[AuthorKey, float] | None = None
        self._backlog = backlog
        self._ledger = ledger
        self._speaker = speaker
        self._control = control
        self._now = now
        self._journal = journal or Journal.nowhere()
        self._seen = Recent(keys=_REMEMBERED, seconds=_REMEMBERED_S)
        self._removed = Tombstones()
        self._unjudged: deque[Line] = deque()
        self._unjudged_of: Counter[AuthorKey] = Counter()
        self._being_kept: set[Line] = set()
        """Paid lines that the journal has not answered for yet."""
        self._something = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many lines wait to be judged, kept or spoken."""
        return len(self._unjudged) + len(self._being_kept) + len(self._backlog)

    def take_rules(self, rules: Rules) -> None:
        """Judge by these rules from the next message on."""
        self._policy = replace(self._policy, rules=rules)

    def resume(self, left: Iterable[Left]) -> None:
        """Take in the paid lines that an earlier run left. They are judged by the rules of now."""
        now = self._now()
        for one in left:
            message = one.message
            self._ledger.receive()
            line = Line(message, worth(message), Stages(received=now), numbers=(one.number,))
            line.again = one.again
            refusal = self._policy.gate.refuse(message)
            if refusal is not None:
                self._ledger.end_line(line, End.DROPPED, refusal.reason)
            else:
                self._await_judging(line)

    def emit(self, event: Event, *, hold_s: float = 0.0) -> None:
        """Take in one event. Never raises: a gate that does has refused the message.

        An unpaid line is not spoken before `hold_s` seconds, so that moderators come first.
        """
        if isinstance(event, Removal):
            self._remove(event)
            return
        self._ledger.receive()
        try:
            self._pass_gates(event, hold_s)
        except Exception:
            # Every message may meet the same fault: some a second are enough to find it.
            if self._ledger.may_log():
                log.exception("a gate failed; the message is dropped")
            self._ledger.end(End.DROPPED)

    def _remove(self, removal: Removal) -> None:
        self._removed.add(removal, self._now())
        self._allowance.removed(removal)
        unjudged = [line for line in self._unjudged if removal.covers(line.message)]
        for line in unjudged:
            self._unjudged.remove(line)
            self._forget(line)
        being_kept = {line for line in self._being_kept if removal.covers(line.message)}
        self._being_kept -= being_kept
        for line in [*unjudged, *being_kept, *self._backlog.purge(removal)]:
            self._ledger.end_line(line, End.PURGED, removal.kind)
        self._speaker.purge(removal)

    def _pass_gates(self, message: ChatMessage, hold_s: float) -> None:
        """End the message at the first gate that refuses it, or let it wait to be judged."""
        now = self._now()
        end = self._ledger.end
        if message.id and not self._seen.add((message.platform, message.id), now):
            return end(End.DUPLICATE)
        if self._journal.holds(message):
            return end(End.DUPLICATE)
        if taken_away := self._removed.refuses(message, now):
            return end(End.PURGED, message, taken_away)
        if message.first:
            self._strangers.add(author_key(message), now)
        self._allowance.raided(message, now)
        triggered = self._policy.trigger.read(message)
        if triggered is None:
            return end(End.IGNORED)
        refusal = self._policy.gate.refuse(message)
        if refusal is not None and refusal.ignored:
            return end(End.IGNORED)
        if triggered.named and self._is_command(triggered.message):
            return end(End.COMMAND)
        if refusal is not None:
            return end(End.DROPPED, triggered.message, refusal.reason)
        return self._admit(triggered.message, now, hold_s)

    def _is_command(self, message: ChatMessage) -> bool:
        verb = commands.read(message)
        if verb is None:
            return False
        if commands.allowed(verb, message):
            self._control.skip(by=message.author.name)
        elif self._ledger.may_log():
            log.info("%s is for moderators; asked by %s", verb, shown(message.author.name))
        return True

    def _admit(self, message: ChatMessage, now: float, hold_s: float) -> None:
        line = Line(message, worth(message), Stages(received=now))
        if not line.paid:
            line.held_until = now + hold_s
        author = author_key(message)
        if not line.paid and (refusal := self._refusal(line, author, now)) is not None:
            end, reason = refusal
            return self._ledger.end(end, message, reason)
        return self._await_judging(line)

    def _await_judging(self, line: Line) -> None:
        self._unjudged.append(line)
        self._unjudged_of[author_key(line.message)] += 1
        self._something.set()

    def _refusal(self, line: Line, author: AuthorKey, now: float) -> tuple[End, str] | None:
        """How an unpaid line ends that may not wait to be judged, and why; the cheapest first."""
        message = line.message
        if reason := self._allowance.too_much(message, now):
            return End.DROPPED, reason
        waiting = self._backlog.waiting_of(author) + self._unjudged_of[author]
        if waiting >= _lines_at_once(message.author.rank):
            return End.DROPPED, "a line of this viewer waits already"
        if self._backlog.refuses(line.worth, now, unjudged=len(self._unjudged)):
            return End.SHED, "backlog full"
        if reason := self._allowance.enter(message, now):
            return End.DROPPED, reason
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
                try:
                    self._forget(line)
                    self._judge(line)
                except Exception as error:
                    if self._ledger.may_log():
                        log.exception("a line met an error behind the gates")
                    self._drop(line, error)
            if not self._unjudged:
                self._something.clear()
            await asyncio.sleep(0)

    def _drop(self, line: Line, error: Exception) -> None:
        """End a line that met an error, unless it has ended, or waits for its turn to speak."""
        if line.end is None and line not in self._backlog and line not in self._being_kept:
            # It may not be judged yet.
            line.spoken = "***"
            reason = f"error behind the gates: {type(error).__name__}"
            self._ledger.end_line(line, End.DROPPED, reason)

    def _judge(self, line: Line) -> None:
        message, now = line.message, self._now()
        author = author_key(message)
        rules = self._rules(now)
        verdict = judge(
            message,
            rules,
            self._said.lately(author, now),
            wary=self._policy.wary and self._strangers.holds(author, now),
            say_name=self._says_name(author, now),
            again=line.again,
        )
        now = line.stages.judged = self._now()
        refused: str | None = verdict.reason
        if verdict.action is Action.SPEAK and verdict.spoken:
            refused = self._allowance.speak(message, verdict.seconds, now)
        if refused is not None:
            self._allowance.refused(message)
            if verdict.action is Action.DROP and self._dropped is not None:
                self._dropped(message, verdict, rules)
            if verdict.hit is not None and verdict.hit.tier is Tier.NEVER:
                # The log of drops has it, masked; a terminal may be on stream.
                line.spoken = "***"
            return self._ledger.end_line(line, End.DROPPED, refused)
        self._said.add(author, without_emotes(message.text, message.fragments), now)
        self._spoke = author, now
        line.spoken, line.seconds = verdict.spoken, verdict.seconds
        line.language = verdict.language
        if line.paid and not line.numbers:
            self._being_kept.add(line)
            return self._journal.add(line, partial(self._kept, line))
        return self._let_wait(line)

    def _kept(self, line: Line, kept: bool) -> None:
        """The journal has a paid line, or cannot have it: either way it waits from now on."""
        if line not in self._being_kept:
            return  # taken away meanwhile
        self._being_kept.remove(line)
        line.unkept = not kept
        self._let_wait(line)

    def _let_wait(self, line: Line) -> None:
        for shed in self._backlog.offer(line):
            self._ledger.end_line(shed, End.SHED, "backlog full")
        self._speaker.wake()

    def _rules(self, now: float) -> Rules:
        """The rules; in a crowd unpaid lines are half as long."""
        rules = self._policy.rules
        if self._allowance.crowded(now):
            return replace(rules, max_seconds=rules.max_seconds / 2)
        return rules

    def _says_name(self, author: AuthorKey, now: float) -> bool:
        """Whether a line is to begin with its author's name: who spoke last needs none."""
        if not self._policy.say_name or self.waiting > _NAMED_WAITING:
            return False
        if self._allowance.crowded(now):
            return False
        return self._spoke is None or self._spoke[0] != author or now - self._spoke[1] >= _NAME_S

    def expire(self) -> None:
        """End the waiting unpaid lines that have become stale. To be called every second."""
        self._allowance.crowded(self._now())
        for line in self._backlog.expire(self._now()):
            self._ledger.end_line(line, End.STALE, "waited too long")


def _lines_at_once(rank: Rank) -> float:
    if rank is Rank.BROADCASTER:
        return float("inf")
    return _LINES_OF_MODERATOR if rank is Rank.MODERATOR else 1
