"""Slips of the finger and words that only sound so, looked for in what is no ordinary word.

Does not know spelling (typos.py) nor sound (sound.py, heard.py): it decides which words of a
message are asked about, and with how much tolerance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from filters.apart import LETTER_NAMES
from filters.effort import LISTEN, Effort
from filters.ordinary import Kind, Ordinary, foreign
from filters.readings import Reading
from filters.sound import phones
from filters.tokens import WINDOW
from filters.wordlist import WordList

_WARY = 0.15
"""Tolerance of sounds that a stranger has less."""
_DRAWN_OUT = 10
"""Letters from which there is no tolerance besides: scripts without spaces run words together."""
_SOUNDED = 0.4
"""Tolerance besides for what is written in another script: it says every sound a little else."""
_TOGETHER = range(4, 21)
"""Letters that neighbours have together, if they are to be one word."""
_AGAIN = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Ear:
    """How a reading is listened to."""

    reading: Reading
    """The reading."""
    foreign: bool
    """Whether most of its words are of no known language."""
    factor: float
    """How much of the usual tolerance there is for what nearly sounds so."""
    extra: float
    """Tolerance besides."""


class Unknown:
    """What the unknown words of one message may stand for; asks about each only once."""

    def __init__(
        self, words: WordList, ordinary: Ordinary, effort: Effort, *, wary: bool = False
    ) -> None:
        self._words = words
        self._ordinary = ordinary
        self._wary = _WARY if wary else 0.0
        self._heard: set[str] = set()
        self._effort = effort

    def ear(self, reading: Reading, kinds: Sequence[Kind]) -> Ear:
        """How to listen to a reading with these tokens."""
        unknown = foreign(kinds)
        factor = 0.4 if unknown else 0.5 if reading.lettered else 1.0
        extra = self._wary + (_SOUNDED if reading.sounded and not unknown else 0.0)
        return Ear(reading, unknown, factor, extra)

    def _opened(self, index: int | None, spelling: str) -> int | None:
        return None if index is None or self._words.opened(index, spelling) else index

    # ---- one word

    def alone(self, token: str, kind: Kind, ear: Ear) -> Sequence[tuple[int, str]]:
        """The entries that a token is a slip of, or sounds like, and which of the two."""
        if not kind.strange or token in self._heard:
            return ()
        self._heard.add(token)
        found = []
        for word in kind.strange:
            if (index := self._opened(self._slip(word, ear), word)) is not None:
                found.append((index, "misspelled"))
            if (index := self._opened(self._sound(word, ear), word)) is not None:
                found.append((index, "sounds like it"))
        return found

    def _slip(self, word: str, ear: Ear) -> int | None:
        if len(word) < (6 if ear.foreign else 5 if ear.reading.lettered else 3):
            return None
        return self._words.typos.of(word, disguised=ear.reading.disguised)

    def _sound(self, word: str, ear: Ear) -> int | None:
        long, sounded = len(word) > _DRAWN_OUT, ear.reading.sounded
        return self._words.sounds.of(
            word,
            factor=ear.factor / 2 if sounded and long else ear.factor,
            extra=0.0 if long else ear.extra,
            sounded=sounded,
        )

    # ---- several words

    def together(
        self, kinds: Sequence[Kind], firsts: Iterable[int], ear: Ear
    ) -> Iterator[tuple[int, int, int]]:
        """The entries that neighbours sound like together: entry, first token, the one behind.

        `firsts` are the tokens from which to look.
        """
        if len(kinds) < 2:
            return
        single = [len(kind.plain) == 1 for kind in kinds] + [False]
        # The one behind each of them; beside one of other letters nothing sounds like anything.
        latin = [kind.latin for kind in kinds] + [False]
        for first in firsts:
            if not (latin[first] and latin[first + 1]):
                continue
            # `i`, `a` and `u` also stand beside a letter as words of their own.
            within = first and single[first - 1] and kinds[first - 1].plain not in "aiu"
            if not (within and single[first]):
                for index, behind in self._from(first, kinds, single, ear):
                    yield index, first, behind

    def _from(
        self, first: int, kinds: Sequence[Kind], single: Sequence[bool], ear: Ear
    ) -> Iterator[tuple[int, int]]:
        """The same for the neighbours that begin with one token: entry, the token behind."""
        joined, _, familiar, common, emote, *_ = kinds[first]
        ordinary = familiar
        for at in range(first, min(first + WINDOW, len(kinds))):
            kind = kinds[at]
            if not kind.latin:
                return
            if at == first:
                continue
            joined += kind.plain
            ordinary = ordinary and kind.known
            common, emote = common or kind.common, emote or kind.emote
            before, familiar = familiar, familiar or kind.known
            # A run of single letters is taken whole or not at all.
            if single[at] and single[at + 1]:
                continue
            if len(joined) not in _TOGETHER or joined in self._heard:
                continue
            # `king` may be the end of a word that is stretched over two.
            closed = before if kind.plain.endswith("ing") else familiar
            index = None
            if ordinary:
                if not common:
                    self._heard.add(joined)
                    index = self._of_ordinary(kinds[first : at + 1], joined)
            else:
                pieces = [k.plain for k in kinds[first : at + 1]]
                if closed and (common or emote):
                    # What stands beside anything by chance is no piece of a word.
                    index = self._halved(pieces, joined)
                else:
                    self._heard.add(joined)
                    index = self._of_window(pieces, joined, ear, familiar=closed)
            if index is not None:
                yield index, at + 1

    def _of_window(
        self, pieces: Sequence[str], joined: str, ear: Ear, *, familiar: bool
    ) -> int | None:
        if ear.foreign and (len(pieces) > 2 or min(map(len, pieces)) > 3):
            return None
        self._effort.take(LISTEN)
        return self._opened(self._of_pieces(pieces, joined, ear, familiar=familiar), joined)

    def _halved(self, pieces: Sequence[str], joined: str) -> int | None:
        """The entry that a listed word cut in two is, of which one half is no word: `dobb it`."""
        if len(pieces) != 2 or len(joined) < 5:
            return None
        index = self._opened(self._words.forms.get(joined), joined)
        if index is None or all(len(p) < 3 or self._ordinary.knows(p) for p in pieces):
            return None
        return index

    def _of_ordinary(self, kinds: Sequence[Kind], joined: str) -> int | None:
        """The entry that ordinary words are together: spelled so, or with exactly its sound."""
        if len(joined) < 5:
            return None
        heard = "".join([phones(kind.plain) for kind in kinds])
        exact = self._words.sounds.exact
        index = self._words.listed.get(joined)
        if index is None:
            index = exact.get(heard)
        if index is None:
            index = exact.get(heard[:1] + heard[1:].replace("h", ""))
        # A single letter stands beside any word.
        if index is None or min([len(kind.plain) for kind in kinds]) < 2:
            return None
        return self._opened(index, joined)

    def _of_pieces(
        self, pieces: Sequence[str], joined: str, ear: Ear, *, familiar: bool
    ) -> int | None:
        forms = self._words.forms
        index = forms.get(joined)
        if index is None and not LETTER_NAMES.keys().isdisjoint(pieces):
            index = forms.get("".join([LETTER_NAMES.get(p, p) for p in pieces]))
        if index is None:
            sounds = self._words.sounds
            factor = ear.factor * (0.3 if familiar else 1.0)
            # With an ordinary word among them only the whole sound counts.
            bare = factor < 0.4
            index = sounds.of(joined, factor=factor, extra=0.0 if bare else ear.extra, bare=bare)
            if index is None:
                heard = _AGAIN.sub(itemgetter(1), "".join([phones(p) for p in pieces]))
                if heard != phones(joined):
                    index = sounds.near(heard, factor=factor, letters=len(joined), bare=bare)
        return index

    def split(self, pieces: Sequence[str], joined: str) -> int | None:
        """The entry that pieces from several messages of one author sound like together."""
        unknown = sum(not self._ordinary.knows(piece) for piece in pieces)
        if self._words.dictionary is None or not unknown or len(pieces) > 3:
            return None
        factor = 0.7 if unknown == len(pieces) else 0.3
        return self._opened(self._words.sounds.of(joined, factor=factor), joined)
