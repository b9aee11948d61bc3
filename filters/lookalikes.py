"""Characters that look like a Latin letter, and words written with them.

Does not know any block list. The tables are reviewed by hand and short: letters of other scripts
that a reader takes for Latin ones at a glance, lower case (texts are folded first). For the long
tail (fonts, ornaments, rare scripts) decancer's table is asked, word by word and never for a whole
text: it reads emoji as letters, and pure Cyrillic as nonsense.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from filters.charsets import Table, among, beyond_basic, where

_decancer: Callable[[str], object] | None
try:
    from decancer_py import parse as _decancer
except ImportError:  # no wheel for this machine: the own table remains
    _decancer = None


def _pairs(alike: str, latin: str) -> dict[int, str]:
    return dict(zip(map(ord, alike), latin, strict=True))


LATIN: dict[int, str] = {
    # Cyrillic
    **_pairs("авсԁеғһнијіјкӏмпорԛгѕтцυѵԝхуьԍяӡг", "abcdefhhujijklmnopqrstuuvwxybgrzr"),
    # Greek
    **_pairs("αβϲςδεφγηικλμνορστχωζθυ", "abccdefynikluvopotxwzou"),
    # Armenian
    **_pairs("օսհոցյշտғ", "ouhngjzsf"),
    # Latin letters without a decomposition, and phonetic ones
    **_pairs("ƒɑɡıłøđħŋɩʋɯƙɓɗɠɛɔʂʈʍƅɐʌəð∂", "fagilodhniuwkbdgeostwbaaedd"),
    # Latin small capitals, and the Greek and Coptic letters used for them
    **_pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢᴦⲕⲟⲣⲥ", "abcdefghijklmnoprstuvwyzrkopc"),
    # Signs of currencies, and the stroked letters that go with them
    **_pairs("₳฿₵ɇ₣₲ⱨ₭ⱡ₥₦₱ɽ₴₮ʉ₩ӿɏⱬ", "abcefghklmnprstuwxyz"),
    # Signs
    **_pairs("⊂∁∩∪∨∧≡∥¡ß", "ccnuvaeiib"),
}
"""Letters of other scripts and alphabets that look Latin."""

_EXACT = frozenset("асеорхуіјѕԁԛԝһӏѵοναիօսհց")
"""Those that nothing tells apart from the Latin letter."""

_CAPITALS = _pairs("АВЕКМНОРСТУХІЈЅԌΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSGABEZHIKMNOPTYX")
_CAPITAL = frozenset(map(chr, _CAPITALS))
_HOLDS_CAPITAL = re.compile(among(sorted(_CAPITALS)))

_A = ord("a")
LETTERS: dict[int, str] = {
    first + i: chr(_A + i)
    for first in (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional
    for i in range(26)
} | {
    0x1F18E: "ab", 0x1F191: "cl", 0x1F192: "cool", 0x1F193: "free", 0x1F194: "id", 0x1F195: "new",
    0x1F196: "ng", 0x1F197: "ok", 0x1F198: "sos", 0x1F199: "up", 0x1F19A: "vs", 0x26CE: "u",
    0x2B55: "o", 0x274C: "x", 0x274E: "x", 0x2716: "x", 0x2139: "i", 0x24C2: "m", 0x2757: "!",
    0x2755: "!", 0x2795: "+", 0x1F4B2: "$", 0x271D: "t", 0x2653: "h", 0x264D: "m", 0x264F: "m",
    0x264C: "n", 0x2648: "y", 0x303D: "m", 0x2702: "x", 0x1F51F: "10", 0x24EA: "0",
    0x3F2: "c", 0x3F9: "c",
}  # fmt: skip
"""Emoji and signs that are letters, or are used as one, and have no compatibility form."""

STROKED = {ord(char): plain for char, plain in zip("đĐøØłŁ", "ddooll", strict=True)}
"""Letters of living languages with a stroke, which Unicode takes for letters of their own."""

NO_LETTERS = Table(dict.fromkeys(LETTERS, "."))
"""The same as signs between letters: a flag may stand for itself."""

_SCRIPTS = frozenset("LATIN GREEK CYRILLIC ARMENIAN COPTIC CHEROKEE LISU OSAGE DESERET".split())
_LETTERED = _SCRIPTS - {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN"}


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The script of a letter that may stand for a Latin one; empty: none such."""
    if char.isascii():
        return "LATIN" if char.isalpha() else ""
    name = unicodedata.name(char, "").partition(" ")[0]
    return name if name in _SCRIPTS else ""


_LIKE_LATIN = re.compile(where(_script.__wrapped__))


@lru_cache(maxsize=1024)
def _posed(word: str) -> bool:
    """Whether a word poses as a Latin one: it mixes alphabets, or all its letters look Latin."""
    scripts = {script for script in map(_script, word) if script}
    if len(scripts) != 1 or scripts & _LETTERED:
        return bool(scripts)
    if "LATIN" in scripts:
        return True
    if any(char.isdigit() or (ord(char) in LATIN and not char.isalpha()) for char in word):
        return all(ord(char) in LATIN for char in word if char.isalpha())
    return all(char in _EXACT for char in word if char.isalpha())


def capitals(cleaned: str) -> str:
    """A text with capitals of other alphabets that are drawn as Latin ones as those.

    Only in words of nothing else: `ЅНІТ` is four such capitals, `Нет` is a Russian word.
    """
    if cleaned.isascii() or not _HOLDS_CAPITAL.search(cleaned):
        return cleaned
    words = [
        word.translate(_CAPITALS)
        if len(word) > 2 and all(c in _CAPITAL or c.isascii() for c in word)
        else word
        for word in cleaned.split(" ")
    ]
    return " ".join(words)


def _by_table(word: str) -> str:
    return word.translate(LATIN)


@lru_cache(maxsize=4096)
def _decancered(char: str) -> str:
    if _decancer is None or char.isascii() or not char.isalpha():
        return char
    return str(_decancer(char)) or char


def _by_decancer(word: str) -> str:
    # A letter at a time: it also drops characters and turns right-to-left text round.
    return "".join(map(_decancered, word))


def alike(folded: str) -> tuple[str, ...]:
    """A folded text with posed words in Latin letters, each way that differs from the others."""
    if folded.isascii():
        return ()
    words = folded.split(" ")
    beyond = beyond_basic(folded)
    posed = [
        i
        for i, word in enumerate(words)
        if not word.isascii() and (beyond or _LIKE_LATIN.search(word)) and _posed(word)
    ]
    found: dict[str, None] = {}
    for read in (_by_table, _by_decancer):
        again = list(words)
        for i in posed:
            again[i] = read(words[i])
        found[" ".join(again)] = None
    found.pop(folded, None)
    return tuple(found)
