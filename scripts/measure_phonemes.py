"""Measures the rule that listens (filters/phonemes.py) with real voices of the embedded engine.

    python scripts/measure_phonemes.py [--prose DIR] [--lines N] [--seed TEXT]

Prints three tables: lines of packaged prose that only this rule refuses, with the shipped lists and
every tier on; spellings by ear of invented words that the rules of text let pass; what asking costs
a line on its way through a real worker. The words are invented from the seed (without --seed: the
date). Prose as in measure_filters.py, which says how to get it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "scripts")]

import prose as texts  # noqa: E402
from measuring.harmless import masked  # noqa: E402
from measuring.judged import blocking, strictest, verdict  # noqa: E402
from measuring.report import say, share, table  # noqa: E402

from bot.hearing import Hearing  # noqa: E402
from bot.line import Line, Stages  # noqa: E402
from engine.espeak import EspeakEngine  # noqa: E402
from engine.speech import SpeechRequest  # noqa: E402
from engine.supervisor import ESPEAK, Supervisor  # noqa: E402
from filters import phonemes  # noqa: E402
from filters.chain import Rules  # noqa: E402
from filters.message import Action, Author, ChatMessage, Hit  # noqa: E402
from filters.wordlist import WordList  # noqa: E402
from tests.evasions import words as invented  # noqa: E402
from tests.evasions.invented import ordinary  # noqa: E402
from tests.evasions.sounds import apart, units  # noqa: E402
from tests.unit.filters.test_innocent import LINES  # noqa: E402

VOICES = {"en": ("en-us", "en-gb"), "de": ("de",), "es": ("es",), "fr": ("fr-fr",), "pt": ("pt",)}
WORDS = 60
SPELLINGS = 40
"""Spellings by ear that are tried for one word in one voice."""
TIMED = 400
# What sounds alike in at least one of the voices, as people swap it who write by ear.
_SWAPPED = (
    "f ph v ff|k c ck q kk|s ss c z zz|z s ts tz x|x cks chs ks|w v wh|qu kw k|ee ea ie i|oo u ou|"
    "ai ay ei ey|o oh au eau ow oe|a ah|i y ie ih|e eh|j g dj y|sh sch ch|t tt th|b bb v|r rr|"
    "l ll|m mm|n nn kn|p pp|g gg gu|er ur ir|or oar ore aur|le el ul al|"
)
_SILENT = ("", "", "e", "h", "t", "s", "x", "ue")


class Voice:
    """One voice and how it says the words of a list."""

    def __init__(self, engine: EspeakEngine, name: str, words: WordList) -> None:
        self.name = name
        self._engine = engine
        self._words = words
        self._said: dict[str, str] = {}
        known = phonemes.listed(words)
        self._sounds = phonemes.sounds(known, [*map(self.says, known.texts)], name[:2])

    def says(self, text: str) -> str:
        if text not in self._said:
            self._said[text] = self._engine.phonemes(text, self.name)
        return self._said[text]

    def hit(self, doubts: phonemes.Doubts) -> Hit | None:
        told = [self.says(text) for text in doubts.texts]
        return phonemes.find(doubts, told, self._sounds, self._words, self.name)


# ---- prose


def harmless_prose(engine: EspeakEngine, folder: Path, most: int | None) -> None:
    rules = strictest()
    say("### Prose, shipped lists, every tier on: lines that only the phonemes refuse")
    say()
    count: Counter[tuple[str, str]] = Counter()
    shown: list[str] = []
    read = {language: Counter[str]() for language in VOICES}
    lines_of = {language: dict.fromkeys(lines) for language, lines in texts.prose(folder).items()}
    for language, lines in texts.dialogue(folder).items():
        lines_of[language] |= dict.fromkeys(lines)
    for language, names in VOICES.items():
        voices = [Voice(engine, name, rules.words) for name in names]
        for line in list(lines_of[language])[:most]:
            read[language]["lines"] += 1
            doubts = phonemes.doubts(line, rules.words)
            if doubts is None:
                continue
            read[language]["asked"] += 1
            read[language]["words"] += len(doubts.texts)
            for voice in voices:
                hit = voice.hit(doubts)
                if hit is not None and verdict(line, rules).action is Action.SPEAK:
                    count[language, voice.name] += 1
                    around = masked(hit.text, hit.start, hit.end)
                    around = around[max(0, hit.start - 30) : hit.end + 30]
                    shown.append(f"{voice.name}: {hit.entry} ({hit.tier}): ...{around}...")
    rows = [
        [
            voice,
            read[language]["lines"],
            share(read[language]["asked"], read[language]["lines"]),
            f"{read[language]['words'] / max(1, read[language]['asked']):.1f}",
            count[language, voice],
            f"{100 * count[language, voice] / max(1, read[language]['lines']):.4f} %",
        ]
        for language, names in VOICES.items()
        for voice in names
    ]
    table(["voice", "lines", "asked about", "words of one", "refused", "rate"], rows)
    for line in shown:
        say(f"    {line}")
    say()


# ---- invented words, spelled by ear


def _spellings(word: str, rng: Random) -> Iterator[str]:
    groups = [group.split() for group in _SWAPPED.split("|") if group]
    for _ in range(SPELLINGS):
        text = ""
        changes = rng.randint(1, 3)
        places = set(rng.sample(range(len(units(word))), min(changes, len(units(word)))))
        for place, unit in enumerate(units(word)):
            ways = [way for group in groups if unit.spelled in group for way in group]
            text += rng.choice(ways) if ways and place in places else unit.spelled
        yield text + rng.choice(_SILENT)


def by_ear(engine: EspeakEngine, seed: str) -> None:
    rng = Random(seed)  # noqa: S311 - not for secrets
    listed = invented(rng, WORDS)
    rules = blocking(listed)
    say(f"### {WORDS} invented words of the seed {seed!r}, spelled by ear for each voice")
    say()
    rows = []
    for name in [voice for names in VOICES.values() for voice in names]:
        voice = Voice(engine, name, rules.words)
        count: Counter[str] = Counter()
        for word in listed:
            wanted = voice.says(word).replace("ˈ", "").replace("ˌ", "")
            for text in dict.fromkeys(_spellings(word, rng)):
                whole = voice.says(text).replace("ˈ", "").replace("ˌ", "")
                if text != word and whole == wanted and not ordinary(text):
                    _count("", text, rules, voice, count)
            for text in apart(units(word), rng):
                spelled = [next(_spellings(piece, rng)) for piece in text.split()]
                _count("two ", " ".join(spelled), rules, voice, count)
        rows.append(
            [
                name,
                *(count[key] for key in ("lines", "passed", "heard", "two passed", "two heard")),
            ]
        )
    heads = ["voice", "said alike", "text rules let pass", "of these caught"]
    table([*heads, "in two pieces, let pass", "of these caught"], rows)
    say("In two pieces: respelled at random, most are not said alike.")
    say()


def _count(way: str, text: str, rules: Rules, voice: Voice, count: Counter[str]) -> None:
    count[f"{way}lines"] += 1
    said = verdict(f"what a {text}", rules)
    if said.action is not Action.SPEAK:
        return
    count[f"{way}passed"] += 1
    doubts = phonemes.doubts(said.spoken, rules.words)
    count[f"{way}heard"] += doubts is not None and voice.hit(doubts) is not None


# ---- cost


async def _first_chunk(supervisor: Supervisor, text: str, hearing: Hearing | None) -> float:
    line = Line(ChatMessage("t", "c", "", Author("1", "ann"), text), 0.0, Stages(0.0), spoken=text)
    judge = None if hearing is None else hearing.judge(line)
    began = time.perf_counter()
    first = 0.0
    async with aclosing(supervisor.speak(SpeechRequest(text, "en-us"), judge=judge)) as chunks:
        async for _ in chunks:
            first = first or time.perf_counter() - began
    return first


async def _measured(
    lines: Mapping[str, Sequence[str]], rules: Rules
) -> tuple[float, list[list[object]]]:
    supervisor = Supervisor(ESPEAK)
    supervisor.start()
    hearing = Hearing(rules, [supervisor])
    hearing.learn("espeak", "en-us")
    await supervisor.wait_ready()
    began = time.perf_counter()
    learning = asyncio.create_task(hearing.run())
    rows: list[list[object]] = []
    try:
        await hearing.settled.wait()
        learnt_s = time.perf_counter() - began
        for kind, some in lines.items():
            new = kind == "words unheard of"
            took: dict[bool, list[float]] = {False: [], True: []}
            for number in range(TIMED):
                for heard in (False, True) if number % 2 else (True, False):
                    text = some[number % len(some)]
                    verdict(text, rules)  # as the bot does just before
                    for voice in hearing._known.values() if new else ():
                        voice.heard.clear()
                    took[heard].append(
                        await _first_chunk(supervisor, text, hearing if heard else None)
                    )
            without, with_it = (1e3 * statistics.median(took[heard]) for heard in (False, True))
            more = 1e3 * statistics.median(
                b - a for a, b in zip(took[False], took[True], strict=True)
            )
            rows.append(
                [kind, len(some), f"{without:.2f}", f"{with_it:.2f}", f"{more:+.2f}",
                 f"{with_it / without:.2f}"]
            )  # fmt: skip
    finally:
        learning.cancel()
        await asyncio.gather(learning, return_exceptions=True)
        await supervisor.aclose()
    return learnt_s, rows


def cost() -> None:
    rules = strictest()
    said = [spoken for text in LINES if len(spoken := verdict(text, rules).spoken) > 1]
    doubtful = [text for text in said if phonemes.doubts(text, rules.words)]
    known = [text for text in said if not phonemes.doubts(text, rules.words)]
    lines = {"words unheard of": doubtful, "the same again": doubtful, "words all known": known}
    learnt_s, rows = asyncio.run(_measured(lines, rules))
    say("### Cost: milliseconds to the first chunk through a real worker, medians, in turns")
    say()
    table(["lines", "count", "without", "with", "more", "ratio"], rows)
    say(f"The words of the shipped lists were learnt in {learnt_s:.2f} s for one voice.")
    say()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--prose", type=Path, help="folder of unpacked Debian packages")
    parser.add_argument("--lines", type=int, help="lines of each language at most")
    parser.add_argument("--seed", default=datetime.now(UTC).date().isoformat())
    options = parser.parse_args(arguments)
    cost()
    engine = EspeakEngine()
    engine.load()
    by_ear(engine, options.seed)
    if options.prose:
        harmless_prose(engine, options.prose, options.lines)
    engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
