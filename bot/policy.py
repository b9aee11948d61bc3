"""From the settings to the rules that intake and speaker follow.

Does not apply any rule: it only builds them, and has the list files read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot import commands, lists
from bot.backlog import AuthorKey, author_key
from bot.exits import BadInput
from bot.intake import Policy
from bot.line import Line
from bot.settings import PREFIX, Settings
from bot.settings import Limit as LimitSettings
from bot.telemetry import shown
from bot.wordbook import NAME, Added
from engine.author_voices import author_voice
from engine.speech import BadRequest, SpeechRequest
from filters.assemble import assemble, shipped_lists
from filters.chain import Rules
from filters.fold import fold
from filters.gate import BOTS, Gate
from filters.limits import Limit
from filters.listfile import Listed, parse, parse_allowed
from filters.message import Rank, Tier
from filters.patterns import PatternsMissing
from filters.pronunciation import parse_pronunciations
from filters.speakable import Saying
from filters.trigger import Trigger, is_paid
from filters.wordlist import Entry

_NONE = Added()


def build_policy(settings: Settings, added: Added = _NONE) -> Policy:
    """The rules of intake. Raises BadInput if a list file cannot be used."""
    trigger = settings.trigger
    return Policy(
        trigger=build_trigger(settings),
        gate=Gate(
            bots=[*BOTS, *settings.filter.bots],
            blocked=settings.filter.blocked_authors,
            minimum=Rank[trigger.minimum_role.upper()],
            shared=trigger.shared_chat,
        ),
        lines=_lines(settings.limit),
        rules=build_rules(settings, added),
        speech=_speech(settings.limit),
        copies=settings.limit.copies,
        crowd_s=settings.limit.crowd_s,
        raid_viewers=settings.limit.raid_viewers,
        wary=settings.filter.first_time == "wary",
        say_name=settings.speech.say_name,
        every_nth=trigger.every_nth,
        voice_in_line=settings.command.voice_in_line,
    )


def build_trigger(settings: Settings) -> Trigger:
    """What asks to be spoken, and which words are commands."""
    trigger, mode = settings.trigger, settings.trigger.mode
    return Trigger(
        trigger.commands,
        commands=mode in ("command", "line"),
        every_line=mode == "line",
        mentions=trigger.mentions if mode == "mention" else None,
        paid=trigger.paid and mode != "reward",
        rewards=trigger.rewards,
        joined=commands.joined(trigger.commands, settings.command.aliases),
    )


def build_rules(settings: Settings, added: Added = _NONE) -> Rules:
    """What may be said, with every list file as it is now. Raises BadInput: which, and why.

    What moderators have `added` goes before the files.
    """
    chosen, speech = settings.filter, settings.speech
    try:
        own = [parse(lists.read(p, "block list"), shown(p.name)) for p in chosen.blocklist]
        shipped = [shipped_lists(chosen.languages)] if chosen.shipped else []
        allowed = parse_allowed(
            lists.read_allowed(settings), f"the allow-list {lists.allow_list(settings)}"
        )
        words, patterns = assemble(
            # Last: of equal entries the first gives the name, and the tier.
            [*own, *shipped, _blocked(added, Tier(chosen.tier))],
            tier=Tier(chosen.tier),
            languages=chosen.languages,
            allowed={*allowed, *added.allowed} - _all_of(allowed, added.blocked),
        )
    except (ValueError, PatternsMissing) as error:
        raise BadInput(str(error)) from None
    hosts = frozenset(chosen.link_hosts)
    return Rules(
        words=words,
        patterns=patterns,
        links=chosen.links,
        hosts=hosts,
        language=speech.language,
        saying=Saying(pronunciations=_pronunciations(settings), hosts=hosts),
        # Estimates are for a voice at its own speed.
        max_seconds=speech.max_s * speech.rate,
        max_seconds_paid=speech.max_paid_s * speech.rate,
    )


def _blocked(added: Added, mildest: Tier) -> Listed:
    # Never so mild that the settings leave it out.
    tier = Tier.NEVER if mildest is Tier.NEVER else Tier.STRICT
    return Listed(tuple(Entry(word, tier, NAME) for word in sorted(added.blocked)))


def _all_of(allowed: Iterable[str], blocked: frozenset[str]) -> set[str]:
    """The words of an allow-list that are blocked by now, as they are written there."""
    return {word for word in allowed if fold(word) in blocked}


def _pronunciations(settings: Settings) -> dict[str, dict[str, str]]:
    path = settings.filter.pronunciations
    if path is None:
        return {}
    try:
        return parse_pronunciations(lists.read(path, "list of pronunciations"))
    except ValueError as error:
        raise BadInput(f"{shown(path.name)} {error}") from None


def _lines(limit: LimitSettings) -> dict[Rank, Limit]:
    seconds = {
        Rank.EVERYONE: limit.everyone_s,
        Rank.SUBSCRIBER: limit.subscriber_s,
        Rank.VIP: limit.vip_s,
        Rank.MODERATOR: limit.moderator_s,
    }
    return {
        rank: Limit(s, limit.burst if rank < Rank.VIP else limit.vip_burst)
        for rank, s in seconds.items()
        if s
    }


def _speech(limit: LimitSettings) -> dict[Rank, Limit]:
    per_minute = {
        Rank.EVERYONE: limit.speech_s_per_minute,
        Rank.SUBSCRIBER: limit.subscriber_speech_s_per_minute,
        Rank.VIP: limit.vip_speech_s_per_minute,
        Rank.MODERATOR: limit.vip_speech_s_per_minute,
    }
    return {rank: Limit(60 / s, s) for rank, s in per_minute.items() if s}


def voices(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every voice that a line may be given, and the setting that names it, as it is to be told."""
    yield f"{PREFIX}SPEECH__VOICE", settings.speech.voice
    for language, voice in settings.speech.voices.items():
        yield f"{PREFIX}SPEECH__VOICES: {language}={voice}", voice


def wrong_voice(setting: str, error: BadRequest) -> BadInput:
    """What is to be said of a voice that the engine does not know."""
    return BadInput(f"{setting}: {error}; see: python -m bot voices")


def requests(
    settings: Settings, chosen: Callable[[AuthorKey], str] = lambda author: ""
) -> Callable[[Line], SpeechRequest]:
    """What makes a line's request to the engine: the voice and the longest audio.

    The voice is the first there is of: the one that the line itself asks for, the one that its
    author has `chosen`, one made from the author's id if that is set, the language's, the usual.
    """
    speech = settings.speech

    def request(line: Line) -> SpeechRequest:
        author, pitch = author_key(line.message), 0.0
        voice = line.voice or chosen(author)
        if not voice:
            voice = speech.voices.get(line.language, speech.voice)
            if speech.voice_per_author:
                voice, pitch = author_voice(voice, ":".join(author))
        seconds = speech.max_paid_s if is_paid(line.message) else speech.max_s
        return SpeechRequest(line.spoken, voice, speech.rate, pitch, seconds)

    return request
