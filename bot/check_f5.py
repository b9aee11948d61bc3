"""What `check` says of F5: model, voices, and a graphics card that lies idle.

Reads no weights: names and shapes are looked at, and the clips of the voices.
"""

from __future__ import annotations

from bot.engines import f5_setup
from bot.exits import BadInput, NothingHeard
from bot.findings import Finding, Word
from bot.policy import cloned_voices
from bot.settings import Settings
from engine.f5 import card, reference
from engine.f5.engine import NO_VOICE
from engine.speech import BadRequest, EngineMissing
from engine.voices import DEFAULT, Library


def f5(settings: Settings) -> list[Finding]:
    """The line of F5. Raises BadInput, NothingHeard."""
    setup = f5_setup(settings)
    try:
        plan = setup.look()
    except EngineMissing as error:
        raise NothingHeard(str(error)) from None
    voices, wrong = _voices(Library(setup.voices), settings)
    if wrong:
        raise BadInput("\n".join(wrong))
    count = f"{len(voices)} voice{'s' if len(voices) > 1 else ''}"
    found = [Finding(Word.OK, f"{plan}, {count} ({', '.join(voices)})")]
    if settings.f5.device != "cpu" and (idle := card.unused()):
        found.append(Finding(Word.NOTE, idle))
    return found


def _voices(library: Library, settings: Settings) -> tuple[list[str], list[str]]:
    """The ids that can be spoken with, and a line for each thing that is wrong."""
    ids, wrong = [], []
    for voice in library.references(f5_setup(settings).options):
        try:
            reference.read(voice.clip)
            ids.append(voice.voice.id)
        except BadRequest as error:
            wrong.append(f"voice {voice.voice.id}: {error}")
    if not ids:
        return [], [*wrong, NO_VOICE]
    for setting, id_ in cloned_voices(settings):
        if id_ not in ids and id_ != DEFAULT:
            wrong.append(f"{setting}: F5 has no voice {id_!r}; there are: {', '.join(ids)}")
    return ids, wrong
