"""What was taken away before it came: bounded, by kind and target, and for 10 minutes."""

from __future__ import annotations

from bot.tombstones import Tombstones
from filters.message import Author, ChatMessage, Removal, RemovalKind


def line(id: str, sent: float | None = None) -> ChatMessage:
    return ChatMessage("t", "c", id, Author("ann", "Ann"), "hi", sent=sent)


def removal(kind: RemovalKind, target: str = "", sent: float | None = None) -> Removal:
    return Removal("t", "c", kind, target, sent=sent)


def test_each_kind_says_why() -> None:
    for kind, target, told in [
        (RemovalKind.DELETE, "m1", "deleted before it came"),
        (RemovalKind.CLEAR_AUTHOR, "ann", "its author's messages were cleared before it came"),
        (RemovalKind.CLEAR_ALL, "", "the chat was cleared before it came"),
    ]:
        stones = Tombstones()
        stones.add(removal(kind, target, sent=5.0), 0.0)
        assert stones.refuses(line("m1", sent=4.0), 599.0) == told
        assert stones.refuses(line("m1", sent=4.0), 600.0) is None


def test_a_deletion_names_its_message_whatever_the_times_say() -> None:
    stones = Tombstones()
    stones.add(removal(RemovalKind.DELETE, "m1", sent=5.0), 0.0)
    assert stones.refuses(line("m1", sent=6.0), 1.0)
    assert stones.refuses(line("m2", sent=4.0), 1.0) is None


def test_the_oldest_of_too_many_goes_first() -> None:
    stones = Tombstones()
    for n in range(10_001):
        stones.add(removal(RemovalKind.DELETE, f"m{n}"), 0.0)
    assert len(stones) == 10_000
    assert stones.refuses(line("m0"), 1.0) is None
    assert stones.refuses(line("m1"), 1.0)
