"""Whom a moderator means by a name: the authors who wrote lately, by login and by shown name.

The rule: a name is compared as it can be seen, without case and without a leading @, and in no
other way. Letters that only look alike are different letters, so that nobody can put themselves in
another's place. A login, of which a platform has each but once, goes before a shown name; a name
that several authors have means none of them. Does not know what is done to whom.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from bot.backlog import AuthorKey, author_key
from filters.fold import clean
from filters.message import Author, ChatMessage, Rank

MOST = 5_000
"""Authors that are remembered; who was silent longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Known:
    """An author who wrote lately."""

    key: AuthorKey
    """Platform and id."""
    name: str
    """The shown name, hostile."""
    rank: Rank
    """The standing at the last message."""


class Ambiguous(LookupError):  # noqa: N818 - named for what it means
    """Several authors have this name."""


def comparable(name: str) -> str:
    """A name as it is compared. NFC: the same letters, typed in another way."""
    if name.isascii() and name.isprintable():
        return name.strip().removeprefix("@").lower()
    return unicodedata.normalize("NFC", clean(name).removeprefix("@")).casefold()


class Seen:
    """Authors by name."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        # In order of the last message. Names are looked up rarely and messages come by thousands,
        # so that there is no index by name to be kept.
        self._authors: dict[AuthorKey, Author] = {}

    def __len__(self) -> int:
        return len(self._authors)

    def add(self, message: ChatMessage) -> None:
        """Remember a message's author. Badges that a shared chat brought along are none here."""
        key, author = author_key(message), message.author
        if message.shared_from and author.roles:
            author = replace(author, roles=frozenset())
        authors = self._authors
        authors.pop(key, None)
        authors[key] = author
        if len(authors) > self._most:
            del authors[next(iter(authors))]

    def find(self, name: str, platform: str) -> Known | None:
        """Who has this name: on `platform` first, else on any. Raises Ambiguous."""
        wanted = comparable(name)
        if not wanted:
            return None
        here = {k: a for k, a in self._authors.items() if k[0] == platform}
        elsewhere = {k: a for k, a in self._authors.items() if k[0] != platform}
        for authors in (here, elsewhere):
            for name_of in (_login, _shown):
                found = [k for k, a in authors.items() if name_of(a) == wanted]
                if len(found) > 1:
                    raise Ambiguous
                if found:
                    author = authors[found[0]]
                    return Known(found[0], author.name, author.rank)
        return None


def _login(author: Author) -> str:
    return comparable(author.login)


def _shown(author: Author) -> str:
    return comparable(author.name)
