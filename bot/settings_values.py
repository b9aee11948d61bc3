"""What the value of a setting may be: the kinds of values, and how each is written.

Does not know which settings there are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from bot.commands import Verb
from bot.template import checked
from filters.hosts_allowed import allowed_host

ENGINES = ("auto", "espeak", "f5")
"""The engines that have a name; all others are classes."""
_LEAST_PER_MINUTE = 0.01
_DAY_S = 86_400
_CODE = re.compile("[a-z]{2}")
_UNIT = re.compile(r"bits|points|[A-Z]{3}")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_VERBS = frozenset(Verb)


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part for part in (p.strip() for p in value.split(",")) if part)


def _pairs(value: object) -> object:
    parts = _split(value)
    if not isinstance(parts, tuple):
        return value
    pairs = [
        (name.strip().lower(), text.strip()) for name, _, text in (p.partition("=") for p in parts)
    ]
    if not all(name and text for name, text in pairs):
        raise ValueError("write language=voice, such as es=es,de=de+f2")
    return dict(pairs)


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("a language is two letters, as in es=es,de=de+f2")
    return value


def _minimums(value: object) -> object:
    parts = _split(value)
    if not isinstance(parts, tuple):
        return value
    found = {}
    for part in parts:
        unit, _, amount = (text.strip() for text in part.partition("="))
        unit = unit.lower() if unit.lower() in ("bits", "points") else unit.upper()
        if not (_UNIT.fullmatch(unit) and _AMOUNT.fullmatch(amount)):
            raise ValueError("write unit=amount, such as bits=100,points=500,EUR=2")
        found[unit] = float(amount)
    return found


def _template(value: str) -> str:
    return checked(value, ("name", "amount", "months", "text"))


def _thanks(value: str) -> str:
    return checked(value, ("name", "amount", "months"))


def _verbs(value: object) -> object:
    parts = _split(value)
    if not isinstance(parts, tuple):
        return value
    pairs = [
        (word.strip(), verb.strip().lower()) for word, _, verb in (p.partition("=") for p in parts)
    ]
    if not all(word.split() == [word] and verb in _VERBS for word, verb in pairs):
        raise ValueError("write word=command, such as !shh=skip; !tts help lists the commands")
    if not all(word.startswith("!") for word, _ in pairs):
        raise ValueError("such a word begins with a !")
    if len({word.casefold() for word, _ in pairs}) < len(pairs):
        raise ValueError("such a word stands for one command, and is given once")
    return dict(pairs)


def _one_word_each(values: tuple[str, ...]) -> tuple[str, ...]:
    if any(value.split() != [value] for value in values):
        raise ValueError("each is one word, with no space in it")
    return values


def _channels(values: tuple[str, ...]) -> tuple[str, ...]:
    from bot.chat.twitch_anonymous import channel_name

    return tuple(dict.fromkeys(map(channel_name, values)))


def _address(value: str, *schemes: str) -> str:
    try:
        url = urlsplit(value)
        whole = url.scheme in schemes and bool(url.hostname) and url.port != 0
    except ValueError:  # brackets that hold no IP address, or a port that is no port
        whole = False
    if not whole or value.split() != [value]:
        first, second = (f"{scheme}://" for scheme in schemes)
        raise ValueError(f"give a whole address: {first}HOST or {second}HOST, and what follows")
    return value.rstrip("/")


def _http(value: str) -> str:
    return _address(value, "https", "http")


def _socket(value: str) -> str:
    return _address(value, "wss", "ws")


def _client_id(value: str) -> str:
    if value and not (value.isascii() and value.isalnum()):
        raise ValueError("a client id has letters and digits only; copy it again, whole")
    return value


def _youtube_channels(values: tuple[str, ...]) -> tuple[str, ...]:
    from bot.chat.youtube_names import source

    return tuple(dict.fromkeys(source(value).id for value in values))


def _no_space(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().strip()
    if value.split() != [value] and value:
        raise ValueError("a key has no space in it")
    return SecretStr(value)


def _hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for number, value in enumerate(values, 1):
        try:
            found.append(allowed_host(value))
        except ValueError as error:
            raise ValueError(f"part {number} of the list: {error}") from None
    return tuple(dict.fromkeys(found))


def _some_or_none(value: float) -> float:
    if 0 < value < _LEAST_PER_MINUTE:
        raise ValueError(f"0 (no limit), or {_LEAST_PER_MINUTE:g} and more")
    return value


def _engine(value: str) -> str:
    if value.strip().lower() in ENGINES:
        return value.strip().lower()
    module, colon, name = value.strip().partition(":")
    if not (module and colon and name):
        raise ValueError(f"{', '.join(ENGINES)}, or package.module:Class")
    return value.strip()


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


LowerCase = BeforeValidator(_lower)
"""For a choice among some words, written in any case."""
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Words = Annotated[Names, AfterValidator(_one_word_each)]
Files = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]
Engine = Annotated[str, AfterValidator(_engine)]
Language = Annotated[Literal["en", "es", "pt", "de", "fr"], LowerCase]
Role = Annotated[Literal["everyone", "subscriber", "vip", "moderator", "broadcaster"], LowerCase]
Languages = Annotated[tuple[Language, ...], NoDecode, BeforeValidator(_split)]
Channels = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_channels)]
YouTubeChannels = Annotated[Names, AfterValidator(_youtube_channels)]
Secret = Annotated[SecretStr, AfterValidator(_no_space)]
Mode = Annotated[Literal["command", "line", "mention", "paid", "reward"], LowerCase]
Aliases = Annotated[dict[str, str], NoDecode, BeforeValidator(_verbs)]
Hosts = Annotated[Names, AfterValidator(_hosts)]
ClientId = Annotated[str, AfterValidator(_client_id)]
Http = Annotated[str, AfterValidator(_http)]
Socket = Annotated[str, AfterValidator(_socket)]
_Code = Annotated[str, AfterValidator(_code)]
Voices = Annotated[dict[_Code, str], NoDecode, BeforeValidator(_pairs)]
Minimums = Annotated[dict[str, float], NoDecode, BeforeValidator(_minimums)]
Template = Annotated[str, AfterValidator(_template)]
Thanks = Annotated[str, AfterValidator(_thanks)]
Pause = Annotated[float, Field(ge=0, le=_DAY_S)]
PerMinute = Annotated[float, Field(ge=0), AfterValidator(_some_or_none)]
