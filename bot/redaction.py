"""Takes secrets out of text that people will read: logs, errors, reports.

Knows the shapes in which tokens travel and the values that it was told of; not whose they are.
"""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"""(oauth:|bearer\s+|authorization["']?\s*:\s*["']?\w+\s+"""
    r"""|(?:token|secret|key|code|password)(?:=|["']\s*:\s*["']))[^\s&'"]+""",
    re.IGNORECASE,
)
_SHORTEST = 8
"""Characters of a value that may be hidden wherever it stands; a shorter one is in many words."""
_MOST = 64
_hidden: dict[str, None] = {}  # in the order in which they were told


def hide(secret: str) -> None:
    """Never show this value again; of many, the latest 64 are remembered."""
    if len(secret) < _SHORTEST:
        return
    _hidden.pop(secret, None)
    _hidden[secret] = None
    if len(_hidden) > _MOST:
        del _hidden[next(iter(_hidden))]


_GOOGLE_KEY = re.compile(r"AIza[\w-]{35}")


def redact(text: str) -> str:
    """`text` with every token in it replaced by stars."""
    for secret in _hidden:
        text = text.replace(secret, "***")
    return _GOOGLE_KEY.sub("***", _SECRET.sub(r"\1***", text))
