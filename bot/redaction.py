"""Takes secrets out of text that people will read: logs, errors, reports.

Does not know which secrets there are: it knows the shapes in which tokens travel.
"""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"""(oauth:|bearer\s+|(?:token|secret|key|code|password)=)[^\s&'"]+""", re.IGNORECASE
)


_GOOGLE_KEY = re.compile(r"AIza[\w-]{35}")


def redact(text: str) -> str:
    """`text` with every token in it replaced by stars."""
    return _GOOGLE_KEY.sub("***", _SECRET.sub(r"\1***", text))
