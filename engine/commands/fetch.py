"""`fetch`: a released model and its vocoder -> a folder, the licence shown and accepted first."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from engine import models_folder
from engine.hub import File, Hub, Repository
from engine.models_folder import RELEASES, VOCOS, Release
from engine.speech import BadRequest, EngineFailed

_STEPS = re.compile(r"\d+")
_WEIGHTS = (".safetensors", ".pt", ".bin")
"""In the order that they are preferred."""


def run(args: argparse.Namespace) -> None:
    """Fetch what is named, or list what can be. Raises SpeechError."""
    if not args.name:
        _list()
        return
    release = models_folder.released(args.name)
    if release is None:
        raise BadRequest(f"there is no release {args.name!r:.60}; there are: {', '.join(RELEASES)}")
    root = (args.folder or models_folder.default()).absolute()
    hub = Hub()
    wanted = [release]
    if release.name != VOCOS and not _has_vocoder(root / VOCOS):
        wanted.append(RELEASES[VOCOS])
    found = [(one, hub.look(one.repo)) for one in wanted]
    work = [(one, repository, _choose(one, repository)) for one, repository in found]
    missing = [
        (one, repository, files)
        for one, repository, files in work
        if not all(file.is_at(root / one.folder / file.name) for file in files)
    ]
    for one, repository, files in missing:
        _say(_told(one, repository, files, hub.address, root))
    if missing:
        _accept(args.accept_licence)
    try:
        for one, repository, files in missing:
            hub.fetch(repository, files, root / one.folder, _say)
    except KeyboardInterrupt:
        raise EngineFailed("stopped: run the same command again, it goes on from here") from None
    _end(release, root)


def _list() -> None:
    for release in RELEASES.values():
        _say(f"{release.name:16} {release.licence:13} {release.means}")
    _say("\nFetch one: python -m engine fetch NAME")


def _has_vocoder(folder: Path) -> bool:
    names = ("pytorch_model.bin", "model.safetensors")
    return (folder / "config.yaml").is_file() and any((folder / name).is_file() for name in names)


def _choose(release: Release, repository: Repository) -> list[File]:
    """The files that are needed: the weights trained longest, and the small ones beside them."""
    beside = {
        file.name: file
        for file in repository.files
        if file.path.rpartition("/")[0] == release.inside
    }
    small = ["config.yaml"] if release.name == VOCOS else ["vocab.txt"]
    weights = _weights(beside.values())
    lacks = [name for name in small if name not in beside] + ([] if weights else ["weights"])
    if weights is None or lacks:
        raise EngineFailed(
            f"{repository.name} no longer holds what it did (no {' nor '.join(lacks)} in "
            f"{release.inside or 'it'}): fetch another model, or get its files by hand"
        )
    if release.name != VOCOS and "config.yaml" in beside:
        small.append("config.yaml")
    return [*(beside[name] for name in small), weights]


def _weights(files: Iterable[File]) -> File | None:
    for suffix in _WEIGHTS:
        if found := [file for file in files if file.name.endswith(suffix)]:
            return max(found, key=lambda file: (_trained(file.name), file.name))
    return None


def _trained(name: str) -> int:
    numbers = _STEPS.findall(name)
    return int(numbers[-1]) if numbers else -1


def _told(
    release: Release, repository: Repository, files: list[File], address: str, root: Path
) -> str:
    size = sum(file.size for file in files)
    lines = [
        f"{release.name}, {size / 1e6:.1f} MB",
        f"  licence  {release.licence}: {release.means}",
        f"  source   {address}/{release.repo}",
        f"  goes to  {root / release.folder}",
    ]
    if repository.licence and repository.licence.lower() != release.licence.lower():
        lines[1] += f"\n           the page now says {repository.licence!r:.40}: read it first"
    return "\n".join(lines)


def _accept(accepted: bool) -> None:
    if accepted:
        return
    if not sys.stdin.isatty():
        raise BadRequest("nothing was downloaded: add --accept-licence if you accept the above")
    sys.stdout.write("Do you accept the licence? [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadRequest("not accepted: nothing was downloaded")


def _end(release: Release, root: Path) -> None:
    """Look into what came, and say what to do with it."""
    folder, vocoder = root / release.folder, root / VOCOS
    try:
        _look_into(release, folder, vocoder)
    except ImportError:
        _say("torch is not installed, so only checksums were compared: scripts/run --with f5")
    if release.name == VOCOS:
        _say(f"The vocoder is in {vocoder}")
        return
    pickled = not list(folder.glob("*.safetensors"))
    config = _configuration(folder)
    flags = (" --allow-pt" if pickled else "") + (f" --config {config}" if config else "")
    _say(f"{release.name} is in {folder}. Hear it:")
    _say(
        f'  python -m engine say "Hello there." --engine f5 --model {_quoted(folder)} --vocoder '
        f"{_quoted(vocoder)}{flags} --reference CLIP.wav --reference-text "
        '"The words in it." -o hello.wav'
    )
    _say("For the bot, in settings.env:")
    if root == models_folder.default():
        _say(f"ISHOWTTS_F5__MODEL={release.name}")  # the bot looks there, and beside it
    else:
        _say(f"ISHOWTTS_F5__MODEL={folder}\nISHOWTTS_F5__VOCODER={vocoder}")
    if pickled:
        _say("ISHOWTTS_F5__ALLOW_PT=true")
    if config:
        _say(f"ISHOWTTS_F5__CONFIG={config}")


def _look_into(release: Release, folder: Path, vocoder: Path) -> None:
    """Raise EngineMissing unless the files hold what the model is made of."""
    from engine.f5 import checkpoint, layout
    from engine.f5.config import of_folder
    from engine.f5.text import read_vocab

    if release.name != VOCOS:
        path = checkpoint.model_file(folder, allow_pt=True)
        vocab = read_vocab(checkpoint.vocab_file(path))
        config = of_folder(folder, _configuration(folder))
        with checkpoint.Weights(path, allow_pt=True) as weights:
            weights.check(layout.transformer(config, len(vocab) + 1), config.name)
    path, shape = checkpoint.vocos_files(vocoder)
    with checkpoint.Weights(path, allow_pt=True) as weights:
        weights.check(layout.vocos(shape), "Vocos")


def _configuration(folder: Path) -> str:
    """The configuration that a `config.yaml` beside the weights tells, if not the folder's own.

    Weights alone do not tell the two generations apart: only the older one turns a single head.
    """
    path = folder / "config.yaml"
    if path.is_file() and folder.name.startswith("F5TTS_v1"):
        found = re.search(r"^\s*pe_attn_head:\s*(\w+)", path.read_text("utf-8"), re.MULTILINE)
        if found and found[1] == "1":
            return "F5TTS_Base"
    return ""


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
