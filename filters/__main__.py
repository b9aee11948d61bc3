"""`python -m filters`: JSON lines in, a verdict for each out, in order.

Does not know rate limits or earlier lines: each line stands alone.

    in    {"text", "user"?, "name"?, "prev"?: [..]}; null means absent
    out   {"verdict": "speak" | "drop" | "hold", "reason", "spoken"}

Exit status: 0 at the end of the input, 2 if an argument or the block list is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from filters.chain import Rules, judge
from filters.message import Action, Author, ChatMessage, Verdict
from filters.wordlist import compile_words, entries

_LONGEST_LINE = 8 << 20


class _Malformed(Exception):
    """A line that is not a message; the text says why."""


def _string(line: dict[str, object], key: str, missing: str | None = None) -> str:
    value = line.get(key)
    if value is None:
        value = missing
    if not isinstance(value, str):
        raise _Malformed(f"{key} is not a string")
    return value


def _message(raw: bytes) -> tuple[ChatMessage, Sequence[str]]:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _Malformed("not JSON") from error
    if not isinstance(line, dict):
        raise _Malformed("not an object")
    earlier = line.get("prev")
    if earlier is None:
        earlier = []
    if not isinstance(earlier, list) or not all(isinstance(text, str) for text in earlier):
        raise _Malformed("prev is not a list of strings")
    user = _string(line, "user", "")
    author = Author(id=user, name=_string(line, "name", user))
    return ChatMessage("console", "", "", author, _string(line, "text")), earlier


def _verdict(raw: bytes, rules: Rules) -> Verdict:
    if len(raw) >= _LONGEST_LINE:
        return Verdict(Action.DROP, f"a line of more than {_LONGEST_LINE} bytes")
    try:
        message, earlier = _message(raw)
    except _Malformed as error:
        return Verdict(Action.DROP, str(error))
    return judge(message, rules, earlier)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream, each held to `_LONGEST_LINE` bytes."""
    while line := stream.readline(_LONGEST_LINE):
        rest = line
        while len(rest) == _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(_LONGEST_LINE)
        yield line


def _answer(rules: Rules) -> None:
    for raw in _lines(sys.stdin.buffer):
        verdict = _verdict(raw, rules)
        answer = {"verdict": verdict.action, "reason": verdict.reason, "spoken": verdict.spoken}
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode() + b"\n")
        # Whoever asks line by line waits for the answer.
        sys.stdout.buffer.flush()


def _refuse(reason: str) -> int:
    print(f"filters: {reason}", file=sys.stderr)  # noqa: T201 - a command's output
    return 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m filters",
        description="Judges JSON lines from standard input and writes a verdict for each.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--blocklist", type=Path, metavar="FILE", help="blocked words, one a line, in UTF-8"
    )
    args = parser.parse_args(argv)
    try:
        listed = entries(args.blocklist.read_text("utf-8")) if args.blocklist else []
        rules = Rules(words=compile_words(listed))
    except OSError as error:
        return _refuse(f"cannot read {args.blocklist}: {error.strerror}")
    except UnicodeDecodeError:
        return _refuse(f"{args.blocklist} is not UTF-8: save it so")
    except ValueError as error:
        return _refuse(f"{args.blocklist}: {error}")
    try:
        _answer(rules)
    except BrokenPipeError:
        # Nobody reads any more. Python would complain once again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
