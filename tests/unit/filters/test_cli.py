import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Whoever runs the tests may have switched buffering off, which hides a missing flush.
BUFFERED = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}


def run(*arguments: str, feed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "filters", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=BUFFERED, input=feed, capture_output=True, timeout=30, check=False
    )


@pytest.fixture
def blocklist(tmp_path: Path) -> str:
    path = tmp_path / "words.txt"
    path.write_text("\ufeffzorgle\r\n\r\nžluk\r\n", "utf-8")
    return str(path)


def test_each_line_gets_a_verdict_in_order(blocklist: str) -> None:
    lines = [
        b'{"text": "hello"}',
        b"not json",
        b"",
        b'["text"]',
        b'{"text": 5}',
        b'{"user": "x"}',
        b'{"text": "x", "prev": "zor"}',
        b'{"text": "gle", "user": "u", "name": "N", "prev": ["zor"]}',
        b'{"text": "zl\xc5\xafk \xc5\xbeluk"}',
        b'{"text": "\\ud800 lone \\u0000"}',
        b"\xff\xfe",
        b"[" * 100_000,
        '{"text": "привет"}'.encode(),
    ]
    done = run("--blocklist", blocklist, feed=b"\n".join(lines) + b"\n")
    assert (done.returncode, done.stderr) == (0, b"")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(a["verdict"], a["spoken"]) for a in answers] == [
        ("speak", "hello"),
        *[("drop", "")] * 8,
        ("speak", "lone"),
        *[("drop", "")] * 2,
        ("speak", "привет"),
    ]
    assert [a["reason"] for a in answers[1:7]] == [
        "not JSON",
        "not JSON",
        "not an object",
        "text is not a string",
        "text is not a string",
        "prev is not a list of strings",
    ]
    assert done.stdout.isascii()


def test_a_refusal_names_the_rule_the_reading_and_the_span(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("zorgle\n/quim+ble/\n", "utf-8")
    texts = ("a z0rgle", "é quimmble", "buy cheap viewers", "hello")
    feed = "\n".join(json.dumps({"text": text}) for text in texts)
    done = run("--blocklist", str(tmp_path / "words.txt"), feed=feed.encode())
    word, pattern, advert, spoken = (json.loads(line) for line in done.stdout.splitlines())
    assert (word["rule"], word["hit"]) == (
        "words",
        {"entry": "words.txt line 1", "how": "whole word", "reading": "leet", "start": 2, "end": 8},
    )
    assert (pattern["rule"], pattern["hit"]["entry"]) == ("patterns", "words.txt line 2")
    assert (pattern["hit"]["start"], pattern["hit"]["end"]) == (2, 10)
    assert advert["hit"].keys() == {"how", "reading", "start", "end"}
    assert spoken.keys() == {"verdict", "reason", "spoken"}


def test_null_means_absent() -> None:
    line = {"text": "hello", "user": None, "name": None, "prev": None}
    done = run(feed=json.dumps(line).encode())
    assert json.loads(done.stdout)["spoken"] == "hello"
    done = run(feed=b'{"text": null}')
    assert json.loads(done.stdout)["reason"] == "text is not a string"


def test_a_last_line_without_an_end_counts() -> None:
    done = run(feed=b'{"text": "zorgle"}')
    assert json.loads(done.stdout)["spoken"] == "zorgle", "without a block list nothing is blocked"


def test_an_overlong_line_is_dropped_and_the_next_is_read() -> None:
    done = run(feed=b'{"text": "' + b"a" * (9 << 20) + b'"}\n{"text": "next"}\n')
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["verdict"] == "drop"
    assert second["spoken"] == "next"


def test_answers_come_line_by_line() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "filters"],
        cwd=ROOT,
        env=BUFFERED,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b'{"text": "hi"}\n')
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["spoken"] == "hi"
        child.stdin.close()
        assert child.wait(10) == 0


def test_it_ends_quietly_when_nobody_reads() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "filters"],
        cwd=ROOT, env=BUFFERED, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        child.stdout.close()
        assert child.stdin is not None
        child.stdin.write(b'{"text": "hi"}\n')
        child.stdin.close()
        assert child.stderr is not None
        said = child.stderr.read()
        assert (child.wait(10), said) == (0, b"")


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, b"cannot read"), (b"zorgle\n*\n", b"words.txt line 2"), (b"\xff\n", b"UTF-8")],
)
def test_a_wrong_list_is_one_line_and_status_2(
    tmp_path: Path, content: bytes | None, says: bytes
) -> None:
    path = tmp_path / "words.txt"
    if content is not None:
        path.write_bytes(content)
    done = run("--blocklist", str(path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr


@pytest.mark.parametrize("argument", ["--nonsense", "extra", "--block"])
def test_unknown_arguments_are_status_2(argument: str) -> None:
    assert run(argument).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--languages", ""], "--languages: one or more of en, es, pt, de, fr"),
        (["--languages", " , "], "--languages: one or more of en, es, pt, de, fr"),
        (["--languages", "en,zz"], "--languages: one or more of en, es, pt, de, fr"),
        (["--tier", "foo"], "--tier: invalid choice: 'foo' (choose from "),
    ],
)
def test_a_wrong_argument_is_one_line_and_status_2(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr.decode()
    assert b"<Tier" not in done.stderr


def test_languages_and_tier_are_taken_in_any_case_with_blanks() -> None:
    feed = b'{"text": "hello"}'
    done = run("--languages", " EN, de ", "--tier", "NEVER", feed=feed)
    assert json.loads(done.stdout)["spoken"] == "hello"
    assert done.stderr == b""


def test_it_starts_without_heavy_imports() -> None:
    script = "import sys, filters.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=BUFFERED, capture_output=True, check=True
    )
    loaded = set(done.stdout.decode().split())
    assert loaded.isdisjoint({"asyncio", "logging", "numpy", "socket", "pydantic", "bot", "engine"})
