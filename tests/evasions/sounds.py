"""How an invented word sounds, and other spellings that sound like it.

Does not know the filters: its rules are written from how English is read aloud, so that they can
test what the filters think of sound. Knows nothing of real words either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

VOWELS = frozenset("A E I O U AY EE IE OH OO OW OY AW AR OR ER L= I_".split())
"""Sounds that carry a syllable; `L=` is the end of `little`, `I_` that of `happy`."""

_ENDS = {"le": "L=", "er": "ER", "ey": "I_", "ie": "I_", "y": "I_", "o": "OH", "i": "I_"}
_SPELLED = {
    "tsch": "CH",
    "tch": "CH",
    "sch": "SH",
    **dict.fromkeys(("sh", "ssh"), "SH"),
    **{"ch": "CH", "th": "TH", "ph": "F", "ck": "K", "wh": "W", "qu": "KW", "dj": "J"},
    **{"ee": "EE", "ea": "EE", "oo": "OO", "ai": "AY", "ay": "AY", "oa": "OH", "ou": "OW"},
    **{"ow": "OW", "oi": "OY", "oy": "OY", "aw": "AW", "au": "AW", "ew": "OO"},
    **{"ar": "AR", "or": "OR", "er": "ER", "ir": "ER", "ur": "ER"},
    **{"a": "A", "e": "E", "i": "I", "o": "O", "u": "U", "y": "I"},
    **{"c": "K", "q": "K", "x": "X", "j": "J"},
    **{letter: letter.upper() for letter in "bdfghklmnprstvwz"},
}
_LONG = {"a": "AY", "i": "IE", "o": "OH", "u": "OO", "e": "EE"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One sound of a word."""

    sound: str
    """Its name: a consonant's letter, SH CH TH KW X, or one of `VOWELS`; empty for a silent e."""
    spelled: str
    """The letters that spell it."""


def _at(word: str, i: int) -> Unit:
    rest = word[i:]
    before = word[i - 1] if i else ""
    if i and rest in _ENDS and (rest != "le" or before not in "aeiouy"):
        return Unit(_ENDS[rest], rest)
    if rest == "e" and i > 1 and before not in "aeiouy":
        return Unit("", "e")
    if len(rest) == 3 and rest[2] == "e" and rest[0] in _LONG and rest[1] in "bdfkmnptvz":
        return Unit(_LONG[rest[0]], rest[0])
    if rest[0] == "y" and (not i or (before in "aeiou" and rest[1:2] in tuple("aeiou"))):
        return Unit("Y", "y")
    if len(rest) > 1 and rest[0] == rest[1] and rest[0] not in "aeiou":
        return Unit(_SPELLED[rest[0]], rest[:2])
    if rest[0] == "c" and rest[1:2] in tuple("eiy"):
        return Unit("S", "c")
    for size in (4, 3, 2):
        r_vowel = size == 2 and rest[1:2] == "r" and rest[2:3] in tuple("aeiouyr")
        if rest[:size] in _SPELLED and not r_vowel:
            return Unit(_SPELLED[rest[:size]], rest[:size])
    return Unit(_SPELLED[rest[0]], rest[0])


def units(word: str) -> tuple[Unit, ...]:
    """The sounds of a word of the letters a-z, in order; their spellings joined are the word."""
    found: list[Unit] = []
    i = 0
    while i < len(word):
        found.append(_at(word, i))
        i += len(found[-1].spelled)
    return tuple(found)


# Other spellings of each sound: at the beginning, inside, at the end.
_ALIKE: dict[str, tuple[str, str, str]] = {
    "B": ("b bh", "b bb bh", "b bb bh"),
    "D": ("d dh", "d dd dh", "d dd dh"),
    "F": ("f ph ff", "f ff ph", "f ff ph"),
    "G": ("g gh gg", "g gg gh", "g gg gh"),
    "H": ("h hh", "h", "h"),
    "J": ("j dj", "j dj dg", "j dge"),
    "K": ("k c kh q ck", "k ck kk cc c q", "k ck kk q c"),
    "L": ("l ll", "l ll", "l ll"),
    "M": ("m mm", "m mm", "m mm"),
    "N": ("n kn nn", "n nn", "n nn"),
    "P": ("p pp", "p pp", "p pp"),
    "R": ("r rh rr wr", "r rr rh", "r rr"),
    "S": ("s ss c", "s ss z c", "s ss z ce"),
    "T": ("t tt", "t tt", "t tt"),
    "V": ("v vv", "v vv", "v vv"),
    "W": ("w wh", "w wh", "w"),
    "Z": ("z zz x ts", "z zz s", "z zz s ze"),
    "Y": ("y", "y", "y"),
    "SH": ("sh sch ch sj", "sh sch ch ssh", "sh sch ssh"),
    "CH": ("ch tch tsch", "ch tch tsch", "ch tch tsch"),
    "TH": ("th thh", "th tth", "th tth"),
    "KW": ("qu kw qw", "qu kw kwh", "q"),
    "X": ("x", "x ks cks kz xx", "x ks cks xx cs"),
    "A": ("a ah aa", "a ah aa", "a ah uh"),
    "E": ("e eh", "e eh", "e eh"),
    "I": ("i ih", "i y ih ee", "i ih"),
    "O": ("o oh", "o oh aw oe ow", "o oh"),
    "U": ("u uh", "u uh oo", "u uh ough"),
    "AY": ("ay ey", "ay ai ey ei", "ay ey eh"),
    "EE": ("ee", "ee ea ie i", "ee ea"),
    "IE": ("i ie eye", "i ie y igh", "ie y igh"),
    "OH": ("oh o", "o oh oa oe", "o oh oe ow owe"),
    "OO": ("oo ou", "oo ou u ew", "oo ou ew u"),
    "OW": ("ow ou", "ow ou au", "ow ou au"),
    "OY": ("oy oi", "oy oi oiy", "oy oi"),
    "AW": ("aw au", "aw au or", "aw au"),
    "AR": ("ar ahr", "ar ahr arr", "ar ahr"),
    "OR": ("or ohr", "or ohr ore awr oar", "or ore ohr"),
    "ER": ("er ur", "er ur ir err", "er ah a ur or uh ir"),
    "L=": ("le", "le el al ul il", "le el al ul il ull uhl"),
    "I_": ("y", "y i ee", "y i ee ie ey ih"),
    "": ("", "", "eh"),
}
_SAME = {"Z": "S", "CH": "SH", "I_": "", "": "", "Y": "", "KW": "K", "W": ""}
_MAY_SPLIT = 4


def _alternatives(unit: Unit, place: int, count: int) -> list[str]:
    where = 0 if place == 0 else 2 if place == count - 1 else 1
    known = _ALIKE.get(unit.sound, ("", "", ""))[where].split()
    return [spelled for spelled in known if spelled != unit.spelled]


def _skeleton(word: str) -> list[str]:
    """The consonants that are heard, with those that chat takes for each other as one."""
    sounds = [unit.sound for unit in units(word) if unit.sound not in VOWELS]
    return [found for sound in sounds if (found := _SAME.get(sound, sound)) not in ("", "H")]


def _reads_badly(spelled: str) -> bool:
    return any(a == b == c for a, b, c in zip(spelled, spelled[1:], spelled[2:], strict=False))


def respell(word: str, rng: Random, changes: int) -> list[Unit] | None:
    """The word with `changes` of its sounds spelled another way, or None if none was found."""
    own = units(word)
    for _ in range(12):
        spelled = list(own)
        places = [i for i in range(len(own)) if _alternatives(own[i], i, len(own))]
        for place in rng.sample(places, min(changes, len(places))):
            other = rng.choice(_alternatives(own[place], place, len(own)))
            spelled[place] = Unit(own[place].sound, other)
        text = "".join(unit.spelled for unit in spelled)
        if text != word and not _reads_badly(text) and _heard_as(text, own):
            return spelled
    return None


def _heard_as(text: str, own: Sequence[Unit]) -> bool:
    """Whether the consonants of a respelling are still those of the word."""
    wanted = [unit.sound for unit in own if unit.sound not in VOWELS]
    kept = [found for sound in wanted if (found := _SAME.get(sound, sound)) not in ("", "H")]
    got = _skeleton(text)
    # Written-out vowels hold letters that the reader above takes for consonants: l and r.
    return [s for s in got if s not in "LR"] == [s for s in kept if s not in "LR"]


def cuts(spelled: Sequence[Unit]) -> list[int]:
    """Where a word may be cut into two pieces that can both be said, as counts of units."""
    total = sum(len(unit.spelled) for unit in spelled)
    found = []
    for i in range(1, len(spelled)):
        left = sum(len(unit.spelled) for unit in spelled[:i])
        halves = (spelled[:i], spelled[i:])
        sayable = all(any(unit.sound in VOWELS for unit in half) for half in halves)
        if sayable and 2 <= left <= total - 2 and total > _MAY_SPLIT:
            found.append(i)
    return found


_NAMES = {
    **{"a": "ay eh", "b": "bee be", "c": "see cee sea", "d": "dee", "e": "ee", "f": "eff ef"},
    **{"g": "gee jee", "h": "aitch haitch", "i": "eye aye", "j": "jay", "k": "kay", "l": "el ell"},
    **{"m": "em", "n": "en", "o": "oh owe", "p": "pee", "q": "cue queue", "r": "are ar"},
    **{"s": "ess es", "t": "tee tea", "u": "you yoo", "v": "vee", "w": "double-you", "x": "ex"},
    **{"y": "why wye", "z": "zee zed"},
}


def letter_names(word: str, rng: Random) -> list[str]:
    """The word letter by letter, each by the name it has in English."""
    return [rng.choice(_NAMES[letter].split()).replace("-", " ") for letter in word]


_IPA = {
    **{"A": "æ", "E": "ɛ", "I": "ɪ", "O": "ɒ", "U": "ʌ", "AY": "eɪ", "EE": "iː", "IE": "aɪ"},
    **{"OH": "oʊ", "OO": "uː", "OW": "aʊ", "OY": "ɔɪ", "AW": "ɔː", "AR": "ɑːɹ", "OR": "ɔːɹ"},
    **{"ER": "ɚ", "L=": "əl", "I_": "i", "SH": "ʃ", "CH": "tʃ", "TH": "θ", "KW": "kw", "X": "ks"},
    **{"J": "dʒ", "G": "ɡ", "R": "ɹ", "Y": "j", "": ""},
}


def ipa(word: str) -> str:
    """The word in the international alphabet, the stress on its first vowel."""
    marked = False
    out = []
    for unit in units(word):
        if unit.sound in VOWELS and not marked:
            out.append("ˈ")
            marked = True
        out.append(_IPA.get(unit.sound, unit.sound.lower()))
    return "".join(out)


def apart(spelled: Sequence[Unit], rng: Random) -> Iterator[str]:
    """A spelling as two pieces that look like words, if it can be cut."""
    places = cuts(spelled)
    if places:
        place = rng.choice(places)
        halves = (spelled[:place], spelled[place:])
        yield " ".join("".join(unit.spelled for unit in half) for half in halves)
