"""Whether there is a graphics card that torch does not use, and what the next step is then.

Finds the card without torch, which cannot see it where it is not built for it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

SELECTOR = "https://pytorch.org/get-started/locally/"
_DRIVER = Path("/proc/driver/nvidia")
_JETSON = Path("/etc/nv_tegra_release")


def unused() -> str:
    """Why an NVIDIA card that is there is not used, and the next step; empty if nothing is amiss.

    torch must be installed.
    """
    import torch

    if torch.cuda.is_available() or not _is_there():
        return ""
    return advice(
        str(torch.__version__),
        torch.version.cuda,
        platform="jetson" if _JETSON.exists() else sys.platform,
        python=sys.executable,
    )


def advice(version: str, cuda: str | None, *, platform: str, python: str) -> str:
    """The line for a torch of this version, built for this CUDA or for none."""
    if cuda is not None:
        return (
            f"there is an NVIDIA card, and torch {version} (CUDA {cuda}) cannot use it: update the "
            f"card's driver, or choose a build for an older CUDA at {SELECTOR}"
        )
    said = f"there is an NVIDIA card, and torch {version} is built for the CPU only: "
    if platform == "jetson":
        return said + "install NVIDIA's own torch for your JetPack, 2.10 or newer, into .venv"
    if platform == "win32":
        return (
            f"{said}choose pip and CUDA at {SELECTOR} and run the command it shows, with "
            f"{python} -m pip in place of pip and with --force-reinstall behind install"
        )
    return f'{said}{python} -m pip install --force-reinstall "torch>=2.10"'


def _is_there() -> bool:
    return shutil.which("nvidia-smi") is not None or _DRIVER.exists() or _JETSON.exists()
