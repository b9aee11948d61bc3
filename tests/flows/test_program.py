"""The program as a user starts it: real processes, real engine, simulated or no device."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
HELLO = {"platform": "t", "channel": "c", "kind": "message", "text": "!tts hello there"}


class Program:
    """Runs `python -m bot` with a state folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "ISHOWTTS_STATE_DIR": str(folder / "state"),
            "PYTHONPATH": str(ROOT),
            "PULSE_SERVER": "unix:/nonexistent",
        }

    def run(
        self, *args: str, stdin: str | bytes = b"", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "bot", *args],
            cwd=self.folder,
            env={**self.env, **(env or {})},
            input=data,
            capture_output=True,
            timeout=40,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *args],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def counts(stdout: str) -> dict[str, int]:
    """The closing line, which must add up."""
    pairs = (pair.split("=") for pair in stdout.strip().splitlines()[-1].split())
    count = {key: int(value) for key, value in pairs}
    assert " ".join(count) == (
        "received ignored command duplicate dropped shed stale spoken skipped purged failed waiting"
    )
    assert count["received"] == sum(n for key, n in count.items() if key != "received")
    return {key: n for key, n in count.items() if n}


def events(path: Path, *lines: dict[str, object] | str) -> str:
    text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return str(path)


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getsampwidth(), file.getframerate()) == (2, 48_000)
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels())[:, 0] / 32768


def wait_for(stream: Iterator[str], text: str) -> None:
    for line in stream:
        if text in line:
            return
    raise AssertionError(f"the program ended without saying {text!r}")


def parent(pid: int) -> int | None:
    """The process's parent; None if it is gone, or only waits to be reaped."""
    try:
        state, ppid = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(ppid)


def children(pid: int) -> list[int]:
    processes = [int(f.name) for f in Path("/proc").iterdir() if f.name.isdigit()]
    return [process for process in processes if parent(process) == pid]


def test_a_piped_console_is_spoken_whole_and_the_run_ends(program: Program) -> None:
    said = "".join(f"!tts line number {n}\n" for n in range(30))
    done = program.run("--output", "wav:out.wav", "--fast", stdin=said + "just chat\n")
    assert done.returncode == 0, done.stderr
    assert counts(done.stdout) == {"received": 31, "ignored": 1, "spoken": 30}
    assert samples(program.folder / "out.wav").size > 30 * 48_000 // 2


def test_nothing_said_is_a_run_that_ends(program: Program) -> None:
    done = program.run("--output", "null")
    assert (done.returncode, counts(done.stdout)) == (0, {})


def test_a_replay_is_counted_and_wrong_lines_are_named_by_number(program: Program) -> None:
    ann, mod = {"id": "1", "name": "ann"}, {"id": "2", "name": "mod", "roles": ["moderator"]}
    file = events(
        program.folder / "chat.jsonl",
        {**HELLO, "id": "a", "author": ann},
        {**HELLO, "id": "a", "author": ann},
        "{not json",
        {**HELLO, "id": "b", "author": {"id": "3", "name": "b"}, "text": "no trigger"},
        {**HELLO, "id": "c", "author": {"id": "4", "name": "c"}},
        {"platform": "t", "channel": "c", "kind": "delete", "target": "c"},
        {**HELLO, "id": "d", "author": mod, "text": "!tts\u0000 nul \ud800"},
        {**HELLO, "id": "e", "author": {"id": "5", "name": "e"}, "text": "\u0301" * 10_000},
    )
    done = program.run("--replay", file, "--fast", "--output", "null")
    assert done.returncode == 0
    assert counts(done.stdout) == {
        "received": 6, "ignored": 2, "duplicate": 1, "spoken": 2, "purged": 1,
    }  # fmt: skip
    assert "chat.jsonl:3:" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_recorded_can_be_replayed_with_the_same_count(program: Program) -> None:
    lines = [
        {**HELLO, "id": str(n), "author": {"id": str(n), "name": f"v{n}"}, "odd": [n], "at": n / 50}
        for n in range(4)
    ]
    file = events(program.folder / "in.jsonl", *lines)
    first = program.run("--replay", file, "--record", "out.jsonl", "--output", "null", "--fast")
    again = program.run("--replay", "out.jsonl", "--output", "null", "--fast")
    assert counts(first.stdout) == counts(again.stdout) == {"received": 4, "spoken": 4}
    recorded = [json.loads(x) for x in (program.folder / "out.jsonl").read_text().splitlines()]
    assert [x["odd"] for x in recorded] == [[0], [1], [2], [3]]


def test_replay_honours_its_times_and_skip_is_heard_in_the_file(program: Program) -> None:
    long = "!tts one two three four five six seven eight nine ten eleven twelve"
    mod = {"id": "9", "name": "mod", "roles": ["moderator"]}
    file = events(
        program.folder / "chat.jsonl",
        {**HELLO, "at": 0, "id": "a", "author": {"id": "1", "name": "a"}, "text": long},
        {**HELLO, "at": 1.5, "id": "b", "author": mod, "text": "!tts skip"},
    )
    began = time.monotonic()
    done = program.run("--replay", file, "--output", "wav:out.wav")
    assert counts(done.stdout) == {"received": 2, "command": 1, "skipped": 1}
    assert time.monotonic() - began >= 1.5
    sound = np.flatnonzero(np.abs(samples(program.folder / "out.wav")) > 1e-3)
    assert 0.5 < (sound[-1] - sound[0]) / 48_000 < 2.5


@pytest.mark.parametrize(
    ("args", "env", "names"),
    [
        (["--twitch", "not a channel"], {}, "ISHOWTTS_TWITCH__CHANNELS"),
        (["--replay", "missing.jsonl"], {}, "missing.jsonl"),
        (["--nonsense"], {}, "--nonsense"),
        (["say"], {}, "text"),
        (["--settings", "missing.env"], {}, "missing.env"),
        (["--output", "wav:no/such/folder.wav"], {}, "folder.wav"),
        ([], {"ISHOWTTS_NOPE": "1"}, "ISHOWTTS_NOPE"),
        ([], {"ISHOWTTS_FILTER__BLOCKLIST": "missing.txt"}, "missing.txt"),
        ([], {"ISHOWTTS_STATE_DIR": "/proc/nowhere"}, "ISHOWTTS_STATE_DIR"),
        (["say", "\x00\x01"], {}, "nothing to say"),
        (["say", "hi", "-o", "no/such/folder.wav"], {}, "folder.wav"),
        (["say", "hi", "-o", "a.wav", "--voice", "klingon"], {}, "klingon"),
        (["bench", "latency", "--messages", "0"], {}, "--messages"),
        (["--record", "."], {}, "record"),
        (["drops", "--last", "0"], {}, "--last: give a whole number, 1 or more"),
        (["drops", "--last", "few"], {}, "--last: give a whole number, 1 or more"),
        ([], {"ISHOWTTS_FILTER__LANGUAGES": "xx"}, "ISHOWTTS_FILTER__LANGUAGES"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_input_is_one_clear_line_and_exit_2(
    program: Program, args: list[str], env: dict[str, str], names: str
) -> None:
    args = [a for a in args if "\x00" not in a] + (["\x01"] if "\x00\x01" in args else [])
    done = program.run(*args, env=env)
    assert done.returncode == 2, done.stderr
    assert names in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_second_bot_with_the_same_state_ends_with_4_and_say_works_beside_it(
    program: Program,
) -> None:
    first = program.start("--output", "null", "--console")
    assert first.stderr is not None
    try:
        wait_for(first.stderr, "ready to speak")
        second = program.run("--output", "null")
        assert second.returncode == 4
        assert len(second.stderr.strip().splitlines()) == 1
        beside = program.run("say", "hello there", "-o", "said.wav")
        assert beside.returncode == 0
        assert 0.3 < samples(program.folder / "said.wav").size / 48_000 < 3
        assert program.run("check").returncode == 0
    finally:
        out, _ = first.communicate(timeout=10)
    assert first.returncode == 0
    assert counts(out) == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_within_3_s_with_the_sentence_faded_and_no_child_left(
    program: Program, number: signal.Signals
) -> None:
    bot = program.start("--output", "wav:out.wav", "--console")
    assert bot.stderr is not None
    assert bot.stdin is not None
    wait_for(bot.stderr, "ready to speak")
    bot.stdin.write("!tts " + " ".join(f"word {chr(97 + n)}" for n in range(20)) + "\n")
    bot.stdin.flush()
    time.sleep(1.0)
    kids = children(bot.pid)
    assert len(kids) == 2
    # Ctrl-C in a terminal goes to the whole group; children end with the bot, not before it.
    assert os.getpgid(bot.pid) not in map(os.getpgid, kids)
    sent = time.monotonic()
    bot.send_signal(number)
    out, _ = bot.communicate(timeout=10)
    assert time.monotonic() - sent < 3
    assert bot.returncode == 0
    assert counts(out) == {"received": 1, "skipped": 1}
    assert [kid for kid in kids if parent(kid) is not None] == []
    sound = samples(program.folder / "out.wav")
    assert np.abs(sound[-1]) < 1e-3
    assert np.abs(np.diff(sound)).max() < 0.5


def test_kill_9_leaves_no_child_after_one_second(program: Program) -> None:
    bot = program.start("--output", "null", "--console")
    assert bot.stderr is not None
    wait_for(bot.stderr, "ready to speak")
    kids = children(bot.pid)
    assert len(kids) == 2
    bot.kill()
    bot.communicate()
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline and any(parent(kid) is not None for kid in kids):
        time.sleep(0.02)
    assert [kid for kid in kids if parent(kid) is not None] == []


@pytest.mark.parametrize("victim", ["engine.worker", "bot.audio.process"])
def test_a_killed_child_is_replaced_and_the_line_is_heard_whole(
    program: Program, victim: str
) -> None:
    bot = program.start("--output", "wav:out.wav", "--console")
    assert bot.stderr is not None
    assert bot.stdin is not None
    wait_for(bot.stderr, "ready to speak")
    bot.stdin.write("!tts one two three four five six\n")
    bot.stdin.flush()
    time.sleep(0.5)
    for kid in children(bot.pid):
        if victim.encode() in (Path(f"/proc/{kid}") / "cmdline").read_bytes():
            os.kill(kid, signal.SIGKILL)
    bot.stdin.write("!tts and one more line\n")
    out, log = bot.communicate(timeout=30)
    assert counts(out) == {"received": 2, "spoken": 2}
    assert "Traceback" not in log


def test_say_without_a_device_ends_at_once_with_3(program: Program) -> None:
    done = program.run("say", "hello")
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_engine_that_is_not_there_is_replaced_by_the_embedded_voice(program: Program) -> None:
    env = {"ISHOWTTS_SPEECH__ENGINE": "no.such:Engine"}
    done = program.run("--output", "null", "--fast", stdin="!tts hello\n", env=env)
    assert counts(done.stdout) == {"received": 1, "spoken": 1}
    assert "no.such" in done.stderr


def test_check_tells_of_every_part_and_never_a_value_that_is_wrong(program: Program) -> None:
    right = program.run("check")
    assert right.returncode == 0, right.stdout
    for name in ("settings", "state folder", "embedded voice", "output", "twitch"):
        assert f"{name}: ok" in right.stdout
    wrong = program.run("check", env={"ISHOWTTS_AUDIO__VOLUME": "hunter2"})
    assert wrong.returncode == 2
    assert "ISHOWTTS_AUDIO__VOLUME" in wrong.stdout
    assert "hunter2" not in wrong.stdout + wrong.stderr


def test_voices_are_listed(program: Program) -> None:
    done = program.run("voices")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 100
    assert any(line.startswith("en-us ") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("module", "args", "names"),
    [
        ("sounddevice", ["--console"], "PortAudio"),
        ("espeakng_loader", ["--console", "--output", "null"], "espeakng-loader"),
        ("sounddevice", ["say", "hi"], "PortAudio"),
        ("espeakng_loader", ["say", "hi", "-o", "a.wav"], "espeakng-loader"),
    ],
)
def test_without_any_way_to_be_heard_it_ends_with_3_and_says_what_to_install(
    program: Program, module: str, args: list[str], names: str
) -> None:
    gone = program.folder / "gone"
    gone.mkdir()
    (gone / f"{module}.py").write_text("raise ImportError('not installed')\n")
    path = os.pathsep.join([str(gone), str(ROOT)])
    done = program.run(*args, env={"PYTHONPATH": path}, stdin="!tts hello\n")
    assert done.returncode == 3, done.stderr
    assert names in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_voice_is_told_at_the_start(program: Program) -> None:
    env = {"ISHOWTTS_SPEECH__VOICE": "klingon"}
    done = program.run("--output", "null", "--console", env=env, stdin="!tts hello\n")
    assert done.returncode == 2, done.stderr
    assert "ISHOWTTS_SPEECH__VOICE: espeak has no voice 'klingon'; see: python -m bot voices" in (
        done.stderr
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("voice", "wrong"), [("nope", "nope"), ("ru+zorgle", "zorgle")])
def test_a_wrong_voice_of_a_language_is_told_by_check_and_at_the_start(
    program: Program, voice: str, wrong: str
) -> None:
    env = {"ISHOWTTS_SPEECH__VOICES": f"de=de,ru={voice}"}
    told = f"ISHOWTTS_SPEECH__VOICES: ru={voice}: espeak has no v"
    checked = program.run("check", env=env)
    assert checked.returncode == 2, checked.stdout
    line = next(line for line in checked.stdout.splitlines() if "WRONG" in line)
    assert line.startswith(f"voice: WRONG: {told}")
    assert repr(wrong) in line
    assert line.endswith("; see: python -m bot voices")
    done = program.run("--output", "null", "--fast", "--console", env=env, stdin="!tts hello\n")
    assert done.returncode == 2, done.stderr
    line = next(line for line in done.stderr.splitlines() if "VOICES" in line)
    assert line.startswith(told)
    assert line.endswith("; see: python -m bot voices")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("streams", ["2>&-", "0<&-", "1>&-", "0<&- 1>&- 2>&-"])
def test_a_closed_standard_stream_does_not_stop_it(program: Program, streams: str) -> None:
    file = events(program.folder / "chat.jsonl", {**HELLO, "id": "a"})
    command = f"{sys.executable} -m bot --replay {file} --fast --output wav:out.wav {streams}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=program.folder, env=program.env, timeout=30, check=False
    )
    assert done.returncode == 0
    assert samples(program.folder / "out.wav").size > 10_000


def test_a_reader_of_the_output_that_has_gone_is_no_error(program: Program) -> None:
    for command in ("voices | head -n 1", "--output null --fast </dev/null | true"):
        done = subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", f"{sys.executable} -m bot {command}"],
            cwd=program.folder,
            env=program.env,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["voices", "check", "settings --example"])
def test_a_full_standard_output_is_one_line(program: Program, command: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m bot {command} >/dev/full"],
        cwd=program.folder,
        env=program.env,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.decode().strip() == (
        "cannot write to standard output: No space left on device"
    )


def test_a_file_that_cannot_be_written_to_its_end_is_no_success(program: Program) -> None:
    command = f"ulimit -f 40; {sys.executable} -m bot say '{'many words ' * 30}' -o out.wav"
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=program.folder,
        env=program.env,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"cannot be written" in done.stderr


def test_an_audio_process_that_never_starts_ends_say_with_3(program: Program) -> None:
    gone = program.folder / "gone"
    gone.mkdir()
    (gone / "soxr.py").write_text("raise RuntimeError('broken')\n")
    path = os.pathsep.join([str(gone), str(ROOT)])
    done = program.run("say", "hi", "-o", "a.wav", env={"PYTHONPATH": path})
    assert done.returncode == 3
    assert "does not start" in done.stderr


def test_ctrl_c_while_it_still_loads_ends_it_quietly(program: Program) -> None:
    slow = program.folder / "slow"
    slow.mkdir()
    (slow / "dotenv.py").write_text(
        "import sys, time\nprint('loading', file=sys.stderr, flush=True)\ntime.sleep(20)\n"
    )
    program.env["PYTHONPATH"] = os.pathsep.join([str(slow), str(ROOT)])
    bot = program.start("--output", "null", "--console")
    assert bot.stderr is not None
    wait_for(bot.stderr, "loading")
    bot.send_signal(signal.SIGINT)
    _, log = bot.communicate(timeout=10)
    assert (bot.returncode, log) == (0, "")


@pytest.mark.parametrize(
    ("voice", "code"), [("de-AT", 0), ("en-US", 0), ("en-us+nosuch", 2), ("klingon", 2)]
)
def test_check_and_run_agree_about_a_voice(program: Program, voice: str, code: int) -> None:
    env = {"ISHOWTTS_SPEECH__VOICE": voice}
    assert program.run("check", env=env).returncode == code
    assert program.run("--output", "null", "--fast", env=env).returncode == code


OWN_ENGINE = """
import numpy as np
from engine.speech import Chunk, Voice

class Own:
    name, calibration = "own", ""
    def load(self): pass
    def voices(self): return [Voice("own", "Own")]
    def close(self): pass
    def synthesise(self, request, emit, cancelled):
        t = np.arange(24_000, dtype=np.float32) / 24_000
        emit(Chunk(0.2 * np.sin(2 * np.pi * 440 * t, dtype=np.float32), 24_000))
"""


def test_an_engine_of_the_users_own_is_found_where_the_program_is_started(
    program: Program,
) -> None:
    (program.folder / "own.py").write_text(OWN_ENGINE)
    (program.folder / "json.py").write_text("raise RuntimeError('this shadows a module')\n")
    program.env["ISHOWTTS_SPEECH__ENGINE"] = "own:Own"
    script = f"""
import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = "bot"
from bot.cli import main; sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, "run", "--output", "wav:out.wav", "--fast"],
        cwd=program.folder,
        env=program.env,
        input=b"!tts hello\n",
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"(own:Own)" in done.stderr
    assert counts(done.stdout.decode()) == {"received": 1, "spoken": 1}
