"""`python -m bot audit`: what moderators have told the bot to do, of late.

Does not need a running bot, nor disturb one. What stands there is as it was typed, names and
blocked words too: it is for whoever may read the state folder.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from bot import exits, journal_file
from bot.exits import BadInput
from bot.journal_kept import audit as kept
from bot.memory import Deed
from bot.settings import Settings
from bot.telemetry import shown
from filters.fold import clean


def audit(settings: Settings, *, last: int) -> int:
    """Print the `last` deeds, oldest first, a line each. Raises BadInput."""
    deeds = _read(settings, last)
    for deed in deeds:
        print(_row(deed))  # noqa: T201 - a command's own output
    if not deeds:
        print("no moderator has told the bot to do anything yet")  # noqa: T201
    return exits.STOPPED


def _read(settings: Settings, last: int) -> list[Deed]:
    path = journal_file.path_of(settings.state_dir)
    if not path.exists():
        return []
    try:
        journal_file.check_version(journal_file.version_of(path), path)
        with closing(journal_file.read_only(path)) as journal:
            return kept(journal, last)
    except (journal_file.Damaged, sqlite3.Error, OSError) as error:
        raise BadInput(f"cannot read the journal {path}: {error}") from None


def _row(deed: Deed) -> str:
    try:
        when = f"{datetime.fromtimestamp(deed.at, UTC).astimezone():%d %b %H:%M:%S}"
    except (OSError, OverflowError, TypeError, ValueError):
        when = "?"
    order = " ".join(filter(None, (clean(deed.verb), clean(deed.what))))
    return f"{when}  {shown(deed.by)} ({clean(deed.author[0])}): {order}: {clean(deed.answer)}"
