"""Numbers that are somebody's: telephone numbers and card numbers, in digits or in words.

Does not know addresses (links.py) nor how other numbers are said. A number in groups is known by
the lengths of its groups, a bare one only by what stands around it: `call 5550134`. What merely
counts stays: dates, years, thousands, countdowns, scores. What nothing tells from such stays too
and is not found: `555 1234`, `5550134`, `2025550143` or `12 34 56 78` with no word about a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from filters import numbers_spelled
from filters.numbers_spelled import counts
from filters.samelength import plain

_ENOUGH = 7
"""Digits of the shortest telephone number."""
_MOST = 15
"""Digits of the longest (ITU-T E.164)."""
_NEAR = 25
"""Characters between two numbers that one call for them covers."""
_ROUNDS = 4
_CARD = range(13, 20)
"""Digits of a card number (ISO/IEC 7812)."""

# The sign of a keycap stays behind its digit.
_GAP = r"[\s.\-\u2010-\u2014/()\u20e3*_~|]{1,4}"
_RUN = re.compile(
    rf"(?<![^\W_])(?<!\d[.,:])\+?\s?\(?\d{{1,24}}(?:{_GAP}\d{{1,24}}){{0,40}}(?![^\W_])"
)
_GROUP = re.compile(r"\d+")
_LOOSE = re.compile(r"\s")
_SCORES = re.compile(r"\d[-\u2013/]\d(?:\s+\d[-\u2013/]\d){1,20}")

# How national numbers are grouped, as the lengths of their groups; those that begin with 0 and
# those with an area code in brackets are known by that instead.
_SHAPES = frozenset(
    {
        (3, 3, 4), (1, 3, 3, 4), (3, 3, 2, 2), (1, 3, 3, 2, 2), (3, 2, 2, 2), (3, 4, 4), (2, 4, 4),
        (2, 5, 4), (1, 3, 3, 3), (4, 3, 3), (2, 3, 4), (2, 2, 4, 4), (2, 2, 5, 4), (1, 3, 4, 4),
    }
)  # fmt: skip
_TIGHT_SHAPES = _SHAPES | {(3, 4), (5, 4), (3, 2, 4), (5, 5), (2, 3, 3), (3, 3, 3)}
"""Those that count only where no space stands between the groups."""
_TRUNK = frozenset("178")
"""What is dialled before a long-distance number, and may be written as its first group."""
_CARD_SHAPES = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1)})

_BEFORE = re.compile(
    r"(?<!\w)(?:call(?! of)|phone|phone ?number|whats ?app|wa|tel(?:e[fp]h?on[eo]?)?"
    r"|teléfono|text|txt|sms|hmu|hit me up|ring me|reach me|contact(?: me)?|my digits"
    r"|(?:my|our|his|her|cell|mobile) (?:number|cell|nr|num)|mobile|cellphone|cell|viber|hotline"
    r"|ll[aá]ma(?:me|nos)?|ll[aá]mame|m[oó]vil|mi n[uú]mero|celular|zap(?:zap)?|lig(?:a|ue|uem)"
    r"|meu n[uú]mero|ruf|anruf(?:en)?|handy(?:nummer)?|meine nummer|telefonnummer"
    r"|appel(?:le|ez)?(?:-moi)?|mon num[eé]ro|portable|тел(?:ефон)?|звони(?:те)?)(?!\w)"
    r"[^\d+(]{0,24}\+?\s?\(?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\s,.!]{0,3}(?:(?:call|text|ring|phone) (?:me|us|him|her|now)|whats ?app"
    r"|is (?:my|his|her) (?:phone |cell )?(?:number|cell|phone)|es mi (?:n[uú]mero|tel[eé]fono)"
    r"|[eé] (?:o )?meu n[uú]mero|ist meine (?:handy)?nummer|c'est mon num[eé]ro)(?!\w)",
    re.IGNORECASE,
)

_DIGIT = re.compile(r"\d")


def _date(groups: Sequence[str]) -> bool:
    if len(groups) != 3:
        return False
    lengths = tuple(map(len, groups))
    if lengths[0] == 4:
        return lengths[1] <= 2 >= lengths[2] and int(groups[1]) <= 12 and int(groups[2]) <= 31
    return max(lengths[:2]) <= 2 and lengths[2] in (2, 4) and max(map(int, groups[:2])) <= 31


def _quantities(groups: Sequence[str]) -> bool:
    """Whether groups are round numbers, years, a date, or one number with its thousands apart."""
    if _date(groups) or all(len(g) == 4 and g[:2] in ("19", "20") for g in groups):
        return True
    if len(groups) == 1:
        return groups[0].endswith("000")
    thousands = len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
    if thousands and groups[-1] == "000":
        return True
    return sum(g.endswith("00") for g in groups) >= max(2, len(groups) - 1)


def _luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    twice = [sum(divmod(2 * int(d), 10)) for d in digits[-2::-2]]
    return (sum(twice) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _card(groups: Sequence[str]) -> bool:
    digits = "".join(groups)
    if len(digits) not in _CARD or _quantities(groups):
        return False
    if tuple(map(len, groups)) in _CARD_SHAPES:
        return True
    return digits[0] in "23456" and len(set(digits)) > 2 and _luhn(digits)


def _international(written: str, groups: Sequence[str]) -> bool:
    """Behind a plus or 00; a bare `+1000000` is a score."""
    digits = "".join(groups)
    if written.startswith("+"):
        return len(groups) > 1 or len(digits) >= _ENOUGH + 3
    return digits.startswith("00") and len(groups) > 1 and len(digits) >= _ENOUGH + 3


def _national(written: str, groups: Sequence[str]) -> bool:
    digits = sum(map(len, groups))
    shape = tuple(map(len, groups))
    if digits > 12:
        return False
    if written.startswith("(") and ")" in written[:8] and 2 <= shape[0] <= 5:
        return True
    if digits >= 9 and groups[0][0] == "0" and len(groups) > 1 and min(shape) > 1:
        return True
    if len(groups) == 1:
        return _dialled(groups[0])
    if shape[0] == 1 and groups[0] not in _TRUNK:
        return False
    if _LOOSE.search(written):
        return (shape in _SHAPES and groups[0] != "100") or _led_by_zero(groups)
    # `200-1500` is a range
    ranged = len(groups) == 2 and groups[1].endswith("00") and groups[1][0] != "0"
    return shape in _TIGHT_SHAPES and not ranged and not _decimals(written)


def _dialled(digits: str) -> bool:
    """Whether a bare number begins as one that is dialled at home, and as no amount does."""
    return (
        10 <= len(digits) <= 12
        and digits[0] == "0" != digits[1]
        and len(set(digits)) > 3
        and not counts([int(digit) for digit in digits[:-1]])
    )


def _led_by_zero(groups: Sequence[str]) -> bool:
    """Whether it is `555 0134`: no amount or year begins with 0, and the hour on a quarter does."""
    first, last = groups[0], groups[-1]
    return (
        (len(groups), len(first), len(last)) == (2, 3, 4)
        and last[0] == "0" != first[0]
        and last[2:] not in ("00", "15", "30", "45")
    )


def _decimals(written: str) -> bool:
    """Whether dots part a number's thousands (`123.456.789`), or its fraction (`555.1234`)."""
    pieces = written.split(".")[1:]
    return len(pieces) == 1 or (len(pieces) > 1 and all(len(piece) == 3 for piece in pieces))


def _phone(written: str, groups: Sequence[str], asked: bool) -> bool:
    digits = sum(map(len, groups))
    if not _ENOUGH <= digits <= _MOST or _quantities(groups):
        return False
    if max(map(len, groups)) == 1:
        return asked or not _SCORES.fullmatch(written) and not counts([int(g) for g in groups])
    if all(len(g) <= 2 for g in groups) and counts([int(g) for g in groups]):
        return False
    return asked or _international(written, groups) or _national(written, groups)


def _trimmed(match: re.Match[str], start: int, end: int) -> tuple[int, int]:
    """A span without the spaces that the pattern lets stand at its beginning."""
    text = match.string
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _pieces(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A run of groups as a whole, then its parts between spaces: `5 555-0134`."""
    yield match.span()
    start = match.start()
    for gap in re.finditer(r"\s+", match[0]):
        yield start, match.start() + gap.start()
        start = match.start() + gap.end()
    if start > match.start():
        yield start, match.end()


def _in_digits(text: str) -> Iterator[tuple[int, int]]:
    told = -_NEAR  # where the last number ended that was asked for: `call 5550134 or 5550135`
    for match in _RUN.finditer(text):
        if sum(map(str.isdecimal, match[0])) < _ENOUGH:
            continue
        asked = bool(
            match.start() - told < _NEAR
            or _BEFORE.search(text[max(0, match.start() - 2 * _NEAR) : match.start()])
            or _AFTER.match(text, match.end())
        )
        for start, end in _pieces(match):
            written = text[start:end].strip()
            groups = _GROUP.findall(written)
            if _card(groups) or _phone(written, groups, asked):
                yield _trimmed(match, start, end)
                told = end if asked else told
                if (start, end) == match.span():
                    break


def find(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the telephone and card numbers in a text, in order.

    Args:
        text: as it comes from fold.clean, before long numbers are shortened.
    """
    text = plain(text)
    found: list[tuple[int, int]] = []
    if len(_DIGIT.findall(text)) >= _ENOUGH:
        found += _in_digits(text)
    found += numbers_spelled.find(text)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def replace(text: str, word: str = "a number") -> str:
    """The text with every such number replaced by a word that holds no digit."""
    for _ in range(_ROUNDS):
        # What stands behind a number may be the next one of the same call.
        pieces, last = [], 0
        for start, end in find(text):
            pieces += [text[last:start], word]
            last = end
        if not last:
            break
        text = "".join([*pieces, text[last:]])
    return text
