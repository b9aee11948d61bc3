"""bot.backlog and bot.order: every choice against a model that works out every score anew."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.backlog import PAID_AT_ONCE, Backlog, worth
from bot.line import Line, Stages
from bot.order import AGEING_S, FORGIVEN_S, HEARD_WORTH, MOST_HEARD
from filters.message import Author, ChatMessage, Payment, Removal, RemovalKind, Role

LINES, SECONDS, STALE_S = 12, 60.0, 60.0
DUST = 1e-9
AUTHORS = "abcde"
ROLES = {"a": None, "b": None, "c": Role.SUBSCRIBER, "d": Role.MODERATOR, "e": Role.BROADCASTER}


def line(id: str, author: str, at: float, seconds: float, bits: int = 0, held: float = 0) -> Line:
    role = ROLES.get(author)
    who = Author(author, author, frozenset({role} if role else ()))
    of = ChatMessage("t", "c", id, who, "x", paid=Payment(bits, "bits") if bits else None)
    found = Line(of, worth(of), Stages(at), spoken="x", seconds=seconds)
    if held and not bits:
        found.held_until = at + held
    return found


@dataclass(eq=False)
class Naive:
    """A line of the model, with when its waiting counts from; None: it waits behind others."""

    line: Line
    since: float | None


class Model(RuleBasedStateMachine):
    """The same done by asking everybody each time."""

    def __init__(self) -> None:
        super().__init__()
        self.real = Backlog(lines=LINES, seconds=SECONDS, stale_s=STALE_S)
        self.waiting: list[Naive] = []
        self.rests: dict[str, float] = {}
        self.now = 0.0
        self.count = 0

    def score(self, one: Naive) -> float:
        assert one.since is not None
        owed = max(0.0, self.rests.get(one.line.message.author.id, 0.0) - self.now) / FORGIVEN_S
        return one.line.worth + (self.now - one.since) / AGEING_S - owed

    def leave(self, line: Line) -> None:
        self.waiting = [one for one in self.waiting if one.line is not line]
        author = line.message.author.id
        mine = [o for o in self.waiting if o.line.message.author.id == author and o.line.paid]
        behind = [one for one in mine if one.since is None]
        if behind and len(mine) - len(behind) < PAID_AT_ONCE:
            behind[0].since = self.now

    def is_least(self, line: Line) -> bool:
        (mine,) = [one for one in self.waiting if one.line is line]
        free = [one for one in self.waiting if not one.line.paid]
        return self.score(mine) <= min(map(self.score, free)) + DUST

    @rule(
        author=st.sampled_from(AUTHORS),
        seconds=st.floats(0.5, 12),
        bits=st.sampled_from([0, 0, 0, 1, 200, 5000]),
        held=st.sampled_from([0, 0, 2, 10]),
    )
    def offer(self, author: str, seconds: float, bits: int, held: float) -> None:
        self.count += 1
        new = line(str(self.count), author, self.now, seconds, bits, held)
        refused = not new.paid and self.real.refuses(new, self.now, unjudged=0)
        full = len(self.waiting) >= LINES or sum(o.line.seconds for o in self.waiting) >= SECONDS
        mine = [o for o in self.waiting if o.line.message.author.id == author and o.line.paid]
        self.waiting.append(Naive(new, None if bits and len(mine) >= PAID_AT_ONCE else self.now))
        shed = self.real.offer(new)
        if refused:
            assert full
            assert new in shed
        for gone in shed:
            assert not gone.paid
            over = sum(o.line.seconds for o in self.waiting) > SECONDS and len(self.waiting) > 1
            assert len(self.waiting) > LINES or over
            assert self.is_least(gone)
            self.leave(gone)

    @rule()
    def take(self) -> None:
        ready = [o for o in self.waiting if o.since is not None and o.line.held_until <= self.now]
        taken = self.real.take(self.now)
        if taken is None:
            assert not ready
            return
        (mine,) = [one for one in ready if one.line is taken]
        assert self.score(mine) >= max(map(self.score, ready)) - DUST
        self.real.heard(taken, self.now)
        author = taken.message.author
        if Role.BROADCASTER not in author.roles:
            owed = max(0.0, self.rests.get(author.id, 0.0) - self.now) / FORGIVEN_S
            owed = min(owed + taken.seconds * HEARD_WORTH, MOST_HEARD)
            self.rests[author.id] = self.now + owed * FORGIVEN_S
        self.leave(taken)

    @rule()
    def take_and_put_back(self) -> None:
        """As when a more urgent line comes before one that is ready."""
        taken = self.real.take(self.now)
        if taken is None:
            return
        self.leave(taken)
        self.waiting.append(Naive(taken, taken.stages.received))
        for gone in self.real.put_back(taken):
            assert not gone.paid
            self.leave(gone)

    @rule(author=st.sampled_from(AUTHORS), bits=st.sampled_from([0, 300]))
    def ask_who_is_before(self, author: str, bits: int) -> None:
        one = line("asks", author, self.now, 1.0, bits)
        ready = [o for o in self.waiting if o.since is not None and o.line.held_until <= self.now]
        best = max(map(self.score, ready), default=float("-inf"))
        mine = self.score(Naive(one, self.now))
        if abs(best - mine) > DUST:
            assert self.real.before(one, self.now) == (best > mine)

    @rule(author=st.sampled_from(AUTHORS), of_one=st.booleans())
    def take_out(self, author: str, of_one: bool) -> None:
        """As an order of a viewer, who has their unpaid lines taken out."""

        def covers(one: Line) -> bool:
            return one.message.author.id == author and not one.paid

        gone = self.real.take_out(covers, ("t", author) if of_one else None)
        assert set(gone) == {one.line for one in self.waiting if covers(one.line)}
        for one in gone:
            self.leave(one)

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 7.0, 30.0, 200.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds
        stale = self.real.expire(self.now)
        assert set(stale) == {
            one.line
            for one in self.waiting
            if not one.line.paid and self.now - one.line.stages.received > STALE_S
        }
        for gone in stale:
            self.leave(gone)

    @rule(kind=st.sampled_from(RemovalKind), author=st.sampled_from(AUTHORS), which=st.integers(0))
    def purge(self, kind: RemovalKind, author: str, which: int) -> None:
        ids = [one.line.message.id for one in self.waiting] or ["none"]
        target = ids[which % len(ids)] if kind is RemovalKind.DELETE else author
        removal = Removal("t", "c", kind, target)
        gone = self.real.purge(removal)
        assert set(gone) == {o.line for o in self.waiting if removal.covers(o.line.message)}
        for line in gone:
            self.leave(line)

    @invariant()
    def nothing_is_lost_and_nothing_is_kept(self) -> None:
        waiting = [one.line for one in self.waiting]
        assert len(self.real) == len(waiting)
        assert all(line in self.real for line in waiting)
        assert self.real.seconds == pytest.approx(sum(line.seconds for line in waiting), abs=1e-6)
        of = Counter(line.message.author.id for line in waiting)
        assert all(self.real.waiting_of(("t", author)) == of[author] for author in AUTHORS)
        owing = sum(1 for rests in self.rests.values() if rests > self.now)
        assert len(self.real._authors) <= len(of) + owing + len(AUTHORS)
        assert sum(map(len, self.real._of_id.values())) == len(waiting)
        held = [o.line.held_until for o in self.waiting if o.line.held_until > self.now]
        if held:
            assert self.real.next_release(self.now) == min(held)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_walk_agrees_with_the_model(seed: int) -> None:
    """What takes many steps to be seen: authors rested while they wait, places that get free."""
    rng, model = random.Random(seed), Model()
    for _ in range(2_500):
        match rng.choices(["offer", "take", "back", "time", "purge"], [50, 30, 6, 19, 1])[0]:
            case "offer":
                bits = rng.choice([0, 0, 0, 0, 0, 1, 300])
                author = rng.choice("aabcde")
                model.offer(author, rng.uniform(1, 6), bits, rng.choice([0, 0, 2]))
            case "take":
                model.take()
            case "back":
                model.take_and_put_back()
            case "time":
                model.time_goes_by(rng.expovariate(1 / 8))
            case _:
                model.purge(rng.choice(list(RemovalKind)), rng.choice(AUTHORS), rng.randrange(99))
        model.nothing_is_lost_and_nothing_is_kept()


def backlog(lines: int = 50) -> Backlog:
    return Backlog(lines=lines, seconds=1e9, stale_s=60.0)


def taken(waiting: Backlog, now: float, count: int = 99) -> list[str]:
    found = []
    while len(found) < count and (line := waiting.take(now)) is not None:
        waiting.heard(line, now)
        found.append(line.message.id)
    return found


def test_who_was_just_heard_comes_after_who_was_not() -> None:
    waiting = backlog()
    waiting.offer(line("loud 1", "loud", 0.0, 5.0))
    assert taken(waiting, 0.0) == ["loud 1"]
    waiting.offer(line("loud 2", "loud", 0.0, 5.0))
    waiting.offer(line("quiet", "quiet", 10.0, 5.0))
    assert taken(waiting, 10.0) == ["quiet", "loud 2"]


def test_what_was_heard_is_forgotten_in_time() -> None:
    waiting = backlog()
    waiting.offer(line("loud 1", "loud", 0.0, 5.0))
    assert taken(waiting, 0.0) == ["loud 1"]
    later = 5.0 * HEARD_WORTH * FORGIVEN_S
    waiting.offer(line("loud 2", "loud", later - 1.0, 5.0))
    waiting.offer(line("quiet", "quiet", later - 0.5, 5.0))
    assert taken(waiting, later) == ["loud 2", "quiet"]


def test_who_is_rested_while_a_line_waits_is_lifted_no_further() -> None:
    waiting = backlog()
    waiting.offer(line("loud 1", "loud", 0.0, 1.0))
    assert taken(waiting, 0.0) == ["loud 1"]
    waiting.offer(line("quiet", "quiet", 9.0, 1.0))
    waiting.offer(line("loud 2", "loud", 10.0, 1.0))
    assert 1.0 * HEARD_WORTH * FORGIVEN_S < 50.0
    assert taken(waiting, 50.0) == ["quiet", "loud 2"]


def test_a_payer_who_gives_often_leaves_room_for_others_who_gave() -> None:
    waiting = backlog()
    for number in range(10):
        waiting.offer(line(f"often {number}", "often", number / 10, 4.0, bits=100))
    waiting.offer(line("once", "once", 5.0, 4.0, bits=100))
    waiting.offer(line("sub", "c", 5.0, 4.0))
    order = taken(waiting, 6.0)
    assert order.index("once") == 1
    assert order[-1] == "sub"
    assert order[0] == "often 0"
    assert [id for id in order if id.startswith("often")] == [f"often {n}" for n in range(10)]


def test_a_long_queue_costs_little_more_than_a_short_one() -> None:
    """Entries that are looked at, not seconds: a busy machine must not fail this."""
    waiting = backlog(lines=100_000)
    for number in range(5_000):
        waiting.offer(line(str(number), f"v{number}", number / 1000, 3.0))
    assert len(list(waiting._near(Removal("t", "c", RemovalKind.DELETE, "77")))) == 1
    assert len(list(waiting._near(Removal("t", "c", RemovalKind.CLEAR_AUTHOR, "v77")))) == 1
    assert len(taken(waiting, 10.0, count=5_000)) == 5_000
    assert waiting.take(10.0) is None
    waiting.expire(10_000.0)
    assert not waiting._authors
    assert not waiting._resting
