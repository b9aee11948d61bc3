"""The words and names of five languages: what tells an unknown token from a real word.

Does not know any block list, nor what a word means: a blocked word may be in it. Words come folded
(fold.py). The data is made by scripts/build_dictionary.py, which names its sources.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from filters.wordgraph import PIECE, WORD, WordGraph

LANGUAGES = ("en", "es", "pt", "de", "fr")
"""The languages there are words of."""
LETTERS = range(2, 25)
"""How long the words are; names have three letters and more."""
MAX_LETTERS = 40
"""Letters of the longest word that is taken apart."""
MAX_PIECES = 5
"""Pieces of the longest compound."""
_SHORTEST_END = 4
_JOINTS = {"en": (b"",), "de": (b"", b"s", b"n", b"en", b"es", b"er", b"e")}
"""Languages that write compounds as one word, and what may join their pieces."""
_RUN = re.compile("[a-z]+")
# Letters without a decomposition, as people without the key for them write them.
_SPELLED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def plain_letters(word: str) -> str:
    """A folded word with `œ`, `ø` and their like written in plain letters."""
    return word if word.isascii() else word.translate(_SPELLED)


def _letters(word: str) -> bytes:
    """A folded word as the graphs have it; empty if it has anything but letters."""
    word = plain_letters(word)
    return word.encode() if word.isascii() and word.isalpha() and word.islower() else b""


def _glued(
    graph: WordGraph, joints: tuple[bytes, ...], word: bytes, without: Container[str]
) -> bool:
    """Whether a word is pieces of the graph with a word at its end, none of them in `without`."""
    fewest = {0: 0}  # where a piece may begin -> how many stand before it
    for start in range(len(word) - _SHORTEST_END + 1):
        before = fewest.get(start, MAX_PIECES)
        if before >= MAX_PIECES:
            continue
        for end, kind in graph.along(word, start):
            if word[start:end].decode() in without:
                continue
            if end == len(word):
                if before and kind & WORD and end - start >= _SHORTEST_END:
                    return True
            elif kind & PIECE:
                for joint in joints:
                    if word.startswith(joint, end):
                        behind = end + len(joint)
                        fewest[behind] = min(before + 1, fewest.get(behind, MAX_PIECES))
    return False


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Words and names, looked up as they are written; about a microsecond each."""

    words: tuple[WordGraph, ...]
    """The words of each language."""
    names: WordGraph
    """Given names, surnames and places of many countries."""
    compounding: tuple[tuple[WordGraph, tuple[bytes, ...]], ...]
    """The languages that glue words together, with their joints."""

    def known(self, word: str) -> bool:
        """Whether it is a word of one of the languages, in any regular form; 2 to 24 letters."""
        letters = _letters(word)
        # Asked of every token: any() takes twice as long.
        for graph in self.words:
            if graph.ends(letters) & WORD:
                return True
        return False

    def over(self, word: str, start: int, end: int) -> bool:
        """Whether a known word that begins at `start` of a word goes to its `end`, or beyond it."""
        found = _RUN.match(word, start)
        letters = found[0].encode() if found else b""
        if len(letters) < end - start:
            return False
        for graph in self.words:
            for stop, kind in graph.along(letters, 0):
                if start + stop >= end and kind & WORD:
                    return True
        return False

    def name(self, word: str) -> bool:
        """Whether it is a given name, a surname or (a word of) a place; 3 to 24 letters."""
        return self.names.ends(_letters(word)) & WORD != 0

    def compound(self, word: str, without: Container[str] = frozenset()) -> bool:
        """Whether it is two to `MAX_PIECES` words of one language written together.

        Args:
            word: folded; longer than `MAX_LETTERS` it is not looked at.
            without: words that are no pieces. Whoever asks on behalf of a block list gives the
                words listed, or a listed word glued to another one would count as a compound.
        """
        letters = _letters(word)
        if len(letters) > MAX_LETTERS:
            return False
        return any(_glued(graph, joints, letters, without) for graph, joints in self.compounding)


def _graph(name: str) -> WordGraph:
    return WordGraph((files("filters") / "data" / f"{name}.graph").read_bytes())


@cache
def _words(language: str) -> WordGraph:
    return _graph(f"words_{language}")


@cache
def _load(languages: tuple[str, ...]) -> Dictionary:
    return Dictionary(
        words=tuple(_words(language) for language in languages),
        names=_names(),
        compounding=tuple((_words(lang), _JOINTS[lang]) for lang in languages if lang in _JOINTS),
    )


@cache
def _names() -> WordGraph:
    return _graph("names")


def load(languages: Iterable[str] = LANGUAGES) -> Dictionary:
    """The dictionary of some languages; each file is read once in a process.

    Raises:
        ValueError: a language there are no words of.
        OSError: a data file is missing.
    """
    wanted = frozenset(languages)
    if unknown := wanted.difference(LANGUAGES):
        raise ValueError(f"no dictionary of: {', '.join(sorted(unknown))}")
    return _load(tuple(language for language in LANGUAGES if language in wanted))
