"""What `check` says of F5: in a line each, with what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.check_f5 import f5
from bot.exits import BadInput, Exit
from bot.findings import Word
from bot.settings import Settings, load
from engine.f5 import card
from tests import f5_models


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(**more: object) -> Settings:
        own = {"model": f5_models.folder() / "Tiny_v1", "vocoder": f5_models.folder() / "vocos"}
        return load(overrides={"state_dir": tmp_path, "f5": {**own, **more}})

    f5_models.write_voice(tmp_path / "voices", "anna")
    return make


def test_a_model_that_can_be_used_is_told_with_its_voices(
    settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "_is_there", lambda: False)
    [found] = f5(settings())
    assert found.word is Word.OK
    assert found.text == "Tiny_v1, model_0.safetensors, float32 on cpu, 1 voice (anna)"
    f5_models.write_voice(tmp_path / "voices", "ben")
    [found] = f5(settings(dtype="bf16"))
    assert found.text.endswith("bfloat16 on cpu, 2 voices (anna, ben)")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"model": Path("nowhere")}, "there is no model folder"),
        ({"vocoder": Path("nowhere")}, "there is no .*config.yaml"),
        ({"config": "zorgle"}, "no F5 configuration 'zorgle'; there are: F5TTS_Base"),
        ({"config": "F5TTS_v1_Base"}, "take the right file, or name the configuration"),
        ({"voice": "carla"}, "ISHOWTTS_F5__VOICE: F5 has no voice 'carla'; there are: anna"),
        ({"voices": "es=x"}, "ISHOWTTS_F5__VOICES: es=x: F5 has no voice 'x'"),
        ({"dtype": "int8", "device": "cuda"}, "graphics card|int8"),
    ],
)
def test_what_is_wrong_is_one_line(
    settings: Callable[..., Settings], more: dict[str, object], says: str
) -> None:
    with pytest.raises(Exit, match=says) as told:
        f5(settings(**more))
    assert len(str(told.value).splitlines()) == 1


def test_without_a_voice_the_line_says_how_to_add_one(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    (tmp_path / "voices/anna/clip.wav").write_bytes(b"")
    with pytest.raises(BadInput) as told:
        f5(settings())
    clip, none = str(told.value).splitlines()
    assert clip.startswith("voice anna: ")
    assert "python -m bot voices add" in none


def test_a_card_that_lies_idle_is_noted_with_the_next_step(
    settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / ("nvidia-smi.exe" if sys.platform == "win32" else "nvidia-smi")
    tool.write_text("")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    _, idle = f5(settings())
    assert idle.word is Word.NOTE
    assert idle.text.startswith("there is an NVIDIA card, and torch ")
    # Who chose the CPU knows.
    assert len(f5(settings(device="cpu"))) == 1
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert card.unused() == ""


def test_the_next_step_is_that_of_the_system() -> None:
    def said(version: str, cuda: str | None, platform: str) -> str:
        return card.advice(version, cuda, platform=platform, python="PY")

    assert said("2.13.0+cpu", None, "linux").endswith(
        'for the CPU only: PY -m pip install --force-reinstall "torch>=2.10"'
    )
    assert card.SELECTOR in said("2.13.0", None, "win32")
    assert "PY -m pip" in said("2.13.0", None, "win32")
    assert "JetPack" in said("2.13.0", None, "jetson")
    assert "update the card's driver" in said("2.13.0", "13.0", "linux")
