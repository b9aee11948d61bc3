"""The list files of the settings: reading them, and taking in what changes on disk.

Does not know what is in a list, but for whether there is anything, nor what it is for: whoever
builds the rules does.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot.exits import BadInput
from bot.settings import Settings
from bot.telemetry import shown
from filters.chain import Rules

log = logging.getLogger(__name__)

LARGEST = 4 << 20
"""Bytes of a list file at most."""
_POLL_S = 1.5
_SETTLE_S = 0.2
"""Seconds without a change after which a file is taken to be written to its end."""

Stamp = tuple[int, int, int] | None
"""What a change of a file changes: time, size, which file; None: there is none."""


def allow_list(settings: Settings) -> Path:
    """The file of words that are never blocked."""
    return settings.filter.allowlist or settings.state_dir / "allowed.txt"


def files(settings: Settings) -> tuple[Path, ...]:
    """Every list file that the settings name, and the allow-list."""
    listed = settings.filter
    said = (listed.pronunciations,) if listed.pronunciations else ()
    return (*listed.blocklist, allow_list(settings), *said)


def read(path: Path, what: str) -> str:
    """The text of a list file. Raises BadInput: which file, why, and what to do."""
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"cannot read the {what} {path}: it is not a file; give a text file")
        if path.stat().st_size > LARGEST:
            raise BadInput(f"cannot read the {what} {path}: it has more than {LARGEST >> 20} MiB")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"cannot read the {what} {path}: save it as UTF-8 text") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadInput(
            f"cannot read the {what} {path}: {why}; mend that, or correct the setting"
        ) from None


def read_allowed(settings: Settings) -> str:
    """The text of the allow-list; empty while the usual one has not been made yet."""
    path = allow_list(settings)
    return "" if not settings.filter.allowlist and not path.exists() else read(path, "allow-list")


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _aside(build: Callable[[], Rules]) -> Rules:
    """Build in a thread, and let the garbage collector neither interrupt it nor walk the result.

    It holds every thread up while it walks: 20 ms for the lists.
    """
    gc.disable()
    try:
        return build()
    finally:
        gc.freeze()
        gc.enable()


def _is_empty(path: Path) -> bool:
    """Whether a file holds nothing but comments and heads, which every kind of list has."""
    try:
        text = read(path, "list")
    except BadInput:
        return not path.exists()
    return all(line.lstrip().startswith(("#", "[")) for line in text.splitlines() if line.strip())


def _names(error: str, path: Path) -> bool:
    """Whether an error is about this file, as far as its text tells."""
    return re.search(rf"(?<![\w.-]){re.escape(path.name)}(?![\w-])", error) is not None


class Watch:
    """Looks at the list files every now and then, and has the rules built anew after a change."""

    def __init__(
        self,
        paths: Sequence[Path],
        build: Callable[[], Rules],
        take: Callable[[Rules], None],
        *,
        settle_s: float = _SETTLE_S,
    ) -> None:
        """What the files hold by now counts as known: make this before they are first read.

        Args:
            paths: the files to look at; one that is not there may come.
            build: reads them and makes the rules, in a thread of its own; may raise BadInput.
            take: called on the event loop with the new rules.
            settle_s: seconds without a change after which a file is read.
        """
        self._paths = tuple(paths)
        self._build = build
        self._take = take
        self._settle_s = settle_s
        self._known = self._stamps()
        self._wanted = asyncio.Event()
        self._broken = ""
        self._unread: set[Path] = set()
        """Files that were changed since the lists on disk were last in force."""
        self._empty: set[Path] = set()
        """Files that were found to hold nothing, and told so."""

    def renew(self) -> None:
        """Have the rules built anew at once, though no file has changed."""
        self._wanted.set()

    async def run(self) -> None:
        """Look for ever: a change is in force within 2 s."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):
                    await self._wanted.wait()
            if self._wanted.is_set():
                self._wanted.clear()
                await self._build_again()
            else:
                await self.look()

    async def _build_again(self) -> None:
        try:
            self._take(await asyncio.to_thread(_aside, self._build))
        except BadInput as error:
            # Whoever changed the file is told by the look at it, now or before.
            log.debug("the rules stay as they were: %s", error)

    async def look(self) -> None:
        """Take in a change if there is one. What cannot be used leaves the rules as they are."""
        stamps = await asyncio.to_thread(self._stamps)
        if stamps == self._known:
            return
        await asyncio.sleep(self._settle_s)
        if await asyncio.to_thread(self._stamps) != stamps:
            return  # still being written
        # What was seen before the files are read: a change meanwhile is seen the next time.
        known, self._known = self._known, stamps
        changed = [p for p, old, new in zip(self._paths, known, stamps, strict=True) if old != new]
        self._unread.update(changed)
        try:
            rules = await asyncio.to_thread(_aside, self._build)
        except BadInput as error:
            self._tell_broken(str(error), changed)
        else:
            self._take(rules)
            log.info("the lists on disk are in force%s", " again" if self._broken else "")
            self._broken = ""
            await self._tell_empty()

    async def _tell_empty(self) -> None:
        """Say so once of a file that has become empty: a slip of an editor takes every word out."""
        changed, self._unread = self._unread, set()
        empty = {path for path in changed if await asyncio.to_thread(_is_empty, path)}
        for path in sorted(empty - self._empty):
            log.warning("the list %s holds no entry now", shown(path.name))
        self._empty = self._empty - changed | empty

    def _stamps(self) -> tuple[Stamp, ...]:
        return tuple(map(_stamp, self._paths))

    def _tell_broken(self, why: str, changed: Sequence[Path]) -> None:
        others = [shown(path.name) for path in changed if not _names(why, path)]
        if why != self._broken:
            log.warning("the lists stay as they were: %s", why)
        elif others:
            # Whoever changed it waits for it, and may not know of the other file.
            log.warning("the change of %s is not in force yet: %s", ", ".join(others), why)
        self._broken = why
