"""How the benchmarks print what they measured. Does not measure."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Mapping, Sequence

Row = Mapping[str, float | int | str]


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile (nearest rank) and the largest of `values`."""
    ordered = sorted(values)

    def rank(share: float) -> float:
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]

    return {
        "p50": statistics.median(ordered),
        "p95": rank(0.95),
        "p99": rank(0.99),
        "max": ordered[-1],
    }


def print_rows(rows: Mapping[str, Row | float | int | str], as_json: bool) -> None:
    """One JSON object, or one line for each row."""
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    for name, row in rows.items():
        cells = row.items() if isinstance(row, Mapping) else [("", row)]
        shown = "  ".join(f"{key} {_shown(value)}".strip() for key, value in cells)
        sys.stdout.write(f"{name:<34} {shown}\n")


def _shown(value: float | int | str) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
