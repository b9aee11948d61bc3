"""`bench journal`: a process that journals is killed again and again; and what a commit takes.

In each cycle the process begins with what the one before left, and is killed (SIGKILL) some
milliseconds later, every fifth time while it still starts. Then the file is looked at: every line
whose commit was told must be in it, every line whose end was told must have ended, and a line
that was begun before may be begun again only announced.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot import exits, journal_file
from bot.bench.journal_child import keep, paid_line
from bot.bench.report import Row, percentiles, print_rows
from bot.journal import Journal
from bot.line import End
from engine.spawn import python_command, python_environment

_LONGEST_S = 0.04
"""Seconds of work before the kill, at most."""
_STARTING_S = 0.15
_WHILE_STARTING = 5
_ALONE = 2000
_TOGETHER = 50
_PROBE_S = 0.002


@dataclass
class Proof:
    """What killed processes have told, held against what is in the file."""

    kept: set[str] = field(default_factory=set)
    """Ids of the lines whose commit was told."""
    ended: set[str] = field(default_factory=set)
    """Ids of the lines whose end was told."""
    begun: Counter[str] = field(default_factory=Counter)
    """How often a line was begun."""
    lost: set[str] = field(default_factory=set)
    """Lines that were told to be kept and are not in the file."""
    unended: set[str] = field(default_factory=set)
    """Lines that were told to have ended and are to be spoken all the same."""
    silent: set[str] = field(default_factory=set)
    """Lines that were begun a second time and not announced."""
    announced: int = 0

    def hear(self, told: str) -> None:
        """Take in what a process told before it was killed."""
        for what, _, rest in (line.partition(" ") for line in told.splitlines()):
            id, _, again = rest.partition(" ")
            if what == "kept":
                self.kept.add(id)
            elif what == "ended":
                self.ended.add(id)
            elif what == "begun":
                self.begun[id] += 1
                self.announced += again == "1"
                if self.begun[id] > 1 and again != "1":
                    self.silent.add(id)

    def look(self, folder: Path) -> None:
        """Look at the file of a process that was killed. Raises what a damaged file raises."""
        path = journal_file.path_of(folder)
        if not path.exists() or not journal_file.version_of(path):
            found: dict[str, str] = {}
        else:
            with closing(journal_file.read_only(path)) as journal:
                found = dict(journal.execute("SELECT id, message FROM lines"))
        self.lost |= self.kept - found.keys()
        self.unended |= {id for id in self.ended if found.get(id)}


def kill(folder: Path, cycles: int, seed: int = 1) -> Proof:
    """Start and kill so many processes, one after the other, and look at the file each time.

    Raises Exit if one ended before it was killed.
    """
    rng = random.Random(seed)  # noqa: S311 - where to kill, the same each time
    proof = Proof()
    for cycle in range(cycles):
        with subprocess.Popen(  # noqa: S603 - this program itself
            python_command("bot.bench.journal_child", str(folder)),
            env=python_environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            told = ""
            if cycle % _WHILE_STARTING:
                told = child.stdout.readline() if child.stdout else ""
                time.sleep(rng.uniform(0, _LONGEST_S))
            else:
                time.sleep(rng.uniform(0, _STARTING_S))
            if child.poll() is not None:
                raise exits.Exit(f"the process ended by itself, with code {child.returncode}")
            child.kill()
            told += child.communicate()[0]
        proof.hear(told)
        proof.look(folder)
    return proof


async def _commits(folder: Path) -> dict[str, Row]:
    journal = Journal.open(folder)
    alone: list[float] = []
    calls: list[float] = []
    lags: list[float] = []
    probe = asyncio.create_task(_probe_lag(lags))
    for number in range(_ALONE):
        line = paid_line(f"alone-{number}")
        began = time.perf_counter()
        answer = asyncio.ensure_future(keep(journal, line))
        await asyncio.sleep(0)
        calls.append((time.perf_counter() - began) * 1000)
        await answer
        alone.append((time.perf_counter() - began) * 1000)
        journal.ended(line, End.SPOKEN)
        await journal.written()
    together = []
    for number in range(_ALONE // _TOGETHER):
        lines = [paid_line(f"together-{number}-{n}") for n in range(_TOGETHER)]
        began = time.perf_counter()
        await asyncio.gather(*(keep(journal, line) for line in lines))
        together.append((time.perf_counter() - began) * 1000)
    probe.cancel()
    journal.close()
    return {
        "commit_ms": percentiles(alone),
        "call_ms": percentiles(calls),
        "loop_lag_ms": percentiles(lags),
        f"commit_of_{_TOGETHER}_at_once_ms": percentiles(together),
    }


async def _probe_lag(lags: list[float]) -> None:
    """How much later than asked the loop comes back, in ms."""
    while True:
        due = time.monotonic() + _PROBE_S
        await asyncio.sleep(_PROBE_S)
        lags.append((time.monotonic() - due) * 1000)


def main(*, cycles: int, as_json: bool) -> int:
    """Kill so many times and print what came of it. Returns 1 if anything was lost."""
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(_commits(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        proof = kill(Path(folder), cycles)
    counts = {
        "cycles": cycles,
        "acknowledged": len(proof.kept),
        "lost": len(proof.lost),
        "ended_but_spoken_again": len(proof.unended),
        "begun": len(proof.begun),
        "announced_again": proof.announced,
        "begun_twice_unannounced": len(proof.silent),
    }
    print_rows({**times, **counts}, as_json)
    return exits.CRASH if proof.lost or proof.unended or proof.silent else exits.STOPPED
