"""The part of a clip that a voice is made of: where, with which words, and made ready.

The work of each line grows with the length of this part, and 3 to 6 s say as much of a voice as
more do. Words are only cut where it is certain what belongs to what.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from engine.enrolment import sound as sounds
from engine.enrolment.alignment import Cut, cuts
from engine.enrolment.sound import Sound
from engine.enrolment.words import Phrase, fit, phrases
from engine.f5.reference import Clip
from engine.levels import TARGET_RMS, Loudness
from engine.speech import BadRequest

SHORTEST_S, BEST_S, LONGEST_S = 3.0, 6.0, 11.8
"""With the pauses kept on both sides the longest is the 12 s that are used of any clip."""
_PAD_S = 0.1
"""Of the pause, kept on either side."""
_FADE_S = 0.005
_PEAK = 0.98
_FULL_SCALE_DB = -1.0
_LONG_PAUSE_S = 0.7
_UNEVEN_PACE = 1.25
"""A part that is quicker or slower than the clip by more than this has other words."""
_PERHAPS, _LIKELY, _SURE = 0.55, 0.7, 0.85
"""Of the usual pause at the end of a sentence, what may be one, is likely one, and surely is."""
_ODD_PACE, _EDGE_S = 1.4, 0.3
"""So has the clip, if anything between two certain pauses is; and the ends of it, in seconds."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is used of a clip."""

    start: float
    """In seconds, of the clip."""
    end: float
    text: str
    """The words in it."""
    why: str = ""
    """Why it is more than what is best; empty if it is not."""


def choose(sound: Sound, text: str, *, whole: bool = False) -> Excerpt:
    """The best part of a clip, with its words; `whole`: all of it, for it was chosen already.

    Raises:
        BadRequest: it is longer than can be used, and it is not certain which words belong where.
    """
    start, end = sound.stretches[0][0], sound.stretches[-1][1]
    if end - start <= (LONGEST_S if whole else BEST_S):
        return Excerpt(start, end, text)
    if whole:
        most = f"{LONGEST_S:.0f} at most, {SHORTEST_S:.0f} to {BEST_S:.0f} are best"
        raise BadRequest(f"that part has {end - start:.1f} s of speech: {most}")
    fits = fit(text, sound.sounding)
    said = phrases(text)
    found = cuts(said, sound.stretches) if fits else []
    if not _even(sound, said, found):
        fits, found = False, []
    why = "it is not certain which words belong to which shorter part"
    if not fits:
        why = "the text does not seem to be what is said in it"
    if part := _best(sound, said, found, BEST_S):
        return part
    if end - start > LONGEST_S and (part := _best(sound, said, found, LONGEST_S)):
        return replace(part, why=why)
    if end - start <= LONGEST_S:
        return Excerpt(start, end, text, why)
    raise BadRequest(
        f"the clip has {end - start:.1f} s of speech, and {why}: choose {SHORTEST_S:.0f} to "
        f"{BEST_S:.0f} s of it with --from and --to (in seconds), and give --text the words of "
        "that part alone"
    )


def ready(clip: Clip, start: float, end: float) -> Clip:
    """That part with a little of the pauses around it: one channel, at the level of every voice."""
    samples = sounds.mono(clip)
    first = max(0, round((start - _PAD_S) * clip.rate))
    part = samples[first : round((end + _PAD_S) * clip.rate)].astype(np.float64)
    part -= part.mean()
    meter = Loudness(clip.rate)
    meter.add(part.astype(np.float32))
    peak = float(np.abs(part).max(initial=0.0))
    if meter.rms > 0.0:
        part *= min(TARGET_RMS / meter.rms, _PEAK / peak)
    fade = min(round(_FADE_S * clip.rate), len(part) // 2)
    rise = np.linspace(0.0, 1.0, fade)
    part[:fade] *= rise
    part[len(part) - fade :] *= rise[::-1]
    return Clip(np.rint(part * 32_767.0).astype(np.int16)[:, None], clip.rate)


def _pace(sound: Sound, said: Sequence[Phrase], first: Cut, last: Cut) -> tuple[float, float]:
    """Seconds that the words between two cuts take, and that they should take."""
    pace = sound.sounding / sum(phrase.beats for phrase in said)
    spoken = sum(end - start for start, end in sound.stretches[first.stretch : last.stretch])
    return spoken, pace * sum(phrase.beats for phrase in said[first.phrase : last.phrase])


def _even(sound: Sound, said: Sequence[Phrase], found: Sequence[Cut]) -> bool:
    """Whether all that is certain was said at one pace, and no sentence is left over."""
    usual = _full_stop(sound, said, found)
    pauses = [end - start for start, end in sound.pauses]
    ends = sum(phrase.closes for phrase in said[:-1])
    surely, perhaps = (sum(p >= share * usual for p in pauses) for share in (_SURE, _PERHAPS))
    if usual and not surely <= ends <= perhaps:
        return False
    for first, last in pairwise(found):
        spoken, should = _pace(sound, said, first, last)
        if abs(math.log(spoken / should)) > math.log(_ODD_PACE) + _EDGE_S / should:
            return False
    return True


def _full_stop(sound: Sound, said: Sequence[Phrase], found: Sequence[Cut]) -> float:
    """How long the reader usually pauses at the end of a sentence; 0.0 if that is not certain."""
    pauses = [end - start for start, end in sound.pauses]
    stops = [pauses[cut.stretch - 1] for cut in found[1:-1] if said[cut.phrase - 1].closes]
    return statistics.median(stops) if stops else 0.0


def _best(
    sound: Sound, said: Sequence[Phrase], found: Sequence[Cut], longest: float
) -> Excerpt | None:
    parts = list(_parts(sound, said, found, longest))
    return max(parts, key=lambda part: part[0])[1] if parts else None


def _parts(
    sound: Sound, said: Sequence[Phrase], found: Sequence[Cut], longest: float
) -> Iterator[tuple[float, Excerpt]]:
    """Every part that can be used, and how good it is."""
    usual = _full_stop(sound, said, found)
    for i, first in enumerate(found):
        for last in found[i + 1 :]:
            spans = sound.stretches[first.stretch : last.stretch]
            start, end = spans[0][0], spans[-1][1]
            if not SHORTEST_S <= end - start <= longest:
                continue
            words = said[first.phrase : last.phrase]
            spoken, should = _pace(sound, said, first, last)
            if not 1 / _UNEVEN_PACE <= spoken / should <= _UNEVEN_PACE:
                continue
            stops = sum(b[0] - a[1] >= _LIKELY * usual for a, b in pairwise(spans))
            if usual and stops > sum(phrase.closes for phrase in words[:-1]):
                continue
            begins = first.phrase == 0 or said[first.phrase - 1].closes
            score = _quality(sound, start, end) + 2.0 * words[-1].closes + 1.0 * begins
            score -= sum(max(0.0, b[0] - a[1] - _LONG_PAUSE_S) for a, b in pairwise(spans))
            yield score, Excerpt(start, end, _joined(words))


def _quality(sound: Sound, start: float, end: float) -> float:
    """Long, even in level and not overdriven is good; each point is worth about a second."""
    frames = sound.within(start, end)
    voiced = frames[frames > sound.level - 20.0]
    uneven = float(np.std(voiced)) if len(voiced) else 20.0
    loud = float((frames > _FULL_SCALE_DB).mean()) if len(frames) else 1.0
    return min(end - start, 5.0) - 0.2 * uneven - 50.0 * loud


def _joined(words: Sequence[Phrase]) -> str:
    """The words as they stood; Chinese has no spaces between."""
    text = ""
    for phrase in words:
        east = not text or ord(text[-1]) > 0x2FFF
        text += phrase.text if east else f" {phrase.text}"
    return text
