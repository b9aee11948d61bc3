"""Libraries from PyPI that are measured beside the filter, where they are installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from typing import Any

Caught = Callable[[str], bool]
"""Whether a text is stopped."""


def _glin(blocked: list[str]) -> Caught:
    from glin_profanity import Filter  # type: ignore[import-not-found]

    found: Any = Filter(
        {
            "custom_words": blocked,
            "detect_leetspeak": True,
            "leetspeak_level": "aggressive",
            "normalize_unicode": True,
        }
    )
    return lambda text: bool(found.is_profane(text))


def _better(blocked: list[str]) -> Caught:
    from better_profanity import Profanity  # type: ignore[import-not-found]

    found: Any = Profanity()
    found.load_censor_words(blocked)
    return lambda text: bool(found.contains_profanity(text))


def anchors(blocked: list[str]) -> dict[str, Caught | None]:
    """The libraries by name and version, imported here; None for one that is not installed."""
    found: dict[str, Caught | None] = {}
    for package, make in (("glin-profanity", _glin), ("better-profanity", _better)):
        try:
            found[f"{package} {metadata.version(package)}"] = make(blocked)
        except (ImportError, metadata.PackageNotFoundError):
            found[f"{package} (not installed)"] = None
    return found


def quiet(caught: Caught, text: str) -> bool:
    """Whether a library stops a text."""
    try:
        return caught(text)
    except Exception:  # noqa: BLE001 - a library that raises has caught nothing
        return False
