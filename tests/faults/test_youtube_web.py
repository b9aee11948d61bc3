"""YouTube without a key, against a server that refuses, breaks off, repeats and talks nonsense.

The numbers are those of pytchat 0.5.5's known defects: each has its test here, or beside
`youtube_actions` where it is one of reading.
"""

import asyncio
import inspect
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.chat import youtube_pytchat
from bot.chat.connector import Fatal, Lost
from bot.chat.supervise import supervise
from bot.chat.youtube import HOW_TO_GET_A_KEY, Timing, YouTube
from bot.settings import load
from filters.message import Removal, RemovalKind
from tests import youtube_wire as wire
from tests.listening import Chat, Delays, listening
from tests.youtube_pages import CHANNEL
from tests.youtube_server import HANDLE, VIDEO, Fault, YouTubeServer
from tests.youtube_wire import text

QUICK = Timing(answer=5.0, look=1.0, least=0.01, most=1.0)
CHAT = "get_live_chat"


@pytest.fixture
async def server() -> AsyncIterator[YouTubeServer]:
    async with YouTubeServer() as running:
        yield running


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO)
    return lambda: [r.getMessage() for r in caplog.records if r.name.startswith("bot.chat")]


def reader(server: YouTubeServer, channel: str = VIDEO, timing: Timing = QUICK) -> YouTube:
    return YouTube(channel, f"{server.web_url}/", timing=timing, sleep=Delays().sleep)


def test_the_private_names_that_are_leaned_on_are_there() -> None:
    asyncio.run(youtube_pytchat.load())
    import pytchat
    from pytchat import LiveChatAsync, util
    from pytchat.paramgen import liveparam

    assert pytchat.__version__ == "0.5.5"
    source = inspect.getsource(LiveChatAsync)
    for name in (
        "self._get_livechat_json(", "self._first_fetch", "self.continuation", "self._dat",
        "self._fetch_url", "self._buffer.put(", "self._buffer.put_nowait(", "self.listen_task",
        "self._is_alive", "self.processor.finalize()", "async with self._client",
    ):  # fmt: skip
        assert name in source, name
    made = inspect.signature(LiveChatAsync.__init__).parameters
    assert {"processor", "buffer", "client", "interruptable", "done_callback", "logger"} <= set(
        made
    )
    fetch = inspect.signature(LiveChatAsync._get_livechat_json).parameters
    assert list(fetch) == ["self", "continuation", "client", "replay", "offset_ms"]
    assert util.get_param("c", dat="v")["context"]["client"]["visitorData"] == "v"
    assert len(liveparam.getparam(VIDEO, CHANNEL, past_sec=3)) > 100


@pytest.mark.parametrize("channel", [VIDEO, HANDLE, CHANNEL, f"https://youtu.be/{VIDEO}"])
async def test_1_it_starts_and_goes_on_beyond_one_batch(
    server: YouTubeServer, channel: str
) -> None:
    chat = Chat()
    async with listening(reader(server, channel), chat):
        for word in ("one", "two", "three"):
            server.act(text(word))
            await chat.until(lambda word=word: word in chat.texts)  # type: ignore[misc]
    assert chat.texts == ["one", "two", "three"]


async def test_2_several_at_once_share_nothing(server: YouTubeServer) -> None:
    one, two = Chat(), Chat()
    async with (
        listening(reader(server), one),
        listening(reader(server, HANDLE), two) as other,
    ):
        await server.until(lambda: server.asked(CHAT) >= 4)
        server.act(text("both"))
        await one.heard("both")
        await two.heard("both")
        other.cancel()
        await asyncio.wait({other})
        server.act(text("one is left"))
        await one.heard("both", "one is left")


async def test_3_ctrl_c_stays_the_programs(server: YouTubeServer) -> None:
    before = signal.getsignal(signal.SIGINT)
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("x"))
        await chat.heard("x")
        assert signal.getsignal(signal.SIGINT) is before


def test_3_it_runs_in_a_thread_as_well() -> None:
    async def main() -> None:
        async with YouTubeServer() as server:
            chat = Chat()
            async with listening(reader(server), chat):
                server.act(text("x"))
                await chat.heard("x")

    async def beside() -> None:
        await asyncio.to_thread(asyncio.run, main())

    asyncio.run(beside())


@pytest.mark.parametrize(
    "fault",
    [
        Fault(503), Fault(500, body="<html>"), Fault(429), Fault(403), Fault(404),
        Fault(503, body="{}"), Fault(429, body='{"responseContext": {}}'), Fault(abort=True),
        Fault(body="<html>not JSON"), Fault(body="[]"), Fault(body="{}"), Fault(401),
        Fault(body='{"continuationContents": {"liveChatContinuation": {"continuations": []}}}'),
        Fault(body='{"continuationContents": 7}'),
        Fault(body='{"responseContext": {"errors": ["x"]}}'),
    ],
)  # fmt: skip
async def test_4_and_5_a_refusal_is_no_end_and_nothing_is_lost_or_repeated(
    server: YouTubeServer, fault: Fault, said: Callable[[], list[str]]
) -> None:
    chat, delays = Chat(), Delays()
    async with listening(reader(server), chat, delays):
        server.act(text("before"))
        await chat.heard("before")
        server.faults += [fault, fault]
        server.act(text("meanwhile"))
        await server.until(lambda: not server.faults)
        server.act(text("after"))
        await chat.heard("before", "meanwhile", "after")
    assert 0.5 <= delays.asked[0] <= 1.0
    assert 1.0 <= delays.asked[1] <= 2.0
    lines = said()
    assert sum("lost, trying again" in line for line in lines) == 1
    assert sum("back after" in line for line in lines) == 1
    assert server.asked("live_chat") == 1, "it went on from its place"


async def test_4_the_end_of_a_stream_is_told_from_a_fault(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with listening(reader(server), chat) as task:
        server.act(text("bye"))
        await chat.heard("bye")
        server.end()
        async with asyncio.timeout(10):
            await task
    assert said()[-2:] == [
        f"youtube {VIDEO}: the stream has ended", f"youtube {VIDEO}: ended",
    ]  # fmt: skip


async def test_4_where_the_page_does_not_tell_three_ends_are_an_end(server: YouTubeServer) -> None:
    server.state = "untold"
    chat = Chat()
    async with listening(reader(server), chat) as task:
        server.act(text("bye"))
        await chat.heard("bye")
        server.faults += [Fault(body="{}"), Fault(body="{}")]
        await server.until(lambda: not server.faults)
        server.act(text("not yet"))
        await chat.heard("bye", "not yet")
        server.end("untold")
        async with asyncio.timeout(10):
            await task


async def test_4_an_empty_first_answer_does_not_lead_to_the_recording(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    server.faults.append(Fault(body="{}"))
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("x"))
        await chat.heard("x")
    assert server.asked("get_live_chat_replay") == 0
    assert "no chat, though the stream is live (Chat data stream is empty.)" in said()[0]


async def test_6_pages_that_lead_elsewhere_are_followed(server: YouTubeServer) -> None:
    server.redirected = True
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("x"))
        await chat.heard("x")


async def test_7_an_item_that_cannot_be_read_costs_only_itself(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat, connector = Chat(), reader(server)
    odd: list[Any] = [
        {"newAction": {}}, {"addChatItemAction": {"item": {"liveChatNewRenderer": {}}}},
        {"addChatItemAction": {"item": {"liveChatNewRenderer": {}}}}, 7, {},
        {"addChatItemAction": None},
    ]  # fmt: skip
    async with listening(connector, chat):
        server.act(text("before"), *odd, text("after", authorPhoto={"thumbnails": []}))
        await chat.heard("before", "after")
    assert connector.take.skipped["liveChatNewRenderer"] == 2
    assert sum(connector.take.skipped.values()) == 6
    assert sum("liveChatNewRenderer" in line for line in said()) == 1


async def test_8_deletions_and_bans_are_seen_also_before_their_message(
    server: YouTubeServer,
) -> None:
    chat = Chat()
    async with listening(reader(server, HANDLE), chat):
        server.act(wire.removed("m1"), text("x", id="m1"), wire.removed_author("ann"))
        await chat.until(lambda: len(chat.events) == 3)
    gone, _, banned = chat.events
    assert gone == Removal("youtube", HANDLE, RemovalKind.DELETE, "m1")
    # It does not say when: by the time of its coming, as YouTube's clock has it.
    assert gone.sent == pytest.approx(time.time(), abs=60)
    assert isinstance(banned, Removal)
    assert banned.covers(chat.events[1])  # type: ignore[arg-type]


async def test_10_every_batch_is_asked_for_in_english(server: YouTubeServer) -> None:
    async with listening(reader(server), Chat()):
        await server.until(lambda: server.asked(CHAT) >= 3)
    assert {body["context"]["client"]["hl"] for body in server.bodies} == {"en"}
    visitors = [body["context"]["client"]["visitorData"] for body in server.bodies]
    assert visitors[:2] == ["", "visitor"]


async def test_12_no_batch_is_thrown_away(server: YouTubeServer) -> None:
    chat = Chat()
    async with listening(reader(server), chat):
        for number in range(50):  # pytchat's own buffer holds 20
            asked = server.asked(CHAT)
            server.act(text(str(number)))
            await server.until(lambda asked=asked: server.asked(CHAT) > asked)  # type: ignore[misc]
        await chat.until(lambda: len(chat.texts) == 50)
    assert chat.texts == [str(n) for n in range(50)]


async def test_13_stopping_makes_no_noise(
    server: YouTubeServer, said: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    noise: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    async with listening(reader(server), Chat()):
        await server.until(lambda: server.asked(CHAT) >= 2)
    server.faults.append(Fault(503))
    with pytest.raises(Lost, match="503"):
        await reader(server).run(lambda _: None)
    await asyncio.sleep(0)
    assert not noise
    assert not [r for r in caplog.records if "pytchat" in r.name]


async def test_14_a_server_that_says_at_once_is_not_hammered(server: YouTubeServer) -> None:
    server.timeout_ms = 0
    timing = Timing(answer=5.0, look=1.0, least=0.1, most=1.0)
    began = time.monotonic()
    async with listening(reader(server, timing=timing), Chat()):
        await server.until(lambda: server.asked(CHAT) >= 5)
    assert time.monotonic() - began >= 0.35


async def test_what_was_said_before_the_start_is_not_told(server: YouTubeServer) -> None:
    server.act(text("an hour ago", at=time.time() - 3600), text("just", at=time.time() - 5))
    chat = Chat()
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked(CHAT) >= 2)
        server.act(text("now"))
        await chat.heard("now")


async def test_a_place_that_does_not_work_is_left_for_another(server: YouTubeServer) -> None:
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("before"))
        await chat.heard("before")
        server.faults += [Fault(400)] * 4
        server.act(text("after"))
        await chat.until(lambda: "after" in chat.texts)
    assert server.asked("live_chat") == 2


async def test_without_the_chats_page_the_place_is_written_by_hand(server: YouTubeServer) -> None:
    server.chat_page = False
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("x"))
        await chat.heard("x")
    assert len(server.bodies[0]["continuation"]) > 100


async def test_silence_is_left(server: YouTubeServer) -> None:
    server.faults.append(Fault(silent=True))
    chat = Chat()
    async with listening(reader(server, timing=Timing(answer=0.2, least=0.01)), chat):
        server.act(text("x"))
        await chat.heard("x")


async def test_failing_twice_at_the_start_tells_how_to_get_a_key_once(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    server.faults += [Fault(403)] * 4
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("x"))
        await chat.until(lambda: "x" in chat.texts)
    assert sum(HOW_TO_GET_A_KEY in line for line in said()) == 1


async def test_a_stream_that_has_not_begun_is_waited_for(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    server.state = "upcoming"
    chat = Chat()
    async with listening(reader(server), chat):
        await server.until(lambda: server.asked("watch") >= 3)
        assert server.asked(CHAT) == 0
        server.state = "live"
        server.act(text("at last"))
        await chat.heard("at last")
    assert said().count(f"youtube {VIDEO}: waiting for the stream to begin") == 1


async def test_a_page_that_lags_behind_the_end_is_not_hammered(server: YouTubeServer) -> None:
    server.state = "untold"
    delays = Delays()
    connector = YouTube(HANDLE, server.web_url, timing=QUICK, sleep=delays.sleep)
    async with listening(connector, Chat(), delays):
        await server.until(lambda: server.asked(CHAT) >= 2)
        server.end("untold")
        await delays.until(7)
    assert min(delays.asked) >= 0.5


async def test_a_stream_that_goes_off_for_a_while_is_waited_for(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with listening(reader(server), chat):
        server.act(text("one"))
        await chat.heard("one")
        server.end("upcoming")
        await server.until(lambda: server.asked("watch") >= 5)
        server.begin()
        server.act(text("two"))
        await chat.heard("one", "two")
    assert sum("the stream is off for now" in line for line in said()) == 1


async def test_a_channel_is_read_again_when_it_streams_again(
    server: YouTubeServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with listening(reader(server, HANDLE), chat):
        server.act(text("one"))
        await chat.heard("one")
        server.end()
        await server.until(lambda: server.asked(f"{HANDLE}/live") >= 3)
        server.begin()
        server.act(text("two"))
        await chat.heard("one", "two")
    assert said().count(f"youtube {HANDLE}: the stream has ended") == 1
    assert said().count(f"youtube {HANDLE}: waiting: no live stream now") == 1


@pytest.mark.parametrize(
    ("channel", "state", "why"),
    [
        (VIDEO, "plain", "not a live stream"),
        (VIDEO, "private", "private; make it public"),
        (VIDEO, "ended", "this stream has ended; give one that is live"),
        ("nosuchVideo", "live", "no such video"),
        ("@blippo", "live", "no such channel"),
        ("UCblippoblippoblippoblip", "live", "no such channel"),
    ],
)
async def test_what_can_never_be_read_is_told_in_one_line(
    server: YouTubeServer, channel: str, state: str, why: str, said: Callable[[], list[str]]
) -> None:
    server.state = state
    async with asyncio.timeout(10):
        await supervise(reader(server, channel), lambda _: None)
    (line,) = said()
    assert why in line
    assert ": stopped: " in line
    with pytest.raises(Fatal, match=why):
        await reader(server, channel).run(lambda _: None)


async def test_10_000_messages_with_duplicates_and_a_break_come_once_each(
    server: YouTubeServer, state_dir: Path
) -> None:
    bot = Bot(load(None, {"audio": {"output": "null"}}))
    chat = Chat()

    def emit(event: Any) -> None:
        bot.intake.emit(event)
        chat.emit(event)

    connector = reader(server)
    task = asyncio.create_task(supervise(connector, emit, sleep=Delays().sleep))
    for start in range(0, 10_000, 1000):
        batch = [text(str(n), id=f"m{n}") for n in range(start, start + 1000)]
        if start == 5000:
            server.faults += [Fault(abort=True), Fault(503)]
        server.faults.append(Fault(again=100))
        server.act(*batch)
        await chat.until(lambda last=batch[-1]: chat.texts[-1:] == [_words(last)])  # type: ignore[misc]
    task.cancel()
    await asyncio.wait({task})
    ids = {event.id for event in chat.events}  # type: ignore[union-attr]
    assert ids == {f"m{n}" for n in range(10_000)}
    ends = bot.ledger.ends
    assert bot.ledger.received - ends["duplicate"] == 10_000  # type: ignore[index]
    assert ends["duplicate"] >= 900  # type: ignore[index]


def _words(action: wire.Wire) -> str:
    item = action["addChatItemAction"]["item"]["liveChatTextMessageRenderer"]
    return str(item["message"]["runs"][0]["text"])
