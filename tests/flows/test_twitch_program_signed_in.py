"""The program signed in to Twitch: sign-in, an evening, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat import twitch_events as events
from bot.chat.twitch_tokens import TokenFile, Who
from bot.journal import Journal
from filters.message import Author, ChatMessage, Kind, Reward
from tests.irc_server import IrcServer
from tests.journals import keep, paid_line
from tests.twitch_server import TwitchServer
from tests.twitch_sign_ins import SECRETS

ROOT = Path(__file__).parents[2]
Env = dict[str, str]


async def start(server: TwitchServer, *arguments: str, **env: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=ROOT,
        env={**os.environ, **server.env(), **env},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def told(server: TwitchServer, *arguments: str, **env: str) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output, standard error."""
    process = await start(server, *arguments, **env)
    out, err = await asyncio.wait_for(process.communicate(), 30.0)
    assert process.returncode is not None
    assert not any(secret in (out + err).decode() for secret in SECRETS)
    return process.returncode, out.decode(), err.decode()


class Evening:
    """The running program and what it logged so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""

    async def said(self, text: str, times: int = 1) -> None:
        """Wait until the log holds `text`, so many times."""
        assert self.process.stderr is not None
        async with asyncio.timeout(20):
            while self.log.count(text) < times:
                line = await self.process.stderr.readline()
                assert line, f"{text!r} was not said in:\n{self.log}"
                self.log += line.decode()

    async def stop(self) -> dict[str, int]:
        """Stop it as a service manager would; returns the counts that are not zero."""
        self.process.send_signal(signal.SIGTERM)
        out, err = await self.process.communicate()
        self.log += err.decode()
        assert self.process.returncode == 0
        assert "Traceback" not in self.log
        assert not any(secret in self.log for secret in SECRETS)
        counts = dict(pair.split("=") for pair in out.decode().split())
        return {name: int(n) for name, n in counts.items() if n != "0"}


@asynccontextmanager
async def evening(
    server: TwitchServer, *arguments: str, count: int = 6, **env: str
) -> AsyncIterator[Evening]:
    """A bot that is ready, with so many subscriptions."""
    process = await start(server, "--output", "null", *arguments, **env)
    try:
        running = Evening(process)
        await running.said("ready to speak")
        await server.subscribed(count=count)
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
async def server() -> AsyncIterator[TwitchServer]:
    async with TwitchServer() as running:
        yield running


@pytest.fixture
def signed_in(server: TwitchServer, state_dir: Path) -> TokenFile:
    file = TokenFile(state_dir)
    file.save(server.sign_in())
    return file


async def test_a_sign_in_with_a_code_is_kept_for_its_user_only(
    server: TwitchServer, state_dir: Path
) -> None:
    server.device_answers = ["authorization_pending", "authorization_pending"]
    code, out, err = await told(server, "login", "twitch")
    assert code == 0, err
    assert "https://www.twitch.tv/activate" in out
    assert "ZORGLE42" in out
    assert "signed in as room; allowed: user:read:chat user:write:chat" in out
    assert server.requests["POST /oauth2/token"] == 3
    assert set(server.asked_scopes) == {
        "user:read:chat",
        "user:write:chat",
        "channel:read:redemptions",
        "channel:manage:redemptions",
    }
    path = TokenFile(state_dir).path
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["streamer"]["login"] == "room"


async def test_a_trigger_that_is_off_is_not_asked_for(
    server: TwitchServer, state_dir: Path
) -> None:
    code, _, _ = await told(server, "login", "twitch", ISHOWTTS_TRIGGER__PAID="false")
    assert code == 0
    assert set(server.asked_scopes) == {"user:read:chat", "user:write:chat"}
    server.device_user = "speaker"
    code, out, _ = await told(server, "login", "twitch", "--bot")
    assert code == 0
    assert "signed in as speaker" in out
    assert server.asked_scopes == ["user:write:chat"]


@pytest.mark.parametrize("client_id", ["", "wrong"])
async def test_without_a_right_client_id_the_four_steps_are_told(
    client_id: str, server: TwitchServer, state_dir: Path
) -> None:
    code, _, err = await told(server, "login", "twitch", ISHOWTTS_TWITCH__CLIENT_ID=client_id)
    assert code == 2
    assert "ISHOWTTS_TWITCH__CLIENT_ID" in err.splitlines()[0]
    assert [line[2] for line in err.splitlines() if line.startswith("  ")] == list("1234")
    assert "--twitch NAME" in err
    assert not TokenFile(state_dir).path.exists()


async def test_an_evening_with_every_kind_of_event(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    async with evening(server) as bot:
        await bot.said("twitch #room: connected")
        await server.say("!tts long ago", user="ann", at="2022-11-16T10:11:12.464757833Z")
        await server.say("just chatting", user="ann")
        await server.say("!tts hello there", user="bob")
        await bot.said("spoken: Bob: 'hello there'")
        await server.say("well played", user="cid", cheer={"bits": 100})
        await bot.said("spoken: Cid: 'well played'")
        reward = {"channel_points_custom_reward_id": "reward-say"}
        await server.say("rewarded words", user="dan", **reward)
        await server.notify(events.REDEEMED, server.redemption("say", "rewarded words", user="dan"))
        await server.notify(events.REDEEMED, server.redemption("jump", user="dan"))
        await bot.said("spoken: Dan: 'rewarded words'")
        await server.notify(events.NOTICE, server.notice("resub", "ten months", user="eve"))
        await bot.said("spoken: Eve: 'ten months'")
        line = await server.say("!tts one two three four five six seven eight", user="fay")
        await asyncio.sleep(0.5)
        await server.notify(events.DELETED, server.deletion(line["message_id"], user="fay"))
        await bot.said("purged: Fay")
        assert await bot.stop() == {"received": 8, "ignored": 3, "spoken": 4, "purged": 1}


@pytest.mark.parametrize(("hours", "ends"), [(0, {"received": 1, "dropped": 1}), (13, {})])
async def test_points_go_back_for_what_an_earlier_run_left_and_this_one_refuses(
    hours: float,
    ends: dict[str, int],
    server: TwitchServer,
    signed_in: TokenFile,
    state_dir: Path,
    tmp_path: Path,
) -> None:
    server.scopes.append("channel:manage:redemptions")
    signed_in.save(server.sign_in())
    server.made.append(server.reward("say") | {"id": "reward-say"})
    line = paid_line("redemption-left")
    who = Author("user-ann", "Ann")
    line.message = ChatMessage(
        *("twitch", "room", "redemption-left", who, "you zorgle"),
        kind=Kind.REDEMPTION,
        reward=Reward("reward-say", "say"),
    )
    journal = Journal.open(state_dir, wall=lambda: time.time() - hours * 3600)
    assert await keep(journal, line)
    journal.close()
    blocklist = tmp_path / "words.txt"
    blocklist.write_text("zorgle", encoding="utf-8")
    async with evening(server, ISHOWTTS_FILTER__BLOCKLIST=str(blocklist)) as bot:
        await bot.said("the points for 'say' are given back")
        assert server.given_back == ["redemption-left"]
        assert await bot.stop() == ends


async def test_commands_are_answered_in_chat_unless_that_is_switched_off(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    async with evening(server) as running:
        asked = await server.say("!tts volume loud", badges="moderator")
        await server.until(lambda: len(server.sent) == 1)
        assert server.sent[0]["message"] == "give a volume from 0 to 100"
        assert server.sent[0]["reply_parent_message_id"] == asked["message_id"]
        await server.say("!tts pause", user="bob")
        await server.until(lambda: len(server.sent) == 2)
        assert server.sent[1]["message"] == "pause is for moderators"
        assert await running.stop() == {"received": 2, "command": 2}
    server.sent.clear()
    async with evening(server, ISHOWTTS_COMMAND__ANSWERS="false") as running:
        await server.say("!tts volume loud", badges="moderator")
        await running.said("volume by Ann: give a volume from 0 to 100")
        assert await running.stop() == {"received": 1, "command": 1}
        assert server.sent == []


async def test_a_timeout_and_a_cleared_chat_reach_back_and_no_further(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    async with evening(server) as bot:
        before = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        line = server.line("!tts deleted first", user="ann")
        await server.notify(events.DELETED, server.deletion(line["message_id"], user="ann"))
        await server.notify(events.MESSAGE, line)
        await bot.said("purged: Ann: '***' (deleted before it came)")
        gift = {"cheer": {"bits": 100}}
        for name, kind, event in (
            ("Bob", events.AUTHOR_CLEARED, server.author_cleared("bob")),
            ("Cid", events.CLEARED, server.cleared()),
        ):
            await server.notify(kind, event)
            await server.say("late gift", user=name.lower(), at=before, **gift)
            await bot.said(f"purged: {name}")
            await server.say("gift of now", user=name.lower(), **gift)
            await bot.said(f"spoken: {name}: 'gift of now'")
        assert bot.log.count("cleared before it came") == 2
        assert await bot.stop() == {"received": 5, "spoken": 2, "purged": 3}


async def test_a_new_connection_on_request_loses_and_repeats_nothing(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    async with evening(server) as bot:
        await server.say("!tts before", user="ann", times=2)
        await server.reconnect()
        await server.say("!tts meanwhile", user="bob")
        await server.until(lambda: server.connections == 2 and len(server.clients) == 1)
        await server.say("!tts after", user="cid")
        for name in ("Ann", "Bob", "Cid"):
            await bot.said(f"spoken: {name}")
        assert await bot.stop() == {"received": 3, "spoken": 3}


async def test_a_sign_in_that_was_taken_back_is_told_once_and_the_rest_goes_on(
    server: TwitchServer, signed_in: TokenFile, tmp_path: Path
) -> None:
    replay = tmp_path / "chat.jsonl"
    line = {"platform": "t", "kind": "message", "text": "!tts still here", "at": 6.0}
    replay.write_text(json.dumps(line | {"author": {"id": "z", "name": "Zoe"}}) + "\n")
    async with evening(server, "--replay", str(replay)) as bot:
        server.revoke_all()
        await server.revoke(events.MESSAGE, "authorization_revoked")
        await bot.said("sign in again: python -m bot login twitch")
        await bot.said("spoken: Zoe: 'still here'")
        await asyncio.sleep(0.5)
        assert bot.log.count("sign in again") == 1


async def test_at_its_most_talkative_it_shows_no_token_of_a_sign_in_that_is_renewed(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    server.expire()
    async with evening(server, ISHOWTTS_LOG__LEVEL="debug") as bot:
        server.expire()
        server.abort()
        await bot.said("twitch #room: back")
        await server.say("!tts still here", user="ann")
        await bot.said("spoken: Ann")
        assert server.requests["POST /oauth2/token"] == 2
        assert (await bot.stop())["spoken"] == 1
        assert "twitchio" in bot.log or "request" in bot.log
    assert signed_in.load() is not None


async def test_without_a_sign_in_every_channel_is_read_anonymously(
    server: TwitchServer, state_dir: Path
) -> None:
    async with IrcServer("room", "other") as irc:
        env = {"ISHOWTTS_TWITCH__IRC_URL": irc.url + "/"}
        async with evening(server, "--twitch", "room,#other", count=0, **env) as bot:
            await irc.joined(2)
            assert server.requests.total() == 0
            await irc.say("!tts hello", user="bob", channel="other")
            await bot.said("spoken: Bob")
            assert (await bot.stop())["spoken"] == 1


async def test_several_channels_are_read_over_one_connection(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    async with evening(server, count=11, ISHOWTTS_TWITCH__CHANNELS="room, other") as bot:
        await server.say("!tts here", user="ann")
        await server.say("!tts there", user="bob", channel="other")
        await bot.said("spoken: Ann")
        await bot.said("spoken: Bob")
        assert server.connections == 1
        assert await bot.stop() == {"received": 2, "spoken": 2}


async def test_check_says_who_is_signed_in_and_what_cannot_be_refunded(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    server.scopes.append("channel:manage:redemptions")
    server.rewards = [server.reward("dance"), server.reward("zorgle")]
    code, out, _ = await told(server, "rewards", "add", "say it", "--cost", "500")
    assert code == 0
    assert server.made[0]["title"] == "say it"
    assert server.made[0]["cost"] == 500
    assert server.made[0]["is_user_input_required"]
    _, out, _ = await told(server, "check")
    (line,) = [line for line in out.splitlines() if line.startswith("twitch:")]
    assert "ok: signed in as room" in line
    assert "reads #room" in line
    assert "cannot be refunded" in line
    assert "'dance', 'zorgle'" in line
    assert "say it" not in line
    code, _, err = await told(server, "rewards", "add", "dance", "--cost", "1")
    assert code == 2
    assert "there is one of this title already" in err


@pytest.mark.parametrize(
    ("wrong", "told_"),
    [
        ("channel", "there is no channel nosuchname"),
        ("scope", "does not allow user:read:chat; sign in again: python -m bot login twitch"),
        ("app", "ISHOWTTS_TWITCH__CLIENT_ID is another app than room signed in to; set it back"),
        ("expired", "sign in again: python -m bot login twitch"),
        ("damaged", "sign in again: python -m bot login twitch"),
    ],
)
async def test_check_tells_what_is_wrong_in_one_line(
    wrong: str, told_: str, server: TwitchServer, signed_in: TokenFile
) -> None:
    server.scopes.append("channel:manage:redemptions")
    env: Env = {}
    match wrong:
        case "channel":
            env = {"ISHOWTTS_TWITCH__CHANNELS": "room,nosuchname"}
        case "scope":
            server.scopes = ["user:write:chat"]
        case "app":
            env = {"ISHOWTTS_TWITCH__CLIENT_ID": "blippoclientid"}
        case "expired":
            server.revoke_all()
        case "damaged":
            signed_in.path.write_text("{", encoding="utf-8")
    code, out, err = await told(server, "check", **env)
    assert code == 2
    (line,) = [line for line in out.splitlines() if line.startswith("twitch:")]
    assert "WRONG" in line
    assert told_ in line
    assert not err


async def test_check_only_notes_what_a_sign_in_allows_too_little_of(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    again = "to allow it: python -m bot login twitch"
    code, out, _ = await told(server, "check")
    lines = [line for line in out.splitlines() if line.startswith("twitch:")]
    assert code == 0
    assert lines[0].startswith("twitch: ok: signed in as room, reads #room")
    assert lines[1:] == [
        "twitch: note: rewards can be neither made nor given back: "
        f"the sign-in does not allow channel:manage:redemptions; {again}"
    ]
    server.scopes = ["user:read:chat"]
    code, out, _ = await told(server, "check")
    notes = [line for line in out.splitlines() if line.startswith("twitch: note:")]
    assert code == 0
    assert [line.split("allow ")[1].split(";")[0] for line in notes] == [
        "user:write:chat", "channel:read:redemptions", "channel:manage:redemptions"
    ]  # fmt: skip


async def test_check_asks_about_the_account_that_writes(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    signed_in.save(server.sign_in("speaker"), Who.BOT)
    code, out, _ = await told(server, "check")
    assert code == 0
    assert "twitch: ok: writes as speaker" in out
    server.tokens = {t: name for t, name in server.tokens.items() if name != "speaker"}
    server.refreshes.clear()
    code, out, _ = await told(server, "check")
    assert code == 2
    assert "twitch: WRONG: the sign-in of speaker is gone" in out
    assert "python -m bot login twitch --bot" in out


async def test_check_does_not_say_ok_of_what_nobody_was_asked(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    server.fail["GET /oauth2/validate"] = [500]
    code, out, _ = await told(server, "check")
    assert code == 0
    assert "twitch: not asked: somebody is signed in; Twitch cannot be asked now" in out
    env = {"ISHOWTTS_TWITCH__CHANNELS": "room,other"}
    cannot = "somebody is signed in; Twitch cannot be asked now"
    for status in (429, 503):
        server.fail["GET /helix/users"] = [status] * 8
        code, out, _ = await told(server, "check", **env)
        assert code == 0
        assert f"twitch: not asked: {cannot}: Twitch answers {status}" in out
    server.fail.clear()
    server.fail["GET /helix/channel_points/custom_rewards"] = [500] * 8
    code, out, _ = await told(server, "check", **env)
    assert code == 0
    assert "twitch: ok: signed in as room, reads #room, #other\n" in out
    assert "twitch: not asked: whether its rewards can be refunded: Twitch answers 500" in out
    signed_in.path.unlink()
    code, out, _ = await told(server, "check", ISHOWTTS_TWITCH__CHANNELS="nosuchname")
    assert code == 0
    assert "twitch: not asked: reads #nosuchname, with no account; whether there is" in out


async def test_a_reward_that_twitch_would_not_take_is_refused_before_it_is_asked_for(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    server.scopes.append("channel:manage:redemptions")
    for title, why in (("z" * 46, "this one has 46"), (" ", "this one has 0")):
        code, _, err = await told(server, "rewards", "add", title, "--cost", "5")
        assert code == 2
        assert err == f"a reward's title has 1 to 45 characters; {why}\n"
    assert server.requests.total() == 0
    env = {"ISHOWTTS_TWITCH__CLIENT_ID": "blippoclientid"}
    code, _, err = await told(server, "rewards", "add", "say it", "--cost", "5", **env)
    assert code == 2
    assert err.startswith("ISHOWTTS_TWITCH__CLIENT_ID is another app than room signed in to")
    assert server.requests.total() == 0
    code, _, _ = await told(server, "rewards", "add", "z" * 45, "--cost", "5")
    assert code == 0


async def test_a_sign_in_file_that_is_damaged_stops_the_start_with_one_line(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    signed_in.path.write_text("[]", encoding="utf-8")
    code, _, err = await told(server, "--output", "null")
    assert code == 2
    assert "sign in again: python -m bot login twitch" in err.splitlines()[-1]


async def test_a_run_that_reads_nothing_until_the_user_acts_ends_with_2_and_one_line(
    server: TwitchServer, signed_in: TokenFile
) -> None:
    env = {"ISHOWTTS_TWITCH__CHANNELS": "nosuchname"}
    code, out, err = await told(server, "--output", "null", **env)
    assert code == 2
    assert out.startswith("received=0 ")
    assert [line for line in err.splitlines() if "nosuchname'" in line] == [
        line for line in err.splitlines() if "there is no channel 'nosuchname': correct" in line
    ]
    assert err.count("there is no channel") == 1
