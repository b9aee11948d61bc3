"""The settings file as it is written: its keys and values, and what in it cannot be used.

Does not know what a key means nor what its value may be.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream


def read(path: Path) -> dict[str, str | None]:
    """The keys and values of a file. Raises ValueError: a line for each thing that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ValueError(f"cannot read the settings file {path}: {why}") from None
    # dotenv itself takes a missing file for an empty one, and passes over what it cannot read.
    wrong = [
        f"{path}:{binding.original.line}: not KEY=value"
        for binding in parse_stream(io.StringIO(text))
        if binding.error or (binding.key and binding.value is None)
    ]
    values = dotenv_values(stream=io.StringIO(text)) if not wrong else {}
    wrong += [
        f"{key} in {path}: holds a character that cannot be seen"
        for key, value in values.items()
        if not (value or "").isprintable()
    ]
    if wrong:
        raise ValueError("\n".join(wrong))
    return values


def unknown(keys: Iterable[str], known: Set[str], where: str) -> Iterator[str]:
    """A line for each of the keys that is not known, with the one that was probably meant."""
    for key in keys:
        if key.upper() not in known:
            near = difflib.get_close_matches(key.upper(), known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield f"unknown setting {key} in {where}{hint}"
