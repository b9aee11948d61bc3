"""Measures the word filter and prints a section for docs/measurements.md.

    python scripts/measure_filters.py [--yardstick DIR] [--prose DIR] [--dropped FILE] [--seed TEXT]

Runs the filter of this checkout, and beside it two libraries from PyPI where they are installed
(glin-profanity, better-profanity), on the same cases. What needs a folder that is not given is left
out. Knows no case by itself: the yardstick's are a folder's, the words are invented from the seed
(without --seed: the date), the prose is that of Debian packages (scripts/prose.py).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from random import Random
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "scripts")]

import prose as texts  # noqa: E402

from filters import dictionary  # noqa: E402
from filters.assemble import assemble, shipped_lists  # noqa: E402
from filters.chain import Rules, judge  # noqa: E402
from filters.fold import clean, fold  # noqa: E402
from filters.message import Action, Author, ChatMessage, Tier, Verdict  # noqa: E402
from filters.tokens import tokens  # noqa: E402
from filters.wordlist import compile_words  # noqa: E402
from tests.evasions import Case, evasions, words  # noqa: E402
from tests.unit.filters.test_innocent import LINES  # noqa: E402

WORDS = 40
RANDOM_TEXTS = 10_000
LONG = 10_000
TOLD = ("recall", "spoken texts", "not in the score", "answers with")
"""How the lines of the yardstick's scorer begin that are quoted."""
Caught = Callable[[str], bool]


def say(line: str = "") -> None:
    """Prints a line of the section."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a Markdown table."""
    say("| " + " | ".join(heads) + " |")
    say("|" + "---|" * len(heads))
    for row in rows:
        say("| " + " | ".join(map(str, row)) + " |")
    say()


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def verdict(text: str, rules: Rules, earlier: Sequence[str] = ()) -> Verdict:
    return judge(ChatMessage("console", "", "1", Author("1", "viewer"), text), rules, earlier)


def ours(rules: Rules) -> Callable[[Case], bool]:
    return lambda case: verdict(case.text, rules, case.prev).action is not Action.SPEAK


def blocking(blocked: Iterable[str]) -> Rules:
    return Rules(words=compile_words(blocked, dictionary=dictionary.load()))


def strictest() -> Rules:
    """The shipped lists with every tier on."""
    listed, patterns = assemble([shipped_lists()], tier=Tier.MILD)
    return Rules(words=listed, patterns=patterns)


# ---- the libraries beside it


def _glin(blocked: list[str]) -> Caught:
    from glin_profanity import Filter  # type: ignore[import-not-found]

    found: Any = Filter(
        {
            "custom_words": blocked,
            "detect_leetspeak": True,
            "leetspeak_level": "aggressive",
            "normalize_unicode": True,
        }
    )
    return lambda text: bool(found.is_profane(text))


def _better(blocked: list[str]) -> Caught:
    from better_profanity import Profanity  # type: ignore[import-not-found]

    found: Any = Profanity()
    found.load_censor_words(blocked)
    return lambda text: bool(found.contains_profanity(text))


def anchors(blocked: list[str]) -> dict[str, Caught | None]:
    """The libraries by name and version, imported here; None for one that is not installed."""
    found: dict[str, Caught | None] = {}
    for package, make in (("glin-profanity", _glin), ("better-profanity", _better)):
        try:
            found[f"{package} {metadata.version(package)}"] = make(blocked)
        except (ImportError, metadata.PackageNotFoundError):
            found[f"{package} (not installed)"] = None
    return found


def _quiet(caught: Caught, text: str) -> bool:
    try:
        return caught(text)
    except Exception:  # noqa: BLE001 - a library that raises has caught nothing
        return False


# ---- the yardstick


def _cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _answers(folder: Path, cases: list[dict[str, Any]]) -> list[bool]:
    """Whether the command line filter stops each case."""
    feed = [{"text": case["text"], "prev": case.get("prev")} for case in cases]
    done = subprocess.run(
        [sys.executable, "-m", "filters", "--blocklist", str(folder / "blocklist.txt")],
        input="\n".join(map(json.dumps, feed)) + "\n",
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return [json.loads(line)["verdict"] != "speak" for line in done.stdout.splitlines()]


def _by_category(
    cases: list[dict[str, Any]], stopped: Sequence[Sequence[bool]]
) -> Iterator[list[object]]:
    of = Counter(case["category"] for case in cases)
    for category, count in of.items():
        places = [i for i, case in enumerate(cases) if case["category"] == category]
        yield [category, count, *(sum(one[i] for i in places) for one in stopped)]
    yield ["**all**", len(cases), *(share(sum(one), len(cases)) for one in stopped)]


def yardstick(folder: Path) -> None:
    """The yardstick's own figures, and the libraries on the same cases."""
    say("### Yardstick: cases caught, harmless lines stopped")
    say()
    blocked = (folder / "blocklist.txt").read_text(encoding="utf-8").split()
    beside = anchors(blocked)
    for name in ("evasion", "innocent"):
        cases = [
            case
            for case in _cases(folder / f"{name}.jsonl")
            if case.get("tier", "core") == "core" and case["category"] != "ambiguous_whole_word"
        ]
        stopped = [_answers(folder, cases)]
        for caught in beside.values():
            stopped.append([bool(caught) and _quiet(caught, c["text"]) for c in cases])  # type: ignore[arg-type]
        table([name, "cases", "this filter", *beside], _by_category(cases, stopped))
    told = subprocess.run(
        [sys.executable, str(folder / "score.py"), "--project", str(CHECKOUT)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout
    say("The scorer's own lines:")
    say()
    for line in told.splitlines():
        if line.startswith(TOLD):
            say(f"    {line}")
    say()


# ---- words invented from the seed


def invented(seed: str) -> list[Case]:
    """Recall on words that did not exist before, by the way they are hidden. Returns the cases."""
    say(f"### Words invented from the seed {seed!r}")
    say()
    rng = Random(seed)  # noqa: S311 - not for secrets
    drawn = words(rng, 2 * WORDS)
    blocked, others = drawn[:WORDS], drawn[WORDS:]
    rules = blocking(blocked)
    cases = [case for word in blocked for case in evasions(word, rng)]
    judges = {"this filter": ours(rules)}
    for name, caught in anchors(blocked).items():
        if caught is not None:
            judges[name] = lambda case, caught=caught: _quiet(caught, case.text)  # type: ignore[misc]
    as_rows = [{"category": case.category} for case in cases]
    stopped = [[judged(case) for case in cases] for judged in judges.values()]
    table(["way", "cases", *judges], _by_category(as_rows, stopped))
    away = [
        case
        for word in others
        for case in evasions(word, rng)
        if not case.category.startswith(("markup", "indicator"))
    ]
    wrong = sum(map(judges["this filter"], away))
    say(
        f"The same disguises of {WORDS} other invented words, which are not listed: "
        f"{wrong} of {len(away)} stopped ({share(wrong, len(away))})."
    )
    say()
    return cases


# ---- prose


def _masked(text: str, start: int, end: int) -> str:
    """A text with what was hit readable by its first and last letter only."""
    hit = text[start:end]
    hidden = "".join("·" if 0 < i < len(hit) - 1 and c != " " else c for i, c in enumerate(hit))
    return text[:start] + hidden + text[end:]


def _stands_there(line: str, rules: Rules) -> str:
    """`listed` or `inflected` if such a word, or a phrase, stands whole in a line; else nothing."""
    found = tokens(fold(line))
    phrases = rules.words.phrases
    together = any(
        tuple(found[i + 1 : i + 1 + len(rest)]) == rest
        for i, token in enumerate(found)
        for rest, _ in phrases.get(token, ())
    )
    if together or any(token in rules.words.listed for token in found):
        return "listed"
    return "inflected" if any(token in rules.words.forms for token in found) else ""


def _described(kind: str, language: str, line: str, said: Verdict) -> str:
    hit = said.hit
    if hit is None:
        return f"{kind}, {language}: {said.rule or said.reason}: {line}"
    shown = _masked(hit.text, hit.start, hit.end)
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


# ---- cost


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


def _took(text: str, rules: Rules) -> float:
    """Milliseconds of one judgement: the best of three, since others may run on the machine."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        verdict(text, rules)
        best = min(best, 1000 * (time.perf_counter() - start))
    return best


def cost(lines: list[str], cases: list[Case], seed: str) -> None:
    """Milliseconds of one judgement, and what hostile texts cost."""
    rules = strictest()
    say("### Cost: one core, warm, best of three, shipped lists with every tier on")
    say()
    every = [*lines, *(case.text for case in cases)]
    for text in every:
        verdict(text, rules)
    gc.collect()
    rows: list[list[object]] = []
    for name, some in (("harmless lines", lines), ("harmless and evasions", every)):
        took = sorted(_took(text, rules) for text in some)
        p99 = took[int(0.99 * len(took))]
        rate = 1000 * len(took) / sum(took)
        median = statistics.median(took)
        rows.append(
            [name, len(some), f"{median:.3f}", f"{p99:.3f}", f"{took[-1]:.3f}", f"{rate:.0f}"]
        )
    table(["lines", "count", "median ms", "p99 ms", "longest ms", "lines a second"], rows)
    rng = Random(seed)  # noqa: S311 - not for secrets
    slowest = 0.0
    unstable = failed = 0
    for _ in range(RANDOM_TEXTS):
        text = _any_text(rng, rng.randint(0, 200))
        slowest = max(slowest, _took(text, rules))
        failed += "error in rule" in verdict(text, rules).reason
        once = clean(text)
        unstable += clean(once) != once
    say(
        f"{RANDOM_TEXTS:,} random texts of 0 to 200 code points: rules that raised {failed}, "
        f"slowest {slowest:.2f} ms; `clean(clean(x)) != clean(x)` of {unstable}."
    )
    took_by = {name: _took(text, rules) for name, text in _long_texts(rng).items()}
    worst = Counter(took_by).most_common(3)
    say(
        f"Texts of {LONG:,} characters of {len(took_by)} kinds: slowest "
        + ", ".join(f"{name} {ms:.2f} ms" for name, ms in worst)
        + "."
    )
    say()


def _processor() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--yardstick", type=Path, help="folder of cases with its score.py")
    parser.add_argument("--prose", type=Path, help="folder of unpacked Debian packages")
    parser.add_argument("--dropped", type=Path, help="file for the lines of prose that are dropped")
    parser.add_argument("--seed", default=datetime.now(UTC).date().isoformat())
    options = parser.parse_args(arguments)
    say(f"## {datetime.now(UTC).date()}: the word filter")
    say()
    say(
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, Unicode {unicodedata.unidata_version}: "
        "`python scripts/measure_filters.py`"
    )
    say()
    if options.yardstick:
        yardstick(options.yardstick.resolve())
    cases = invented(options.seed)
    if options.prose:
        harmless_prose(options.prose, options.dropped)
    cost(LINES, cases, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
