"""The order in which a message is judged: the first refusal wins and its reason is kept.

Does not know who wrote it or when (gate.py, limits.py), and never mends: a text that holds a
blocked word is dropped whole. Where a rule fails, the message is dropped too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from filters import links
from filters.fold import clean, readings
from filters.message import Action, ChatMessage, Fragment, Verdict
from filters.speakable import cut, drawn, estimate_seconds, speakable, without_emotes
from filters.trigger import is_paid
from filters.wordlist import WordList, compile_words
from filters.words import Hit, Search, TooContrived, find_split


@dataclass(frozen=True, slots=True)
class Rules:
    """What a channel allows."""

    words: WordList = field(default_factory=lambda: compile_words(()))
    """The block list."""
    links: Literal["say", "drop"] = "say"
    """Whether an address is spoken as the word `link` or drops the message."""
    max_seconds: float = 12.0
    """Seconds of speech of a message; the rest is cut."""
    max_seconds_paid: float = 25.0
    """The same for one that was paid for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message on its way through the rules."""

    text: str
    """What is left to say: as typed at first, at the end as the voice gets it."""
    fragments: tuple[Fragment, ...]
    """How the platform cuts the text as typed."""
    earlier: tuple[str, ...]
    """The author's last messages, oldest first."""
    seconds: float
    """The most that it may take to say."""
    search: Search
    """What has been looked up in its readings already."""


Refused = str
"""Why a rule refuses; safe to log and to show."""
Rule = Callable[[Draft, Rules], Draft | Refused]


def _reason(hit: Hit) -> Refused:
    return f"blocked word (entry {hit.index + 1}, {hit.how}, reading: {hit.reading})"


def _emotes(draft: Draft, rules: Rules) -> Draft | Refused:
    return replace(draft, text=clean(without_emotes(draft.text, draft.fragments)))


def _words(draft: Draft, rules: Rules) -> Draft | Refused:
    try:
        hit = draft.search.find(readings(draft.text))
    except TooContrived:
        return "too contrived to be judged"
    return draft if hit is None else _reason(hit)


def _split_words(draft: Draft, rules: Rules) -> Draft | Refused:
    hit = find_split(rules.words, draft.text, draft.earlier) if draft.earlier else None
    return draft if hit is None else _reason(hit)


def _links(draft: Draft, rules: Rules) -> Draft | Refused:
    return "a link" if rules.links == "drop" and links.find(draft.text) else draft


def _drawing(draft: Draft, rules: Rules) -> Draft | Refused:
    return "drawn with characters" if drawn(draft.text) else draft


def _speakable(draft: Draft, rules: Rules) -> Draft | Refused:
    text = cut(speakable(draft.text), draft.seconds)
    return replace(draft, text=text) if text else "nothing to say"


RULES: tuple[tuple[str, Rule], ...] = (
    ("emotes", _emotes),
    ("words", _words),
    ("split words", _split_words),
    ("links", _links),
    ("drawing", _drawing),
    ("speakable", _speakable),
    # What is spoken is not what was typed: it is judged again.
    ("words spoken", _words),
    ("split words spoken", _split_words),
)
"""Every rule by name, in order."""


def judge(message: ChatMessage, rules: Rules, earlier: Sequence[str] = ()) -> Verdict:
    """What is to be done with a message that asks to be spoken; its trigger word is off already.

    Args:
        message: the message; hostile in every field.
        rules: what the channel allows.
        earlier: the same author's messages of the last seconds, oldest first.
    """
    seconds = rules.max_seconds_paid if is_paid(message) else rules.max_seconds
    draft = Draft(message.text, message.fragments, tuple(earlier), seconds, Search(rules.words))
    for name, rule in RULES:
        try:
            judged = rule(draft, rules)
        except Exception as error:  # noqa: BLE001 - a rule that cannot decide stays silent
            return Verdict(Action.DROP, f"error in rule {name}: {type(error).__name__}")
        if isinstance(judged, str):
            return Verdict(Action.DROP, judged)
        draft = judged
    return Verdict(Action.SPEAK, "passed every rule", draft.text, estimate_seconds(draft.text))
