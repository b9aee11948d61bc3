"""`python -m engine fetch` against a hub on this machine: chosen, accepted, resumed, checked."""

from __future__ import annotations

import errno
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import models_folder
from engine.__main__ import main
from engine.models_folder import RELEASES
from tests.f5_models import folder
from tests.model_hub import ModelHub, serving

MODEL, VOCOS = "SWivid/F5-TTS", "charactr/vocos-mel-24khz"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModelHub]:
    """A hub that has a tiny model where the first release is, and the vocoder."""
    constants = pytest.importorskip("huggingface_hub.constants")
    tiny = replace(RELEASES["F5TTS_v1_Base"], name="Tiny", inside="Tiny_v1", folder="Tiny_v1")
    monkeypatch.setitem(RELEASES, "Tiny", tiny)
    with serving() as made:
        made.put(MODEL, folder() / "Tiny_v1", "Tiny_v1")
        made.put(VOCOS, folder() / "vocos")
        point_at(monkeypatch, made.address)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 14)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
        monkeypatch.setenv("HF_TOKEN", "hf_zorglesecret")
        # Of huggingface_hub, before each further try.
        monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
        yield made


def point_at(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """What HF_ENDPOINT does when huggingface_hub is imported."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)


def fetch(root: Path, *more: str, name: str = "tiny") -> int:
    return main(["fetch", name, "--folder", str(root), *more])


def weights() -> bytes:
    return (folder() / "Tiny_v1" / "model_0.safetensors").read_bytes()


def test_without_a_name_it_lists_what_there_is_with_licences(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["fetch"]) == 0
    out = capsys.readouterr().out
    for name, licence in (
        ("F5TTS_v1_Base", "CC-BY-NC-4.0"),
        ("F5TTS_Base", "CC-BY-NC-4.0"),
        ("OpenF5-TTS-Base", "Apache-2.0"),
        ("vocos", "MIT"),
    ):
        [line] = [line for line in out.splitlines() if line.startswith(f"{name} ")]
        assert licence in line


def test_a_name_that_is_none_is_told_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "zorgle"]) == 2
    assert "no release 'zorgle'; there are: F5TTS_v1_Base" in capsys.readouterr().err


def test_a_model_comes_with_its_vocoder_and_is_ready_for_use(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "the models"
    assert fetch(root, "--accept-licence") == 0
    for name in ("Tiny_v1", "vocos"):
        came = {path.name: path.read_bytes() for path in (root / name).iterdir()}
        assert came == {path.name: path.read_bytes() for path in (folder() / name).iterdir()}
    out, err = capsys.readouterr()
    told = out.index("licence  CC-BY-NC-4.0")
    assert told < out.index("licence  MIT") < out.index("is in ")
    assert f"{hub.address}/{MODEL}" in out
    model, vocoder = root / "Tiny_v1", root / "vocos"
    assert f'--model "{model}" --vocoder "{vocoder}"' in out
    assert f"\nISHOWTTS_F5__MODEL={model}\nISHOWTTS_F5__VOCODER={vocoder}\n" in out
    assert "zorglesecret" not in out + err
    assert "Bearer hf_zorglesecret" in hub.tokens
    assert "README.md" not in hub.downloads()


def test_where_the_bot_looks_by_itself_the_name_is_enough(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(models_folder, "default", lambda: tmp_path / "models")
    assert main(["fetch", "tiny", "--accept-licence"]) == 0
    assert capsys.readouterr().out.endswith("settings.env:\nISHOWTTS_F5__MODEL=Tiny\n")


def test_a_folder_is_told_so_that_it_is_found_from_everywhere(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fetch(Path("here"), "--accept-licence") == 0
    assert f"ISHOWTTS_F5__MODEL={tmp_path / 'here' / 'Tiny_v1'}\n" in capsys.readouterr().out


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOENT])
def test_a_place_that_cannot_be_written_is_not_taken_for_the_network(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
) -> None:
    def fail(path: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "mkdir", fail)
    assert fetch(tmp_path / "x", "--accept-licence") == 1
    assert "cannot be written: name another place" in capsys.readouterr().err


def test_what_is_there_is_neither_asked_about_nor_loaded_again(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch(tmp_path, "--accept-licence") == 0
    hub.asked.clear()
    capsys.readouterr()
    assert fetch(tmp_path) == 0
    assert hub.downloads() == []
    assert "licence" not in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("\n", 2), ("no\n", 2)])
def test_on_a_terminal_it_asks(
    hub: ModelHub, tmp_path: Path, answer: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = io.StringIO(answer)
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", typed)
    assert fetch(tmp_path) == code
    assert bool(hub.downloads()) == (code == 0)


def test_elsewhere_nothing_is_loaded_without_the_flag(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert fetch(tmp_path / "x") == 2
    assert hub.downloads() == []
    assert not (tmp_path / "x").exists()
    assert capsys.readouterr().err.startswith("nothing was downloaded: add --accept-licence")


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: ModelHub, tmp_path: Path) -> None:
    hub.cuts = [300_000, 200_000]
    assert fetch(tmp_path, "--accept-licence") == 0
    assert (tmp_path / "Tiny_v1" / "model_0.safetensors").read_bytes() == weights()
    asked = [range_ for _, path, range_ in hub.asked if path.endswith(".safetensors")]
    assert len(asked) == 3
    assert asked[0] == ""
    assert int(asked[1][6:-1]) >= 280_000
    assert int(asked[2][6:-1]) >= 450_000


def test_the_next_run_goes_on_where_one_gave_up(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.cuts = [400_000] + [0] * 20
    assert fetch(tmp_path, "--accept-licence") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "run the same command again: it goes on where it stopped" in err
    assert not (tmp_path / "Tiny_v1" / "model_0.safetensors").exists()
    hub.cuts.clear()
    hub.asked.clear()
    assert fetch(tmp_path, "--accept-licence") == 0
    assert (tmp_path / "Tiny_v1" / "model_0.safetensors").read_bytes() == weights()
    [began] = [range_ for _, path, range_ in hub.asked if path.endswith(".safetensors")]
    assert int(began[6:-1]) >= 380_000
    assert "going on at 0." in capsys.readouterr().out
    assert not list(tmp_path.rglob("*.part"))


def test_a_wrong_checksum_is_thrown_away(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("vocab.txt", "model_0.safetensors"):
        hub.wrong = {name}
        assert fetch(tmp_path, "--accept-licence") == 1
        err = capsys.readouterr().err
        assert err.startswith(f"{name} came with another checksum")
        assert err.count("\n") == 1
        assert not list(tmp_path.rglob(f"{name}*"))
        hub.wrong = set()
        assert fetch(tmp_path, "--accept-licence") == 0
        shutil.rmtree(tmp_path / "Tiny_v1")


def test_a_part_of_an_older_file_is_not_gone_on_with(hub: ModelHub, tmp_path: Path) -> None:
    (tmp_path / "Tiny_v1").mkdir()
    (tmp_path / "Tiny_v1" / "model_0.safetensors.0123456789ab.part").write_bytes(b"old" * 1000)
    assert fetch(tmp_path, "--accept-licence") == 0
    assert not list(tmp_path.rglob("*.part"))
    assert (tmp_path / "Tiny_v1" / "model_0.safetensors").read_bytes() == weights()


def test_a_reset_connection_is_taken_up_as_long_as_it_brings_anything(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from huggingface_hub import file_download

    real, brought = file_download.http_get, [1000, 2000]

    def reset(url: str, out: Any, *, resume_size: int, **more: Any) -> None:
        if not url.endswith(".safetensors"):
            real(url, out, resume_size=resume_size, **more)
        elif brought:
            out.write(weights()[resume_size : resume_size + brought.pop(0)])
            raise RuntimeError("reset by peer\nat https://signed?token=zorglesecret")
        else:
            real(url, out, resume_size=resume_size, **more)

    monkeypatch.setattr(file_download, "http_get", reset)
    assert fetch(tmp_path, "--accept-licence") == 0
    assert (tmp_path / "Tiny_v1" / "model_0.safetensors").read_bytes() == weights()
    assert "bytes=3000-" in [range_ for *_, range_ in hub.asked]
    shutil.rmtree(tmp_path / "Tiny_v1")
    brought += [500, 0]
    assert fetch(tmp_path, "--accept-licence") == 1
    err = capsys.readouterr().err
    assert "broke off (reset by peer)" in err
    assert "zorglesecret" not in err


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (403, "GatedRepo", "wants its terms accepted"),
        (404, "EntryNotFound", "was taken away meanwhile"),
        (404, "RevisionNotFound", "was taken away meanwhile"),
        (403, "", "answered 403: sign in anew"),
        (503, "", "answered 503: wait a while"),
    ],
)
def test_a_file_that_is_refused_is_one_line(
    hub: ModelHub,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    status: int,
    code: str,
    says: str,
) -> None:
    hub.refusals[f"{MODEL}:files"] = (status, code)
    assert fetch(tmp_path, "--accept-licence") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert says in err


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (404, "RepoNotFound", "is gone, or not for everybody"),
        (401, "", "answered 401: sign in anew by `hf auth login`"),
        (401, "GatedRepo", "wants its terms accepted"),
        (403, "GatedRepo", "wants its terms accepted"),
        (500, "", "answered 500"),
        (429, "", "answered 429"),
    ],
)
def test_what_the_hub_refuses_is_one_line(
    hub: ModelHub,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    status: int,
    code: str,
    says: str,
) -> None:
    hub.refusals[MODEL] = (status, code)
    assert fetch(tmp_path, "--accept-licence") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert says in err
    assert "zorglesecret" not in err
    assert hub.downloads() == []


def test_no_hub_is_one_line(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9")
    assert fetch(tmp_path, "--accept-licence") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "cannot be reached" in err


def test_a_repository_that_holds_something_else_now_is_told(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del hub.repos[MODEL]["Tiny_v1/vocab.txt"]
    assert fetch(tmp_path, "--accept-licence") == 1
    assert "no vocab.txt in Tiny_v1" in capsys.readouterr().err


def test_a_licence_that_the_page_has_changed_is_told(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.licences = {MODEL: "cc-by-nc-4.0", VOCOS: "zorgle-1.0"}
    assert fetch(tmp_path) == 2
    assert capsys.readouterr().out.count("the page now says") == 1


def test_weights_that_are_no_model_are_told(
    hub: ModelHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = (folder() / "Tiny_norm" / "model_0.safetensors").read_bytes()
    hub.repos[MODEL]["Tiny_v1/model_0.safetensors"] = other
    assert fetch(tmp_path, "--accept-licence") == 3
    assert "holds besides transformer_blocks.0.attn.k_norm.weight" in capsys.readouterr().err


def test_the_weights_trained_longest_are_taken_and_safetensors_first(
    hub: ModelHub, tmp_path: Path
) -> None:
    files = hub.repos[MODEL]
    files["Tiny_v1/model_900.safetensors"] = weights()
    files["Tiny_v1/model_5000.pt"] = files["Tiny_v1_other/model_9999.safetensors"] = b"x"
    assert fetch(tmp_path, "--accept-licence") == 0
    assert "model_900.safetensors" in hub.downloads()
    assert len({name for name in hub.downloads() if name.startswith("model_")}) == 1


def test_a_pt_file_and_the_generation_that_its_config_tells_are_named(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import torch
    from safetensors.torch import load

    made = io.BytesIO()
    torch.save(load(weights()), made)
    hub.repos["zorgle/open"] = {
        "model.pt": made.getvalue(),
        "vocab.txt": hub.repos[MODEL]["Tiny_v1/vocab.txt"],
        "config.yaml": b"model:\n  arch:\n    pe_attn_head: 1\n",
    }
    opened = replace(RELEASES["OpenF5-TTS-Base"], repo="zorgle/open", folder="Tiny_v1_open")
    monkeypatch.setitem(RELEASES, "Tiny", replace(opened, name="Tiny"))
    assert fetch(tmp_path, "--accept-licence") == 0
    out = capsys.readouterr().out
    assert " --allow-pt " in out
    assert "ISHOWTTS_F5__ALLOW_PT=true" in out
    from engine.commands.fetch import _configuration

    older = tmp_path / "F5TTS_v1_Base_OpenF5"
    (tmp_path / "Tiny_v1_open").rename(older)
    assert _configuration(older) == "F5TTS_Base"
    (older / "config.yaml").write_text("model:\n  arch:\n    pe_attn_head: null\n")
    assert _configuration(older) == ""


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_one_line(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    usage = type(shutil.disk_usage(tmp_path))(10, 10, 0)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage)
        assert fetch(tmp_path, "--accept-licence") == 1
        assert "has room for 0 MB" in capsys.readouterr().err

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.file_download.http_get", full)
        assert fetch(tmp_path, "--accept-licence") == 1
        assert capsys.readouterr().err.startswith("the disk is full: make room, then run the same")
    (tmp_path / "file").write_text("zorgle")
    assert fetch(tmp_path / "file", "--accept-licence") == 1
    assert "name another place (--folder DIR)" in capsys.readouterr().err


def test_ctrl_c_says_that_the_next_run_goes_on(
    hub: ModelHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("huggingface_hub.file_download.http_get", interrupted)
    assert fetch(tmp_path, "--accept-licence") == 1
    assert "it goes on from here" in capsys.readouterr().err


def test_without_huggingface_hub_it_says_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert main(["fetch", "vocos", "--folder", str(tmp_path)]) == 3
    assert capsys.readouterr().err.startswith("huggingface_hub is not installed: scripts/run")


def test_the_program_itself_fetches_from_the_hub_that_its_environment_names(
    hub: ModelHub, tmp_path: Path
) -> None:
    hub.asked.clear()
    done = subprocess.run(
        [sys.executable, "-m", "engine", "fetch", "VOCOS", "--accept-licence"],
        env={
            **os.environ,
            "HF_ENDPOINT": hub.address,
            "HF_HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.split("/")[1] for _, path, _ in hub.asked} == {"api", "charactr"}
    assert not [path for _, path, _ in hub.asked if "agent" in path]
    if sys.platform == "linux":
        assert (tmp_path / "data" / "ishowtts" / "models" / "vocos" / "config.yaml").is_file()


def test_models_lie_in_the_users_own_data() -> None:
    assert models_folder.default().name == "models"
    assert "ishowtts" in models_folder.default().parts
