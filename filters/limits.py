"""Rate limits as data: how much one author may do in a stretch of time.

Does not know what is limited (lines, seconds of speech) nor what time it is: `now` is an argument,
in seconds of a monotonic clock. The arithmetic is GCRA, the leaky bucket as one number per key
(ITU-T I.371).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from filters.message import ChatMessage, Rank
from filters.trigger import is_paid

KEYS = 10_000
"""Keys that are remembered at most."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One unit per `per_seconds`, and up to `burst` units at once after a rest."""

    per_seconds: float
    """Seconds that one unit costs."""
    burst: float
    """Units that a rested key may spend at once."""

    def __post_init__(self) -> None:
        # With an infinite product every key would count as rested, for ever.
        finite = math.isfinite(self.per_seconds * self.burst)
        if not (self.per_seconds > 0 and self.burst > 0 and finite):
            raise ValueError(f"a limit needs finite positive numbers, not {self}")


def limit_for(message: ChatMessage, limits: Mapping[Rank, Limit]) -> Limit | None:
    """The limit that holds for a message's author; None: free, as is whatever was paid for."""
    return None if is_paid(message) else limits.get(message.author.rank)


@dataclass(slots=True)
class Buckets:
    """What each key has spent. The caller owns it; bounded, the longest unused key goes first.

    A key that is forgotten counts as rested.
    """

    keys: int = KEYS
    """Keys that are remembered at most."""
    _spent_until: dict[Hashable, float] = field(default_factory=dict)
    """The time at which each key is rested again (GCRA's theoretical arrival time)."""

    def take(self, key: Hashable, limit: Limit, now: float, cost: float = 1.0) -> bool:
        """Spends `cost` units if the key may, and says whether it did.

        A cost above the burst counts as the burst: a rested author is always let through.

        Raises:
            ValueError: the cost is negative or no number.
        """
        until = self._until(key, limit, now, cost)
        if until is None:
            return False
        self._spent_until.pop(key, None)
        self._spent_until[key] = until
        if len(self._spent_until) > self.keys:
            del self._spent_until[next(iter(self._spent_until))]
        return True

    def allows(self, key: Hashable, limit: Limit, now: float, cost: float = 1.0) -> bool:
        """Whether `take` would let the key through; spends nothing.

        Raises:
            ValueError: the cost is negative or no number.
        """
        return self._until(key, limit, now, cost) is not None

    def _until(self, key: Hashable, limit: Limit, now: float, cost: float) -> float | None:
        """When the key would be rested again if it spent `cost` now; None: it may not."""
        if not cost >= 0:
            raise ValueError(f"a cost is not negative, not {cost}")
        until = max(self._spent_until.get(key, now), now)
        until += min(cost, limit.burst) * limit.per_seconds
        # The tolerance keeps float dust from refusing what the limit exactly allows.
        if until - now > limit.burst * limit.per_seconds * (1 + 1e-9):
            return None
        return until

    def __len__(self) -> int:
        return len(self._spent_until)
