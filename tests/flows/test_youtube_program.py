"""The program on YouTube channels: the real wire formats over loopback, with a key and without."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests import youtube_wire as wire
from tests.irc_server import IrcServer
from tests.youtube_server import HANDLE, KEY, VIDEO, Fault, YouTubeServer
from tests.youtube_wire import item, paid, said, text

ROOT = Path(__file__).parents[2]
STREAM = "liveChat/messages/stream"
CHAT = "get_live_chat"
LONG = "the old lighthouse keeper walks slowly along the windy harbour wall every single evening"
READY = "ready to speak"
WRONG = "blippo-key-that-is-wrong"


class Evening:
    """The running program and what it logged so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""

    async def said(self, text: str, times: int = 1) -> None:
        """Wait until the log holds `text`, so many times."""
        assert self.process.stderr is not None
        async with asyncio.timeout(15):
            while self.log.count(text) < times:
                line = await self.process.stderr.readline()
                assert line, f"{text!r} was not said in:\n{self.log}"
                self.log += line.decode()

    async def ended(self, code: int = 0) -> dict[str, int]:
        """Wait until it has stopped, with this exit code; returns the counts that are not zero."""
        async with asyncio.timeout(15):
            out, err = await self.process.communicate()
        self.log += err.decode()
        assert self.process.returncode == code, self.log
        assert KEY not in self.log + out.decode()
        assert "Traceback" not in self.log
        counts = dict(pair.split("=") for pair in out.decode().split())
        return {name: int(n) for name, n in counts.items() if n != "0"}

    async def stop(self) -> dict[str, int]:
        """Stop it as a service manager would."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


@asynccontextmanager
async def program(
    server: YouTubeServer, state: Path, *arguments: str, key: str = "", **more: str
) -> AsyncIterator[Evening]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments, "--output", "null"),
        cwd=ROOT,
        env={
            **os.environ,
            "ISHOWTTS_STATE_DIR": str(state),
            "ISHOWTTS_YOUTUBE__WEB_URL": f"{server.web_url}/",
            "ISHOWTTS_YOUTUBE__API_URL": f"{server.api_url}/",
            "ISHOWTTS_YOUTUBE__API_KEY": key,
            "ISHOWTTS_LOG__LEVEL": "debug",
            "ISHOWTTS_HOLD_SECONDS": "0",
            **more,
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Evening(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_an_evening_without_a_key(state_dir: Path) -> None:
    async with (
        YouTubeServer() as server,
        program(server, state_dir, "--youtube", "@Zorgle") as bot,
    ):
        server.act(text("!tts an hour old", "old", at=1000.0))
        await bot.said(READY)
        await server.until(lambda: server.asked(CHAT) >= 2)
        server.act(text("just chatting", "ann"), text("!tts hello", "bob", id="b1"))
        await bot.said("spoken: Bob: 'hello'")
        server.act(text("!tts hello", "bob", id="b1"), paid("€5.00", "well played", "cid"))
        await bot.said("spoken: Cid: 'well played'")
        server.act(wire.removed("d1"), text("!tts never to be heard", "dan", id="d1"))
        await bot.said("purged: Dan")
        server.act(text(f"!tts {LONG}", "eve"))
        await asyncio.sleep(1.2)
        server.act(text("!tts skip", "fay", authorBadges=wire.badges("MODERATOR")))
        await bot.said("skipped: Eve")
        server.faults.append(Fault(503))
        await bot.said("lost, trying again: YouTube answers 503")
        server.act(text("!tts good night", "gil"))
        await bot.said("spoken: Gil")
        assert await bot.stop() == {
            "received": 9, "ignored": 2, "command": 1, "duplicate": 1, "spoken": 3,
            "skipped": 1, "purged": 1,
        }  # fmt: skip


async def test_an_evening_with_a_key_to_the_end_of_the_stream(state_dir: Path) -> None:
    async with (
        YouTubeServer() as server,
        program(server, state_dir, "--youtube", f"youtu.be/{VIDEO}", key=KEY) as bot,
    ):
        server.chunk = 7
        server.post(said("!tts an hour old", "old", at=1000.0))
        await bot.said(READY)
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(said("!tts hello", "bob"), item("zorgleEvent"))
        await bot.said("spoken: Bob: 'hello'")
        details = {"amountMicros": "5000000", "currency": "EUR", "userComment": "well played"}
        server.post(item("superChatEvent", details, "cid"))
        await bot.said("spoken: Cid: 'well played'")
        server.post(said(f"!tts {LONG}", "troll", id="t1"))
        await asyncio.sleep(0.5)
        server.post(item("messageDeletedEvent", {"deletedMessageId": "t1"}, "mod"))
        await bot.said("purged: Troll")
        server.cut()
        await bot.said("back after")
        server.post(said("!tts good night", "gil"))
        await bot.said("spoken: Gil")
        server.end()
        assert await bot.ended() == {
            "received": 5, "ignored": 1, "spoken": 3, "purged": 1,
        }  # fmt: skip
        assert "the stream has ended" in bot.log
        assert server.asked("watch") == server.asked(CHAT) == 0, "the key is preferred"


async def test_both_platforms_at_once_and_a_wrong_channel_beside_them(state_dir: Path) -> None:
    async with (
        IrcServer() as twitch,
        YouTubeServer() as server,
        program(
            *(server, state_dir, "--twitch", "room", "--youtube", f"{HANDLE},@blippo"),
            ISHOWTTS_TWITCH__IRC_URL=twitch.url,
        ) as bot,
    ):
        await bot.said("youtube @blippo: stopped: there is no such channel")
        await bot.said(READY)
        await twitch.joined(1)
        await server.until(lambda: server.asked(CHAT) >= 1)
        server.act(text("!tts from afar", "bob"))
        await twitch.say("!tts from near", user="ann")
        await bot.said("spoken: Bob")
        await bot.said("spoken: Ann")
        server.end()
        await bot.said("the stream has ended")
        await twitch.say("!tts still here", user="cid")
        await bot.said("spoken: Cid")
        assert await bot.stop() == {"received": 3, "spoken": 3}


@pytest.mark.parametrize(
    ("state", "key", "why"),
    [
        ("plain", "", "this video is not a live stream"),
        ("private", "", "this stream is private"),
        ("live", "a-wrong-zorgle-key", "ISHOWTTS_YOUTUBE__API_KEY: YouTube does not accept"),
    ],
)
async def test_what_can_never_be_read_is_one_line(
    state_dir: Path, state: str, key: str, why: str
) -> None:
    async with YouTubeServer() as server:
        server.state = state
        async with program(server, state_dir, "--youtube", VIDEO, key=key) as bot:
            await bot.said(f"youtube {VIDEO}: stopped: {why}")
            assert await bot.ended(code=2) == {}
            assert bot.log.count(why) == 1
            assert "a-wrong-zorgle-key" not in bot.log


async def test_a_quota_that_is_used_up_is_one_line_and_not_asked_again(state_dir: Path) -> None:
    async with YouTubeServer() as server:
        server.asked_for_fault = Fault(403, "quotaExceeded")
        async with program(server, state_dir, "--youtube", HANDLE, key=KEY) as bot:
            await bot.said("the key's quota for today is used up; no chat from here until")
            await bot.said(READY)
            await asyncio.sleep(1.5)
            assert len(server.requests) == 1
            await bot.stop()


async def test_without_the_extra_one_line_says_how_to_install_it(
    state_dir: Path, tmp_path: Path
) -> None:
    hide = "import sys, importlib.util as u\nf = u.find_spec\n"
    hide += "u.find_spec = lambda n, p=None: None if n == 'pytchat' else f(n, p)\n"
    (tmp_path / "sitecustomize.py").write_text(hide, "utf-8")
    async with (
        YouTubeServer() as server,
        program(server, state_dir, "--youtube", HANDLE, PYTHONPATH=str(tmp_path)) as bot,
    ):
        _, err = await bot.process.communicate()
        assert bot.process.returncode == 2
        last = err.decode().splitlines()[-1]
        assert "scripts/run --with youtube installs it" in last
        assert not server.requests
    async with (
        YouTubeServer() as server,
        program(server, state_dir, "--youtube", HANDLE, key=KEY, PYTHONPATH=str(tmp_path)) as bot,
    ):
        await server.until(lambda: server.asked(STREAM) == 1)
        await bot.said(READY)
        await bot.stop()


READS = f"reads {HANDLE}, {VIDEO}, by the official API with a key"
NOT_ASKED = f"not asked: {READS}; YouTube cannot be asked now: "


@pytest.mark.parametrize(
    ("case", "code", "told", "asked"),
    [
        ("right", 0, f"ok: {READS} (asked for 2 units of its quota)", 2),
        ("no key", 0, f"not asked: reads {HANDLE}, {VIDEO}, without a key (unofficial); ", 0),
        ("wrong key", 2, "WRONG: ISHOWTTS_YOUTUBE__API_KEY: YouTube does not accept this key", 1),
        ("no stream", 2, f"WRONG: {VIDEO}: this video is not a live stream; give one", 2),
        ("no channel", 2, "WRONG: @blippo: there is no such channel", 1),
        ("quotaExceeded", 0, f"note: {READS}; the key's quota for today is used up", 1),
        ("backendError", 0, f"{NOT_ASKED}YouTube answers 503", 1),
        ("no network", 0, f"{NOT_ASKED}no answer", 0),
    ],
)
async def test_check_asks_youtube_and_never_says_the_key(
    case: str, code: int, told: str, asked: int, state_dir: Path
) -> None:
    async with YouTubeServer() as server:
        url, channels = server.api_url, f"{HANDLE},{VIDEO}"
        match case:
            case "no stream":
                server.state = "plain"
            case "no channel":
                channels = "@blippo"
            case "quotaExceeded" | "backendError":
                status = 403 if case == "quotaExceeded" else 503
                server.asked_for_fault = Fault(status, case)
            case "no network":
                url = "http://127.0.0.1:9"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "check"),
            cwd=ROOT,
            env={
                **os.environ,
                "ISHOWTTS_YOUTUBE__CHANNELS": channels,
                "ISHOWTTS_YOUTUBE__API_URL": url,
                "ISHOWTTS_YOUTUBE__API_KEY": {"no key": "", "wrong key": WRONG}.get(case, KEY),
                "ISHOWTTS_AUDIO__OUTPUT": "null",
            },
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        (line,) = [line for line in out.decode().splitlines() if line.startswith("youtube:")]
        assert line.startswith(f"youtube: {told}")
        assert KEY not in out.decode()
        assert WRONG not in out.decode()
        assert process.returncode == code
        assert server.units == asked
