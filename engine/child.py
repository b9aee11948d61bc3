"""One worker process as its parent sees it, from its start until it is reaped.

Asks, listens, notices death at once and a hang by silence. Does not restart anything and does not
choose engines: engine/supervisor.py does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

from engine import frames
from engine.spawn import child_options, python_command
from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    SpeechError,
    SpeechRequest,
    UnknownVoice,
    Voice,
    Word,
)

log = logging.getLogger(__name__)

CANCEL_S = 0.2
"""A cancelled worker that has not answered by then is replaced."""
PHONEMES_S = 0.05
"""Phonemes that have not come by then are done without."""
_SLICES = 5
_DRY_LIMITS = 12
"""Times the limit after which a worker that only shows signs of work has hung all the same."""
_LOG_LINES_PER_S = 20
_LOG_LINE = 500
_ERRORS: dict[str, type[SpeechError]] = {
    e.code: e for e in (BadRequest, UnknownVoice, EngineMissing)
}


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Which engine, and how long it may be silent before it counts as hung."""

    name: str
    """For logs."""
    argument: str
    """What `python -m engine.worker` takes: `espeak` or `package.module:Class`."""
    first_chunk_s: float = 1.0
    """Seconds without a sign of work that are allowed before the first chunk."""
    chunk_s: float = 1.0
    """The same after it."""
    start_s: float = 120.0
    """Seconds from the start of the process until it is ready."""


@dataclass(slots=True, eq=False)
class Talk:
    """One request and what comes back for it."""

    id: int
    """Its number on the wire."""
    limit: float
    """Seconds of silence that are allowed now."""
    quiet: float = 0.0
    """Seconds of silence so far."""
    dry: float = 0.0
    """Seconds without audio so far, signs of work or not."""
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

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.fate: SpeechError | None = None
        """Why it is over, or is being ended."""
        self.started = asyncio.Event()
        """Ready, or over."""
        self.idle = asyncio.Event()
        """No request is open: set from the start until `ask`, and when it is over."""
        self.over = asyncio.Event()
        """Set with `fate`."""
        self.voices: tuple[Voice, ...] = ()
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
                *python_command("engine.worker", self.spec.argument),
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

    def ask(self, request: SpeechRequest, first_chunk_s: float) -> Talk:
        """Send a request; only when idle."""
        self._ids += 1
        self._talk = talk = Talk(self._ids, first_chunk_s)
        self.idle.clear()
        self._send({"do": "speak", "id": talk.id, "request": asdict(request)})
        self._watch = asyncio.create_task(self._watch_over(talk))
        return talk

    def cancel(self, talk: Talk) -> None:
        """Nobody wants the rest of `talk`. Returns at once; a worker that holds on is ended."""
        if talk is self._talk and not talk.cancelled:
            talk.cancelled = True
            talk.limit, talk.quiet, talk.dry = CANCEL_S, 0.0, 0.0
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
        if kind == "ready":
            self.voices = tuple(Voice(**voice) for voice in head["voices"])
            self.tells_phonemes = head["phonemes"] is True
            self.started.set()
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
                talk.limit, talk.dry = self.spec.chunk_s, 0.0
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
        while talk.quiet < talk.limit and talk.dry < _DRY_LIMITS * talk.limit:
            part = talk.limit / 10
            before = loop.time()
            await asyncio.sleep(part)
            silence = min(loop.time() - before, 2 * part)
            talk.quiet += silence
            talk.dry += silence
        self._watch = None
        if talk.cancelled:
            self.abandoned = True
            self.fail(EngineFailed("the worker did not let go of a cancelled line"))
        else:
            what = "no sign of work" if talk.quiet >= talk.limit else "no audio"
            self.fail(EngineFailed(f"hung: {what} for {max(talk.quiet, talk.dry):.1f} s"))


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
    # An engine may quote what it was given; logs take one printable line.
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(head["text"]))
    return _ERRORS.get(head["code"], EngineFailed)(text)


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
