"""F5 behind the engine protocol: voices, speaking, stopping, failing; and the clips of voices."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
import tracemalloc
import wave
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.enrolment import excerpt
from engine.f5 import faults, joins, model, outcome, reference
from engine.f5.engine import F5Engine
from engine.f5.model import Model
from engine.f5.options import Options
from engine.f5.setup import Setup, from_json
from engine.levels import Loudness
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    LineFailed,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
    Voice,
)
from engine.supervisor import EngineSpec, Supervisor
from engine.upstream import UpstreamEngine
from engine.voices import Reference
from engine.worker import Voicebox
from tests.f5_models import loaded, source, voice, write_voice
from tests.f5_models import wav as write_wav
from tests.parity import cases
from tests.spoken_clips import spoken, written


def a_voice(path: Path, id_: str = "zorgle", **options: Any) -> Reference:
    write_wav(path, cases.CLIPS["plain"]())
    return Reference(Voice(id_, "Zorgle", "en"), path, "Zorgle blippo frim", Options(**options))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[F5Engine]:
    made = F5Engine(source(linear="plain"), [a_voice(tmp_path / "clip.wav", nfe=5)])
    made.load()
    yield made
    made.close()


def say(engine: F5Engine, request: SpeechRequest) -> list[Chunk]:
    chunks: list[Chunk] = []
    engine.synthesise(request, chunks.append, lambda: False)
    return chunks


def test_a_line_is_spoken_a_chunk_for_each_sentence(engine: F5Engine) -> None:
    chunks = say(engine, SpeechRequest("Zorgle blippo! And then there was frim."))
    assert len(chunks) == 2
    assert all(chunk.sample_rate == 24_000 for chunk in chunks)
    assert all(chunk.samples.dtype == np.float32 for chunk in chunks)
    again = say(engine, SpeechRequest("Zorgle blippo! And then there was frim."))
    np.testing.assert_array_equal(again[1].samples, chunks[1].samples)


def test_what_it_gives_may_be_played(engine: F5Engine) -> None:
    heard: list[Chunk | None] = []
    Voicebox(engine).speak(SpeechRequest("zorgle blippo"), heard.append, lambda: False)
    assert sum(len(chunk.samples) for chunk in heard if chunk is not None) > 12_000


def test_a_quicker_rate_is_shorter(engine: F5Engine) -> None:
    sizes = [
        sum(len(chunk.samples) for chunk in say(engine, SpeechRequest("zorgle blippo", rate=rate)))
        for rate in (2.0, 1.0, 0.5)
    ]
    assert sizes == sorted(sizes)
    assert sizes[2] > 1.8 * sizes[1]


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("seconds", [1.0, 3.0, 10.0])
def test_what_would_be_cut_is_not_made(engine: F5Engine, seconds: float, rate: float) -> None:
    line = "Zorgle blippo frim dax. And then there was more zorgle than one blippo holds, " * 9
    said = engine._enrolled["zorgle"]
    options = Options(nfe=5, speed=rate)
    planned = engine.model.plan(said, line, options)
    kept = engine.model.within(planned, said, options, seconds)
    length = sum(piece.seconds for piece in kept)
    # As much as fits, but for a word; whole words, and one at least.
    most = max(seconds, engine.model.plan(said, "Zorgle", options)[0].seconds)
    assert seconds - 1.2 / rate < length <= most
    assert " ".join(line.split()).startswith(" ".join(piece.text for piece in kept))
    assert {word for piece in kept for word in piece.text.split()} <= set(line.split())
    samples = sum(
        len(c.samples) for c in say(engine, SpeechRequest(line, rate=rate, max_seconds=seconds))
    )
    assert samples / 24_000 <= most


@pytest.mark.parametrize("speed", [0.25, 0.5, 1.0])
def test_no_piece_is_longer_than_models_and_deadlines_allow_for(
    engine: F5Engine, speed: float
) -> None:
    line = "zorgle blippo frim dax " * 20
    pieces = engine.model.plan(engine._enrolled["zorgle"], line, Options(speed=speed))
    assert max(piece.seconds for piece in pieces) < max(12.5, 6.0 / speed)
    assert " ".join(piece.text for piece in pieces) == line.strip()


@pytest.mark.parametrize("line", ["!!!!!!!! zorgle blippo", "Zorgle blippo. ... !!! --"])
def test_signs_alone_are_no_piece(engine: F5Engine, line: str) -> None:
    [piece] = engine.model.plan(engine._enrolled["zorgle"], line, Options())
    assert "lippo" in piece.text


def test_a_first_word_is_said_however_short_the_time(engine: F5Engine) -> None:
    for line in ("zorgle blippo", "... zorgle", "z" * 500):
        assert len(say(engine, SpeechRequest(line, max_seconds=0.1))) == 1


def test_text_that_is_no_text_does_no_harm(engine: F5Engine) -> None:
    for line in ("zorgle \ud800 blippo", "zorgle\x00\u202e blippo", "z" * 3000):
        assert say(engine, SpeechRequest(line, max_seconds=1.0))
    options = Options(nfe=5, compat=True)
    said = voice(engine.model)
    assert list(engine.model.speak(said, "zorgle \ud800 blippo", options))


def test_it_stops_between_layers(engine: F5Engine) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    chunks: list[Chunk] = []
    engine.synthesise(SpeechRequest("zorgle"), chunks.append, cancelled)
    assert (asked, chunks) == (4, [])


def test_voices_are_known_by_their_ids(engine: F5Engine, tmp_path: Path) -> None:
    assert [voice.id for voice in engine.voices()] == ["zorgle"]
    with pytest.raises(UnknownVoice, match="no voice '../x'; there are: zorgle"):
        say(engine, SpeechRequest("blippo", voice="../x"))
    engine.enrol(a_voice(tmp_path / "other.wav", "default", nfe=6))
    assert say(engine, SpeechRequest("blippo"))[0].samples.any()
    other = say(engine, SpeechRequest("blippo", voice="default"))[0]
    assert other.samples.any()
    engine.remove("default")
    engine.remove("default")
    # It always exists.
    assert say(engine, SpeechRequest("blippo", voice="default"))[0].samples.any()
    assert [voice.id for voice in engine.voices()] == ["zorgle"]
    first = say(engine, SpeechRequest("blippo", voice="default"))[0]
    assert not np.array_equal(first.samples, other.samples)


def test_voices_of_very_different_level_are_as_loud_from_the_first_line(tmp_path: Path) -> None:
    """Random weights do not follow a clip's level; a clip as the library keeps it binds them."""
    references = []
    for level in (0.003, 0.02, 0.1, 0.9):
        clip = excerpt.ready(spoken([(1.0, 0.3), (1.2, 0.2)], level=level, noise=1e-5), 0.3, 2.8)
        path = written(tmp_path / f"{level}.wav", clip)
        references.append(Reference(Voice(f"v{level}", "V"), path, "Zorgle.", Options(nfe=5)))
    engine = F5Engine(source(linear="plain"), references)
    voicebox = Voicebox(engine)
    voicebox.load()
    for said in engine.voices():
        assert 20 * np.log10(engine.loudness(said.id)) == pytest.approx(-20, abs=1)
        for line in ("gg", "that was so clean", "Nice! And then there was the long end of it."):
            meter = Loudness(24_000)
            heard: list[Chunk | None] = []
            voicebox.speak(SpeechRequest(line, said.id), heard.append, lambda: False)
            for chunk in heard:
                if chunk is not None:
                    meter.add(chunk.samples)
            assert 20 * np.log10(meter.rms) == pytest.approx(-20, abs=1.5)


def test_a_first_line_that_is_nearly_silent_is_not_raised_as_if_it_were_the_voice(
    engine: F5Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = engine.model.decode
    monkeypatch.setattr(engine.model, "decode", lambda frames: decode(frames) * np.float32(0.1))
    peaks = []
    for expects in (True, False):
        if not expects:
            monkeypatch.setattr(F5Engine, "loudness", lambda *_: 0.0)
        heard: list[Chunk | None] = []
        Voicebox(engine).speak(SpeechRequest("zorgle"), heard.append, lambda: False)
        peaks.append(max(float(np.abs(c.samples).max()) for c in heard if c is not None))
    assert peaks[0] < 0.5 * peaks[1]


def test_a_line_with_much_behind_it_takes_fewer_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = F5Engine(source(linear="plain"), [a_voice(tmp_path / "clip.wav", nfe=7)])
    made.load()
    taken: list[int] = []
    render = Model.render

    def watch(self: Model, lines: Any, noise: Any, options: Options, *more: Any) -> Any:
        taken.append(options.nfe)
        return render(self, lines, noise, options, *more)

    monkeypatch.setattr(Model, "render", watch)
    for quick in (False, True):
        say(made, SpeechRequest("blippo", quick=quick))
    assert taken == [7, 5]


def test_there_must_be_something_to_say(engine: F5Engine) -> None:
    # The last one has letters, but none that this model has a token for.
    for line in ("", " ", "...", "\U0001f600", "\u043f\u0440\u0438\u0432\u0435\u0442"):
        with pytest.raises(BadRequest, match="nothing in the text"):
            say(engine, SpeechRequest(line))


def breaks(engine: F5Engine, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> None:
    """The first calls of the network raise an error."""
    step, left = engine.model._network.step, [times]

    def fails(*args: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return step(*args)

    monkeypatch.setattr(engine.model._network, "step", fails)


NO_MEMORY = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate\nwith a table"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
    MemoryError(),
)


@pytest.mark.parametrize("error", NO_MEMORY, ids=lambda error: type(error).__name__)
def test_where_memory_runs_out_smaller_pieces_are_tried_once(
    engine: F5Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    line = "Zorgle blippo frim. " + "and then there was more of it, zorgle; " * 3
    whole = sum(len(chunk.samples) for chunk in say(engine, SpeechRequest(line)))
    breaks(engine, monkeypatch, error, 1)
    chunks = say(engine, SpeechRequest(line))
    assert len(chunks) == 2
    breaks(engine, monkeypatch, error, 0)
    count = 0

    def second_piece(*args: Any) -> Any:
        nonlocal count
        count += 1
        if count == 6:  # the first of five steps of the second piece
            raise error
        return step(*args)

    step = engine.model._network.step
    monkeypatch.setattr(engine.model._network, "step", second_piece)
    smaller = say(engine, SpeechRequest(line))
    assert len(smaller) > 2
    # No word is lost: about as long as in one, each cross-fade off.
    assert sum(len(chunk.samples) for chunk in smaller) == pytest.approx(whole, rel=0.25)


@pytest.mark.parametrize("error", NO_MEMORY, ids=lambda error: type(error).__name__)
def test_where_memory_never_suffices_the_line_fails_and_the_engine_stays(
    engine: F5Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    breaks(engine, monkeypatch, error, 2)
    with pytest.raises(LineFailed, match="^F5 has not enough memory for it: .*[a-zA-Z]$") as failed:
        say(engine, SpeechRequest("zorgle"))
    assert "\n" not in str(failed.value)
    assert say(engine, SpeechRequest("zorgle"))


@pytest.mark.parametrize(
    ("error", "on_card", "kind"),
    [
        (RuntimeError("shapes do not fit"), False, LineFailed),
        (RuntimeError("shapes do not fit"), True, EngineFailed),
        (RuntimeError("CUDA error: device-side assert triggered"), False, EngineFailed),
        (torch.AcceleratorError("an illegal memory access\nwas", 700), True, EngineFailed),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), True, EngineFailed),
        (torch.OutOfMemoryError("CUDA out of memory"), True, LineFailed),
    ],
)
def test_a_fault_of_a_card_ends_the_worker_and_others_only_the_line(
    error: Exception, on_card: bool, kind: type[SpeechError]
) -> None:
    meant = faults.meaning(error, on_card=on_card)
    assert type(meant) is kind
    assert "\n" not in str(meant)


def test_chinese_words_of_a_clip_that_cannot_be_read_are_told_when_it_is_enrolled(
    engine: F5Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(BadRequest, match="--with zh"):
        voice(engine.model, words="\u4f60\u597d")


def test_a_voice_that_cannot_be_used_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = replace(a_voice(tmp_path / "clip.wav", "bad"), text=" ")
    made = F5Engine(source(linear="plain"), [bad, a_voice(tmp_path / "clip.wav")])
    made.load()
    assert [voice.id for voice in made.voices()] == ["zorgle"]
    assert "voice bad cannot be used: the reference clip needs its words" in caplog.text
    with pytest.raises(EngineMissing, match="F5 has no voice"):
        F5Engine(source(linear="plain"), [bad]).load()


def test_the_voices_on_disk_are_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_voice(tmp_path, "ben", nfe=5)
    made = Setup(source(linear="plain"), Options(nfe=5), tmp_path).engine()
    stages: list[tuple[str, float]] = []
    made.progress = lambda stage, share: stages.append((stage, share))
    made.load()
    assert list(dict.fromkeys(stage for stage, _ in stages)) == [
        *("starting torch", "reading weights", "enrolling voices", "warming up")
    ]
    shares = [share for stage, share in stages if stage == "reading weights"]
    assert shares == sorted(shares)
    assert shares[-1] > 0.95
    assert 0.0 < made.pace.rtf < 5.0
    assert not made.refresh()
    write_voice(tmp_path, "anna", nfe=6)
    assert made.refresh()
    assert not made.refresh()
    assert [voice.id for voice in made.voices()] == ["anna", "ben"]
    assert say(made, SpeechRequest("blippo", voice="anna"))
    # Another clip for the same id is another voice.
    kept = made._enrolled["anna"].mel
    assert made.pace.slowest == pytest.approx(6 / 5)
    write_voice(tmp_path, "anna", clip="quiet", nfe=10, guidance=0)
    assert made.refresh()
    assert made.pace.slowest == 1.0
    assert made._enrolled["anna"].mel.shape != kept.shape
    write_voice(tmp_path, "ben", nfe=6)
    (tmp_path / "ben" / "clip.wav").write_bytes(b"no clip")
    assert made.refresh()
    assert "voice ben cannot be used" in caplog.text
    (tmp_path / "anna" / "voice.json").unlink()
    assert made.refresh()
    assert made.voices() == []
    with pytest.raises(UnknownVoice, match="there are: none"):
        say(made, SpeechRequest("blippo"))


def test_what_a_worker_is_told_comes_out_as_it_went_in(tmp_path: Path) -> None:
    told = Setup(source(config="Tiny_v1"), Options(nfe=12, speed=1.5), tmp_path / "v \u00e9")
    assert from_json(told.to_json()) == told
    for text in ("", "{}", "[1]", '{"source": {}, "options": {}, "voices": ""}'):
        with pytest.raises(EngineMissing, match="what the worker was told"):
            from_json(text)


@pytest.mark.parametrize(
    ("card", "dtype"), [((6, 1), "float32"), ((7, 0), "float16"), ((9, 0), "float16")]
)
def test_an_old_card_computes_in_full_precision(
    card: tuple[int, int], dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: card)
    assert model._dtype("auto", torch.device("cuda")) is getattr(torch, dtype)
    assert model._dtype("fp16", torch.device("cuda")) is torch.float16


def test_too_little_memory_at_load_may_be_better_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("engine.f5.model.load", load)
    with pytest.raises(EngineFailed, match="not enough memory for F5: end what else"):
        F5Engine(source(), [a_voice(tmp_path / "clip.wav")]).load()


def test_a_model_that_cannot_say_its_first_line_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(self: Model, frames: torch.Tensor) -> NDArray[np.float32]:
        return np.zeros((len(frames) - 1) * 256, np.float32)

    monkeypatch.setattr(Model, "decode", silent)
    with pytest.raises(EngineMissing, match="nearly silent.*ISHOWTTS_F5__DTYPE=fp32"):
        F5Engine(source(linear="plain"), [a_voice(tmp_path / "clip.wav")]).load()


async def test_a_worker_speaks_with_it() -> None:
    spec = EngineSpec("f5", "tests.f5_models:TinyF5", first_chunk_s=30.0, start_s=30.0)
    supervisor = Supervisor(spec)
    supervisor.start()
    try:
        await supervisor.wait_ready()
        assert [voice.id for voice in supervisor.voices] == ["default"]
        async with aclosing(supervisor.speak(SpeechRequest("zorgle blippo"))) as chunks:
            assert sum([len(chunk.samples) async for chunk in chunks]) > 12_000
    finally:
        await supervisor.aclose()


def test_silence_is_drawn_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = loaded()
    made: list[NDArray[np.float32]] = []
    decode = ours.decode

    def quiet_first(frames: torch.Tensor) -> NDArray[np.float32]:
        made.append(decode(frames) * np.float32(0 if len(made) < 1 else 1))
        return made[-1]

    monkeypatch.setattr(ours, "decode", quiet_first)
    [samples] = ours.speak(voice(ours), "zorgle", Options(nfe=5))
    assert (len(made), samples.any()) == (2, True)
    monkeypatch.setattr(ours, "decode", lambda frames: decode(frames) * np.float32(0))
    with pytest.raises(LineFailed, match="nearly silent"):
        list(ours.speak(voice(ours), "zorgle", Options(nfe=5)))


def test_what_can_be_no_speech_is_told() -> None:
    good = (0.1 * np.sin(np.arange(24_000))).astype(np.float32)
    assert outcome.fault(good, 1.0) == ""
    assert "not finite" in outcome.fault(np.append(good, np.nan).astype(np.float32), 1.0)
    assert "0.50" in outcome.fault(good[:12_000], 1.0)
    assert "too loud" in outcome.fault(good * 100, 1.0)
    assert "silent" in outcome.fault(good / 1000, 1.0)


def test_pieces_are_joined_as_a_stream_and_as_a_whole() -> None:
    pieces = [np.full(n, level, np.float32) for n, level in ((9000, 1), (8000, 2), (7000, 3))]
    whole = joins.cross_fade(joins.cross_fade(pieces[0], pieces[1]), pieces[2])
    joiner = joins.Joiner()
    parts = [joiner.add(piece, last=i == 2) for i, piece in enumerate(pieces)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)
    assert len(whole) == 24_000 - 2 * 3600
    assert whole[9000 - 1800] == pytest.approx(1.5, abs=0.01)


def test_upstreams_package_is_asked_for_where_it_is_missing(tmp_path: Path) -> None:
    upstream = UpstreamEngine(source(), [a_voice(tmp_path / "clip.wav")])
    with pytest.raises(EngineMissing, match="pip install f5-tts torchaudio"):
        upstream.load()
    upstream.close()


def _riff(kind: int, bits: int, body: bytes, channels: int = 1, rate: int = 24_000) -> bytes:
    width = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * width, width, bits)
    chunks = b"LIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00" + form
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def test_every_usual_kind_of_wav_is_read(tmp_path: Path) -> None:
    pcm = np.array([0, 1000, -1000, 32767, -32768], np.int16)
    wide = pcm.astype("<i4") << 16
    kinds = {
        (1, 16): pcm.astype("<i2").tobytes(),
        (1, 24): b"".join(x.tobytes()[1:] for x in wide),
        (1, 32): wide.tobytes(),
        (3, 32): (pcm.astype("<f4") / 32768).tobytes(),
    }
    path = tmp_path / "clip.wav"
    for (kind, bits), body in kinds.items():
        path.write_bytes(_riff(kind, bits, body))
        np.testing.assert_array_equal(reference.read(path).pcm[:, 0], pcm)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is no WAV file"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff", "is no WAV file"),
        (b"ID3" + bytes(100), "is no WAV file"),
        (_riff(1, 8, bytes(100)), "of a kind that is not read"),
        (_riff(85, 16, bytes(100)), "of a kind that is not read"),
        (_riff(1, 16, bytes(100), channels=0), "of a kind that is not read"),
        (_riff(1, 16, bytes(100), rate=8000), "8000 samples a second"),
        (_riff(1, 16, bytes(2 * 24_000 * 31)), "longer than 30 s"),
        (bytes(10_000_001), "more than 10 MB"),
    ],
)
def test_what_is_no_clip_is_told_in_one_line(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(data)
    with pytest.raises(BadRequest, match=says):
        reference.read(path)
    with pytest.raises(BadRequest, match="cannot be read"):
        reference.read(tmp_path / "none.wav")


@given(st.data())
def test_no_header_does_harm(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Lengths and kinds that lie, chunks without end: a clip, or one line."""
    good = bytearray(_riff(1, 16, bytes(2000)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 60))
        good[at : at + 4] = data.draw(st.binary(min_size=1, max_size=4))
    path = tmp_path_factory.getbasetemp() / "hostile.wav"
    path.write_bytes(good[: data.draw(st.integers(0, len(good)))])
    with contextlib.suppress(BadRequest):
        assert reference.read(path).pcm.nbytes <= 2 * len(good)


def test_a_header_that_lies_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    whole = _riff(1, 16, bytes(1000))
    path.write_bytes(whole[:-1004] + b"\xff\xff\xff\xff" + whole[-1000:])  # as a pipe gives it
    assert len(reference.read(path).pcm) == 500
    long = _riff(1, 16, bytes(9_900_000))
    path.write_bytes(long)
    tracemalloc.start()
    with pytest.raises(BadRequest, match="longer than 30 s"):
        reference.read(path)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 1_000_000)
    with pytest.raises(BadRequest, match="is no WAV file"):
        reference.read(path)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    devices = () if sys.platform == "win32" else (Path("/dev/zero"),)
    for path in (tmp_path, *devices):
        with pytest.raises(BadRequest, match="is no file"):
            reference.read(path)
    with pytest.raises(BadRequest, match="cannot be read"):
        reference.read(Path("a\0b"))


def test_another_kind_of_clip_is_told_with_the_command_that_makes_it_one(tmp_path: Path) -> None:
    path = tmp_path / "my clip.flac"
    path.write_bytes(b"fLaC" + bytes(100))
    with pytest.raises(BadRequest, match="ffmpeg -i .*my clip.flac.* .*my clip-24k.wav"):
        reference.read(path)


def test_a_silent_or_short_clip_is_refused() -> None:
    ours = loaded()
    for samples in (np.zeros(48_000, np.float32), np.ones(5_000, np.float32)):
        with pytest.raises(BadRequest, match="silent, or shorter"):
            ours.enrol(samples, 24_000, "zorgle")
    silent = reference.cut(reference.Clip(np.zeros((48_000, 1), np.int16), 24_000))
    assert silent.ms < 100


def test_a_clip_written_by_the_standard_library_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    write_wav(path, cases.CLIPS["quiet"]())
    clip = reference.read(path)
    assert (clip.rate, clip.pcm.shape[1]) == (22_050, 2)
    with wave.open(str(path)) as file:
        assert file.getnframes() == len(clip.pcm)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"device": "zorgle"}, "auto, cpu or cuda, not 'zorgle'"),
        ({"dtype": "fp8"}, "one of auto, fp32, fp16, bf16, int8, not 'fp8'"),
        ({"linear": "round"}, "one of auto, plain, packed, int8, not 'round'"),
    ],
)
def test_a_wrong_choice_is_one_line_with_the_right_ones(more: dict[str, str], says: str) -> None:
    with pytest.raises(EngineMissing, match=says):
        F5Engine(source(**more), []).load()


def test_a_card_that_torch_cannot_use_is_told_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(EngineMissing, match="install the build of torch"):
        F5Engine(source(device="cuda"), []).load()


def test_nothing_of_it_needs_torch_before_it_is_loaded() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path\n"
        "from engine.f5.engine import F5Engine\nfrom engine.f5.options import Source\n"
        "from engine.speech import EngineMissing\nimport engine.upstream\n"
        "try: F5Engine(Source(Path('x'), Path('y')), []).load()\n"
        "except EngineMissing as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("F5 needs torch and safetensors")
