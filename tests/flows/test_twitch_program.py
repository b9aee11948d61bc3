"""The program on a Twitch channel: real IRC over a loopback websocket, as a moderator lives it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.irc_server import IrcServer

ROOT = Path(__file__).parents[2]


LONG = {
    "dan": "the old lighthouse keeper walks slowly along the windy harbour wall every single "
    "evening before the lamps are lit",
    "troll": "my cousin bought seven wooden chairs from a market near the river and painted them "
    "bright yellow last summer",
    "rude": "somewhere behind those mountains lies a quiet valley where farmers grow apples "
    "cherries and very large pumpkins together",
}
"""Lines of many seconds; each another one, or it would be a copy."""


class Evening:
    """The running program and what it logged so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.log = ""

    async def said(self, text: str, times: int = 1) -> None:
        """Wait until the log holds `text`, so many times."""
        assert self._process.stderr is not None
        async with asyncio.timeout(15):
            while self.log.count(text) < times:
                line = await self._process.stderr.readline()
                assert line, f"{text!r} was not said in:\n{self.log}"
                self.log += line.decode()

    async def stop(self) -> dict[str, int]:
        """Stop it as a service manager would; returns the counts that are not zero."""
        self._process.send_signal(signal.SIGTERM)
        out, _ = await self._process.communicate()
        assert self._process.returncode == 0
        counts = dict(pair.split("=") for pair in out.decode().split())
        return {name: int(n) for name, n in counts.items() if n != "0"}


@asynccontextmanager
async def evening(server: IrcServer, state: Path, *, hold_s: float = 0) -> AsyncIterator[Evening]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--twitch", "#Room", "--output", "null"),
        cwd=ROOT,
        env={
            **os.environ,
            "ISHOWTTS_STATE_DIR": str(state),
            "ISHOWTTS_TWITCH__IRC_URL": server.url,
            "ISHOWTTS_HOLD_SECONDS": str(hold_s),
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        running = Evening(process)
        await running.said("ready to speak")
        await server.joined(1)
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_an_evening_with_viewers_bits_a_skip_and_deletions(state_dir: Path) -> None:
    async with IrcServer() as server, evening(server, state_dir) as bot:
        await server.say("just chatting", user="ann")
        await server.say("!tts hello Kappa", user="bob", id="b1", emotes="25:11-15")
        await bot.said("spoken: Bob: 'hello'")
        await server.say("Cheer100 well played", user="cid", bits="100")
        await bot.said("spoken: Cid: 'well played'")
        await server.say(f"!tts {LONG['dan']}", user="dan")
        await asyncio.sleep(0.5)
        await server.say("!tts skip", user="eve")
        await server.say("!tts skip", user="fay", badges="moderator/1")
        await bot.said("skipped: Dan")
        await server.say(f"!tts {LONG['troll']}", user="troll", id="t1")
        await asyncio.sleep(0.5)
        await server.send("@target-msg-id=t1;login=troll :tmi.twitch.tv CLEARMSG #room :bad")
        await bot.said("purged: Troll")
        await server.say(f"!tts {LONG['rude']}", user="rude")
        await asyncio.sleep(0.5)
        await server.send(
            "@ban-duration=600;target-user-id=id-rude :tmi.twitch.tv CLEARCHAT #room :rude"
        )
        await bot.said("purged: Rude")
        await server.say("!tts still here", user="rude")
        await server.say("!tts good night", user="gil")
        await bot.said("spoken: Gil")
        assert await bot.stop() == {
            "received": 10, "ignored": 1, "command": 2, "spoken": 3, "skipped": 1, "purged": 3,
        }  # fmt: skip


async def test_a_line_that_is_deleted_while_it_is_held_is_never_spoken(state_dir: Path) -> None:
    async with IrcServer() as server, evening(server, state_dir, hold_s=3) as bot:
        await server.say("!tts something awful", user="troll", id="t1")
        await server.say("Cheer100 paid for", user="cid", bits="100")
        await bot.said("spoken: Cid")
        await server.send("@target-msg-id=t1;login=troll :tmi.twitch.tv CLEARMSG #room :bad")
        await bot.said("purged: Troll")
        await server.say("!tts good night", user="gil")
        await bot.said("spoken: Gil")
        assert await bot.stop() == {"received": 3, "spoken": 2, "purged": 1}


async def test_a_lost_connection_comes_back_while_the_line_plays_on(state_dir: Path) -> None:
    async with IrcServer() as server, evening(server, state_dir) as bot:
        await server.say("!tts one two three four five six", user="ann")
        await asyncio.sleep(0.3)
        server.cut()
        await bot.said("twitch #room: lost")
        await bot.said("twitch #room: back")
        await server.joined(1)
        await server.say("!tts again", user="bob")
        await bot.said("spoken: Bob")
        assert await bot.stop() == {"received": 2, "spoken": 2}


async def test_hostile_lines_cost_nothing_else(state_dir: Path) -> None:
    async with IrcServer() as server, evening(server, state_dir) as bot:
        await server.send(
            ":ann!ann@ann PRIVMSG #room :!tts no tags at all",
            "@id=;badges=,,/;emotes=9:9-1,x;bits=-5;room-id= :x PRIVMSG #room :!tts broken tags",
            "@=;;;= PRIVMSG",
            "@display-name=\\\\:\\\\s\x1b[31m :mal!mal@mal PRIVMSG #room :!tts escape \x1b[2J",
            "@badges=moderator/1;room-id=100;source-room-id=200 :far!f@f PRIVMSG #room :!tts skip",
        )
        await server.send_bytes(b"@id=z :bad!b@b PRIVMSG #room :!tts \xff\xfe\x00 bytes\r\n")
        await server.send(f":big!b@b PRIVMSG #room :!tts {'x ' * 500_000}")
        await server.say("!tts still alive", user="zoe")
        await bot.said("spoken: Zoe")
        assert "\x1b" not in bot.log
        assert "Traceback" not in bot.log
        assert (await bot.stop())["received"] >= 4
