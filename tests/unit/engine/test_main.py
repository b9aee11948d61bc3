import wave
from pathlib import Path

import numpy as np
import pytest

from engine.__main__ import main


def test_say_writes_a_16_bit_file_at_the_engines_rate(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    assert main(["say", "x" * 20, "-o", str(path), "--engine", "tests.engines:Echo"]) == 0
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    assert len(pcm) == pytest.approx(24_000, abs=100)
    assert 20 * np.log10(np.sqrt(np.square(pcm).mean())) == pytest.approx(-20.0, abs=0.5)


def test_voices_are_listed_with_id_language_and_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "tests.engines:Echo"]) == 0
    assert capsys.readouterr().out == "tone\ten-GB\tTone\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["voices", "no.such:Engine"], 3),
        (["voices", "nonsense"], 3),
        (["voices", "f5"], 2),
        (["say", "hello", "-o", "x.wav", "--engine", "tests.engines:NoSuch"], 3),
        (["say", "silence", "-o", "x.wav", "--engine", "tests.engines:Garbage"], 1),
        (["say", "hello", "-o", "no/such/folder/x.wav", "--engine", "tests.engines:Echo"], 2),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unknown_voice_exits_2_and_names_what_lists_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("espeakng_loader", reason="the espeak extra is not installed")
    assert main(["say", "hello", "-o", str(tmp_path / "x.wav"), "--voice", "xx"]) == 2
    assert "python -m engine voices" in capsys.readouterr().err


def test_bench_goes_through_the_worker(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--engine", "tests.engines:Echo", "--runs", "1"]) == 0
    out = capsys.readouterr().out
    assert out.count("first chunk") == 3
