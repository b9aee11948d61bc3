"""Files of F5: each layout people have is read; what is wrong is one line with who must act."""

from __future__ import annotations

import dataclasses
import os
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.f5 import checkpoint, config, model, options, randomised
from engine.f5.model import Model
from engine.f5.options import Options, Source
from engine.speech import EngineMissing
from tests.f5_models import folder, loaded, voice

NAME = "Tiny_v1"
Tensors = dict[str, Tensor]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A tiny model and vocoder of the test's own."""
    for name in (NAME, "vocos"):
        shutil.copytree(folder() / name, tmp_path / name)
    return Source(tmp_path / NAME, tmp_path / "vocos", dtype="fp32", linear="plain")


def rewrite(source: Source, change: Callable[[Tensors], Any]) -> Path:
    """Change the tensors of a model's file, in place or into what is returned."""
    path = source.model / "model_0.safetensors"
    tensors = load_file(path)
    save_file(change(tensors) or tensors, path)
    return path


def says(source: Source) -> str:
    """The one line that is said of a model that cannot be loaded."""
    with pytest.raises(EngineMissing) as caught:
        model.load(source)
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 400
    return line


def speech(ours: Model) -> Any:
    return np.concatenate(list(ours.speak(voice(ours), "zorgle", Options(nfe=5))))


def bare(tensors: Tensors) -> Tensors:
    return {key.removeprefix("ema_model."): tensor for key, tensor in tensors.items()}


@pytest.mark.parametrize(
    "change",
    [
        bare,
        lambda tensors: {key.replace("ema_model.", "module."): x for key, x in tensors.items()},
        lambda tensors: tensors.update({"ema_model.mel_spec.mel_stft.mel_scale.fb": torch.ones(3)}),
        lambda tensors: tensors.pop("ema_model.transformer.rotary_embed.inv_freq") is None or None,
    ],
)
def test_layouts_of_fine_tunes_are_read(source: Source, change: Callable[[Tensors], Any]) -> None:
    rewrite(source, change)
    np.testing.assert_array_equal(speech(model.load(source)), speech(loaded()))


@pytest.mark.parametrize("key", ["ema_model_state_dict", "model_state_dict", ""])
def test_a_pt_file_is_read_where_it_is_allowed(source: Source, key: str) -> None:
    path = source.model / "model_0.safetensors"
    tensors: Any = load_file(path)
    if key == "ema_model_state_dict":
        stale = {name: torch.zeros_like(x) for name, x in bare(tensors).items()}
        tensors = {key: tensors, "model_state_dict": stale, "update": 7}
    elif key:
        tensors = {key: bare(tensors), "optimizer_state_dict": {"state": {}}}
    torch.save(tensors, source.model / "model_0.pt")
    path.unlink()
    assert "model_0.pt is no .safetensors file" in says(source)
    assert "allow .pt" in says(dataclasses.replace(source, model=source.model / "model_0.pt"))
    allowed = dataclasses.replace(source, allow_pt=True)
    np.testing.assert_array_equal(speech(model.load(allowed)), speech(loaded()))


class Evil:
    """What a file must never run."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("it-ran",)


def test_code_in_a_file_is_not_run(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (source.model / "model_0.safetensors").unlink()
    path = source.model / "model_0.pt"
    for write in (
        lambda: torch.save({"model_state_dict": Evil()}, path),
        lambda: path.write_bytes(pickle.dumps(Evil())),
    ):
        write()
        line = says(dataclasses.replace(source, allow_pt=True))
        assert "holds more than tensors" in line
        assert "Re-running" not in line
    torch.save({"x": Evil()}, source.vocoder / "pytorch_model.bin")
    shutil.copytree(folder() / NAME, source.model, dirs_exist_ok=True)
    assert "holds more than tensors" in says(source)
    assert not (tmp_path / "it-ran").exists()


def test_a_cut_file_is_told(source: Source) -> None:
    path = source.model / "model_0.safetensors"
    for size in (path.stat().st_size - 100, 1000, 3, 0):
        os.truncate(path, size)
        assert re.search("model_0.safetensors is cut off.*download it again", says(source))


def test_a_file_that_is_gone_when_it_is_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="cannot be read .*No such file"):
        checkpoint.Weights(tmp_path / "x.safetensors")


def test_the_vocoder_is_looked_at_too(source: Source) -> None:
    path = source.vocoder / "pytorch_model.bin"
    os.truncate(path, path.stat().st_size // 2)
    assert re.search("pytorch_model.bin is cut off.*download it again", says(source))
    path.unlink()
    assert "there is no pytorch_model.bin" in says(source)
    yaml = source.vocoder / "config.yaml"
    text = yaml.read_text("utf-8")
    yaml.write_text(text.replace("padding: center", "padding: same"), "utf-8")
    assert "padding of head is same, not center" in says(source)
    yaml.write_text(text.replace("num_layers: 2", "num_layers: many"), "utf-8")
    assert "does not tell the vocoder's sizes" in says(source)
    yaml.unlink()
    assert "there is no" in says(source)


def test_a_vocoder_in_safetensors_is_read(source: Source) -> None:
    path = source.vocoder / "pytorch_model.bin"
    tensors = torch.load(path, weights_only=True)
    save_file(
        {key: x.contiguous().clone() for key, x in tensors.items()}, path.with_name("v.safetensors")
    )
    path.unlink()
    np.testing.assert_array_equal(speech(model.load(source)), speech(loaded()))


def test_what_is_no_such_model_is_told_with_what_was_expected(source: Source) -> None:
    key = "ema_model.transformer.proj_out.bias"
    rewrite(source, lambda tensors: tensors.pop(key) is None or None)
    assert "lacks proj_out.bias; " in says(source)
    rewrite(source, lambda tensors: tensors.update({key: torch.zeros(7)}))
    assert "proj_out.bias is [7], not [100]" in says(source)
    rewrite(source, lambda tensors: tensors.update({key: torch.zeros(100), "x.y": torch.ones(1)}))
    assert "holds besides x.y; " in says(source)
    rewrite(source, lambda _: {"lm_head.weight": torch.zeros(3, 3)})
    assert "is no F5-TTS model" in says(source)
    assert "Tiny_v1 was expected" in says(source)


def test_a_model_of_another_size_is_told(source: Source) -> None:
    line = says(dataclasses.replace(source, config="F5TTS_v1_Small"))
    assert "F5TTS_v1_Small was expected" in line


def test_the_vocabulary_must_be_the_models_own(source: Source) -> None:
    vocab = source.model / "vocab.txt"
    lines = vocab.read_text("utf-8")
    vocab.write_text(lines + "extra\n", "utf-8")
    assert re.search(r"made for \d+ tokens and the vocab.txt beside it has \d+", says(source))
    vocab.write_text(lines[2:], "utf-8")
    assert "does not begin with a space" in says(source)
    vocab.write_bytes(b"\xff\xfe")
    assert "cannot be read" in says(source)
    vocab.unlink()
    assert "put the model's vocab.txt beside its weights" in says(source)


def test_a_folder_that_is_not_there_is_told(source: Source, tmp_path: Path) -> None:
    assert "no model folder" in says(dataclasses.replace(source, model=tmp_path / "none"))


def test_the_longest_trained_checkpoint_is_taken(tmp_path: Path) -> None:
    for name in ("model_200.safetensors", "model_1000.safetensors", "model_last.pt"):
        (tmp_path / name).touch()
    assert checkpoint.model_file(tmp_path, allow_pt=True).name == "model_1000.safetensors"


def test_what_a_fine_tune_began_with_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "pretrained_model_1250000.safetensors").touch()
    assert checkpoint.model_file(tmp_path).name == "pretrained_model_1250000.safetensors"
    (tmp_path / "model_5000.safetensors").touch()
    assert checkpoint.model_file(tmp_path).name == "model_5000.safetensors"
    (tmp_path / "model_last.safetensors").touch()
    assert checkpoint.model_file(tmp_path).name == "model_last.safetensors"


def test_a_link_may_have_the_models_name_or_lead_to_it(tmp_path: Path) -> None:
    for there, link in (("F5TTS_v1_Small", "mine"), ("blobs", "F5TTS_v1_Base")):
        (tmp_path / there).mkdir()
        (tmp_path / link).symlink_to(there, target_is_directory=True)
    assert config.of_folder(tmp_path / "mine").name == "F5TTS_v1_Small"
    assert config.of_folder(tmp_path / "F5TTS_v1_Base").name == "F5TTS_v1_Base"


def test_a_model_for_another_vocoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="is a model for the vocoder BigVGAN"):
        config.of_folder(tmp_path / "F5TTS_Base_bigvgan")


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("F5TTS_v1_Base", "F5TTS_v1_Base"),
        ("f5tts_base", "F5TTS_Base"),
        ("F5TTS_v1_Base_no_zero_init", "F5TTS_v1_Base"),
        ("F5TTS_v1_Small-mine", "F5TTS_v1_Small"),
    ],
)
def test_a_folder_tells_its_configuration(tmp_path: Path, called: str, name: str) -> None:
    (tmp_path / called).mkdir()
    assert config.of_folder(tmp_path / called).name == name


@pytest.mark.parametrize("called", ["zorgle", "F5TTS_Baseline", "my_F5TTS_Base"])
def test_a_folder_that_does_not_tell_is_refused_with_the_names(tmp_path: Path, called: str) -> None:
    with pytest.raises(EngineMissing, match=r"F5TTS_Base, F5TTS_Small, F5TTS_v1_Base, F5TTS_v1_S"):
        config.of_folder(tmp_path / called)
    assert config.of_folder(tmp_path / called, "f5tts_V1_base").name == "F5TTS_v1_Base"
    with pytest.raises(EngineMissing, match="no F5 configuration 'x'"):
        config.of_folder(tmp_path, "x")


def test_a_model_is_made_of_a_seed_where_none_is_at_hand(tmp_path: Path) -> None:
    tokens = randomised.vocab()
    assert (len(tokens), len(set(tokens)), tokens[0]) == (2545, 2545, " ")
    randomised.write_model(tmp_path / NAME, config.CONFIGS[NAME], tokens, seed=1)
    made = model.load(options.Source(tmp_path / NAME, folder() / "vocos", linear="plain"))
    assert speech(made).any()
    again = randomised.transformer(config.CONFIGS[NAME], 4, seed=1)
    other = randomised.transformer(config.CONFIGS[NAME], 4, seed=2)
    assert again.keys() == other.keys()
    assert not torch.equal(again["proj_out.weight"], other["proj_out.weight"])
