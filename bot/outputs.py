"""Whether an output that a setting names can be meant at all, before anything is started.

Does not open devices: one that is not there now may come later.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.exits import BadInput

_WAV = "wav:"


def check_output(output: str) -> None:
    """Raises BadInput for a `wav:` path that cannot be written."""
    if not output.startswith(_WAV):
        return
    path = Path(output.removeprefix(_WAV))
    why = _why_not(path)
    if why:
        raise BadInput(f"cannot write the sound to {path}: {why}")


def is_same_file(output: str, path: Path) -> bool:
    """Whether `output` writes to the file at `path`."""
    wav = Path(output.removeprefix(_WAV))
    return output.startswith(_WAV) and wav.exists() and path.exists() and wav.samefile(path)


def _why_not(path: Path) -> str:
    if not path.name:
        return "give a file, such as wav:speech.wav"
    if path.is_dir():
        return "it is a folder"
    if path.is_fifo():
        return "it is a pipe"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return "permission denied"
    return ""
