"""Text -> tokens, and long text -> pieces. Knows the vocabulary file; no network and no audio.

Tokens are mostly characters. Chinese becomes pinyin, for which rjieba and pypinyin are needed. With
rjieba Latin text is cut into words as it was when the models were trained; without it nearly so,
which shows in a space before words such as `e-mail`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from engine.speech import BadRequest, EngineMissing

_SAME = str.maketrans({";": ",", "“": '"', "”": '"', "‘": "'", "’": "'"})
_WORD = re.compile(r"[a-zA-Z0-9]+(?:\.[0-9]+)?%?|[+#&._%-]+|.", re.DOTALL)
_LEFT_OPEN = " :'\""
"""After these a word needs no space in front."""
_END = re.compile(r"(?<=[;:,.!?])\s+|(?<=[；：，。！？])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_ALONE_BYTES = 6
"""Of a first sentence at least, to be made alone: what is shorter is garbled, and would be held
until the next one is made anyhow."""
_CHINESE = re.compile("[\u3100-\u9fff]")


class Vocab:
    """The tokens that a model knows; the first one, a space, stands in for all others."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._ids = {token: i for i, token in enumerate(tokens)}

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, text: str) -> list[int]:
        """The number of each token of a text. Raises BadRequest for Chinese that cannot be read."""
        return [self._ids.get(token, 0) for token in tokens(text)]

    def known(self, text: str) -> str:
        """The text without what the model has no token for; each gap is one space.

        An unknown character would say nothing and yet take its time; a letter loses its mark first.
        """
        text = unicodedata.normalize("NFC", text.translate(_SAME))
        return " ".join("".join(map(self._nearest, text)).split())

    def _nearest(self, c: str) -> str:
        if c in self._ids or _CHINESE.match(c):
            return c
        plain = "".join(p for p in unicodedata.normalize("NFKD", c) if not unicodedata.combining(p))
        return plain if plain and all(p in self._ids for p in plain) else " "


def read_vocab(path: Path) -> Vocab:
    """Read a `vocab.txt`: a token a line. Raises EngineMissing."""
    try:
        with path.open(encoding="utf-8") as file:
            lines = [line.removesuffix("\n") for line in file]
    except (OSError, ValueError) as error:
        raise EngineMissing(
            f"{path} cannot be read ({error}): take the model's vocab.txt"
        ) from error
    if not lines or lines[0] != " ":
        raise EngineMissing(
            f"{path} does not begin with a space, so it is no F5 vocabulary: take the model's "
            "vocab.txt"
        )
    return Vocab(lines)


def tokens(text: str) -> list[str]:
    """Cut a text into tokens as upstream does. Raises BadRequest."""
    out: list[str] = []
    for word in _words(text.translate(_SAME)):
        size = len(word.encode("utf-8", "surrogatepass"))
        if size == len(word):
            if out and size > 1 and out[-1] not in _LEFT_OPEN:
                out.append(" ")
            out.extend(word)
        elif size == 3 * len(word):
            for c, sound in zip(word, _sounds(word), strict=True):
                out.extend((" ", sound) if _CHINESE.match(c) else (sound,))
        else:
            for c in word:
                out.extend((" ", *_sounds(c)) if _CHINESE.match(c) else (c,))
    return out


def closed(words: str) -> str:
    """The words of a clip with a full stop and a space behind, or a Chinese full stop."""
    if words.endswith((". ", "。")):
        return words
    return words + (" " if words.endswith(".") else ". ")


def chunks(text: str, most: int) -> list[str]:
    """Pack clauses into pieces of at most `most` bytes as upstream does.

    A longer clause is never cut.
    """
    pieces: list[str] = []
    piece = ""
    for clause in filter(None, _END.split(text)):
        if len(piece.encode()) + len(clause.encode()) > most:
            pieces.append(piece.strip())
            piece = ""
        piece += clause + (" " if len(clause[-1].encode()) == 1 else "")
    pieces.append(piece.strip())
    return [piece for piece in pieces if piece]


def sentences(text: str, most: int) -> list[str]:
    """Cut a text into sentences, and what is longer than `most` bytes at clauses, then at words.

    The first sentence is a piece of its own, so that it is heard first, unless it is no more than a
    `Hi!` or the `Dr.` of a name; later short ones are joined. No word is lost.
    """
    pieces: list[str] = []
    for sentence in _SENTENCE.split(text):
        for part in _fitting(sentence.strip(), most):
            size = len(part.encode())
            before = len(pieces[-1].encode()) if pieces else most
            if (len(pieces) > 1 or before < _ALONE_BYTES) and before + size < most:
                pieces[-1] += f" {part}"
            else:
                pieces.append(part)
    return pieces


def _fitting(text: str, most: int) -> list[str]:
    parts: list[str] = []
    for clause in chunks(text, most):
        while len(clause.encode()) > most:
            # At a space near the limit; Chinese has none, and is cut between two characters.
            head = clause.encode()[:most].decode("utf-8", "ignore")
            head = head[: head.rfind(" ")] if " " in head.strip() else head or clause[0]
            parts.append(head.strip())
            clause = clause[len(head) :].strip()
        if clause:
            parts.append(clause)
    return parts


def _words(text: str) -> list[str]:
    try:
        import rjieba
    except ImportError:
        return _WORD.findall(text)
    words: list[str] = rjieba.cut(text)
    return words


def _sounds(text: str) -> list[str]:
    """The pinyin of each Chinese character, the tone as a number; others as they are."""
    if not _CHINESE.search(text):
        return list(text)
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError as error:
        raise BadRequest(
            "Chinese needs two packages more: scripts/run --with zh, then start again"
        ) from error
    said: list[str] = lazy_pinyin(text, style=Style.TONE3, tone_sandhi=True)
    return said
