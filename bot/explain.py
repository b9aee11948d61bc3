"""`python -m bot explain`: what the rules of these settings see in one text, a line each.

Does not need a running bot, and speaks nothing: the rule that listens, which asks the voice, and
the limits, which count lines, are not asked.
"""

from __future__ import annotations

from bot import exits
from bot.policy import build_rules
from bot.settings import Settings
from filters.explain import explain as lines_of
from filters.message import Author, ChatMessage


def explain(settings: Settings, text: str, *, first_time: bool, name: str | None) -> int:
    """Print how `text`, its trigger word off, is read and judged. Raises BadInput.

    Args:
        settings: what the bot would run with.
        text: the text; hostile.
        first_time: whether its author is a stranger to the channel.
        name: the author's name, to have `NAME says` in front; hostile.
    """
    message = ChatMessage("console", "", "", Author(id="", name=name or ""), text)
    for line in lines_of(
        message,
        build_rules(settings),
        wary=first_time and settings.filter.first_time == "wary",
        say_name=name is not None,
    ):
        print(line)  # noqa: T201 - the command's result
    return exits.STOPPED
