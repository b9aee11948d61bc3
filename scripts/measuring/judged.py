"""The filter under measurement, as functions of a text or a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from filters import dictionary
from filters.assemble import assemble, shipped_lists
from filters.chain import Rules, judge
from filters.message import Action, Author, ChatMessage, Tier, Verdict
from filters.wordlist import compile_words
from tests.evasions import Case


def verdict(text: str, rules: Rules, earlier: Sequence[str] = ()) -> Verdict:
    """What becomes of a text of a viewer nobody knows."""
    return judge(ChatMessage("console", "", "1", Author("1", "viewer"), text), rules, earlier)


def ours(rules: Rules) -> Callable[[Case], bool]:
    """Whether a case is stopped."""
    return lambda case: verdict(case.text, rules, case.prev).action is not Action.SPEAK


def blocking(blocked: Iterable[str]) -> Rules:
    """Rules that block these words alone."""
    return Rules(words=compile_words(blocked, dictionary=dictionary.load()))


def strictest() -> Rules:
    """The shipped lists with every tier on."""
    listed, patterns = assemble([shipped_lists()], tier=Tier.MILD)
    return Rules(words=listed, patterns=patterns)
