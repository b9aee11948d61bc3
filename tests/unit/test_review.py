"""bot.review: the table of drops, and words that are put on the allow-list."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import main
from bot.drops import Drops
from bot.policy import build_rules
from bot.settings import load
from filters.chain import judge
from filters.message import Author, ChatMessage


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISHOWTTS_FILTER__SHIPPED", "false")
    monkeypatch.setenv("ISHOWTTS_FILTER__BLOCKLIST", "words.txt")
    monkeypatch.setenv("COLUMNS", "80")
    Path("words.txt").write_text("zorgle\n[never]\nvexnar\n", "utf-8")


def dropped(*texts: str) -> None:
    """Have these lines dropped and written down."""
    settings = load()
    rules = build_rules(settings)

    async def run() -> None:
        log = Drops(settings.state_dir, lambda: datetime(2026, 11, 23, 20, 14, tzinfo=UTC))
        for text in texts:
            message = ChatMessage("t", "c", "1", Author("1", "ann"), text)
            log.add(message, judge(message, rules), rules)
        log._write(*log._taken())

    asyncio.run(run())


def says(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    code = main(command)
    out, err = capsys.readouterr()
    return code, out + err


def is_spoken(text: str) -> bool:
    message = ChatMessage("t", "c", "1", Author("1", "ann"), text)
    return judge(message, build_rules(load())).action == "speak"


def test_no_drops_are_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert says(capsys, "drops") == (0, "nothing was dropped by a word, link or pattern rule yet\n")


def test_a_drop_is_shown_with_who_what_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    dropped("so a zorgle it is", "vexnar")
    code, text = says(capsys, "drops")
    assert code == 0
    for part in ("    1 23 Nov 20:14:00  ann: so a zorgle it is", "words.txt line 1", "strict"):
        assert part in text
    assert "vexnar" not in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_last_or_all_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    dropped(*(f"zorgle number {n}" for n in range(30)))
    assert says(capsys, "drops")[1].count("number") == 20
    assert says(capsys, "drops", "--last", "3")[1].count("number") == 3
    assert says(capsys, "drops", "--all")[1].count("number") == 30
    with pytest.raises(SystemExit) as ended:
        main(["drops", "--last", "0"])
    assert ended.value.code == 2


def test_hostile_text_moves_no_cursor(capsys: pytest.CaptureFixture[str], state_dir: Path) -> None:
    dropped("zorgle \x1b[31m\u202e " + "x" * 500)
    with (state_dir / "drops.jsonl").open("a") as file:
        file.write('{"n": 9, "text": "\\u001b[2J", "at": 5, "name": ["\\u0007"], "entry": {}}\n')
    text = says(capsys, "drops")[1]
    assert all(line.isprintable() for line in text.splitlines())


def test_a_drop_is_allowed_by_its_number(
    capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    dropped("hello zorgle")
    code, text = says(capsys, "allow", "1")
    assert code == 0
    assert "itself listed (words.txt line 1)" in text
    assert "within 2 seconds" in text
    assert (state_dir / "allowed.txt").read_text("utf-8").splitlines()[-1] == "zorgle"
    assert is_spoken("hello zorgle")


def test_words_are_kept_in_order_once_with_the_comments(
    capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    path = state_dir / "allowed.txt"
    path.write_text("# mine\nquimble\n", "utf-8")
    assert says(capsys, "allow", "Snarf", "blorp", "QUIMBLE", "blorp")[0] == 0
    assert path.read_text("utf-8") == "# mine\nblorp\nquimble\nsnarf\n"
    assert "was on the list already" in says(capsys, "allow", "snarf")[1]
    assert {file.name for file in state_dir.iterdir()} <= {"allowed.txt", "allowed.txt.lock"}


def test_a_comment_behind_a_word_is_kept(
    capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    path = state_dir / "allowed.txt"
    path.write_text("snib  # a friend\n", "utf-8")
    assert "was on the list already" in says(capsys, "allow", "snib", "blorp")[1]
    assert path.read_text("utf-8") == "blorp\nsnib  # a friend\n"


def test_a_word_that_is_not_blocked_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "by itself it was not blocked" in says(capsys, "allow", "harmless")[1]


@pytest.mark.parametrize("what", ["vexnar", "v3xnar", "1"])
def test_tier_never_is_never_allowed(
    what: str, capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    dropped("vexnar")
    code, text = says(capsys, "allow", "blorp", what)
    assert code == 2
    assert "slurs are never allowed" in text
    assert "exnar" not in text
    assert not (state_dir / "allowed.txt").exists()


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("7", "there is no drop 7"),
        ("-1", "'-1' is no number of a drop"),
        ("#1", "'#1' is no number of a drop"),
        *(
            (what, "is no word to allow")
            for what in (
                *("zor*", "?", "", " ", "\u200b", "#x", "\uff03x", "[never]", "\uff3bnever\uff3d"),
                *("[snib", "snib # mine", "snib\uff0cfimble", "1,2", "- snib", "/snib/", "/snib/i"),
            )
        ),
    ],
)
def test_what_cannot_be_allowed_is_one_line(
    what: str, why: str, capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    code, text = says(capsys, "allow", "blorp", what)
    assert code == 2
    assert len(text.splitlines()) == 1
    assert why in text
    assert not (state_dir / "allowed.txt").exists()


def test_every_kind_of_drop_is_shown_with_what_was_seen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__LINKS", "drop")
    Path("words.txt").write_text("[mild]\n/quim+ble/\n", "utf-8")
    monkeypatch.setenv("ISHOWTTS_FILTER__TIER", "mild")
    dropped("see blippo.com", "so QUIMMBLE", "call 555-0187", "buy cheap viewers", "hey 8===>")
    text = says(capsys, "drops", "--last", "20")[1]
    for row in (
        'links: "blippo.com" is a link (as typed)',
        'patterns: "quimmble" is words.txt line 2 (mild; pattern; folded)',
        'numbers: "555-0187" is a telephone or card number (as typed)',
        'adverts: "buy cheap viewers" is an advert (bought followers) (folded)',
        'drawing: "8===>" is drawn with characters (as typed)',
    ):
        assert row in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("see blippo.com", "ISHOWTTS_FILTER__LINK_HOSTS"),
        ("call 555-0187", "ISHOWTTS_FILTER__LINKS=say"),
        ("a quimmble", "words.txt line 1"),
        ("buy cheap viewers", "no setting opens that"),
        ("hey 8===>", "no setting opens that"),
    ],
)
def test_what_no_word_opens_names_the_setting_that_does(
    text: str,
    why: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    state_dir: Path,
) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__LINKS", "drop")
    Path("words.txt").write_text("/quim+ble/\n", "utf-8")
    dropped(text)
    for what in ("1", text):
        code, told = says(capsys, "allow", what)
        assert code == 2
        assert len(told.splitlines()) == 1
        assert why in told
    assert not (state_dir / "allowed.txt").exists()


def test_a_drop_of_an_older_log_is_shown_and_allowed(
    capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    (state_dir / "drops.jsonl").write_text(
        '{"n": 1, "rule": "links", "reason": "a link"}\n'
        '{"n": 2, "rule": "words", "entry": "w line 1", "tier": "strict", "how": "whole word", '
        '"reading": "leet", "word": "zorgle", "allow": ["zorgle"]}\n',
        "utf-8",
    )
    text = says(capsys, "drops")[1]
    assert "links: a link" in text
    assert '"zorgle" is w line 1 (strict; whole word; leet)' in text
    assert says(capsys, "allow", "2")[0] == 0


def test_a_list_that_cannot_be_written_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allowed = tmp_path / "file" / "allowed.txt"
    allowed.parent.write_text("", "utf-8")
    monkeypatch.setenv("ISHOWTTS_STATE_DIR", str(allowed.parent))
    code, text = says(capsys, "allow", "blorp")
    assert code == 2
    assert len(text.splitlines()) == 1
