"""The small rooms of the signed-in Twitch: addresses, acts, wanted, and twitchio's own names."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import replace

import pytest

from bot.chat import twitch_api
from bot.chat import twitch_events as events
from bot.chat.twitch_acts import Acts
from bot.chat.twitch_scopes import of_streamer
from bot.chat.twitch_socket import accepted
from bot.chat.twitch_subscriptions import wanted
from bot.settings import load
from filters.message import ChatMessage, Event, Removal
from tests.twitch_server import TwitchServer

PLATFORM = "wss://eventsub.wss.twitch.tv/ws"
LOCAL = "ws://127.0.0.1:80/ws"


@pytest.mark.parametrize(
    ("address", "base", "good"),
    [
        ("wss://eventsub.wss.twitch.tv/ws?id=1", PLATFORM, True),
        ("wss://cell-a.eventsub.wss.twitch.tv/ws?id=1", PLATFORM, True),
        ("wss://cell-a.eventsub.wss.twitch.tv/ws", LOCAL, True),
        ("ws://127.0.0.1:81/other", LOCAL, True),
        ("ws://eventsub.wss.twitch.tv/ws", PLATFORM, False),
        ("wss://eventsub.wss.twitch.tv.zorgle.example/ws", PLATFORM, False),
        ("wss://eventsub.wss.twitch.tv@zorgle.example/ws", PLATFORM, False),
        ("wss://ann:word@eventsub.wss.twitch.tv/ws", PLATFORM, False),
        ("wss://fakeeventsub.wss.twitch.tv/ws", PLATFORM, False),
        ("ws://127.0.0.2:80/ws", LOCAL, False),
        ("https://eventsub.wss.twitch.tv/ws", PLATFORM, False),
        ("wss://[", PLATFORM, False),
        ("", PLATFORM, False),
        (None, PLATFORM, False),
    ],
)
def test_where_the_server_may_send_us(address: object, base: str, good: bool) -> None:
    assert accepted(address, base) is good


SERVER = TwitchServer()


def told(acts: Acts, kind: str, event: dict[str, object]) -> list[Event]:
    happened = events.read(kind, event)
    assert happened is not None
    return list(acts.told(kind, happened))


@pytest.mark.parametrize("order", ["lrd", "rld", "ldr", "dlr", "rdl", "drl"])
def test_a_reward_comes_once_and_is_taken_back_in_whatever_order_it_is_told(order: str) -> None:
    line = SERVER.line("words", channel_points_custom_reward_id="reward-say")
    notifications = {
        "l": (events.MESSAGE, line),
        "r": (events.REDEEMED, SERVER.redemption("say", " words")),
        "d": (events.DELETED, SERVER.deletion(line["message_id"])),
    }
    acts = Acts(lambda kind, channel: True)
    found = [one for letter in order for one in told(acts, *notifications[letter])]
    (message,) = [one for one in found if isinstance(one, ChatMessage)]
    assert any(one.covers(message) for one in found if isinstance(one, Removal))


def _redeemed(acts: Acts, sent: float | None, order: str = "lr") -> tuple[str, str]:
    """The same viewer redeems the same words; gives the ids of the line and the redemption."""
    line = SERVER.line("words", channel_points_custom_reward_id="reward-say")
    redemption = SERVER.redemption("say", "words")
    both = {"l": (events.MESSAGE, line), "r": (events.REDEEMED, redemption)}
    for kind, data in (both[letter] for letter in order):
        happened = events.read(kind, data)
        assert happened is not None
        assert not [
            one for one in acts.told(kind, replace(happened, sent=sent)) if isinstance(one, Removal)
        ]
    return line["message_id"], redemption["id"]


def _taken_back(acts: Acts, line: str) -> list[str]:
    removals = told(acts, events.DELETED, SERVER.deletion(line))
    return [one.target for one in removals if isinstance(one, Removal)]


@pytest.mark.parametrize("order", ["lr", "rl"])
def test_of_the_same_words_redeemed_again_a_deletion_takes_back_its_own(order: str) -> None:
    acts = Acts(lambda kind, channel: True)
    first, second = _redeemed(acts, 1000.0, order), _redeemed(acts, 1000.5, order)
    assert _taken_back(acts, first[0]) == list(first)
    third = _redeemed(acts, 1001.0, order)  # paid for after the deletion, and not deleted
    assert _taken_back(acts, second[0]) == list(second)
    assert _taken_back(acts, third[0]) == list(third)


def test_a_redemption_whose_line_never_came_is_not_taken_for_a_later_one() -> None:
    acts = Acts(lambda kind, channel: True)
    _redeemed(acts, 1000.0, "r")
    second = _redeemed(acts, 1060.0)
    assert _taken_back(acts, second[0]) == list(second)


def test_where_redemptions_do_not_come_the_chat_line_is_the_reward() -> None:
    line = SERVER.line("words", channel_points_custom_reward_id="reward-say")
    assert len(told(Acts(lambda kind, channel: False), events.MESSAGE, line)) == 1


def test_what_is_asked_for_depends_on_channel_scope_and_trigger() -> None:
    scopes = ("user:read:chat", "channel:manage:redemptions")
    channels = {"room": "100", "other": "300"}
    kinds = [(w.channel, w.kind) for w in wanted(channels, "100", scopes, rewards=True)]
    assert len(kinds) == 11
    assert ("room", events.REDEEMED) in kinds
    assert ("other", events.REDEEMED) not in kinds
    assert len(wanted(channels, "100", scopes[:1], rewards=True)) == 10
    assert len(wanted(channels, "100", scopes, rewards=False)) == 10


def test_scopes_follow_the_triggers() -> None:
    off = {"trigger": {"paid": False}}
    assert of_streamer(load(overrides=off)) == ("user:read:chat", "user:write:chat")
    some = {"trigger": {"paid": False, "rewards": ("zorgle",)}}
    assert "channel:read:redemptions" in of_streamer(load(overrides=some))
    assert len(of_streamer(load())) == 4


def test_twitchio_has_the_names_that_are_relied_upon() -> None:
    """None is private, but some are not documented; a new version must bring them all."""
    assert "BASE" in vars(twitch_api.Route).keys()
    names = {
        "request": {"route"},
        "get_users": {"logins"},
        "create_eventsub_subscription": {"kwargs"},
        "get_eventsub_subscription": {"token_for"},
        "post_chat_message": {"broadcaster_id", "sender_id", "message", "reply_to_message_id"},
        "get_custom_reward": {"broadcaster_id", "token_for", "manageable"},
        "post_custom_reward": {"broadcaster_id", "token_for", "title", "cost", "prompt"},
        "patch_custom_reward_redemption": {
            "broadcaster_id",
            "token_for",
            "reward_id",
            "id",
            "status",
        },
    }
    for name, parameters in names.items():
        method = getattr(twitch_api.HTTPClient, name)
        assert parameters <= inspect.signature(method).parameters.keys(), name
    for kind in (events.MESSAGE, events.NOTICE, events.REDEEMED):
        assert twitch_api.SubscriptionType(kind)


def test_nothing_of_twitchio_is_imported_until_somebody_is_signed_in_and_then_quietly() -> None:
    for room, there in (("bot.run", False), ("bot.check", False), ("bot.chat.twitch", True)):
        code = f"import sys, {room}; sys.exit('twitchio' in sys.modules)"
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], check=False)
        assert done.returncode == there
