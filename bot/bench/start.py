"""`bench start`: from the start of the program to ready, interpreter included.

Starts the real program as a user does, with an output that is not heard.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time

from bot import exits
from bot.app import READY
from bot.bench.report import print_rows
from engine.spawn import python_command, python_environment


def main(*, runs: int, as_json: bool) -> int:
    """Start the bot `runs` times and print the median seconds. Raises NothingHeard."""
    seconds = sorted(_once() for _ in range(runs))
    print_rows(
        {
            "runs": runs,
            "start_to_ready_s": {
                "p50": statistics.median(seconds),
                "max": seconds[-1],
            },
        },
        as_json,
    )
    return exits.STOPPED


def _once() -> float:
    with tempfile.TemporaryDirectory() as state:
        began = time.monotonic()
        bot = subprocess.Popen(  # noqa: S603 - this program itself
            python_command("bot", "run", "--output", "null", "--console"),
            env={**python_environment(), "ISHOWTTS_STATE_DIR": state},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = ""
        with bot:
            for said in bot.stderr or ():
                if said.rstrip().endswith(READY):
                    took = time.monotonic() - began
                    bot.communicate()
                    return took
        raise exits.NothingHeard(f"the bot did not get ready: {said.strip()}")
