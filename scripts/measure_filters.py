"""Measures the word filter and prints a section for docs/measurements.md.

    python scripts/measure_filters.py [--yardstick DIR] [--prose DIR] [--dropped FILE] [--seed TEXT]

Runs the filter of this checkout, and beside it two libraries from PyPI where they are installed
(glin-profanity, better-profanity), on the same cases. What needs a folder that is not given is left
out. Knows no case by itself: the yardstick's are a folder's, the words are invented from the seed
(without --seed: the date), the prose is that of Debian packages (scripts/prose.py).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "scripts")]

from measuring.cost import cost  # noqa: E402
from measuring.harmless import harmless_prose  # noqa: E402
from measuring.invented import invented  # noqa: E402
from measuring.report import processor, say  # noqa: E402
from measuring.yardstick import yardstick  # noqa: E402

from tests.unit.filters.test_innocent import LINES  # noqa: E402


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--yardstick", type=Path, help="folder of cases with its score.py")
    parser.add_argument("--prose", type=Path, help="folder of unpacked Debian packages")
    parser.add_argument("--dropped", type=Path, help="file for the lines of prose that are dropped")
    parser.add_argument("--seed", default=datetime.now(UTC).date().isoformat())
    options = parser.parse_args(arguments)
    say(f"## {datetime.now(UTC).date()}: the word filter")
    say()
    say(
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, Unicode {unicodedata.unidata_version}: "
        "`python scripts/measure_filters.py`"
    )
    say()
    if options.yardstick:
        yardstick(options.yardstick.resolve())
    cases = invented(options.seed)
    if options.prose:
        harmless_prose(options.prose, options.dropped)
    cost(LINES, cases, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
