"""The command line: `python -m bot [run] ...`, and the other commands beside it.

Does not do any of the work: each command's room is imported when it is asked for.

Exit codes: 0 stopped, 1 crash, 2 settings or usage, 3 nothing can be heard, 4 already running.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bot import exits, voices_options
from bot.settings import Settings, SettingsError, load

_RUN = "run"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # Chat is never ASCII, and a console that cannot show a character must not stop the bot.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.setswitchinterval(0.0005)
    parser, names = _parser()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0] not in names and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, _RUN)
    options = parser.parse_args(words)
    try:
        code: int = options.command(options)
        if sys.stdout is not None:
            sys.stdout.flush()  # now, while an error can still be told
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's own output
        return exits.SETTINGS
    except exits.Exit as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's own output
        return error.code
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EIO):
            raise
        return _output_gone(error)
    return code


def _output_gone(error: OSError) -> int:
    """Standard output takes no more: its reader has seen enough, as `head` has, or it is full."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the last flush
    if error.errno == errno.EPIPE:
        return exits.STOPPED
    print(f"cannot write to standard output: {error.strerror}", file=sys.stderr)  # noqa: T201
    return exits.CRASH


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, without the usage in front."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(exits.SETTINGS, f"{message}; see: {self.prog} --help\n")


def _parser() -> tuple[argparse.ArgumentParser, set[str]]:
    parser = _Parser(
        prog="python -m bot",
        description="Speaks a live stream's chat. With no command: run.",
        epilog="python -m bot COMMAND --help tells more of one command.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.set_defaults(command=command)
        sub.add_argument(
            "--settings", type=Path, metavar="FILE", help="settings file; default: ./settings.env"
        )
        return sub

    run = add(_RUN, _run, "read chat and speak it, until stopped or every source has ended")
    run.add_argument("--twitch", metavar="CHANNEL", help="read a Twitch channel, or several: a,b")
    run.add_argument(
        "--youtube",
        metavar="NAME",
        help="read a YouTube channel or stream: @name, UC... or an address; several with commas",
    )
    run.add_argument("--replay", type=Path, metavar="FILE", help="read events from a recording")
    run.add_argument(
        "--fast",
        action="store_true",
        help="do not wait: a replay comes in at once, as a flood would; null and wav at full speed",
    )
    run.add_argument("--record", type=Path, metavar="FILE", help="write every event to FILE")
    run.add_argument("--console", action="store_true", help="read standard input as well")
    _output(run)
    say = add("say", _say, "speak one text and end")
    say.add_argument("text", help="what to say")
    say.add_argument("-o", "--out", type=Path, metavar="FILE.wav", help="write it to a file")
    say.add_argument("--voice", metavar="ID", help="a voice as `voices` lists them")
    _output(say)
    drops = add("drops", _drops, "show the lines that were dropped of late, and why")
    drops.add_argument("--last", type=_count, default=20, metavar="N", help="default: 20")
    drops.add_argument("--all", action="store_true", help="every one that is kept")
    allow = add("allow", _allow, "never drop a word again, but for tier never")
    allow.add_argument(
        "what", nargs="+", metavar="NUMBER|WORD", help="a drop's number, as `drops` shows it"
    )
    audit = add("audit", _audit, "show what moderators have told the bot to do")
    audit.add_argument("--last", type=_count, default=20, metavar="N", help="default: 20")
    explain = add("explain", _explain, "show how the rules of these settings read one text")
    explain.add_argument("text", help="the text, without !tts in front")
    explain.add_argument("--first-time", action="store_true", help="judge it as a stranger's")
    explain.add_argument("--name", metavar="NAME", help="begin what is spoken with NAME says")
    login = add("login", _login, "sign in, to read more of a chat and to write into it")
    login.add_argument("platform", choices=["twitch"], help="where")
    login.add_argument("--bot", action="store_true", help="an account of its own that writes")
    _add_rewards(add("rewards", _rewards, "channel-point rewards of your Twitch channel"))
    add("check", _check, "check settings, engines and devices, a line each")
    add("devices", _devices, "list the outputs that --output takes")
    voices_options.add_options(
        add("voices", _voices, "list the voices that --voice takes; add, remove, hear your own")
    )
    settings = add("settings", _settings, "show the settings' values, secrets as stars")
    settings.add_argument("--example", action="store_true", help="print settings.example.env")
    _add_bench(add("bench", _bench, "measure this machine"))
    return parser, set(commands.choices)


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--output",
        metavar="WHERE",
        help="default, a device's name, wav:PATH, or null (simulated, unheard)",
    )


def _add_bench(bench: argparse.ArgumentParser) -> None:
    kinds = bench.add_subparsers(title="benchmarks", metavar="NAME", required=True, dest="bench")
    latency = kinds.add_parser("latency", help="chat line to first sample at a real null sink")
    latency.add_argument("--messages", type=int, default=102, metavar="N", help="default: 102")
    silence = kinds.add_parser("silence", help="skip, pause and deletion to silence, hung too")
    silence.add_argument("--times", type=int, default=50, metavar="N", help="each; default: 50")
    flood = kinds.add_parser("flood", help="10,000 chat lines a second")
    flood.add_argument("--seconds", type=float, default=10.0, metavar="S", help="default: 10")
    flood.add_argument(
        "--unheard", action="store_true", help="no null sink: loop, memory and counts alone"
    )
    start = kinds.add_parser("start", help="start of the program to ready")
    start.add_argument("--runs", type=int, default=5, metavar="N", help="default: 5")
    backlog = kinds.add_parser("backlog", help="put, take and purge while many lines wait")
    backlog.add_argument(
        "--waiting", type=_count, default=100_000, metavar="N", help="default: 100,000"
    )
    backlog.add_argument(
        "--times", type=_count, default=20_000, metavar="N", help="default: 20,000"
    )
    journal = kinds.add_parser("journal", help="kill -9 while paid lines are journalled")
    journal.add_argument(
        "--cycles", type=_count, default=1000, metavar="N", help="default: 1000, some minutes"
    )
    for kind in (latency, silence, flood, start, backlog, journal):
        kind.add_argument("--json", action="store_true", help="print JSON")


def _add_rewards(rewards: argparse.ArgumentParser) -> None:
    kinds = rewards.add_subparsers(title="what", metavar="WHAT", required=True)
    new = kinds.add_parser("add", help="make a reward with a text, which can be refunded")
    new.add_argument("title", help="its title, up to 45 characters")
    new.add_argument("--cost", type=_count, required=True, metavar="N", help="points")


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError("give a whole number, 1 or more")
    return number


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ishowtts")
    except PackageNotFoundError:
        return "not installed"


def _load(options: argparse.Namespace, **overrides: dict[str, Any]) -> Settings:
    if getattr(options, "output", None):
        overrides["audio"] = {"output": options.output}
    return load(options.settings, overrides)


def _run(options: argparse.Namespace) -> int:
    from bot.run import run

    twitch = {"twitch": {"channels": options.twitch}} if options.twitch else {}
    youtube = {"youtube": {"channels": options.youtube}} if options.youtube else {}
    settings = _load(options, **twitch, **youtube)
    return asyncio.run(
        run(
            settings,
            replay=options.replay,
            fast=options.fast,
            record=options.record,
            console=options.console,
        )
    )


def _say(options: argparse.Namespace) -> int:
    from bot.say import say

    settings = _load(options)
    return asyncio.run(say(settings, options.text, out=options.out, voice=options.voice))


def _drops(options: argparse.Namespace) -> int:
    from bot.review import drops

    return drops(_load(options), last=None if options.all else options.last)


def _allow(options: argparse.Namespace) -> int:
    from bot.review import allow

    return allow(_load(options), options.what)


def _audit(options: argparse.Namespace) -> int:
    from bot.audit import audit

    return audit(_load(options), last=options.last)


def _explain(options: argparse.Namespace) -> int:
    from bot.explain import explain

    return explain(_load(options), options.text, first_time=options.first_time, name=options.name)


def _check(options: argparse.Namespace) -> int:
    from bot.check import check

    return check(options.settings)


def _login(options: argparse.Namespace) -> int:
    from bot.accounts import login

    return _until_stopped(login(_load(options), bot=options.bot))


def _rewards(options: argparse.Namespace) -> int:
    from bot.accounts import add_reward

    return _until_stopped(add_reward(_load(options), options.title, options.cost))


def _until_stopped(command: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(command)
    except KeyboardInterrupt:
        return exits.STOPPED


def _devices(options: argparse.Namespace) -> int:
    from bot.check import devices

    _load(options)
    return devices()


def _voices(options: argparse.Namespace) -> int:
    return voices_options.run(_load(options), options)


def _settings(options: argparse.Namespace) -> int:
    from bot.settings_text import example, shown

    text = example() if options.example else shown(_load(options))
    sys.stdout.write(text)
    return exits.STOPPED


def _bench(options: argparse.Namespace) -> int:
    from bot.bench import backlog, flood, journal, latency, silence, start

    settings = _load(options)
    if options.bench == "backlog":
        return backlog.main(waiting=options.waiting, times=options.times, as_json=options.json)
    if options.bench == "latency":
        return latency.main(settings, messages=options.messages, as_json=options.json)
    if options.bench == "silence":
        return silence.main(settings, times=options.times, as_json=options.json)
    if options.bench == "flood":
        recorded = not options.unheard
        return flood.main(
            settings, seconds=options.seconds, recorded=recorded, as_json=options.json
        )
    if options.bench == "journal":
        return journal.main(cycles=options.cycles, as_json=options.json)
    return start.main(runs=options.runs, as_json=options.json)
