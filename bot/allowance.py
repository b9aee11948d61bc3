"""How much may be said: by one author, by all who paste the same, by a crowd.

Keeps the state of the limits in `filters/` and puts them in order. Does not know what waits, what a
text may hold, nor what time it is. Whatever was paid for is free, and so is the broadcaster.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.backlog import author_key
from filters import copies
from filters.copies import Copies
from filters.crowd import Crowd
from filters.limits import Buckets, Limit, limit_for
from filters.message import ChatMessage, Kind, Rank, Removal, RemovalKind
from filters.speakable import without_emotes
from filters.trigger import is_paid

log = logging.getLogger(__name__)


class Allowance:
    """What each author, and all together, have left to say.

    What is refused here costs its author nothing. A line that is judged costs one of the author's
    lines, whatever the verdict, so that nobody can try out the word filter for free; only one that
    is let through costs its seconds of speech.
    """

    def __init__(
        self,
        lines: Mapping[Rank, Limit],
        speech: Mapping[Rank, Limit],
        *,
        copies: bool = False,
        crowd_s: float = 0.0,
        raid_viewers: int = 0,
    ) -> None:
        """Sets the limits.

        Args:
            lines: how often one author is judged.
            speech: how many seconds one author may speak.
            copies: whether what is pasted again is refused.
            crowd_s: seconds for which a raid or a flood leaves only regulars; 0: never.
            raid_viewers: the viewers that a raid brings at least if it is a crowd.
        """
        self._line_limits = lines
        self._speech_limits = speech
        self._lines = Buckets()
        self._speech = Buckets()
        self._copies = Copies() if copies else None
        self._crowd = Crowd(crowd_s)
        self._raid_viewers = raid_viewers
        self._crowded = False

    def raided(self, message: ChatMessage, now: float) -> None:
        """Take notice of a raid, if that is what a message tells of. Another channel's is not.

        A raid of a few viewers is company, not a crowd; one of unknown size is taken for large.
        """
        if message.kind is not Kind.RAID or message.shared_from:
            return
        if message.viewers is None or message.viewers >= self._raid_viewers:
            self._crowd.raid(now)
            self.crowded(now)

    def removed(self, removal: Removal) -> None:
        """An author who was sent out is no regular any more."""
        if removal.kind is RemovalKind.CLEAR_AUTHOR:
            self._crowd.forget((removal.platform, removal.target))

    def crowded(self, now: float) -> bool:
        """Whether there is a crowd; its coming and going is logged. To be asked every second."""
        crowded = self._crowd.here(now)
        if crowded and not self._crowded:
            log.info(
                "a %s: for %g s only subscribers and viewers who spoke before; short, no names",
                self._crowd.why,
                self._crowd.seconds,
            )
        elif self._crowded and not crowded:
            log.info("the %s is over: everybody is spoken again", self._crowd.why)
        self._crowded = crowded
        return crowded

    def too_much(self, message: ChatMessage, now: float) -> str | None:
        """Why an author may say nothing at all now; None: there is something left. The cheap look.

        Args:
            message: asks to be spoken; counted as one more that does.
            now: seconds of a monotonic clock.
        """
        if is_paid(message):
            return None
        author, rank = author_key(message), message.author.rank
        self._crowd.arrive(author, now)
        if self.crowded(now) and rank < Rank.SUBSCRIBER and not self._crowd.knows(author):
            return f"{self._crowd.why}: only subscribers and viewers who spoke before"
        limit = limit_for(message, self._line_limits)
        if limit is not None and not self._lines.allows(author, limit, now):
            return "too many lines of this viewer"
        return None

    def enter(self, message: ChatMessage, now: float) -> str | None:
        """Why a message is not to be judged; None: it is, and counts as one line of its author."""
        author = author_key(message)
        if self._copies is not None and not _free(message):
            copied = self._copies.refuse(author, _compared(message), now)
            if copied is not None:
                return copied
        limit = limit_for(message, self._line_limits)
        if limit is not None:
            self._lines.take(author, limit, now)
        return None

    def speak(self, message: ChatMessage, seconds: float, now: float) -> str | None:
        """Why a message may not take so many seconds; None: it may, and they are spent."""
        author, limit = author_key(message), limit_for(message, self._speech_limits)
        if limit is not None and not self._speech.take(author, limit, now, seconds):
            return "this viewer has spoken long enough for now"
        self._crowd.spoke(author, now)
        return None

    def refused(self, message: ChatMessage) -> None:
        """A message that entered is not spoken: the next copy of it is none."""
        if self._copies is not None and not _free(message):
            self._copies.forget(author_key(message), _compared(message))


def _free(message: ChatMessage) -> bool:
    return is_paid(message) or message.author.rank is Rank.BROADCASTER


def _compared(message: ChatMessage) -> copies.Text:
    return copies.read(without_emotes(message.text, message.fragments))
