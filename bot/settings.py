"""Every setting, its default and its meaning: the single source of settings.example.env.

Reads the process environment and one file; knows nothing of what the settings are used for, nor
how a value is written (settings_values.py) or shown (settings_text.py).
The command line wins over the environment, which wins over the file, which wins over a default.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import settings_file
from bot.settings_values import (
    Aliases,
    Channels,
    ClientId,
    Engine,
    Files,
    Hosts,
    Http,
    Language,
    Languages,
    LowerCase,
    Minimums,
    Mode,
    Names,
    Pause,
    PerMinute,
    Role,
    Secret,
    Socket,
    Template,
    Thanks,
    Voices,
    Words,
    YouTubeChannels,
)
from engine.f5.options import FEWEST_STEPS, MOST_STEPS

PREFIX = "ISHOWTTS_"
DEFAULT_FILE = Path("settings.env")


class SettingsError(Exception):
    """The settings cannot be used; each line of the text names one key and what to change."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Twitch(_Group):
    """Twitch chat"""

    channels: Channels = Field((), description="Channels to read; same as --twitch NAME")
    client_id: ClientId = Field(
        "", description="Client id of your own app, to sign in: python -m bot login twitch"
    )
    api_url: Http = Field(
        "https://api.twitch.tv/helix", description="Address of the platform's interface"
    )
    auth_url: Http = Field("https://id.twitch.tv", description="Address of its sign-in")
    eventsub_url: Socket = Field(
        "wss://eventsub.wss.twitch.tv/ws", description="Address of chat, once signed in"
    )
    irc_url: Socket = Field(
        "wss://irc-ws.chat.twitch.tv:443", description="Address of chat without an account"
    )

    @model_validator(mode="before")
    @classmethod
    def _one_channel(cls, values: Any) -> Any:
        """Take the key of the first version, `channel`, for `channels`."""
        if isinstance(values, dict) and "channel" in values:
            values = dict(values)
            one = values.pop("channel")
            values.setdefault("channels", one)
        return values


class YouTube(_Group):
    """YouTube chat"""

    channels: YouTubeChannels = Field(
        (),
        description="Channels or streams to read: @name, UC... or an address; same as --youtube",
    )
    api_key: Secret = Field(
        SecretStr(""), description="Key for YouTube's official API, used if there is one"
    )
    web_url: Http = Field(
        "https://www.youtube.com", description="Address of YouTube's pages, asked without a key"
    )
    api_url: Http = Field(
        "https://youtube.googleapis.com/youtube/v3",
        description="Address of YouTube's official API",
    )


class Trigger(_Group):
    """What is spoken"""

    commands: Words = Field(
        ("!tts", "!say", "!speak"), min_length=1, description="Words that begin a spoken line"
    )
    mode: Mode = Field(
        "command",
        description="Unpaid lines that are spoken: command (those that begin with such a word), "
        "line (all), mention (those that name you), paid (none), or reward (none, and of what is "
        "paid only rewards)",
    )
    every_nth: int = Field(1, ge=1, le=1000, description="Of unpaid lines speak every Nth; 1: all")
    mentions: Names = Field(
        (), description="For mode mention: names beside the channel's own, such as the bot's"
    )
    paid: bool = Field(
        True, description="Speak the text of bits, Super Chats, subs and rewards with no command"
    )
    rewards: Names = Field(
        (), description="Titles or ids of the rewards that are spoken; empty: every one with text"
    )
    minimum_role: Role = Field("everyone", description="Who may be spoken; paid lines always may")
    shared_chat: bool = Field(False, description="Speak lines that come from a shared chat")

    @model_validator(mode="before")
    @classmethod
    def _every_line(cls, values: Any) -> Any:
        """Take the key of the first version, `every_line`, for `mode`."""
        if isinstance(values, dict) and "every_line" in values:
            values = dict(values)
            if TypeAdapter(bool).validate_python(values.pop("every_line")):
                values.setdefault("mode", "line")
        return values


class Command(_Group):
    """What chat may tell the bot, beside what it is to say"""

    answers: bool = Field(True, description="Answer in chat, where the bot is signed in")
    aliases: Aliases = Field({}, description="Words for commands, such as !shh=skip,!ttsban=mute")
    voices: Names = Field(
        (), description="Voices that viewers may choose with !tts voice ID; empty: every one"
    )
    voice_in_line: bool = Field(
        False, description="A line may begin with a voice: !tts en-gb: hello"
    )


class Paid(_Group):
    """What viewers give; {name} {amount} {months} {text} are filled in, and - says nothing"""

    minimums: Minimums = Field(
        {},
        description="The least that counts, such as bits=100,points=500,EUR=2; with less a "
        "line is an ordinary one and needs its command",
    )
    bits: Template = Field("{text}", description="Said of bits that come with a text")
    super_chat: Template = Field("{text}", description="The same for Super Chats")
    reward: Template = Field("{text}", description="The same for channel-point rewards")
    sub: Template = Field("{text}", description="The same for subscribers")
    member: Template = Field("{text}", description="The same for YouTube's members")
    thanks_bits: Thanks = Field(
        "Thank you {name} for {amount} bits",
        description="Said where there is no text, or it is refused",
    )
    thanks_super_chat: Thanks = Field(
        "Thank you {name} for {amount}", description="The same for Super Chats"
    )
    thanks_reward: Thanks = Field("-", description="The same for a reward whose text is refused")
    thanks_sub: Thanks = Field(
        "Thank you {name} for subscribing", description="The same for subscribers"
    )
    thanks_member: Thanks = Field(
        "Thank you {name} for being a member", description="The same for YouTube's members"
    )
    gift: Thanks = Field("{name} gave a sub", description="Said of a sub that was given")
    member_gift: Thanks = Field(
        "{name} gave a membership", description="The same for YouTube's memberships"
    )
    subs: Thanks = Field(
        "{amount} viewers subscribed", description="Said of several subscribers in a row"
    )
    members: Thanks = Field(
        "{amount} viewers became members", description="The same for YouTube's members"
    )
    gifts: Thanks = Field("{name} gave {amount} subs", description="Said of several subs")
    member_gifts: Thanks = Field(
        "{name} gave {amount} memberships", description="The same for YouTube's memberships"
    )
    refund: bool = Field(
        True,
        description="Give points back for a line that is not spoken, if the reward was made with "
        "python -m bot rewards add",
    )


class Filter(_Group):
    """What is never spoken"""

    blocklist: Files = Field(
        (), description="Your own list file, or several: a word, phrase or /pattern/ a line"
    )
    shipped: bool = Field(True, description="Use the lists that come with the program as well")
    languages: Languages = Field(
        ("en", "es", "pt", "de", "fr"),
        min_length=1,
        description="Languages of those lists, and of the dictionary that tells words from tricks",
    )
    tier: Annotated[Literal["never", "strict", "mild"], LowerCase] = Field(
        "strict", description="The mildest words that are blocked: never, strict or mild"
    )
    allowlist: Path | None = Field(
        None,
        description="File of words never blocked, but for tier never; "
        "empty: allowed.txt in the state folder",
    )
    heard: bool = Field(
        True,
        description="Drop a line that the voice would say like a blocked word, "
        "where the engine can tell (espeak can)",
    )
    links: Annotated[Literal["say", "drop"], LowerCase] = Field(
        "say",
        description="A link is spoken as the word link and a phone number as a number (say), "
        "or the line is dropped (drop)",
    )
    link_hosts: Hosts = Field((), description="Hosts whose links are spoken, such as example.org")
    pronunciations: Path | None = Field(
        None, description="File of words and how they are spoken, one word = spoken a line"
    )
    log_drops: bool = Field(
        True, description="Keep dropped lines in the state folder for python -m bot drops"
    )
    first_time: Annotated[Literal["wary", "as_others"], LowerCase] = Field(
        "wary",
        description="A viewer's first lines in the channel: wary (judged more strictly) "
        "or as_others",
    )
    bots: Names = Field((), description="Names of more bots to ignore; the usual ones are known")
    blocked_authors: Names = Field((), description="Names or ids of viewers never spoken")


class Limit(_Group):
    """How much one viewer may say; 0: no limit. Paid lines and the broadcaster are free"""

    everyone_s: Pause = Field(20, description="Seconds between two lines of one viewer")
    subscriber_s: Pause = Field(10, description="The same for subscribers")
    vip_s: Pause = Field(3, description="The same for VIPs")
    moderator_s: Pause = Field(3, description="The same for moderators")
    burst: int = Field(
        3, ge=1, le=100, description="Lines one viewer or subscriber may say at once"
    )
    vip_burst: int = Field(
        5, ge=1, le=100, description="Lines one VIP or moderator may say at once"
    )
    speech_s_per_minute: PerMinute = Field(
        20, description="Seconds of speech a minute for one viewer"
    )
    subscriber_speech_s_per_minute: PerMinute = Field(30, description="The same for subscribers")
    vip_speech_s_per_minute: PerMinute = Field(45, description="The same for VIPs and moderators")
    copies: bool = Field(
        True,
        description="Speak what many paste once, and the same line of one viewer once a minute",
    )
    crowd_s: float = Field(
        90,
        ge=0,
        description="Seconds after a raid, or a flood of viewers, in which only subscribers and "
        "viewers who spoke before are spoken; 0: never",
    )
    raid_viewers: int = Field(
        10,
        ge=0,
        description="Viewers that a raid brings at least to count for that; if not told, it counts",
    )


class Speech(_Group):
    """The voice"""

    engine: Engine = Field(
        "auto",
        description="auto (F5 if its model is set and it is quick enough, else espeak), espeak, "
        "f5 (however slow it is), or package.module:Class of an own engine",
    )
    voice: str = Field("en-us", description="Voice id, as python -m bot voices lists them")
    language: Language = Field("en", description="The channel's language: en, es, pt, de or fr")
    voices: Voices = Field(
        {}, description="Voices for lines in other languages, such as es=es,de=de+f2"
    )
    say_name: bool = Field(False, description="Say who wrote a line: NAME says ...")
    voice_per_author: bool = Field(False, description="A voice of its own for every viewer")
    rate: float = Field(1.0, ge=0.5, le=2.0, description="Speed, 1.0 is the voice's own")
    max_s: float = Field(12, gt=0, le=60, description="Longest line, in seconds of speech")
    max_paid_s: float = Field(25, gt=0, le=60, description="Longest paid line, in seconds")


class F5(_Group):
    """A cloned voice on your graphics card"""

    model: Path | None = Field(
        None,
        description="Folder of an F5-TTS model with its vocab.txt, or the name of one that was "
        "fetched; empty: F5 is not used",
    )
    vocoder: Path | None = Field(
        None, description="Folder of its vocoder; empty: vocos beside the model's folder"
    )
    config: str = Field(
        "",
        description="Which model it is, such as F5TTS_v1_Base; empty: by the name of its folder",
    )
    device: Annotated[Literal["auto", "cpu", "cuda"], LowerCase] = Field(
        "auto", description="auto (the graphics card if torch can use it), cpu or cuda"
    )
    dtype: Annotated[Literal["auto", "fp32", "fp16", "bf16", "int8"], LowerCase] = Field(
        "auto",
        description="auto (fp16 on a card, else fp32), fp32, fp16, bf16 or int8 (CPU only)",
    )
    nfe: int = Field(
        7, ge=FEWEST_STEPS, le=MOST_STEPS, description="Steps: fewer are quicker, more are finer"
    )
    guidance: float = Field(
        2.0, ge=0, le=10, description="How closely text and voice are followed; 0 halves the work"
    )
    guided_share: float = Field(
        1.0,
        ge=0,
        le=1,
        description="Share of the steps, the first ones, in which they are: less is quicker and "
        "changes the sound",
    )
    speed: float = Field(1.0, ge=0.5, le=2.0, description="Speed of a voice that has none itself")
    allow_pt: bool = Field(False, description="Read a .pt file as well (as tensors only)")
    voice: str = Field(
        "default",
        description="Which cloned voice speaks; default: the one of that id, or the first",
    )
    voices: Voices = Field(
        {}, description="Cloned voices for lines in other languages, such as es=anna,de=ben"
    )


class BacklogBounds(_Group):
    """What waits"""

    lines: int = Field(
        50, ge=1, le=100_000, description="Lines that may wait; paid ones always may"
    )
    seconds: float = Field(45, gt=0, description="Seconds of speech that may wait")
    stale_s: float = Field(60, gt=0, description="An unpaid line waits no longer than this")
    resume_h: float = Field(
        12,
        ge=0,
        le=720,
        description="A paid line that an earlier run left is spoken if it is no older (hours)",
    )


class Load(_Group):
    """What is saved while much waits: the seconds of waiting speech where it begins; 0: never"""

    names_s: float = Field(15, ge=0, description="Names are left out")
    short_s: float = Field(22, ge=0, description="Unpaid lines are cut to half the length")
    quick_s: float = Field(30, ge=0, description="A neural voice takes fewer steps")
    sample_s: float = Field(38, ge=0, description="Not every unpaid line is taken")
    sample_every: int = Field(3, ge=2, le=100, description="Of so many unpaid lines, then, one is")


class Audio(_Group):
    """Where it is heard"""

    output: str = Field(
        "default",
        min_length=1,
        description="default, a device's name (python -m bot devices), wav:PATH, or null",
    )
    volume: float = Field(1.0, ge=0, le=1, description="0.0 to 1.0")
    gap_ms: int = Field(300, ge=0, le=10_000, description="Silence between two lines")
    latency: Annotated[Literal["low", "high"], LowerCase] = Field(
        "low", description="low, or high if the sound crackles"
    )


class Log(_Group):
    """What is written to the terminal"""

    level: Annotated[Literal["debug", "info", "warning", "error"], LowerCase] = Field(
        "info", description="debug, info, warning or error"
    )


class Settings(BaseSettings):
    """All settings, checked."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )

    twitch: Twitch = Twitch()
    youtube: YouTube = YouTube()
    trigger: Trigger = Trigger()
    command: Command = Command()
    paid: Paid = Paid()
    filter: Filter = Filter()
    limit: Limit = Limit()
    speech: Speech = Speech()
    f5: F5 = F5()
    backlog: BacklogBounds = BacklogBounds()
    load: Load = Load()
    audio: Audio = Audio()
    log: Log = Log()
    hold_seconds: float = Field(
        2.0,
        ge=0,
        le=60,
        description="Seconds that an unpaid line of a platform is held, so that moderators can "
        "take it back before it is spoken; the console and a replay are not held",
    )
    state_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_state_dir("ishowtts", appauthor=False)),
        description="Folder for what is kept between runs",
    )


def groups() -> Iterator[tuple[str, type[BaseModel]]]:
    """The setting groups in the order of the example file."""
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation


def single() -> Iterator[str]:
    """The settings that are in no group."""
    grouped = dict(groups())
    return (name for name in Settings.model_fields if name not in grouped)


def known_keys() -> set[str]:
    """Every key that may stand in the environment or the file."""
    keys = {f"{PREFIX}{group}__{key}".upper() for group, m in groups() for key in m.model_fields}
    return keys | {f"{PREFIX}{key}".upper() for key in single()}


_EARLIER = frozenset({f"{PREFIX}TWITCH__CHANNEL", f"{PREFIX}TRIGGER__EVERY_LINE"})
"""Keys of an earlier version, which still work but are shown nowhere."""


def load(file: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings from the environment, `file` (default: settings.env if it is there), and the
    command line's `overrides`.

    Raises:
        SettingsError: an unknown key, a wrong value, an unreadable file.
    """
    path = file or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    try:
        in_file = settings_file.read(path) if path else {}
    except ValueError as error:
        raise SettingsError(str(error)) from None
    problems = [
        *_unknown((k for k in os.environ if k.upper().startswith(PREFIX)), "the environment"),
        *_unknown(in_file, str(path)),
    ]
    if problems:
        raise SettingsError("\n".join(problems))
    try:
        return Settings(_env_file=path, _env_file_encoding="utf-8-sig", **(overrides or {}))
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(error))) from None


def _unknown(keys: Iterable[str], where: str) -> Iterator[str]:
    current = (key for key in keys if key.upper() not in _EARLIER)
    return settings_file.unknown(current, known_keys(), where)


def _explain(error: ValidationError) -> Iterator[str]:
    """One line for each wrong key; the value itself is never shown, it may be a secret."""
    told = set()
    for problem in error.errors(include_url=False, include_input=False):
        key = PREFIX + "__".join(str(part) for part in problem["loc"][:2]).upper()
        # Of a list, each wrong part is an error, and that nothing is left of it another.
        if key not in told:
            told.add(key)
            yield f"{key}: {problem['msg'].removeprefix('Value error, ')}"
