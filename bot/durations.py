"""How long, as people type it: `10m`, `1h30m`, `90s`, `2d`.

Does not know what lasts so long.
"""

from __future__ import annotations

import re

LONGEST_S = 14 * 86_400
"""As long as a platform's longest timeout."""
EXAMPLE = "write it like 90s, 10m, 1h30m or 2d"
_PARTS = re.compile(
    r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?", re.IGNORECASE
)
_SECONDS = (86_400, 3_600, 60, 1)


def parse(text: str) -> int:
    """The seconds of a duration. Raises ValueError: what is wrong, in words for whoever typed it.

    A number alone is refused: some mean seconds by it, some minutes.
    """
    found = _PARTS.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"how long is that? {EXAMPLE}")
    seconds = sum(
        int(part or 0) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True)
    )
    if not seconds:
        raise ValueError(f"that is no time at all; {EXAMPLE}")
    if seconds > LONGEST_S:
        raise ValueError(f"at most {LONGEST_S // 86_400}d; for good: leave the time out")
    return seconds


def shown(seconds: float) -> str:
    """A duration as it is typed: `1h30m`; less than a second counts as one."""
    left, parts = max(1, round(seconds)), []
    for letter, unit in zip("dhms", _SECONDS, strict=True):
        count, left = divmod(left, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts)
