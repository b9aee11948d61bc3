"""Words in other scripts, as an English reader would write what they sound like.

Does not know any block list, nor the language of a word: where a script leaves a choice there are
several spellings. Regular rather than exact: consonants come in order, vowels roughly.
The scripts that English words are mostly written in have tables of their own (scripts_said.py); the
rest is anyascii's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator

from anyascii import anyascii

from filters.scripts_said import IN_CONTEXT, MARKS_OUT, OTHERWISE, SAID
from filters.signs import Signs

LIMIT = 600
"""Code points of a word that are looked at."""
_SHORT = LIMIT // 18
"""Code points of a word that is read together with others: none stands for more than 18."""
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
_SIGNS = Signs(SAID)
_PINYIN = {"zh": "j", "x": "sh", "q": "ch", "c": "ts"}
_FINISH: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile("Q+(?=ch)"), "t"),
    (re.compile("Q+([a-z])"), lambda found: 2 * found[1]),
    # Before a consonant Japanese writes an l so; an r lengthens the vowel, or is lost.
    (re.compile("rU(?=[bcdfgjklmnprstvwzQN]|$)", re.MULTILINE), "l"),
    (re.compile("(?<=[a-z])[UO](?=[bcdfgjklmnprstvwzQN]|$)", re.MULTILINE), ""),
    (re.compile("U"), "u"),
    (re.compile("O"), "o"),
    (re.compile("N(?=[bmp])"), "m"),
    (re.compile("N"), "n"),
    (re.compile("(?<=[aeou])R"), "r"),
    (re.compile("[^a-z\n]+"), ""),
)
"""What is left to do in readings, a line each."""


_LATERAL = re.compile("rU(?=[bcdfgjklmnpstvwzQN])")
_ONSET = re.compile("r(?=[aeioO])")


def foreign(word: str) -> bool:
    """Whether a word holds at least one letter outside Latin."""
    return not word.isascii() and _FOREIGN.search(word) is not None


def _others(chars: Iterable[str]) -> dict[str, str]:
    """Signs that no table holds, as anyascii has them."""
    # Nothing above the basic plane is said by a voice; other signs are no part of a word.
    found = {
        char: ""
        for char in chars
        if char <= "\uffff" and (char.isalpha() or unicodedata.category(char)[0] == "M")
    }
    each = anyascii("\n".join(found)).lower().split("\n")
    for char, said in zip(found, each, strict=bool(found)):
        found[char] = said
        if "㐀" <= char <= "䶿" or "一" <= char <= "鿿":
            onset = said[:2] if said[1:2] == "h" else said[:1]
            found[char] = _PINYIN.get(onset, onset) + said[len(onset) :]
    return found


def _said(signs: Iterable[str]) -> dict[str, str]:
    """What each sign says, by itself and in the usual way."""
    each = set(signs)
    others = _others([sign for sign in each if sign not in SAID])
    return {sign: SAID[sign] if sign in SAID else others.get(sign, "") for sign in each}


def _finished(reading: str) -> str:
    """Readings, a line each, in the letters a to z."""
    letters = reading.replace("\n", "")
    if letters and not (letters.isascii() and letters.isalpha() and letters.islower()):
        for pattern, replacement in _FINISH:
            reading = pattern.sub(replacement, reading)
    return reading


def _laterals(reading: str) -> Iterator[str]:
    """A reading of kana, and the one with `l` and `r` the other way: Japanese has one for both."""
    yield reading
    if _LATERAL.search(reading):
        yield _ONSET.sub("l", _LATERAL.sub("R", reading)).replace("R", "r")


def _readings(signs: list[str], choices: list[dict[str, str]]) -> Iterator[str]:
    plain = _said(signs)
    for chosen in range(2 ** len(choices)):
        said = plain.copy()
        for bit, choice in enumerate(choices):
            if chosen >> bit & 1:
                said.update(choice)
        yield "".join([said[sign] for sign in signs])


def _in_context(shown: str) -> str:
    """Words, a line each, with letters that stand for others where they stand."""
    for letters, changes in IN_CONTEXT:
        if letters.search(shown):
            for pattern, replacement in changes:
                shown = pattern.sub(replacement, shown)
    return shown


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
    signs = _SIGNS.cut(f"^{_in_context(shown)}$")
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


def likeliest(words: Collection[str]) -> dict[str, str]:
    """The first that `latin` has of each of many words, all read at once; empty: none.

    Args:
        words: as `latin` takes them, without line breaks, and all of them `foreign`.
    """
    together = [word for word in words if len(word) <= _SHORT]
    shown = _in_context(unicodedata.normalize("NFKC", "\n".join(together)).casefold())
    signs = _SIGNS.cut("^" + shown.replace("\n", "$\n^") + "$")
    said = _said(signs) | {"\n": "\n"}
    lines = _finished("".join([said[sign] for sign in signs])).split("\n")
    found = dict(zip(together, lines, strict=bool(together)))
    return {word: found[word] if word in found else "".join(latin(word, 1)) for word in words}


# anyascii reads its tables when it first meets a block: now, not while a message is judged. Hangul
# and what lies above the basic plane never get there.
anyascii("".join([chr(block << 8 | 0x80) for block in range(1, 0xAC)]))
