"""Ways to hide a word that keep its sound and change its letters.

Does not know how the filters listen; the spellings are those of sounds.py and scripts.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.evasions import alphabets
from tests.evasions.invented import ordinary
from tests.evasions.scripts import by_letters, hangul, hiragana, katakana
from tests.evasions.sounds import Unit, apart, letter_names, respell, units

_LETTERS = {
    "script: Cyrillic": alphabets.CYRILLIC,
    "script: Greek": alphabets.GREEK,
    "script: Hebrew": alphabets.HEBREW,
    "script: Arabic": alphabets.ARABIC,
}


def _joined(spelled: list[Unit]) -> str:
    return "".join(unit.spelled for unit in spelled)


def _sounds(word: str, rng: Random) -> Iterator[tuple[str, str]]:
    for changes in (1, 1, 2, 3):
        spelled = respell(word, rng, changes)
        if spelled and not ordinary(_joined(spelled)):
            yield f"sound: {changes} respelled", _joined(spelled)
    spelled = respell(word, rng, 2)
    for text in apart(spelled or units(word), rng):
        if spelled:
            yield "sound: in two pieces", rng.choice((text, text.replace(" ", "-")))


def _names(word: str, rng: Random) -> Iterator[tuple[str, str]]:
    gap = rng.choice((" ", " ", "-", ", "))
    yield "letter names", gap.join(letter_names(word, rng))


def _scripts(word: str, rng: Random) -> Iterator[tuple[str, str]]:
    for category, letters in _LETTERS.items():
        yield category, by_letters(word, letters, rng)
    kana = rng.choice((katakana, katakana, hiragana))
    yield f"script: {kana.__name__}", kana(word)
    yield "script: hangul", hangul(word)


def ways(word: str, rng: Random) -> Iterator[tuple[str, str]]:
    """Every such way that suits the word: what it is called, and the word hidden so."""
    yield from _sounds(word, rng)
    yield from _names(word, rng)
    yield from _scripts(word, rng)
