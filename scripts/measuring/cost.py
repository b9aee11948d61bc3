"""What a judgement costs, and that no text whatever fails or takes long."""

from __future__ import annotations

import gc
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filters.chain import Rules
from filters.fold import clean
from measuring.judged import strictest, verdict
from measuring.report import say, table
from tests.evasions import Case

RANDOM_TEXTS = 10_000
LONG = 10_000
_ASKED = 5.0
"""Milliseconds that a text of any characters may take."""


def _any_text(rng: Random, length: int) -> str:
    """Code points from everywhere, surrogates too, with runs of the same block as people type."""
    out: list[str] = []
    while len(out) < length:
        first = rng.choice(
            (0x20, 0x20, 0xA0, 0x300, 0x400, 0x3040, 0x1F300, rng.randrange(0x110000))
        )
        out += [chr(min(first + rng.randrange(0x60), 0x10FFFF)) for _ in range(rng.randint(1, 12))]
    return "".join(out[:length])


def _long_texts(rng: Random) -> dict[str, str]:
    """Texts of `LONG` characters that may hold a filter up."""
    seeds = {
        "one letter": "a",
        "two letters": "ab",
        "letters and spaces": "a ",
        "letters and dots": "a.",
        "digits": "1",
        "digits and spaces": "1 2 ",
        "leet": "4$5 3|3 ",
        "stars": "a*b*",
        "masks": "zo**** ",
        "at signs": "@",
        "dots": ".",
        "the word dot": "dot ",
        "angle brackets": "<",
        "square brackets": "[[",
        "entities": "&#97;",
        "colons": ":regional_indicator_a: ",
        "capitals": "aB",
        "Zalgo": "a" + "\u0301" * 30,
        "invisible": "\u200b",
        "Arabic ligatures": "\ufdfa",
        "emoji": "😂",
        "flags": "🇿🇴",
        "hangul": "즈",
        "kana": "ゾ",
        "Cyrillic": "з о ",
        "mixed letters": "zо ",
        "words": "the quick zebra jumps ",
        "unknown words": "vexnar quimbo snarple drooka ",
        "hyphens": "zo-rg-",
        "unlike words": " ".join(
            "".join(rng.choices("aeioubdgklmnrstz", k=6)) for _ in range(1500)
        ),
        "no spaces": "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=LONG)),
        "any characters": _any_text(rng, LONG),
    }
    return {name: (seed * LONG)[:LONG] for name, seed in seeds.items()}


def _random_texts(rng: Random) -> list[str]:
    """Texts of `LONG` characters of one block of Unicode each, of a plane, or of all planes."""
    blocks = [(0, 0x110000)] * 3 + [(0, 0x10000)] * 3 + [(0x20, 0x5F)] * 3
    blocks += [(first, 0x80) for first in range(0, 0x3200, 0x80)]
    blocks += [(first, 0x800) for first in range(0x3200, 0x20000, 0x800)]
    return [
        "".join([
            " " if rng.random() < 0.15 else chr(first + rng.randrange(size)) for _ in range(LONG)
        ])
        for first, size in blocks
    ]  # fmt: skip


def _once(text: str, rules: Rules) -> float:
    """Milliseconds of one judgement."""
    start = time.thread_time()
    verdict(text, rules)
    return 1000 * (time.thread_time() - start)


def _took(texts: Iterable[str], rules: Rules) -> list[float]:
    """The same of each text, the best of three, since others may run on the machine.

    One text after the other, three times over: what a rule remembers of the text before is gone.
    """
    rounds = [[_once(text, rules) for text in texts] for _ in range(3)]
    return [min(took) for took in zip(*rounds, strict=True)]


def _percentiles(took: list[float]) -> list[str]:
    took = sorted(took)
    p99 = took[int(0.99 * len(took))]
    rate = 1000 * len(took) / sum(took)
    return [f"{statistics.median(took):.3f}", f"{p99:.3f}", f"{took[-1]:.3f}", f"{rate:.0f}"]


def _settle() -> None:
    """Whatever is there stays out of the collections to come, as in the bot once it is ready."""
    gc.collect()
    gc.freeze()


def _speed(lines: list[str], cases: list[Case], rules: Rules) -> None:
    every = [*lines, *(case.text for case in cases)]
    # Never judged before in this process: what is remembered from message to message is not there.
    fresh = [_once(text, rules) for text in lines]
    for text in every:
        verdict(text, rules)
    _settle()
    rows: list[list[object]] = [["harmless lines, each for the first time", len(lines)]]
    rows[0] += _percentiles(fresh)
    for name, some in (("harmless lines", lines), ("harmless and evasions", every)):
        rows.append([name, len(some), *_percentiles(_took(some, rules))])
    table(["lines", "count", "median ms", "p99 ms", "longest ms", "lines a second"], rows)


def _any_unicode(rules: Rules, seed: str) -> None:
    count = Counter[str]()
    took: list[float] = []

    def look(text: str) -> None:
        took.append(_once(text, rules))
        count["examples"] += 1
        count["raised"] += "error in rule" in verdict(text, rules).reason
        once = clean(text)
        count["unstable"] += clean(once) != once

    rng = Random(seed)  # noqa: S311 - not for secrets
    for _ in range(RANDOM_TEXTS):
        look(_any_text(rng, rng.randint(0, 200)))
    say(
        f"{count['examples']:,} random texts of 0 to 200 code points: rules that raised "
        f"{count['raised']}, {_each_once(took)}; `clean(clean(x)) != clean(x)` of "
        f"{count['unstable']}."
    )
    count.clear()
    took.clear()
    anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=2000)
    examples = given(st.one_of(st.text(max_size=500), anything))(look)
    # Every example is looked at, whatever it takes; a rule that raises is counted, not shrunk.
    settings(
        max_examples=RANDOM_TEXTS,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )(examples)()
    say(
        f"{count['examples']:,} examples of hypothesis, up to 2,000 characters: rules that raised "
        f"{count['raised']}, {_each_once(took)}; `clean(clean(x)) != clean(x)` of "
        f"{count['unstable']}."
    )


def _each_once(took: list[float]) -> str:
    return f"each judged once: median {statistics.median(took):.2f} ms, slowest {max(took):.2f} ms"


def _long(rules: Rules, rng: Random) -> None:
    _settle()
    kinds = _long_texts(rng)
    took_by = Counter(dict(zip(kinds, _took(kinds.values(), rules), strict=True)))
    say(
        f"Texts of {LONG:,} characters of {len(kinds)} kinds: slowest "
        + ", ".join(f"{name} {ms:.2f} ms" for name, ms in took_by.most_common(3))
        + "."
    )
    texts = _random_texts(rng)
    _settle()
    for name, took in (
        ("each for the first time", [_once(text, rules) for text in texts]),
        ("four times in a row, the best", [min(_once(t, rules) for _ in range(4)) for t in texts]),
    ):
        over = sum(ms > _ASKED for ms in took)
        say(
            f"{len(texts)} texts of {LONG:,} random characters, {name}: median "
            f"{statistics.median(took):.2f} ms, slowest {max(took):.2f} ms, {over} over "
            f"{_ASKED:g} ms."
        )
    say()


def cost(lines: list[str], cases: list[Case], seed: str) -> None:
    """Milliseconds of one judgement, and what hostile texts cost."""
    rules = strictest()
    say("### Cost: one core, best of three, shipped lists with every tier on")
    say()
    _speed(lines, cases, rules)
    _long(rules, Random(seed))  # noqa: S311 - not for secrets
    _any_unicode(rules, seed)
