"""Telephone numbers in words, or in words and digits, of five languages and Russian.

Does not know numbers in digits alone (numbers_private.py). A number is read digit by digit, in
French and at times elsewhere in pairs; whoever counts up or down tells nobody's number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_ENOUGH = 7
"""Digits of the shortest telephone number."""
_MANY_SINGLES = 5
"""Single digits that a spelled number has at least."""

_DIGIT_WORDS = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero oh o cero zéro null nul ноль",
            "one uno un um uma una eins один",
            "two dos dois duas deux zwei zwo два",
            "three tres três trois drei три",
            "four cuatro quatro quatre vier четыре",
            "five cinco cinq fünf fuenf funf пять",
            "six seis meia sechs шесть",
            "seven siete sete sept sieben семь",
            "eight ocho oito huit acht восемь",
            "nine niner nueve nove neuf neun девять",
        )
    )
    for word in words.split()
}
# French numbers are said in pairs: zéro six douze trente-quatre.
_PAIRS = frozenset(
    """
    ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty
    forty fifty sixty seventy eighty ninety double triple
    diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte treinta
    cuarenta cincuenta sesenta setenta ochenta noventa doble
    dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove vinte trinta quarenta
    cinquenta sessenta oitenta dobro
    zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig
    vierzig fünfzig sechzig siebzig achtzig neunzig doppel
    dix douze treize seize vingt vingts trente quarante cinquante soixante
    """.split()
)
_ITEM = (
    "(?:"
    + "|".join(sorted({*_DIGIT_WORDS, *_PAIRS}, key=len, reverse=True))
    + r"|\d{1,4})(?![^\W_])"
)
_SPELLED = re.compile(
    rf"(?<![^\W_])(?<!\d[.,:]){_ITEM}(?:[\s,.\-/]{{1,3}}{_ITEM}){{{_MANY_SINGLES - 1},40}}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_NUMBER_WORDS = frozenset(_DIGIT_WORDS) | _PAIRS


def counts(values: Sequence[int]) -> bool:
    """Whether numbers only count up or down, or are two that alternate: nobody's number."""
    if len(set(values)) <= 2:
        return True
    steps = [b - a for a, b in pairwise(values)]
    return all(0 <= s <= 2 for s in steps) or all(-2 <= s <= 0 for s in steps)


def find(text: str) -> list[tuple[int, int]]:
    """The spans of the numbers that are told in words."""
    told = _WORD.findall(text.casefold())
    if len(told) < _MANY_SINGLES or _NUMBER_WORDS.isdisjoint(told):
        return []
    if sum([word in _NUMBER_WORDS for word in told]) < 2:
        return []
    found = []
    for match in _SPELLED.finditer(text):
        items = [item.casefold() for item in _WORD.findall(match[0])]
        words = [item for item in items if not item.isdecimal()]
        singles = [_DIGIT_WORDS.get(item, item) for item in items if item not in _PAIRS]
        digits = sum(map(len, singles)) + len(items) - len(singles)
        if len(words) < 2 or digits < _ENOUGH or len(singles) < _MANY_SINGLES:
            continue
        if not counts([int(single) for single in singles]):
            found.append(match.span())
    return found
