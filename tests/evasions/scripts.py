"""Invented words in the letters of other scripts, as somebody would write down their sound.

Does not know the filters' transliteration: works from sounds (sounds.py), never from spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.evasions import alphabets
from tests.evasions.sounds import VOWELS, Unit, units


def by_letters(word: str, letters: Mapping[str, str], rng: Random) -> str:
    """The word in an alphabet, a letter or more for each sound."""
    out = "".join(rng.choice(letters[unit.sound].split("|")) for unit in units(word))
    return out[:-1] + "ς" if out.endswith("σ") else out


def _single(word: str) -> list[Unit]:
    """The sounds of a word, with those that are two consonants taken apart and silent ones out."""
    parts = {"X": ("K", "S"), "KW": ("K", "W"), "AR": ("AR",)}
    return [
        Unit(sound, unit.spelled)
        for unit in units(word)
        for sound in parts.get(unit.sound, (unit.sound,))
        if sound
    ]


def katakana(word: str) -> str:
    """The word in katakana, as Japanese takes in foreign words."""
    found = _single(word)
    out = []
    for i, unit in enumerate(found):
        follows = found[i + 1].sound if i + 1 < len(found) else ""
        if unit.sound in alphabets.KANA_VOWEL:
            row = "" if not i or found[i - 1].sound in VOWELS else found[i - 1].sound
            vowel = alphabets.KANA_VOWEL[unit.sound]
            out.append(alphabets.KANA[row][vowel[0]] + vowel[1:])
            continue
        if len(unit.spelled) == 2 and unit.sound in ("B", "D", "G", "K", "P", "T") and i:  # noqa: PLR2004
            out.append("ッ")
        if follows not in alphabets.KANA_VOWEL:
            out.append(alphabets.KANA_ALONE[unit.sound])
    return "".join(out)


_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F5)}


def hiragana(word: str) -> str:
    """The same in the other syllabary."""
    return katakana(word).translate(_TO_HIRAGANA)


_WEAK, _WEAK_HIGH = 18, 20
_NO_CONSONANT = 11
_L, _N, _NG = 8, 4, 21
_WITH_W = {0: 9, 1: 10, 4: 14, 5: 15, 8: 14, 13: 13, 20: 16}
_WITH_Y = {0: 2, 1: 3, 4: 6, 5: 7, 8: 12, 13: 17, 20: 20}


class _Hangul:
    """Syllables under construction, as numbers: consonant, vowel, consonant below."""

    def __init__(self) -> None:
        self.done: list[list[int]] = []
        self.waiting = ""
        self.glide: dict[int, int] = {}

    def _open(self) -> bool:
        return bool(self.done) and not self.done[-1][2]

    def _settle(self, below: str, last: int = 0) -> None:
        """A consonant before none goes below the last syllable, or gets a weak vowel."""
        sound, self.waiting = self.waiting, ""
        if sound in tuple(below) and self._open():
            self.done[-1][2] = alphabets.HANGUL_LAST[sound]
        elif sound == "G" and below == "NMLRKPT" and self.done and self.done[-1][2] == _N:
            self.done[-1][2] = _NG
        elif sound and not (sound == "L" and self.done and self.done[-1][2] == _L):
            vowel = _WEAK_HIGH if sound in ("SH", "CH", "J") else _WEAK
            self.done.append([alphabets.HANGUL_FIRST[sound], vowel, last])

    def consonant(self, sound: str) -> None:
        if sound in ("W", "Y"):
            self._settle("NM")
            self.glide = _WITH_W if sound == "W" else _WITH_Y
            return
        self._settle("NM", _L if sound == "L" else 0)
        if sound == "L" and self._open():
            self.done[-1][2] = _L
        self.waiting = sound

    def vowel(self, parts: tuple[int, ...]) -> None:
        first = alphabets.HANGUL_FIRST[self.waiting] if self.waiting else _NO_CONSONANT
        self.done.append([first, self.glide.get(parts[0], parts[0]), 0])
        self.done += [[_NO_CONSONANT, part, 0] for part in parts[1:]]
        self.waiting, self.glide = "", {}

    def ended(self) -> str:
        self._settle("NMLRKPT")
        return "".join(chr(0xAC00 + (c * 21 + v) * 28 + below) for c, v, below in self.done)


def hangul(word: str) -> str:
    """The word in hangul, as Korean takes in foreign words."""
    built = _Hangul()
    for unit in _single(word):
        if unit.sound in alphabets.HANGUL_VOWEL:
            built.vowel(alphabets.HANGUL_VOWEL[unit.sound])
        else:
            built.consonant("L" if unit.sound == "L=" else unit.sound)
    return built.ended()
