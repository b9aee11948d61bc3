"""Makes .venv in the checkout, installs the program into it, and hands over to it.

Standard library only, and it parses on Python 3.8, so that an old Python is told so in one line.
Knows the extras of pyproject.toml and how to install them; knows nothing of what the program does.

    launch.py run|test|check [--with EXTRA]... [ARGUMENT]...

`run` keeps the caller's folder, since file arguments are meant from there; `test` and `check` work
in the checkout. What was installed is written down last, in .venv/launch.json: an install that was
cut off is done again, and one that still holds is not looked into, unless `--with` asks for it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NoReturn

OLDEST = (3, 11)
CHECKOUT = Path(__file__).resolve().parent.parent
PINS = CHECKOUT / "constraints.txt"
VENV = CHECKOUT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STATE = VENV / "launch.json"
LOCK = VENV / "launch.lock"
LOG = VENV / "launch-pip.log"
EXTRAS = {
    "run": ["espeak"],
    "test": ["espeak", "f5", "language", "regex", "test", "youtube", "zh"],
    "check": ["check", "f5", "test"],
}
CHECKS = [
    ["-m", "ruff", "check"],
    ["-m", "ruff", "format", "--check"],
    ["-m", "mypy"],
    # Its script in .venv stops working when the checkout is moved; this does not.
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
]


class LaunchError(Exception):
    """It cannot start. The text is one line that says what to do."""


def main(arguments: list[str]) -> int:
    """Return 2 if it cannot start, else the exit code of what was started."""
    try:
        command, rest = prepare(arguments)
        if command == "run":
            # -P: a folder "bot" where the caller happens to be is not the program.
            return hand_over("-P", "-m", "bot", *rest)
        os.chdir(CHECKOUT)
        if command == "test":
            return hand_over("-m", "pytest", *rest)
        return 1 if any([run(*check) for check in CHECKS]) else 0
    except LaunchError as error:
        say(str(error))
    except OSError as error:
        say(f"{error} (is {CHECKOUT} yours to write, and is there room on the disk?)")
    except KeyboardInterrupt:
        say("stopped; the next start goes on with it")
    return 2


def prepare(arguments: list[str]) -> tuple[str, list[str]]:
    """Install what the arguments ask for; return the command and its own arguments."""
    if sys.version_info < OLDEST:
        raise LaunchError(
            f"Python {version()} is too old: install 3.11 or newer, or name one that is there, "
            "such as PYTHON=python3.12"
        )
    if not arguments or arguments[0] not in EXTRAS:
        raise LaunchError("the first argument must be one of: " + ", ".join(EXTRAS))
    command = arguments[0]
    asked, rest = split_extras(arguments[1:])
    if command == "check" and rest:
        raise LaunchError("check takes no arguments, but got " + rest[0])
    ensure({*EXTRAS[command], *asked}, again=bool(asked))
    return command, rest


def split_extras(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the NAME of every leading `--with NAME` or `--with=NAME`, and what follows them."""
    rest = list(arguments)
    asked = []
    while rest and rest[0].partition("=")[0] == "--with":
        _, equals, name = rest.pop(0).partition("=")
        asked.append(name if equals or not rest else rest.pop(0))
    if asked:
        import tomllib

        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
        known = sorted(project["optional-dependencies"])
        for name in asked:
            if name not in known:
                raise LaunchError(f"no extra is called {name!r}; there are: " + ", ".join(known))
    return asked, rest


def ensure(extras: set[str], *, again: bool) -> None:
    """Install unless all is there. What an earlier launch asked for stays part of it.

    `again`: pip looks even so; a package may have been taken out since.
    """
    if not again and holds(extras):
        return
    VENV.mkdir(exist_ok=True)
    with locked():
        if again or not holds(extras):
            install(extras)


def holds(extras: set[str]) -> bool:
    """Does an earlier launch say that they are installed, with nothing changed since?"""
    remembered, digest = recall()
    return extras <= remembered and bool(digest) and digest == inputs_digest()


def recall() -> tuple[set[str], str]:
    """Return the extras that are installed and the digest they were installed at, "" if unsure."""
    try:
        state = json.loads(STATE.read_text("utf-8"))
        return set(state["extras"]), state["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return set(), ""


def remember(extras: set[str], digest: str) -> None:
    written = STATE.with_suffix(".new")
    written.write_text(json.dumps({"extras": sorted(extras), "digest": digest}), "utf-8")
    written.replace(STATE)


def inputs_digest() -> str:
    """Digest what an install depends on, without starting anything; "" if .venv has no Python."""
    try:
        config = (VENV / "pyvenv.cfg").read_text("utf-8")
        pairs = dict(line.split(" = ", 1) for line in config.splitlines() if " = " in line)
        # The Python that .venv was made from: after an upgrade it is another file, or none.
        stats = [PYTHON.stat(), Path(pairs.get("executable", PYTHON)).stat()]
    except OSError:
        return ""
    parts = [str(CHECKOUT), config, os.path.realpath(PYTHON)]
    parts += [f"{stat.st_size} {stat.st_mtime_ns}" for stat in stats]
    parts += [path.read_text("utf-8") for path in (CHECKOUT / "pyproject.toml", PINS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def install(extras: set[str]) -> None:
    """Have pip install the program with the extras and those of before, in a .venv made if need be.

    While pip works the state says "unsure", so that being killed here means doing it again. When
    pip refuses it has undone its own work: the state of before holds again.
    """
    earlier, digest = recall()
    extras = extras | earlier
    if not sound():
        say("Making .venv and installing the program (first run, about a minute) ...")
        digest = ""
        make_venv()
    else:
        say("Installing the program with " + ", ".join(sorted(extras)) + " ...")
    remember(earlier, "")
    drop_unfinished()
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "--no-color")
    what = ("-c", pins(extras), "-e", ".[" + ",".join(sorted(extras)) + "]")
    installed = inputs_digest()
    code, output = capture(*pip, "install", *what)
    LOG.write_text(output, "utf-8")
    if code:
        remember(earlier, digest)
        raise LaunchError(
            f"cannot install: {reason(output)} (see that there is a network and start again; "
            f"all of what pip said is in {LOG})"
        )
    remember(extras, installed)


def sound() -> bool:
    """Is there a Python in .venv, new enough, with a pip that loads?"""
    if not PYTHON.exists():
        return False
    test = f"import sys, pip._internal.cli.main; sys.exit(sys.version_info < {OLDEST})"
    try:
        return capture(PYTHON, "-c", test)[0] == 0
    except OSError:
        return False


def make_venv() -> None:
    """Make .venv anew, keeping only what this launcher holds in it."""
    import importlib.util
    import shutil

    if importlib.util.find_spec("ensurepip") is None:
        raise LaunchError(
            f"this Python has no ensurepip; install it: sudo apt install python{version()}-venv"
        )
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path not in (STATE, LOCK):
            path.unlink()
    code, output = capture(sys.executable, "-m", "venv", VENV)
    if code:
        raise LaunchError("cannot make .venv: " + reason(output))


def drop_unfinished() -> None:
    """Forget packages that pip was cut off in the middle of: it takes them for installed.

    The file INSTALLER is the last but one that pip writes of a package.
    """
    import shutil

    for site in ("lib/python*/site-packages", "Lib/site-packages"):
        for info in VENV.glob(site + "/*.dist-info"):
            if not (info / "INSTALLER").exists():
                shutil.rmtree(info)


def pins(extras: set[str]) -> Path:
    """Return the constraints to install by. A torch that works stays: it may be a CUDA build."""
    if "f5" not in extras:
        return PINS
    ask = "import torch, importlib.metadata as m; print('\\n' + m.version('torch'))"
    code, output = capture(PYTHON, "-c", ask)
    if code:
        return PINS
    kept = f"torch=={output.split()[-1]}"
    lines = PINS.read_text("utf-8").splitlines()
    path = VENV / "launch-constraints.txt"
    text = "\n".join(kept if line.startswith("torch==") else line for line in lines)
    path.write_text(text + "\n", "utf-8")
    return path


@contextmanager
def locked() -> Iterator[None]:
    """One install at a time. The lock ends with the process that holds it, however that ends."""
    with LOCK.open("a+b") as file:
        if not try_lock(file.fileno(), wait=False):
            say("Waiting for another launch that is installing ...")
            while not try_lock(file.fileno(), wait=True):
                pass
        yield


def try_lock(descriptor: int, *, wait: bool) -> bool:
    """Return False if another process still has it; on Windows a wait ends after 10 s."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


def capture(*command: str | Path) -> tuple[int, str]:
    """Run in the checkout; return the exit code and all that was printed.

    Standard input is kept from it: it may be a chat that is piped into the program.
    """
    import subprocess

    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


def reason(output: str) -> str:
    """Return the last error of pip's own, else the last that any tool names, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["no reason given"]
    for mark in ("ERROR:", "error:"):
        for line in reversed(lines):
            if mark in line:
                return line[line.index(mark) :]
    return lines[-1]


def run(*arguments: str) -> int:
    """Run .venv's Python as a child; Ctrl-C, which it gets too, is left to it."""
    import subprocess

    child = subprocess.Popen([PYTHON, *arguments])
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def hand_over(*arguments: str) -> int | NoReturn:
    """Become .venv's Python where a process can; Windows keeps this one waiting as its parent."""
    if os.name == "nt":
        return run(*arguments)
    os.execv(PYTHON, [str(PYTHON), *arguments])


def version() -> str:
    return ".".join(str(number) for number in sys.version_info[:2])


def say(line: str) -> None:
    sys.stderr.write(f"launch: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
