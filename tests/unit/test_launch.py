"""scripts/launch.py, driven for real: real venvs, the real pip, a small checkout, no network.

The small checkout builds with a backend of its own and finds its packages in a folder of wheels
made here, so that pip needs nothing from outside.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
COMMANDS = ("run", "test", "check")

# `broken` cannot be had; `f5` asks for torch as the real one does.
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "small"
version = "1"
[project.optional-dependencies]
espeak = ["hello>=1"]
test = []
check = []
f5 = ["torch>=2.10"]
broken = ["no-such-package"]
"""
# While the file "hold" exists the build stands still: where a test cuts it off, or waits at it.
BACKEND = """
import pathlib, time, zipfile
here = pathlib.Path(__file__).parent
META = "Metadata-Version: 2.1\\nName: small\\nVersion: 1\\n" + "".join(
    f"Provides-Extra: {extra}\\nRequires-Dist: {what}; extra == '{extra}'\\n"
    for extra, what in (
        ("espeak", "hello>=1"), ("test", "hello"), ("check", "hello"),
        ("f5", "torch>=2.10"), ("broken", "no-such-package"),
    )
)
def build_editable(wheels, config_settings=None, metadata_directory=None):
    (here / "building").touch()
    while (here / "hold").exists():
        time.sleep(0.02)
    with zipfile.ZipFile(pathlib.Path(wheels) / "small-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("small.pth", str(here))
        wheel.writestr("small-1.dist-info/METADATA", META)
        wheel.writestr("small-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("small-1.dist-info/RECORD", "")
    return "small-1-py3-none-any.whl"
"""
PROGRAM = """
import json, os, sys
print(json.dumps({"cwd": os.getcwd(), "arguments": sys.argv[1:], "input": sys.stdin.read()}))
sys.exit(int(os.environ.get("EXIT", "0")))
"""
TOOL = """
import os, sys
print({name!r}, *sys.argv[1:])
sys.exit(int({name!r} in os.environ.get("FAILING", "")))
"""


def _make_wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"__version__ = {version!r}\n")
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@dataclass(frozen=True)
class Checkout:
    """A checkout that launch.py can be started in."""

    path: Path
    """The checkout; its name has a space."""
    environ: dict[str, str]
    """Lets pip look at nothing but the folder of wheels."""

    @property
    def python(self) -> Path:
        return self.path / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def state(self) -> Path:
        return self.path / ".venv" / "launch.json"

    def popen(self, *arguments: str, cwd: Path | None = None, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, self.path / "scripts" / "launch.py", *arguments],
            cwd=cwd or self.path,
            env=self.environ | env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def launch(
        self, *arguments: str, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        with self.popen(*arguments, cwd=cwd, **env) as process:
            out, err = process.communicate("typed\n", timeout=50)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def wait_until_building(self) -> None:
        deadline = time.monotonic() + 40
        while not (self.path / "building").exists():
            assert time.monotonic() < deadline, "pip did not come to the build"
            time.sleep(0.02)

    def call_python(self, *arguments: str) -> str:
        """Run the Python of .venv; return what it prints."""
        command = [str(self.python), *arguments]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=True)
        return str(done.stdout).strip()

    def version_of(self, module: str) -> str:
        return self.call_python("-c", f"import {module}; print({module}.__version__)")


def _make_checkout(folder: Path) -> Checkout:
    path, wheels = folder / "check out", folder / "wheels"
    shutil.copytree(SCRIPTS, path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    wheels.mkdir()
    for name, version in (("hello", "1.0"), ("torch", "2.13.0"), ("torch", "2.11.0+cu1")):
        _make_wheel(wheels, name, version)
    (path / "bot").mkdir()
    (path / "bot" / "__main__.py").write_text(PROGRAM)
    (path / "pytest.py").write_text(PROGRAM)
    for name in ("ruff", "mypy"):
        (path / f"{name}.py").write_text(TOOL.format(name=name))
    (path / "importlinter").mkdir()
    (path / "importlinter" / "cli.py").write_text(
        "def lint_imports_command():\n    print('imports')\n"
    )
    (path / "pyproject.toml").write_text(PYPROJECT)
    (path / "constraints.txt").write_text("hello==1.0\ntorch==2.13.0\n")
    (path / "backend.py").write_text(BACKEND)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environ |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_CACHE_DIR": "1",
    }
    return Checkout(path, environ)


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill it and, where there are process groups, its children."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


@dataclass(frozen=True)
class FirstLaunches:
    """What the very first launches of a checkout did: one cut off, then two at once."""

    checkout: Checkout
    state_when_cut: str
    both: list[subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstLaunches:
    checkout = _make_checkout(tmp_path_factory.mktemp("launch"))
    hold = checkout.path / "hold"
    hold.touch()
    with checkout.popen("run") as cut:
        checkout.wait_until_building()
        kill_all(cut)
    state_when_cut = checkout.state.read_text()
    (checkout.path / "building").unlink()
    both = []
    with checkout.popen("run", "a b", 'c"d') as one:
        checkout.wait_until_building()
        with checkout.popen("run") as other:
            assert other.stderr is not None
            waits = other.stderr.readline()
            hold.unlink()
            both.append(subprocess.CompletedProcess((), 0, *one.communicate("x", timeout=50)))
            out, err = other.communicate("y", timeout=50)
            both.append(subprocess.CompletedProcess((), other.returncode, out, waits + err))
        both[0].returncode = one.returncode
    return FirstLaunches(checkout, state_when_cut, both)


@pytest.fixture
def made(first: FirstLaunches) -> Checkout:
    """A checkout in which all is installed."""
    assert first.checkout.launch("run").returncode == 0
    return first.checkout


def test_an_install_that_was_cut_off_is_done_again(first: FirstLaunches) -> None:
    assert json.loads(first.state_when_cut) == {"extras": [], "digest": ""}
    assert first.both[0].returncode == 0, first.both[0].stderr
    assert "installing" in first.both[0].stderr.lower()
    assert first.checkout.version_of("hello") == "1.0"


def test_of_two_launches_at_once_the_second_waits_and_installs_nothing(
    first: FirstLaunches,
) -> None:
    assert first.both[1].returncode == 0
    assert first.both[1].stderr == "launch: Waiting for another launch that is installing ...\n"
    assert json.loads(first.both[1].stdout)["input"] == "y"


def test_the_second_launch_installs_nothing(made: Checkout) -> None:
    before = made.state.stat().st_mtime_ns
    done = made.launch("run", PIP_FIND_LINKS="nowhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert made.state.stat().st_mtime_ns == before


def test_run_passes_arguments_input_and_folder_on_untouched(made: Checkout, tmp_path: Path) -> None:
    arguments = ["say", "a b", 'c"d', "", "*", "--with", "f5", "--", "it's"]
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__main__.py").write_text("raise SystemExit('not the program')")
    done = made.launch("run", *arguments, cwd=tmp_path)
    said = {"cwd": str(tmp_path), "arguments": arguments, "input": "typed\n"}
    assert json.loads(done.stdout) == said


def test_the_programs_exit_code_is_passed_on(made: Checkout) -> None:
    assert made.launch("run", EXIT="3").returncode == 3
    assert made.launch("test", EXIT="5").returncode == 5


def test_the_tests_run_in_the_checkout(made: Checkout, tmp_path: Path) -> None:
    done = made.launch("test", "-k", "x or y", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["cwd"] == str(made.path)
    assert said["arguments"] == ["-k", "x or y"]


def test_every_check_runs_though_one_fails(made: Checkout) -> None:
    everything = ["ruff check", "ruff format --check", "mypy", "imports"]
    done = made.launch("check")
    assert (done.returncode, done.stdout.splitlines()) == (0, everything)
    done = made.launch("check", FAILING="ruff")
    assert (done.returncode, done.stdout.splitlines()) == (1, everything)
    assert made.launch("check", "file.py").returncode == 2


def test_an_extra_is_remembered_and_a_torch_that_works_is_kept(made: Checkout) -> None:
    made.call_python("-m", "pip", "install", "torch==2.11.0+cu1")
    assert made.launch("run", "--with", "f5", "x").returncode == 0
    assert made.version_of("torch") == "2.11.0+cu1"
    assert "f5" in json.loads(made.state.read_text())["extras"]
    (made.path / "constraints.txt").write_text("hello==1.0\ntorch==2.13.0\n# later\n")
    done = made.launch("run")
    assert "espeak, f5" in done.stderr
    assert made.version_of("torch") == "2.11.0+cu1"
    made.call_python("-m", "pip", "uninstall", "--yes", "torch")
    made.state.unlink()
    assert made.launch("run", "--with=f5").returncode == 0
    assert made.version_of("torch") == "2.13.0"


def test_an_extra_that_is_asked_for_is_looked_after_though_it_is_remembered(
    made: Checkout,
) -> None:
    made.call_python("-m", "pip", "uninstall", "--yes", "hello")
    assert made.launch("run").stderr == ""
    assert made.launch("run", "--with", "espeak", "x").returncode == 0
    assert made.version_of("hello") == "1.0"


def test_an_unknown_extra_is_refused_with_the_known_ones(made: Checkout) -> None:
    done = made.launch("run", "--with", "f6", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "launch: no extra is called 'f6'; there are: broken, check, espeak, f5, test\n"
    )
    assert made.launch("run", "--with").returncode == 2


def test_what_cannot_be_installed_is_one_line_and_the_install_before_still_holds(
    made: Checkout,
) -> None:
    done = made.launch("run", "--with", "broken")
    assert (done.returncode, done.stdout) == (2, "")
    line = done.stderr.splitlines()[-1]
    assert line.startswith("launch: cannot install: ERROR: No matching distribution")
    assert "no-such-package" in (made.path / ".venv" / "launch-pip.log").read_text()
    assert made.launch("run", PIP_FIND_LINKS="nowhere").stderr == ""


def test_without_a_network_the_line_names_what_could_not_be_fetched(made: Checkout) -> None:
    pyproject = made.path / "pyproject.toml"
    pyproject.write_text(PYPROJECT.replace("requires = []", 'requires = ["no-such-builder"]'))
    done = made.launch("run")
    pyproject.write_text(PYPROJECT)
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    assert line.startswith("launch: cannot install: ERROR: ")
    assert "no-such-builder" in line
    assert made.launch("run").stderr == ""


def test_a_package_that_was_cut_off_in_the_middle_is_installed_again(made: Checkout) -> None:
    [info] = (made.path / ".venv").glob("[lL]ib/**/hello-1.0.dist-info")
    (info / "INSTALLER").unlink()
    (info.parent / "hello.py").unlink()
    state = json.loads(made.state.read_text())
    made.state.write_text(json.dumps(state | {"digest": ""}))
    assert made.launch("run").returncode == 0
    assert made.version_of("hello") == "1.0"


def test_a_venv_whose_python_is_broken_is_made_again_with_the_same_extras(made: Checkout) -> None:
    extras = json.loads(made.state.read_text())["extras"]
    made.python.unlink()
    made.python.write_text("no longer a Python")
    done = made.launch("run")
    assert done.returncode == 0, done.stderr
    assert "Making .venv" in done.stderr
    assert json.loads(made.state.read_text())["extras"] == extras


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    checkout = _make_checkout(tmp_path)
    (checkout.path / ".venv").write_text("in the way")
    done = checkout.launch("run")
    assert done.returncode == 2
    assert str(checkout.path) in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _launch_where(change: str, checkout: Checkout) -> subprocess.CompletedProcess[str]:
    """Launch `run` on a Python that is changed by the statement first."""
    launcher = str(checkout.path / "scripts" / "launch.py")
    start = f"import sys, runpy; {change}; sys.argv = [{launcher!r}, 'run']; "
    command = [sys.executable, "-c", start + f"runpy.run_path({launcher!r}, run_name='__main__')"]
    return subprocess.run(command, env=checkout.environ, capture_output=True, text=True, timeout=50)


def test_without_ensurepip_the_line_that_installs_it_is_printed(tmp_path: Path) -> None:
    done = _launch_where("sys.modules['ensurepip'] = None", _make_checkout(tmp_path))
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(f"install it: sudo apt install {package}")


def test_an_old_python_is_told_so_in_one_line(tmp_path: Path) -> None:
    done = _launch_where("sys.version_info = (3, 9, 2)", _make_checkout(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("launch: Python 3.9 is too old: install 3.11 or newer")
    assert len(done.stderr.splitlines()) == 1


def test_the_launcher_parses_on_an_old_python() -> None:
    ast.parse((SCRIPTS / "launch.py").read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_stubs_are_three_lines_that_name_their_command(command: str) -> None:
    shell = (SCRIPTS / command).read_bytes()
    assert shell.count(b"\n") == 3
    assert b"\r" not in shell
    assert f'launch.py" {command} "$@"' in shell.decode()
    windows = (SCRIPTS / f"{command}.cmd").read_bytes()
    assert windows.count(b"\r\n") == windows.count(b"\n") == 3
    assert f'launch.py" {command} %*' in windows.decode()


def test_the_stub_of_this_platform_passes_on_words_and_exit_code(
    made: Checkout, tmp_path: Path
) -> None:
    stub = made.path / "scripts" / ("run.cmd" if os.name == "nt" else "run")
    done = subprocess.run(
        [stub, "a b", "$HOME"],
        cwd=tmp_path,
        env=made.environ | {"PYTHON": sys.executable, "EXIT": "4"},
        input="",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4
    assert json.loads(done.stdout)["arguments"] == ["a b", "$HOME"]
