"""One line of IRC with IRCv3 message tags, taken apart. Does not know Twitch or any command.

Sources: RFC 1459 section 2.3.1; IRCv3 message tags specification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_COMMAND = re.compile(r"[A-Za-z]+|[0-9]{3}")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPED = {":": ";", "s": " ", "r": "\r", "n": "\n"}


@dataclass(frozen=True, slots=True)
class IrcLine:
    """One line, taken apart."""

    tags: Mapping[str, str]
    """Message tags, unescaped; a tag without a value has the empty one."""
    prefix: str
    """Who sent it: a server, or nick!user@host. Empty if the line does not say."""
    command: str
    """The command or three-digit reply, in upper case."""
    params: tuple[str, ...]
    """The parameters; the last may hold spaces."""

    @property
    def nick(self) -> str:
        """The name in the prefix, without user and host."""
        return self.prefix.partition("!")[0]

    def param(self, index: int) -> str:
        """A parameter; empty if there are not as many."""
        return self.params[index] if index < len(self.params) else ""


@dataclass(frozen=True, slots=True)
class Broken:
    """What came is not a line of IRC."""

    why: str
    """The reason, for a log line."""


def parse(text: str) -> IrcLine | Broken:
    """One line, without its line end. Never raises."""
    rest = text
    tags: dict[str, str] = {}
    prefix = ""
    if rest.startswith("@"):
        head, _, rest = rest[1:].partition(" ")
        tags = _tags(head)
        rest = rest.lstrip(" ")
    if rest.startswith(":"):
        prefix, _, rest = rest[1:].partition(" ")
        rest = rest.lstrip(" ")
    head, colon, trailing = rest.partition(" :")
    words = [word for word in head.split(" ") if word]
    if not words:
        return Broken("no command")
    command, *params = words
    if not _COMMAND.fullmatch(command):
        return Broken("not a command")
    if colon:
        params.append(trailing)
    return IrcLine(tags, prefix, command.upper(), tuple(params))


def _tags(text: str) -> dict[str, str]:
    tags = {}
    for item in text.split(";"):
        key, _, value = item.partition("=")
        if key:
            tags[key] = _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), value)
    return tags
