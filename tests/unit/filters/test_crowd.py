import random

from filters.crowd import Crowd, Why


def lull(crowd: Crowd, seconds: int = 120, *, a_window: int = 1, start: float = 0.0) -> float:
    """Time passes with so many authors in each ten seconds; returns the time after it."""
    for second in range(seconds):
        now = start + second
        crowd.here(now)
        if second % 10 < a_window:
            crowd.arrive(f"usual {second % 10}", now)
    return start + seconds


def rush(crowd: Crowd, now: float, authors: int, seconds: float = 5.0) -> bool:
    for n in range(authors):
        crowd.arrive(f"new {now} {n}", now + n * seconds / authors)
    return crowd.here(now + seconds)


def test_a_raid_lasts_for_its_time() -> None:
    crowd = Crowd()
    assert not crowd.here(0)
    crowd.raid(10)
    assert crowd.why is Why.RAID
    assert crowd.here(99.9)
    assert not crowd.here(100)


def test_many_authors_where_few_are_usual_are_a_flood() -> None:
    crowd = Crowd()
    now = lull(crowd)
    assert rush(crowd, now, 30)
    assert crowd.why is Why.FLOOD


def test_it_lasts_for_its_time_after_the_last_of_the_flood() -> None:
    crowd = Crowd(seconds=90)
    now = lull(crowd)
    for n in range(100):
        crowd.arrive(f"new {n}", now + n)
    assert crowd.here(now + 99 + 89)
    assert not crowd.here(now + 99 + 91)


def test_two_authors_instead_of_none_are_no_crowd() -> None:
    crowd = Crowd()
    now = lull(crowd, a_window=0)
    assert not rush(crowd, now, 9)
    assert rush(crowd, now + 100, 10)


def test_the_start_of_a_stream_is_no_flood() -> None:
    assert not rush(Crowd(), 0.0, 500)
    crowd = Crowd()
    assert not rush(crowd, lull(crowd, 50), 500)


def test_five_times_the_usual_is_needed() -> None:
    crowd = Crowd()
    now = lull(crowd, a_window=4)
    assert not rush(crowd, now + 10, 20)
    assert rush(crowd, now + 30, 21)


def test_a_rush_that_lasts_becomes_usual() -> None:
    crowd = Crowd()
    now = lull(crowd)
    for n in range(3000):
        crowd.arrive(n, now + n / 2)
    assert not crowd.here(now + 1500)


def test_one_author_cannot_make_a_crowd() -> None:
    crowd = Crowd()
    now = lull(crowd)
    for n in range(10_000):
        crowd.arrive("spammer", now + n / 1000)
    assert not crowd.here(now + 10)


def test_one_author_cannot_make_a_crowd_look_usual() -> None:
    crowd = Crowd()
    for n in range(6000):
        crowd.arrive("spammer", n / 50)
    assert rush(crowd, 120, 30)


def test_nought_seconds_switch_it_off() -> None:
    crowd = Crowd(seconds=0)
    crowd.raid(10)
    assert not crowd.here(10)
    assert not rush(crowd, lull(crowd, start=20), 50)


def test_who_spoke_before_the_raid_is_known_and_who_came_with_it_is_not() -> None:
    crowd = Crowd()
    crowd.spoke("regular", 1)
    crowd.raid(2)
    crowd.spoke("subscriber", 3)
    assert crowd.knows("regular")
    assert not crowd.knows("subscriber")
    crowd.raid(50)
    assert not crowd.knows("subscriber"), "a second raid is part of the same crowd"
    crowd.raid(500)
    assert crowd.knows("subscriber")


def test_who_spoke_in_the_first_seconds_of_a_flood_came_with_it() -> None:
    crowd = Crowd()
    crowd.spoke("regular", 5)
    now = lull(crowd)
    crowd.spoke("new 1", now + 1)
    assert rush(crowd, now, 30)
    assert crowd.knows("regular")
    assert not crowd.knows("new 1")


def test_who_was_sent_out_is_no_regular() -> None:
    crowd = Crowd()
    crowd.spoke("troll", 1)
    crowd.forget("troll")
    crowd.forget("nobody")
    crowd.raid(2)
    assert not crowd.knows("troll")


def test_a_clock_that_goes_back_does_no_harm() -> None:
    crowd = Crowd()
    for now in (100, 50, 0, 99.0, -1e9, 101):
        crowd.arrive(now, now)
        assert not crowd.here(now)
    crowd.raid(100)
    crowd.raid(10)
    assert crowd.here(189)


def test_memory_is_bounded_and_the_longest_silent_is_forgotten_first() -> None:
    crowd = Crowd(regulars=3)
    for at, author in enumerate("abcad"):
        crowd.spoke(author, at)
    crowd.raid(10)
    assert [author for author in "abcd" if crowd.knows(author)] == ["a", "c", "d"]
    chance, crowd, now = random.Random(1), Crowd(), 0.0
    for n in range(50_000):
        now += chance.choice([0.0001, 0.0001, 0.001, 1e6 if n == 25_000 else 0.01])
        crowd.arrive(n, now)
        crowd.spoke(n, now)
    assert len(crowd) <= 10_000 + 1000 + 60
