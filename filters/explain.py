"""What the rules see in one text, as lines for a terminal.

Does not judge: it asks the chain and shows what the chain looked at. A listed word is called by its
entry's name; whatever is hostile in a text comes escaped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from filters.chain import RULES, Rules, judge
from filters.dictionary import Dictionary
from filters.fold import clean, unseen
from filters.message import ChatMessage, Hit, Verdict
from filters.readings import readings
from filters.tokens import tokens

WIDTH = 80
"""Columns of the terminal that the lines are made for."""
_LABEL = 10
_AROUND = 30
"""Columns of a reading that are shown before a hit."""


def escaped(text: str) -> str:
    """A text with what cannot be seen, or would move the cursor, as escapes."""
    return "".join(
        char.encode("ascii", "backslashreplace").decode() if unseen(char) else _one_line(char)
        for char in text
    )


def _one_line(char: str) -> str:
    return char if char == " " or not char.isspace() else repr(char)[1:-1]


def _columns(text: str) -> int:
    """How many columns of a terminal an escaped text takes."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def _wrapped(text: str, width: int, *, words: bool = True) -> list[str]:
    """An escaped text in lines of at most so many columns, cut between words where it can be."""
    lines, line, taken = [], "", 0
    for char in text:
        wide = _columns(char)
        if taken + wide > width:
            head, space, rest = line.rpartition(" ") if words else ("", "", "")
            lines.append(head if space else line)
            line = rest if space else ""
            taken = _columns(line)
        line += char
        taken += wide
    return [*lines, line] if line else lines


def _field(label: str, text: str) -> Iterator[str]:
    for number, line in enumerate(_wrapped(text, WIDTH - _LABEL) or ["-"]):
        yield f"{'' if number else label:<{_LABEL}}{line}".rstrip()


def _readings(text: str) -> Iterator[str]:
    yield "readings"
    for reading in readings(text):
        yield f"  {reading.name}"
        for line in _wrapped(escaped(reading.text), WIDTH - 4):
            yield f"    {line}"


def _unknown(found: Sequence[str], dictionary: Dictionary) -> list[str]:
    return [
        token
        for token in dict.fromkeys(found)
        if not (dictionary.known(token) or dictionary.name(token) or dictionary.compound(token))
    ]


def _rules(verdict: Verdict) -> Iterator[str]:
    yield "rules"
    refused = False
    for name, _ in RULES:
        if refused:
            result = "not asked"
        elif name == verdict.rule:
            refused, result = True, f"REFUSED: {verdict.reason}"
        else:
            result = "passed"
        for number, line in enumerate(_wrapped(result, WIDTH - 24)):
            yield f"  {'' if number else name:<22}{line}"


def _hit(hit: Hit) -> Iterator[str]:
    entry = f"{hit.entry} (tier {hit.tier}): " if hit.entry else ""
    yield from _field("hit", entry + hit.how)
    yield from _field("", f"in the reading: {hit.reading}")
    start = max(0, hit.start - _AROUND)
    before = escaped(hit.text[start : hit.start])
    word = escaped(hit.text[hit.start : hit.end])
    behind = escaped(hit.text[hit.end :])
    lead = ("..." if start else "") + before
    line, *more = _wrapped(lead + word + behind, WIDTH - 5, words=False) or [""]
    yield f"  {line}{'...' if more else ''}"
    at = _columns(lead)
    yield "  " + " " * at + "^" * max(1, min(_columns(word), WIDTH - 5 - at))


def explain(
    message: ChatMessage,
    rules: Rules,
    earlier: Sequence[str] = (),
    *,
    wary: bool = False,
    say_name: bool = False,
) -> Iterator[str]:
    """Lines of at most `WIDTH` columns: the readings, the rules in order, the hit, the outcome.

    Args:
        message: the message; hostile.
        rules: what the channel allows.
        earlier: the same author's messages of the last seconds, oldest first.
        wary: whether to be stricter, as with an author whom nobody here knows.
        say_name: whether `NAME says` is put in front.
    """
    verdict = judge(message, rules, earlier, wary=wary, say_name=say_name)
    cleaned = clean(message.text)
    found = tokens(next(iter(readings(cleaned))).text)
    yield from _field("cleaned", escaped(cleaned))
    yield from _readings(cleaned)
    yield from _field("tokens", escaped(" ".join(found)))
    if rules.words.dictionary is not None:
        yield from _field("unknown", escaped(" ".join(_unknown(found, rules.words.dictionary))))
    yield from _rules(verdict)
    if verdict.hit is not None:
        yield from _hit(verdict.hit)
    yield from _field("verdict", f"{verdict.action}: {verdict.reason}")
    yield from _field("spoken", escaped(verdict.spoken))
    yield from _field("seconds", f"{verdict.seconds:.1f}")
    yield from _field("language", verdict.language or "-")
