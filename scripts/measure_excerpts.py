"""How often the words that `voices add` gives to a part of a clip are the words in it.

    python scripts/measure_excerpts.py

Read by espeak, which tells when each word is heard, from the sentences of docs/operating.md; and
made up, where pace and pauses are drawn at random around those of people. Nobody's voice is used.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.enrolment import excerpt  # noqa: E402
from engine.enrolment.sound import Sound, Span, hear  # noqa: E402
from engine.enrolment.words import beats  # noqa: E402
from engine.espeak import EspeakEngine  # noqa: E402
from engine.speech import BadRequest, Chunk, SpeechRequest  # noqa: E402

SEED = 2
READINGS, MADE_UP = 80, 1000
NOISE_DB = -45.0
ODD = re.compile(r'[0-9/{}=~$+&%:"\u2013\u2014()\[\]<>_`*#|]|\.\w|--')
WORDS = (
    "the rain had stopped and nobody went down market because pumpkin apple very large however "
    "yesterday morning together I you said window"
).split()


def outcome(sound: Sound, text: str) -> tuple[str, excerpt.Excerpt | None]:
    """What was done with a clip, and the part if its words are to be compared."""
    try:
        part = excerpt.choose(sound, text)
    except BadRequest:
        return "asked for --from and --to", None
    if part.text == text:
        return "used whole", None
    return "cut", part


def read(rate: float, noise_db: float | None, slip: str) -> Counter[str]:
    """Sentences read by espeak; `slip`: the text has one of them too few or too many."""
    engine = EspeakEngine()
    engine.load()
    random = np.random.default_rng(SEED)
    prose = " ".join((ROOT / "docs" / "operating.md").read_text("utf-8").split())
    found = [s.strip() for s in re.split(r"(?<=[.!?])\s+", prose)]
    sentences = [s for s in found if 15 < len(s) < 160 and not ODD.search(s)]
    counts: Counter[str] = Counter()
    for _ in range(READINGS):
        n = int(random.integers(3 if slip else 2, 6))
        first = int(random.integers(0, len(sentences) - n))
        text = said = " ".join(sentences[first : first + n])
        but_one = " ".join(sentences[first : first + n - 1])
        if slip == "too few":
            text = but_one
        elif slip == "too many":
            said = but_one
        chunks: list[Chunk] = []
        engine.synthesise(SpeechRequest(said, rate=rate), chunks.append, lambda: False)
        samples = np.concatenate([chunk.samples for chunk in chunks])
        if noise_db is not None:
            noise = 10 ** (noise_db / 20) * random.standard_normal(len(samples))
            samples = (samples + noise).astype(np.float32)
        what, part = outcome(hear(samples, chunks[0].sample_rate), text)
        if part is not None:
            words = [word for chunk in chunks for word in chunk.words]
            heard = [w for w in words if part.start - 0.1 <= w.at < part.end - 0.02]
            begin = min(word.start for word in heard)
            end = max(word.start + word.length for word in heard)
            # espeak tells of some words together with the one before.
            at = said.find(part.text, max(0, begin - 9))
            right = 0 <= at <= begin + 9 and abs(at + len(part.text) - end) <= 9
            what = "cut right" if right else "cut WRONG"
        counts[what] += 1
    engine.close()
    return counts


def made_up(spread: float, hesitations: float) -> Counter[str]:
    """Phrases whose pace differs by so much (sd of the logarithm), and pauses within them."""
    random = np.random.default_rng(SEED)
    counts: Counter[str] = Counter()
    for _ in range(MADE_UP):
        phrases, spans, stretches = _made_up(random, spread, hesitations)
        end = stretches[-1][1] + 0.3
        sound = Sound(end, -20.0, -70.0, tuple(stretches), np.full(int(end * 100) + 1, -20.0))
        what, part = outcome(sound, " ".join(phrases))
        if part is not None:
            first = min(range(len(spans)), key=lambda i: abs(spans[i][0] - part.start))
            last = min(range(len(spans)), key=lambda i: abs(spans[i][1] - part.end))
            right = part.text == " ".join(phrases[first : last + 1])
            right = right and abs(spans[first][0] - part.start) < 0.05
            what = "cut right" if right and abs(spans[last][1] - part.end) < 0.05 else "cut WRONG"
        counts[what] += 1
    return counts


def _made_up(
    random: np.random.Generator, spread: float, hesitations: float
) -> tuple[list[str], list[Span], list[Span]]:
    phrases: list[str] = []
    while sum(map(beats, phrases)) * 0.19 < 7.0 or random.random() < 0.85:
        mark = "." if random.random() < 0.55 else ","
        phrases.append(" ".join(random.choice(WORDS, int(random.integers(2, 9)))) + mark)
        if sum(map(beats, phrases)) * 0.19 > 20.0:
            break
    phrases[-1] = phrases[-1][:-1] + "."
    pace = 0.19 * random.uniform(0.8, 1.2)
    spans: list[Span] = []
    stretches: list[Span] = []
    at = began = 0.3
    for phrase in phrases:
        start = at
        length = beats(phrase) * pace * np.exp(random.normal(0, spread)) + random.normal(0, 0.05)
        length = max(0.15, float(length))
        if random.random() < hesitations and length > 0.8:
            middle = at + length * random.uniform(0.3, 0.7)
            stretches.append((began, middle))
            pause = random.uniform(0.15, 0.45)
            began, at = middle + pause, at + pause
        at += length
        spans.append((start, at))
        if random.random() < (0.95 if phrase.endswith(".") else 0.6):
            stretches.append((began, at))
            at += random.uniform(0.25, 0.8) if phrase.endswith(".") else random.uniform(0.15, 0.45)
            began = at
    if at > began:
        stretches.append((began, at))
    return phrases, spans, stretches


def main() -> None:
    """Print a line for each kind of reading."""
    for kind, rate, noise, slip in (
        ("espeak", 0.95, None, ""),
        ("espeak, quick", 1.35, None, ""),
        ("espeak, noise of -45 dBFS", 0.95, NOISE_DB, ""),
        ("espeak, the text lacks its last sentence", 0.95, None, "too few"),
        ("espeak, its last sentence is not said", 0.95, None, "too many"),
    ):
        sys.stdout.write(f"{kind}: {dict(read(rate, noise, slip))}\n")
    for spread, hesitations in ((0.12, 0.1), (0.18, 0.25), (0.25, 0.4)):
        counts = dict(made_up(spread, hesitations))
        sys.stdout.write(f"made up, pace {spread:g}, hesitations {hesitations:g}: {counts}\n")


if __name__ == "__main__":
    main()
