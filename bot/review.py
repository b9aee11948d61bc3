"""`python -m bot drops | allow`: what was dropped of late, and words that are not to be again.

Does not need a running bot; one that runs takes the allow-list in by itself (bot/lists.py).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bot import exits
from bot.drops import Record, stored
from bot.exits import BadInput
from bot.lists import allow_list, read
from bot.one_word import hit_of, is_entry
from bot.policy import build_rules
from bot.settings import PREFIX, Settings
from bot.whole_file import write_whole
from filters.chain import Rules
from filters.fold import clean, fold
from filters.listfile import parse_allowed
from filters.message import Hit, Tier, What

_LOCKED_S = 5.0
_NEVER = "slurs are never allowed; the entry is of tier never"
_LINKS = f"{PREFIX}FILTER__LINKS=say"
_INSTEAD = {
    What.PATTERN: "take the pattern out of that list, or narrow it",
    What.LINK: f"with {_LINKS} it is spoken as the word link; "
    f"{PREFIX}FILTER__LINK_HOSTS opens one host",
    What.NUMBER: f"with {_LINKS} it is spoken as the words a number",
}
_NO_SETTING = "no setting opens that; it can be said in other words"
_SIGNED = re.compile(r"[-+#]\s*\d+")
_HEADER = "# Words that are never blocked, one a line. Written by: python -m bot allow\n"


def drops(settings: Settings, *, last: int | None) -> int:
    """Print the last drops, or all that are kept (None), oldest first; two lines each."""
    try:
        kept = list(stored(settings.state_dir))
    except OSError as error:
        raise BadInput(f"cannot read the log of drops: {error.strerror}") from None
    width = max(40, shutil.get_terminal_size().columns)
    for record in kept if last is None else kept[-last:] if last else ():
        for line in _rows(record):
            _say(line if len(line) <= width else line[: width - 3] + "...")
    if not kept:
        _say("nothing was dropped by a word, link or pattern rule yet")
    elif any(record.get("allow") for record in kept):
        _say("to allow the words that a line was dropped for: python -m bot allow NUMBER")
    return exits.STOPPED


def _rows(record: Record) -> Iterator[str]:
    if "more" in record:
        yield f"      ... and {_text(record, 'more')} more, of a flood"
        return
    try:
        when = f"{datetime.fromisoformat(record['at']):%d %b %H:%M:%S}"
    except (KeyError, TypeError, ValueError):
        when = "?"
    yield f"{_text(record, 'n'):>5} {when}  {_text(record, 'name')}: {_text(record, 'text')}"
    yield f"      {_text(record, 'rule')}: {_seen(record)}"


def _seen(record: Record) -> str:
    if "word" not in record:
        return _text(record, "reason")
    tier, how, reading = (_text(record, key) for key in ("tier", "how", "reading"))
    if "entry" in record:
        return f'"{_text(record, "word")}" is {_text(record, "entry")} ({tier}; {how}; {reading})'
    return f'"{_text(record, "word")}" is {how} ({reading})'


def _text(record: Record, key: str) -> str:
    """A field as a terminal may show it, whatever the file holds there."""
    return clean(str(record.get(key, "?")))


def allow(settings: Settings, wanted: Iterable[str]) -> int:
    """Put words, or what the drops of these numbers hit, on the allow-list, and say so."""
    rules = build_rules(settings)
    words: dict[str, str] = {}
    for one in wanted:
        found = _of_drop(settings, int(one)) if one.isdecimal() else [one]
        for word in found:
            words[fold(word)] = _judged(clean(word), rules)
    path = allow_list(settings)
    known = _merge(path, words)
    for word, note in words.items():
        _say(f'"{word}" was on the list already' if word in known else f'"{word}" {note}')
    _say(f"{path}: a running bot takes it in within 2 seconds")
    return exits.STOPPED


def _of_drop(settings: Settings, number: int) -> list[str]:
    found = next((r for r in stored(settings.state_dir) if r.get("n") == number), None)
    if found is None:
        raise BadInput(f"there is no drop {number} (any more); see: python -m bot drops")
    if found.get("tier") == Tier.NEVER:
        raise BadInput(f"drop {number}: {_NEVER}")
    words = found.get("allow")
    if not isinstance(words, list) or not words:
        raise BadInput(
            f"drop {number} was not dropped for a word: {_text(found, 'reason')}; "
            f"{_instead(found.get('what'))}"
        )
    return [" ".join(map(str, words))]


def _instead(what: object) -> str:
    """What opens that which no word on the allow-list does."""
    return next((how for kind, how in _INSTEAD.items() if kind == what), _NO_SETTING)


def _judged(word: str, rules: Rules) -> str:
    """What is to be said of allowing a word. Raises BadInput where it cannot be."""
    if _SIGNED.fullmatch(word):
        raise BadInput(
            f"{word!r} is no number of a drop: give it as drops shows it, without a sign"
        )
    if not is_entry(fold(word)):
        raise BadInput(
            f"{word!r} is no word to allow: give a whole word or a drop's number, or a phrase in "
            "quotes; no * # [ and no comma in it"
        )
    hit = hit_of(word, rules)
    if hit is None:
        return "is allowed; by itself it was not blocked"
    if hit.tier is Tier.NEVER:
        raise BadInput(f"{word[:1]}...: {_NEVER}")
    if hit.what is not What.WORD:
        raise BadInput(f"{word!r} cannot be allowed: {_named(hit)}; {_instead(hit.what)}")
    if hit.how == "whole word":
        return f"is allowed, though it is itself listed ({hit.entry}): it will be spoken"
    return "is allowed"


def _named(hit: Hit) -> str:
    return f"it matches a pattern, {hit.entry}" if hit.entry else f"it is {hit.how}"


def _merge(path: Path, words: Iterable[str]) -> set[str]:
    """Add words to an allow-list file, made if need be; gives those that it held already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock"), timeout=_LOCKED_S):
            text = read(path, "allow-list") if path.exists() else _HEADER
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            comments = [line for line in lines if line.startswith("#")]
            entries = [line for line in lines if not line.startswith("#")]
            # Each line as it was written: there may be a comment behind the word.
            allowed = parse_allowed(text, path.name)
            known = {fold(word): line for word, line in zip(allowed, entries, strict=True)}
            new = set(words) - known.keys()
            if new:
                kept = [*comments, *sorted([*known.values(), *new])]
                write_whole(path, "\n".join(kept) + "\n", keep_mode=True)
            return set(words) - new
    except Timeout:
        raise BadInput(f"cannot write {path}: another program is writing it") from None
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"cannot add to {path}: {error}") from None


def _say(line: str) -> None:
    print(line)  # noqa: T201 - a command's own output
