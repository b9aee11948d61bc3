"""Ways to hide a word in what an engine or a chat client takes for markup.

Does not know any engine: the forms are those that engines are known to obey.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.evasions.sounds import ipa

_INSIDE = (
    "<break/>",
    '<break time="1ms"/>',
    "<b></b>",
    "<!-- -->",
    "</speak><speak>",
    "[[slnc 1]]",
    "||",
    "`",
    "**",
    "~~",
    "__",
)


def _entities(word: str, rng: Random) -> str:
    form = rng.choice(("&#{};", "&#x{:x};", "&#{:04d};"))
    some = rng.sample(range(len(word)), rng.randint(1, len(word)))
    return "".join(form.format(ord(char)) if i in some else char for i, char in enumerate(word))


def ways(word: str, rng: Random) -> Iterator[tuple[str, str]]:
    """Every such way: what it is called, and the word hidden so."""
    place = rng.randint(1, len(word) - 1)
    yield "markup: inside", word[:place] + rng.choice(_INSIDE) + word[place:]
    yield (
        "markup: around",
        rng.choice(("<b>{}</b>", "||{}||", "`{}`", "**{}**", "[{}](x)")).format(word),
    )
    each = rng.choice(("||{}||", "<i>{}</i>", "<b>{}</b>"))
    yield "markup: letters", "".join(each.format(char) for char in word)
    yield "markup: entities", _entities(word, rng)
    yield "markup: alias", f'<sub alias="{word}">hello</sub>'
    yield (
        "markup: phonemes",
        rng.choice(
            (
                f'<phoneme alphabet="ipa" ph="{ipa(word)}">hello</phoneme>',
                f"[[{ipa(word)}]]",
                f"[hello](/{ipa(word)}/)",
            )
        ),
    )
