"""YouTube by its official API, against a server that refuses, breaks off, repeats and is silent."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.chat.connector import Fatal
from bot.chat.supervise import supervise
from bot.chat.youtube_official import DEFAULT, Timing, YouTubeOfficial
from bot.settings import load
from filters.message import Removal, RemovalKind
from tests import youtube_wire as wire
from tests.listening import Chat, Delays, listening
from tests.youtube_pages import CHANNEL
from tests.youtube_server import HANDLE, KEY, VIDEO, Fault, YouTubeServer
from tests.youtube_wire import said as line

QUICK = Timing(connect=5.0, silence=5.0, look=1.0, pause=0.5, longest=4.0)
STREAM = "liveChat/messages/stream"


@pytest.fixture
async def server() -> AsyncIterator[YouTubeServer]:
    async with YouTubeServer() as running:
        yield running


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the program logged; that the key is nowhere in any log is seen to each time."""
    caplog.set_level(logging.DEBUG)

    def lines() -> list[str]:
        assert KEY not in caplog.text
        return [r.getMessage() for r in caplog.records if r.name.startswith("bot.chat")]

    return lines


def reader(
    server: YouTubeServer, channel: str = VIDEO, timing: Timing = QUICK, **more: Any
) -> YouTubeOfficial:
    usual = {"sleep": Delays().sleep} | more
    return YouTubeOfficial(channel, KEY, f"{server.api_url}/", timing=timing, **usual)


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
async def test_chat_comes_in_pieces_of_any_size(server: YouTubeServer, size: int) -> None:
    server.chunk = size
    chat = Chat()
    words = ["one", 'a "brace" } and { \\', "an emoji 😀", "two"]
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked(STREAM) == 1)
        for word in words:
            server.post(line(word))
            await chat.until(lambda word=word: word in chat.texts)  # type: ignore[misc]
    assert chat.texts == words
    assert server.asked(STREAM) == 1
    (query,) = [query for path, query in server.requests if path == STREAM]
    assert query["part"] == "id,snippet,authorDetails"
    assert query["hl"] == "en"


@pytest.mark.parametrize(
    ("channel", "units"), [(VIDEO, 1 + 5), (HANDLE, 1 + 2 + 5), (CHANNEL, 1 + 2 + 5)]
)
async def test_finding_the_chat_costs_few_units(
    server: YouTubeServer, channel: str, units: int
) -> None:
    chat = Chat()
    async with listening(reader(server, channel), chat):
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(line("x"))
        await chat.heard("x")
    assert server.units == units
    assert server.asked("search") == 0


async def test_a_channel_without_a_list_of_uploads_is_searched_for_once(
    server: YouTubeServer,
) -> None:
    server.uploads = False
    chat = Chat()
    async with listening(reader(server, HANDLE), chat):
        server.post(line("x"))
        await chat.heard("x")
        server.end()
        await server.until(lambda: server.asked("playlistItems") >= 4)
    assert server.asked("search") == 1


async def test_a_polite_end_is_followed_from_the_same_place_without_a_word(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat, delays = Chat(), Delays()
    async with listening(reader(server, sleep=delays.sleep), chat):
        for number in range(4):
            await server.until(lambda n=number: server.asked(STREAM) == n + 1)  # type: ignore[misc]
            server.post(line(str(number)))
            await chat.until(lambda n=number: str(n) in chat.texts)  # type: ignore[misc]
            server.end_answers()
        await server.until(lambda: server.asked(STREAM) == 5)
    assert chat.texts == ["0", "1", "2", "3"]
    assert delays.asked[:4] == [0.5, 1.0, 2.0, 4.0], "short ones are not made one upon the other"
    tokens = [query.get("pageToken") for path, query in server.requests if path == STREAM]
    assert tokens[0] is None
    assert tokens[1:] == ["t1", "t2", "t3", "t4"]
    assert said() == [f"youtube {VIDEO}: connected"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500), Fault(503), Fault(429), Fault(403, "rateLimitExceeded"), Fault(abort=True),
        Fault(400, "odd"), Fault(404, "liveChatNotFound"), Fault(body="[{nonsense}]"),
        Fault(body='[{"error": {"code": 503}}]'), Fault(503, body="<html>"),
        Fault(400, "pageTokenInvalid"),
    ],
)  # fmt: skip
async def test_a_fault_loses_nothing(
    server: YouTubeServer, fault: Fault, said: Callable[[], list[str]]
) -> None:
    chat, delays = Chat(), Delays()
    async with listening(reader(server), chat, delays):
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(line("before", id="m1"))
        await chat.heard("before")
        server.faults += [fault, fault]
        server.cut()
        server.post(line("meanwhile", id="m2"))
        await server.until(lambda: not server.faults)
        server.post(line("after", id="m3"))
        await chat.until(lambda: "after" in chat.texts)
    assert list(dict.fromkeys(chat.texts)) == ["before", "meanwhile", "after"]
    assert 0.5 <= delays.asked[0] <= 1.0
    assert any("lost, trying again" in text for text in said())
    assert any("back after" in text for text in said())
    assert not any("Error" in text for text in said())


async def test_a_place_that_has_expired_is_not_asked_for_again(server: YouTubeServer) -> None:
    chat = Chat()
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(line("one"))
        await chat.heard("one")
        server.faults.append(Fault(400, "pageTokenInvalid"))
        server.cut()
        await server.until(lambda: server.asked(STREAM) == 3)
    tokens = [query.get("pageToken") for path, query in server.requests if path == STREAM]
    assert tokens == [None, "t1", None]


async def test_the_key_is_sent_to_no_other_address(server: YouTubeServer) -> None:
    async with YouTubeServer() as other:
        server.faults.append(Fault(307, location=f"{other.api_url}/liveChat/messages/stream"))
        chat = Chat()
        async with listening(reader(server), chat):
            await server.until(lambda: server.asked(STREAM) == 2)
            server.post(line("x"))
            await chat.heard("x")
        assert not other.requests


async def test_an_answer_that_is_no_http_is_told_without_the_key(
    said: Callable[[], list[str]],
) -> None:
    async def answer(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stream.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 zorgle nonsense\r\n\r\n")
        writer.close()

    delays = Delays()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        connector = YouTubeOfficial(VIDEO, KEY, f"http://127.0.0.1:{port}", timing=QUICK)
        async with listening(connector, Chat(), delays):
            await delays.until(2)
    (text,) = said()
    assert "no answer that can be read" in text


async def test_silence_is_left_for_a_new_connection(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    timing = Timing(silence=0.2, pause=0.5)
    chat = Chat()
    async with listening(reader(server, timing=timing), chat):
        await server.until(lambda: server.asked(STREAM) == 3)
        server.post(line("x"))
        await chat.heard("x")
    assert said() == [f"youtube {VIDEO}: connected"]


async def test_what_was_said_before_the_start_is_not_told(server: YouTubeServer) -> None:
    server.post(line("an hour ago", at=1000.0), wire.item("tombstone", id="m0", at=1000.0))
    chat = Chat()
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(line("now"))
        await chat.until(lambda: bool(chat.events))
    assert chat.texts == ["now"]


async def test_deletions_and_bans_are_told_also_before_their_message(
    server: YouTubeServer,
) -> None:
    banned = {
        "bannedUserDetails": {"channelId": wire.channel_id("ann")}, "banType": "temporary",
        "banDurationSeconds": 300,
    }  # fmt: skip
    chat = Chat()
    async with listening(reader(server, HANDLE), chat):
        server.post(
            wire.item("messageDeletedEvent", {"deletedMessageId": "m1"}, "mod"),
            line("x", id="m1"),
            wire.item("userBannedEvent", banned, "mod"),
        )
        await chat.until(lambda: len(chat.events) == 3)
    gone, message, ban = chat.events
    assert gone == Removal("youtube", HANDLE, RemovalKind.DELETE, "m1")
    assert gone.sent == pytest.approx(time.time(), abs=60)
    assert gone.sent <= message.sent
    assert isinstance(ban, Removal)
    assert ban.seconds == 300
    assert ban.covers(message)  # type: ignore[arg-type]


async def test_an_unknown_item_is_counted_and_its_batch_lives(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat, connector = Chat(), reader(server)
    async with listening(connector, chat):
        odd: list[Any] = [wire.item("zorgleEvent"), 7, None, {}, wire.item("zorgleEvent")]
        server.post(line("before"), *odd, line("after"))
        await chat.heard("before", "after")
    assert connector.take.skipped["zorgleEvent"] == 2
    assert sum(connector.take.skipped.values()) == 5
    assert sum("zorgleEvent" in text for text in said()) == 1


@pytest.mark.parametrize("how", ["offline", "event", "refused"])
async def test_the_end_of_a_stream_is_an_end(
    server: YouTubeServer, how: str, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with listening(reader(server), chat) as task:
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(line("bye"))
        await chat.heard("bye")
        if how == "refused":
            server.faults.append(Fault(403, "liveChatEnded"))
            server.state = "ended"
            server.end_answers()
        elif how == "event":
            server.post(wire.item("chatEndedEvent"))
        else:
            server.end()
        async with asyncio.timeout(10):
            await task
    assert said()[-2:] == [f"youtube {VIDEO}: the stream has ended", f"youtube {VIDEO}: ended"]


async def test_a_channel_is_read_again_when_it_streams_again(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with listening(reader(server, HANDLE), chat):
        await server.until(lambda: server.asked(STREAM) == 1)
        server.post(line("one"))
        await chat.heard("one")
        server.end()
        await server.until(lambda: server.asked("videos") >= 3)
        server.begin()
        server.post(line("two"))
        await chat.heard("one", "two")
    assert server.asked("channels") == 1
    assert said().count(f"youtube {HANDLE}: the stream has ended") == 1


async def test_a_list_that_lags_behind_the_end_costs_few_units(server: YouTubeServer) -> None:
    chat, delays = Chat(), Delays()
    async with listening(reader(server, HANDLE, sleep=delays.sleep), chat, delays):
        await server.until(lambda: server.asked(STREAM) == 1)
        server.end("live")
        await delays.until(4)
    assert min(delays.asked) >= 0.5


async def test_a_stream_that_has_not_begun_is_waited_for(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    server.state = "upcoming"
    chat = Chat()
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked("videos") >= 3)
        assert server.asked(STREAM) == 0
        server.begin()
        server.post(line("at last"))
        await chat.heard("at last")
    assert said().count(f"youtube {VIDEO}: waiting for the stream to begin") == 1


async def test_a_chat_that_is_off_is_waited_for(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    server.state = "off"
    chat = Chat()
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked("videos") >= 3)
        server.begin()
        server.post(line("at last"))
        await chat.heard("at last")
    assert sum("switch it on in YouTube Studio" in text for text in said()) == 1


@pytest.mark.parametrize("at_first", [True, False])
async def test_a_chat_that_is_off_though_the_list_says_live_is_told_once_and_seldom_asked_for(
    server: YouTubeServer, said: Callable[[], list[str]], at_first: bool
) -> None:
    chat, delays = Chat(), Delays()
    off = [Fault(403, "liveChatDisabled")] * 4
    if at_first:
        server.faults += off
    async with listening(reader(server, sleep=delays.sleep), chat):
        if not at_first:
            await server.until(lambda: server.asked(STREAM) == 1)
            server.faults += off
            server.cut()
        await server.until(lambda: not server.faults and server.asked(STREAM) > 4)
        server.post(line("at last"))
        await chat.heard("at last")
    assert delays.asked.count(DEFAULT.off) == 4
    assert DEFAULT.off >= 120
    assert sum("YouTube Studio" in text for text in said()) == 1
    assert sum("its chat is on again" in text for text in said()) == 1
    assert sum("trying again" in text for text in said()) == (not at_first)


async def test_a_chat_that_is_switched_off_during_the_stream_is_not_its_end(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with listening(reader(server), chat) as task:
        await server.until(lambda: server.asked(STREAM) == 1)
        server.state = "off"
        server.faults.append(Fault(404, "liveChatNotFound"))
        server.cut()
        await server.until(lambda: server.asked("videos") == 2)
        assert not task.done()
        server.begin()
        server.post(line("at last"))
        await chat.heard("at last")
    assert sum("YouTube Studio" in text for text in said()) == 1
    assert not any("ended" in text for text in said())


class Calendar:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.slept = 0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        await asyncio.sleep(0)


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
@pytest.mark.parametrize("where", ["lookup", "stream"])
async def test_the_end_of_the_quota_is_told_once_and_nothing_is_asked_until_it_is_renewed(
    server: YouTubeServer, reason: str, where: str, said: Callable[[], list[str]]
) -> None:
    start = datetime(2026, 1, 15, 20, tzinfo=UTC).timestamp()
    calendar = Calendar(start)
    renewed = datetime(2026, 1, 16, 8, 1, tzinfo=UTC).timestamp()
    asked_at: list[float] = []

    class Noting(YouTubeServer):
        def _note(self, request: Any, path: str) -> None:
            asked_at.append(calendar.now)
            if calendar.now >= renewed:
                self.asked_for_fault = None
            super()._note(request, path)

    async with Noting() as noting:
        fault = Fault(403, reason)
        if where == "stream":
            noting.faults.append(fault)
        else:
            noting.asked_for_fault = fault
        chat = Chat()
        connector = reader(noting, sleep=calendar.sleep, wall=lambda: calendar.now)
        async with listening(connector, chat):
            await noting.until(lambda: noting.asked(STREAM) == (2 if where == "stream" else 1))
            noting.post(line("a new day"))
            await chat.heard("a new day")
    assert calendar.slept >= 12 * 60, "it looked at the clock each minute"
    before = [at for at in asked_at if at < renewed]
    assert before == [start] * (2 if where == "stream" else 1)
    told = [text for text in said() if "quota" in text]
    assert len(told) == 1
    assert "renews it" in told[0]


@pytest.mark.parametrize(
    ("channel", "state", "fault", "why"),
    [
        (VIDEO, "plain", None, "not a live stream"),
        (VIDEO, "private", None, "no such video, or it is private"),
        (VIDEO, "ended", None, "has ended; give one that is live"),
        ("nosuchVideo", "live", None, "no such video"),
        ("@blippo", "live", None, "no such channel"),
        (VIDEO, "live", Fault(401), "API_KEY: YouTube does not accept this key"),
        (VIDEO, "live", Fault(403, "accessNotConfigured"), "enable it in the Google Cloud"),
        (VIDEO, "live", Fault(403, "ipRefererBlocked"), "restrictions"),
        (VIDEO, "live", Fault(403, "forbidden"), "is the stream public"),
    ],
)  # fmt: skip
async def test_what_can_never_be_read_is_told_in_one_line(
    server: YouTubeServer,
    channel: str,
    state: str,
    fault: Fault | None,
    why: str,
    said: Callable[[], list[str]],
) -> None:
    server.state, server.asked_for_fault = state, fault
    async with asyncio.timeout(10):
        await supervise(reader(server, channel), lambda _: None)
    (text,) = said()
    assert why in text
    assert ": stopped: " in text


async def test_a_wrong_key_is_told_in_one_line_without_it(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    server.key = "another"
    with pytest.raises(Fatal, match="does not accept this key") as refused:
        await reader(server).run(lambda _: None)
    assert KEY not in repr(refused.value)
    await supervise(reader(server), lambda _: None)
    assert len(said()) == 1


async def test_a_dead_server_is_tried_again_and_the_key_is_in_no_error(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    url = server.api_url
    await server.__aexit__()
    delays = Delays()
    connector = YouTubeOfficial(VIDEO, KEY, url, timing=QUICK)
    async with listening(connector, Chat(), delays):
        await delays.until(4)
    (text,) = said()
    assert "cannot connect, trying again" in text


async def test_several_channels_at_once_and_one_that_ends_stops_no_other(
    server: YouTubeServer,
) -> None:
    one, two, three = Chat(), Chat(), Chat()
    async with (
        listening(reader(server, "@blippo"), three) as wrong,
        listening(reader(server, HANDLE), one),
        listening(reader(server), two),
    ):
        await server.until(lambda: server.asked(STREAM) == 2)
        async with asyncio.timeout(10):
            await wrong
        server.post(line("both"))
        await one.heard("both")
        await two.heard("both")


async def test_10_000_messages_with_duplicates_and_a_break_come_once_each(
    server: YouTubeServer, state_dir: Path
) -> None:
    bot = Bot(load(None, {"audio": {"output": "null"}}))
    chat = Chat()

    def emit(event: Any) -> None:
        bot.intake.emit(event)
        chat.emit(event)

    task = asyncio.create_task(supervise(reader(server), emit, sleep=Delays().sleep))
    for start in range(0, 10_000, 1000):
        if start == 5000:
            server.faults += [Fault(503), Fault(again=1000)]
            server.cut()
        batch = [line(str(n), id=f"m{n}") for n in range(start, start + 900)]
        batch += [line(str(n), id=f"m{n}") for n in range(start + 800, start + 1000)]
        server.post(*batch)
        await chat.until(lambda last=str(start + 999): last in chat.texts[-1:])  # type: ignore[misc]
    task.cancel()
    await asyncio.wait({task})
    ids = {event.id for event in chat.events}  # type: ignore[union-attr]
    assert ids == {f"m{n}" for n in range(10_000)}
    ends = bot.ledger.ends
    assert bot.ledger.received - ends["duplicate"] == 10_000  # type: ignore[index]
    assert ends["duplicate"] >= 1000  # type: ignore[index]
