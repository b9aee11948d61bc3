"""From the settings to the rules that intake and speaker follow.

Does not apply any rule: it only builds them, and reads the block list's file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.backlog import author_key
from bot.exits import BadInput
from bot.intake import Policy
from bot.line import Line
from bot.settings import Limit as LimitSettings
from bot.settings import Settings
from engine.speech import SpeechRequest
from engine.voices import author_voice
from filters.chain import Rules
from filters.gate import BOTS, Gate
from filters.limits import Limit
from filters.message import Rank
from filters.trigger import Trigger
from filters.wordlist import WordList, compile_words, entries


def build_policy(settings: Settings) -> Policy:
    """The rules of intake. Raises BadInput if the block list cannot be read."""
    trigger, speech = settings.trigger, settings.speech
    return Policy(
        trigger=Trigger(
            trigger.commands,
            every_line=trigger.every_line,
            paid=trigger.paid,
            rewards=trigger.rewards,
        ),
        gate=Gate(
            bots=[*BOTS, *settings.filter.bots],
            blocked=settings.filter.blocked_authors,
            minimum=Rank[trigger.minimum_role.upper()],
            shared=trigger.shared_chat,
        ),
        lines=_lines(settings.limit),
        rules=Rules(
            words=read_blocklist(settings.filter.blocklist),
            links=settings.filter.links,
            # Estimates are for a voice at its own speed.
            max_seconds=speech.max_s * speech.rate,
            max_seconds_paid=speech.max_paid_s * speech.rate,
        ),
        speech=_speech(settings.limit),
    )


def read_blocklist(path: Path | None) -> WordList:
    """The words of a file, one a line. Raises BadInput if it cannot be read."""
    if path is None:
        return compile_words(())
    try:
        return compile_words(entries(path.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError:
        raise BadInput(f"cannot read the block list {path}: save it as UTF-8 text") from None
    except OSError as error:
        raise BadInput(f"cannot read the block list {path}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"the block list {path}: {error}") from None


def _lines(limit: LimitSettings) -> dict[Rank, Limit]:
    seconds = {
        Rank.EVERYONE: limit.everyone_s,
        Rank.SUBSCRIBER: limit.subscriber_s,
        Rank.VIP: limit.vip_s,
        Rank.MODERATOR: limit.moderator_s,
    }
    return {rank: Limit(s, limit.burst) for rank, s in seconds.items() if s}


def _speech(limit: LimitSettings) -> dict[Rank, Limit]:
    per_minute = limit.speech_s_per_minute
    if not per_minute:
        return {}
    one = Limit(60 / per_minute, per_minute)
    return {Rank.EVERYONE: one, Rank.SUBSCRIBER: one}


def requests(settings: Settings) -> Callable[[Line], SpeechRequest]:
    """What makes a line's request to the engine: the voice and the longest audio."""
    speech = settings.speech

    def request(line: Line) -> SpeechRequest:
        voice, pitch = speech.voice, 0.0
        if speech.voice_per_author:
            voice, pitch = author_voice(voice, ":".join(author_key(line.message)))
        seconds = speech.max_paid_s if line.paid else speech.max_s
        return SpeechRequest(line.spoken, voice, speech.rate, pitch, seconds)

    return request
