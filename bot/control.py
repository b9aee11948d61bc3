"""What can be done to the running bot: the one door for chat, web and keyboard.

Does not know who asks nor whether they may: `bot.commands` decides that for chat.
"""

from __future__ import annotations

import logging

from bot.speaker import Speaker
from bot.telemetry import shown

log = logging.getLogger(__name__)


class Control:
    """Acts on the parts that speak."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def skip(self, by: str) -> bool:
        """End the line that is being spoken; False if nothing is."""
        line = self._speaker.skip()
        log.info("skip by %s%s", shown(by), "" if line else ": nothing is being spoken")
        return line is not None
