"""The voices that viewers have chosen for themselves, and which there are to choose from.

Does not make speech, nor know who may choose: an author is a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.backlog import AuthorKey
from bot.memory import Memory
from engine.author_voices import variant
from engine.speech import Voice
from filters.fold import clean

MOST = 10_000
"""Choices that are kept; who was silent longest is forgotten first."""


class Choices:
    """Who wants which voice."""

    def __init__(
        self,
        memory: Memory,
        *,
        voices: Callable[[], Iterable[Voice]],
        offered: Iterable[str] = (),
        variants: bool = False,
        usual: str = "",
    ) -> None:
        """Reads what is kept.

        Args:
            memory: where choices are kept.
            voices: those of the engine; none while it is not ready.
            offered: the ids that may be chosen; none given: all that the engine has.
            variants: whether a voice takes a variant of espeak, as in `en-us+f3`.
            usual: everybody's voice; those of its language are named first.
        """
        self._memory = memory
        self._voices = voices
        self._offered = tuple(dict.fromkeys(offered))
        self._variants = variants
        self._usual = self._base(usual)
        self._chosen = memory.voices()

    def ids(self) -> list[str]:
        """What may be chosen, the channel's own language first."""
        known = {voice.id.lower(): voice for voice in self._voices()}
        if self._offered:
            return [voice for voice in self._offered if self._base(voice) in known]
        own = _language(known[self._usual]) if self._usual in known else ""
        return [v.id for v in sorted(known.values(), key=lambda voice: _language(voice) != own)]

    def find(self, voice: str) -> str | None:
        """The id of a voice as somebody typed it; None: there is none to be chosen."""
        typed = clean(voice).lower()
        for known in self.ids():
            if known.lower() == typed:
                return known
        own = "" if self._offered or not self._variants else variant(typed)
        base = self.find(self._base(typed)) if own else None
        return f"{base}+{own}" if base else None

    def choose(self, author: AuthorKey, voice: str) -> None:
        """Speak an author's lines so from now on; empty: as everybody's."""
        self._chosen.pop(author, None)
        if voice:
            self._chosen[author] = voice
            if len(self._chosen) > MOST:
                self.choose(next(iter(self._chosen)), "")
        self._memory.choose(author, voice)

    def of(self, author: AuthorKey) -> str:
        """An author's voice; empty: none was chosen, or it is there no more."""
        chosen = self._chosen.get(author, "")
        return chosen if chosen and self.find(chosen) else ""

    def spoken(self, author: AuthorKey) -> str:
        """The same, of an author whose line is spoken now: a choice in use is forgotten last."""
        chosen = self.of(author)
        if chosen:
            self._chosen[author] = self._chosen.pop(author)
            self._memory.used_voice(author)
        return chosen

    def _base(self, voice: str) -> str:
        return voice.lower().partition("+")[0] if self._variants else voice.lower()


def _language(voice: Voice) -> str:
    return voice.language.partition("-")[0].lower()
