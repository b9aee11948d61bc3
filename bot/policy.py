"""From the settings to the rules that intake and speaker follow.

Does not apply any rule: it only builds them, and has the list files read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot import commands, lists
from bot.backlog import AuthorKey, author_key
from bot.engines import uses_f5
from bot.exits import BadInput
from bot.intake import Policy
from bot.line import Line
from bot.load import Load, Step
from bot.payments import Occasion, Payments, Templates
from bot.settings import PREFIX, Settings
from bot.settings import Limit as LimitSettings
from bot.telemetry import shown
from bot.wordbook import NAME, Added
from engine.author_voices import author_choice, author_voice
from engine.speech import BadRequest, SpeechRequest, Voice
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
    """The rules of intake. Raises BadInput if a list file or an alias cannot be used."""
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
        payments=build_payments(settings),
        every_nth=trigger.every_nth,
        voice_in_line=settings.command.voice_in_line,
    )


def build_trigger(settings: Settings) -> Trigger:
    """What asks to be spoken, and which words are commands.

    Raises BadInput if a word begins a line to be spoken, and is to be a command as well.
    """
    trigger, mode = settings.trigger, settings.trigger.mode
    begins = {word.casefold() for word in trigger.commands}
    if both := next((w for w in settings.command.aliases if w.casefold() in begins), None):
        raise BadInput(
            f"{PREFIX}COMMAND__ALIASES: {shown(both)} begins a line to be spoken already "
            f"({PREFIX}TRIGGER__COMMANDS); take another word"
        )
    return Trigger(
        trigger.commands,
        commands=mode in ("command", "line"),
        every_line=mode == "line",
        mentions=trigger.mentions if mode == "mention" else None,
        paid=_speaks_paid(settings),
        rewards=trigger.rewards,
        joined=commands.joined(trigger.commands, settings.command.aliases),
    )


def _speaks_paid(settings: Settings) -> bool:
    """Whether what viewers give is spoken, beside rewards."""
    return settings.trigger.paid and settings.trigger.mode != "reward"


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
        announce=_speaks_paid(settings),
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
    *,
    load: Load | None = None,
    known: Callable[[], Sequence[Voice]] = lambda: (),
    chosen: Callable[[AuthorKey], str] = lambda author: "",
) -> Callable[[Line], SpeechRequest]:
    """What makes a line's request to the engine: the voice, the longest audio, and how quick.

    The voice is the first there is of: the one that the line itself asks for, the one that its
    author has `chosen`, one made from the author's id if that is set, the language's, the usual.
    Where F5 speaks, these are of the voices that it has by now, which `known` gives; the embedded
    voice, which stands in for it, has the last three of its own.
    """
    speech, f5 = settings.speech, settings.f5

    def request(line: Line) -> SpeechRequest:
        author = author_key(line.message)
        asked, key = line.voice or chosen(author), ":".join(author)
        voice, pitch, stand_in = speech.voices.get(line.language, speech.voice), 0.0, ""
        if speech.voice_per_author and (uses_f5(settings) or not asked):
            voice, pitch = author_voice(voice, key)
        if uses_f5(settings):
            stand_in, voice = voice, f5.voices.get(line.language, f5.voice)
            if speech.voice_per_author:
                voice = author_choice(_speaking(known(), line.language), key) or voice
        seconds = speech.max_paid_s if is_paid(line.message) else speech.max_s
        return SpeechRequest(
            line.spoken,
            asked or voice,
            speech.rate,
            pitch,
            seconds,
            stand_in,
            quick=load is not None and load.quick,
        )

    return request


def _speaking(known: Sequence[Voice], language: str) -> list[str]:
    """The voices of a language; where there is none, all."""
    own = [voice.id for voice in known if language and voice.language[:2].lower() == language]
    return own or [voice.id for voice in known]
