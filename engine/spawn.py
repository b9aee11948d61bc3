"""How a child process of this program is started and how it ends: with its parent's own code, and
not later than its parent.

Does not start anything: it says what to start. Used for engine workers and the audio process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def child_options() -> dict[str, Any]:
    """What else `subprocess` is to be told: the environment, and a process group of its own.

    A terminal sends Ctrl-C to its whole group, and a child that is still loading would die of it.
    """
    if sys.platform == "win32":
        return {
            "env": python_environment(),
            "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP,
        }
    return {"env": python_environment(), "process_group": 0}


def end_with_parent() -> None:
    """Called in a child: let the system end it when its parent is gone, where the system can.

    Beside the end of standard input, which a child that hangs with the interpreter's lock held
    would never see. Linux: PR_SET_PDEATHSIG, prctl(2).
    """
    if sys.platform != "linux":
        return
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it went before the system was told
