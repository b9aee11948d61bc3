"""Sources end to end: real IRC into events, into a recording, and out of it again."""

import asyncio
import io
import json
from pathlib import Path

from bot.chat.connector import Lost
from bot.chat.console import Console
from bot.chat.record import Recorder
from bot.chat.replay import Replay
from bot.chat.supervise import supervise
from bot.chat.twitch_anonymous import TwitchAnonymous
from filters.message import (
    Author,
    ChatMessage,
    Event,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Role,
)
from tests.irc_server import IrcServer


async def everything_that_twitch_says(server: IrcServer) -> None:
    """A little of each, in one evening."""
    await server.say(
        "!tts hi Kappa", user="ann", id="m1", badges="vip/1,subscriber/12", emotes="25:8-12",
        first_msg="1",
    )  # fmt: skip
    await server.say("Cheer100 gg", user="bob", id="m2", badges="moderator/1", bits="100")
    await server.say("@Bob so?", user="eve", id="m3", reply_parent_msg_id="m2")
    await server.say("read me", user="eve", id="m4", custom_reward_id="r1")
    await server.say("from afar", user="joe", id="m5", source_room_id="200", mod="1")
    await server.send(
        "@id=m6;login=ann;user-id=id-ann;display-name=Ann;msg-id=resub;room-id=100"
        " :tmi.twitch.tv USERNOTICE #room :ten months",
        "@target-msg-id=m5;login=joe :tmi.twitch.tv CLEARMSG #room :from afar",
        "@ban-duration=600;target-user-id=id-eve :tmi.twitch.tv CLEARCHAT #room :eve",
        "@room-id=100 :tmi.twitch.tv CLEARCHAT #room",
    )


def said(ident: str, user: str, text: str, *roles: Role, **more: object) -> ChatMessage:
    author = Author(f"id-{user}", user.capitalize(), frozenset(roles), user)
    return ChatMessage("twitch", "room", ident, author, text, **more)  # type: ignore[arg-type]


EXPECTED: list[Event] = [
    said(
        "m1", "ann", "!tts hi Kappa", Role.VIP, Role.SUBSCRIBER,
        fragments=(Fragment("text", "!tts hi "), Fragment("emote", "Kappa", "25")),
        first=True,
    ),
    said(
        "m2", "bob", "Cheer100 gg", Role.MODERATOR,
        fragments=(Fragment("cheermote", "Cheer100"), Fragment("text", " gg")),
        paid=Payment(100, "bits"),
    ),
    said(
        "m3", "eve", "@Bob so?",
        fragments=(Fragment("mention", "@Bob"), Fragment("text", " so?")),
        reply_to="m2",
    ),
    said("m4", "eve", "read me", kind=Kind.REDEMPTION, reward=Reward("r1")),
    said("m5", "joe", "from afar", shared_from="200"),
    said("m6", "ann", "ten months", kind=Kind.SUB),
    Removal("twitch", "room", RemovalKind.DELETE, "m5"),
    Removal("twitch", "room", RemovalKind.CLEAR_AUTHOR, "id-eve", 600.0),
    Removal("twitch", "room", RemovalKind.CLEAR_ALL),
]  # fmt: skip


class Taker:
    """Takes events until as many as expected have come."""

    def __init__(self, count: int) -> None:
        self.events: list[Event] = []
        self.all = asyncio.Event()
        self._count = count

    def emit(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) == self._count:
            self.all.set()


async def test_twitch_chat_is_read_recorded_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "evening.jsonl"
    taker = Taker(len(EXPECTED))
    async with IrcServer() as server:
        with Recorder(path) as recorder:
            connector = TwitchAnonymous("#Room", server.url)
            task = asyncio.create_task(supervise(connector, recorder.wrap(taker.emit)))
            await server.joined(1)
            await everything_that_twitch_says(server)
            await asyncio.wait_for(taker.all.wait(), 10.0)
            task.cancel()
            await asyncio.wait({task})
    assert taker.events == EXPECTED
    replayed: list[Event] = []
    await supervise(Replay(path, fast=True), replayed.append)
    assert replayed == EXPECTED


async def test_nothing_is_sent_but_what_a_silent_reader_needs() -> None:
    async with IrcServer() as server:
        task = asyncio.create_task(TwitchAnonymous("room", server.url).run(lambda _: None))
        await server.joined(1)
        task.cancel()
        await asyncio.wait({task})
        capability, nick, join = server.received
    assert capability == "CAP REQ :twitch.tv/tags twitch.tv/commands"
    assert nick.removeprefix("NICK justinfan").isdecimal()
    assert join == "JOIN #room"


async def test_one_source_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text("".join(json.dumps({"text": f"replayed {n}"}) + "\n" for n in range(3)))
    taker = Taker(6)

    async def no_pause(_: float) -> None:
        await asyncio.sleep(0)

    class Broken:
        name = "broken"
        moderated = False
        runs = 0

        async def run(self, emit: object) -> None:
            self.runs += 1
            raise Lost("always")

    broken = Broken()
    missing = Replay(tmp_path / "missing.jsonl")
    async with asyncio.TaskGroup() as group:
        endless = group.create_task(supervise(broken, taker.emit, sleep=no_pause))
        group.create_task(supervise(missing, taker.emit))
        group.create_task(supervise(Replay(path, fast=True), taker.emit))
        typed = io.BytesIO(b"typed 0\ntyped 1\ntyped 2\n")
        group.create_task(supervise(Console(typed), taker.emit))
        await asyncio.wait_for(taker.all.wait(), 10.0)
        assert not endless.done()
        endless.cancel()
    texts = [event.text for event in taker.events if isinstance(event, ChatMessage)]
    assert [t for t in texts if t.startswith("typed")] == [f"typed {n}" for n in range(3)]
    assert [t for t in texts if t.startswith("replayed")] == [f"replayed {n}" for n in range(3)]
    assert broken.runs > 1
