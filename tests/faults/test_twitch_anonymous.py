"""The anonymous Twitch connector against a server that cuts, stalls, moves and talks nonsense."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.chat.connector import Fatal, Lost
from bot.chat.irc_link import MAX_LINE, Timing
from bot.chat.supervise import supervise
from bot.chat.twitch_anonymous import TwitchAnonymous
from filters.message import ChatMessage, Event
from tests.irc_server import IrcServer

QUICK = Timing(
    connect=5.0, join=5.0, silence=60.0, answer=5.0, drain=5.0, spacing=0.01
)  # fmt: skip


class Chat:
    """What came out of the connector, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._changed.set()

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, ChatMessage)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10.0):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


class Delays:
    """Stands for `asyncio.sleep`: a hundred times faster, and remembers."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._again = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._again.set()
        await asyncio.sleep(seconds / 100)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10.0):
            while len(self.asked) < count:
                self._again.clear()
                await self._again.wait()


@asynccontextmanager
async def reading(
    server: IrcServer, chat: Chat, timing: Timing = QUICK, delays: Delays | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """A supervised connector, joined."""
    connector = TwitchAnonymous("room", server.url, timing=timing)
    sleep = (delays or Delays()).sleep
    task = asyncio.create_task(supervise(connector, chat.emit, sleep=sleep))
    try:
        await server.joined(1)
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.fixture
async def server() -> AsyncIterator[IrcServer]:
    async with IrcServer() as running:
        yield running


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, "bot.chat")
    return lambda: [r.getMessage() for r in caplog.records if r.name.startswith("bot.chat")]


async def test_a_cut_is_two_log_lines_and_chat_goes_on(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    chat, delays = Chat(), Delays()
    async with reading(server, chat, delays=delays):
        await server.say("before")
        await chat.until(lambda: chat.texts == ["before"])
        await server.close()
        await delays.until(4)
        await server.open()
        await server.joined(1)
        await server.say("after")
        await chat.until(lambda: chat.texts == ["before", "after"])
    lost, back = [line for line in said() if "connected" not in line]
    assert lost.startswith("twitch #room: lost, trying again: ")
    assert back.startswith("twitch #room: back after ")
    assert delays.asked[0] <= 1.0
    assert delays.asked[3] >= 4.0


async def test_a_refused_connection_is_retried_with_growing_jittered_delays(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    delays = Delays()
    await server.close()
    connector = TwitchAnonymous("room", server.url, timing=QUICK)
    task = asyncio.create_task(supervise(connector, lambda _: None, sleep=delays.sleep))
    await delays.until(6)
    task.cancel()
    await asyncio.wait({task})
    for n, asked in enumerate(delays.asked):
        assert 2**n / 2 <= asked <= 2**n
    assert len(set(delays.asked)) == len(delays.asked)
    (line,) = said()
    assert line.startswith("twitch #room: cannot connect, trying again: ")
    assert str(server.url).removeprefix("ws://") in line


async def test_a_stall_is_noticed_and_left(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    timing = Timing(silence=0.1, answer=0.1)
    chat = Chat()
    async with reading(server, chat, timing):
        server.stalled = True
        await server.until(lambda: server.received[-1] == "PING :alive")
        await server.until(lambda: not server.clients)
        server.stalled = False
        await server.joined(1)
        await server.say("after")
        await chat.until(lambda: chat.texts == ["after"])
    assert "twitch #room: lost, trying again: not a word from the server for 0.2 s" in said()


async def test_a_quiet_channel_is_not_left_while_the_server_answers(server: IrcServer) -> None:
    async with reading(server, Chat(), Timing(silence=0.02, answer=5.0)):
        await server.until(lambda: server.received.count("PING :alive") >= 5)
    assert server.connections == 1


async def test_a_server_that_never_says_welcome_is_left(server: IrcServer) -> None:
    server.stalled = True
    connector = TwitchAnonymous("room", server.url, timing=Timing(connect=0.1))
    with pytest.raises(Lost, match="no welcome within 0.1 s"):
        await connector.run(lambda _: None)


async def test_a_server_that_accepts_and_says_nothing_is_left() -> None:
    async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)

    opened: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(mute, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        connector = TwitchAnonymous("room", f"ws://127.0.0.1:{port}", timing=Timing(connect=0.1))
        with pytest.raises(Lost, match="no answer within 0.1 s"):
            await connector.run(lambda _: None)
        for writer in opened:
            writer.close()
            await writer.wait_closed()


async def test_reconnect_loses_none_of_a_thousand_messages(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with reading(server, chat):
        (old,) = server.clients
        for number in range(1000):
            if number == 300:
                await old.send(":tmi.twitch.tv RECONNECT")
            if number == 600:  # both are in the channel, or the old one was left already
                await server.until(lambda: any(c is not old and c.joined for c in server.clients))
            await server.say(str(number))
        await chat.until(lambda: "999" in chat.texts)
        await server.until(lambda: old not in server.clients)
    events = [event for event in chat.events if isinstance(event, ChatMessage)]
    once = {event.id: event.text for event in events}
    assert sorted(once.values(), key=int) == [str(number) for number in range(1000)]
    assert server.connections == 2
    assert not [line for line in said() if "lost" in line]


async def test_the_old_connection_is_read_until_the_new_one_has_joined(server: IrcServer) -> None:
    chat = Chat()
    async with reading(server, chat):
        (old,) = server.clients
        server.channels.clear()  # the next JOIN stays unanswered
        await old.send(":tmi.twitch.tv RECONNECT")
        await server.until(lambda: len(server.clients) == 2 and server.received[-1] == "JOIN #room")
        await server.say("on the old one")
        await chat.until(lambda: chat.texts == ["on the old one"])
        assert old in server.clients


async def test_what_is_still_on_its_way_on_the_old_connection_is_read(server: IrcServer) -> None:
    chat = Chat()
    async with reading(server, chat):
        (old,) = server.clients
        await old.send(":tmi.twitch.tv RECONNECT")
        await server.until(lambda: server.received[-1] == "JOIN #room")
        server.late = 0.1
        await server.until(lambda: server.received[-1] == "PING :drain")
        await old.send(server.line("on its way"))
        await chat.until(lambda: chat.texts == ["on its way"])
        await server.until(lambda: old not in server.clients)


async def test_the_old_connection_stays_while_new_ones_fail(server: IrcServer) -> None:
    chat = Chat()
    async with reading(server, chat):
        (old,) = server.clients
        server.refusal = "Server is full"
        await old.send(":tmi.twitch.tv RECONNECT")
        await server.until(lambda: server.connections >= 4)
        await server.say("still here")
        await chat.until(lambda: chat.texts == ["still here"])
        server.refusal = ""
        await server.until(lambda: old not in server.clients and server.clients[0].joined)
        await server.say("there")
        await chat.until(lambda: chat.texts == ["still here", "there"])


async def test_an_old_connection_that_ends_early_is_no_loss(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    chat = Chat()
    async with reading(server, chat):
        (old,) = server.clients
        await old.send(":tmi.twitch.tv RECONNECT")
        await old.ws.close()
        await server.until(lambda: server.connections == 2)
        await server.joined(1)
        await server.say("after")
        await chat.until(lambda: chat.texts == ["after"])
    assert not [line for line in said() if "lost" in line]


async def test_a_server_that_always_says_reconnect_is_followed_with_pauses(
    server: IrcServer,
) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with reading(server, Chat(), Timing(spacing=0.1)):
        for _ in range(3):
            (old,) = server.clients
            await old.send(":tmi.twitch.tv RECONNECT")
            await server.until(lambda old=old: old not in server.clients)  # type: ignore[misc]
            await server.joined(1)
        assert server.connections == 4
    assert loop.time() - start >= 0.3


async def test_garbage_costs_nothing_else(server: IrcServer, said: Callable[[], list[str]]) -> None:
    chat = Chat()
    async with reading(server, chat):
        await server.send(":bob!bob@h PRIVMSG #room :no tags")
        await server.send("@badges=moderator;;;=;emotes=1:9-;bits=x :bob!b@h PRIVMSG #room :broken")
        await server.send("@only-tags", "", ":only-prefix", "\x00\x01\x02", "!!! ???", "PRIVMSG")
        await server.send("@a=b :bob!b@h PRIVMSG #room :" + "x" * (1 << 20), server.line("beside"))
        await server.send(":bob!b@h PRIVMSG #room :nul\x00inside")
        await server.send_bytes(b":bob!b@h PRIVMSG #room :bytes \xff\xfe\xed\xa0\x80\r\n")
        await server.send(*(server.line(f"one of many {n}") for n in range(50)))
        await chat.until(lambda: "one of many 49" in chat.texts)
    assert chat.texts[:5] == [
        "no tags", "broken", "beside", "nul\x00inside", "bytes " + "\ufffd" * 5,
    ]  # fmt: skip
    assert len(chat.texts) == 55
    assert server.connections == 1
    complaints = [line for line in said() if "broken line" in line]
    assert complaints == ["twitch #room: a broken line: no command: '@only-tags'"]


async def test_a_line_of_the_greatest_length_is_read(server: IrcServer) -> None:
    chat = Chat()
    async with reading(server, chat):
        empty = server.line("")
        await server.send(empty + "x" * (MAX_LINE - len(empty)))
        await chat.until(lambda: len(chat.texts) == 1)


async def test_pings_are_answered(server: IrcServer) -> None:
    async with reading(server, Chat()):
        await server.send("PING :tmi.twitch.tv")
        await server.until(lambda: "PONG :tmi.twitch.tv" in server.received)


async def test_a_late_server_is_waited_for(server: IrcServer) -> None:
    server.late = 0.05
    chat = Chat()
    async with reading(server, chat):
        await server.say("hello")
        await chat.until(lambda: chat.texts == ["hello"])
    assert server.connections == 1


async def test_a_channel_that_does_not_answer_is_named_once(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    connector = TwitchAnonymous("rome", server.url, timing=Timing(join=0.05))
    task = asyncio.create_task(connector.run(lambda _: None))
    await server.until(lambda: "JOIN #rome" in server.received)
    async with asyncio.timeout(5.0):
        while not said():  # noqa: ASYNC110 - a log line wakes nobody
            await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
    await asyncio.wait({task})
    assert said() == [
        "twitch #rome: no answer from the channel within 0.05 s: is the name spelt right?"
    ]


async def test_a_suspended_channel_ends_the_connector(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    server.suspended = True
    connector = TwitchAnonymous("room", server.url, timing=QUICK)
    await supervise(connector, lambda _: None, sleep=Delays().sleep)
    (line,) = said()
    assert line.startswith("twitch #room: stopped: there is no channel 'room': ")
    with pytest.raises(Fatal):
        await connector.run(lambda _: None)


async def test_a_refused_login_is_tried_again_with_the_servers_words(
    server: IrcServer, said: Callable[[], list[str]]
) -> None:
    server.refusal = "Login authentication failed"
    connector = TwitchAnonymous("room", server.url, timing=QUICK)
    delays = Delays()
    task = asyncio.create_task(supervise(connector, lambda _: None, sleep=delays.sleep))
    await delays.until(2)
    server.refusal = ""
    await server.joined(1)
    task.cancel()
    await asyncio.wait({task})
    assert "refused the login: 'Login authentication failed'" in said()[0]


async def test_refused_tags_are_told(server: IrcServer, said: Callable[[], list[str]]) -> None:
    server.no_tags = True
    async with reading(server, Chat()):
        pass
    assert "twitch #room: no roles and no deletions: tags refused" in said()


@pytest.mark.parametrize(
    ("address", "why"),
    [("ws://{}/elsewhere", "404"), ("wss://{}", "SSL"), ("ws://127.0.0.1:1", "failed")],
)
async def test_whatever_else_answers_is_an_ordinary_failure(
    server: IrcServer, said: Callable[[], list[str]], address: str, why: str
) -> None:
    url = address.format(server.url.removeprefix("ws://"))
    connector = TwitchAnonymous("room", url, timing=QUICK)
    delays = Delays()
    task = asyncio.create_task(supervise(connector, lambda _: None, sleep=delays.sleep))
    await delays.until(2)
    task.cancel()
    await asyncio.wait({task})
    (line,) = said()
    assert line.startswith("twitch #room: cannot connect, trying again: ")
    assert why in line


@pytest.mark.parametrize("url", ["", "somewhere", "ftp://127.0.0.1/", "ws://["])
async def test_an_address_that_is_none_is_for_the_user(url: str) -> None:
    with pytest.raises(Fatal, match="not the address of a chat server"):
        await TwitchAnonymous("room", url, timing=QUICK).run(lambda _: None)


async def test_cancelling_ends_a_stalled_connection_at_once(server: IrcServer) -> None:
    loop = asyncio.get_running_loop()
    async with reading(server, Chat()) as task:
        server.stalled = True
        start = loop.time()
        task.cancel()
        await asyncio.wait({task})
        assert loop.time() - start < 1.0
