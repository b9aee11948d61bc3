"""A private sound server for each test, and players that are closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from bot.audio.player import Player
from bot.bench.null_sink import NullSinkServer, RigMissing

NewPlayer = Callable[..., Player]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NullSinkServer]:
    try:
        rig = NullSinkServer().__enter__()
    except RigMissing as error:
        pytest.skip(str(error))
    monkeypatch.delenv("PULSE_SINK", raising=False)
    for name, value in rig.env.items():
        monkeypatch.setenv(name, value)
    yield rig
    rig.close()


@pytest_asyncio.fixture
async def new_player() -> AsyncIterator[NewPlayer]:
    players: list[Player] = []

    def make(*args: Any, **settings: Any) -> Player:
        players.append(Player(*args, **settings))
        return players[-1]

    yield make
    for player in players:
        await player.aclose()
