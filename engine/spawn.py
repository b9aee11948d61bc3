"""How a child process of this program is started, so that it runs the parent's own code.

Does not start anything: it says what to start. Used for engine workers and the audio process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def python_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this program.

    With -P, since a folder named `bot` or `engine` where the user happens to be is not ours.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def python_environment() -> dict[str, str]:
    """The environment in which that module is found, installed or not."""
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
