"""Which outputs there are, which one a name means, and the ways to open it.

Does not open anything itself and does not know what is played. PortAudio is loaded when it is
first asked for: the rest of the program runs without it. An output is known by its name and host,
never by its index, which PortAudio deals out anew whenever something is plugged in.

    DeviceError            this output cannot be used now; it may appear later
    PortAudioMissing       the user: PortAudio must be installed
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

DESKTOP = "desktop sink"
_HOSTS = (DESKTOP, "Windows WASAPI", "Windows DirectSound", "MME")
"""The hosts from the one to be preferred on; any other comes after them."""
_MME_NAME = 31
"""MME cuts names to this many characters."""


class DeviceError(Exception):
    """This output cannot be used now. The text says why, in one line."""


class PortAudioMissing(Exception):  # noqa: N818 - the same pattern as EngineMissing
    """PortAudio cannot be loaded. The text says what installs it."""


@dataclass(frozen=True, slots=True)
class Output:
    """Something that can play sound."""

    name: str
    """What `--output` takes."""
    host: str
    """PortAudio's host API, or `desktop sink`."""
    sample_rate: int
    """Its own rate: what it plays without converting."""
    description: str = ""
    """For people; empty where the name says it all."""
    default: bool = False
    """Whether it is the default of its host."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to open an output."""

    index: int | None
    """PortAudio's device index, good until it is initialised anew; None: its default."""
    label: str
    """For people."""
    sample_rate: int
    """Samples per second."""
    sink: str = ""
    """The desktop's sink to connect to, for an index that is the desktop's sound server."""
    auto_convert: bool = False
    """Whether WASAPI shall convert the rate."""


def load_portaudio() -> Any:
    """The sounddevice module. Raises PortAudioMissing."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        if sys.platform == "linux":
            how = "apt install libportaudio2 (Fedora, Arch: portaudio)"
        elif sys.platform == "darwin":
            how = "brew install portaudio"
        else:
            how = "pip install --force-reinstall sounddevice"
        raise PortAudioMissing(f"PortAudio cannot be loaded ({error}); install it: {how}") from None
    return sounddevice


def desktop_sinks() -> list[Output]:
    """The sinks of the Linux desktop's sound server; empty where there is none."""
    pactl = shutil.which("pactl") if sys.platform == "linux" else None
    if pactl is None:
        return []
    try:
        told = subprocess.run(  # noqa: S603 - a fixed command
            [pactl, "-f", "json", "list", "sinks"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=2.0,
            check=True,
        )
        sinks = json.loads(told.stdout.decode(errors="replace"))
    except (OSError, subprocess.SubprocessError, ValueError):
        # No server to ask is the ordinary state of a machine without a desktop.
        return []
    return [
        Output(s["name"], DESKTOP, _rate(s["sample_specification"]), s.get("description", ""))
        for s in sinks
    ]


def _rate(specification: str) -> int:
    """`float32le 2ch 48000Hz` -> 48000."""
    return int(specification.rsplit(" ", 1)[-1].removesuffix("Hz"))


def _portaudio_outputs(sd: Any) -> list[tuple[int, Output]]:
    hosts = sd.query_hostapis()
    found = []
    for index, device in enumerate(sd.query_devices()):
        if device["max_output_channels"] > 0:
            host = hosts[device["hostapi"]]
            output = Output(
                device["name"],
                host["name"],
                round(device["default_samplerate"]),
                default=host["default_output_device"] == index,
            )
            found.append((index, output))
    return found


def outputs() -> list[Output]:
    """Everything that can be chosen by name. Raises PortAudioMissing."""
    return desktop_sinks() + [output for _, output in _portaudio_outputs(load_portaudio())]


def _rank(output: Output) -> int:
    return _HOSTS.index(output.host) if output.host in _HOSTS else len(_HOSTS)


def _same_device(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return a == b or (len(short) == _MME_NAME and long.startswith(short))


def find(name: str, among: Iterable[Output]) -> list[Output]:
    """The output that `name` means, under each host that has it, the best host first.

    A name, a description, or a part of one of them that fits a single output, in any case.
    Raises DeviceError, naming the candidates.
    """
    known = sorted(among, key=_rank)
    wanted = name.casefold()
    tests: tuple[Callable[[Output], bool], ...] = (
        lambda o: o.name == name,
        lambda o: o.description == name,
        lambda o: wanted in (o.name.casefold(), o.description.casefold()),
        lambda o: wanted in o.name.casefold() or wanted in o.description.casefold(),
    )
    for test in tests:
        hits = [o for o in known if test(o)]
        if not hits:
            continue
        first = hits[0]
        other = [o for o in hits if not _same_device(o.name, first.name)]
        if other:
            listed = ", ".join(dict.fromkeys(o.name for o in hits))
            raise DeviceError(f"output {name!r} could be any of: {listed}")
        return [o for o in known if _same_device(o.name, first.name)]
    listed = ", ".join(dict.fromkeys(o.name for o in known)) or "none"
    raise DeviceError(f"no output {name!r}; there are: {listed}")


def attempts(name: str, sd: Any) -> list[Attempt]:
    """The ways to open `name` (`default`: what the system plays on), the best one first.

    Raises DeviceError when there is nothing to open.
    """
    listed = _portaudio_outputs(sd)
    if name == "default":
        return _default_attempts(listed)
    ways: list[Attempt] = []
    for output in find(name, desktop_sinks() + [output for _, output in listed]):
        if output.host == DESKTOP:
            server = next((i for i, o in listed if o.name == "pulse"), None)
            if server is None:
                raise DeviceError(
                    f"output {output.name!r} needs ALSA's pulse plugin: "
                    "apt install libasound2-plugins"
                )
            ways.append(Attempt(server, output.name, output.sample_rate, sink=output.name))
        else:
            index = next(i for i, o in listed if o == output)
            ways += _ways(index, output)
    return ways


def _default_attempts(listed: list[tuple[int, Output]]) -> list[Attempt]:
    if not listed:
        raise DeviceError("there is no sound output")
    ways = [
        way
        for index, output in listed
        if output.default and output.host == "Windows WASAPI"
        for way in _ways(index, output)
    ]
    return [*ways, Attempt(None, "default", 48_000), *_own_rate_of_default(listed)]


def _own_rate_of_default(listed: list[tuple[int, Output]]) -> list[Attempt]:
    rates = {output.sample_rate for _, output in listed if output.default} - {48_000}
    return [Attempt(None, "default", rate) for rate in sorted(rates, reverse=True)]


def _ways(index: int, output: Output) -> list[Attempt]:
    own = Attempt(index, output.name, output.sample_rate)
    if output.host == "Windows WASAPI":
        # Shared mode takes the mixer's own rate only, unless it is asked to convert.
        return [own, Attempt(index, output.name, 48_000, auto_convert=True)]
    return list(dict.fromkeys([Attempt(index, output.name, 48_000), own]))
