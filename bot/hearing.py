"""The rule that listens: a line that a voice would say like a listed word is not said.

Has the listed words told by the engines, once for each voice, and compares each line with them
(filters/phonemes.py). Does not know how an engine is asked. Until a voice's words are there, its
lines go on without this rule: every other rule has passed them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.line import Line
from engine.author_voices import accent
from engine.recital import recite
from engine.speech import Judge, Question, SpeechError, SpeechRequest, Voice
from engine.supervisor import ESPEAK, Supervisor
from filters import phonemes
from filters.chain import Rules
from filters.message import Action, ChatMessage, Hit, Tier, Verdict

log = logging.getLogger(__name__)

RULE = "phonemes"
"""What the rule is called in reasons and in the log of drops."""
VOICES = 12
"""Voices whose words are kept, 2 MB each with the shipped lists."""
HEARD = 4_000
"""Words of chat whose phonemes are kept for each voice: the same ones come again and again."""

_Key = tuple[str, str]
"""An engine's name and a voice."""


@dataclass(slots=True)
class _Known:
    """How one voice says the listed words."""

    sounds: dict[str, int]
    """The entries by their sound."""
    voices: tuple[Voice, ...]
    """The voices of the worker that told them."""
    heard: dict[str, str] = field(default_factory=dict)
    """The phonemes of words that it was asked about."""

    def keep(self, told: dict[str, str]) -> None:
        """Keep the phonemes of some words."""
        if len(self.heard) + len(told) > HEARD:
            self.heard.clear()
        self.heard |= {word: said for word, said in told.items() if said}


class Hearing:
    """Judges lines by their sound, and learns in the background how voices say the lists."""

    def __init__(
        self,
        rules: Rules,
        supervisors: Iterable[Supervisor],
        dropped: Callable[[ChatMessage, Verdict, Rules], None] | None = None,
    ) -> None:
        """`dropped` hears of what is refused."""
        self._rules = rules
        self._supervisors = {supervisor.name: supervisor for supervisor in supervisors}
        self._dropped = dropped
        self._listed: tuple[Rules, phonemes.Listed] | None = None
        self._known: dict[_Key, _Known] = {}
        """Used last, last."""
        self._wanted: dict[_Key, None] = {}
        self._something = asyncio.Event()
        self.settled = asyncio.Event()
        """Set while every voice that was wanted is known, or cannot be."""
        self.settled.set()

    def take_rules(self, rules: Rules) -> None:
        """Judge by these rules; their words are learnt anew in the voices in use."""
        self._rules = rules
        known = list(self._known)
        self._known.clear()
        for key in known:
            self._want(key)

    def learn(self, engine: str, voice: str) -> None:
        """Have a voice's words told before its first line comes."""
        self._want(_key(engine, voice))

    def judge(self, line: Line) -> Judge:
        """What judges one line; never raises."""
        return partial(self._question, line)

    def _question(self, line: Line, engine: str, request: SpeechRequest) -> Question | None:
        try:
            known = self._voice(_key(engine, request.voice))
            doubts = phonemes.doubts(request.text, self._rules.words) if known else None
        except Exception as error:  # noqa: BLE001 - a rule that cannot decide stays silent
            return Question((), partial(self._fault, line, error))
        if known is None or doubts is None:
            return None
        heard = {text: known.heard[text] for text in doubts.texts if text in known.heard}
        new = tuple(text for text in doubts.texts if text not in heard)
        rules, voice = self._rules, request.voice or engine

        def find(told: Sequence[str]) -> Hit | None:
            said = dict(zip(new, told, strict=True))
            known.keep(said)
            said |= heard
            in_order = [said[text] for text in doubts.texts]
            return phonemes.find(doubts, in_order, known.sounds, rules.words, voice)

        return Question(new, partial(self._refusal, line, find, rules))

    def _refusal(
        self,
        line: Line,
        find: Callable[[Sequence[str]], Hit | None],
        rules: Rules,
        told: Sequence[str],
    ) -> str | None:
        try:
            hit = find(told)
        except Exception as error:  # noqa: BLE001 - a rule that cannot decide stays silent
            return self._fault(line, error, told)
        if hit is None:
            return None
        where = f"characters {hit.start + 1} to {hit.end}"
        reason = f"blocked word ({hit.entry}, {hit.how}, reading: {hit.reading}, {where})"
        self._drop(line, Verdict(Action.DROP, reason, rule=RULE, hit=hit), rules)
        if hit.tier is Tier.NEVER:
            # The log of drops has it, masked; a terminal may be on stream.
            line.spoken = "***"
        return reason

    def _fault(self, line: Line, error: Exception, told: Sequence[str]) -> str:
        reason = f"error in rule {RULE}: {type(error).__name__}"
        self._drop(line, Verdict(Action.DROP, reason, rule=RULE), self._rules)
        return reason

    def _drop(self, line: Line, verdict: Verdict, rules: Rules) -> None:
        if self._dropped is not None:
            self._dropped(line.message, verdict, rules)

    def _voice(self, key: _Key) -> _Known | None:
        """How a voice says the listed words; None, and they are asked for, if that is not known."""
        known = self._known.pop(key, None)
        voices = self._supervisors[key[0]].voices
        if known is None or (known.voices is not voices and known.voices != voices):
            self._want(key)
            return None
        known.voices = voices
        self._known[key] = known
        return known if known.sounds else None

    def _want(self, key: _Key) -> None:
        self._wanted[key] = None
        self.settled.clear()
        self._something.set()

    async def run(self) -> None:
        """Learn what is wanted, until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._wanted:
                key = next(iter(self._wanted))
                rules = self._rules
                known = await self._told(key)
                if rules is self._rules:
                    del self._wanted[key]
                    if known is not None:
                        self._known[key] = known
                    while len(self._known) > VOICES:
                        del self._known[next(iter(self._known))]
            self.settled.set()

    async def _told(self, key: _Key) -> _Known | None:
        """None from an engine that is not there."""
        supervisor = self._supervisors[key[0]]
        sounds: dict[str, int] = {}
        try:
            # Not on the event loop: thousands of words take some tens of milliseconds.
            listed = await self._listing()
            told = await recite(supervisor, listed.texts, key[1])
            language = _language(key[1], supervisor.voices)
            sounds = await asyncio.to_thread(phonemes.sounds, listed, told, language)
        except SpeechError:
            return None  # the supervisor has told who must act
        except Exception:
            log.exception("how %s says the listed words cannot be used; lines go on without", key)
        return _Known(sounds, supervisor.voices)

    async def _listing(self) -> phonemes.Listed:
        rules = self._rules
        if self._listed is None or self._listed[0] is not rules:
            self._listed = rules, await asyncio.to_thread(phonemes.listed, rules.words)
        return self._listed[1]


def _key(engine: str, voice: str) -> _Key:
    return engine, accent(voice) if engine == ESPEAK.name else voice


def _language(voice: str, voices: Iterable[Voice]) -> str:
    """The language of a voice id or the beginning of one (ISO 639-1); empty if it has none."""
    for one in voices:
        if voice and f"{one.id}-".startswith(f"{voice}-"):
            return one.language.partition("-")[0]
    return ""
