"""From the settings to the rules that intake and speaker follow.

Does not apply any rule: it only builds them, and has the list files read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot import lists
from bot.backlog import author_key
from bot.engines import uses_f5
from bot.exits import BadInput
from bot.intake import Policy
from bot.line import Line
from bot.load import Load, Step
from bot.payments import Occasion, Payments, Templates
from bot.settings import PREFIX, Settings
from bot.settings import Limit as LimitSettings
from bot.telemetry import shown
from engine.author_voices import author_choice, author_voice
from engine.speech import BadRequest, SpeechRequest, Voice
from filters.assemble import assemble, shipped_lists
from filters.chain import Rules
from filters.gate import BOTS, Gate
from filters.limits import Limit
from filters.listfile import parse, parse_allowed
from filters.message import Rank, Tier
from filters.patterns import PatternsMissing
from filters.pronunciation import parse_pronunciations
from filters.speakable import Saying
from filters.trigger import Trigger


def build_policy(settings: Settings) -> Policy:
    """The rules of intake. Raises BadInput if a list file cannot be used."""
    trigger = settings.trigger
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
        rules=build_rules(settings),
        speech=_speech(settings.limit),
        copies=settings.limit.copies,
        crowd_s=settings.limit.crowd_s,
        raid_viewers=settings.limit.raid_viewers,
        wary=settings.filter.first_time == "wary",
        say_name=settings.speech.say_name,
        payments=build_payments(settings),
    )


def build_payments(settings: Settings) -> Payments:
    """What counts as paid, and what is said of it."""
    chosen = settings.paid
    return Payments(
        chosen.minimums,
        Templates(
            said={
                Occasion.BITS: chosen.bits,
                Occasion.SUPER_CHAT: chosen.super_chat,
                Occasion.REWARD: chosen.reward,
                Occasion.SUB: chosen.sub,
                Occasion.MEMBER: chosen.member,
            },
            thanks={
                Occasion.BITS: chosen.thanks_bits,
                Occasion.SUPER_CHAT: chosen.thanks_super_chat,
                Occasion.REWARD: chosen.thanks_reward,
                Occasion.SUB: chosen.thanks_sub,
                Occasion.MEMBER: chosen.thanks_member,
                Occasion.GIFT: chosen.gift,
                Occasion.MEMBER_GIFT: chosen.member_gift,
            },
            many={
                Occasion.SUB: chosen.subs,
                Occasion.MEMBER: chosen.members,
                Occasion.GIFT: chosen.gifts,
                Occasion.MEMBER_GIFT: chosen.member_gifts,
            },
        ),
        announce=settings.trigger.paid,
        language=settings.speech.language,
    )


def build_load(settings: Settings) -> Load:
    """What is saved when much waits."""
    chosen = settings.load
    marks = {
        Step.NAMES: chosen.names_s,
        Step.SHORT: chosen.short_s,
        Step.QUICK: chosen.quick_s,
        Step.SAMPLE: chosen.sample_s,
    }
    return Load(marks, every=chosen.sample_every)


def build_rules(settings: Settings) -> Rules:
    """What may be said, with every list file as it is now. Raises BadInput: which, and why."""
    chosen, speech = settings.filter, settings.speech
    try:
        own = [parse(lists.read(p, "block list"), shown(p.name)) for p in chosen.blocklist]
        shipped = [shipped_lists(chosen.languages)] if chosen.shipped else []
        words, patterns = assemble(
            [*own, *shipped],
            tier=Tier(chosen.tier),
            languages=chosen.languages,
            allowed=parse_allowed(
                lists.read_allowed(settings), f"the allow-list {lists.allow_list(settings)}"
            ),
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
    """Every voice that a line may be given, of the embedded voice or of the user's own engine, and
    the setting that names it, as it is to be told."""
    yield f"{PREFIX}SPEECH__VOICE", settings.speech.voice
    for language, voice in settings.speech.voices.items():
        yield f"{PREFIX}SPEECH__VOICES: {language}={voice}", voice


def cloned_voices(settings: Settings) -> Iterator[tuple[str, str]]:
    """The same of F5."""
    yield f"{PREFIX}F5__VOICE", settings.f5.voice
    for language, voice in settings.f5.voices.items():
        yield f"{PREFIX}F5__VOICES: {language}={voice}", voice


def wrong_voice(setting: str, error: BadRequest) -> BadInput:
    """What is to be said of a voice that the engine does not know."""
    return BadInput(f"{setting}: {error}; see: python -m bot voices")


def requests(
    settings: Settings,
    load: Load | None = None,
    known: Callable[[], Sequence[Voice]] = lambda: (),
) -> Callable[[Line], SpeechRequest]:
    """What makes a line's request to the engine: the voice, the longest audio, and how quick.

    `known` gives the voices that F5 has by now.
    """
    speech, f5 = settings.speech, settings.f5

    def request(line: Line) -> SpeechRequest:
        voice, pitch, stand_in = speech.voices.get(line.language, speech.voice), 0.0, ""
        author = ":".join(author_key(line.message))
        if speech.voice_per_author:
            voice, pitch = author_voice(voice, author)
        if uses_f5(settings):
            stand_in, voice = voice, f5.voices.get(line.language, f5.voice)
            if speech.voice_per_author:
                voice = author_choice(_speaking(known(), line.language), author) or voice
        seconds = speech.max_paid_s if line.paid else speech.max_s
        quick = load is not None and load.quick
        return SpeechRequest(line.spoken, voice, speech.rate, pitch, seconds, stand_in, quick)

    return request


def _speaking(known: Sequence[Voice], language: str) -> list[str]:
    """The voices of a language; where there is none, all."""
    own = [voice.id for voice in known if language and voice.language[:2].lower() == language]
    return own or [voice.id for voice in known]
