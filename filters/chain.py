"""The order in which a message is judged: the first refusal wins and its reason is kept.

Does not know who wrote it or when (gate.py, limits.py), and never mends: a text that holds a
blocked word is dropped whole. Where a rule fails, the message is dropped too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from filters import adverts, drawing, links, numbers_private
from filters.effort import TooContrived, scattered
from filters.fold import clean
from filters.language import language_of
from filters.leet import spellings
from filters.message import Action, ChatMessage, Fragment, Hit, Verdict, What
from filters.names_said import nobody, says, spoken_name
from filters.patterns import Patterns
from filters.phrases_said import phrases
from filters.readings import Readings, readings
from filters.speakable import (
    Saying,
    beginning,
    cut,
    enough,
    estimate_seconds,
    speakable,
    without_emotes,
)
from filters.trigger import is_paid
from filters.wordlist import WordList, compile_words
from filters.words import Search


@dataclass(frozen=True, slots=True)
class Rules:
    """What a channel allows."""

    words: WordList = field(default_factory=lambda: compile_words(()))
    """The block list."""
    patterns: Patterns | None = None
    """Finds the streamer's own patterns in a reading's text."""
    links: Literal["say", "drop"] = "say"
    """Whether an address is spoken as the word `link`, and a telephone or card number as the words
    `a number`, or drops the message."""
    hosts: frozenset[str] = frozenset()
    """Hosts whose addresses are no links; lower case, subdomains are meant too."""
    language: str = "en"
    """The channel's language (ISO 639-1): what a line is in that does not tell."""
    saying: Saying = field(default_factory=Saying)
    """How what is written is said."""
    max_seconds: float = 12.0
    """Seconds of speech of a message; the rest is cut."""
    max_seconds_paid: float = 25.0
    """The same for one that was paid for."""


@dataclass(slots=True)
class Draft:
    """A message on its way through the rules, each of which may change it."""

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
    wary: bool
    """Whether to be stricter, as with an author whom nobody here knows."""
    name: str | None = None
    """The author's display name if it is to be said; hostile."""
    again: bool = False
    """Whether it is announced as spoken before."""
    language: str = ""
    """The line's language."""
    judged: str = ""
    """The text that the rules about words have passed already."""
    begins: str = ""
    """What a voice would say for the beginning of the text if no more of it is needed, not cut."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a rule refuses."""

    reason: str
    """Safe to log and to show."""
    hit: Hit | None = None
    """What of the text it refuses."""


Rule = Callable[[Draft, Rules], Refused | None]


def _blocked(hit: Hit) -> Refused:
    return Refused(f"blocked word ({hit.entry}, {hit.how}, reading: {hit.reading})", hit)


def _seen(
    what: What, how: str, text: str, span: tuple[int, int], *, reading: str = "as typed"
) -> Hit:
    """What no list has, in a text that a rule looked at."""
    return Hit("", None, how, reading, text, *span, what)


def _emotes(draft: Draft, rules: Rules) -> Refused | None:
    draft.text = clean(without_emotes(draft.text, draft.fragments))
    return None


def _find(draft: Draft, rules: Rules) -> Hit | None:
    """What the block list has of the text. Raises TooContrived."""
    if scattered(draft.text):
        raise TooContrived
    every = readings(draft.text)
    begins = beginning(draft.text, draft.seconds)
    if begins == draft.text:
        return draft.search.find(every)

    def heard() -> Readings:
        draft.language = language_of(draft.text, rules.language)
        said = _said(begins, draft.language, rules)
        if not enough(said, draft.seconds):
            return every
        draft.begins = said
        return readings(begins)

    return draft.search.find_long(every.seen, heard)


def _words(draft: Draft, rules: Rules) -> Refused | None:
    if draft.text == draft.judged:
        return None
    try:
        hit = _find(draft, rules)
    except TooContrived:
        hit = _seen(
            What.CONTRIVED, "a line with too many ways to read it", draft.text, (0, len(draft.text))
        )
        return Refused("too contrived to be judged", hit)
    if hit is not None:
        return _blocked(hit)
    draft.judged = draft.text
    return None


def _split_words(draft: Draft, rules: Rules) -> Refused | None:
    hit = draft.search.find_split(draft.text, draft.earlier) if draft.earlier else None
    return None if hit is None else _blocked(hit)


def _patterns(draft: Draft, rules: Rules) -> Refused | None:
    if rules.patterns is None:
        return None
    for reading in readings(draft.text):
        for text in spellings(reading.text):
            found = rules.patterns(text)
            if found is None:
                continue
            seen = reading.name, text, found.start, found.end
            hit = Hit(found.name, found.tier, "pattern", *seen, What.PATTERN)
            return Refused(f"blocked pattern ({hit.entry}, reading: {hit.reading})", hit)
    return None


def _adverts(draft: Draft, rules: Rules) -> Refused | None:
    found = adverts.find(draft.text)
    if found is None:
        return None
    how = f"an advert ({found.kind})"
    span = found.start, found.end
    return Refused(how, _seen(What.ADVERT, how, found.text, span, reading=found.reading))


def _links(draft: Draft, rules: Rules) -> Refused | None:
    found = links.find(draft.text, rules.hosts) if rules.links == "drop" else ()
    return Refused("a link", _seen(What.LINK, "a link", draft.text, found[0])) if found else None


def _numbers(draft: Draft, rules: Rules) -> Refused | None:
    if rules.links != "drop":
        return None
    # The path of an allowed address is not spoken, whatever numbers it holds.
    text = links.replace(draft.text, hosts=rules.hosts)
    found = numbers_private.find(text)
    if not found:
        return None
    how = "a telephone or card number"
    reading = "as typed" if text == draft.text else "paths of links out"
    return Refused(how, _seen(What.NUMBER, how, text, found[0], reading=reading))


def _drawing(draft: Draft, rules: Rules) -> Refused | None:
    span = drawing.find(draft.text)
    how = "drawn with characters"
    return None if span is None else Refused(how, _seen(What.DRAWING, how, draft.text, span))


def _said(text: str, language: str, rules: Rules) -> str:
    """What a voice is to say for a text, however long that takes."""
    words = phrases(language)
    said = links.replace(text, words.link, rules.saying.hosts)
    if said != text and words.link in said and len(said.split()) == 2:
        # A single word beside an address says nothing without it.
        said = words.link
    said = numbers_private.replace(said, words.number)
    return speakable(said, language=language, say=rules.saying)


def _speakable(draft: Draft, rules: Rules) -> Refused | None:
    draft.language = draft.language or language_of(draft.text, rules.language)
    said = draft.begins or _said(draft.text, draft.language, rules)
    draft.text, draft.begins = cut(said, draft.seconds), ""
    return None


def _name(draft: Draft, rules: Rules) -> Refused | None:
    if draft.name is None or not draft.text:
        return None
    name = spoken_name(draft.name)
    search = Search(rules.words, wary=draft.wary)
    try:
        refused = any(search.find(readings(n)) is not None for n in (draft.name, name))
    except TooContrived:
        refused = True
    if refused or not name:
        name = nobody(draft.language)
    said = f"{says(name, draft.language)} {draft.text}"
    draft.text = cut(said, draft.seconds)
    return None


def _again(draft: Draft, rules: Rules) -> Refused | None:
    if draft.again and draft.text:
        draft.text = cut(f"{phrases(draft.language).again} {draft.text}", draft.seconds)
    return None


RULES: tuple[tuple[str, Rule], ...] = (
    ("emotes", _emotes),
    ("words", _words),
    ("split words", _split_words),
    ("patterns", _patterns),
    ("adverts", _adverts),
    ("links", _links),
    ("numbers", _numbers),
    ("drawing", _drawing),
    ("speakable", _speakable),
    ("name", _name),
    ("again", _again),
    # What is spoken is not what was typed: it is judged again.
    ("words spoken", _words),
    ("split words spoken", _split_words),
    ("patterns spoken", _patterns),
)
"""Every rule by name, in order."""


def judge(
    message: ChatMessage,
    rules: Rules,
    earlier: Sequence[str] = (),
    *,
    wary: bool = False,
    say_name: bool = False,
    again: bool = False,
) -> Verdict:
    """What is to be done with a message that asks to be spoken; its trigger word is off already.

    A text that may be said, but of which nothing is left to say, gets the verdict to speak nothing.

    Args:
        message: the message; hostile in every field.
        rules: what the channel allows.
        earlier: the same author's messages of the last seconds, oldest first.
        wary: whether to be stricter, as with an author whom nobody here knows.
        say_name: whether `NAME says` is put in front; a name that is refused is `a viewer`.
        again: whether `again:` is put in front, since some of it may have been heard already.
    """
    draft = Draft(
        message.text,
        message.fragments,
        tuple(earlier),
        rules.max_seconds_paid if is_paid(message) else rules.max_seconds,
        Search(rules.words, wary=wary),
        wary,
        message.author.name if say_name else None,
        again,
    )
    for name, rule in RULES:
        try:
            refused = rule(draft, rules)
        except Exception as error:  # noqa: BLE001 - a rule that cannot decide stays silent
            return Verdict(Action.DROP, f"error in rule {name}: {type(error).__name__}", rule=name)
        if refused is not None:
            return Verdict(Action.DROP, refused.reason, rule=name, hit=refused.hit)
    reason = "passed every rule" if draft.text else "nothing to say"
    seconds = estimate_seconds(draft.text)
    return Verdict(Action.SPEAK, reason, draft.text, seconds, language=draft.language)
