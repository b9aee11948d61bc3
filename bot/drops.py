"""The log of drops: what a rule refused, so that the streamer can look at it and allow it.

Does not judge, and never holds the event loop up: drops are gathered and written by a thread. No
listed word of tier never is readable in it. What a flood drops beyond some lines is only counted.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from filters.chain import Rules
from filters.leet import spellings
from filters.message import ChatMessage, Hit, Tier, Verdict, What
from filters.tokens import spans
from filters.veil import spelled, veiled
from filters.wordlist import WordList

log = logging.getLogger(__name__)

LARGEST = 2_000_000
"""Bytes of the file from which a new one is begun; one old one is kept."""
_GATHER_S = 0.5
_PENDING = 100
"""Drops that wait to be written at most; more are counted."""
_TAIL = 65_536
_WORD = 80

_Drop = tuple[datetime, ChatMessage, Verdict, Rules]
Record = dict[str, Any]
"""One drop as it stands in the file: `n`, `at`, `name`, `text`, `rule`, ... or `more` alone."""


def path_of(folder: Path) -> Path:
    """The file of the drops in a state folder."""
    return folder / "drops.jsonl"


def _old(path: Path) -> Path:
    return path.with_name("drops.1.jsonl")


def stored(folder: Path) -> Iterator[Record]:
    """The drops that are kept, oldest first. Lines that cannot be read are passed over."""
    path = path_of(folder)
    for file in (_old(path), path):
        with suppress(FileNotFoundError):
            yield from _records(file.read_bytes())


def _records(data: bytes) -> Iterator[Record]:
    for line in data.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


class Drops:
    """Takes drops and has them written down; the number of each is one more than the last's."""

    def __init__(self, folder: Path, wall: Callable[[], datetime]) -> None:
        """`wall` tells the local time of day, with its offset."""
        self._path = path_of(folder)
        self._wall = wall
        self._pending: deque[_Drop] = deque()
        self._more = 0
        self._something = asyncio.Event()
        self._writing = threading.Lock()
        self._last: int | None = None
        self._failed = False

    def add(self, message: ChatMessage, verdict: Verdict, rules: Rules) -> None:
        """Note that `verdict` dropped `message` under `rules`. Never waits, never raises."""
        if len(self._pending) < _PENDING:
            self._pending.append((self._wall(), message, verdict, rules))
        else:
            self._more += 1
        self._something.set()

    async def run(self) -> None:
        """Write what comes, until cancelled; then what is left."""
        try:
            while True:
                await self._something.wait()
                await asyncio.sleep(_GATHER_S)
                self._something.clear()
                await asyncio.to_thread(self._write, *self._taken())
        finally:
            self._write(*self._taken())

    def _taken(self) -> tuple[list[_Drop], int]:
        batch, more = list(self._pending), self._more
        self._pending.clear()
        self._more = 0
        return batch, more

    def _write(self, batch: list[_Drop], more: int) -> None:
        """A disk that fails is one line in the log; the drops are lost."""
        with self._writing:
            if not batch and not more:
                return
            try:
                self._append(batch, more)
            except Exception as error:  # noqa: BLE001 - a review that is not kept stops nothing
                if not self._failed:
                    why = getattr(error, "strerror", None) or type(error).__name__
                    log.warning("the log of drops cannot be written (%s); chat goes on", why)
                self._failed = True
            else:
                if self._failed:
                    log.info("the log of drops is written again")
                self._failed = False

    def _append(self, batch: list[_Drop], more: int) -> None:
        number = self._last_number() if self._last is None else self._last
        lines = [_record(at, *drop) for at, drop in enumerate(batch, number + 1)]
        if more:
            lines.append({"more": more})
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        _put(self._path, text.encode())
        self._last = number + len(batch)

    def _last_number(self) -> int:
        for file in (self._path, _old(self._path)):
            with suppress(FileNotFoundError), file.open("rb") as data:
                data.seek(max(0, data.seek(0, os.SEEK_END) - _TAIL))
                numbers: list[int] = [
                    r["n"] for r in _records(data.read()) if isinstance(r.get("n"), int)
                ]
                if numbers:
                    return max(numbers)
        return 0


def _put(path: Path, data: bytes) -> None:
    """Append whole lines to a file that only its owner can read."""
    with suppress(FileNotFoundError):
        if path.stat().st_size + len(data) > LARGEST:
            path.replace(_old(path))
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            # A disk that was full may have kept the first part of a line.
            data = data if file.read(1) == b"\n" else b"\n" + data
        while data:
            data = data[file.write(data) :]


def _record(
    number: int, at: datetime, message: ChatMessage, verdict: Verdict, rules: Rules
) -> Record:
    words, hit = rules.words, verdict.hit
    record: Record = {
        "n": number,
        "at": at.isoformat(timespec="seconds"),
        "platform": message.platform,
        "name": veiled(message.author.name[:_WORD], words),
        "text": veiled(message.text, words, hit),
        "rule": verdict.rule,
        "reason": verdict.reason,
    }
    return record if hit is None else record | _hit(hit, words)


def _hit(hit: Hit, words: WordList) -> Record:
    found = hit.text[hit.start : hit.end][:_WORD]
    record: Record = {"what": hit.what, "how": hit.how, "reading": hit.reading}
    if not hit.entry:
        return record | {"word": veiled(found, words)}
    word = _spelled(found, words)
    hidden = spelled(hit, words)
    allow = hit.what is What.WORD and hit.tier is not Tier.NEVER
    return record | {
        "entry": hit.entry,
        "tier": hit.tier,
        "word": word[:1] + "*" * (len(word) - 1) if hidden else word,
        "allow": _tokens(hit, words) if allow else [],
    }


def _tokens(hit: Hit, words: WordList) -> list[str]:
    """The whole tokens of a reading that a span touches: what to allow."""
    touched = [
        hit.text[first:last]
        for first, last in spans(hit.text)
        if first < hit.end and last > hit.start
    ]
    return [_spelled(token, words) for token in touched]


def _spelled(token: str, words: WordList) -> str:
    """A token of a reading without jokers: as it is listed, if it is."""
    ways = spellings(token)
    return next((way for way in ways if words.whole(way) is not None), ways[0])
