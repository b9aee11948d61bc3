"""Whether a message asks to be spoken, and which part of it.

Does not know who may ask (gate.py) nor what may be said (chain.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from filters.fold import RAW_LIMIT, clean, unseen
from filters.message import ChatMessage, Fragment, FragmentType, Kind

_MENTION = re.compile(r"@\S{1,100}")
_COMMAND = re.compile(r"![^\W_]")


class How(StrEnum):
    """What made a message one to be spoken."""

    COMMAND = "command"
    LINE = "line"
    PAID = "paid"
    REWARD = "reward"


@dataclass(frozen=True, slots=True)
class Triggered:
    """A message that asks to be spoken."""

    message: ChatMessage
    """The message without its trigger word; its fragments still add up to its text."""
    how: How
    """What asked for it."""
    named: bool
    """Whether a trigger word began it."""


def is_paid(message: ChatMessage) -> bool:
    """Whether something was given for the message: money, bits, a subscription or points."""
    return message.paid is not None or message.kind in (Kind.REDEMPTION, Kind.SUB, Kind.GIFT)


def _skip_blank(text: str, at: int) -> int:
    end = min(len(text), RAW_LIMIT)
    while at < end and (text[at].isspace() or unseen(text[at])):
        at += 1
    return at


def _cut_fragments(fragments: tuple[Fragment, ...], count: int) -> tuple[Fragment, ...]:
    kept = []
    for fragment in fragments:
        if count < len(fragment.text):
            kept.append(replace(fragment, text=fragment.text[count:]) if count > 0 else fragment)
        count -= len(fragment.text)
    return tuple(kept)


class Trigger:
    """Reads what a message asks for."""

    def __init__(
        self,
        aliases: Iterable[str] = ("!tts", "!say", "!speak"),
        *,
        every_line: bool = False,
        paid: bool = True,
        rewards: Iterable[str] = (),
    ) -> None:
        """Sets what asks for speech.

        Args:
            aliases: the words that a line to be spoken begins with; compared without case.
            every_line: whether lines without one are spoken as well.
            paid: whether messages that money, bits or a subscription came with are spoken.
            rewards: ids or titles of the rewards that are spoken; none given: all of them.

        Raises:
            ValueError: an alias is empty or holds a space.
        """
        words = sorted({alias.strip() for alias in aliases}, key=len, reverse=True)
        for word in words:
            if not word or word.split() != [word]:
                raise ValueError(f"a trigger word is one word, not {word!r}")
        # `!ttsx` and `!tts-off` are other words.
        pattern = "|".join(re.escape(w) + (r"(?![\w-])" if w[-1].isalnum() else "") for w in words)
        self._alias = re.compile(f"(?:{pattern})", re.IGNORECASE) if words else None
        self._every_line = every_line
        self._paid = paid
        self._rewards = frozenset(name.strip().casefold() for name in rewards) - {""}

    def read(self, message: ChatMessage) -> Triggered | None:
        """The message to be spoken without its trigger word, or None if it does not ask for it."""
        text = message.text
        start = self._command_start(message)
        alias = self._alias.match(text, start) if self._alias else None
        how = self._how(message, alias is not None)
        if how is None or (alias is None and _COMMAND.match(text, start)):
            return None
        if alias is not None:
            end = _skip_blank(text, alias.end())
            message = replace(
                message, text=text[end:], fragments=_cut_fragments(message.fragments, end)
            )
        return Triggered(message, how, alias is not None) if clean(message.text) else None

    def _how(self, message: ChatMessage, named: bool) -> How | None:
        match message.kind:
            case Kind.MESSAGE if message.paid is not None and self._paid:
                return How.PAID
            case Kind.MESSAGE if named:
                return How.COMMAND
            case Kind.MESSAGE if self._every_line:
                return How.LINE
            case Kind.REDEMPTION if self._wanted(message):
                return How.REWARD
            case Kind.SUB if self._paid:
                return How.PAID
        return None

    def _wanted(self, message: ChatMessage) -> bool:
        if not self._rewards:
            return True
        reward = message.reward
        return reward is not None and not self._rewards.isdisjoint(
            {reward.id.casefold(), reward.title.strip().casefold()}
        )

    def _command_start(self, message: ChatMessage) -> int:
        """Where a command would begin: behind blanks, a reply's mention, a cheer's emotes."""
        at = _skip_blank(message.text, 0)
        if message.reply_to and (mention := _MENTION.match(message.text, at)):
            at = _skip_blank(message.text, mention.end())
        if message.paid is not None:
            ends = 0
            for fragment in message.fragments:
                if fragment.text.strip() and fragment.type != FragmentType.CHEERMOTE:
                    break
                ends += len(fragment.text)
            at = _skip_blank(message.text, max(at, ends))
        return at
