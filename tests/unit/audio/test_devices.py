"""Which output a name means, and how it is opened, on machines that are not here."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from typing import Any

import pytest

from bot.audio import devices
from bot.audio.devices import Attempt, DeviceError, Output, PortAudioMissing, attempts, find

HEADSET = Output("alsa_output.usb-headset", devices.DESKTOP, 44_100, "USB Headset")
CABLE = Output("cable", devices.DESKTOP, 48_000, "Virtual Cable")
PULSE = Output("pulse", "ALSA", 44_100)
LINUX = [HEADSET, CABLE, PULSE, Output("default", "ALSA", 44_100, default=True)]

LONG = "CABLE Input (VB-Audio Virtual Cable)"
WINDOWS = [
    Output("Speakers (Realtek)", "MME", 44_100, default=True),
    Output(LONG[:31], "MME", 44_100),
    Output(LONG, "Windows DirectSound", 44_100),
    Output("Speakers (Realtek)", "Windows WASAPI", 96_000, default=True),
    Output(LONG, "Windows WASAPI", 44_100),
]


class FakePortAudio:
    """Lists outputs as sounddevice does."""

    def __init__(self, outputs: list[Output]) -> None:
        self._outputs = outputs
        self._hosts = list(dict.fromkeys(o.host for o in outputs))

    def query_hostapis(self) -> list[dict[str, Any]]:
        default = {o.host: i for i, o in enumerate(self._outputs) if o.default}
        return [{"name": h, "default_output_device": default.get(h, -1)} for h in self._hosts]

    def query_devices(self) -> list[dict[str, Any]]:
        microphone = {"name": "mic", "hostapi": 0, "max_output_channels": 0}
        listed = [
            {
                "name": o.name,
                "hostapi": self._hosts.index(o.host),
                "max_output_channels": 2,
                "default_samplerate": float(o.sample_rate),
            }
            for o in self._outputs
        ]
        return [*listed, {**microphone, "default_samplerate": 44_100.0}]


@pytest.mark.parametrize(
    "name", ["alsa_output.usb-headset", "USB Headset", "usb headset", "headset", "HEADSET"]
)
def test_a_sink_is_found_by_name_description_or_part(name: str) -> None:
    assert find(name, LINUX) == [HEADSET]


def test_an_exact_name_wins_over_a_part_of_another() -> None:
    other = Output("cable 2", devices.DESKTOP, 48_000)
    assert find("cable", [other, *LINUX]) == [CABLE]


def test_an_ambiguous_part_names_the_candidates() -> None:
    with pytest.raises(DeviceError, match=r"'able' could be any of: cable, tablet"):
        find("able", [*LINUX, Output("tablet", "ALSA", 48_000)])


def test_an_unknown_name_names_what_there_is() -> None:
    with pytest.raises(
        DeviceError, match=r"no output 'x'; there are: alsa_output.usb-headset, cable, pulse"
    ):
        find("x", LINUX)
    with pytest.raises(DeviceError, match=r"no output 'x'; there are: none"):
        find("x", [])


@pytest.mark.parametrize("name", [LONG, "vb-audio", LONG[:31]])
def test_on_windows_wasapi_comes_first_and_the_cut_name_is_the_same_device(name: str) -> None:
    found = find(name, WINDOWS)
    assert [o.host for o in found] == ["Windows WASAPI", "Windows DirectSound", "MME"]


def test_wasapi_is_opened_at_its_own_rate_then_converting_then_the_other_hosts() -> None:
    assert attempts(LONG, FakePortAudio(WINDOWS)) == [
        Attempt(4, LONG, 44_100),
        Attempt(4, LONG, 48_000, auto_convert=True),
        Attempt(2, LONG, 48_000),
        Attempt(2, LONG, 44_100),
        Attempt(1, LONG[:31], 48_000),
        Attempt(1, LONG[:31], 44_100),
    ]


def test_the_default_on_windows_is_wasapis() -> None:
    ways = attempts("default", FakePortAudio(WINDOWS))
    assert ways[0] == Attempt(3, "Speakers (Realtek)", 96_000)
    assert Attempt(None, "default", 48_000) in ways


def test_a_desktop_sink_is_opened_through_the_sound_server_at_its_own_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "desktop_sinks", lambda: [HEADSET, CABLE])
    sd = FakePortAudio([o for o in LINUX if o.host == "ALSA"])
    assert attempts("headset", sd) == [Attempt(0, HEADSET.name, 44_100, sink=HEADSET.name)]


def test_a_desktop_sink_without_the_plugin_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "desktop_sinks", lambda: [HEADSET])
    with pytest.raises(DeviceError, match="apt install libasound2-plugins"):
        attempts("headset", FakePortAudio([Output("hw:0", "ALSA", 44_100)]))


def test_the_default_is_tried_at_48_khz_then_at_its_own_rate() -> None:
    sd = FakePortAudio([Output("default", "ALSA", 44_100, default=True)])
    rates = [way.sample_rate for way in attempts("default", sd)]
    assert rates == [48_000, 44_100]


def test_no_output_at_all_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="no sound output"):
        attempts("default", FakePortAudio([]))


def test_portaudio_that_cannot_be_loaded_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without_portaudio(name: str, *rest: Any, **more: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_portaudio)
    for platform, how in [("linux", "apt install libportaudio2"), ("darwin", "brew install")]:
        monkeypatch.setattr(sys, "platform", platform)
        with pytest.raises(PortAudioMissing, match=how):
            devices.load_portaudio()


@pytest.mark.parametrize("answer", [b"", b"\xff{", None])
def test_no_sound_server_means_no_desktop_sinks(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | None
) -> None:
    def run(*_: Any, **__: Any) -> subprocess.CompletedProcess[bytes]:
        if answer is None:
            raise subprocess.TimeoutExpired("pactl", 2.0)
        return subprocess.CompletedProcess([], 0, answer, b"")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/pactl")
    monkeypatch.setattr(subprocess, "run", run)
    assert devices.desktop_sinks() == []


def test_desktop_sinks_are_read_from_pactl(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [
        {"name": "x", "description": "The X", "sample_specification": "s16le 2ch 44100Hz"},
        {"name": "y", "sample_specification": "float32le 2ch 48000Hz"},
    ]
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/pactl")
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda *_, **__: subprocess.CompletedProcess([], 0, json.dumps(told).encode(), b""),
    )
    assert devices.desktop_sinks() == [
        Output("x", devices.DESKTOP, 44_100, "The X"),
        Output("y", devices.DESKTOP, 48_000),
    ]
