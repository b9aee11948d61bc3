"""Laughs of many languages as one short laugh.

Does not know whether anything was funny. Whole tokens only; `haha` itself stays.
"""

from __future__ import annotations

import re

from filters.phrases_said import phrases

_ELSEWHERE = {
    "ko": "하하",
    "ja": "はは",
    "zh": "哈哈",
    "ru": "хаха",
    "uk": "хаха",
    "bg": "хаха",
} | {"th": "ฮ่าฮ่า"}
_EDGE = r"(?<![^\W_])(?:{})(?![^\W_])"
# What every laugh of a Latin alphabet holds.
_SIGN = re.compile(
    r"[hj][aeiouàáäâéèöü]{1,9}[hj]|[ahj]{9}|hueh|rsrs|[jk]s[jk]s|kkk|www|xd|lol|loo|rof|lm|[mt]dr|55"
)
# And every other one.
_OTHER_SIGN = re.compile("[\u0430\u0445\u110f\u1112\u314b\u314e\u54c8\u5475\u563f\u306f\u7b11]")
_HEARD = re.compile(
    _EDGE.format(
        # One vowel for every syllable, any for the first: `bwahaha`, `ahahaha`, `hehehe`.
        r"(?:[mb]?[uw]{0,3}a{0,3}|e{1,3})(?:(?:[hj]{1,9}[aàáäâ]{1,9}){3,}|(?:[hj]{1,9}[eéè]{1,9}){3,}"
        r"|(?:[hj]{1,9}i{1,9}){3,}|(?:h{1,9}[oöu]{1,9}){3,}|(?:j{1,9}[ou]{1,9}){4,})[hj]{0,9}"
        r"|[mb]?[uw]{0,3}a{0,3}(?:[hj]{1,9}a{1,9}){2,}[hj]{1,9}|(?:ah){3,}a?|(?=a{0,9}[hj])[ahj]{9,}"
        r"|(?:hue){2,}|(?:rs){2,}r?|(?:[jk]s){3,}[jk]?|k{4,}|w{3,}|x+d{2,}|(?:xd){2,}|xd"
        r"|(?:lo+){2,}l+|rofl+|roflmao+|[\u0430\u0445]{5,}|(?:\u0430?(?:\u0445[\u0430\u0435\u0438\u043e])){3,}\u0445?"
        r"|[\u110f\u1112\u314b\u314e]{2,}"
    ),
    re.IGNORECASE,
)
_WITHOUT_SPACES = re.compile(r"[\u54c8\u5475\u563f]{3,}|\u306f{4,}|\u7b11{2,}|[\u110f\u1112]{2,}")
_FIVES = re.compile(r"(?<!\w)5{5,}\+?(?!\w)|^5{4,}\+?$")
_THAI_FIVES = re.compile(r"(?<!\d)5{3,}\+?(?!\d)")
_THREE_K = re.compile(_EDGE.format("k{3,}"), re.IGNORECASE)
_FRENCH = re.compile(_EDGE.format("(?:m|pt)dr+"), re.IGNORECASE)
_STRETCHED = re.compile(_EDGE.format(r"(l)(o)o{2,}l*|(l)(o)l{2,}"), re.IGNORECASE)
_LMAO = re.compile(_EDGE.format(r"(lm[af]*)(a)(o)o{1,}|(lm)aa+(o)o*"), re.IGNORECASE)
_AGAIN = r"{0}(?:[\s,!.]{{0,3}}{0})+(?![^\W_])"


def laugh(language: str) -> str:
    """The short laugh of a language."""
    return _ELSEWHERE.get(language[:2]) or phrases(language).laugh


def one_laugh(text: str, language: str = "en") -> str:
    """The text with every long laugh as the `laugh` of the language, several in a row as one."""
    plain = text.casefold()
    if not (_SIGN.search(plain) or _OTHER_SIGN.search(plain)):
        return text
    short = laugh(language)
    heard = _HEARD.sub(short, text)
    if "5" in heard:
        heard = (_THAI_FIVES if language[:2] == "th" else _FIVES).sub(f" {short} ", heard)
    if language[:2] == "pt":
        heard = _THREE_K.sub(short, heard)
    elif language[:2] == "fr":
        heard = _FRENCH.sub(short, heard)
    if not heard.isascii():
        heard = _WITHOUT_SPACES.sub(f" {short} ", heard)
    heard = _LMAO.sub("lmao", _STRETCHED.sub("lol", heard))
    if heard == text:
        return text
    return re.sub(_AGAIN.format(re.escape(short)), short, heard)
