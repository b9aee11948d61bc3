"""kill -9 while paid lines are journalled: real processes, real files, the whole bot too."""

from __future__ import annotations

import json
import random
import re
import subprocess
import time
from pathlib import Path

from bot.app import READY
from bot.bench.journal import kill
from engine.spawn import python_command, python_environment
from tests.journals import rows, states

LINES = 15
SPOKEN = re.compile(r"spoken: ann: '(again: )?(line [a-z]+ [a-z]+)'")


def test_fifty_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    proof = kill(tmp_path, 50)
    assert proof.kept
    assert not proof.lost
    assert not proof.unended
    assert not proof.silent
    # One line is in progress at a time, so that a kill can cost one announcement at most.
    assert proof.announced <= 50


def environment(folder: Path) -> dict[str, str]:
    return {**python_environment(), "ISHOWTTS_STATE_DIR": str(folder / "state")}


def command(*args: str) -> list[str]:
    return [*python_command("bot"), "--output", "null", "--fast", *args]


def started(folder: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*args),
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(),
        cwd=folder,
        env=environment(folder),
        input="",
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )


def until_said(bot: subprocess.Popen[str], what: str, times: int) -> str:
    """What the bot logs until it has said something so many times."""
    said = ""
    for line in bot.stderr or ():
        said += line
        if said.count(what) == times:
            return said
    raise AssertionError(said)


def word(number: int) -> str:
    """A number as letters, which are spoken as they are written."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:02d}")


def recording(folder: Path, name: str) -> str:
    path = folder / f"{name}.jsonl"
    lines = [
        {
            "platform": "t", "channel": "c", "id": f"{name}-{n}", "text": f"line {name} {word(n)}",
            "author": {"id": "1", "name": "ann"}, "paid": {"amount": 100, "unit": "bits"},
        }
        for n in range(LINES)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return str(path)


def test_the_whole_bot_killed_speaks_every_acknowledged_line_and_none_twice_unannounced(
    tmp_path: Path,
) -> None:
    rng = random.Random(7)
    state, logs = tmp_path / "state", []
    for name in ("frim", "blippo", "vex"):
        # The console stays open: no run ends by itself.
        with started(tmp_path, "--console", "--replay", recording(tmp_path, name)) as bot:
            log = until_said(bot, READY, 1) + until_said(bot, "spoken: ", rng.randrange(1, 9))
            time.sleep(rng.uniform(0.0, 0.01))
            bot.kill()
            logs.append(log + bot.communicate()[1])
    acknowledged = states(state)
    open_ = [id for id, state in acknowledged.items() if state in ("waiting", "started")]
    last = finished(tmp_path)
    logs.append(last.stderr)
    assert last.returncode == 0, last.stderr
    # What was left counts as received in the run that speaks it.
    assert f"received={len(open_)} " in last.stdout
    assert f" spoken={len(open_)} " in last.stdout
    assert set(states(state).values()) == {"spoken"}
    # A run that is killed has not told its counts yet.
    (spoken,) = rows(state, "SELECT count FROM totals WHERE reason = 'spoken'")
    assert spoken == (len(open_),)
    assert len(acknowledged) > LINES
    plain = [text for log in logs for again, text in SPOKEN.findall(log) if not again]
    announced = [text for log in logs for again, text in SPOKEN.findall(log) if again]
    assert len(plain) == len(set(plain))
    assert len(set(plain) | set(announced)) == len(acknowledged)
    # At most the one in progress of each kill.
    assert len(set(announced)) <= 3
    assert all(len([t for t in SPOKEN.findall(log) if t[0]]) <= 3 for log in logs)
