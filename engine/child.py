"""One worker process as its parent sees it, from its start until it is reaped.

Asks, listens, notices death at once and a hang by silence. Does not restart anything and does not
choose engines: engine/supervisor.py does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from engine import frames
from engine.spawn import child_options, python_command
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    EngineSlow,
    LineFailed,
    Pace,
    Progress,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
    Voice,
    Word,
)

log = logging.getLogger(__name__)

CANCEL_S = 0.2
"""A cancelled worker that has not answered by then is replaced, unless its spec gives it longer."""
PHONEMES_S = 0.05
"""Phonemes that have not come by then are done without."""
_SLICES = 5
_DRY_LIMITS = 12
"""Times the limit after which a worker of unknown pace that only shows signs of work has hung."""
_PATIENCE = 3.0
"""Times what is foreseen that a worker of known pace may take."""
_BYTES_PER_S = 14.0
"""Of text, in a second of speech."""
_PIECE_S = 12.0
"""No piece of a line that is made at once is longer."""
_KEEPS_UP = 0.7
"""The RTF below which the pieces of a line come one by one."""
_LOG_LINES_PER_S = 20
_LOG_LINE = 500
_ERRORS: dict[str, type[SpeechError]] = {
    e.code: e for e in (BadRequest, UnknownVoice, EngineMissing, EngineSlow, LineFailed)
}


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Which engine, and how long it may be silent before it counts as hung."""

    name: str
    """For logs."""
    argument: str
    """What `python -m engine.worker` takes: `espeak`, `f5` or `package.module:Class`."""
    first_chunk_s: float = 1.0
    """Seconds without a sign of work that are allowed before the first chunk."""
    chunk_s: float = 1.0
    """The same after it."""
    start_s: float = 120.0
    """Seconds until it is ready, or until the next progress that it tells of."""
    cancel_s: float = CANCEL_S
    """Seconds in which it has to let go of a line that nobody wants any more."""
    setup: str = ""
    """What the worker takes besides `argument`."""
    in_background: bool = False
    """Whether it takes so long to get ready that no line waits for that."""
    most_rtf: float = float("inf")
    """A slower engine (`Pace.rtf`) is not used, and its worker ended."""
    if_slow: str = ""
    """What the user can do then; follows a semicolon."""

    def limits(self, pace: Pace | None, request: SpeechRequest) -> Limits:
        """How long a worker of such a pace may take for a request."""
        if pace is None:
            first, later = self.first_chunk_s, self.chunk_s
            return Limits(first, later, _DRY_LIMITS * max(first, later), float("inf"))
        pace = pace.times(pace.slowest)
        seconds = len(request.text.encode("utf-8", "replace")) / _BYTES_PER_S / request.rate
        seconds = min(max(1.0, seconds), request.max_seconds)
        # Where it is slower than speech, the engine may hold what it has until all is made.
        piece = min(seconds, _PIECE_S) if pace.rtf < _KEEPS_UP else seconds
        first = max(self.first_chunk_s, _PATIENCE * pace.work_s(piece))
        pieces = 2 + 2 * seconds / _PIECE_S
        total = max(first, _PATIENCE * (pace.rtf * seconds + pace.overhead_s * pieces))
        return Limits(first, max(self.chunk_s, first), first, total)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds a worker may take for a line; beyond, it counts as hung."""

    first: float
    """Without a sign of work, before the first chunk."""
    later: float
    """The same after it."""
    dry: float
    """Without audio, signs of work or not."""
    total: float
    """For all of the line."""


@dataclass(slots=True, eq=False)
class Talk:
    """One request and what comes back for it."""

    id: int
    """Its number on the wire."""
    limits: Limits
    """What it may take."""
    limit: float
    """Seconds of silence that are allowed now."""
    quiet: float = 0.0
    """Seconds of silence so far."""
    dry: float = 0.0
    """Seconds without audio so far, signs of work or not."""
    total: float = 0.0
    """Seconds so far."""
    cancelled: bool = False
    """Whether nobody wants the rest."""
    answers: asyncio.Queue[Chunk | SpeechError | None] = field(default_factory=asyncio.Queue)
    """Chunks, then None or an error. Bounded by the request's `max_seconds`."""


@dataclass(slots=True, eq=False)
class Asked:
    """What the phonemes of some texts are, asked and not yet answered."""

    id: int
    """Its number on the wire."""
    answer: asyncio.Future[list[str]]
    """The phonemes of each; empty if the worker is over."""


class Child:
    """A worker process. `fate` is None while it may be asked."""

    def __init__(
        self,
        spec: EngineSpec,
        *,
        voices: tuple[Voice, ...] = (),
        progress: Progress = lambda stage, share: None,
    ) -> None:
        """`voices` are those of the worker before, until it tells its own; `progress` hears how far
        it is with loading."""
        self.spec = spec
        self.fate: SpeechError | None = None
        """Why it is over, or is being ended."""
        self.started = asyncio.Event()
        """Ready, or over."""
        self.idle = asyncio.Event()
        """No request is open: set from the start until `ask`, and when it is over."""
        self.over = asyncio.Event()
        """Set with `fate`."""
        self.voices = voices
        self.pace: Pace | None = None
        """How quick its engine is, if it tells; known once it is ready."""
        self.signs = 0
        """Signs of life while it loads."""
        self._progress = progress
        self.tells_phonemes = False
        """Whether its engine can tell the phonemes of a text; known once it is ready."""
        self.spoken = 0
        """Requests that it finished."""
        self.abandoned = False
        """Whether it was ended for not letting go of a cancelled request."""
        self._process: asyncio.subprocess.Process | None = None
        self._sink: asyncio.StreamWriter | None = None
        self._talk: Talk | None = None
        self._question: Asked | None = None
        self._ids = 0
        self._watch: asyncio.Task[None] | None = None
        self.idle.set()

    async def run(self) -> None:
        """Start the process and stay with it until it is reaped; `fail` ends it."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *python_command(
                    "engine.worker", *filter(None, (self.spec.argument, self.spec.setup))
                ),
                **child_options(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            self.fail(EngineFailed(f"the worker cannot be started: {error}"))
            return
        self._sink = cast(asyncio.StreamWriter, process.stdin)
        errors = asyncio.create_task(
            _relay(self.spec.name, cast(asyncio.StreamReader, process.stderr))
        )
        try:
            if self.fate is None:
                await self._listen(process, cast(asyncio.StreamReader, process.stdout))
        finally:
            self.fail(EngineFailed("the worker was stopped"))
            self._sink.close()
            await _reap(process, errors)

    @property
    def questioned(self) -> bool:
        """Whether it was asked for phonemes and has not answered yet."""
        return self._question is not None

    async def phonemes(self, texts: Sequence[str], voice: str) -> list[str] | None:
        """The phonemes of each text in IPA; None if it does not answer within `PHONEMES_S`.

        Only when idle. A worker that is over answers with none at all.
        """
        self._ids += 1
        answer: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._question = Asked(self._ids, answer)
        self._send({"do": "phonemes", "id": self._ids, "texts": list(texts), "voice": voice})
        # In slices, so that a pause of this loop itself is not taken for a silence of the worker.
        for _ in range(_SLICES):
            await asyncio.wait((answer,), timeout=PHONEMES_S / _SLICES)
            if answer.done():
                return answer.result()
        return None

    @property
    def letting_go(self) -> bool:
        """Whether it is still at a line that nobody wants any more."""
        return self._talk is not None and self._talk.cancelled

    def ask(self, request: SpeechRequest, first_chunk_s: float | None = None) -> Talk:
        """Send a request; only when idle. `first_chunk_s` stands for the limit that it has."""
        self._ids += 1
        limits = self.spec.limits(self.pace, request)
        if first_chunk_s is not None:
            limits = replace(limits, first=first_chunk_s, dry=_DRY_LIMITS * first_chunk_s)
        self._talk = talk = Talk(self._ids, limits, limits.first)
        self.idle.clear()
        self._send({"do": "speak", "id": talk.id, "request": asdict(request)})
        self._watch = asyncio.create_task(self._watch_over(talk))
        return talk

    def cancel(self, talk: Talk) -> None:
        """Nobody wants the rest of `talk`. Returns at once; a worker that holds on is ended."""
        if talk is self._talk and not talk.cancelled:
            talk.cancelled = True
            talk.limit, talk.quiet = self.spec.cancel_s, 0.0
            # A new watch: the slice of silence that the old one is in belongs to the work.
            if self._watch is not None:
                self._watch.cancel()
            self._watch = asyncio.create_task(self._watch_over(talk))
            self._send({"do": "cancel", "id": talk.id})

    def fail(self, error: SpeechError) -> None:
        """End the process. The first error is its fate; an open request gets it at once."""
        if self.fate is None:
            self.fate = error
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
                self._process.kill()
        self._settle(self.fate)
        if self._question is not None and not self._question.answer.done():
            self._question.answer.set_result([])
        self.started.set()
        self.over.set()

    def _settle(self, answer: SpeechError | None) -> None:
        if self._talk is not None:
            self._talk.answers.put_nowait(answer)
            self._talk = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self.idle.set()

    def _send(self, head: frames.Head) -> None:
        # A worker that is gone shows at the end of its output, so a lost write is no news.
        if self._sink is not None and not self._sink.is_closing():
            self._sink.write(frames.encode(head))

    async def _listen(
        self, process: asyncio.subprocess.Process, stream: asyncio.StreamReader
    ) -> None:
        try:
            while (frame := await frames.read(stream)) is not None:
                self._take(*frame)
        except (frames.FrameError, OSError, KeyError, TypeError, ValueError) as error:
            self.fail(EngineFailed(f"the worker sent nonsense: {error!r:.200}"))
        if self.fate is None:
            # The exit code follows the end of the output, unless the worker is only half dead.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CANCEL_S):
                    await process.wait()
            self.fail(EngineFailed(f"the worker ended, exit code {process.returncode}"))

    def _take(self, head: frames.Head, body: bytes) -> None:
        kind = head["is"]
        if kind == "progress":
            self.signs += 1
            self._progress(_printable(head["stage"]), float(head["share"]))
            return
        if kind in ("ready", "voices"):
            before = self.voices
            self.voices = tuple(Voice(**voice) for voice in head["voices"])
            self.pace = None if head.get("pace") is None else Pace(*head["pace"])
        if kind == "ready":
            self.tells_phonemes = head["phonemes"] is True
            self.started.set()
            return
        if kind == "voices":
            if self.voices != before:
                log.info("%s: its voices are now %s", self.spec.name, _named(self.voices))
            return
        if kind == "phonemes":
            self._take_phonemes(head)
            return
        if kind == "error" and head["id"] is None:
            self.fail(_error(head))
            return
        if self._talk is not None and head["id"] == self._talk.id:
            self._take_for(self._talk, head, body)

    def _take_for(self, talk: Talk, head: frames.Head, body: bytes) -> None:
        kind = head["is"]
        if not talk.cancelled:
            talk.quiet = 0.0
        if kind == "chunk":
            if not talk.cancelled:
                talk.limit, talk.dry = talk.limits.later, 0.0
                words = tuple(Word(*word) for word in head["words"])
                talk.answers.put_nowait(Chunk(frames.samples(body), head["rate"], words))
        elif kind == "error":
            error = _error(head)
            if error.retryable:
                self.fail(error)
            else:
                self._settle(error)
        elif kind in ("end", "cancelled"):
            self.spoken += kind == "end"
            self._settle(None)

    def _take_phonemes(self, head: frames.Head) -> None:
        question = self._question
        if question is not None and head["id"] == question.id:
            self._question = None
            if not question.answer.done():
                question.answer.set_result([str(told) for told in head["texts"]])

    async def _watch_over(self, talk: Talk) -> None:
        """End the worker when it is silent for too long.

        Time in which this loop itself stood still is not held against the worker: its frames may
        be waiting to be read. So silence is counted in slices, and a slice never counts double.
        """
        loop = asyncio.get_running_loop()
        while not (over := _over(talk)):
            part = talk.limit / 10
            before = loop.time()
            await asyncio.sleep(part)
            silence = min(loop.time() - before, 2 * part)
            talk.quiet += silence
            talk.dry += silence
            talk.total += silence
        self._watch = None
        if talk.cancelled:
            self.abandoned = True
            self.fail(EngineFailed("the worker did not let go of a cancelled line"))
        else:
            self.fail(EngineFailed(f"hung: {over}"))


def _over(talk: Talk) -> str:
    """What of a line took too long; empty while nothing has."""
    if talk.quiet >= talk.limit:
        return f"no sign of work for {talk.quiet:.1f} s"
    if talk.cancelled:
        return ""
    if talk.dry >= talk.limits.dry:
        return f"no audio for {talk.dry:.1f} s"
    return f"not done in {talk.total:.1f} s" if talk.total >= talk.limits.total else ""


async def _reap(process: asyncio.subprocess.Process, errors: asyncio.Task[None]) -> None:
    """Wait for a killed process and the end of its pipes, which a grandchild may hold open."""
    _, unfinished = await asyncio.wait(
        (asyncio.ensure_future(process.wait()), errors), timeout=CANCEL_S
    )
    if unfinished:
        # There is no public way to close the pipes of a process that was killed.
        process._transport.close()  # type: ignore[attr-defined]
        await asyncio.wait(unfinished)


def _error(head: frames.Head) -> SpeechError:
    return _ERRORS.get(head["code"], EngineFailed)(_printable(head["text"]))


def _printable(text: object) -> str:
    """An engine may quote what it was given; logs take one printable line."""
    return "".join(c if c.isprintable() else "\ufffd" for c in str(text))


def _named(voices: Sequence[Voice]) -> str:
    return _printable(", ".join(voice.id for voice in voices))[:_LOG_LINE] or "none"


async def _relay(name: str, stream: asyncio.StreamReader) -> None:
    """Log what a worker writes to standard error: whole lines, bounded in length and number."""
    loop = asyncio.get_running_loop()
    rest, second, lines = b"", -1.0, 0
    while block := await stream.read(4096):
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > _LOG_LINE:
            whole, rest = [*whole, rest], b""
        for line in whole:
            if loop.time() - second >= 1.0:
                if lines > _LOG_LINES_PER_S:
                    log.warning("%s: %d more lines left out", name, lines - _LOG_LINES_PER_S)
                second, lines = loop.time(), 0
            lines += 1
            if lines <= _LOG_LINES_PER_S:
                log.warning("%s: %r", name, line[:_LOG_LINE].decode("utf-8", "backslashreplace"))
