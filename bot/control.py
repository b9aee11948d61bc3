"""What can be done to the running bot: the one door for chat, web and keyboard.

Does not know who asks nor whether they may: `bot.commands` decides that for chat.
"""

from __future__ import annotations

import logging

from bot.speaker import Speaker

log = logging.getLogger(__name__)


class Control:
    """Acts on the parts that speak."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def skip(self, by: str) -> bool:
        """End the line that is being spoken; False if nothing is."""
        line = self._speaker.skip()
        if line is None:
            log.info("skip by %s: nothing is being spoken", by)
            return False
        return True
