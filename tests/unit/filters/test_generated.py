"""The filter against words that were invented a moment ago, hidden in every way there is.

The seed is fixed, so that a failure can be repeated; EVASION_SEED draws other words.
"""

import os
from collections import Counter
from random import Random

import pytest

from filters import dictionary
from filters.chain import Rules, judge
from filters.message import Action, Author, ChatMessage
from filters.wordlist import compile_words
from tests.evasions import Case, evasions, invent, sounds, words
from tests.evasions.invented import ordinary

SEED = os.environ.get("EVASION_SEED", "seven shy vexnars")
COUNT = 40
RECALL = 0.96
ROOM_RECALL = 0.75
"""No way to hide a word may be open, whatever the others make up for."""
FALSE_ALARMS = 0.005


def spoken(case: Case, rules: Rules) -> bool:
    message = ChatMessage("console", "", "1", Author("1", "viewer"), case.text)
    return judge(message, rules, case.prev).action is Action.SPEAK


def listed(blocked: list[str]) -> Rules:
    return Rules(words=compile_words(blocked, dictionary=dictionary.load()))


def room(category: str) -> str:
    return category.partition(":")[0]


@pytest.fixture(scope="module")
def drawn() -> tuple[list[str], list[str]]:
    """The words to be blocked, and as many others."""
    found = words(Random(SEED), 2 * COUNT)
    return found[:COUNT], found[COUNT:]


def report(cases: list[Case], missed: list[Case]) -> str:
    of = Counter(case.category for case in cases)
    lines = [f"{len(missed)} of {len(cases)} spoken, seed {SEED!r}"]
    for category, count in Counter(case.category for case in missed).most_common():
        shown = [ascii(case.text) for case in missed if case.category == category][:3]
        lines.append(f"{category}: {of[category] - count}/{of[category]} {', '.join(shown)}")
    return "\n".join(lines)


def test_what_hides_an_invented_word_is_not_spoken(drawn: tuple[list[str], list[str]]) -> None:
    rng = Random(SEED)
    rules = listed(drawn[0])
    cases = [case for word in drawn[0] for case in evasions(word, rng)]
    missed = [case for case in cases if spoken(case, rules)]
    assert len(missed) <= (1 - RECALL) * len(cases), report(cases, missed)
    of = Counter(room(case.category) for case in cases)
    for name, count in Counter(room(case.category) for case in missed).items():
        assert count <= (1 - ROOM_RECALL) * of[name], f"{name}\n{report(cases, missed)}"


def test_other_words_in_the_same_disguises_are_spoken(drawn: tuple[list[str], list[str]]) -> None:
    # Markup is refused whatever it holds; all else has to be told from the words that are blocked.
    rng = Random(SEED)
    rules = listed(drawn[0])
    cases = [
        case
        for word in drawn[1]
        for case in evasions(word, rng)
        if not case.category.startswith(("markup", "indicator"))
    ]
    stopped = [case for case in cases if not spoken(case, rules)]
    assert len(stopped) <= FALSE_ALARMS * len(cases), report(cases, stopped)


def test_an_invented_word_is_new(drawn: tuple[list[str], list[str]]) -> None:
    for word in (*drawn[0], *drawn[1]):
        assert word.isascii()
        assert word.isalpha()
        assert 4 <= len(word) <= 9
        assert not ordinary(word)


def test_the_same_seed_gives_the_same_cases() -> None:
    one, two = ([*evasions(invent(rng), rng)] for rng in (Random(5), Random(5)))
    assert one == two
    assert invent(Random(6)) != one[0].base


def test_every_case_differs_from_its_word_or_is_plain() -> None:
    rng = Random(SEED)
    for word in words(rng, 5):
        for case in evasions(word, rng):
            assert case.base == word
            assert case.category == "plain" or case.text != word or case.prev


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("zorgle", ["Z", "OR", "G", "L="]),
        ("blippo", ["B", "L", "I", "P", "OH"]),
        ("quimble", ["KW", "I", "M", "B", "L="]),
        ("vexnar", ["V", "E", "X", "N", "AR"]),
        ("shrade", ["SH", "R", "AY", "D", ""]),
    ],
)
def test_sounds(word: str, heard: list[str]) -> None:
    found = sounds.units(word)
    assert [unit.sound for unit in found] == heard
    assert "".join(unit.spelled for unit in found) == word


def test_a_respelling_keeps_the_consonants_that_are_heard() -> None:
    rng = Random(SEED)
    for word in ("zorgle", "blippo", "drooka", "snarf"):
        for changes in (1, 2, 3):
            spelled = sounds.respell(word, rng, changes)
            assert spelled is not None
            assert [unit.sound for unit in spelled] == [unit.sound for unit in sounds.units(word)]
