"""What a measurement was made on: the processor, and the memory that this process took.

Knows no torch. What a system does not tell is empty or None.
"""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

_MATTER = re.compile(r"avx2|fma|f16c|avx512\w*|avx_vnni|amx\w*|asimd|sve\w*|i8mm|bf16")
"""The processor's abilities that decide how fast matrices are multiplied."""
_CPUINFO = Path("/proc/cpuinfo")
_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")


def cpu() -> tuple[str, list[str]]:
    """The processor's name, and those of its abilities that matter."""
    try:
        lines = _CPUINFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine(), []
    told = {key.strip(): value.strip() for key, _, value in (ln.partition(":") for ln in lines)}
    name = told.get("model name") or platform.processor() or platform.machine()
    flags = (told.get("flags") or told.get("Features") or "").split()
    return name, [flag for flag in flags if _MATTER.fullmatch(flag)]


def forget_peak() -> None:
    """Let the peak of resident memory begin anew, where the system can."""
    try:
        _FORGET.write_text("5")
    except OSError:
        return  # then the peak is that since the start


def peak() -> int | None:
    """Bytes that were resident at most, since `forget_peak` on Linux, else since the start."""
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())
    except OSError:
        found = None
    if found:
        return 1024 * int(found[1])
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
