"""Packaged prose that is stopped though no listed word stands in it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import prose as texts

from filters.chain import Rules
from filters.fold import fold
from filters.message import Action, Verdict
from filters.tokens import tokens
from measuring.judged import strictest, verdict
from measuring.report import say, share, table


def masked(text: str, start: int, end: int) -> str:
    """A text with what was hit readable by its first and last letter only."""
    hit = text[start:end]
    hidden = "".join("·" if 0 < i < len(hit) - 1 and c != " " else c for i, c in enumerate(hit))
    return text[:start] + hidden + text[end:]


def _stands_there(line: str, rules: Rules) -> str:
    """`listed` or `inflected` if such a word, or a phrase, stands whole in a line; else nothing."""
    found = tokens(fold(line))
    phrases = rules.words.phrases
    together = any(
        tuple(found[i + 2 : i + 2 + len(rest)]) == rest
        for i, pair in enumerate(pairwise(found))
        for rest, _ in phrases.get(pair, ())
    )
    if together or any(token in rules.words.listed for token in found):
        return "listed"
    return "inflected" if any(token in rules.words.forms for token in found) else ""


def _described(kind: str, language: str, line: str, said: Verdict) -> str:
    hit = said.hit
    if hit is None:
        return f"{kind}, {language}: {said.rule or said.reason}: {line}"
    shown = masked(hit.text, hit.start, hit.end)
    return f"{kind}, {language}: {said.rule}, {hit.entry}, {hit.how}, {hit.reading}: {shown}"


def harmless_prose(folder: Path, dropped: Path | None) -> None:
    """Lines of packaged prose that are stopped with the shipped lists and every tier on."""
    rules = strictest()
    say("### Prose, shipped lists, every tier on")
    say()
    described: list[str] = []
    counts: list[tuple[str, str, Counter[str]]] = []
    for kind, read in (("fortunes and manuals", texts.prose), ("dialogue", texts.dialogue)):
        for language, lines in read(folder).items():
            count = Counter(lines=len(lines))
            for line in lines:
                said = verdict(line, rules)
                if said.action is Action.SPEAK:
                    continue
                stands = _stands_there(line, rules)
                count[stands] += 1
                if not stands:
                    described.append(_described(kind, language, line, said))
            counts.append((kind, language, count))
    counts.append(("**all**", "", sum((count for _, _, count in counts), Counter())))
    heads = ["text", "language", "lines", "a listed word stands there", "an inflected one"]
    table(
        [*heads, "neither: stopped wrongly", "rate"],
        (
            [
                kind,
                language,
                n["lines"],
                n["listed"],
                n["inflected"],
                n[""],
                share(n[""], n["lines"]),
            ]
            for kind, language, n in counts
        ),
    )
    if dropped is not None:
        dropped.write_text("\n".join(described) + "\n", encoding="utf-8")
        say(f"The {len(described)} lines stopped wrongly, with rule and entry: `{dropped.name}`.")
        say()
