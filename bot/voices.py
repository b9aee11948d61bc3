"""`python -m bot voices`: the voices that there are, and those of your own: add, remove, preview.

Does not know how a clip is judged, nor how a voice is kept or spoken.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot import exits
from bot.engines import f5_setup, voices_of
from bot.exits import BadInput, NothingHeard
from bot.play import play
from bot.say import say
from bot.settings import Settings
from engine.enrolment import doubts, excerpt, sound
from engine.enrolment.sound import Sound
from engine.f5 import reference
from engine.f5.reference import Clip
from engine.f5.text import Vocab, read_vocab
from engine.levels import Levels
from engine.speech import (
    BadRequest,
    Chunk,
    Engine,
    EngineMissing,
    SpeechError,
    TellsPhonemes,
    UnknownVoice,
)
from engine.voices import DEFAULT, Library, Record, check_id
from engine.worker import make_engine

_ESPEAK = "espeak"
_LEAST_CONSENT = 3
_MOST_TEXT, _MOST_LINE = 2000, 200
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LEAST_S = 0.5
"""The engine takes no shorter clip."""
_SILENT_DB = -60.0
_TEXT = "Good evening, and welcome to the stream. This is how I sound."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A voice as the command line describes it."""

    id: str
    clip: Path
    text: str
    consent: str
    language: str = ""
    """Empty: the channel's."""
    name: str = ""
    """Empty: the id."""
    speed: float | None = None
    nfe: int | None = None
    guidance: float | None = None
    start: float | None = None
    """From where in the clip, in seconds; None: the best part is chosen."""
    end: float | None = None


def library(settings: Settings) -> Library:
    """The voices of the user's own."""
    return Library(settings.state_dir / "voices")


def voices(settings: Settings) -> int:
    """Print every voice, a line each: the cloned ones, then those of the engine that is set."""
    for id_, record in library(settings).records().items():
        _say(f"{id_:<14} {record.language:<12} {record.name} (cloned)")
    engine = _loaded(voices_of(settings))
    for voice in engine.voices():
        _say(f"{voice.id:<14} {voice.language:<12} {voice.name}")
    if engine.name == _ESPEAK:
        _say("any of them takes a variant: en-us+f3, en-us+m5, ...")
    engine.close()
    return exits.STOPPED


def list_(settings: Settings) -> int:
    """Print the voices of the user's own, a line each, with who agreed."""
    known = library(settings).records()
    for id_, record in known.items():
        own = [f"{key} {getattr(record, key):g}" for key in ("speed", "nfe", "guidance")
               if getattr(record, key) is not None]  # fmt: skip
        seconds = f"{record.end - record.start:.1f} s"
        agreed = f"consent: {record.consent or 'not told'}" + (
            f" (written down {record.added})" if record.added else ""
        )
        parts = "; ".join([seconds, *own, agreed])
        _say(f"{id_:<14} {record.language:<12} {record.name}; {parts}")
    if not known:
        _say(
            "no voice of your own yet; add one: "
            'python -m bot voices add ID CLIP.wav --text "its words" --consent "who agreed"'
        )
    elif DEFAULT not in known:
        _say(f"{DEFAULT:<14} means {next(iter(known))}, the first one")
    return exits.STOPPED


def add(settings: Settings, wanted: Wanted, *, replaces: bool = False) -> int:
    """Keep a clip as a voice, and print what of it is used and what is doubtful. Raises Exit."""
    try:
        check_id(wanted.id)
        if wanted.id != DEFAULT:
            _check_is_ours(wanted.id)
        record = _record(settings, wanted)
        whole = reference.read(wanted.clip)
        offset, clip = _named_part(wanted, whole)
        heard = _speech(wanted, clip)
        part = excerpt.choose(heard, record.text, whole=clip is not whole)
        kept = excerpt.ready(clip, part.start, part.end)
        start, end = round(offset + part.start, 2), round(offset + part.end, 2)
        library(settings).add(
            wanted.id,
            replace(record, text=part.text, start=start, end=end),
            kept,
            wanted.clip,
            replace=replaces,
        )
    except BadRequest as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(_not_kept(settings, error)) from None
    where = f"{start:.2f}-{end:.2f} s of {whole.ms / 1000:.1f} s"
    _say(f'{wanted.id} is kept: used {where}: "{part.text}"')
    if part.why:
        _say(
            f"note: {end - start:.1f} s are used, for {part.why}; 3 to 6 s would be quicker: "
            "choose them with --from S --to S, give --text the words of that part, and add "
            "--replace"
        )
    for doubt in (
        *doubts.of_clip(clip, heard),
        *doubts.of_words(record.text, heard, _vocab(settings)),
    ):
        _say(f"note: {doubt}")
    _say(f"hear it: python -m bot voices preview {wanted.id}")
    return exits.STOPPED


def remove(settings: Settings, id_: str) -> int:
    """Delete a voice with all that is kept of it. Raises Exit."""
    known = library(settings)
    meant = known.named(id_)
    if meant != id_:
        raise BadInput(
            f"{id_} is no voice of its own, it means {meant}, the first one; to delete that: "
            f"python -m bot voices remove {meant}"
        )
    try:
        known.remove(id_)
    except BadRequest as error:
        raise BadInput(f"{error}; see: python -m bot voices list") from None
    except OSError as error:
        raise BadInput(_not_kept(settings, error)) from None
    _say(f"{id_} is deleted, with its clip and its original")
    return exits.STOPPED


def preview(settings: Settings, id_: str, *, text: str, out: Path | None, clip: bool) -> int:
    """Let a voice be heard, or the clip that it is made of. Raises Exit."""
    known = library(settings)
    meant = known.named(id_)
    try:
        path = known.clip(meant)
        if clip:
            return asyncio.run(play(settings, _levelled(path), out=out))
    except SpeechError as error:
        raise BadInput(f"{error}; see: python -m bot voices list") from None
    try:
        return asyncio.run(say(settings, text or _TEXT, out=out, voice=meant))
    except BadInput as error:
        if not isinstance(error.__context__, UnknownVoice):
            raise
        raise NothingHeard(
            f"{meant} can only be spoken by F5, which is not in use (the engine that is set says: "
            f"{error.__context__}); --clip plays the clip itself"
        ) from None


def _check_is_ours(id_: str) -> None:
    """Raise BadRequest for an id that the embedded voice knows; where it is missing none is."""
    engine = make_engine(_ESPEAK)
    try:
        engine.load()
        if isinstance(engine, TellsPhonemes):
            engine.phonemes("", id_)
    except SpeechError:
        return
    finally:
        engine.close()
    raise BadRequest(f"{id_} is a voice of espeak already: take another id, such as my-{id_:.29}")


def _vocab(settings: Settings) -> Vocab | None:
    """What the model can say, where one is set; that it is missing is told when it is used."""
    if settings.f5.model is None:
        return None
    model = f5_setup(settings).source.model
    try:
        return read_vocab((model.parent if model.is_file() else model) / "vocab.txt")
    except (EngineMissing, OSError):
        return None


def _record(settings: Settings, wanted: Wanted) -> Record:
    text = " ".join(wanted.text.encode("utf-8", "replace").decode().split())
    # A model has no token for an accent that stands alone, as macOS writes them.
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if c.isprintable())
    if len(text) > _MOST_TEXT:
        raise BadRequest(
            f"--text has more than {_MOST_TEXT} characters: give the clip's words only"
        )
    if len("".join(wanted.consent.split())) < _LEAST_CONSENT:
        raise BadRequest('--consent is to say who agreed, such as "my own voice"')
    if wanted.language and not _LANGUAGE.fullmatch(wanted.language):
        raise BadRequest(f"--language {wanted.language!r:.40}: write it as en, en-GB or zh")
    return Record(
        name=_line("--name", wanted.name or wanted.id),
        language=wanted.language or settings.speech.language,
        text=text,
        consent=_line("--consent", wanted.consent),
        added=datetime.now(UTC).astimezone().date().isoformat(),
        speed=wanted.speed,
        nfe=wanted.nfe,
        guidance=wanted.guidance,
    )


def _line(option: str, text: str) -> str:
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if len(text) > _MOST_LINE or not text.isprintable():
        raise BadRequest(f"{option} is to be one line of at most {_MOST_LINE} characters")
    return text


def _named_part(wanted: Wanted, clip: Clip) -> tuple[float, Clip]:
    """Where the part begins that --from and --to name, and that part; the clip if they do not."""
    if wanted.start is None and wanted.end is None:
        return 0.0, clip
    whole = clip.ms / 1000
    start, end = wanted.start or 0.0, whole if wanted.end is None else wanted.end
    # NaN fails the comparison too.
    if not 0.0 <= start < end <= whole + 0.01:
        raise BadRequest(f"--from {start:g} --to {end:g} is no part of a clip of {whole:.1f} s")
    return start, clip.part(round(1000 * start), round(1000 * end))


def _speech(wanted: Wanted, clip: Clip) -> Sound:
    heard = sound.hear(sound.mono(clip), clip.rate)
    if heard.level < _SILENT_DB or heard.sounding < _LEAST_S:
        raise BadRequest(
            f"there is hardly any speech in {wanted.clip}: see which microphone recorded it; "
            "3 to 6 s are best"
        )
    return heard


def _levelled(path: Path) -> list[Chunk]:
    clip = reference.read(path)
    levels = Levels(None, reference.MOST_S)
    heard = (levels.feed(Chunk(clip.mono, clip.rate)), levels.finish())
    return [chunk for chunk in heard if chunk is not None]


def _not_kept(settings: Settings, error: OSError) -> str:
    return f"cannot write to {settings.state_dir / 'voices'}: {error.strerror or error}"


def _loaded(name: str) -> Engine:
    try:
        engine = make_engine(name)
        engine.load()
    except SpeechError as error:
        raise NothingHeard(str(error)) from None
    return engine


def _say(line: str) -> None:
    print(line)  # noqa: T201 - a command's own output
