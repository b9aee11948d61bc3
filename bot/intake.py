"""Every event from every connector comes in here: counted, gated, judged, put on the backlog.

Cheap gates come first and cost microseconds: already seen, already deleted, no trigger, a command,
blocked, a stranger in a crowd, too often, already waiting, backlog full, a copy. Only what passes
them all waits to be judged, and judging takes at most 5 ms of one turn of the event loop.

Owns the ids seen, what was taken away (tombstones.py), and the state of the limits (allowance.py).
Does not know what is said of a line (verdicts.py), nor connectors, engines or players.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from bot import commands
from bot.allowance import Allowance
from bot.backlog import AHEAD, AuthorKey, Backlog, author_key, worth
from bot.commands import Verb
from bot.desk import Desk
from bot.journal import Journal
from bot.journal_kept import Left
from bot.line import End, Line, Stages
from bot.load import Load
from bot.payments import Payments
from bot.recent import Recent
from bot.rows import Rows
from bot.speaker import Speaker
from bot.telemetry import UNJUDGED, Ledger
from bot.tombstones import Tombstones
from bot.verdicts import Verdicts
from filters.chain import Rules
from filters.gate import Gate, Refusal
from filters.limits import Limit
from filters.message import (
    Action,
    ChatMessage,
    Event,
    Rank,
    Removal,
    Verdict,
)
from filters.trigger import Trigger, Triggered, is_paid, without_words

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
_REMEMBERED_S = 600.0
_JUDGING_S = 0.002
"""Less than the 5 ms that a turn may take: its last line may, at worst, take 3 ms more."""
_LINES_OF_MODERATOR = 3
_MUTED = "muted by a moderator"
_LONGEST_VOICE = 60
"""Characters within which a line that begins with a voice has its colon."""


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
    payments: Payments = Payments()
    """What counts as paid, and what is said of it."""
    every_nth: int = 1
    """Of the unpaid lines that ask to be spoken, only every so manyth is; 1: all."""
    voice_in_line: bool = False
    """Whether a line may begin with the voice that it is to be spoken in."""


class Intake:
    """Counts, gates and judges; the only place where a message becomes a `Line`."""

    def __init__(
        self,
        policy: Policy,
        *,
        backlog: Backlog,
        ledger: Ledger,
        speaker: Speaker,
        desk: Desk,
        load: Load,
        now: Callable[[], float],
        dropped: Callable[[ChatMessage, Verdict, Rules], None] | None = None,
        journal: Journal | None = None,
    ) -> None:
        """`now` is a monotonic clock, in seconds; `dropped` hears of what the rules refuse;
        a paid line waits only once the `journal` has it."""
        self._policy = policy
        self._allowance = Allowance(
            policy.lines,
            policy.speech,
            copies=policy.copies,
            crowd_s=policy.crowd_s,
            raid_viewers=policy.raid_viewers,
        )
        self.verdicts = Verdicts(
            policy.rules,
            payments=policy.payments,
            load=load,
            now=now,
            may_log=ledger.may_log,
            dropped=dropped,
            wary=policy.wary,
            say_name=policy.say_name,
        )
        """What is said of a line."""
        self._backlog = backlog
        self._ledger = ledger
        self._speaker = speaker
        self._desk = desk
        self._control = desk.control
        self._load = load
        self._now = now
        self._journal = journal or Journal.nowhere()
        self.open = True
        """Whether unpaid lines are taken in."""
        self._passed_over = 0
        self._seen = Recent(keys=_REMEMBERED, seconds=_REMEMBERED_S)
        self._removed = Tombstones()
        self._rows = Rows()
        self._unjudged: deque[Line] = deque()
        self._unjudged_of: Counter[AuthorKey] = Counter()
        self._being_kept: set[Line] = set()
        """Paid lines that the journal has not answered for yet."""
        self._something = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many messages wait to be judged, kept or spoken."""
        lines = chain(self._unjudged, self._being_kept, self._backlog)
        return sum(len(line.merged) + 1 for line in lines)

    def resume(self, left: Iterable[Left]) -> None:
        """Take in the paid lines that an earlier run left. They are judged by the rules of now."""
        now = self._now()
        for one in left:
            message = one.message
            self._ledger.receive()
            self._control.seen.add(message)
            line = Line(message, worth(message), Stages(received=now), numbers=(one.number,))
            line.again = one.again
            if self._control.muted(author_key(message)):
                self._ledger.end_line(line, End.DROPPED, _MUTED)
            elif (refusal := self._policy.gate.refuse(message)) is not None:
                self._ledger.end_line(line, End.DROPPED, refusal.reason)
            else:
                self._join_or_wait(line)

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
        self._control.spoken.forget(removal.covers)
        early = self._take_early(lambda line: line.covered_by(removal))
        for line in [*early, *self._backlog.purge(removal)]:
            self._ledger.end_line(line, End.PURGED, removal.kind)
        self._speaker.purge(removal)

    def _take_early(self, covers: Callable[[Line], bool]) -> list[Line]:
        """Take out the lines that are not in the backlog yet: not judged, or not kept."""
        unjudged = [line for line in self._unjudged if covers(line)]
        for line in unjudged:
            self._unjudged.remove(line)
            self._forget(line)
        being_kept = {line for line in self._being_kept if covers(line)}
        self._being_kept -= being_kept
        return [*unjudged, *being_kept]

    def take_out(
        self,
        covers: Callable[[Line], bool],
        end: End,
        reason: str,
        author: AuthorKey | None = None,
    ) -> int:
        """End the lines that wait, for whatever, and that `covers` says yes to; gives how many.

        They are looked for among those of one `author`, or among all.
        """
        gone = [*self._take_early(covers), *self._backlog.take_out(covers, author)]
        for line in gone:
            self._ledger.end_line(line, end, reason)
        return len(gone)

    def ahead(self, messages: Sequence[ChatMessage]) -> None:
        """Say messages in one line before all others, once it is judged. They count as received,
        and cost nobody anything."""
        for _ in messages:
            self._ledger.receive()
        self._put_first(*messages)

    def _put_first(self, message: ChatMessage, *merged: ChatMessage) -> None:
        stages = Stages(received=self._now())
        self._wait(Line(message, AHEAD, stages, free=True, merged=list(merged)))

    def _pass_gates(self, message: ChatMessage, hold_s: float) -> None:
        """End the message at the first gate that refuses it, or let it wait to be judged."""
        now = self._now()
        end = self._ledger.end
        if self._is_repeated(message, now):
            return end(End.DUPLICATE)
        if taken_away := self._removed.refuses(message, now):
            return end(End.PURGED, message, taken_away)
        if message.first:
            self.verdicts.is_new(author_key(message))
        self._allowance.raided(message, now)
        self._control.seen.add(message)
        triggered = self._asked_for(message)
        if triggered is None or self._rows.is_counted(message, now):
            return end(End.IGNORED)
        refusal = self._policy.gate.refuse(message)
        if refusal is not None and refusal.ignored:
            return end(End.IGNORED)
        if triggered.named and self._is_command(triggered, refusal):
            return None
        if triggered.how is None:
            return end(End.IGNORED)
        if refusal is not None:
            return end(End.DROPPED, triggered.message, refusal.reason)
        if self._passes_over(triggered.message):
            return end(End.IGNORED)
        return self._admit(triggered.message, now, hold_s)

    def _is_repeated(self, message: ChatMessage, now: float) -> bool:
        new = not message.id or self._seen.add((message.platform, message.id), now)
        return not new or self._journal.holds(message)

    def _asked_for(self, message: ChatMessage) -> Triggered | None:
        """What of a message is to be spoken, by its command or by what came with it."""
        payments = self._policy.payments
        message = payments.counted(message)
        return self._policy.trigger.read(message) or payments.announcement(message)

    def _is_command(self, triggered: Triggered, refusal: Refusal | None) -> bool:
        """Whether a message is an order; if so, it has been carried out, or refused, and ended."""
        message = triggered.message
        order = commands.read(message, joined=triggered.joined)
        if order is None:
            return False
        if order.verb is Verb.SAY and order.value and self._may_say(message, refusal):
            # It is a line by now, and ends as one.
            self._desk.note(message, order)
            self._put_first(without_words(message, 1))
            return True
        if refusal is None or not refusal.barred:
            self._desk.take(message, order)
        self._ledger.end(End.COMMAND)
        return True

    def _may_say(self, message: ChatMessage, refusal: Refusal | None) -> bool:
        barred = refusal is not None and refusal.barred
        muted = self._control.muted(author_key(message))
        return self.open and not barred and not muted and commands.allowed(Verb.SAY, message)

    def _passes_over(self, message: ChatMessage) -> bool:
        """Whether an unpaid line is one of those between every Nth."""
        nth = self._policy.every_nth
        if nth == 1 or is_paid(message):
            return False
        self._passed_over = (self._passed_over + 1) % nth
        return self._passed_over != 0

    def _admit(self, message: ChatMessage, now: float, hold_s: float) -> None:
        line = Line(message, worth(message), Stages(received=now))
        author = author_key(message)
        if self._control.muted(author):
            return self._ledger.end(End.DROPPED, message, _MUTED)
        if not line.paid:
            line.held_until = now + hold_s
            if (refusal := self._refusal(line, author, now)) is not None:
                end, reason = refusal
                return self._ledger.end(end, message, reason)
        return self._join_or_wait(line)

    def _join_or_wait(self, line: Line) -> None:
        """Let a line wait, unless one that waits already tells of it besides."""
        message = line.message
        if line.paid and not message.text:
            if (row := self._rows.join(message)) is not None:
                row.again |= line.again
                row.numbers += line.numbers
                if not line.numbers:
                    self._journal.join(row, message)
                return self.verdicts.say_again(row)
            self._rows.begin(line, self._now())
        return self._wait(line)

    def _wait(self, line: Line) -> None:
        """Let a line wait to be judged."""
        if self._policy.voice_in_line:
            self._read_voice(line)
        self._unjudged.append(line)
        self._unjudged_of[author_key(line.message)] += 1
        self._something.set()

    def _read_voice(self, line: Line) -> None:
        """Take off the voice that a line begins with: `en-gb: hello`."""
        named, colon, _ = line.message.text[:_LONGEST_VOICE].partition(":")
        voice = self._control.choices.find(named) if colon and " " not in named else None
        if voice is not None:
            line.voice, line.message = voice, without_words(line.message, 1)

    def _refusal(self, line: Line, author: AuthorKey, now: float) -> tuple[End, str] | None:
        """How an unpaid line ends that may not wait to be judged, and why; the cheapest first."""
        message = line.message
        if not self.open:
            return End.DROPPED, "speech is off"
        if reason := self._allowance.too_much(message, now):
            return End.DROPPED, reason
        waiting = self._backlog.waiting_of(author) + self._unjudged_of[author]
        if waiting >= _lines_at_once(message.author.rank):
            return End.DROPPED, "a line of this viewer waits already"
        if self._backlog.refuses(line, now, unjudged=len(self._unjudged)):
            return End.SHED, "backlog full"
        if message.author.rank < Rank.BROADCASTER and (reason := self._load.passes_over()):
            return End.SHED, reason
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
            line.spoken = UNJUDGED
            reason = f"error behind the gates: {type(error).__name__}"
            self._ledger.end_line(line, End.DROPPED, reason)

    def _judge(self, line: Line) -> None:
        message = line.message
        self._look_at_load(self._now())
        verdict = self.verdicts.of(line)
        now = line.stages.judged = self._now()
        refused: str | None = verdict.reason
        if verdict.action is Action.SPEAK and verdict.spoken and line.free:
            refused = None
        elif verdict.action is Action.SPEAK and verdict.spoken:
            refused = self._allowance.speak(message, verdict.seconds, now)
        if refused is not None:
            self._allowance.refused(message)
            self.verdicts.refuse(line, verdict)
            return self._ledger.end_line(line, End.DROPPED, refused)
        self.verdicts.accept(line, verdict)
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
        self._look_at_load(self._now())
        self._speaker.wake()

    def _look_at_load(self, now: float) -> None:
        self._load.look(self._backlog.seconds, crowded=self._allowance.crowded(now))

    def expire(self) -> None:
        """End the waiting unpaid lines that have become stale. To be called every second."""
        for line in self._backlog.expire(self._now()):
            self._ledger.end_line(line, End.STALE, "waited too long")
        self._look_at_load(self._now())


def _lines_at_once(rank: Rank) -> float:
    if rank is Rank.BROADCASTER:
        return float("inf")
    return _LINES_OF_MODERATOR if rank is Rank.MODERATOR else 1
