"""Whether a message asks to be spoken, and which part of it.

Does not know who may ask (gate.py) nor what may be said (chain.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from filters.fold import RAW_LIMIT, clean, unseen
from filters.message import ChatMessage, Fragment, FragmentType, Kind

_MENTION = re.compile(r"@\S{1,100}")
_COMMAND = re.compile(r"![^\W_]|\$[^\W\d_]")
"""How other bots' commands begin. `$5` is money."""
_NAMED = re.compile(r"@([\w.-]{1,60})")


class How(StrEnum):
    """What made a message one to be spoken."""

    COMMAND = "command"
    LINE = "line"
    MENTION = "mention"
    PAID = "paid"
    REWARD = "reward"


@dataclass(frozen=True, slots=True)
class Triggered:
    """A message that asks to be spoken, or that may be a command."""

    message: ChatMessage
    """The message without its trigger word; its fragments still add up to its text."""
    how: How | None
    """What asked for it to be spoken; None: nothing did, and it is a command or nothing."""
    named: bool
    """Whether a trigger word began it."""
    joined: bool = False
    """Whether that word was a trigger word and a command's in one: the text begins with the latter,
    and has no fragments."""


def is_paid(message: ChatMessage) -> bool:
    """Whether something was given for the message: money, bits, a subscription or points."""
    return message.paid is not None or message.kind in (Kind.REDEMPTION, Kind.SUB, Kind.GIFT)


def _name(name: str) -> str:
    return name.strip().removeprefix("@").rstrip(".-").casefold()


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


def without_words(message: ChatMessage, count: int) -> ChatMessage:
    """The message without its first words; its fragments still add up to its text."""
    text, end = message.text, _skip_blank(message.text, 0)
    for _ in range(count):
        while end < len(text) and not text[end].isspace():
            end += 1
        end = _skip_blank(text, end)
    return replace(message, text=text[end:], fragments=_cut_fragments(message.fragments, end))


class Trigger:
    """Reads what a message asks for."""

    def __init__(
        self,
        aliases: Iterable[str] = ("!tts", "!say", "!speak"),
        *,
        commands: bool = True,
        every_line: bool = False,
        mentions: Iterable[str] | None = None,
        paid: bool = True,
        rewards: Iterable[str] = (),
        joined: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Sets what asks for speech.

        Args:
            aliases: the words that a line to be spoken, or a command, begins with; compared without
                case.
            commands: whether a line with one is spoken; if not, it is a command or nothing.
            every_line: whether lines without one are spoken as well.
            mentions: names beside the channel's own whose mention has a line spoken; None: no
                mention does.
            paid: whether messages that money, bits or a subscription came with are spoken.
            rewards: ids or titles of the rewards that are spoken; none given: all of them.
            joined: words that stand for a trigger word and what follows it.

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
        self._joined = {word.casefold(): text for word, text in joined.items()}
        self._commands = commands
        self._every_line = every_line
        self._mentions = None if mentions is None else frozenset(map(_name, mentions))
        self._paid = paid
        self._rewards = frozenset(name.strip().casefold() for name in rewards) - {""}

    def read(self, message: ChatMessage) -> Triggered | None:
        """The message without its trigger word, or None if it asks for nothing."""
        text = message.text
        start = self._command_start(message)
        alias = self._alias.match(text, start) if self._alias else None
        if alias is None and text.startswith(("!", "$"), start):
            return self._read_joined(message, start)
        how = self._how(message, alias is not None)
        if alias is not None:
            end = _skip_blank(text, alias.end())
            message = replace(
                message, text=text[end:], fragments=_cut_fragments(message.fragments, end)
            )
        elif how is None:
            return None
        return Triggered(message, how, alias is not None) if clean(message.text) else None

    def _read_joined(self, message: ChatMessage, start: int) -> Triggered | None:
        """What begins as commands do: a joined word, another bot's command, or just a `!`."""
        word, *rest = message.text[start : start + RAW_LIMIT].split(maxsplit=1)
        text = self._joined.get(clean(word).casefold())
        how = self._how(message, text is not None)
        if text is not None:
            message = replace(message, text=" ".join((text, *rest)), fragments=())
            return Triggered(message, how, named=True, joined=True)
        if how is None or (how is not How.REWARD and _COMMAND.match(message.text, start)):
            return None
        return Triggered(message, how, named=False) if clean(message.text) else None

    def _how(self, message: ChatMessage, named: bool) -> How | None:
        match message.kind:
            case Kind.MESSAGE if message.paid is not None and self._paid:
                return How.PAID
            case Kind.MESSAGE:
                return self._how_of_line(message, named)
            case Kind.REDEMPTION if self._wanted(message):
                return How.REWARD
            case Kind.SUB if self._paid:
                return How.PAID
        return None

    def _how_of_line(self, message: ChatMessage, named: bool) -> How | None:
        if named and self._commands:
            return How.COMMAND
        if self._every_line:
            return How.LINE
        if self._mentions is not None and self._mentioned(message, self._mentions):
            return How.MENTION
        return None

    def _mentioned(self, message: ChatMessage, names: frozenset[str]) -> bool:
        if "@" not in message.text:
            return False
        found = {_name(name) for name in _NAMED.findall(message.text[:RAW_LIMIT])}
        return not found.isdisjoint(names | {_name(message.channel)})

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
