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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from bot.one_word import hit_of
from bot.payments import Payments
from bot.recent import Recent, Said
from bot.rows import Rows
from bot.speaker import Speaker
from bot.telemetry import Ledger, shown
from bot.tombstones import Tombstones
from filters.chain import Rules, judge
from filters.gate import Gate, Refusal
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
from filters.names_said import spoken_name
from filters.speakable import without_emotes
from filters.trigger import Trigger, Triggered, is_paid, without_words

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
        self._desk = desk
        self._control = desk.control
        self._load = load
        self._now = now
        self._journal = journal or Journal.nowhere()
        self.open = True
        """Whether unpaid lines are taken in."""
        self.also: Rules | None = None
        """What lines are judged by besides, until the rules are built anew."""
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

    @property
    def rules(self) -> Rules:
        """What lines are judged by."""
        return self._policy.rules

    def take_rules(self, rules: Rules) -> None:
        """Judge by these rules from the next message on."""
        self._policy = replace(self._policy, rules=rules)

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
            self._strangers.add(author_key(message), now)
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
        return self.open and not barred and commands.allowed(Verb.SAY, message)

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
                return self._say_again(row)
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
            line.spoken = "***"
            reason = f"error behind the gates: {type(error).__name__}"
            self._ledger.end_line(line, End.DROPPED, reason)

    def _say_again(self, line: Line) -> None:
        """A line tells of one more message: what it says is made anew, if it was made."""
        if line.stages.judged is not None:
            verdict = self._thanks(line)
            if verdict is not None:
                line.spoken = verdict.spoken

    def _thanks(self, line: Line) -> Verdict | None:
        """What is said of a line that something was given with, without its text."""
        nothing = Verdict(Action.SPEAK, "nothing to say", language=line.language)
        verdict = self._policy.payments.words(line.messages, nothing, self._judged_as(line))
        return verdict if verdict is not nothing else None

    def thanks(self, line: Line) -> str:
        """What is said instead of a line whose text the voice does not say; empty: nothing."""
        verdict = self._thanks(line) if is_paid(line.message) else None
        return verdict.spoken if verdict else ""

    def _judged_as(self, line: Line) -> Callable[[str], Verdict]:
        """Judges what would be spoken of a line, made from more than its text."""
        message, rules = line.message, self._rules()
        wary = self._is_wary(author_key(message))
        return lambda text: self._look(
            replace(message, text=text, fragments=()), rules, wary=wary, again=line.again
        )

    def _look(
        self,
        message: ChatMessage,
        rules: Rules,
        earlier: Sequence[str] = (),
        *,
        wary: bool = False,
        say_name: bool = False,
        again: bool = False,
    ) -> Verdict:
        """The verdict by the rules, and by those that hold besides."""
        if say_name and self.also is not None and _names(message.author.name, self.also):
            message = replace(message, author=replace(message.author, name=""))
        verdict = judge(message, rules, earlier, wary=wary, say_name=say_name, again=again)
        if verdict.action is Action.SPEAK and self.also is not None:
            other = judge(message, self.also)
            return verdict if other.action is Action.SPEAK else other
        return verdict

    def _is_wary(self, author: AuthorKey) -> bool:
        return self._policy.wary and self._strangers.holds(author, self._now())

    def _verdict(self, line: Line, rules: Rules, author: AuthorKey) -> Verdict:
        """What the rules say of a line, and what is spoken of one that was paid for."""
        message, now, payments = line.message, self._now(), self._policy.payments
        alone = payments.says_text_alone(message)
        line.named = alone and self._says_name(author, now)
        text = self._look(
            message,
            rules,
            self._said.lately(author, now),
            wary=self._is_wary(author),
            say_name=line.named,
            again=alone and line.again,
        )
        if not is_paid(message):
            return text
        verdict = payments.words(line.messages, text, self._judged_as(line))
        if verdict is not text and text.action is Action.DROP:
            line.left_out = text.reason
            if self._dropped is not None:
                self._dropped(message, text, rules)
            if self._ledger.may_log():
                who = shown(message.author.name)
                log.info("a paid line of %s is thanked for without its text: %s", who, text.reason)
        return verdict

    def _judge(self, line: Line) -> None:
        message, now = line.message, self._now()
        author = author_key(message)
        self._look_at_load(now)
        rules = self._rules()
        verdict = self._verdict(line, rules, author)
        now = line.stages.judged = self._now()
        refused: str | None = verdict.reason
        if verdict.action is Action.SPEAK and verdict.spoken and line.free:
            refused = None
        elif verdict.action is Action.SPEAK and verdict.spoken:
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
        line.language, line.rules = verdict.language, self._policy.rules
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

    def refuses_now(self, line: Line) -> str | None:
        """Why a line that was let through is not to be spoken: the rules are others by now.

        Of what was paid for the thanks may be left: then that is what is said.
        """
        if line.rules is self._policy.rules and self.also is None:
            return None
        message = line.message
        verdict = text = self._look(
            message, self._rules(), say_name=line.named, again=line.named and line.again
        )
        if is_paid(message):
            verdict = self._policy.payments.words(line.messages, text, self._judged_as(line))
        if verdict.action is Action.SPEAK:
            if verdict is not text or line.named:
                line.spoken, line.seconds = verdict.spoken, verdict.seconds
            if verdict is not text and text.action is Action.DROP:
                line.left_out = text.reason
            return None
        if verdict.hit is not None and verdict.hit.tier is Tier.NEVER:
            line.spoken = "***"
        return verdict.reason

    def _look_at_load(self, now: float) -> None:
        self._load.look(self._backlog.seconds, crowded=self._allowance.crowded(now))

    def _rules(self) -> Rules:
        """The rules; under load unpaid lines are shorter."""
        rules, share = self._policy.rules, self._load.length
        return rules if share == 1 else replace(rules, max_seconds=rules.max_seconds * share)

    def _says_name(self, author: AuthorKey, now: float) -> bool:
        """Whether a line is to begin with its author's name: who spoke last needs none."""
        if not self._policy.say_name or not self._load.names:
            return False
        return self._spoke is None or self._spoke[0] != author or now - self._spoke[1] >= _NAME_S

    def expire(self) -> None:
        """End the waiting unpaid lines that have become stale. To be called every second."""
        for line in self._backlog.expire(self._now()):
            self._ledger.end_line(line, End.STALE, "waited too long")
        self._look_at_load(self._now())


def _names(name: str, rules: Rules) -> bool:
    """Whether a name, as it is shown or as it is said, is refused by rules."""
    return any(hit_of(one, rules) is not None for one in (name, spoken_name(name)))


def _lines_at_once(rank: Rank) -> float:
    if rank is Rank.BROADCASTER:
        return float("inf")
    return _LINES_OF_MODERATOR if rank is Rank.MODERATOR else 1
