"""Whether the chats that are set can be read, for `check`: whoever can be asked is asked.

Does not start the bot. What is wrong is raised as BadInput; what nobody could be asked about is
said to be so, and not that it is right.
"""

from __future__ import annotations

import asyncio

import aiohttp

from bot.chat import youtube_pytchat
from bot.chat.connector import ConnectorError, Fatal, one_line
from bot.chat.twitch_tokens import TokenFile
from bot.chat.youtube_api import Api, QuotaGone
from bot.chat.youtube_live import refusal
from bot.chat.youtube_lookup import Lookup
from bot.chat.youtube_names import source
from bot.exits import BadInput
from bot.findings import Finding, Word
from bot.settings import Settings

_CONNECT_S = 5.0
_SEEN_LATER = "whether there is such a channel shows once it connects"


def twitch(settings: Settings) -> list[Finding]:
    """Who is signed in and what may be read. Raises BadInput."""
    if TokenFile(settings.state_dir).path.exists():
        from bot.accounts import NobodySignedIn, state

        try:
            return asyncio.run(state(settings))
        except NobodySignedIn:
            pass
    if not settings.twitch.channels:
        return [Finding(Word.OK, "not asked for (--twitch NAME)")]
    channels = ", ".join(f"#{channel}" for channel in settings.twitch.channels)
    return [Finding(Word.NOT_ASKED, f"reads {channels}, with no account; {_SEEN_LATER}")]


def youtube(settings: Settings) -> list[Finding]:
    """What is read, and whether the key and the channels are right. Raises BadInput."""
    chosen = settings.youtube
    if not chosen.channels:
        return [Finding(Word.OK, "not asked for (--youtube @NAME)")]
    names = ", ".join(chosen.channels)
    if chosen.api_key.get_secret_value():
        return [asyncio.run(_official(settings, f"reads {names}, by the official API with a key"))]
    if not youtube_pytchat.installed():
        raise BadInput(youtube_pytchat.MISSING)
    return [Finding(Word.NOT_ASKED, f"reads {names}, without a key (unofficial); {_SEEN_LATER}")]


async def _official(settings: Settings, reads: str) -> Finding:
    """Ask for each channel and video, 1 unit of the key's quota each."""
    chosen, wrong = settings.youtube, []
    try:
        async with aiohttp.ClientSession() as http:
            key = chosen.api_key.get_secret_value()
            api = Api(http, chosen.api_url, key, connect=_CONNECT_S, silence=_CONNECT_S)
            for channel in chosen.channels:
                if refusal := await _refusal(api, channel):
                    wrong.append(f"{channel}: {refusal}")
    except QuotaGone as error:
        return Finding(Word.NOTE, f"{reads}; {error}, so nothing is read until YouTube renews it")
    except Fatal as error:
        raise BadInput(one_line(error)) from None
    except (ConnectorError, aiohttp.ClientError, OSError, TimeoutError) as error:
        why = one_line(error) if isinstance(error, ConnectorError) else "no answer"
        return Finding(Word.NOT_ASKED, f"{reads}; YouTube cannot be asked now: {why}")
    if wrong:
        raise BadInput("\n".join(wrong))
    units = len(chosen.channels)
    return Finding(Word.OK, f"{reads} (asked for {units} unit{'s' * (units > 1)} of its quota)")


async def _refusal(api: Api, channel: str) -> str | None:
    asked = source(channel)
    return refusal(asked, await Lookup(asked).first(api))
