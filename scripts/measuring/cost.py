"""What a judgement costs, and that no text whatever fails or takes long."""

from __future__ import annotations

import gc
import statistics
import time
from collections import Counter
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


def _once(text: str, rules: Rules) -> float:
    """Milliseconds of one judgement."""
    start = time.thread_time()
    verdict(text, rules)
    return 1000 * (time.thread_time() - start)


def _took(text: str, rules: Rules) -> float:
    """The same, the best of three, since others may run on the machine."""
    return min(_once(text, rules) for _ in range(3))


def _percentiles(took: list[float]) -> list[str]:
    took = sorted(took)
    p99 = took[int(0.99 * len(took))]
    rate = 1000 * len(took) / sum(took)
    return [f"{statistics.median(took):.3f}", f"{p99:.3f}", f"{took[-1]:.3f}", f"{rate:.0f}"]


def _speed(lines: list[str], cases: list[Case], rules: Rules) -> None:
    every = [*lines, *(case.text for case in cases)]
    # Never judged before in this process: what is remembered from message to message is not there.
    fresh = [_once(text, rules) for text in lines]
    for text in every:
        verdict(text, rules)
    gc.collect()
    rows: list[list[object]] = [["harmless lines, each for the first time", len(lines)]]
    rows[0] += _percentiles(fresh)
    for name, some in (("harmless lines", lines), ("harmless and evasions", every)):
        rows.append([name, len(some), *_percentiles([_took(text, rules) for text in some])])
    table(["lines", "count", "median ms", "p99 ms", "longest ms", "lines a second"], rows)


def _any_unicode(rules: Rules, seed: str) -> None:
    count = Counter[str]()
    slowest = 0.0

    def look(text: str) -> None:
        nonlocal slowest
        slowest = max(slowest, _took(text, rules))
        count["examples"] += 1
        count["raised"] += "error in rule" in verdict(text, rules).reason
        once = clean(text)
        count["unstable"] += clean(once) != once

    rng = Random(seed)  # noqa: S311 - not for secrets
    for _ in range(RANDOM_TEXTS):
        look(_any_text(rng, rng.randint(0, 200)))
    say(
        f"{count['examples']:,} random texts of 0 to 200 code points: rules that raised "
        f"{count['raised']}, slowest {slowest:.2f} ms; `clean(clean(x)) != clean(x)` of "
        f"{count['unstable']}."
    )
    count.clear()
    slowest = 0.0
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
        f"{count['raised']}, slowest {slowest:.2f} ms; `clean(clean(x)) != clean(x)` of "
        f"{count['unstable']}."
    )


def cost(lines: list[str], cases: list[Case], seed: str) -> None:
    """Milliseconds of one judgement, and what hostile texts cost."""
    rules = strictest()
    say("### Cost: one core, best of three, shipped lists with every tier on")
    say()
    _speed(lines, cases, rules)
    _any_unicode(rules, seed)
    rng = Random(seed)  # noqa: S311 - not for secrets
    took_by = {name: _took(text, rules) for name, text in _long_texts(rng).items()}
    worst = Counter(took_by).most_common(3)
    say(
        f"Texts of {LONG:,} characters of {len(took_by)} kinds: slowest "
        + ", ".join(f"{name} {ms:.2f} ms" for name, ms in worst)
        + "."
    )
    say()
