"""What is doubtful about a clip or its words: a line each, with what to do. Nothing is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np

from engine.enrolment.excerpt import SHORTEST_S
from engine.enrolment.sound import Sound, cancelling
from engine.enrolment.words import beats, fit, phrases
from engine.f5.reference import Clip
from engine.f5.text import Vocab

_LOWEST_RATE = 16_000
_OVERDRIVEN = 0.0005
"""Of the samples, at full scale."""
_QUIET_DB = -36.0
_NOISY_DB = 20.0
"""How far the noise is below the voice at least."""
_LONG_PAUSE_S = 0.8
_MIDDLE = 5.0
"""Beats a second, about."""


def of_clip(clip: Clip, sound: Sound) -> Iterator[str]:
    """What is doubtful about the sound of a clip."""
    overdriven = float((np.abs(clip.pcm.astype(np.int32)) >= 32_700).mean())
    if overdriven > _OVERDRIVEN:
        yield "the clip is overdriven, and the voice will be harsh: record it with less gain"
    if sound.level < _QUIET_DB:
        yield (
            f"the clip is quiet ({sound.level:.0f} dBFS), and its noise is raised with it: "
            "record it closer to the microphone"
        )
    if _noisy(sound):
        yield (
            f"what is behind the voice is only {max(0.0, sound.level - sound.noise):.0f} dB "
            "quieter, and is learnt with it: record it without music, fan or echo"
        )
    if sound.sounding < SHORTEST_S:
        yield f"the clip has {sound.sounding:.1f} s of speech: 3 to 6 s make a better voice"
    if cancelling(clip):
        yield "the channels of the clip cancel each other: the loudest one is used alone"
    if clip.rate < _LOWEST_RATE:
        yield f"the clip has {clip.rate} samples a second, and is dull: record it at 24000 or more"


def of_words(text: str, sound: Sound, vocab: Vocab | None = None) -> Iterator[str]:
    """What is doubtful about the words, alone and beside the clip. `vocab` is the model's."""
    strange = "".join(sorted({c for c in text if not _sayable(c, vocab)}))
    if strange:
        yield (
            f"the text holds what the voice cannot say ({strange[:20]}): leave it out, or write it "
            "as it is said"
        )
    if any(c.isdigit() for c in text):
        yield "the text holds digits: write numbers as they are said in the clip"
    yield from _beside(text, sound)


def _sayable(c: str, vocab: Vocab | None) -> bool:
    if vocab is not None:
        return c.isspace() or bool(vocab.known(c))
    return unicodedata.category(c) not in ("So", "Cn", "Co", "Sk")


def _noisy(sound: Sound) -> bool:
    return sound.level - sound.noise < _NOISY_DB


def _beside(text: str, sound: Sound) -> Iterator[str]:
    if not fit(text, sound.sounding):
        pace = beats(text) / max(sound.sounding, 0.1)
        less = "less" if pace < _MIDDLE else "more"
        yield (
            f"the text is much {less} than {sound.sounding:.1f} s of speech ({pace:.1f} syllables "
            "a second): give exactly the words that are said, or the voice garbles"
        )
        return
    if _noisy(sound):
        return  # pauses are hidden in it
    said = phrases(text)
    ends = sum(phrase.closes for phrase in said[:-1])
    if ends >= 2 and len(sound.pauses) < ends / 2:
        yield (
            f"the text has {ends + 1} sentences and the clip {len(sound.pauses)} pauses: "
            "see that every word of the text is said in the clip"
        )
    long = sum(end - start >= _LONG_PAUSE_S for start, end in sound.pauses)
    if long > len(said):
        yield (
            f"the clip has {long} long pauses and the text {len(said)} phrases: "
            "see that every word of the clip is in the text"
        )
