"""A wrong drop, from chat to the allow-list and back, while the bot runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from filters.chain import Rules
from filters.message import ChatMessage, Tier, Verdict
from filters.wordlist import Entry, compile_words
from tests.fakes import Channel

ROOT = Path(__file__).parents[2]


class Running:
    """The program with a console that is fed by the test, a state folder and a list of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "words.txt").write_text("zorgle\n", "utf-8")
        self.folder = folder
        self.env = {
            **os.environ,
            "ISHOWTTS_STATE_DIR": str(folder / "state"),
            "ISHOWTTS_FILTER__BLOCKLIST": str(folder / "words.txt"),
            "PYTHONPATH": str(ROOT),
        }
        self.log: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "--output", "null", "--fast"],
            cwd=folder,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"!tts {text}\n")
        self.process.stdin.flush()

    def wait_for(self, text: str) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if text in line:
                return
        raise AssertionError(f"the program ended without saying {text!r}")

    def command(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *args],
            cwd=self.folder, env=self.env, capture_output=True, encoding="utf-8", timeout=30,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    it = Running(tmp_path)
    # Whatever hangs ends here, and with it the wait for its next line.
    timer = threading.Timer(40, it.process.kill)
    timer.start()
    try:
        yield it
    finally:
        timer.cancel()
        it.process.kill()
        it.process.communicate()


def test_a_dropped_word_is_reviewed_and_allowed_while_the_bot_runs(running: Running) -> None:
    running.say("so a zorgle")
    running.wait_for("dropped: ")
    # Drops are gathered for half a second before they are written.
    for _ in range(20):
        if "so a zorgle" in (table := running.command("drops")):
            break
    assert "    1 " in table
    assert "words.txt line 1" in table
    assert "is allowed" in running.command("allow", "1")
    running.wait_for("the lists on disk are in force")
    running.say("again a zorgle")
    running.wait_for("spoken: ")
    out, _ = running.process.communicate()
    assert "dropped=1" in out
    assert "spoken=1" in out


def test_a_list_that_breaks_while_the_bot_runs_is_told(running: Running) -> None:
    running.say("hello")
    running.wait_for("spoken: ")
    (running.folder / "words.txt").write_text("zorgle\nblippo\n?\n", "utf-8")
    running.wait_for("words.txt line 3")
    running.say("so a zorgle")
    running.wait_for("dropped: ")


@pytest.mark.virtual_time
async def test_new_rules_hold_from_the_next_line_on_and_drops_are_told() -> None:
    told: list[tuple[ChatMessage, Verdict]] = []
    rules = Rules(words=compile_words([Entry("zorgle", Tier.NEVER, "w line 1")]))
    async with Channel(dropped=lambda message, verdict, _: told.append((message, verdict))) as chat:
        chat.says("!tts a zorgle")
        await chat.ledger.settled()
        assert not told
        chat.intake.verdicts.rules = rules
        chat.says("!tts one zorgle", "bob")
        chat.says("!tts harmless", "cay")
        await chat.ledger.settled()
    assert [(message.text, verdict.rule) for message, verdict in told] == [("one zorgle", "words")]


@pytest.mark.virtual_time
async def test_the_terminal_does_not_show_what_tier_never_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    rules = Rules(words=compile_words([Entry("zorgle", Tier.NEVER, "w line 1")]))
    async with Channel(rules=rules) as chat:
        chat.says("!tts one zorgle")
        await chat.ledger.settled()
    assert "dropped: ann: '***' (blocked word (w line 1" in caplog.text
    assert "zorgle" not in caplog.text
