"""What can be done to the running bot: the one door for chat, web and keyboard.

Each method does one thing at once and gives back what was done, in words that may be shown in chat:
they hold no viewer's name and no word of anybody's. Does not know who may do what (`bot.commands`
does for chat), but for what depends on the target: moderators are muted and unmuted by the
broadcaster alone, who is not muted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot import durations
from bot.backlog import AuthorKey, author_key
from bot.choices import Choices
from bot.line import End, Line
from bot.mutes import Mutes
from bot.one_word import hit_of
from bot.seen import Ambiguous, Known, Seen
from bot.speaker import Speaker
from bot.spoken import Spoken
from bot.whys import Whys
from bot.wordbook import NAME, Wordbook, WordRefused
from filters.chain import Rules
from filters.message import Author, ChatMessage, Rank, Role

SHOWN_VOICES = 15
"""Voices that are named in one answer."""
FOR_GOOD = float("inf")
_YOU_MUTED = "you are muted for now"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants something done."""

    name: str
    """For the log; hostile."""
    key: AuthorKey
    """Platform and id, such as `("web", "panel")`."""
    rank: Rank = Rank.BROADCASTER
    """Their standing."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done."""

    text: str
    """In words, for whoever asked; may be shown in chat."""
    changed: bool = True
    """Whether anything is different now."""

    def __bool__(self) -> bool:
        """The same."""
        return self.changed


def _not(text: str) -> Done:
    return Done(text, changed=False)


class Lines(Protocol):
    """Where lines wait; intake."""

    open: bool
    """Whether unpaid lines are taken in."""

    def take_out(
        self,
        covers: Callable[[Line], bool],
        end: End,
        reason: str,
        author: AuthorKey | None = None,
    ) -> int:
        """End what waits, judged or not, of one author or of all; gives how many."""

    def ahead(self, messages: Sequence[ChatMessage]) -> None:
        """Say messages in one line before all others, once it is judged; they cost nobody
        anything."""


class Judged(Protocol):
    """What lines are judged by; the verdicts."""

    rules: Rules
    """The rules."""
    also: Rules | None
    """Those that hold besides."""


class Sound(Protocol):
    """What is heard; the player."""

    def pause(self) -> None:
        """Fade out and hold the place."""

    def resume(self) -> None:
        """Go on from there."""

    def set_volume(self, volume: float) -> None:
        """Linear, 0.0 to 2.0."""


class Control:
    """Acts on the parts that take in, order, speak and play."""

    lines: Lines
    verdicts: Judged
    """Both set once, by whoever builds them."""

    def __init__(
        self,
        *,
        speaker: Speaker,
        sound: Sound,
        mutes: Mutes,
        seen: Seen,
        choices: Choices,
        words: Wordbook,
        wall: Callable[[], float],
        volume: float = 1.0,
    ) -> None:
        """`wall` gives Unix seconds; `volume` is the one that there is now, 0.0 to 1.0."""
        self._speaker = speaker
        self._sound = sound
        self._wall = wall
        self._volume = volume
        self.mutes = mutes
        self.seen = seen
        self.choices = choices
        self.words = words
        self.spoken = Spoken()
        self.whys = Whys()
        self.paused = False
        """Whether the sound is held."""

    # What sounds and waits.

    def skip(self) -> Done:
        """End the line that is being spoken."""
        if self._speaker.skip() is None:
            return _not("nothing is being spoken")
        return Done("skipped")

    def skip_all(self, name: str, by: Actor) -> Done:
        """End every line of one viewer, wherever it is by now."""
        found = self._find(name, by)
        if isinstance(found, Done):
            return found
        count = self._take_back(found.key, End.SKIPPED, "skipped, as all of its author")
        return Done(f"skipped {_lines(count)}") if count else _not("no line of theirs is there")

    def pause(self) -> Done:
        """Hold the sound where it is."""
        if self.paused:
            return _not("it is paused already")
        self.paused = True
        self._sound.pause()
        return Done("paused; resume goes on with the very word")

    def resume(self) -> Done:
        """Go on where the sound was held."""
        if not self.paused:
            return _not("it is not paused")
        self.paused = False
        self._sound.resume()
        return Done("it goes on")

    def clear(self) -> Done:
        """Take out what waits unpaid. What was paid for stays, and so does what sounds."""

        def unpaid(line: Line) -> bool:
            return not line.paid

        count = self.lines.take_out(unpaid, End.SKIPPED, "cleared")
        count += self._speaker.stop_lines(unpaid, End.SKIPPED, "cleared", sounding=False)
        return Done(f"cleared {_lines(count)}; paid ones stay") if count else _not("nothing waits")

    def off(self) -> Done:
        """End what sounds and what waits unpaid, and speak and judge no unpaid line until `on`.

        What was paid for is still taken in, and waits for `on`; not so the line that sounds, since
        it may be what speech is switched off for.
        """
        if not self.lines.open:
            return _not("it is off already")
        self.lines.open = False
        self._speaker.hold()
        self.clear()
        return Done("off until somebody says on; paid lines wait")

    def on(self) -> Done:
        """Speak again."""
        if self.lines.open:
            return _not("it is on already")
        self.lines.open = True
        self._speaker.release()
        return Done("on again")

    def stop(self) -> Done:
        """Silence at once, and nothing left to come: paid lines go as well."""
        count = self.lines.take_out(_any, End.SKIPPED, "stopped")
        count += self._speaker.stop_lines(_any, End.SKIPPED, "stopped")
        if not count:
            return _not("nothing is there")
        return Done(f"stopped: {_lines(count)}, paid ones too")

    def volume(self, text: str = "") -> Done:
        """Set the volume, 0 to 100; of an empty text, tell it."""
        if not text:
            return _not(f"the volume is {round(self._volume * 100)}")
        digits = text.removesuffix("%")
        if not (
            digits.isascii() and digits.isdecimal() and len(digits) <= 3 and int(digits) <= 100
        ):
            return _not("give a volume from 0 to 100")
        self._volume = int(digits) / 100
        self._sound.set_volume(self._volume)
        return Done(f"the volume is {int(digits)}")

    def replay(self) -> Done:
        """Say the last line again that was heard to its end, and not taken back since."""
        messages = self.spoken.last()
        if not messages:
            return _not("there is nothing to say again")
        if not self.lines.open:
            return _not("speech is switched off; on comes first")
        # What was redeemed has been heard by now: nothing is owed for it any more.
        self.lines.ahead([replace(message, reward=None) for message in messages])
        return Done("once more")

    def say(self, text: str, by: Actor) -> Done:
        """Say a text ahead of all others; it is judged as any moderator's line is."""
        if not self.lines.open:
            return _not("speech is switched off; on comes first")
        if self.muted(by.key):
            return _not(_YOU_MUTED)
        role = Role.BROADCASTER if by.rank is Rank.BROADCASTER else Role.MODERATOR
        author = Author(by.key[1], by.name, frozenset({role}))
        self.lines.ahead([ChatMessage(by.key[0], by.key[0], "", author, text)])
        return Done("comes next")

    # Viewers.

    def mute(self, name: str, duration: str, by: Actor) -> Done:
        """Speak no line of one viewer for a while, or until `unmute`; what is there is ended."""
        try:
            seconds: float = durations.parse(duration) if duration else FOR_GOOD
        except ValueError as error:
            return _not(str(error))
        found = self._find(name, by)
        if isinstance(found, Done):
            return found
        if found.rank >= max(Rank.MODERATOR, by.rank):
            return _not("moderators are muted by the broadcaster alone, who is not muted")
        self.mutes.add(found.key, self._wall() + seconds)
        self._take_back(found.key, End.PURGED, "muted by a moderator")
        self.spoken.forget(lambda message: author_key(message) == found.key)
        how_long = f"for {durations.shown(seconds)}" if duration else "until somebody says unmute"
        return Done(f"muted {how_long}")

    def unmute(self, name: str, by: Actor) -> Done:
        """Speak a viewer's lines again."""
        found = self._find(name, by)
        if isinstance(found, Done):
            return found
        if found.rank >= max(Rank.MODERATOR, by.rank):
            return _not("whom the broadcaster has muted, the broadcaster alone unmutes")
        if not self.mutes.remove(found.key):
            return _not("they are not muted")
        return Done("unmuted")

    def muted(self, author: AuthorKey) -> bool:
        """Whether a viewer's lines are not spoken now."""
        return bool(len(self.mutes)) and self.mutes.holds(author, self._wall())

    def cancel(self, by: Actor) -> Done:
        """Take out the unpaid lines of `by` that have not begun to sound."""

        def own(line: Line) -> bool:
            return not line.paid and _of(by.key)(line)

        reason = "cancelled by its author"
        count = self.lines.take_out(own, End.SKIPPED, reason, by.key)
        count += self._speaker.stop_lines(own, End.SKIPPED, reason, sounding=False)
        return Done("taken back") if count else _not("no line of yours is waiting")

    def why(self, by: Actor) -> Done:
        """Tell why the last line of `by` was not spoken."""
        return _not(self.whys.of(by.key))

    def voice(self, voice: str, by: Actor) -> Done:
        """Speak the lines of `by` in this voice from now on; of an empty id, tell which it is."""
        if not voice:
            own = self.choices.of(by.key)
            return _not(f"your voice is {own}" if own else "you have not chosen a voice")
        if voice.lower() in ("none", "default"):
            self.choices.choose(by.key, "")
            return Done("you have the usual voice again")
        found = self.choices.find(voice)
        if found is None:
            return _not("there is no such voice; voices names them")
        self.choices.choose(by.key, found)
        return Done(f"your voice is {found}")

    def voices(self) -> Done:
        """Name voices to choose from."""
        ids = self.choices.ids()
        if not ids:
            return _not("there is no voice to choose")
        more = f" and {len(ids) - SHOWN_VOICES} more" if len(ids) > SHOWN_VOICES else ""
        return _not(f"voices: {', '.join(ids[:SHOWN_VOICES])}{more}")

    # Words.

    def block(self, word: str) -> Done:
        """Never speak a word any more; what holds it is ended wherever it is by now."""
        try:
            self.words.block(word, self.verdicts.rules)
        except WordRefused as error:
            return _not(str(error))
        return Done("blocked, also in what waits")

    def allow(self, word: str) -> Done:
        """Let a word pass that a list refuses, but for tier never."""
        try:
            self.words.allow(word, self.verdicts.rules)
        except WordRefused as error:
            return _not(str(error))
        return Done("allowed, in a second or two")

    def line_ended(self, line: Line, end: End) -> None:
        """A line has ended: if it was heard, it may be said again."""
        if end is not End.SPOKEN:
            return
        self.spoken.add(line.messages)
        if line.left_out:
            # Its author was thanked, and may ask what became of the text.
            self.whys.add(line.message, End.DROPPED, line.left_out)

    def stopgap(self, rules: Rules | None) -> None:
        """Judge by these rules as well; None: no more. What waits is judged at its turn, and so is
        what was paid for and has not begun to sound: its thanks may be left."""
        self.verdicts.also = rules
        if rules is not None:
            blocked = f"blocked word ({NAME})"
            self._speaker.stop_lines(partial(_refused, rules), End.DROPPED, blocked, paid=False)

    # What several share.

    def _take_back(self, author: AuthorKey, end: End, reason: str) -> int:
        """End all lines of an author, wherever they are by now; gives how many."""
        waiting = self.lines.take_out(_of(author), end, reason, author)
        return waiting + self._speaker.stop_lines(_of(author), end, reason)

    def _find(self, name: str, by: Actor) -> Known | Done:
        """Who is meant; or what to say if that is nobody, or not one viewer alone."""
        try:
            found = self.seen.find(name, by.key[0])
        except Ambiguous:
            return _not("several viewers have that name; use the login name")
        return found or _not("nobody of that name has written lately; is it spelt right?")


def _any(line: Line) -> bool:
    return True


def _of(author: AuthorKey) -> Callable[[Line], bool]:
    """Whether a line is an author's; one that tells of several viewers is nobody's."""

    def covers(line: Line) -> bool:
        return all(author_key(message) == author for message in line.messages)

    return covers


def _refused(rules: Rules, line: Line) -> bool:
    # A name, or a template, may hold what the text does not.
    texts = line.message.text, line.spoken
    return any(hit_of(text, rules) is not None for text in texts)


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
