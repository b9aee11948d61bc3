"""Sentences with places to fill, such as `{name} gave {amount} subs`.

Does not know what they are said of. What is filled in is hostile text: it is never read as a
template itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PLACE = re.compile(r"\{([^{}]*)\}")


def checked(template: str, known: Sequence[str]) -> str:
    """The template, if every place in it is known. Raises ValueError: which is not."""
    listed = " ".join(f"{{{name}}}" for name in known)
    for place in _PLACE.finditer(template):
        if place[1] not in known:
            raise ValueError(f"there is no {place[0][:40]}; there are: {listed}")
    if set("{}") & set(_PLACE.sub("", template)):
        raise ValueError(f"a single brace; what is filled in is written so: {listed}")
    return template


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled; each of them must have a value."""
    return _PLACE.sub(lambda place: values[place[1]], template)
