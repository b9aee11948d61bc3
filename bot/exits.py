"""How the program ends: the exit codes and the errors that lead to them.

Exit                    base; its text is what the user reads, `code` the exit code
|-- BadInput        2   the user: a setting, a file or an argument must be changed
|-- NothingHeard    3   the user: no engine or no output can ever work; something is missing
|-- AlreadyRunning  4   the user: another bot uses the same state folder
"""

from __future__ import annotations

from typing import ClassVar

STOPPED = 0
CRASH = 1
SETTINGS = 2
NOTHING_HEARD = 3
ALREADY_RUNNING = 4


class Exit(Exception):  # noqa: N818 - it is an end, not always an error
    """The program ends with `code`; the text says in plain lines why, and what to do."""

    code: ClassVar[int] = CRASH


class BadInput(Exit):
    """A setting, a file or an argument must be changed."""

    code: ClassVar[int] = SETTINGS


class NothingHeard(Exit):
    """No engine, or no output, can ever work."""

    code: ClassVar[int] = NOTHING_HEARD


class AlreadyRunning(Exit):
    """Another bot uses the same state folder."""

    code: ClassVar[int] = ALREADY_RUNNING
