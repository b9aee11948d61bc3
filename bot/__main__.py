"""The door of the program: makes it safe to begin, then hands over to the command line.

Does not import anything heavy: a Ctrl-C or a missing standard stream must find it ready.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    try:
        _open_missing_streams()
        from bot.cli import main as command_line

        return command_line()
    except KeyboardInterrupt:
        return 0  # stopped before it had begun


def _open_missing_streams() -> None:
    """Open nothing as each standard stream that is closed.

    Otherwise the next file or pipe gets its number, and children and libraries write into it.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            os.set_inheritable(descriptor, True)
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(descriptor, mode, closefd=False))


if __name__ == "__main__":
    sys.exit(main())
