"""The yardstick's cases: caught, and stopped wrongly, beside the libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from measuring.libraries import anchors, quiet
from measuring.report import say, share, table

CHECKOUT = Path(__file__).resolve().parents[2]
TOLD = ("recall", "spoken texts", "not in the score", "answers with")
"""How the lines of the yardstick's scorer begin that are quoted."""


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


def by_category(
    cases: list[dict[str, Any]], stopped: Sequence[Sequence[bool]]
) -> Iterator[list[object]]:
    """Rows: the category, its cases, how many of them each judge stopped; at the end all."""
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
            stopped.append([bool(caught) and quiet(caught, c["text"]) for c in cases])  # type: ignore[arg-type]
        table([name, "cases", "this filter", *beside], by_category(cases, stopped))
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
