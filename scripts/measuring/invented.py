"""Words that did not exist before: those listed must be caught, the others pass."""

from __future__ import annotations

from random import Random

from measuring.judged import blocking, ours
from measuring.libraries import anchors, quiet
from measuring.report import say, share, table
from measuring.yardstick import by_category
from tests.evasions import Case, evasions, words

WORDS = 40


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
            judges[name] = lambda case, caught=caught: quiet(caught, case.text)  # type: ignore[misc]
    as_rows = [{"category": case.category} for case in cases]
    stopped = [[judged(case) for case in cases] for judged in judges.values()]
    table(["way", "cases", *judges], by_category(as_rows, stopped))
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
