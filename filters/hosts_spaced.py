"""Hosts told with no dot between their labels: `visit zorgle com`, `bit ly/abc`, `dot gg slash x`.

Does not know hosts with dots (hosts.py). `com` is a word of Portuguese and `gg` one of every chat,
so two words are a host only where something else says so: a word that sends one there and the end
of the clause, a path, a scheme in front, or a shortener that everybody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters import tlds
from filters.anyof import any_of
from filters.hosts import Host

# What each pattern below names: the whole address, if it is more than the host and what follows;
# the host; its name without the ending; the ending; and the path.
_BEGIN = r"(?<![^\W_])(?<![.'’@])"
_END = r"(?![^\W_])"
_WORD = r"[^\W_][\w-]{2,40}"
_LABEL = rf"(?P<label>[^\W_](?:[ ][^\W_](?!\w)){{2,20}}|{_WORD})"
_PATH = r"(?P<path>[^\W_][\w-]{0,60})(?:[/?#.]\S{0,300})?"
_SENDS = (
    r"(?:visit|go ?(?:to|2|on)|goto|head to|open|type|browse|search(?: for)?|google"
    r"|(?:web)?site(?: is)?|url(?: is)?|link(?: is)?|besuch(?:en|t|e)?|geht? auf|schaut? auf"
    r"|visit[ae]|entr[ae] (?:en|em|a)|acess[ae]|acesse|va sur|allez sur|заходи(?:те)? на)"
)
_NEAR = r"(?:join|check(?: ?out)?|see|use|try|on|at|from|via)"
# The clause ends, or goes on as it does in a language that has no word `com`.
_OVER = (
    r"(?=\s{0,3}(?:$|[^\w\s'’-])|\s{1,2}(?:now|for|to|and|today|right|if|its|it's|is|or|in|into"
    r"|asap|guys|please|pls|using|because|free|the|slash|jetzt|ahora|maintenant|und|et)(?!\w))"
)
_WAYS = tuple(
    (tuple(signs.split("|")), re.compile(pattern, re.IGNORECASE))
    for signs, pattern in (
        (
            " com| net| org",
            rf"{_BEGIN}{_SENDS}\s?:?\s{{1,2}}(?P<host>{_LABEL}\s{{1,2}}"
            rf"(?P<ending>com(?:\s{{1,2}}(?:br|mx|ar|au))?|net|org)){_OVER}",
        ),
        (
            "besuch|auf | sur ",
            rf"{_BEGIN}(?:besuch(?:en|t|e)?|geht? auf|schaut? auf|(?:va|allez) sur)\s{{1,2}}"
            rf"(?P<host>{_LABEL}\s{{1,2}}(?P<ending>de|fr)){_OVER}",
        ),
        (
            " com",
            rf"{_BEGIN}{_NEAR}\s{{1,2}}(?P<host>{_LABEL}\s{{1,2}}(?P<ending>com)){_OVER}",
        ),
        (
            "_com|-com",
            rf"{_BEGIN}(?:{_SENDS}|{_NEAR})\s{{1,2}}"
            rf"(?P<host>(?P<label>[^\W_]{{3,40}})[_-](?P<ending>com)){_OVER}",
        ),
        (
            " co uk",
            rf"{_BEGIN}(?P<host>(?P<label>{_WORD})\s{{1,2}}(?P<ending>co\s{{1,2}}uk)){_END}",
        ),
        (
            " com/| com slash",
            rf"{_BEGIN}(?P<host>(?P<label>{_WORD})\s{{1,2}}(?P<ending>com))"
            rf"(?:/|\s{{1,2}}slash\s{{1,2}}){_PATH}",
        ),
        # Shorteners and the like, known by name.
        (
            "/| slash | barra | schrägstrich ",
            rf"{_BEGIN}(?P<host>(?:(?P<label>d\s?i\s?s\s?c\s?o\s?r\s?d|dsc|t|telegram|wa|paypal"
            r"|b\s?i\s?t|cutt|ow|adf|goo|is|linktr|you\s?tu|twitch|dlive)[\s.]{1,2}"
            r"(?P<ending>g\s?g|m\s?e|l\s?y|gl|gd|ee|be|tv)))"
            rf"(?:\s?/\s?|\s{{1,2}}(?:slash|barra|schrägstrich)\s{{1,2}}){_PATH}",
        ),
        # An invitation's code is not the next word.
        (
            "discord gg",
            rf"{_BEGIN}(?P<host>(?P<label>discord)\s{{1,2}}(?P<ending>gg))\s{{1,2}}"
            rf"(?=[a-z]{{0,20}}\d)(?=\d{{0,20}}[a-z])[a-z\d]{{5,20}}{_END}",
        ),
        (
            "http|hxxp|www|w w",
            rf"{_BEGIN}(?P<whole>(?:h(?:tt|xx)ps?|w\s?w\s?w\d?)\s{{1,2}}(?P<host>{_LABEL}\s{{1,2}}"
            rf"(?P<ending>com|net|org|tv|gg|io|de|fr|es|br|ru))){_END}",
        ),
        # A path behind an ending that stands alone: `.gg/zorgle`.
        (
            "/| slash ",
            r"(?<!\S)(?P<whole>(?:(?:d[o0]t|punto|ponto|point)\s{1,2}|\.\s?)"
            r"(?:gg|com|net|org|tv|me|ly|io|be|co|xyz|ru)"
            rf"(?:\s?/\s?|\s{{1,2}}slash\s{{1,2}}){_PATH})",
        ),
        # Mail and IPs are nobody's host.
        (
            "mail com|yahoo com|icloud com",
            rf"{_BEGIN}(?P<whole>(?P<label>[\w+-][\w.+-]{{2,63}})\s{{1,2}}(?:at\s{{1,2}})?"
            rf"(?:gmail|googlemail|hotmail|yahoo|icloud|protonmail)\s{{1,2}}com){_END}",
        ),
        (
            "ip ",
            rf"{_BEGIN}ip(?:\s(?:is|address|adresse))?\s?:?\s"
            r"(?P<whole>\d{1,3}(?:\s\d{1,3}){3})(?!\w)",
        ),
    )
)
"""Ways to tell a host, each with what a text holds, in lower case, that may be one."""
_SIGNS = any_of(sign for signs, _ in _WAYS for sign in signs)
_NO_LABELS = (
    tlds.COMMON
    | tlds.ARTICLES
    | frozenset(
        "link links rom sit tele inter voice com xcom punto ponto slash web vid mass use uses using"
        " mich dich uns euch meine deine".split()
    )
) - {"you", "is", "t", "wa"}
"""Words before an ending that are no name: a rom com, voice com, and what links become."""
_NO_PATHS = frozenset("wp ez gl glhf sem contra ou e you him her us them me net sans".split())
"""What stands behind a slash that only parts two words: `com/sem`, `gg/wp`."""


def _name(groups: dict[str, str]) -> str:
    """The host as it would be looked up."""
    words = groups["ending"].casefold().split()
    ending = ("" if max(map(len, words)) == 1 else ".").join(words)
    return f"{_bare(groups['label'])}.{ending}"


def _bare(label: str) -> str:
    return label.replace(" ", "").casefold()


def find(text: str) -> Iterator[Host]:
    """The hosts of a text (samelength.plain) that have no dots, which may overlap.

    Mail, IPs and endings that stand alone have no name.
    """
    lower = text.casefold()
    if not _SIGNS.search(lower):
        return
    for signs, pattern in _WAYS:
        if not any([sign in lower for sign in signs]):
            continue
        for match in pattern.finditer(text):
            groups = match.groupdict(default="")
            if _bare(groups.get("label", "")) in _NO_LABELS:
                continue
            if groups.get("path", "").casefold() in _NO_PATHS:
                continue
            start = match.start("whole" if "whole" in groups else "host")
            yield Host(start, match.end(), _name(groups) if "host" in groups else "")
