"""Words in other scripts, as an English reader would write what they sound like.

Does not know any block list, nor the language of a word: where a script leaves a choice there are
several spellings. Regular rather than exact: consonants come in order, vowels roughly.
The scripts that English words are mostly written in have tables of their own (scripts_said.py); the
rest is anyascii's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from anyascii import anyascii

from filters.scripts_said import IN_CONTEXT, MARKS_OUT, OTHERWISE, SAID

LIMIT = 600
"""Code points of a word that are looked at."""
_CHOICES = 2
"""Choices that are followed in one word: two to this power spellings at most."""

# All but Latin letters: with phonetic extensions, modifier letters and letter-like signs.
_FOREIGN = re.compile(
    r"(?![\0-\u02ff\u1d00-\u1d25\u1d2c-\u1d65\u1d6b-\u1d77\u1d79-\u1dbe\u1e00-\u1eff\u2071-\u209c"
    r"\u2100-\u2149\u2184\u2c60-\u2c7f\ua717-\ua7ff\uab30-\uab64\uab66-\uab69\ufb00-\ufb06"
    r"\uff21-\uff5a])[^\W\d_]"
)
_CHOICES_OF: dict[str, list[int]] = {}
"""By sign, which entries of `OTHERWISE` hold it."""
for _number, _choice in enumerate(OTHERWISE):
    for _sign in _choice:
        _CHOICES_OF.setdefault(_sign, []).append(_number)
_VOICED_KANA = re.compile("[ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴヷ-ヺ]")
_HAN = re.compile("[㐀-䶿一-鿿]")
_PINYIN = {"zh": "j", "x": "sh", "q": "ch", "c": "ts"}
_FINISH: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("Q+(?=ch)"), "t"),
    (re.compile("Q+([a-z])"), r"\1\1"),
    # Before a consonant Japanese writes an l so; an r lengthens the vowel, or is lost.
    (re.compile("rU(?=[bcdfgjklmnprstvwzQN]|$)"), "l"),
    (re.compile("(?<=[a-z])[UO](?=[bcdfgjklmnprstvwzQN]|$)"), ""),
    (re.compile("U"), "u"),
    (re.compile("O"), "o"),
    (re.compile("N(?=[bmp])"), "m"),
    (re.compile("N"), "n"),
    (re.compile("(?<=[aeou])R"), "r"),
    (re.compile("[^a-z]+"), ""),
)


_LATERAL = re.compile("rU(?=[bcdfgjklmnpstvwzQN])")
_ONSET = re.compile("r(?=[aeioO])")


def foreign(word: str) -> bool:
    """Whether a word holds at least one letter outside Latin."""
    return not word.isascii() and _FOREIGN.search(word) is not None


def cut(text: str, table: Mapping[str, str], longest: int) -> Iterator[str]:
    """A text in the signs of a table, the longest first; what is no sign comes as characters.

    Args:
        text: what is cut.
        table: signs of at most `longest` characters.
        longest: characters of the longest sign.
    """
    at = 0
    while at < len(text):
        for length in range(longest, 1, -1):
            if text[at : at + length] in table:
                break
        else:
            length = 1
        yield text[at : at + length]
        at += length


def _other(char: str) -> str:
    """A sign that no table holds, as anyascii has it."""
    # Nothing above the basic plane is said by a voice; other signs are no part of a word.
    if char > "\uffff" or not (char.isalpha() or unicodedata.category(char)[0] == "M"):
        return ""
    said = anyascii(char).lower()
    if _HAN.match(char):
        onset = said[:2] if said[1:2] == "h" else said[:1]
        return _PINYIN.get(onset, onset) + said[len(onset) :]
    return said


def _finished(reading: str) -> str:
    if not (reading.isascii() and reading.isalpha() and reading.islower()):
        for pattern, replacement in _FINISH:
            reading = pattern.sub(replacement, reading)
    return reading


def _laterals(reading: str) -> Iterator[str]:
    """A reading of kana, and the one with `l` and `r` the other way: Japanese has one for both."""
    yield reading
    if _LATERAL.search(reading):
        yield _ONSET.sub("l", _LATERAL.sub("R", reading)).replace("R", "r")


def _readings(signs: list[str], choices: list[dict[str, str]]) -> Iterator[str]:
    plain = {sign: SAID[sign] if sign in SAID else _other(sign) for sign in set(signs)}
    for chosen in range(2 ** len(choices)):
        said = plain.copy()
        for bit, choice in enumerate(choices):
            if chosen >> bit & 1:
                said.update(choice)
        yield "".join([said[sign] for sign in signs])


def latin(word: str, most: int = 8) -> tuple[str, ...]:
    """What a word in other scripts sounds like, in the letters a to z, the likeliest first.

    Args:
        word: a word that holds letters outside Latin; marks may be stripped. Latin letters in it
            stay, digits and signs go.
        most: spellings that are wanted; no word has more than eight.

    Returns:
        the spellings; none where `word` is Latin already, or says nothing.
    """
    if not foreign(word):
        return ()
    shown = unicodedata.normalize("NFKC", word[:LIMIT]).casefold()[:LIMIT]
    stripped = not _VOICED_KANA.search(shown)
    for letters, changes in IN_CONTEXT:
        if letters.search(shown):
            for pattern, replacement in changes:
                shown = pattern.sub(replacement, shown)
    signs = list(cut(f"^{shown}$", SAID, 3))
    numbers = {number for sign in set(signs) for number in _CHOICES_OF.get(sign, ())}
    choices = [OTHERWISE[number] for number in sorted(numbers)]
    if not stripped:
        choices = [choice for choice in choices if choice not in MARKS_OUT]
    said = (way for one in _readings(signs, choices[:_CHOICES]) for way in _laterals(one))
    found: dict[str, None] = {}
    for way in filter(None, map(_finished, said)):
        found[way] = None
        if len(found) >= most:
            break
    return tuple(found)


# anyascii reads its tables when it first meets a block: now, not while a message is judged. Hangul
# and what lies above the basic plane never get there.
anyascii("".join([chr(block << 8 | 0x80) for block in range(1, 0xAC)]))
