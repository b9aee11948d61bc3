"""When YouTube gives a key its units anew: at midnight in California. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MARGIN_S = 60.0
"""Seconds after midnight, since clocks differ."""


def renewed_at(now: float, zone: tzinfo | None = None) -> float:
    """The next renewal after `now`; both are Unix seconds. `zone`: California's, if known here."""
    here = datetime.fromtimestamp(now, UTC).astimezone(zone or _california())
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() + _MARGIN_S


def _california() -> tzinfo:
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # Windows has no such list; in summer this is an hour late
        return timezone(timedelta(hours=-8))
