"""bot.lists and the rules of bot.policy: which files are read, and how a change is taken in."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot import lists
from bot.exits import BadInput
from bot.lists import Watch, read
from bot.policy import build_rules
from bot.settings import load
from filters.chain import Rules, judge
from filters.message import Action, Author, ChatMessage, Verdict

ALLOW = Path("lists", "allow.txt")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISHOWTTS_FILTER__SHIPPED", "false")
    monkeypatch.setenv("ISHOWTTS_FILTER__BLOCKLIST", "words.txt")
    Path("words.txt").write_text("zorgle\n[never]\nvexnar\n[mild]\nquimble\n", "utf-8")


def verdict(text: str, rules: Rules | None = None) -> Verdict:
    message = ChatMessage("t", "c", "1", Author("1", "ann"), text)
    return judge(message, rules or build_rules(load()))


def spoken(text: str, rules: Rules | None = None) -> bool:
    return verdict(text, rules).action is Action.SPEAK


def test_a_list_is_read_as_people_save_it() -> None:
    Path("words.txt").write_bytes(b"\xef\xbb\xbfzorgle\r\n\r\nblippo\r\n")
    assert not spoken("zorgle")
    assert not spoken("blippo")
    assert spoken("quimble")


def test_several_lists_count_together_and_name_their_entries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("more.txt").write_text("# more\nblippo\n", "utf-8")
    monkeypatch.setenv("ISHOWTTS_FILTER__BLOCKLIST", "words.txt,more.txt")
    hits = [verdict(text).hit for text in ("zorgle", "blippo")]
    assert [hit.entry for hit in hits if hit] == ["words.txt line 1", "more.txt line 2"]


@pytest.mark.parametrize(
    ("tier", "blocked"),
    [
        ("never", ["vexnar"]),
        ("strict", ["zorgle", "vexnar"]),
        ("mild", ["zorgle", "vexnar", "quimble"]),
    ],
)
def test_the_tier_is_the_mildest_that_blocks(
    tier: str, blocked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__TIER", tier)
    rules = build_rules(load())
    assert [w for w in ("zorgle", "vexnar", "quimble") if not spoken(w, rules)] == blocked


def test_the_shipped_lists_count_unless_they_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    own = len(build_rules(load()).words.entries)
    monkeypatch.setenv("ISHOWTTS_FILTER__SHIPPED", "true")
    english = load(overrides={"filter": {"languages": ("en",)}})
    assert own < len(build_rules(english).words.entries)
    assert len(build_rules(english).words.entries) < len(build_rules(load()).words.entries)


def test_what_is_allowed_is_spoken_but_for_tier_never(state_dir: Path) -> None:
    (state_dir / "allowed.txt").write_text("zorgle\nvexnar\n", "utf-8")
    assert spoken("zorgle")
    assert not spoken("vexnar")


def test_patterns_are_held_against_the_readings() -> None:
    Path("words.txt").write_text("/BLIP+O/\n", "utf-8")
    assert not spoken("bl\u00ed\u200bppppo")
    assert spoken("blio")


def test_pronunciations_are_said_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("said.txt").write_text("gg = well played\nbb = zorgle\n", "utf-8")
    monkeypatch.setenv("ISHOWTTS_FILTER__PRONUNCIATIONS", "said.txt")
    rules = build_rules(load())
    assert "well played" in verdict("gg all", rules).spoken
    assert not spoken("bb all", rules)


@pytest.mark.parametrize(
    ("key", "name", "content", "says"),
    [
        ("BLOCKLIST", "words.txt", b"\xff\xfe\x00", "save it as UTF-8"),
        ("BLOCKLIST", "words.txt", b"zorgle\n\n?\n", "words.txt line 3: "),
        ("BLOCKLIST", "words.txt", b"zorgle\n/(/\n", "words.txt line 2: "),
        ("BLOCKLIST", "none.txt", None, "none.txt: "),
        ("BLOCKLIST", ".", None, "not a file"),
        ("ALLOWLIST", "allow.txt", None, "allow.txt: "),
        ("ALLOWLIST", "lists/allow.txt", b"zor*\n", f"the allow-list {ALLOW} line 1: "),
        ("PRONUNCIATIONS", "said.txt", b"one\n", "said.txt line 1: "),
        ("PRONUNCIATIONS", "said.txt", None, "said.txt: "),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    key: str, name: str, content: bytes | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ISHOWTTS_FILTER__{key}", name)
    if content is not None:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(content)
    with pytest.raises(BadInput) as caught:
        build_rules(load())
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_allow_list_in_the_state_folder_is_named_whole(state_dir: Path) -> None:
    (state_dir / "allowed.txt").write_text("fine\n[mild]\n", "utf-8")
    with pytest.raises(BadInput) as caught:
        build_rules(load())
    assert str(caught.value).startswith(f"the allow-list {state_dir / 'allowed.txt'} line 2: ")


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LARGEST", 3)
    with pytest.raises(BadInput, match="more than"):
        read(Path("words.txt"), "block list")


class Watched:
    """A watch on words.txt and allowed.txt, with what it gave."""

    def __init__(self, state_dir: Path) -> None:
        self.taken: list[Rules] = []
        paths = (Path("words.txt"), state_dir / "allowed.txt")
        self.watch = Watch(paths, lambda: build_rules(load()), self.taken.append, settle_s=0.0)

    def look(self) -> None:
        asyncio.run(self.watch.look())

    def after(self, text: str) -> int:
        """How many times rules were taken, after words.txt holds this."""
        Path("words.txt").write_text(text, "utf-8")
        self.look()
        return len(self.taken)


def test_a_change_is_taken_in_once(state_dir: Path) -> None:
    watched = Watched(state_dir)
    watched.look()
    assert not watched.taken
    assert watched.after("blippo\n") == 1
    watched.look()
    assert len(watched.taken) == 1
    assert not spoken("blippo", watched.taken[0])
    assert spoken("zorgle", watched.taken[0])


def test_a_file_that_comes_and_one_that_is_replaced_are_changes(state_dir: Path) -> None:
    watched = Watched(state_dir)
    (state_dir / "allowed.txt").write_text("zorgle\n", "utf-8")
    watched.look()
    assert spoken("zorgle", watched.taken[-1])
    before = Path("words.txt").stat()
    Path("new.txt").write_text("blorgle\n" + "#" * (before.st_size - 8), "utf-8")
    os.utime("new.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    Path("new.txt").replace("words.txt")
    watched.look()
    assert not spoken("blorgle", watched.taken[-1])


def test_a_broken_list_leaves_the_old_one_and_is_told_once(
    state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    watched = Watched(state_dir)
    assert watched.after("blippo\n?\n") == 0
    assert watched.after("blippo\n?\n\n") == 0
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert "words.txt line 2" in caplog.text
    assert watched.after("blippo\n") == 1
    Path("words.txt").unlink()
    watched.look()
    assert len(watched.taken) == 1
    assert watched.after("blippo\n") == 2
    assert [r.levelname for r in caplog.records] == ["WARNING", "INFO", "WARNING", "INFO"]
    assert "again" in caplog.records[-1].getMessage()
    assert not any("blippo" in record.getMessage() for record in caplog.records)


def test_a_change_that_waits_for_another_file_is_told(
    state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(state_dir)
    watched.after("blippo\n?\n")
    allowed = state_dir / "allowed.txt"
    for text in ("fimble\n", "fimble\nsnib\n"):
        allowed.write_text(text, "utf-8")
        watched.look()
        watched.look()
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 3
    assert told[1] == told[2]
    assert told[1].startswith("the change of allowed.txt is not in force yet: words.txt line 2: ")
    assert not watched.taken
    assert watched.after("snib\n") == 1
    assert spoken("snib", watched.taken[0])


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize("text", ["", "\n", "# zorgle\n", "[never]\n  # none\n"])
def test_a_list_that_becomes_empty_is_told_once(
    text: str, state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(state_dir)
    assert watched.after(text) == 1
    assert spoken("zorgle", watched.taken[-1])
    assert watched.after(text + "\n# still\n") == 2
    assert warnings(caplog) == ["the list words.txt holds no entry now"]
    assert watched.after("zorgle\n") == 3
    assert watched.after(text) == 4
    assert len(warnings(caplog)) == 2


def test_a_list_that_became_empty_beside_a_broken_one_is_told_when_it_counts(
    state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = state_dir / "allowed.txt"
    allowed.write_text("fimble\n", "utf-8")
    watched = Watched(state_dir)
    watched.after("?\n")
    allowed.unlink()
    watched.look()
    assert not any("no entry" in told for told in warnings(caplog))
    assert watched.after("zorgle\n") == 1
    assert warnings(caplog)[-1] == "the list allowed.txt holds no entry now"


def test_a_file_that_is_still_being_written_waits_for_the_next_look(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(state_dir)
    watch = watched.watch
    stamps = watch._stamps
    sizes = iter(range(100, 200))

    def growing() -> tuple[lists.Stamp, ...]:
        return (*stamps()[:-1], (0, next(sizes), 0))

    monkeypatch.setattr(watch, "_stamps", growing)
    watched.look()
    assert not watched.taken
    monkeypatch.setattr(watch, "_stamps", stamps)
    assert watched.after("blippo\n") == 1
