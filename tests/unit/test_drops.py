"""bot.drops: what is written of a drop, what is masked, and what happens when it cannot be."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import drops
from bot.drops import Drops, path_of, stored
from filters.chain import Rules, judge
from filters.listfile import Pattern
from filters.message import Author, ChatMessage, Tier
from filters.patterns import compile_patterns
from filters.wordlist import Entry, compile_words

RULES = Rules(
    words=compile_words(
        [Entry("zorgle", Tier.NEVER, "w line 1"), Entry("blippo", Tier.STRICT, "w line 2")]
    ),
    links="drop",
    patterns=compile_patterns(
        [Pattern("quim+ble", Tier.MILD, "w line 3"), Pattern("dro+k", Tier.NEVER, "w line 4")]
    ),
)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def add(log: Drops, text: str, name: str = "ann") -> None:
    message = ChatMessage("t", "c", "1", Author("1", name), text)
    log.add(message, judge(message, RULES), RULES)


def written(folder: Path, *texts: str, name: str = "ann") -> list[drops.Record]:
    """The records after one run of the log that these drops came in."""

    async def run() -> None:
        log = Drops(folder, lambda: NOON)
        task = asyncio.create_task(log.run())
        await asyncio.sleep(0)
        for text in texts:
            add(log, text, name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    return list(stored(folder))


def test_a_drop_is_a_line_with_what_hit(tmp_path: Path) -> None:
    (record,) = written(tmp_path, "so a BLIPP0 it is", name="bob")
    assert record["n"] == 1
    assert record["at"] == "2026-11-23T12:00:00+00:00"
    assert (record["platform"], record["name"]) == ("t", "bob")
    assert record["text"] == "so a BLIPP0 it is"
    assert (record["entry"], record["tier"]) == ("w line 2", "strict")
    assert (record["word"], record["allow"]) == ("blippo", ["blippo"])
    assert record["rule"]
    assert record["how"]
    assert "leet" in record["reading"]


def test_other_rules_have_what_was_seen_and_nothing_to_allow(tmp_path: Path) -> None:
    link, advert, drawing = written(
        tmp_path, "see http://example.com/x ok", "buy cheap viewers, friend", "hey 8==> "
    )
    for record, rule, word in (
        (link, "links", "http://example.com/x"),
        (advert, "adverts", "buy cheap viewers"),
        (drawing, "drawing", "8==>"),
    ):
        assert (record["rule"], record["word"]) == (rule, word)
        assert record["reason"]
        assert record["reading"]
        assert record.keys().isdisjoint({"entry", "tier", "allow"})


def test_what_a_pattern_matches_is_told_and_of_tier_never_it_is_masked(tmp_path: Path) -> None:
    mild, never = written(tmp_path, "so a quimmble it is", "so a DR0OK it is")
    assert (mild["text"], mild["word"]) == ("so a quimmble it is", "quimmble")
    assert (mild["entry"], mild["tier"], mild["what"]) == ("w line 3", "mild", "pattern")
    assert mild["allow"] == []
    assert (never["text"], never["word"]) == ("so a D**** it is", "d****")
    assert "rook" not in path_of(tmp_path).read_text().casefold()


def test_no_word_of_tier_never_is_readable(tmp_path: Path) -> None:
    written(
        tmp_path, "a zorgle", "Z0RGLE zorgle", "z o r g l e", "blippo and zorgle", name="zorgle"
    )
    content = path_of(tmp_path).read_text()
    for spelled in ("zorgle", "z0rgle", "z o r g l e", "o r g l"):
        assert spelled not in content.casefold()
    first = next(stored(tmp_path))
    assert (first["text"], first["word"], first["allow"]) == ("a z*****", "z*****", [])


def test_numbers_go_on_after_a_restart_and_a_torn_line(tmp_path: Path) -> None:
    written(tmp_path, "blippo", "blippo")
    with path_of(tmp_path).open("a") as file:
        file.write('{"n": 3, "text": "cut o')
    assert [record["n"] for record in written(tmp_path, "blippo")] == [1, 2, 3]


def test_what_a_flood_drops_is_counted_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drops, "_PENDING", 3)
    records = written(tmp_path, *["blippo"] * 10)
    assert [record.get("n") for record in records] == [1, 2, 3, None]
    assert records[-1] == {"more": 7}


def test_the_file_is_begun_anew_and_one_old_one_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drops, "LARGEST", 600)
    for _ in range(8):
        written(tmp_path, "blippo")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["drops.1.jsonl", "drops.jsonl"]
    assert all(file.stat().st_size <= 600 for file in files)
    numbers = [record["n"] for record in stored(tmp_path)]
    assert numbers == list(range(numbers[0], 9))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    written(tmp_path, "blippo")
    assert stat.S_IMODE(path_of(tmp_path).stat().st_mode) == 0o600


def test_a_disk_that_fails_is_one_line_and_the_next_drop_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    folder = tmp_path / "gone"

    async def run() -> None:
        log = Drops(folder, lambda: NOON)
        for _ in range(3):
            add(log, "blippo")
            log._write(*log._taken())
        folder.mkdir()
        add(log, "blippo")
        log._write(*log._taken())

    asyncio.run(run())
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert len(list(stored(folder))) == 1


def test_drops_are_written_while_the_bot_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drops, "_GATHER_S", 0.01)

    async def run() -> None:
        log = Drops(tmp_path, lambda: NOON)
        task = asyncio.create_task(log.run())
        add(log, "blippo")
        for _ in range(1000):
            if list(stored(tmp_path)):
                break
            await asyncio.sleep(0.01)
        assert len(list(stored(tmp_path))) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_lines_that_are_no_drops_are_passed_over(tmp_path: Path) -> None:
    path_of(tmp_path).write_bytes(b'\xff\n[]\n{"n": 4}\n' + json.dumps({"n": 5}).encode())
    assert [record["n"] for record in stored(tmp_path)] == [4, 5]
    assert list(stored(tmp_path / "nowhere")) == []
