"""`bench backlog`: what it takes to put, take and purge a line while 100,000 wait."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bot import exits
from bot.backlog import Backlog, worth
from bot.bench.report import percentiles, print_rows
from bot.line import Line, Stages
from filters.message import Author, ChatMessage, Payment, Removal, RemovalKind, Role

_ROLES = (None, None, None, None, Role.SUBSCRIBER, Role.VIP, Role.MODERATOR)
_PAID = 0.01
_LINES_A_SECOND = 1000.0


def main(*, waiting: int, times: int, as_json: bool) -> int:
    """Fill a backlog with `waiting` lines, then measure `times` of each; prints microseconds."""
    if waiting < times or times < 1:
        raise exits.BadInput("--waiting: at least as many as --times")
    rng = random.Random(1)  # noqa: S311 - the same lines every time
    backlog = Backlog(lines=waiting + times, seconds=float("inf"), stale_s=float("inf"))
    for number in range(waiting):
        backlog.offer(_line(number, rng))
    arriving = [_line(number, rng) for number in range(waiting, waiting + times)]
    now = arriving[-1].stages.received
    gc.collect()
    gc.freeze()  # as in the running bot
    put = [_took(partial(backlog.offer, line)) for line in arriving]
    take = [_took(partial(_take, backlog, now)) for _ in range(times)]
    purge = []
    for _ in range(times):
        number = rng.randrange(waiting)  # taken already, now and then, as a deletion may be late
        kind, target = rng.choice(
            [(RemovalKind.DELETE, f"m{number}"), (RemovalKind.CLEAR_AUTHOR, f"a{number}")]
        )
        purge.append(_took(partial(backlog.purge, Removal("bench", "bench", kind, target))))
    clear = _took(lambda: backlog.purge(Removal("bench", "bench", RemovalKind.CLEAR_ALL)))
    rows: dict[str, Any] = {"waiting": waiting, "unit": "microseconds"}
    for name, took in (("put", put), ("take", take), ("purge_of_message_or_author", purge)):
        rows[name] = percentiles(took)
    rows["clear_all"] = clear
    print_rows(rows, as_json)
    return exits.STOPPED


def _take(backlog: Backlog, now: float) -> None:
    if (line := backlog.take(now)) is not None:
        backlog.heard(line, now)


def _line(number: int, rng: random.Random) -> Line:
    role = rng.choice(_ROLES)
    author = Author(f"a{number}", f"a{number}", frozenset({role} if role else ()))
    paid = Payment(rng.randrange(1, 1000), "bits") if rng.random() < _PAID else None
    message = ChatMessage("bench", "bench", f"m{number}", author, "hello", paid=paid)
    at = number / _LINES_A_SECOND
    return Line(message, worth(message), Stages(at), spoken="hello", seconds=rng.uniform(1, 6))


def _took(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1e6
