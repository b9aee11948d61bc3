"""What is said of a line: the verdict of the rules, the thanks for what was given, the name.

Keeps what a verdict depends on besides the rules: what each author said in the last seconds, who
spoke last, who is new. Does not know what waits, who may speak how much, nor where a line goes
then: intake asks, and asks again at a line's turn if the rules are others by now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.backlog import AuthorKey, author_key
from bot.line import Line
from bot.load import Load
from bot.one_word import hit_of
from bot.payments import Payments
from bot.recent import Recent, Said
from bot.telemetry import shown
from filters.chain import Rules, judge
from filters.message import Action, ChatMessage, Tier, Verdict
from filters.names_said import spoken_name
from filters.speakable import without_emotes
from filters.trigger import is_paid

log = logging.getLogger(__name__)

_STRANGERS = 10_000
_STRANGE_S = 600.0
"""How long a viewer is a stranger: whoever must type `!tts` often says something else first."""
_NAME_S = 60.0
"""After so long the name is said again, though nobody else has spoken."""


class Verdicts:
    """Judges lines."""

    def __init__(
        self,
        rules: Rules,
        *,
        payments: Payments,
        load: Load,
        now: Callable[[], float],
        may_log: Callable[[], bool],
        dropped: Callable[[ChatMessage, Verdict, Rules], None] | None = None,
        wary: bool = False,
        say_name: bool = False,
    ) -> None:
        """Begins with these rules.

        Args:
            rules: what may be said, and as what text.
            payments: what is said of what was given.
            load: what is saved now.
            now: a monotonic clock, in seconds.
            may_log: whether one more line that anybody in chat can cause may be logged.
            dropped: hears of what the rules refuse.
            wary: whether those who are new to the channel are judged more strictly.
            say_name: whether a line begins with its author's name.
        """
        self.rules = rules
        """What lines are judged by, from the next one on."""
        self.also: Rules | None = None
        """What they are judged by besides, until the rules are built anew."""
        self._payments = payments
        self._load = load
        self._now = now
        self._may_log = may_log
        self._dropped = dropped
        self._wary = wary
        self._say_name = say_name
        self._strangers = Recent(keys=_STRANGERS, seconds=_STRANGE_S)
        self._said = Said()
        self._spoke: tuple[AuthorKey, float] | None = None

    def is_new(self, author: AuthorKey) -> None:
        """The platform says that this is an author's first message."""
        self._strangers.add(author, self._now())

    def of(self, line: Line) -> Verdict:
        """What the rules say of a line, and what is spoken of one that was paid for."""
        message, now, payments = line.message, self._now(), self._payments
        author, rules = author_key(message), self._shortened()
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
            if self._may_log():
                who = shown(message.author.name)
                log.info("a paid line of %s is thanked for without its text: %s", who, text.reason)
        return verdict

    def refuse(self, line: Line, verdict: Verdict) -> None:
        """A line is not spoken: by this verdict, or for another reason."""
        if verdict.action is Action.DROP and self._dropped is not None:
            self._dropped(line.message, verdict, self.rules)
        _mask(line, verdict)

    def accept(self, line: Line, verdict: Verdict) -> None:
        """A line waits to be spoken: it holds what is said of it, and its author has said it."""
        message, author, now = line.message, author_key(line.message), self._now()
        self._said.add(author, without_emotes(message.text, message.fragments), now)
        self._spoke = author, now
        line.spoken, line.seconds = verdict.spoken, verdict.seconds
        line.language, line.rules = verdict.language, self.rules

    def say_again(self, line: Line) -> None:
        """A line tells of one more message: what it says is made anew, if it was made."""
        if line.stages.judged is not None:
            verdict = self._thanks(line)
            if verdict is not None:
                line.spoken = verdict.spoken

    def thanks(self, line: Line) -> str:
        """What is said instead of a line whose text the voice does not say; empty: nothing."""
        verdict = self._thanks(line) if is_paid(line.message) else None
        return verdict.spoken if verdict else ""

    def refuses_now(self, line: Line) -> str | None:
        """Why a line that was let through is not to be spoken: the rules are others by now.

        Of what was paid for the thanks may be left: then that is what is said. Never raises.
        """
        if line.rules is self.rules and self.also is None:
            return None
        try:
            return self._refuses_now(line)
        except Exception as error:
            if self._may_log():
                log.exception("a line met an error when it was judged again")
            # What its text holds is not known.
            line.spoken = "***"
            return f"error when judged again: {type(error).__name__}"

    def _refuses_now(self, line: Line) -> str | None:
        message = line.message
        verdict = text = self._look(
            message, self._shortened(), say_name=line.named, again=line.named and line.again
        )
        if is_paid(message):
            verdict = self._payments.words(line.messages, text, self._judged_as(line))
        if verdict.action is Action.SPEAK:
            if verdict is not text or line.named:
                line.spoken, line.seconds = verdict.spoken, verdict.seconds
            if verdict is not text and text.action is Action.DROP:
                line.left_out = text.reason
            return None
        _mask(line, verdict)
        return verdict.reason

    def _thanks(self, line: Line) -> Verdict | None:
        """What is said of a line that something was given with, without its text."""
        nothing = Verdict(Action.SPEAK, "nothing to say", language=line.language)
        verdict = self._payments.words(line.messages, nothing, self._judged_as(line))
        return verdict if verdict is not nothing else None

    def _judged_as(self, line: Line) -> Callable[[str], Verdict]:
        """Judges what would be spoken of a line, made from more than its text."""
        message, rules = line.message, self._shortened()
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

    def _shortened(self) -> Rules:
        """The rules; under load unpaid lines are shorter."""
        share = self._load.length
        return (
            self.rules
            if share == 1
            else replace(self.rules, max_seconds=self.rules.max_seconds * share)
        )

    def _is_wary(self, author: AuthorKey) -> bool:
        return self._wary and self._strangers.holds(author, self._now())

    def _says_name(self, author: AuthorKey, now: float) -> bool:
        """Whether a line is to begin with its author's name: who spoke last needs none."""
        if not self._say_name or not self._load.names:
            return False
        return self._spoke is None or self._spoke[0] != author or now - self._spoke[1] >= _NAME_S


def _names(name: str, rules: Rules) -> bool:
    """Whether a name, as it is shown or as it is said, is refused by rules."""
    return any(hit_of(one, rules) is not None for one in (name, spoken_name(name)))


def _mask(line: Line, verdict: Verdict) -> None:
    if verdict.hit is not None and verdict.hit.tier is Tier.NEVER:
        # The log of drops has it, masked; a terminal may be on stream.
        line.spoken = "***"
