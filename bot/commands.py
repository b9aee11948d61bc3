"""Chat text to what somebody wants done, and who may want it.

Does not read chat (`filters.trigger` has found the command word and cut it off) and does nothing
(`bot.control` does). What follows a verb must fit its shape exactly, else the line is text: `skip`
is a command, `skip this part` is to be spoken. A value of the right shape that makes no sense, as
in `volume loud`, is still a command: whoever typed it is told so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from filters.fold import clean
from filters.message import ChatMessage, Rank
from filters.trigger import is_paid


class Verb(StrEnum):
    """What may be asked for after the command word."""

    HELP = "help"
    VOICE = "voice"
    VOICES = "voices"
    CANCEL = "cancel"
    WHY = "why"
    SKIP = "skip"
    MUTE = "mute"
    UNMUTE = "unmute"
    PAUSE = "pause"
    RESUME = "resume"
    CLEAR = "clear"
    OFF = "off"
    ON = "on"
    VOLUME = "volume"
    REPLAY = "replay"
    BLOCK = "block"
    ALLOW = "allow"
    SAY = "say"
    STOP = "stop"


_VIEWERS = frozenset({Verb.HELP, Verb.VOICE, Verb.VOICES, Verb.CANCEL, Verb.WHY})
NEEDED: Mapping[Verb, Rank] = {
    verb: Rank.EVERYONE
    if verb in _VIEWERS
    else Rank.BROADCASTER
    if verb is Verb.STOP
    else Rank.MODERATOR
    for verb in Verb
}
"""The lowest standing from which each verb is obeyed."""

USAGE: Mapping[Verb, str] = {
    Verb.VOICE: "voice ID",
    Verb.SKIP: "skip, or skip all of @name",
    Verb.MUTE: "mute @name, or mute @name 10m",
    Verb.UNMUTE: "unmute @name",
    Verb.VOLUME: "volume 0 to 100",
    Verb.BLOCK: "block WORD",
    Verb.ALLOW: "allow WORD",
    Verb.SAY: "say TEXT",
}
"""How the verbs that take something are written; the others stand alone."""

_NAME = r"@\s?(?P<name>\S{1,100})"
_TIME = r"[-+]?[0-9]\S*"
_SHAPES: Mapping[Verb, re.Pattern[str]] = {
    verb: re.compile(shape, re.IGNORECASE)
    for verb, shape in {
        Verb.VOICE: r"(?P<value>\S+)?",
        Verb.SKIP: r"(?:all of @?(?P<name>\S{1,100}))?",
        # Without an @ it is a name if nothing else follows: `mute the music` is text.
        Verb.MUTE: rf"(?:{_NAME}(?: (?P<value>\S+))?|(?P<bare>\S+)(?: (?P<time>{_TIME}))?)?",
        Verb.UNMUTE: r"(?:@?(?P<name>\S{1,100}))?",
        Verb.VOLUME: r"(?P<value>\S+)?",
        Verb.BLOCK: r"(?P<value>\S+|\".*\")?",
        Verb.ALLOW: r"(?P<value>\S+|\".*\")?",
        Verb.SAY: r"(?P<value>.*)",
    }.items()
}
_ALONE = re.compile("")
# What a moderator blocks must never be spoken because it is two words.
_PHRASES = frozenset({Verb.BLOCK, Verb.ALLOW})


@dataclass(frozen=True, slots=True)
class Order:
    """A verb, and what came with it."""

    verb: Verb
    """What is to be done."""
    name: str = ""
    """The name in it, without @. Hostile."""
    value: str = ""
    """What else is in it: a duration, a word, a text. As typed, and hostile."""


def read(message: ChatMessage, *, joined: bool = False) -> Order | None:
    """The order that the text after the command word is, or None: then it is to be spoken.

    Chat clients append invisible characters to get past the platform's check for equal messages;
    they do not count. What was paid for is an order only where its author may give it: otherwise a
    viewer would have paid for nothing.

    Args:
        message: its command word is cut off; hostile.
        joined: the command word held the verb: it is an order whatever follows, or a wrong one.
    """
    order = _order(clean(message.text), phrases=message.author.rank >= Rank.MODERATOR)
    if order is None and joined:
        order = Order(Verb(message.text.split(maxsplit=1)[0]), value=WRONG)
    if order is not None and is_paid(message):
        moderators = NEEDED[order.verb] >= Rank.MODERATOR
        return order if moderators and allowed(order.verb, message) else None
    return order


WRONG = " "
"""The value of an order in whose one word the verb is clear and what follows is not."""


def _order(text: str, *, phrases: bool) -> Order | None:
    word, _, rest = text.partition(" ")
    try:
        verb = Verb(word.casefold())
    except ValueError:
        return None
    found = _SHAPES.get(verb, _ALONE).fullmatch(rest)
    if found is None:
        return Order(verb, value=rest) if phrases and verb in _PHRASES else None
    parts = {key: value or "" for key, value in found.groupdict().items()}
    name = parts.get("name") or parts.get("bare", "")
    value = parts.get("value") or parts.get("time", "")
    return Order(verb, name, value.strip('"').strip() if verb in _PHRASES else value)


def allowed(verb: Verb, message: ChatMessage) -> bool:
    """Whether this author may. A badge from another channel's shared chat gives no rights."""
    return not message.shared_from and message.author.rank >= NEEDED[verb]


def joined(words: Iterable[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """The words that stand for a command word and a verb: `!ttsskip` and `!skiptts` for each, and
    the user's own, as `filters.trigger.Trigger` takes them."""
    made: dict[str, str] = {}
    for word in words:
        name = word.lstrip("!")
        if name != word:
            for verb in Verb:
                made[f"!{name}{verb}"] = made[f"!{verb}{name}"] = str(verb)
    taken = {word.casefold() for word in words}
    return {w: verb for w, verb in (made | dict(aliases)).items() if w.casefold() not in taken}
