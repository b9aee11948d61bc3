"""Channel points given back: each redemption that is owed, while the connector runs.

Does not know why one is owed. Twitch lets a program do this only for rewards that it made itself,
so those are asked for; of others nothing is said, since nobody can do anything about them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass

from bot.chat.connector import Lost, one_line
from bot.chat.twitch_account import Refused
from bot.chat.twitch_api import Helix

log = logging.getLogger(__name__)

_MOST = 1000
_LOOK_S = 60.0
"""Between two looks at the rewards: one may have been made since."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Redemption:
    """What is owed, and how it is called in the log."""

    id: str
    reward: str
    title: str


class Refunds:
    """Those that are owed; outlives connections."""

    def __init__(self) -> None:
        self._owed: deque[Redemption] = deque()
        self._something = asyncio.Event()
        self._ours: set[str] = set()
        self._looked = -float("inf")

    def add(self, redemption: Redemption) -> None:
        """Give this one back as soon as there is a connection."""
        if len(self._owed) >= _MOST:
            log.warning("%r is not given back: too many are owed already", redemption.title)
            return
        self._owed.append(redemption)
        self._something.set()

    async def run(self, helix: Helix, name: str) -> None:
        """Give back what is owed, one after the other, until cancelled. Raises SignInGone."""
        wait = _FIRST_WAIT_S
        while True:
            self._something.clear()
            if not self._owed:
                await self._something.wait()
                continue
            try:
                await self._give_back(helix, self._owed[0], name)
            except (Lost, Refused) as error:
                if not _may_pass(error):
                    what = self._owed.popleft()
                    log.warning("%s: %r is not given back: %s", name, what.title, one_line(error))
                    continue
                log.debug("%s: giving back waits: %s", name, one_line(error))
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_S)
            else:
                wait = _FIRST_WAIT_S
                self._owed.popleft()

    async def _give_back(self, helix: Helix, what: Redemption, name: str) -> None:
        now = asyncio.get_running_loop().time()
        if what.reward not in self._ours and now - self._looked >= _LOOK_S:
            self._ours = {reward.id for reward in await helix.rewards(ours=True)}
            self._looked = now
        if what.reward not in self._ours:
            return
        await helix.give_back(what.reward, what.id)
        log.info("%s: the points for %r are given back", name, what.title)


def _may_pass(error: Lost | Refused) -> bool:
    """Whether it may go well later."""
    return isinstance(error, Lost) or error.status == 429 or error.status >= 500
