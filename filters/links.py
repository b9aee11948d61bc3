"""Addresses in a text: URLs, hosts, e-mail, IPv4, also spelled ones (`dot`, `[.]`, `hxxp`).

Does not know what is spoken instead. Every pattern is bounded, so its time is too.
"""

from __future__ import annotations

import re

_DOT = r"[.\u3002\uff0e\uff61]"
# Top-level domains that are no English word: after a dot they mean a host.
_PLAIN = (
    "com|net|org|edu|gov|info|biz|io|co|tv|gg|ly|app|dev|xyz|ai|eu|uk|de|fr|es|nl|pl|br|jp|cn|ca|ru|"
    "ua|kr|ch|se|fi|dk|cz|pt|gr|tr|au|nz|mx|ar|cl|ro|hu|sk|bg|lt|lv|ee|ir|vn|tw|hk|sg|th|ph|tk|ml|"
    "ga|cf|gq|cc|ws|su|fm|gl|kz|moe|onion|xn--[a-z0-9-]{2,40}|рф|укр|бг|中国|台灣|한국"
)
# Those that are one, or are typed without a space after a full stop (`ok.so`).
_WORDS = (
    "me|be|it|in|us|to|is|so|at|no|am|as|my|do|by|id|im|la|shop|store|site|club|online|live|link|"
    "stream|fun|lol|top|vip|win|games?|news|blog|cloud|tech|space|world|chat|pro|one|art|page|website|"
    "click|bet|cam|porn|xxx|sex|example|test"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_REST = r"(?::\d{1,5})?(?:[/?#][^\s]{0,2000})?"
_SPELLED = r"\s{0,3}[\[({<]\s{0,3}(?:dot|\.|punkt|punto|point)\s{0,3}[\])}>]\s{0,3}"
_SPACED = r"\s{1,3}(?:dot|punkt|punto)\s{1,3}|\s{1,3}" + _DOT + r"\s{0,3}|" + _DOT + r"\s{1,3}"
_END = r"(?![\w-])"

_LINK = re.compile(
    "|".join(
        (
            r"\b[a-z][a-z0-9+-]{1,10}\s{0,2}:\s{0,2}//\s{0,2}\S{1,2000}",
            rf"(?<![\w:/])//{_LABEL}{_DOT}\S{{1,2000}}",
            rf"\bwww\d?\s?{_DOT}\s?\S{{1,2000}}",
            r"\bmailto:\S{1,200}",
            rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:@|\s?[\[(]at[\])]\s?)(?:{_LABEL}{_DOT}){{1,5}}{_LABEL}",
            rf"(?<![\w.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?![\w]|\.\d){_REST}",
            # several labels, or a path, settle what one ambiguous ending does not
            rf"(?<![\w.-])(?:{_LABEL}{_DOT}){{1,6}}(?:{_PLAIN}){_END}{_REST}",
            rf"(?<![\w.-])(?:{_LABEL}{_DOT}){{2,6}}(?:{_WORDS}){_END}{_REST}",
            rf"(?<![\w.-])(?:{_LABEL}{_DOT}){{1,6}}(?:{_WORDS})(?::\d{{1,5}})?/[^\s]{{1,2000}}",
            rf"(?<![\w.-]){_LABEL}(?:{_SPELLED})(?:{_PLAIN}|{_WORDS}){_END}{_REST}",
            rf"(?<![\w.-]){_LABEL}(?:{_SPACED})(?:com|net|org|gg|tv|io|ru|xyz|ly){_END}{_REST}",
        )
    ),
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"[.@\u3002\uff0e\uff61]|//|\bdot\b|\bpunkt\b|\bpunto\b|\bpoint\b|mailto|\bat\b", re.I
)


def find(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the addresses in a text, in order."""
    if not _SIGN.search(text):
        return ()
    return tuple(match.span() for match in _LINK.finditer(text))


def replace(text: str, word: str = "link") -> str:
    """The text with every address replaced by a word."""
    return _LINK.sub(word, text) if _SIGN.search(text) else text
