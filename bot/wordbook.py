"""The words that moderators block and allow while the bot runs.

What is blocked holds from the next message on: until the rules are built anew, which takes a second
beside the event loop, small rules of the new words alone are asked as well. Does not know who asks,
where the lists lie (`bot.lists`) nor how a text is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.memory import Memory
from bot.one_word import hit_of, is_entry
from filters.chain import Rules
from filters.fold import clean, fold
from filters.message import Tier, What
from filters.tokens import tokens
from filters.wordlist import Entry, WordList, compile_words

MOST = 1_000
"""Words that are kept; more belong in a list file."""
NAME = "added by a moderator"
"""What such an entry is called in reasons."""


class WordRefused(ValueError):  # noqa: N818 - named for what it means
    """The word cannot be blocked or allowed. The text says why, and never holds the word."""


@dataclass(frozen=True, slots=True)
class Added:
    """What moderators have said of words."""

    blocked: frozenset[str] = frozenset()
    """Folded words and phrases."""
    allowed: frozenset[str] = frozenset()
    """The same; only an entry of tier never blocks them."""


class Wordbook:
    """The added words, in force and in a memory."""

    def __init__(
        self,
        memory: Memory,
        *,
        renew: Callable[[], None] = lambda: None,
        stopgap: Callable[[Rules | None], None] = lambda rules: None,
    ) -> None:
        """Reads what is kept.

        Args:
            memory: where words are kept.
            renew: has the rules built anew; `built` is to be called meanwhile, and `taken` when
                they are in force.
            stopgap: is given the rules that hold until then beside the others, and None after it.
        """
        self._memory = memory
        self._renew = renew
        self._stopgap = stopgap
        words = memory.words()
        self.added = Added(
            frozenset(word for word, blocked in words.items() if blocked),
            frozenset(word for word, blocked in words.items() if not blocked),
        )
        """What holds now. Read by the thread that builds the rules: always replaced as a whole."""
        self._built = self.added
        self._new: tuple[str, ...] = ()

    def built(self, build: Callable[[Added], Rules]) -> Rules:
        """Build rules with the words as they are now. May run in another thread."""
        added = self.added
        rules = build(added)
        self._built = added
        return rules

    def taken(self) -> None:
        """The rules that were built last are in force."""
        if self._built is self.added and self._new:
            self._new = ()
            self._stopgap(None)

    def block(self, word: str, rules: Rules) -> None:
        """Never speak a word or phrase any more, from now on. Raises WordRefused."""
        folded = self._entry(word)
        if len("".join(tokens(folded))) < 2:
            raise WordRefused("one letter alone is too little to be blocked")
        if folded in self.added.blocked:
            raise WordRefused("that is blocked already")
        self._keep(folded, blocked=True)
        self._new = (*self._new, folded)
        self._stopgap(Rules(words=self._words(self._new, rules)))
        self._renew()

    def allow(self, word: str, rules: Rules) -> None:
        """Speak a word or phrase as soon as the rules are built anew. Raises WordRefused."""
        folded = self._entry(word)
        if folded in self.added.allowed:
            raise WordRefused("that is allowed already")
        hit = hit_of(clean(word), rules)
        if hit is not None and hit.tier is Tier.NEVER and hit.entry != NAME:
            raise WordRefused("that is never allowed here")
        if hit is not None and hit.what is not What.WORD:
            raise WordRefused("no word of a list refuses that; see the settings of the filter")
        self._keep(folded, blocked=False)
        if folded in self._new:
            self._new = tuple(new for new in self._new if new != folded)
            self._stopgap(Rules(words=self._words(self._new, rules)) if self._new else None)
        self._renew()

    def _entry(self, word: str) -> str:
        word = clean(word)
        if not is_entry(fold(word)):
            raise WordRefused("give one word, or a phrase in quotes; no * # [ and no comma in it")
        folded = fold(word)
        if len(self.added.blocked | self.added.allowed | {folded}) > MOST:
            raise WordRefused(f"{MOST} words are added already; put more into a list file")
        return folded

    def _keep(self, folded: str, *, blocked: bool) -> None:
        one = frozenset({folded})
        if blocked:
            self.added = Added(self.added.blocked | one, self.added.allowed - one)
        else:
            self.added = Added(self.added.blocked - one, self.added.allowed | one)
        self._memory.rule(folded, blocked)

    @staticmethod
    def _words(words: tuple[str, ...], rules: Rules) -> WordList:
        entries = [Entry(word, Tier.STRICT, NAME) for word in words]
        return compile_words(entries, dictionary=rules.words.dictionary)
