"""What viewers give: whether it is enough to count, and what is said of it.

Does not know how a text is judged: whoever asks hands in what does. What stands in a template is
the streamer's; name and text are hostile, so a filled template is judged like any other text, and
if it may not be said with the name it is said of `a viewer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import dropwhile

from bot.money_said import money, number
from bot.template import fill
from filters.message import (
    Action,
    ChatMessage,
    Fragment,
    FragmentType,
    Kind,
    Payment,
    Verdict,
)
from filters.names_said import nobody, spoken_name
from filters.trigger import How, Triggered

TEXT_ALONE = "{text}"
"""The template that says what the viewer wrote and nothing else."""
NOTHING = "-"
"""The template that says nothing, since an empty setting means its default."""

_POINTS = "points"
_UNKNOWN_AMOUNT = "a Super Chat"
_CALLS_THEM_MEMBERS = "youtube"


class Occasion(StrEnum):
    """What was given."""

    BITS = "bits"
    SUPER_CHAT = "super_chat"
    REWARD = "reward"
    SUB = "sub"
    MEMBER = "member"
    GIFT = "gift"
    MEMBER_GIFT = "member_gift"


_GIFTS = (Occasion.GIFT, Occasion.MEMBER_GIFT)


def occasion(message: ChatMessage) -> Occasion | None:
    """What was given with a message; None: nothing."""
    members = message.platform == _CALLS_THEM_MEMBERS
    match message.kind:
        case Kind.REDEMPTION:
            return Occasion.REWARD
        case Kind.SUB:
            return Occasion.MEMBER if members else Occasion.SUB
        case Kind.GIFT:
            return Occasion.MEMBER_GIFT if members else Occasion.GIFT
    match message.paid:
        case None:
            return None
        case Payment(unit="bits"):
            return Occasion.BITS
        case Payment(unit="points"):
            return Occasion.REWARD
    return Occasion.SUPER_CHAT


def how_many(messages: Sequence[ChatMessage]) -> int:
    """How many subscriptions or memberships some messages of the same occasion tell of."""
    return sum(1 if message.gifts is None else message.gifts for message in messages)


@dataclass(frozen=True, slots=True)
class Templates:
    """What is said, by occasion; NOTHING or missing: nothing."""

    said: Mapping[Occasion, str] = field(default_factory=dict)
    """With a text of the viewer's that may be said; missing: TEXT_ALONE."""
    thanks: Mapping[Occasion, str] = field(default_factory=dict)
    """Without: there is none, or it was refused."""
    many: Mapping[Occasion, str] = field(default_factory=dict)
    """Of several in a row, without."""


class Payments:
    """Applies the minimums and the templates."""

    def __init__(
        self,
        minimums: Mapping[str, float] | None = None,
        templates: Templates | None = None,
        *,
        announce: bool = True,
        language: str = "en",
    ) -> None:
        """`minimums`: the least that counts, by unit (`bits`, `points`, `EUR`); `announce`:
        whether what comes without a text is spoken at all; `language`: that of the templates."""
        self._minimums = dict(minimums or {})
        self._templates = templates or Templates()
        self._announce = announce
        self._language = language

    def counted(self, message: ChatMessage) -> ChatMessage:
        """The message, as an ordinary one if too little came with it.

        An amount of 0 could not be read, and counts.
        """
        paid = message.paid
        if paid is None or not 0 < paid.amount < self._minimums.get(paid.unit, 0.0):
            return message
        kind = Kind.MESSAGE if message.kind is Kind.REDEMPTION else message.kind
        rest = tuple(dropwhile(_is_cheer, message.fragments))
        text = "".join(part.text for part in rest) if message.fragments else message.text
        return replace(message, paid=None, kind=kind, text=text, fragments=rest)

    def announcement(self, message: ChatMessage) -> Triggered | None:
        """What is to be said of a message that has no text to be spoken; None: nothing."""
        what = occasion(message)
        # A reward without a text asks for something else than speech.
        if not self._announce or what in (None, Occasion.REWARD) or message.shared_from:
            return None
        if message.gifts == 0 or not self._template(what, 1):
            return None
        return Triggered(replace(message, text="", fragments=()), How.PAID, named=False)

    def says_text_alone(self, message: ChatMessage) -> bool:
        """Whether nothing is said around a message's text."""
        return self._said(message) == TEXT_ALONE

    def _said(self, message: ChatMessage) -> str:
        what = occasion(message)
        return TEXT_ALONE if what is None else self._templates.said.get(what, TEXT_ALONE)

    def _template(self, what: Occasion | None, count: int) -> str:
        if what is None:
            return ""
        templates = self._templates
        chosen = templates.many.get(what, "") if count > 1 else templates.thanks.get(what, "")
        return "" if chosen == NOTHING else chosen

    def words(
        self,
        messages: Sequence[ChatMessage],
        text: Verdict,
        judged: Callable[[str], Verdict],
    ) -> Verdict:
        """What is said of messages that something was given with.

        Args:
            messages: one, or several of the same occasion, of which none has a text.
            text: the verdict on the first one's text alone.
            judged: gives the verdict on what would be spoken.

        Returns:
            A verdict to speak; `text` itself if that is spoken alone, or nothing can be said.
        """
        message = messages[0]
        template = self._said(message)
        if text.action is Action.SPEAK and text.spoken:
            if template == TEXT_ALONE:
                return text
            found = self._filled(template, messages, text, judged)
            if found is not None:
                return found
        thanks = self._template(occasion(message), how_many(messages))
        return self._filled(thanks, messages, text, judged) or text

    def _filled(
        self,
        template: str,
        messages: Sequence[ChatMessage],
        text: Verdict,
        judged: Callable[[str], Verdict],
    ) -> Verdict | None:
        if not template:
            return None
        message = messages[0]
        values = {
            "amount": _amount(messages, self._language),
            "months": str(message.months or 1),
            "text": text.spoken,
        }
        somebody = nobody(self._language)
        names = dict.fromkeys([spoken_name(message.author.name) or somebody, somebody])
        for name in names if "{name}" in template else [somebody]:
            verdict = judged(fill(template, values | {"name": name}))
            if verdict.action is Action.SPEAK and verdict.spoken:
                return verdict
        return None


def _is_cheer(fragment: Fragment) -> bool:
    """Whether a stretch of a text stands before the command of whoever gives bits."""
    return fragment.type == FragmentType.CHEERMOTE or not fragment.text.strip()


def _amount(messages: Sequence[ChatMessage], language: str) -> str:
    paid = messages[0].paid
    if paid is None:
        return str(how_many(messages))
    if paid.unit in ("bits", _POINTS):
        return number(paid.amount)
    return money(paid, language) or _UNKNOWN_AMOUNT
