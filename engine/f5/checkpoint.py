"""Files of F5-TTS and Vocos -> tensors, or one line that says what is wrong and who must act.

Reads `.safetensors`, and `.pt`/`.bin` as tensors only: code in a file is never run. Tensors are
taken from the file when asked for; nothing is kept. Does not know what they are for.
"""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from engine.f5.config import HOP, MELS, WINDOW
from engine.f5.layout import PREFIXES, UNUSED, Shapes, VocosShape
from engine.speech import EngineMissing

AGAIN = "download it again"
_NUMBER = re.compile(r"\d+")
_PATTERNS = ("*.safetensors", "*.pt")
"""In the order that they are preferred; the second one has to be allowed."""


class Weights:
    """The tensors of one file, by the names of layout.py. To be closed, or used by `with`."""

    def __init__(
        self,
        path: Path,
        *,
        allow_pt: bool = False,
        taken: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Open a file; raises EngineMissing if it cannot be read, or is a `.pt` and may not be.

        `taken` hears of each tensor that is taken, how many bytes it has.
        """
        self.path = path
        self._taken = taken
        self._get: Callable[[str], Tensor]
        self._names: dict[str, str] = {}
        """Name without what stands in front -> name in the file."""
        if path.suffix == ".safetensors":
            keys, self._get, self._shape = _open_safetensors(path)
        elif not allow_pt:
            raise EngineMissing(_refusal(path))
        else:
            tensors = _open_pickled(path)
            keys, self._get = list(tensors), tensors.__getitem__
            self._shape = lambda name: tuple(tensors[name].shape)
        for key in keys:
            name = _bare(key)
            if name in self._names:
                raise EngineMissing(f"{path} holds {name} twice, as {self._names[name]} and {key}")
            self._names[name] = key

    def __enter__(self) -> Weights:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. Tensors that were taken as they are keep it mapped."""
        del self._get, self._shape

    def __getitem__(self, name: str) -> Tensor:
        """A tensor on the CPU, as the file has it. Raises EngineMissing."""
        try:
            tensor = self._get(self._names[name])
        except Exception as error:
            raise EngineMissing(f"{self.path} cannot be read ({error}); {AGAIN}") from error
        self._taken(tensor.nbytes)
        return tensor

    def rows(self, name: str) -> int:
        """The first number of a tensor's shape; 0 if there is no such tensor."""
        shape = self._shape(self._names[name]) if name in self._names else ()
        return shape[0] if shape else 0

    def check(self, expected: Shapes, what: str) -> None:
        """Raise EngineMissing unless the file holds exactly the expected tensors.

        `what`: the name of what they make, for the message.
        """
        missing = [name for name in expected if name not in self._names]
        foreign = [name for name in self._names if name not in expected and name not in UNUSED]
        hint = f"take the right file, or name the configuration that it is of; {what} was expected"
        if len(missing) == len(expected):
            raise EngineMissing(f"{self.path} is no F5-TTS model nor its vocoder; {hint}")
        for names, problem in ((missing, "lacks"), (foreign, "holds besides")):
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                raise EngineMissing(f"{self.path} {problem} {names[0]}{more}; {hint}")
        for name, shape in expected.items():
            found = self._shape(self._names[name])
            if found != shape:
                sizes = f"{list(found)}, not {list(shape)}"
                raise EngineMissing(f"{self.path}: {name} is {sizes}; {hint}")


def model_file(folder: Path, *, allow_pt: bool = False) -> Path:
    """The checkpoint in a model's folder: the one that was trained longest. Raises EngineMissing.

    A file is taken as it is.
    """
    if _is_file(folder):
        return folder
    if not folder.is_dir():
        raise EngineMissing(
            f"there is no model folder {folder}: name another, or download a model "
            "(python -m engine fetch)"
        )
    found = {pattern: sorted(folder.glob(pattern), key=_trained) for pattern in _PATTERNS}
    patterns = _PATTERNS if allow_pt else _PATTERNS[:1]
    for pattern in patterns:
        if found[pattern]:
            return found[pattern][-1]
    if refused := found[_PATTERNS[1]]:
        raise EngineMissing(_refusal(refused[-1]))
    wanted = " or ".join(patterns)
    raise EngineMissing(f"there is no model file ({wanted}) in {folder}: download it into there")


def vocab_file(model: Path) -> Path:
    """The list of tokens beside a checkpoint. Raises EngineMissing."""
    path = model.parent / "vocab.txt"
    if not path.is_file():
        raise EngineMissing(f"there is no {path}: put the model's vocab.txt beside its weights")
    return path


def vocos_files(folder: Path) -> tuple[Path, VocosShape]:
    """The weights of a vocoder and what its `config.yaml` says. Raises EngineMissing."""
    config = folder / "config.yaml"
    if not config.is_file():
        raise EngineMissing(f"there is no {config}: name the folder of a Vocos vocoder")
    shape = _vocos_shape(config)
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return folder / name, shape
    if found := sorted(folder.glob("*.safetensors")):
        return found[-1], shape
    raise EngineMissing(f"there is no pytorch_model.bin in {folder}: download the vocoder again")


def _vocos_shape(path: Path) -> VocosShape:
    """Read the few lines that matter of a YAML file of sections, `init_args` and values."""
    found: dict[tuple[str, str], str] = {}
    section = ""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise EngineMissing(f"{path} cannot be read: {error}; {AGAIN}") from error
    for line in lines:
        key, colon, value = line.partition("#")[0].partition(":")
        if colon and not key.startswith((" ", "\t")):
            section = key.strip()
        elif colon:
            found[section, key.strip()] = value.strip().strip("'\"")
    must = {
        ("backbone", "class_path"): "vocos.models.VocosBackbone",
        ("backbone", "input_channels"): str(MELS),
        ("head", "class_path"): "vocos.heads.ISTFTHead",
        ("head", "n_fft"): str(WINDOW),
        ("head", "hop_length"): str(HOP),
        ("head", "padding"): "center",
    }
    for (part, key), value in must.items():
        if found.get((part, key)) != value:
            said = found.get((part, key), "nothing")
            raise EngineMissing(
                f"{path}: {key} of {part} is {said}, not {value}; take vocos-mel-24khz"
            )
    sizes = [found.get(("backbone", key), "") for key in ("dim", "intermediate_dim", "num_layers")]
    if not all(size.isdecimal() and 0 < int(size) <= 1 << 14 for size in sizes):
        raise EngineMissing(f"{path} does not tell the vocoder's sizes; take vocos-mel-24khz")
    return VocosShape(*(int(size) for size in sizes))


def _open_safetensors(
    path: Path,
) -> tuple[list[str], Callable[[str], Tensor], Callable[[str], tuple[int, ...]]]:
    try:
        from safetensors import safe_open
    except ImportError as error:
        raise EngineMissing("safetensors is not installed: scripts/run --with f5") from error
    try:
        file: Any = safe_open(str(path), framework="pt", device="cpu")
        keys = list(file.keys())
    except OSError as error:
        raise EngineMissing(f"{path} cannot be read ({error}); {AGAIN}") from error
    except Exception as error:
        raise EngineMissing(
            f"{path} is cut off, or no safetensors file ({error}); {AGAIN}"
        ) from error
    return keys, file.get_tensor, lambda name: tuple(file.get_slice(name).get_shape())


def _open_pickled(path: Path) -> Mapping[str, Tensor]:
    """The tensors of a `.pt` or `.bin`, the averaged ones where there are two sets."""
    try:
        # What is no zip archive is of an old version, which cannot be mapped.
        mapped = zipfile.is_zipfile(path)
        loaded: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except Exception as error:
        said = str(error).strip().partition("\n")[0][:200]
        if isinstance(error, pickle.UnpicklingError):
            said = "code in a file is never run"  # torch's own words tell how to run it
        raise EngineMissing(
            f"{path} is cut off, or holds more than tensors ({said}); {AGAIN}, or take a "
            ".safetensors file"
        ) from error
    for key in ("ema_model_state_dict", "model_state_dict"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
            break
    if not isinstance(loaded, dict):
        raise EngineMissing(f"{path} holds no tensors by name; take the model's .safetensors file")
    return {str(key): value for key, value in loaded.items() if isinstance(value, Tensor)}


def _bare(key: str) -> str:
    for prefix in PREFIXES:
        key = key.removeprefix(prefix)
    return key


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise EngineMissing(
            f"{path} cannot be read ({error.strerror}): let whoever runs this read it"
        ) from error


def _refusal(path: Path) -> str:
    return (
        f"{path} is no .safetensors file: take the model's .safetensors, or allow .pt "
        "files (ISHOWTTS_F5__ALLOW_PT=true, --allow-pt)"
    )


def _trained(path: Path) -> tuple[bool, bool, int, str]:
    """In the order of their training. Upstream's keeps what it began with beside what it makes."""
    numbers = _NUMBER.findall(path.stem)
    begun = path.name.startswith("pretrained_")
    return not begun, path.stem.endswith("_last"), int(numbers[-1]) if numbers else -1, path.name
