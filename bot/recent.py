"""What is remembered for a while: bounded in number, the oldest forgotten first.

Has no clock: `now` is an argument.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable


class Recent:
    """A set of keys, each with a time to live."""

    def __init__(self, *, keys: int, seconds: float) -> None:
        """Hold at most `keys`, each for `seconds` unless told otherwise."""
        self._keys = keys
        self._seconds = seconds
        self._until: dict[Hashable, float] = {}  # in order of insertion

    def __len__(self) -> int:
        return len(self._until)

    def add(self, key: Hashable, now: float, seconds: float | None = None) -> bool:
        """Remember `key`, for at most the usual time; False if it was remembered already."""
        new = not self.holds(key, now)
        until = now + min(self._seconds, self._seconds if seconds is None else seconds)
        self._until.pop(key, None)
        self._until[key] = until
        if len(self._until) > self._keys:
            del self._until[next(iter(self._until))]
        return new

    def holds(self, key: Hashable, now: float) -> bool:
        """Whether `key` is still remembered."""
        until = self._until.get(key)
        return until is not None and now < until


class Said:
    """What each author has said in the last seconds, so that a word cut in two is seen."""

    def __init__(self, *, authors: int = 1000, lines: int = 5, seconds: float = 15.0) -> None:
        """Hold at most `lines` of each of `authors`, each for `seconds`."""
        self._authors = authors
        self._lines = lines
        self._seconds = seconds
        self._said: dict[Hashable, deque[tuple[float, str]]] = {}  # in order of the last line

    def add(self, author: Hashable, text: str, now: float) -> None:
        """Remember that `author` said `text`."""
        said = self._said.pop(author, None) or deque(maxlen=self._lines)
        said.append((now, text))
        self._said[author] = said
        if len(self._said) > self._authors:
            del self._said[next(iter(self._said))]

    def lately(self, author: Hashable, now: float) -> tuple[str, ...]:
        """What `author` said in the last seconds, oldest first."""
        said = self._said.get(author, ())
        return tuple(text for at, text in said if now - at <= self._seconds)
