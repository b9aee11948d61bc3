"""Hosts in a text: labels with dots between them, however the dots are written or said.

Does not know schemes, mail or what is done with a host. It goes from dot to dot: what stands left
and right of one are labels (`zorgle`, `z o r g l e`), labels that share dots are a chain, and the
ending of the chain, the kind of its dots and the words around it say whether it is a host.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from filters import lookalikes, tlds
from filters.host_rules import Place, is_host

DOT_CHARS = (
    ".\u00b0\u00b7\u2022\u2027\u2219\u22c5\u25cf\u26ab\u23fa\u3002\u30fb\uff61\ua4f8\u06d4\u0702"
)
"""Characters that are a dot or pass for one."""
DOTS = re.escape(DOT_CHARS)
"""The same for a regex class."""
WORD = r"(?:d[o0\u043e\u03bf]t|d[\s._-]o[\s._-]t|punkt|punto|ponto|point|точка|tochka|kropka)"
"""How a dot is said, for a regex."""
DOT = re.compile(
    rf"""
    (?P<held>\s{{0,2}}(?:[\[({{<|"']\s?(?:[{DOTS}]|{WORD})\s?[\])}}>|"']|([-_*~/,])(?:{WORD})\2)\s{{0,2}}
      |\s{{0,2}}(?:点|點|ドット|닷|점)\s{{0,2}}(?=(?:com|net|org|cn|tv|gg)(?![a-z])))
   |(?P<said>\s{{1,3}}(?P<word>{WORD})\s{{1,3}})
   |(?P<apart>\s{{1,3}}[{DOTS}]\s{{0,3}})
   |(?P<after>[{DOTS}]{{2,3}}|[{DOTS}]\s{{1,3}})
   |(?P<plain>[{DOTS}])
   |(?P<comma>,(?=(?:com|net|org)(?!\w))|[;*|](?=com(?!\w)))
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What may stand between two labels, by kind."""

# Everything but spaces, dots and ASCII signs other than the hyphen: marks and emoji stand in
# international hosts too.
_CHAR = rf"[^\s\x00-,/:-@\[-`{{-\x7f«»“”„‘’…、，！？（）「」{DOTS}]"
_LETTERS = rf"(?<!{_CHAR})[^\W_](?:[ ][^\W_](?!{_CHAR})){{1,40}}"
# Read the same forwards and backwards: labels left of a dot are looked for in the reversed text.
_LABEL = re.compile(rf"{_LETTERS}|{_CHAR}{{1,63}}")
# `zorgle.c om`: an ending that is torn.
_RIGHT = re.compile(rf"(?:c om|co m)(?!{_CHAR})|{_LABEL.pattern}", re.IGNORECASE)
_PATH = re.compile(r"(?::\d{1,5}(?!\d))?(?:[/?#\\]\S{0,600})?")
_SAID_PATH = re.compile(r"(?:\s{1,2}(?:slash|barra|schrägstrich|/)\s{1,2}[\w-]{1,40}){1,3}", re.I)
_TRAILING = ".,!?;:)]}>'\"…"
_ENDS = re.compile(r"\s{0,3}(?:$|[^\w\s])")
# `com` is Portuguese for `with`; a dot com bubble is no host.
_FOLLOWER = re.compile(
    r"\s{1,2}(?:certeza|o|a|os|as|um|uma|voc[eê]|vcs?|el[ea]s?|iss?o|ess[ea]|quem|que|tud?o|tod[oa]s?"
    r"|meu|minha|seu|sua|licença|calma|base|muit[oa]|mais|vontade|medo|sono|fome|raiva|saudades?"
    r"|bubble|boom|crash|era|company|companies|stocks?|core|framework|developers?)(?!\w|\.\w)",
    re.IGNORECASE,
)
_CUES = tuple(f"{cue} " for cue in "visit join goto on out check see click open besucht".split())
_LEET = str.maketrans("01345", "oieas")
_MOST_DOTS = 9
"""Dots that one host may have; a longer chain is looked at in pieces."""
_FIRST_WIDE = 0x2190
"""From here on a character is none of an alphabet that hosts are written in without a script."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host with its port and path."""

    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends, path and all."""
    name: str
    """The host as it would be looked up: lower case, plain dots."""


class _Dot(NamedTuple):
    kind: str
    word: str
    left: tuple[int, int]
    right: tuple[int, int]


def _chains(text: str) -> Iterator[list[_Dot]]:
    backwards = text[::-1]
    size = len(text)
    chain: list[_Dot] = []
    for match in DOT.finditer(text):
        right = _RIGHT.match(text, match.end())
        left = _LABEL.match(backwards, size - match.start())
        if left is None or right is None:
            continue
        kind = match.lastgroup or ""
        word = (match["word"] or "").casefold()
        begins = size - left.end()
        dot = _Dot("said" if word else kind, word, (begins, match.start()), right.span())
        if chain and chain[-1].right[1] != match.start():
            yield chain
            chain = []
        chain.append(dot)
    if chain:
        yield chain


def _bare(label: str) -> str:
    """A label in lower case, without the spaces of `z o r g l e`."""
    label = label.replace(" ", "").strip("-").casefold()
    if label.isascii():
        return label
    return unicodedata.normalize("NFKC", label)


@lru_cache(maxsize=1024)
def _ending(label: str) -> tuple[str, int]:
    """The ending that a label is or begins with, and how many of its characters belong to it."""
    bare = _bare(label)
    if bare in tlds.EVERY or (bare.startswith("xn--") and len(bare) > 5):
        return bare, len(label)
    if " " in label:
        letters = label.replace(" ", "").casefold()
        for size in (3, 2):
            if letters[:size] in tlds.CENTRAL:
                return letters[:size], 2 * size - 1
    cut = next((i for i, c in enumerate(label) if c == "-" or ord(c) >= _FIRST_WIDE), 0)
    if cut and (bare := label[:cut].casefold()) in tlds.SURE:
        return bare, cut
    alike = bare.translate(lookalikes.LATIN).translate(_LEET)
    if alike != bare and alike in tlds.SURE and (len(alike) > 2 or not bare.isascii()):
        return alike, len(label)
    return "", 0


def trim(text: str, start: int, end: int) -> int:
    """Where an address ends whose span ends with the marks that end a sentence."""
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    return end


def path_end(text: str, end: int) -> int:
    """Where the port and path end that stand behind a host which ends at `end`."""
    match = _PATH.match(text, end)
    stop = match.end() if match else end
    if said := _SAID_PATH.match(text, stop):
        return said.end()
    return trim(text, end, stop)


def _first(text: str, chain: list[_Dot], last: int) -> int:
    """The dot at which the host begins whose ending stands right of dot `last`."""
    first = last
    while first and last - first < _MOST_DOTS and chain[first - 1].kind not in ("after", "comma"):
        # `cool . zorgle.com`: a dot set apart belongs to hosts whose other dots are too.
        if chain[first - 1].kind != chain[last].kind and chain[first - 1].kind in ("apart", "said"):
            break
        first -= 1
    if first and _bare(text[slice(*chain[first - 1].left)]).startswith("www"):
        first -= 1
    return first


def _host(text: str, chain: list[_Dot], last: int) -> Host | None:
    dot = chain[last]
    ending, size = _ending(text[slice(*dot.right)])
    if not ending:
        return None
    first = _first(text, chain, last)
    start, end = chain[first].left[0], dot.right[0] + size
    stop = path_end(text, end)
    at = Place(
        ending,
        _bare(text[slice(*dot.left)]),
        dot.kind,
        dot.word,
        first < last,
        stop > end,
        _ENDS.match(text, end) is not None,
        _FOLLOWER.match(text, end) is not None,
        text[max(0, start - 12) : start].casefold().endswith(_CUES),
    )
    if not is_host(at):
        return None
    labels = [_bare(text[slice(*d.left)]) for d in chain[first : last + 1]]
    return Host(start, stop, ".".join([*labels, ending]))


def find(text: str) -> Iterator[Host]:
    """The hosts of a text (samelength.plain), in order; IPv4 addresses are not among them."""
    for chain in _chains(text):
        found, last = [], len(chain) - 1
        while last >= 0:
            host = _host(text, chain, last)
            if host is not None:
                found.append(host)
                while last >= 0 and chain[last].left[0] >= host.start:
                    last -= 1
            else:
                last -= 1
        yield from reversed(found)
