"""`python -m engine` with F5: what say writes, what bench and verify measure, how each refuses."""

from __future__ import annotations

import json
import struct
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import machine, wav
from engine.__main__ import main
from engine.commands import trial
from engine.f5 import meter
from engine.f5.options import Options
from tests.f5_models import clip, folder, loaded, voice
from tests.f5_models import wav as write_wav
from tests.parity import cases

CASE = cases.CASES["nfe7"]


@pytest.fixture
def f5(tmp_path: Path) -> list[str]:
    """The flags of a tiny model, a clip and its words."""
    path = tmp_path / "clip.wav"
    write_wav(path, cases.CLIPS[CASE.clip]())
    return [
        *("--engine", "f5", "--model", str(folder() / "Tiny_v1")),
        *("--vocoder", str(folder() / "vocos"), "--dtype", "fp32"),
        *("--reference", str(path), "--reference-text", CASE.words),
    ]


def say(f5: list[str], path: Path, *more: str, text: str = CASE.text) -> bytes:
    assert main(["say", text, *f5, *more, "-o", str(path)]) == 0
    return path.read_bytes()


def floats(data: bytes) -> Any:
    """The samples of a WAVE_FORMAT_IEEE_FLOAT file, its head checked."""
    assert (data[:4], data[8:16]) == (b"RIFF", b"WAVEfmt ")
    size, kind, channels, rate, _, width, bits, _ = struct.unpack_from("<IHHIIHHH", data, 16)
    assert (size, kind, channels, rate, width, bits) == (18, 3, 1, 24_000, 4, 32)
    assert data[38:46] == b"fact\x04\x00\x00\x00"
    (count,) = struct.unpack_from("<I", data, 46)
    assert data[50:58] == b"data" + struct.pack("<I", 4 * count)
    assert len(data) == 58 + 4 * count == 8 + struct.unpack_from("<I", data, 4)[0]
    return np.frombuffer(data, "<f4", offset=58)


def test_compat_and_float_are_the_models_own_samples_which_are_upstreams(
    f5: list[str], tmp_path: Path
) -> None:
    more = ("--compat", "--float", "--nfe", str(CASE.nfe), "--seed", str(CASE.seed))
    found = floats(say(f5, tmp_path / "out.wav", *more))
    ours = loaded()
    options = Options(nfe=CASE.nfe, seed=CASE.seed, compat=True)
    said = ours.enrol(clip(CASE.clip).mono, clip(CASE.clip).rate, CASE.words)
    expected = np.concatenate(list(ours.speak(said, CASE.text, options)))
    assert len(found) == len(expected)
    assert cases.snr(expected, found) >= 100
    with np.load(cases.FOLDER / "Tiny_v1.npz") as frozen:
        assert cases.snr(frozen["nfe7_wave"], found[:: cases.EVERY]) >= 100


def test_compat_is_not_cut_at_30_seconds(f5: list[str], tmp_path: Path) -> None:
    line = "Zorgle the blippo, then frim dax. " * 18
    made = floats(say(f5, tmp_path / "x.wav", "--compat", "--float", "--nfe", "5", text=line))
    assert len(made) > 32 * 24_000


def test_otherwise_it_is_levelled_16_bit_audio(f5: list[str], tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    say(f5, path, "--nfe", "5")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    assert 20 * np.log10(np.sqrt(np.square(pcm).mean())) == pytest.approx(-20.0, abs=1.0)


def test_a_seed_counts_and_without_one_a_line_always_sounds_alike(
    f5: list[str], tmp_path: Path
) -> None:
    seeds = ((), (), ("--seed", "0"), ("--seed", "0"), ("--seed", "1"))
    made = [
        floats(say(f5, tmp_path / "out.wav", "--nfe", "5", "--compat", "--float", *more))
        for more in seeds
    ]
    # Which of two linear layers was quicker decides over the last bits.
    alike = [cases.snr(one, other) > 60 for one, other in zip(made, made[1:], strict=False)]
    assert alike == [True, False, True, False]


def test_speed_and_the_short_flags_are_taken(tmp_path: Path, f5: list[str]) -> None:
    values = {f5[i]: f5[i + 1] for i in range(0, len(f5), 2)}
    short = [
        *("-e", "f5", "-m", values["--model"], "--vocos", values["--vocoder"]),
        *("-r", values["--reference"], "-t", values["--reference-text"]),
        *("--config", "tiny_v1", "--device", "cpu", "--nfe-step", "5"),
    ]
    sizes = [
        len(say(short, tmp_path / "x.wav", "--compat", "--speed", speed)) for speed in ("2", "1")
    ]
    assert sizes[0] < 0.7 * sizes[1]


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (
            {"--model": None},
            2,
            "F5 needs --model besides; a model with its vocoder comes by: python",
        ),
        (
            {"--model": None, "--vocoder": None, "--reference": None, "--reference-text": None},
            2,
            "F5 needs --model, --vocoder, --reference, --reference-text besides",
        ),
        ({"--reference-text": " "}, 2, "the reference clip needs its words"),
        ({"--reference": "none.wav"}, 2, "the clip cannot be read"),
        ({"--model": "none"}, 3, "there is no model folder none"),
        ({"--config": "zorgle"}, 3, "there is no F5 configuration 'zorgle'; there are: F5TTS_Base"),
        ({"--nfe": "65"}, 2, "F5 takes 4 to 64 steps"),
        ({"--seed": "9" * 30}, 2, "--seed is from -9223372036854775808 to"),
        ({"--speed": "0"}, 2, "--speed is from 0.1 to 10, not 0"),
        ({"--voice": "x"}, 2, "--voice is for other engines"),
        ({"--engine": "f5-tts"}, 3, "the f5-tts package is not there"),
        ({"--device": "cuda"}, 3, "torch"),
        ({"-o": "no/such/x.wav"}, 2, "there is no folder no/such: make it first"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_what_to_do(
    f5: list[str],
    tmp_path: Path,
    change: dict[str, str | None],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags: dict[str, str | None] = {f5[i]: f5[i + 1] for i in range(0, len(f5), 2)}
    flags = {"-o": str(tmp_path / "out.wav")} | flags | change
    given = [part for flag, value in flags.items() if value is not None for part in (flag, value)]
    assert main(["say", "zorgle", *given]) == code
    err = capsys.readouterr().err
    assert err.startswith(says)
    assert err.count("\n") == 1


def test_a_silent_clip_is_told_before_the_model_is_loaded(
    f5: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wav.write(tmp_path / "clip.wav", np.zeros(48_000, np.float32), 24_000)
    assert main(["say", "zorgle", *f5, "-o", str(tmp_path / "x.wav")]) == 2
    assert "silent, or shorter than half a second" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["say", "x", "-o", "x.wav"], ["bench"]])
def test_other_engines_refuse_the_flags_of_f5(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--engine", "tests.engines:Echo", "--nfe", "7", "--model", "x", "--allow-pt"]
    assert main([*command, *given]) == 2
    said = "--model, --nfe, --allow-pt are for --engine f5 only, not for tests.engines:Echo\n"
    assert capsys.readouterr().err == said
    assert main([*command, "--engine", "tests.engines:Echo", "--nfe", "0"]) == 2


def test_floats_are_for_every_engine(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    assert main(["say", "zorgle", "-o", str(path), "-e", "tests.engines:Echo", "--float"]) == 0
    assert 0.1 < np.abs(floats(path.read_bytes())).max() < 1.0


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    samples = np.array([0.0, 0.5, -0.5, 1.5, -1.0], np.float32)
    wav.write(tmp_path / "x.wav", samples, 22_050)
    with wave.open(str(tmp_path / "x.wav")) as file:
        assert file.getframerate() == 22_050
        pcm = np.frombuffer(file.readframes(9), "<i2")
    np.testing.assert_array_equal(pcm, [0, 16384, -16384, 32767, -32767])
    wav.write(tmp_path / "y.wav", samples, 24_000, floats=True)
    np.testing.assert_array_equal(floats((tmp_path / "y.wav").read_bytes()), samples)


BENCH = ["bench", "--random", "Tiny_v1", "--nfe", "5", "--runs", "2"]


def test_bench_tells_stages_ratios_memory_and_the_machine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch")
    assert (
        main(
            [*BENCH, "--against", "upstream", "--ref-seconds", "2", "--gen-seconds", "1", "--json"]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["line"]["nfe"] == 5
    assert told["line"]["config"] == "Tiny_v1"
    assert told["line"]["seconds"] == pytest.approx(1.0, abs=0.05)
    ours = told["ours"]
    assert set(ours["stages_s"]) == {"enrol, once", "text", "text embedding", "steps", "vocoder"}
    assert len(ours["clock_s"]["all"]) == 2
    assert ours["clock_s"]["min"] <= ours["clock_s"]["median"]
    parts = sum(ours["stages_s"].values()) - ours["stages_s"]["enrol, once"]
    assert 0.5 * ours["clock_s"]["min"] < parts <= 1.01 * max(ours["clock_s"]["all"])
    assert ours["step_ms"] == pytest.approx(1e3 * ours["stages_s"]["steps"] / 5)
    assert 20 < ours["operations_a_step"] <= 400
    assert ours["host_syncs"] <= 1
    assert ours["load_s"] > 0
    assert ours["peak_gpu"] is None or ours["peak_gpu"] > 0
    assert told["machine"]["torch"]
    assert "f5-tts package is not there" in told["upstream"]["skipped"]
    assert "ratio" not in told


def test_the_lines_said_unheard_are_no_part_of_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.commands import bench_f5
    from engine.f5 import engine as f5_engine

    now = iter(range(100))
    monkeypatch.setattr(bench_f5.time, "perf_counter", lambda: float(next(now)))

    class Loading:
        name, progress, pace = "f5", None, None

        def load(self) -> None:
            for stage in ("reading weights", *[f5_engine.WARMING] * 5):
                self.progress(stage, 0.5)  # type: ignore[misc]

    assert bench_f5._loaded(Loading()) == 1.0  # type: ignore[arg-type]


def test_bench_is_readable_and_takes_a_model_that_is_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = ["--model", str(folder() / "Tiny_v0"), "--vocoder", str(folder() / "vocos")]
    more = ["--runs", "1", "--nfe", "5", "--ref-seconds", "1.5", "--gen-seconds", "1"]
    assert main(["bench", "-e", "f5", *flags, *more, "--against", "upstream"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "Tiny_v0, float32 on cpu" in out
    assert "ms a step" in out
    assert out.splitlines()[-1].startswith("upstream: skipped: the f5-tts package is not there")


def test_both_sides_are_measured_in_the_same_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ours in upstream's place: the package itself is not installed where tests run."""
    from engine.commands import bench_f5
    from engine.f5.engine import F5Engine

    class Twin(F5Engine):
        parts = property(lambda self: (self.model, self.model))

        def find(self) -> None:
            pass

    monkeypatch.setattr(bench_f5, "UpstreamEngine", Twin)
    monkeypatch.setattr(meter, "upstreams", lambda model, _: meter.ours(model))
    seconds = ["--ref-seconds", "1.5", "--gen-seconds", "1"]
    assert main([*BENCH, *seconds, "--against", "upstream", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["snr_db"] > 100
    clocks = [told[side]["clock_s"]["median"] for side in ("upstream", "ours")]
    assert told["ratio"]["clock_median"] == pytest.approx(clocks[0] / clocks[1])
    assert main([*BENCH, *seconds, "--against", "upstream"]) == 0
    assert "upstream's by ours: clock " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--engine", "f5"], "F5 needs --model, --vocoder besides"),
        (["--engine", "f5-tts"], "f5-tts is measured beside ours"),
        (["--random", "zorgle"], "--random: there is no F5 configuration 'zorgle'"),
        (["--random", "Tiny_v1", "--model", "x"], "--random makes a model and a vocoder"),
        (["--runs", "0"], "--runs is at least 1, not 0"),
        (["--random", "Tiny_v1", "--runs", "0"], "--runs is at least 1, not 0"),
        (["--random", "Tiny_v1", "--ref-seconds", "13"], "a reference has 1 to 12 s, not 13"),
        (["--random", "Tiny_v1", "--gen-seconds", "17"], "a line has 1 to 16 s beside it, not 17"),
        (["--random", "Tiny_v1", "--nfe", "3"], "F5 takes 4 to 64 steps"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    more: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *more]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[-1].startswith(says)
    assert len([line for line in err if not line.startswith("making random")]) == 1


def test_random_weights_are_kept_where_a_folder_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = [*BENCH, "--runs", "1", "--ref-seconds", "1", "--gen-seconds", "1", "--folder"]
    assert main([*flags, str(tmp_path)]) == 0
    assert "making random weights" in capsys.readouterr().err
    assert main([*flags, str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    ours = json.loads(out)["ours"]
    del ours["stages_s"]["enrol, once"]
    assert sum(ours["stages_s"].values()) < ours["clock_s"]["median"]


@pytest.mark.parametrize("line_s", [1.0, 3.5])
def test_what_is_made_up_takes_as_long_as_was_asked(tmp_path: Path, line_s: float) -> None:
    made = trial.made_up(tmp_path, 4.0, line_s, Options(compat=True))
    from engine.f5 import reference

    ours, read = loaded(), reference.cut(reference.read(made.voice.clip))
    said = ours.enrol(read.mono, read.rate, made.voice.text)
    [piece] = ours.plan(said, made.text, made.voice.options)
    assert said.seconds == pytest.approx(4.05, abs=0.02)
    frames = piece.line.frames - said.frames
    assert frames * 256 / 24_000 == pytest.approx(line_s, abs=0.06)


def verify(*more: str) -> int:
    return main(["verify", "--random", "Tiny_v1", *more])


def test_verify_measures_each_line_of_the_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.commands.verify._SLOWER", 100.0)
    monkeypatch.setattr("engine.commands.verify._RTF", 100.0)
    assert verify("--dtype", "fp32", "--device", "cpu") == 0
    out, err = capsys.readouterr()
    assert "the rest takes about" in err
    assert "\x1b" not in out
    lines = {line[6:25].strip(): line[:4] for line in out.splitlines()[:-1]}
    assert lines == {
        "reference cache": "pass",
        "half precision": "note",
        "graph or compiler": "note",
        "warm-up": "pass",
        "speed at 7 steps": "pass",
        "speed at 16 steps": "pass",
        "speed at 32 steps": "pass",
        "memory": "pass",
    }
    assert "eager" in out


def test_verify_fails_where_it_is_too_slow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.commands.verify._SLOWER", 100.0)
    monkeypatch.setattr("engine.commands.verify._RTF", 1e-9)
    assert verify("--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] is False
    failed = [check["what"] for check in told["checks"] if check["state"] == "fail"]
    assert failed == [f"speed at {nfe} steps" for nfe in (7, 16, 32)]
    assert all(check["measured"] for check in told["checks"])


def test_verify_does_not_measure_for_minutes_what_is_too_slow_anyway(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.commands.verify._RTF", 1e-9)
    monkeypatch.setattr("engine.commands.verify._PATIENCE_S", 1e-9)
    assert verify() == 1
    out = capsys.readouterr().out
    assert out.count("not measured, it would take") == 2
    assert "speed at 7 steps   RTF" in out


def test_verify_fails_where_the_clip_is_read_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.f5.engine import F5Engine

    speak = F5Engine.synthesise

    def forgetful(self: F5Engine, *args: Any) -> None:
        reference = next(iter(self._references.values()))
        self.enrol(reference)
        speak(self, *args)

    monkeypatch.setattr(F5Engine, "synthesise", forgetful)
    assert verify() == 2
    assert "fail  reference cache" in capsys.readouterr().out


def test_verify_is_in_colour_on_a_terminal_unless_that_is_not_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.commands import verify as room

    found = room.Finding("zorgle", room.FAIL, "blippo", {})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert room._line(found).startswith("\x1b[31mfail\x1b[0m  zorgle")
    monkeypatch.setenv("NO_COLOR", "1")
    assert room._line(found).startswith("fail  zorgle")


def test_the_meter_goes_away_again() -> None:
    ours = loaded()
    said = voice(ours)
    with meter.counting(meter.ours(ours)) as counted, meter.timing(meter.ours(ours)) as timed:
        list(ours.speak(said, "zorgle", Options(nfe=5, seed=1)))
    assert set(counted.operations) == {"text", "text embedding", "step", "render", "vocoder"}
    assert counted.operations["render"] > 5 * counted.operations["step"]
    assert min(timed.seconds.values()) > 0
    assert not {"plan", "render", "decode"} & set(vars(ours))
    assert not {"prepare", "step"} & set(vars(ours._network))


def test_a_host_sync_is_seen() -> None:
    import torch

    class Asks:
        def step(self, x: torch.Tensor) -> float:
            return float((x + 1).sum())

    asks = Asks()
    with meter.counting([(asks, "step", "step")]) as seen:
        asks.step(torch.ones(3))
    assert (seen.operations["step"], seen.syncs["step"]) == (3, 1)


def test_the_machine_tells_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = "processor : 0\nmodel name\t: Zorgle 9000\nflags\t: fpu avx2 avx512f sse4_1 amx_tile\n"
    (tmp_path / "cpuinfo").write_text(info)
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "cpuinfo")
    assert machine.cpu() == ("Zorgle 9000", ["avx2", "avx512f", "amx_tile"])
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "none")
    assert machine.cpu()[1] == []
    machine.forget_peak()
    before = machine.peak()
    if before is None:
        return
    block = np.ones(30_000_000, np.uint8)
    after = machine.peak()
    assert after is not None
    assert after - before > 20_000_000 or sys.platform != "linux"
    del block
    monkeypatch.setattr(machine, "_STATUS", tmp_path / "none")
    assert sys.platform == "win32" or (machine.peak() or 0) > 1_000_000


@pytest.mark.parametrize("command", ["", "voices", "say", "fetch", "bench", "verify"])
def test_help_is_there_and_fits_a_terminal(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([*filter(None, [command]), "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "exit codes: 0 done" in out
    assert max(map(len, out.splitlines())) <= 100


def test_seed_0_is_a_seed() -> None:
    assert Options(seed=0).seed_for("zorgle") == 0
    assert Options().seed_for("zorgle") == Options().seed_for("zorgle") != Options().seed_for("x")
