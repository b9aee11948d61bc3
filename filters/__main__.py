"""`python -m filters`: JSON lines in, a verdict for each out, in order; or one text explained.

Does not know rate limits or earlier lines: each line stands alone. `--blocklist` replaces every
list; without it the shipped ones hold.

    in    {"text", "user"?, "name"?, "prev"?: [..]}; null means absent
    out   {"verdict": "speak" | "drop" | "hold", "reason", "spoken",
           "rule"?, "hit"?: {"entry"?, "how", "reading", "start", "end"}}

`rule` and `hit` say which rule refused, and where in which reading; `start` and `end` count
characters.

Exit status: 0 at the end of the input, 2 if an argument or a list is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

from filters.assemble import assemble, shipped_lists
from filters.chain import Rules, judge
from filters.listfile import parse, parse_allowed
from filters.message import Action, Author, ChatMessage, Tier, Verdict
from filters.patterns import PatternsMissing
from filters.shipped import LANGUAGES

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


def _verdict(raw: bytes, rules: Rules, say_name: bool) -> Verdict:
    if len(raw) >= _LONGEST_LINE:
        return Verdict(Action.DROP, f"a line of more than {_LONGEST_LINE} bytes")
    try:
        message, earlier = _message(raw)
    except _Malformed as error:
        return Verdict(Action.DROP, str(error))
    return judge(message, rules, earlier, say_name=say_name)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream, each held to `_LONGEST_LINE` bytes."""
    while line := stream.readline(_LONGEST_LINE):
        rest = line
        while len(rest) == _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(_LONGEST_LINE)
        yield line


def _answered(verdict: Verdict) -> dict[str, object]:
    answer: dict[str, object] = {
        "verdict": verdict.action,
        "reason": verdict.reason,
        "spoken": verdict.spoken,
    }
    if verdict.rule:
        answer["rule"] = verdict.rule
    if (hit := verdict.hit) is not None:
        entry = {"entry": hit.entry} if hit.entry else {}
        span = {"reading": hit.reading, "start": hit.start, "end": hit.end}
        answer["hit"] = entry | {"how": hit.how} | span
    return answer


def _answer(rules: Rules, *, say_name: bool) -> None:
    for raw in _lines(sys.stdin.buffer):
        verdict = _verdict(raw, rules, say_name)
        answer = _answered(verdict)
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode() + b"\n")
        # Whoever asks line by line waits for the answer.
        sys.stdout.buffer.flush()


def _refuse(reason: str) -> int:
    print(f"filters: {reason}", file=sys.stderr)  # noqa: T201 - a command's output
    return 2


class _Unusable(Exception):
    """A list file that cannot be used; one line."""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise _Unusable(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _Unusable(f"{path} is not UTF-8: save it so") from None


def _rules(args: argparse.Namespace) -> Rules:
    """The rules that the arguments ask for. Raises _Unusable."""
    languages = args.languages
    try:
        if args.blocklist is None:
            lists = [shipped_lists(languages)]
        else:
            lists = [parse(_read(args.blocklist), args.blocklist.name)]
        allowed = (
            parse_allowed(_read(args.allowlist), args.allowlist.name) if args.allowlist else ()
        )
        words, patterns = assemble(
            lists, tier=Tier(args.tier), languages=languages, allowed=allowed
        )
    except (ValueError, PatternsMissing) as error:
        raise _Unusable(str(error)) from None
    return Rules(words=words, patterns=patterns)


def _explain(args: argparse.Namespace, rules: Rules) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from filters.explain import explain

    author = Author(id="", name=args.name)
    message = ChatMessage("console", "", "", author, args.explain)
    for line in explain(message, rules, args.prev, say_name=args.say_name):
        print(line)  # noqa: T201 - the command's result


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, without the usage in front."""

    def error(self, message: str) -> NoReturn:
        """End with exit status 2."""
        self.exit(2, f"filters: {message}; see: {self.prog} --help\n")


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(code for code in (part.strip().lower() for part in text.split(",")) if code)
    if not codes or not set(codes) <= set(LANGUAGES):
        raise argparse.ArgumentTypeError(
            f"one or more of {', '.join(LANGUAGES)} with commas between them"
        )
    return codes


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m filters",
        description="Judges JSON lines from standard input and writes a verdict for each.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--blocklist", type=Path, metavar="FILE", help="this list instead of the shipped ones")
    add("--allowlist", type=Path, metavar="FILE", help="words never blocked, but for tier never")
    add(
        "--tier",
        type=str.lower,
        choices=[tier.value for tier in Tier],
        default=Tier.STRICT.value,
        help="the mildest tier that is blocked",
    )
    add(
        "--languages",
        type=_languages,
        default=",".join(LANGUAGES),
        metavar="CODES",
        help="default: %(default)s",
    )
    add("--say-name", action="store_true", help="begin what is spoken with the author's name")
    add(
        "--explain",
        metavar="TEXT",
        help="show how one text is read and judged, and end; asks the shipped lists, "
        "or --blocklist in their place, and --allowlist, and nothing else that a channel has set",
    )
    add(
        "--prev", action="append", default=[], metavar="TEXT", help="an earlier line, for --explain"
    )
    add("--name", default="", help="the author's name, for --explain")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    args = _parser().parse_args(argv)
    try:
        rules = _rules(args)
    except _Unusable as error:
        return _refuse(str(error))
    try:
        if args.explain is not None:
            _explain(args, rules)
        else:
            _answer(rules, say_name=args.say_name)
    except BrokenPipeError:
        # Nobody reads any more. Python would complain once again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
