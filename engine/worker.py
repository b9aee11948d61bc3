"""Child side of an engine: `python -m engine.worker ENGINE [SETUP]`, one request after the other.

ENGINE is `espeak`, `f5`, to which SETUP tells the model (engine/f5/setup.py), or
`package.module:Class`. No policy. Frames (engine/frames.py) come on standard input and
go out on standard output; logs go to standard error. Does not know deadlines, restarts or queues:
the parent has those. It ends as soon as its input ends, also while an engine hangs.

In:  {do: speak, id, request: {...}}   {do: cancel, id}        ids only grow
     {do: phonemes, id, texts, voice}
Out: {is: progress, stage, share}                 while an engine loads that takes long
     {is: ready, name, voices, phonemes: whether it tells them, pace: a Pace's or null}
     {is: voices, voices, pace}   when they have changed   {is: working, id}
     {is: chunk, id, rate, words} + samples   {is: phonemes, id, texts}
     {is: end, id}   {is: cancelled, id}   {is: error, id or null, code, text}
"""

from __future__ import annotations

import importlib
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import BinaryIO

from engine import frames
from engine.levels import Gains, Levels, Loudness
from engine.spawn import end_with_parent
from engine.speech import (
    Chunk,
    Engine,
    EngineFailed,
    EngineMissing,
    KnowsLoudness,
    LoadsLong,
    SpeechError,
    SpeechRequest,
    TellsPhonemes,
    VoicesChange,
)

log = logging.getLogger(__name__)

WORKING_S = 0.1
"""At most one `working` frame in this time."""
LOOK_S = 2.0
"""How often an idle worker looks whether its voices have changed."""
_PHONEMES = 500
"""Characters of phonemes that are sent of one text at most."""


class _Stop(Exception):
    """Raised through an engine whose audio nobody wants any more."""


def make_engine(name: str, setup: str = "") -> Engine:
    """The engine of a name, not yet loaded. Raises EngineMissing.

    A module of the user's own may lie where the program was started.
    """
    if name == "f5":
        from engine.f5 import setup as f5

        return f5.from_json(setup).engine()
    if name != "espeak":
        sys.path.append(str(Path.cwd()))  # last, so that nothing there stands in for another module
    path = "engine.espeak:EspeakEngine" if name == "espeak" else name
    module, _, attribute = path.partition(":")
    try:
        engine: Engine = getattr(importlib.import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise EngineMissing(f"there is no engine {name!r}: {error}") from error
    if not hasattr(engine, "synthesise"):
        raise EngineMissing(f"{name!r} is no engine: it has no `synthesise`")
    return engine


class Voicebox:
    """An engine with the levels behind it: what it gives may be played."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._gains = Gains()

    def load(self) -> None:
        """Load the engine, and let it speak once where that is cheap."""
        self.engine.load()
        self._gain(SpeechRequest(""), lambda: False)

    def speak(
        self,
        request: SpeechRequest,
        emit: Callable[[Chunk | None], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Give `emit` what may be played, chunk by chunk; None: at work, nothing ready yet.

        Once `cancelled()`, `emit` is not called again. Raises SpeechError.
        """
        expected = self._expected(request.voice)
        levels = Levels(self._gain(request, cancelled), request.max_seconds, expected)

        def take(chunk: Chunk) -> None:
            if cancelled() or levels.full:
                raise _Stop
            emit(levels.feed(chunk))

        try:
            self.engine.synthesise(request, take, lambda: cancelled() or levels.full)
        except _Stop:
            log.debug("%s stopped early", self.engine.name)
        if not cancelled():
            emit(levels.finish())
            if not self.engine.calibration:
                self._gains.learn(request.voice, levels.rms, expected)

    def _expected(self, voice: str) -> float:
        return self.engine.loudness(voice) if isinstance(self.engine, KnowsLoudness) else 0.0

    def _gain(self, request: SpeechRequest, cancelled: Callable[[], bool]) -> float | None:
        if not self.engine.calibration:
            return self._gains.of(request.voice)
        key = (request.voice, request.pitch)
        if self._gains.of(key) is None:
            meters: list[Loudness] = []

            def hear(chunk: Chunk) -> None:
                if not meters:
                    meters.append(Loudness(chunk.sample_rate))
                meters[0].add(chunk.samples)

            sentence = replace(request, text=self.engine.calibration, rate=1.0)
            self.engine.synthesise(sentence, hear, cancelled)
            if meters and not cancelled():
                self._gains.learn(key, meters[0].rms)
        return self._gains.of(key)


class Worker:
    """The request loop: one thread listens, the main thread speaks."""

    def __init__(self, name: str, setup: str, source: BinaryIO, sink: BinaryIO) -> None:
        self._name, self._setup = name, setup
        self._source = source
        self._sink = sink
        self._requests: queue.SimpleQueue[frames.Head] = queue.SimpleQueue()
        self._cancelled = -1
        """The newest id that was cancelled; older ones are over anyway."""
        self._sent_at = 0.0
        self._stage = ""
        """What the engine that loads is doing."""
        self._faulty = False
        """Whether a failure to tell phonemes was logged."""

    def run(self) -> int:
        """Serve until the input ends; returns only if the engine cannot be loaded."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        try:
            voicebox = self._loaded()
            voices = self._voices(voicebox.engine)
        except Exception as error:  # noqa: BLE001 - the parent is told
            self._report(None, error)
            return 1
        engine = voicebox.engine
        tells = isinstance(engine, TellsPhonemes)
        self._send({"is": "ready", "name": engine.name, "phonemes": tells} | voices)
        while True:
            self._serve(voicebox, self._next(engine))

    def _loaded(self) -> Voicebox:
        engine = make_engine(self._name, self._setup)
        if isinstance(engine, LoadsLong):
            engine.progress = self._progress
        voicebox = Voicebox(engine)
        voicebox.load()
        if isinstance(engine, LoadsLong):
            engine.progress = lambda stage, share: None
        return voicebox

    def _progress(self, stage: str, share: float) -> None:
        if stage != self._stage or time.monotonic() - self._sent_at >= WORKING_S:
            self._stage = stage
            self._send({"is": "progress", "stage": stage, "share": round(share, 3)})

    def _next(self, engine: Engine) -> frames.Head:
        """The next thing to do; the voices are as they are on disk by then."""
        while isinstance(engine, VoicesChange):
            try:
                head = self._requests.get(timeout=LOOK_S)
            except queue.Empty:
                head = {}
            self._refresh(engine)
            if head:
                return head
        return self._requests.get()

    def _refresh(self, engine: VoicesChange) -> None:
        try:
            if engine.refresh():
                self._send({"is": "voices"} | self._voices(engine))
        except Exception as error:  # noqa: BLE001 - the voices of before still speak
            log.error("the voices cannot be looked at: %s", error)

    def _voices(self, engine: Engine) -> frames.Head:
        pace = astuple(engine.pace) if isinstance(engine, LoadsLong) else None
        return {"voices": [asdict(voice) for voice in engine.voices()], "pace": pace}

    def _serve(self, voicebox: Voicebox, head: frames.Head) -> None:
        if head["do"] == "phonemes":
            self._tell(voicebox.engine, head)
            return
        try:
            self._speak(voicebox, head["id"], SpeechRequest(**head["request"]))
        except Exception as error:  # noqa: BLE001 - the parent is told
            self._report(head.get("id"), error)

    def _listen(self) -> None:
        code = 1
        try:
            while frame := frames.read_blocking(self._source):
                head, _ = frame
                if head["do"] == "cancel":
                    self._cancelled = max(self._cancelled, int(head["id"]))
                else:
                    self._requests.put(head)
            code = 0
        except Exception:
            log.exception("the parent sent something that is not a request")
        finally:
            # The main thread may hang in native code, so nothing less ends the process.
            os._exit(code)

    def _speak(self, voicebox: Voicebox, id_: int, request: SpeechRequest) -> None:
        def cancelled() -> bool:
            self._alive(id_)
            return self._cancelled >= id_

        def emit(chunk: Chunk | None) -> None:
            if chunk is None:
                self._alive(id_)
                return
            head = {
                "is": "chunk",
                "id": id_,
                "rate": chunk.sample_rate,
                "words": [astuple(word) for word in chunk.words],
            }
            self._send(head, chunk)

        voicebox.speak(request, emit, cancelled)
        self._send({"is": "cancelled" if self._cancelled >= id_ else "end", "id": id_})

    def _tell(self, engine: Engine, head: frames.Head) -> None:
        told = [self._phonemes(engine, text, head["voice"]) for text in head["texts"]]
        self._send({"is": "phonemes", "id": head["id"], "texts": told})

    def _phonemes(self, engine: Engine, text: str, voice: str) -> str:
        try:
            if isinstance(engine, TellsPhonemes):
                return engine.phonemes(text, voice)[:_PHONEMES]
        except SpeechError as error:
            # What is wrong with the request shows again when it is to be spoken.
            log.debug("no phonemes: %s", error)
        except Exception as error:  # noqa: BLE001 - nothing depends on them
            self._fault(error)
        return ""

    def _fault(self, error: Exception) -> None:
        if not self._faulty:
            log.error("the engine fails to tell phonemes", exc_info=error)
        self._faulty = True

    def _alive(self, id_: int) -> None:
        if time.monotonic() - self._sent_at >= WORKING_S:
            self._send({"is": "working", "id": id_})

    def _report(self, id_: int | None, error: Exception) -> None:
        if not isinstance(error, SpeechError):
            log.error("unexpected error in the engine", exc_info=error)
            error = EngineFailed(f"{type(error).__name__} in the engine: {error!s:.200}")
        self._send({"is": "error", "id": id_, "code": error.code, "text": str(error)[:500]})

    def _send(self, head: frames.Head, chunk: Chunk | None = None) -> None:
        self._sink.write(frames.encode(head, b"" if chunk is None else chunk.samples))
        self._sink.flush()
        self._sent_at = time.monotonic()


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the frames to private descriptors, so that no library can read or print into them."""
    source, sink = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(source, "rb", buffering=0), os.fdopen(sink, "wb")


def main() -> int:
    """Run the worker of the engine that the arguments name."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, signal.SIG_IGN)
    # The listener must get its turn while the engine computes.
    sys.setswitchinterval(0.0005)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    source, sink = _claim_pipes()
    return Worker(sys.argv[1], "".join(sys.argv[2:3]), source, sink).run()


if __name__ == "__main__":
    sys.exit(main())
