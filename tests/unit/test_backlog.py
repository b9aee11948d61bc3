"""bot.backlog: order, bounds, ageing, staleness, purge."""

from __future__ import annotations

import random

import pytest

from bot.backlog import AGEING_S, Backlog, worth
from bot.line import Line, Stages
from filters.message import Author, ChatMessage, Payment, Removal, RemovalKind, Role


def message(
    id: str = "m", author: str = "a", role: Role | None = None, paid: Payment | None = None
) -> ChatMessage:
    roles = frozenset({role}) if role else frozenset()
    return ChatMessage("t", "c", id, Author(author, author, roles), "text", paid=paid)


def line(received: float = 0.0, seconds: float = 1.0, **kinds: object) -> Line:
    of = message(**kinds)  # type: ignore[arg-type]
    return Line(of, worth(of), Stages(received), spoken="text", seconds=seconds)


def backlog(lines: int = 50, seconds: float = 1000.0, stale_s: float = 60.0) -> Backlog:
    return Backlog(lines=lines, seconds=seconds, stale_s=stale_s)


def taken(waiting: Backlog) -> list[str]:
    ids = []
    while (next_one := waiting.take(1e9)) is not None:
        ids.append(next_one.message.id)
    return ids


def test_the_order_is_paid_then_role_then_arrival() -> None:
    waiting = backlog()
    for id, kinds in {
        "first": {},
        "second": {},
        "sub": {"role": Role.SUBSCRIBER},
        "vip": {"role": Role.VIP},
        "mod": {"role": Role.MODERATOR},
        "streamer": {"role": Role.BROADCASTER},
        "small": {"paid": Payment(1, "bits")},
        "large": {"paid": Payment(300, "bits")},
    }.items():
        assert waiting.offer(line(id=id, author=id, **kinds)) == []
    assert taken(waiting) == [
        "large", "small", "streamer", "mod", "vip", "sub", "first", "second",
    ]  # fmt: skip


def test_waiting_lifts_an_ordinary_line_over_a_later_subscriber_but_never_over_a_paid_one() -> None:
    waiting = backlog()
    waiting.offer(line(received=0.0, id="patient"))
    waiting.offer(line(received=AGEING_S + 1, id="sub", role=Role.SUBSCRIBER))
    waiting.offer(line(received=59.0, id="paid", paid=Payment(1, "bits")))
    assert taken(waiting) == ["paid", "patient", "sub"]


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (Payment(100, "bits"), Payment(200, "bits")),
        (Payment(100, "points"), Payment(100, "bits")),
        (Payment(100, "JPY"), Payment(2, "EUR")),
    ],
)
def test_more_given_comes_first(less: Payment, more: Payment) -> None:
    assert worth(message(paid=less)) < worth(message(paid=more))


def test_a_full_backlog_sheds_its_least_worthy_newest_unpaid_line() -> None:
    waiting = backlog(lines=3)
    for id, role in [("sub", Role.SUBSCRIBER), ("old", None), ("new", None)]:
        waiting.offer(line(id=id, author=id, role=role))
    (shed,) = waiting.offer(line(id="mod", role=Role.MODERATOR))
    assert shed.message.id == "new"
    (shed,) = waiting.offer(line(id="newest"))
    assert shed.message.id == "newest"
    assert taken(waiting) == ["mod", "sub", "old"]


def test_paid_lines_are_never_shed_even_when_they_fill_the_backlog() -> None:
    waiting = backlog(lines=2)
    waiting.offer(line(id="free"))
    for n in range(5):
        shed = waiting.offer(line(id=f"p{n}", paid=Payment(1, "bits")))
        assert [s.message.id for s in shed] == (["free"] if n == 1 else [])
    assert len(waiting) == 5


def test_seconds_of_speech_are_bounded_but_one_line_may_be_longer_than_all() -> None:
    waiting = backlog(seconds=10)
    assert waiting.offer(line(id="long", seconds=12)) == []
    (shed,) = waiting.offer(line(id="short", seconds=1))
    assert shed.message.id == "short"
    assert waiting.seconds == 12


def test_refuses_agrees_with_what_offer_would_shed() -> None:
    rng = random.Random(1)
    for _ in range(200):
        waiting = backlog(lines=4, seconds=6)
        for n in range(8):
            role = rng.choice([None, Role.SUBSCRIBER, Role.VIP])
            new = line(received=float(n), seconds=1, id=str(n), author=str(n), role=role)
            refused = waiting.refuses(new, float(n), unjudged=0)
            assert refused == (new in waiting.offer(new))


def test_lines_on_their_way_to_be_judged_count_as_waiting() -> None:
    waiting = backlog(lines=2)
    assert not waiting.refuses(line(), 0.0, unjudged=1)
    assert waiting.refuses(line(role=Role.BROADCASTER), 0.0, unjudged=2)


def test_unpaid_lines_become_stale_and_paid_ones_do_not() -> None:
    waiting = backlog(stale_s=60)
    waiting.offer(line(received=0.0, id="paid", paid=Payment(1, "EUR")))
    waiting.offer(line(received=1.0, id="old"))
    waiting.offer(line(received=30.0, id="young"))
    assert waiting.expire(61.0) == []
    assert [stale.message.id for stale in waiting.expire(61.5)] == ["old"]
    assert taken(waiting) == ["paid", "young"]


@pytest.mark.parametrize(
    ("kind", "target", "left"),
    [
        (RemovalKind.DELETE, "m1", ["m2", "m3"]),
        (RemovalKind.CLEAR_AUTHOR, "ann", ["m2"]),
        (RemovalKind.CLEAR_ALL, "", []),
        (RemovalKind.DELETE, "", ["m1", "m2", "m3"]),
    ],
)
def test_a_purge_takes_what_it_covers_and_nothing_else(
    kind: RemovalKind, target: str, left: list[str]
) -> None:
    waiting = backlog()
    for id, author in [("m1", "ann"), ("m2", "bob"), ("m3", "ann")]:
        waiting.offer(line(id=id, author=author))
    waiting.purge(Removal("t", "c", kind, target))
    assert taken(waiting) == left
    assert waiting.seconds == 0


def test_a_purge_of_another_channel_or_platform_touches_nothing() -> None:
    waiting = backlog()
    waiting.offer(line(id="m1"))
    assert waiting.purge(Removal("t", "other", RemovalKind.CLEAR_ALL)) == []
    assert waiting.purge(Removal("youtube", "c", RemovalKind.DELETE, "m1")) == []


def test_authors_are_counted_while_they_wait() -> None:
    waiting = backlog()
    waiting.offer(line(id="1", author="ann"))
    waiting.offer(line(id="2", author="ann"))
    assert waiting.waiting_of(("t", "ann")) == 2
    waiting.take(1e9)
    waiting.take(1e9)
    assert waiting.waiting_of(("t", "ann")) == 0


def test_memory_stays_bounded_under_a_flood() -> None:
    waiting = backlog(lines=10)
    for n in range(20_000):
        waiting.offer(line(received=n / 1000, id=str(n), author=str(n)))
    assert len(waiting) == 10
    assert len(waiting._best) < 100
    assert len(waiting._least) < 100
    assert len(waiting._authors) == 10


def held(until: float, **kinds: object) -> Line:
    found = line(**kinds)  # type: ignore[arg-type]
    found.held_until = until
    return found


def test_a_held_line_waits_but_is_not_taken_before_its_time() -> None:
    waiting = backlog()
    waiting.offer(held(2.0, received=0.0, id="held", role=Role.MODERATOR))
    waiting.offer(line(received=1.0, id="paid", author="b", paid=Payment(1, "bits")))
    assert waiting.next_release(1.0) == 2.0
    first = waiting.take(1.0)
    assert first is not None
    assert first.message.id == "paid"
    assert waiting.take(1.999) is None
    assert len(waiting) == 1
    second = waiting.take(2.0)
    assert second is not None
    assert second.message.id == "held"
    assert waiting.next_release(2.0) is None
    waiting.offer(held(4.0, received=3.0))
    assert waiting.next_release(4.0) is None


def test_a_line_that_is_no_longer_held_has_its_place_by_urgency() -> None:
    waiting = backlog()
    waiting.offer(held(2.0, received=0.0, id="early", author="a"))
    waiting.offer(held(2.5, received=0.5, id="sub", author="b", role=Role.SUBSCRIBER))
    waiting.offer(held(2.2, received=0.2, id="late", author="c"))
    assert taken(waiting) == ["sub", "early", "late"]


def test_a_held_line_is_purged_shed_and_stale_like_any_other() -> None:
    waiting = backlog(lines=2)
    for number in range(3):
        waiting.offer(held(9.0, received=float(number), id=str(number), author=str(number)))
    assert len(waiting) == 2
    assert waiting.purge(Removal("t", "c", RemovalKind.DELETE, "0"))
    assert waiting.expire(now=100.0)
    assert waiting.next_release(100.0) is None


def test_many_purged_held_lines_leave_nothing_behind() -> None:
    waiting = backlog(lines=10)
    for number in range(1000):
        waiting.offer(held(1e6, id=str(number), author=str(number)))
        waiting.purge(Removal("t", "c", RemovalKind.DELETE, str(number)))
    assert len(waiting._held) < 100
