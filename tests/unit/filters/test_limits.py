import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.limits import Buckets, Limit, limit_for
from filters.message import Author, ChatMessage, Kind, Payment, Rank, Role


def message(*roles: Role, paid: Payment | None = None, kind: Kind = Kind.MESSAGE) -> ChatMessage:
    author = Author("1", "viewer", frozenset(roles))
    return ChatMessage("console", "c", "m", author, "hi", kind=kind, paid=paid)


def test_a_rested_author_may_spend_the_burst_then_waits_for_each_unit() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=20, burst=2)
    assert [buckets.take("a", limit, now) for now in (0, 0, 0, 19, 20, 21, 40)] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip


def test_a_refusal_costs_nothing() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=10, burst=1)
    assert buckets.take("a", limit, 0)
    assert not any(buckets.take("a", limit, now) for now in range(1, 10))
    assert buckets.take("a", limit, 10)


def test_cost_counts_in_units() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=2, burst=10)
    assert buckets.take("a", limit, 0, cost=8)
    assert not buckets.take("a", limit, 0, cost=3)
    assert buckets.take("a", limit, 0, cost=2)


def test_a_cost_above_the_burst_passes_when_rested() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=1, burst=5)
    assert buckets.take("a", limit, 0, cost=12)
    assert not buckets.take("a", limit, 4, cost=4.5)
    assert buckets.take("a", limit, 5, cost=5)


def test_authors_do_not_share() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=10, burst=1)
    assert buckets.take("a", limit, 0)
    assert buckets.take("b", limit, 0)


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    buckets, limit = Buckets(keys=3), Limit(per_seconds=10, burst=2)
    for key in "abcad":
        assert buckets.take(key, limit, 0)
    assert len(buckets) == 3
    assert not buckets.take("a", limit, 0), "a was used after b and is still known"
    assert buckets.take("b", limit, 0)
    assert buckets.take("b", limit, 0), "b was forgotten: rested"


@pytest.mark.parametrize("cost", [-1, math.nan])
def test_a_cost_that_is_none_is_an_error(cost: float) -> None:
    with pytest.raises(ValueError, match="cost"):
        Buckets().take("a", Limit(1, 1), 0, cost=cost)


@pytest.mark.parametrize(
    ("per_seconds", "burst"),
    [
        *((0, 1), (1, 0), (-1, 1), (math.nan, 1), (1, math.nan)),
        *((math.inf, 1), (1, math.inf), (1e308, 1e308)),
    ],
)
def test_a_limit_needs_finite_positive_numbers(per_seconds: float, burst: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Limit(per_seconds, burst)


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 30)), max_size=60))
def test_never_more_than_the_burst_and_the_rate(steps: list[tuple[float, float]]) -> None:
    buckets, limit = Buckets(), Limit(per_seconds=3, burst=15)
    now = spent = 0.0
    for wait, cost in steps:
        now += wait
        if buckets.take("a", limit, now, cost):
            spent += min(cost, limit.burst)
        assert spent <= limit.burst + now / limit.per_seconds + 1e-6


LIMITS = {Rank.EVERYONE: Limit(20, 2), Rank.VIP: Limit(3, 5)}


def test_the_limit_is_that_of_the_rank_and_a_rank_without_one_is_free() -> None:
    assert limit_for(message(), LIMITS) == LIMITS[Rank.EVERYONE]
    assert limit_for(message(Role.VIP, Role.SUBSCRIBER), LIMITS) == LIMITS[Rank.VIP]
    assert limit_for(message(Role.BROADCASTER), LIMITS) is None


def test_what_was_paid_for_is_free() -> None:
    assert limit_for(message(paid=Payment(100, "bits")), LIMITS) is None
    assert limit_for(message(kind=Kind.REDEMPTION), LIMITS) is None


def test_asking_what_is_allowed_spends_nothing() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=10, burst=1)
    assert all(buckets.allows("a", limit, 0) for _ in range(5))
    assert len(buckets) == 0
    assert buckets.take("a", limit, 0)
    assert not buckets.allows("a", limit, 9)
    assert buckets.allows("a", limit, 10)


def test_a_clock_that_stands_still_or_goes_back_gives_nothing_away() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=10, burst=2)
    taken = [buckets.take("a", limit, now) for now in (100, 100, 100, 50, 0, 100)]
    assert taken == [True, True, False, False, False, False]
    assert buckets.take("a", limit, 110)


def test_a_long_rest_is_worth_no_more_than_the_burst() -> None:
    buckets, limit = Buckets(), Limit(per_seconds=10, burst=2)
    assert buckets.take("a", limit, 0)
    assert [buckets.take("a", limit, 1000) for _ in range(4)] == [True, True, False, False]
