"""The rig itself: what it cannot hear, it must say."""

from __future__ import annotations

import pytest

from bot.bench.null_sink import NullSinkServer, Recorder, RigError, RigMissing

pytestmark = pytest.mark.audio


def test_silence_is_no_sound(server: NullSinkServer) -> None:
    with Recorder(server) as recorder:
        assert recorder.wait_for_silence(0.05) == 0
        with pytest.raises(TimeoutError):
            recorder.wait_for_sound(timeout=0.1)
    assert not recorder.samples().any()
    assert recorder.samples().shape == (recorder.frames, 2)


def test_a_recording_is_bounded(server: NullSinkServer) -> None:
    with Recorder(server, max_seconds=0.05) as recorder:
        assert recorder.wait_for_silence(0.05) == 0
        assert recorder.frames == 2400


def test_the_times_of_frames_follow_one_another(server: NullSinkServer) -> None:
    with Recorder(server) as recorder:
        recorder.wait_for_silence(0.2)
        last = recorder.frames - 1
        assert 0.0 <= recorder.arrival_of(0) - recorder.time_of(0) <= 0.1
        assert recorder.time_of(last) - recorder.time_of(0) == pytest.approx(0.2, abs=0.1)
        with pytest.raises(IndexError):
            recorder.time_of(10**9)


def test_a_sink_that_is_not_there_cannot_be_recorded(server: NullSinkServer) -> None:
    with (
        pytest.raises(RigError, match="nothing can be recorded from nosink"),
        Recorder(server, "nosink"),
    ):
        pass


def test_nothing_is_left_after_the_server(server: NullSinkServer) -> None:
    with NullSinkServer(("one", "two"), rescue_streams=True) as second:
        assert "two" in second.pactl("list", "short", "sinks")
        process = second._server
        assert process is not None
    assert process.poll() is not None
    assert not second.socket.parent.exists()


def test_a_missing_program_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(RigMissing, match="apt install pulseaudio"), NullSinkServer():
        pass
