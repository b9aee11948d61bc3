"""The messages that every part of the program passes around, and what the filters say of them.

Does not know where a message came from or what happens to it: plain frozen values, no behaviour
beyond reading themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

_JITTER_S = 0.25
"""What came before a removal and was sent so little after it, by its time, counts as sent before:
a platform's parts have clocks of their own."""


class Role(StrEnum):
    """What the platform's badge says an author is. Only badges count, never names."""

    BROADCASTER = "broadcaster"
    MODERATOR = "moderator"
    VIP = "vip"
    SUBSCRIBER = "subscriber"
    BOT = "bot"


class Rank(IntEnum):
    """An author's standing: the highest of the author's roles, as a number that can be compared."""

    EVERYONE = 0
    SUBSCRIBER = 1
    VIP = 2
    MODERATOR = 3
    BROADCASTER = 4


_RANK_OF_ROLE = {
    Role.SUBSCRIBER: Rank.SUBSCRIBER,
    Role.VIP: Rank.VIP,
    Role.MODERATOR: Rank.MODERATOR,
    Role.BROADCASTER: Rank.BROADCASTER,
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message."""

    id: str
    """The platform's id of the account; stable while names change."""
    name: str
    """The name as shown in chat. Hostile text: anybody can choose it."""
    roles: frozenset[Role] = frozenset()
    """The roles that this channel's badges give. Badges of another channel never count."""
    login: str = ""
    """The account's login name, where the platform has one beside the name it shows."""

    @property
    def rank(self) -> Rank:
        """The highest standing that the roles give."""
        return max(
            (_RANK_OF_ROLE[r] for r in self.roles if r in _RANK_OF_ROLE), default=Rank.EVERYONE
        )


class FragmentType(StrEnum):
    """What the platform says a stretch of the text is."""

    TEXT = "text"
    EMOTE = "emote"
    CHEERMOTE = "cheermote"
    MENTION = "mention"
    EMOJI = "emoji"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a message's text. The fragments of a message, joined, are its text."""

    type: str
    """A `FragmentType`; a type that this program does not know is kept and read as text."""
    text: str
    """The characters of the text that this fragment covers."""
    id: str = ""
    """The platform's id of the emote, or of the account mentioned."""


NO_CURRENCY = "XXX"
"""ISO 4217 for none: paid, but the unit cannot be read."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What a viewer gave with a message."""

    amount: float
    """How much, in `unit`; never negative."""
    unit: str
    """`bits`, `points`, or an ISO 4217 code such as `EUR`."""


@dataclass(frozen=True, slots=True)
class Reward:
    """The channel-points reward that was redeemed."""

    id: str
    """The platform's id of the reward."""
    title: str = ""
    """Its title, where the platform tells it."""


class Kind(StrEnum):
    """What happened in chat that may be spoken."""

    MESSAGE = "message"
    REDEMPTION = "redemption"
    SUB = "sub"
    GIFT = "gift"
    RAID = "raid"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One line of chat, or one paid event, as the platform gave it."""

    platform: str
    """`twitch`, `youtube`, `console`, or what a recording says."""
    channel: str
    """The channel it was written in."""
    id: str
    """The platform's id of the message: what a deletion names. Empty when there is none."""
    author: Author
    """Who wrote it."""
    text: str
    """The whole text as typed, trigger word included. Hostile."""
    kind: Kind = Kind.MESSAGE
    """What happened."""
    fragments: tuple[Fragment, ...] = ()
    """The text cut by the platform, or empty if the platform does not; joined they equal `text`."""
    reply_to: str = ""
    """The id of the message that this one answers."""
    shared_from: str = ""
    """The channel that a shared chat brought this from. Never a source of rights."""
    reward: Reward | None = None
    """The reward that was redeemed with it."""
    first: bool = False
    """Whether the platform says it is this author's first message in the channel."""
    paid: Payment | None = None
    """What was given with it."""
    viewers: int | None = None
    """How many viewers a raid brings; None: not told, or no raid."""
    months: int | None = None
    """How many months its author has subscribed, or been a member; None: not told."""
    gifts: int | None = None
    """How many subscriptions or memberships were given; 0: it tells of one that another message
    counts. None: not told, or none were."""
    extra: Mapping[str, object] = field(default_factory=dict, hash=False)
    """Keys of a recording that this program does not know; kept and written again."""
    sent: float | None = field(default=None, compare=False)
    """When it was sent, in Unix seconds by the platform's clock; None: not told."""


class RemovalKind(StrEnum):
    """What a moderator, or the platform, took away."""

    DELETE = "delete"
    CLEAR_AUTHOR = "clear_author"
    CLEAR_ALL = "clear_all"


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that must not be spoken any more, wherever it is by now."""

    platform: str
    """The platform it happened on."""
    channel: str
    """The channel it happened in."""
    kind: RemovalKind
    """How much is taken away."""
    target: str = ""
    """The message id (`delete`) or the author id (`clear_author`)."""
    seconds: float | None = None
    """How long the author is timed out; None: for good, or not told."""
    extra: Mapping[str, object] = field(default_factory=dict, hash=False)
    """Keys of a recording that this program does not know."""
    sent: float | None = field(default=None, compare=False)
    """When it was done, in Unix seconds by the platform's clock; None: not told."""

    def covers(self, message: ChatMessage) -> bool:
        """Whether `message`, which came first, is among what is taken away."""
        if self.platform != message.platform:
            return False
        if self.channel and message.channel and self.channel != message.channel:
            return False
        if self.kind is RemovalKind.DELETE:
            return bool(self.target) and self.target == message.id
        if self.follows(message, _JITTER_S) is False:
            return False
        if self.kind is RemovalKind.CLEAR_AUTHOR:
            return bool(self.target) and self.target == message.author.id
        return True

    def follows(self, message: ChatMessage, slack: float = 0.0) -> bool | None:
        """Whether it was done after `message` was sent, or less than `slack` seconds before.

        None where either has no time.
        """
        if self.sent is None or message.sent is None:
            return None
        return message.sent <= self.sent + slack


Event = ChatMessage | Removal
"""What a connector emits."""


class Action(StrEnum):
    """What is to be done with a message."""

    SPEAK = "speak"
    HOLD = "hold"
    DROP = "drop"


class Tier(StrEnum):
    """How bad an entry of a block list is."""

    NEVER = "never"
    STRICT = "strict"
    MILD = "mild"


class What(StrEnum):
    """What a text was refused for."""

    WORD = "word"
    PATTERN = "pattern"
    ADVERT = "advert"
    LINK = "link"
    NUMBER = "number"
    DRAWING = "drawing"
    CONTRIVED = "contrived"


@dataclass(frozen=True, slots=True)
class Hit:
    """What of a message a rule refused."""

    entry: str
    """The entry that it met, as list and number, `your list, entry 3`; never the word itself.
    Empty where no list has it."""
    tier: Tier | None
    """How bad the entry is; None where no list has it."""
    how: str
    """How the entry stands in the reading (`whole word`, `pulled apart`, `sounds like`), or what
    was seen there (`a link`)."""
    reading: str
    """The name of the reading that held it: `folded`, `leet`, `as typed`."""
    text: str
    """The reading's whole text."""
    start: int
    """Where it begins in `text`."""
    end: int
    """Where it ends in `text`."""
    what: What = What.WORD
    """What kind of thing it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the filters say of one message."""

    action: Action
    """Speak, hold for a person, or drop."""
    reason: str
    """The rule that decided and what it saw; never empty. Safe to log and to show."""
    spoken: str = ""
    """The exact text for the voice; empty unless the action is speak."""
    seconds: float = 0.0
    """Estimated seconds of speech of `spoken`."""
    rule: str = ""
    """The name of the rule that refused; empty if none did."""
    hit: Hit | None = None
    """What of the text was refused, where the text was."""
    language: str = ""
    """The line's language as an ISO 639-1 code, where it could be told."""
