"""Shouted words in lower case, so that a voice does not spell them.

Does not know which words exist: a short list of acronyms keeps its capitals.
"""

from __future__ import annotations

import re

_ACRONYMS = frozenset(
    "GG GGWP NASA USA UK EU UN NATO FBI CIA NBA NFL NHL FIFA UEFA BBC CNN MTV IBM AMD NVIDIA HTML "
    "PDF USB HDMI JPEG GPU CPU SSD RAM OBS FPS RPG MMO MMORPG MOBA NPC PVP PVE DLC RNG TTS AFK DJ "
    "TV PC PS4 PS5 DIY FAQ ATM GPS DVD CD ID OK VIP CEO UFO DNA RIP SOS ASAP ASMR IRL LGBT LED MVP "
    "HDR VPN VR AI API URL HTTP CSGO LOL XXL UTC PST CET GMT AWS BMW NES SNES ONU OTAN SNCF ÖBB "
    "ARD ZDF RTL WM EM".split()
)
_SHOUTED = re.compile(r"\b[^\W\d_]{4,}\b")
_WORD = re.compile(r"[^\W_]+")
_MOST = 0.7
_LETTERS = 8


def _lower(match: re.Match[str]) -> str:
    word = match[0]
    return word.lower() if word.isupper() and word not in _ACRONYMS else word


def unshouted(text: str) -> str:
    """Words of four capitals and more in lower case; with most of the line shouted, all of it."""
    capitals = sum(map(str.isupper, text))
    if capitals < 4:
        return text
    if capitals > _LETTERS and capitals > _MOST * sum(map(str.isalpha, text)):
        return _WORD.sub(_lower, text)
    return _SHOUTED.sub(_lower, text)
