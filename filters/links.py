"""Addresses in a text: URLs, hosts, e-mail, IPs, also spelled ones (`dot`, `[.]`, `hxxp`, `(at)`).

Does not know how a host ends (tlds.py, hosts.py) nor what is done with a line that holds one.
Every pattern is bounded, so its time is too.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import NamedTuple

from filters import hosts as hosts_
from filters import hosts_spaced, tlds
from filters.anyof import any_of
from filters.samelength import plain

_AT_WORD = r"(?:at|arroba|arobase|chez|ät|klammeraffe|собака)"
_SLASH = r"[/\\]"
_BEGIN = r"(?<![^\W_])"
_END = r"(?![^\W_])"
# An ordinary line holds none of these and ends here.
_MARKS = frozenset((*hosts_.DOT_CHARS, *"@/\\[{"))
_SIGNS = any_of((
    *(
        "(at",
        "( at",
        "<at",
        "::",
        *(",com", ",net", ",org", ";com", "*com", "|com"),
        "http",
        "hxxp",
        " t t p",
        " x x p",
        "h tt",
    ),
    *("dot", "d0t", "d\u043et", "d\u03bft", "d o t", "d_o_t", "d-o-t"),
    *("punkt", "punto", "ponto", "point", "точка", "tochka", "kropka"),
    *("点", "點", "ドット", "닷", "점", "www", "colon"),
    *("mailto:", "magnet:", "tel:", "sms:", "arroba", "arobase"),
    *sorted(tlds.MAIL - tlds.MAIL_WORDS),
))  # fmt: skip
_HEX = re.compile(r"[a-f\d]:[a-f\d]{1,4}:")
_URL = re.compile(
    rf"""
    {_BEGIN}(?:[a-z][a-z0-9+-]{{1,10}} | h\s?[tx]\s?[tx]\s?p(?:\s?s)?)
      (?:\s{{0,2}}[:;]\s{{0,2}}{_SLASH}\s{{0,2}}{_SLASH}{{1,3}}\s{{0,2}}
       | \s{{1,2}}colon(?:\s{{1,2}}(?:forward\s)?slash){{2}}\s{{1,2}})
      (?P<rest>\S{{1,2000}})
    | {_BEGIN}h(?:tt|xx)ps?(?:\s{{0,2}}[:;]\s?{_SLASH}?\s? | {_SLASH}{{2}})(?P<slip>\w\S{{1,2000}})
    | {_BEGIN}(?:mailto|magnet|tel|sms):\S{{1,200}}
    | (?<![\w:/\\])(?:{_SLASH}\s?){{2}}(?P<bare>(?=[\w.-]{{1,63}}[{hosts_.DOTS}])\S{{1,2000}})
    | {_BEGIN}(?P<www>www\d?\s?[{hosts_.DOTS}]\s?[^\W_]\S{{0,2000}})
    | {_BEGIN}(?<!\w\.)(?:\w\.){{3,30}}(?:c\.o\.m|n\.e\.t|o\.r\.g){_END}
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What each of these ways holds.
_URL_SIGNS = any_of((
    *"/\\",
    *("colon", "htt", "hxx", "h t", "h x", "mailto:", "magnet:", "tel:", "sms:", "www"),
    *("c.o.m", "n.e.t", "o.r.g"),
))  # fmt: skip
# `zorgledotcom`, `zorgle dotcom`, but not the dotcom bubble
_GLUED = re.compile(
    rf"""{_BEGIN}(?P<name>\w[\w-]{{2,40}}?)\s{{0,2}}
         (?:dot(?:com|net|org|gg|tv|io){_END}
           |(?:(?<=[a-z\d])|(?<=[a-z\d]\s))(?:닷컴|ドットコム))
         (?!\s{{1,2}}(?:bubble|boom|crash|era|compan))""",
    re.IGNORECASE | re.VERBOSE,
)
_AT = re.compile(
    rf"""\s?@\s? | \s{{0,2}}[\[({{<_*]\s?(?:@|a|{_AT_WORD})\s?[\])}}>_*]\s{{0,2}}
       | \s{{1,2}}(?P<said>{_AT_WORD})\s{{1,2}}""",
    re.IGNORECASE | re.VERBOSE,
)
_LOCAL = re.compile(r"[^\W_](?: [^\W_](?!\w)){2,40}|[\w.+-]{1,64}")
_PROVIDER = "(?:" + "|".join(sorted(tlds.MAIL - tlds.MAIL_WORDS)) + ")"
_MAIL = re.compile(
    # any ending is one behind a plain @; a provider needs none
    rf"""
    (?<![\w.+-])[\w.+-]{{1,64}}(?:
      @(?:[\w-]{{1,63}}[{hosts_.DOTS}]){{1,5}}[^\W_][\w-]{{1,62}}
    | (?:\s?@\s? | \s?[\[({{]\s?(?:@|{_AT_WORD})\s?[\])}}]\s?){_PROVIDER}{_END}
      (?:\s(?:com|net|org|de|fr|es|br|ru){_END})?
    | \s{{1,2}}{_AT_WORD}\s{{1,2}}{_PROVIDER}\s{{1,2}}(?:com|net|org|de|fr|es|br|ru){_END})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_IP_DOT = (
    rf"(?:[{hosts_.DOTS}]|\s?[\[({{]\s?(?:[{hosts_.DOTS}]|{hosts_.WORD})\s?[\])}}]\s?"
    rf"|\s{{1,2}}(?:[{hosts_.DOTS}]|{hosts_.WORD})\s{{1,2}})"
)
_IP4 = re.compile(
    rf"(?<![\w.])(\d{{1,3}}){_IP_DOT}(\d{{1,3}}){_IP_DOT}(\d{{1,3}}){_IP_DOT}(\d{{1,3}})"
    r"(?!\w|\.\d)(?::\d{1,5})?(?:[/?#]\S{0,600})?",
    re.IGNORECASE,
)
_IP6 = re.compile(
    r"\[?(?<![\w:.])((?=[a-f:]{0,44}\d)[a-f\d:]{2,45}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?)(?![\w:])"
    r"(?:%\w{1,16})?(?:\](?::\d{1,5})?)?",
    re.IGNORECASE,
)
_USER = re.compile(r"[^/?#\\]{0,2000}")
_ROUNDS = 4


class _Address(NamedTuple):
    start: int
    end: int
    host: str  # "" where no allow-list opens it


def _authority(rest: str) -> str:
    """The host of a URL behind its `//`, as a browser takes it: `a.tld@b.tld` goes to `b.tld`."""
    match = _USER.match(rest)
    host = (match[0] if match else "").rpartition("@")[2].partition(":")[0]
    return host.strip(".,!;)'\"").casefold()


def _urls(text: str) -> Iterator[_Address]:
    for match in _URL.finditer(text) if _URL_SIGNS.search(text.lower()) else ():
        rest = match["rest"] or match["slip"] or match["bare"] or match["www"] or ""
        yield _Address(match.start(), hosts_.trim(text, *match.span()), _authority(rest))
    for match in _GLUED.finditer(text):
        if match["name"].casefold() not in tlds.COMMON | tlds.ARTICLES:
            yield _Address(match.start(), hosts_.path_end(text, match.end()), "")


def _mails(text: str, found: list[hosts_.Host]) -> Iterator[_Address]:
    for match in _MAIL.finditer(text):
        yield _Address(*match.span(), "")
    begins = {host.start: host for host in found}
    backwards = text[::-1] if begins else ""
    for match in _AT.finditer(text) if begins else ():
        host = begins.get(match.end())
        local = _LOCAL.match(backwards, len(text) - match.start())
        if host is None or local is None:
            continue
        # `look at zorgle.com` is no mail; `zorgle at` a provider's is.
        if match["said"] and not tlds.MAIL & set(host.name.split(".")):
            continue
        yield _Address(len(text) - local.end(), host.end, "")


def _grouped(octets: tuple[str, ...]) -> bool:
    """Whether four numbers are one with its thousands set apart: `10.000.000.000`."""
    return all(len(o) == 3 for o in octets[1:]) and any(o == "000" or int(o) > 255 for o in octets)


def _ips(text: str) -> Iterator[_Address]:
    for match in _IP4.finditer(text):
        if not _grouped(match.groups()):
            yield _Address(*match.span(), "")
    if ":" not in text:
        return
    for match in _IP6.finditer(text):
        if match[1].count(":") < 2 or match[1].endswith(":"):
            continue
        try:
            ipaddress.IPv6Address(match[1])
        except ValueError:
            continue
        yield _Address(*match.span(), "")


def _merged(found: list[_Address]) -> list[_Address]:
    """Addresses in order; those that overlap are one, of a host only if they agree on it."""
    merged: list[_Address] = []
    for address in sorted(found):
        if not merged or address.start >= merged[-1].end:
            merged.append(address)
            continue
        last = merged[-1]
        host = last.host if last.host == address.host else ""
        merged[-1] = _Address(last.start, max(last.end, address.end), host)
    return merged


def _signed(text: str) -> bool:
    lower = text.lower()
    if not _MARKS.isdisjoint(lower) or _SIGNS.search(lower):
        return True
    return ":" in lower and _HEX.search(lower) is not None


# Several rules ask about the same text.
@lru_cache(maxsize=16)
def _addresses(text: str) -> tuple[_Address, ...]:
    text = plain(text)
    dotted: list[_Address] = []
    if _signed(text):
        found = list(hosts_.find(text))
        dotted = [_Address(host.start, host.end, host.name) for host in found]
        dotted = _merged([*dotted, *_urls(text), *_mails(text, found), *_ips(text)])
    spaced = [_Address(host.start, host.end, host.name) for host in hosts_spaced.find(text)]
    # Of what has dots too, the dots say more.
    apart = [s for s in spaced if not any(s.start < d.end and d.start < s.end for d in dotted)]
    return tuple(_merged([*dotted, *apart]) if apart else dotted)


def _allowed(host: str, hosts: Container[str]) -> str:
    """The host as it is allowed, `www.` off where that is too, or "" if it is not."""
    labels = host.split(".")
    if not any(".".join(labels[i:]) in hosts for i in range(len(labels) - 1)):
        return ""
    return _allowed(".".join(labels[1:]), hosts) or host if labels[0] == "www" else host


def find(text: str, hosts: Container[str] = ()) -> tuple[tuple[int, int], ...]:
    """The spans of the addresses in a text, in order.

    Args:
        text: as it comes from fold.clean; any text is bounded in time.
        hosts: allowed hosts, lower case. An address on one, or on a subdomain of one, is left out;
            mail and IP addresses are never allowed.
    """
    return tuple((a.start, a.end) for a in _addresses(text) if not _allowed(a.host, hosts))


def replace(text: str, word: str = "link", hosts: Container[str] = ()) -> str:
    """The text with every address replaced by a word, an allowed one by its host alone.

    Nothing is left that `find` still finds, unless the word is an address itself.
    """
    for _ in range(_ROUNDS):
        found = _addresses(text)
        if not found:
            break
        pieces, last = [], 0
        for address in found:
            said = _allowed(address.host, hosts) or word
            pieces += [text[last : address.start], said]
            last = address.end
        replaced = _spaced([*pieces, text[last:]])
        if replaced == text:
            break
        text = replaced
    return text


def _spaced(pieces: list[str]) -> str:
    """Texts and the words between them (every second), which do not grow onto their neighbours."""
    joined = pieces[0]
    for said, following in zip(pieces[1::2], pieces[2::2], strict=True):
        if joined and not joined[-1].isspace() and joined[-1] not in "(<[\"'@":
            joined += " "
        gap = " " if following and (following[0].isalnum() or following[0] in "/@_:-\\") else ""
        joined += said + gap + following
    return joined
