"""Numbers as a voice can say them in a short time.

Does not know what a number counts. Six digits are said as they stand, seven to nine as millions,
ten and more as `a long number`; a text says at most `MAX_DIGITS` of them. Digits are ASCII here.
"""

from __future__ import annotations

import re

from filters.phrases_said import Phrases

MAX_DIGITS = 15
"""Digits that are said of one text."""
_PLAIN_DIGITS = 6
_LEAST_MILLIONS = 999

_DIGIT = re.compile(r"[0-9]")
_POWER_OF_TEN = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?e[+-]?\d+(?!\w)", re.IGNORECASE)
_FACTORIAL = re.compile(r"(?<=\d)!+(?=\d)")
_RANK = re.compile(r"(?<![^\s(])#(?=\d{1,4}(?!\w))")
_DATED = re.compile(
    r"(?<!\d)(\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d))[T,]? ?(?=\d{1,2}:\d\d)"
)
_MILLIONS = re.compile(
    r"(?<![\w.,])([$€£]?)(\d{1,3}(?:([.,'’])\d{3})(?:\3\d{3})+(?!\3?\d)|\d{7,9}(?!\d))(?:[.,]\d{1,2})?(?![\w]|[.,:/-]\d)"
)
_DECIMALS = re.compile(r"(?<![\d.,])(\d{1,6}[.,]\d{2})\d{3,}(?![.,]?\d)")
# Digits however they are grouped: between them no letter stands.
_LONG = re.compile(r"\+?\(?(?:\d\W{0,600}){9,}\d\)?")
_GLUED = re.compile(r"\d{7,}")
_CHUNK = re.compile(r"\d(?:[\d.,:/'-]*\d)?")


def _rounded(match: re.Match[str], said: Phrases) -> str:
    digits = "".join(_DIGIT.findall(match[2]))
    if digits[0] == "0" or len(digits) > 9:
        return f" {said.long_number} "
    value = int(digits)
    tenths = min(round(value / 100_000), _LEAST_MILLIONS * 10)
    if tenths >= 100:
        tenths = min(round(value / 1_000_000), _LEAST_MILLIONS) * 10
    whole, tenth = divmod(tenths, 10)
    count = f"{whole}{said.point}{tenth}" if tenth else str(whole)
    unit = said.million if tenths / 10 < said.singular_below else said.millions
    about = "" if tenths * 100_000 == value else f"{said.about} "
    return f"{about}{match[1]}{count} {unit}"


def _budgeted(text: str, said: Phrases) -> str:
    left = MAX_DIGITS
    over = False

    def spent(match: re.Match[str]) -> str:
        nonlocal left, over
        left -= len(_DIGIT.findall(match[0]))
        if left >= 0:
            return match[0]
        first, over = not over, True
        return f" {said.number} " if first else " "

    return _CHUNK.sub(spent, text)


def shortened(text: str, said: Phrases) -> str:
    """The text with its numbers short enough; `said` is what is put in their place."""
    digits = len(_DIGIT.findall(text))
    if not digits:
        return text
    text = _RANK.sub(f"{said.rank} ", _FACTORIAL.sub(" ", text))
    text = _POWER_OF_TEN.sub(f" {said.long_number} ", text)
    if digits <= _PLAIN_DIGITS:
        return text
    text = _DECIMALS.sub(r"\1", _MILLIONS.sub(lambda m: _rounded(m, said), text))
    text = _LONG.sub(f" {said.long_number} ", _DATED.sub(rf"\1 {said.at} ", text))
    text = _GLUED.sub(f" {said.long_number} ", text)
    return _budgeted(text, said)
