"""A file that is there whole or not at all: whoever reads it meanwhile sees the old one.

Does not know what is in it, nor who else may write it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str, *, keep_mode: bool = False) -> None:
    """Write a text beside a file and put it in its place; mode 0600, or that of the old one.

    Raises OSError.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)  # mkstemp gives mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if keep_mode and path.exists():
            new.chmod(path.stat().st_mode)
        new.replace(path)
    except BaseException:  # whatever it was: nothing stays behind, and it goes on
        new.unlink(missing_ok=True)
        raise
