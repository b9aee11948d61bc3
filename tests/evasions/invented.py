"""Words that nobody has used yet, to be blocked in tests.

Does not know how the filters match. A word is drawn from sounds that English puts together, and
thrown away if it is a word, a name, or too near to one to be told from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from string import ascii_lowercase

from filters import dictionary
from tests.evasions.sounds import respell

_ONSETS = (
    "b bl br d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sk sl sm sn sp st str sh shr "
    "t tr thr v w y z zw ch tw dw skr spl"
).split()
_SHORT = "a e i o u".split()
_LONG = "ee oo ai oi aw ar or ur".split()
_AFTER_SHORT = (
    "b d g k l m n p t v z bb dd gg ff ll mm nn pp rr tt zz ck mb nd nk mp nt ng rg rb rd rk rm "
    "lb ld lk lm zg zb xn bl dr gr kl st sk sp lv rv ph sh ch rf"
).split()
_AFTER_LONG = "b d g k l m n p t v z f sh ch".split()
_BEFORE_LE = "b d g k p t z bb dd gg ff pp tt zz ck mb nd nk mp nt ng rg rb rk zg zb sp st ph"
_ENDINGS = (
    "er er o o y y a ock ix ax ux id ob ub ug og ap op unk onk ast est ump amp ang ort arf "
    "erk oid oon ash osh itch atch ette ade ope ine"
).split()
_CODAS = "b d g k mp nk nd nt rk rp rg lt lp st sk sh ff zz ck x sp mb rf".split()
_LE_SHARE = 0.2
_ONE_BEAT_SHARE = 0.15
_TRIES = 4_000
_SOUNDALIKES = 24
_TYPO_LETTERS = 6


@cache
def _known() -> dictionary.Dictionary:
    return dictionary.load()


def ordinary(text: str) -> bool:
    """Whether a text of the letters a-z is a word or a name that people use."""
    return _known().known(text) or _known().name(text)


def _near(word: str) -> Iterator[str]:
    """What a slip of one letter makes of a word; of a short one, only what keeps its letters."""
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]
        if len(word) >= _TYPO_LETTERS:
            yield from (word[:i] + letter + word[i + 1 :] for letter in ascii_lowercase)
            yield from (word[:i] + letter + word[i:] for letter in ascii_lowercase)


def _sounds_known(word: str, rng: Random) -> bool:
    for turn in range(_SOUNDALIKES):
        spelled = respell(word, rng, 1 + turn % 3)
        if spelled and ordinary("".join(unit.spelled for unit in spelled)):
            return True
    return False


def _draw(rng: Random) -> str:
    short = rng.random() < 0.75
    start = rng.choice(_ONSETS) + rng.choice(_SHORT if short else _LONG)
    kind = rng.random()
    if kind < _LE_SHARE:
        return start + rng.choice(_BEFORE_LE.split() if short else _AFTER_LONG[:4]) + "le"
    if kind < _LE_SHARE + _ONE_BEAT_SHARE:
        return start + rng.choice(_CODAS if short else _AFTER_LONG)
    return start + rng.choice(_AFTER_SHORT if short else _AFTER_LONG) + rng.choice(_ENDINGS)


def invent(rng: Random) -> str:
    """A pronounceable word of 4 to 9 letters a-z that is nothing anybody says.

    Neither a word nor a name, nor one slip away from one (a word of less than six letters: one
    letter dropped or two swapped), nor another spelling of one.
    """
    for _ in range(_TRIES):
        word = _draw(rng)
        if not 4 <= len(word) <= 9 or ordinary(word):
            continue
        if not any(map(ordinary, _near(word))) and not _sounds_known(word, rng):
            return word
    raise RuntimeError("no word could be invented: the dictionary knows everything")
