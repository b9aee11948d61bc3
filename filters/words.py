"""Whether the readings of a text hold a word of the block list, and where.

Does not know how a text is read (readings.py) nor what becomes of a hit. Looks, in this order of
sureness: whole words and inflections, masked ones, words inside others, phrases, words pulled
apart; then, among what no dictionary knows, slips of the finger and words that only sound so.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from filters.apart import FUNCTION, LETTER_NAMES, letters, windows, without_fillers
from filters.fold import fold
from filters.inside import meant
from filters.leet import BRACKET, leet, spellings
from filters.message import Hit
from filters.readings import Reading
from filters.sound import phones
from filters.tokens import joins, shortened, spans, stretched, tokens
from filters.wordlist import KEY, WordList

_MASKS = "*#_-.•·?+%~^=×∗"
_SIGNS = frozenset(_MASKS)
_MASKED = re.compile(rf"[^\W_][\w{re.escape(_MASKS)}]{{3,29}}")
_VOWELED = re.compile(r"[^\W_]{1,24}(?:[*#]{1,2}[^\W_]{1,24}){1,2}")
_HIDDEN = re.compile(r"[*#]")
_LONG = 40
"""Letters from which no token is a word by itself: whatever is found inside counts."""
_TAIL = 5
_HEAD = 3
_LOOKED_UP = 260
"""Spellings that are looked up for one message at most; ordinary lines need far fewer."""
_LISTENED = 90
"""Neighbours that are listened to for one message at most."""
_FOREIGN = 0.6
"""Share of unknown words from which a line is in a language that the dictionary does not hold."""
_FOREIGN_WORDS = 4
_WARY = 0.15
"""Tolerance of sounds that a stranger has less."""
_DRAWN_OUT = 10
"""Letters from which there is no tolerance besides: scripts without spaces run words together."""
_SOUNDED = 0.4
"""Tolerance besides for what is written in another script: it says every sound a little else."""


class TooContrived(Exception):  # noqa: N818 - it says what the text is
    """A text has so many spellings that looking at all of them would hold others up."""


Found = tuple[int, str, int, int]
"""Entry, how it stands there, start, end."""


def _fits_mask(words: WordList, match: re.Match[str]) -> int | None:
    shape = match[0].rstrip(_MASKS) if match[0][-1] not in "*#" else match[0]
    # Half a word is enough to know it by, less is a guess; who masks uses one sign for it.
    masked = [char for char in shape if char in _SIGNS]
    if len(set(masked)) != 1 or 2 * len(masked) > len(shape):
        return None
    return words.masked(shape, _MASKS)


def _latin(word: str) -> bool:
    return word.isascii() and word.isalpha()


class Search:
    """A search through readings that have most of their text in common.

    Whatever was looked at in one reading and held nothing is not looked at again in the next.
    Made for the readings of one message; grows with them.
    """

    def __init__(self, words: WordList, *, wary: bool = False) -> None:
        self._words = words
        self._extra = _WARY if wary else 0.0
        self._whole: dict[str, int | None] = {}
        self._known: dict[str, bool] = {}
        self._tokens_of: dict[str, list[str]] = {}
        self._looked_into: set[str] = set()
        self._neighbourhoods: set[tuple[str, ...]] = set()
        self._heard: set[str] = set()
        self._clear: set[str] = set()

    def find(self, readings: Iterable[Reading]) -> Hit | None:
        """The first hit in readings, or None. Raises TooContrived if it cannot be told in time."""
        for reading in readings:
            if reading.text not in self._clear:
                for found in self._hits(reading):
                    return self._hit(found, reading.name, reading.text)
                self._clear.add(reading.text)
        return None

    def _hit(self, found: Found, reading: str, text: str) -> Hit:
        index, how, start, end = found
        entry = self._words.entries[index]
        return Hit(entry.name, entry.tier, how, reading, text, start, end)

    def _hits(self, reading: Reading) -> Iterator[Found]:
        """What a reading holds and no earlier one held, in order of how sure it is."""
        found: list[str] = []
        fresh: list[tuple[str, int]] = []
        at = 0
        for chunk in reading.text.split(" "):
            known = self._tokens_of.get(chunk)
            if known is None:
                known = self._tokens_of[chunk] = tokens(chunk)
                if known:
                    fresh.append((chunk, at))
                    for index, how, start, end in self._in_chunk(chunk, known):
                        yield index, how, at + start, at + end
            found += known
            at += len(chunk) + 1
        for index, how, first, behind in (*self._phrases(found), *self._apart(found)):
            place = spans(reading.text)
            yield index, how, place[first][0], place[behind - 1][1]
        if self._words.dictionary is not None:
            yield from self._unknown(reading, found, fresh)

    def _opened(self, index: int | None, spelling: str) -> int | None:
        return None if index is None or self._words.opened(index, spelling) else index

    def _whole_of(self, word: str) -> int | None:
        try:
            return self._whole[word]
        except KeyError:
            if len(self._whole) >= _LOOKED_UP:
                raise TooContrived from None
            index = self._whole[word] = self._opened(self._words.whole(word), word)
            return index

    def _in_chunk(self, chunk: str, found: Sequence[str]) -> Iterator[Found]:
        """What a stretch without spaces holds."""
        for number, token in enumerate(found):
            if token not in self._looked_into:
                self._looked_into.add(token)
                for index, how in self._in_token(token):
                    yield index, how, *spans(chunk)[number]
        if len(found) > 1 and len(joined := "".join(found)) > 2:
            for spelling in spellings(joined):
                if (index_of_all := self._whole_of(spelling)) is not None:
                    place = spans(chunk)
                    yield index_of_all, "pulled apart", place[0][0], place[-1][1]
        if chunk != found[0] and not _SIGNS.isdisjoint(chunk):
            yield from self._masked(chunk)

    def _masked(self, chunk: str) -> Iterator[Found]:
        for match in _MASKED.finditer(chunk):
            if (masked := _fits_mask(self._words, match)) is not None:
                yield masked, "masked", *match.span()
        for match in _VOWELED.finditer(chunk):
            hidden = len(_HIDDEN.findall(match[0]))
            for vowels in itertools.product("uieoa", repeat=hidden) if hidden < 3 else ():
                letters_of = iter(vowels)
                spelled = _HIDDEN.sub(lambda _, by=letters_of: next(by), match[0])  # type: ignore[misc]
                for index in self._inside(spelled):
                    yield index, "masked", *match.span()

    def _in_token(self, token: str) -> Iterator[tuple[int, str]]:
        ways = spellings(token)
        if token[0] == BRACKET and len(token) < KEY:
            ways = ways[-1:]
        for word in ways:
            if (index := self._whole_of(word)) is not None:
                yield index, "whole word"
            elif (index := self._opened(self._words.wild(word), word)) is not None:
                yield index, "wildcard"
        for word in ways:
            for index in self._inside(word):
                yield index, "inside another word"

    def _inside(self, token: str) -> Iterator[int]:
        inside = self._words.inside
        if len(token) <= KEY:
            return
        squeezed = shortened(token) if stretched(token) else token
        for i in [i for i in range(len(squeezed) - KEY + 1) if squeezed[i : i + KEY] in inside]:
            for word, index in inside[squeezed[i : i + KEY]]:
                if not squeezed.startswith(word, i) or self._words.opened(index, token):
                    continue
                end = i + len(word)
                if len(token) > _LONG or meant(squeezed, i, end, self._words):
                    yield index
                elif self._whole_of(squeezed[:i] + squeezed[end:]) is not None:
                    yield index

    def _phrases(self, found: Sequence[str]) -> Iterator[Found]:
        phrases = self._words.phrases
        for i, token in enumerate(found) if phrases else ():
            for rest, index in phrases.get(token, ()):
                behind = i + 1 + len(rest)
                if tuple(found[i + 1 : behind]) == rest:
                    if self._opened(index, "".join(found[i:behind])) is not None:
                        yield index, "phrase", i, behind

    def _apart(self, found: Sequence[str]) -> Iterator[Found]:
        for first, behind in joins(found, self._words.heads, self._neighbourhoods):
            joined = "".join(found[first:behind])
            if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                yield index, "pulled apart", first, behind
        for first, behind, word in letters(found):
            index = self._words.forms.get(word) if len(word) > 2 else None
            if index is not None and self._opened(index, word) is not None:
                yield index, "told letter by letter", first, behind
        rest = without_fillers(found)
        if rest is not None:
            again = [found[i] for i in rest]
            for first, behind in joins(again, self._words.heads, self._neighbourhoods):
                joined = "".join(again[first:behind])
                if len(joined) > 2 and (index := self._whole_of(joined)) is not None:
                    yield index, "pulled apart by fillers", rest[first], rest[behind - 1] + 1

    # ---- what no dictionary knows

    def _is_known(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._look_up(word)
        return known

    def _look_up(self, word: str) -> bool:
        dictionary = self._words.dictionary
        if dictionary is None or not _latin(word) or word in self._words.allowed:
            return True
        if len(word) == 1:
            return word in "aeiouy"
        if dictionary.known(word) or (
            len(word) > 7 and dictionary.compound(word, self._words.listed)
        ):
            return True
        if not stretched(word):
            return False
        return dictionary.known(shortened(word)) or dictionary.known(re.sub(r"(.)\1+", r"\1", word))

    def _foreign(self, found: Sequence[str]) -> bool:
        plain = [token for token in found if len(token) > 1 and _latin(token)]
        if len(plain) < _FOREIGN_WORDS:
            return False
        return sum(not self._is_known(token) for token in plain) >= _FOREIGN * len(plain)

    def _unknown(
        self, reading: Reading, found: Sequence[str], fresh: Sequence[tuple[str, int]]
    ) -> Iterator[Found]:
        """Slips and sounds, looked for only in what is no ordinary word."""
        foreign = self._foreign(found)
        factor = 0.4 if foreign else 0.5 if reading.lettered else 1.0
        extra = self._extra + (_SOUNDED if reading.sounded and not foreign else 0.0)
        for chunk, at in fresh:
            for number, token in enumerate(self._tokens_of[chunk]):
                for index, how in self._alone(token, reading, factor, extra, foreign):
                    start, end = spans(chunk)[number]
                    yield index, how, at + start, at + end
        for index, how, first, behind in self._together(found, factor, extra, foreign):
            place = spans(reading.text)
            yield index, how, place[first][0], place[behind - 1][1]

    def _alone(
        self, token: str, reading: Reading, factor: float, extra: float, foreign: bool
    ) -> Iterator[tuple[int, str]]:
        if len(token) < 3 or token in self._heard or token[0] == BRACKET:
            return
        self._heard.add(token)
        ways = [word for word in spellings(token) if _latin(word)]
        if not ways or any(self._is_known(word) for word in ways):
            return
        dictionary = self._words.dictionary
        for word in ways:
            if dictionary is not None and dictionary.name(word):
                continue
            long = len(word) > _DRAWN_OUT
            short = len(word) < (6 if foreign else 5 if reading.lettered else 3)
            if not short:
                index = self._opened(self._words.typos.of(word, disguised=reading.disguised), word)
                if index is not None:
                    yield index, "misspelled"
            index = self._words.sounds.of(
                word,
                factor=factor / 2 if reading.sounded and long else factor,
                extra=0.0 if long else extra,
                loose=reading.sounded,
            )
            if index is not None and self._opened(index, word) is not None:
                yield index, "sounds like it"

    def _together(
        self, found: Sequence[str], factor: float, extra: float, foreign: bool
    ) -> Iterator[Found]:
        plain = [spellings(token.lstrip(BRACKET))[0] for token in found]
        known = [self._is_known(word) for word in plain]
        common = [word in FUNCTION for word in plain]
        mute = [not _latin(word) for word in plain]
        listened = 0
        for first, behind in windows(plain) if len(plain) > 1 else ():
            if any(mute[first:behind]):
                continue
            # `king` may be the end of a word that is stretched over two.
            last = behind - (plain[behind - 1].endswith("ing"))
            familiar = sum(known[first:last])
            # What stands beside anything by chance is no piece of a word.
            if familiar and any(common[first:behind]):
                continue
            pieces = plain[first:behind]
            joined = "".join(pieces)
            if not 4 <= len(joined) <= 20 or joined in self._heard:
                continue
            self._heard.add(joined)
            if sum(known[first:behind]) == len(pieces):
                index = self._ordinary(pieces, joined)
            elif foreign and min(map(len, pieces)) > 3:
                continue
            else:
                listened += 1
                if listened > _LISTENED:
                    raise TooContrived
                index = self._pieces(pieces, joined, factor * (0.3 if familiar else 1.0), extra)
            if index is not None and self._opened(index, joined) is not None:
                yield index, "sounds like it, pulled apart", first, behind

    def _ordinary(self, pieces: Sequence[str], joined: str) -> int | None:
        """The entry that ordinary words are together: spelled so, or with exactly its sound."""
        if len(joined) < 5 or any(len(p) < 2 for p in pieces):
            return None
        index = self._words.listed.get(joined)
        if index is None:
            heard = "".join([phones(p) for p in pieces])
            index = self._words.sounds.exact.get(heard)
            if index is None and "h" in heard[1:]:
                index = self._words.sounds.exact.get(heard[0] + heard[1:].replace("h", ""))
        return index

    def _pieces(
        self, pieces: Sequence[str], joined: str, factor: float, extra: float
    ) -> int | None:
        index = self._words.forms.get(joined)
        if index is None and any(p in LETTER_NAMES for p in pieces):
            index = self._words.forms.get("".join([LETTER_NAMES.get(p, p) for p in pieces]))
        if index is None:
            sounds = self._words.sounds
            # With an ordinary word among them only the whole sound counts.
            bare = factor < 0.4
            index = sounds.of(joined, factor=factor, extra=0.0 if bare else extra, bare=bare)
            if index is None:
                heard = re.sub(r"(.)\1+", r"\1", "".join([phones(p) for p in pieces]))
                index = sounds.near(heard, factor=factor, letters=len(joined), bare=bare)
        return index

    # ---- over several messages

    def find_split(self, text: str, earlier: Sequence[str]) -> Hit | None:
        """A word that begins in an author's earlier messages and ends in this one, or None.

        Looks at the last `_TAIL` tokens before and the first `_HEAD` of this text; the span counts
        from the start of the text. Words of fewer than four letters come together by chance.
        """
        tail = [t for line in earlier[-_TAIL:] for t in tokens(leet(fold(line)))[-_TAIL:]][-_TAIL:]
        folded = leet(fold(text))
        head = tokens(folded)[:_HEAD]
        for before in range(1, len(tail) + 1):
            for after in range(1, len(head) + 1):
                pieces = [spellings(t)[0] for t in (*tail[-before:], *head[:after])]
                joined = "".join(pieces)
                if not KEY <= len(joined) <= 24:
                    continue
                index = self._opened(self._words.whole(joined), joined)
                if index is None and _latin(joined):
                    index = self._split_sound(pieces, joined)
                if index is not None:
                    end = spans(folded)[after - 1][1]
                    return self._hit((index, "split over messages", 0, end), "folded", folded)
        return None

    def _split_sound(self, pieces: Sequence[str], joined: str) -> int | None:
        unknown = [p for p in pieces if not self._is_known(p)]
        if self._words.dictionary is None or not unknown or len(pieces) > 3:
            return None
        factor = 0.7 if len(unknown) == len(pieces) else 0.3
        return self._opened(self._words.sounds.of(joined, factor=factor), joined)
