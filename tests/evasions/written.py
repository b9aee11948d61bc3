"""Ways to hide a word by how it is written: its letters are there, or are seen to be.

Does not know how the filters fold a text. Each way keeps enough of the word that a reader, or a
voice, says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from tests.evasions import alphabets
from tests.evasions.invented import ordinary

VOWEL_LETTERS = frozenset("aeiouy")
WHOLE_LINES = frozenset({"no boundaries"})
"""Ways that give a whole line, with nothing to be put around it."""
Way = Iterator[tuple[str, str]]


def _some(word: str, rng: Random, able: Mapping[str, object], keep: int = 0) -> set[int]:
    """Places of one or more letters that a table has, all but `keep` of the word at most."""
    places = [i for i, letter in enumerate(word) if letter in able]
    most = min(len(places), len(word) - keep)
    return set(rng.sample(places, rng.randint(1, most))) if most > 0 else set()


def _swapped(word: str, places: set[int], letter: Callable[[str], str]) -> str:
    return "".join(letter(char) if i in places else char for i, char in enumerate(word))


def inflected(word: str, ending: str) -> str:
    """The word with an English ending."""
    if ending in ("s", "ed") and word.endswith("y") and word[-2] not in VOWEL_LETTERS:
        return word[:-1] + ("ies" if ending == "s" else "ied")
    if ending == "s" and word.endswith(("s", "x", "z", "sh", "ch")):
        return word + "es"
    if ending[0] in VOWEL_LETTERS and word.endswith("e"):
        return word[:-1] + ending
    short = len(word) > 2 and word[-1] not in "aeiouwxy" and word[-2] in "aeiou"
    if ending[0] in VOWEL_LETTERS and short and word[-3] not in "aeiou":
        return word + word[-1] + ending
    return word + ending


def _plain(word: str, rng: Random) -> Way:
    yield "plain", rng.choice((word, word.upper(), word.title(), f"{word}!!", f'"{word}"'))
    ending = rng.choice(("s", "ed", "er", "ing", "in", "'s", "s'", "in'", "s"))
    yield "inflected", inflected(word, ending)
    yield "inflected", inflected(word, "y" if word[-1] not in VOWEL_LETTERS else "s")


def _embedded(word: str, rng: Random) -> Way:
    big = word.title()
    yield (
        "compound",
        rng.choice(("mega{}head", "{}face", "un{}able", "super{}", "{}lord")).format(word),
    )
    yield "compound", rng.choice(("{}hole", "{}boy", "dumb{}", "ultra{}ish", "{}ness")).format(word)
    yield (
        "glued",
        rng.choice(("you{}", "the{}", "{}you", "my{}is", "stupid{}", "{}this")).format(word),
    )
    yield (
        "no boundaries",
        rng.choice(("whata{}youare", "sohesaid{}tome", "thisis{}again")).format(word),
    )
    yield "framed", rng.choice(("xX{}Xx", "xX_{}_Xx", "_{}_", "--{}--")).format(word)
    yield "underscores", rng.choice(("big_{}_fan", "{}_tv", "the_{}", "i_love_{}_99")).format(word)
    yield "camel case", rng.choice(("Big{}Energy", "the{}Guy", "{}Gaming", "My{}99")).format(big)
    yield "hashtag", rng.choice(("#{}", "@{}_live", "#team{}", "#{}nation")).format(word)
    cut = rng.randint(1, len(word) - 1)
    yield "nested", word[:cut] + word + word[cut:]
    yield "no gap", word * rng.choice((2, 3, 4))


def _leet(word: str, rng: Random) -> Way:
    for _ in range(2):
        places = _some(word, rng, alphabets.LEET, keep=2)
        if places:
            yield "leet", _swapped(word, places, lambda c: rng.choice(alphabets.LEET[c]))
    places = set(rng.sample(range(len(word)), min(len(word) - 2, rng.randint(1, 3))))
    yield "leet: art", _swapped(word, places, lambda c: rng.choice(alphabets.ART.get(c, c).split()))
    places = _some(word, rng, alphabets.EMOJI_LETTERS)
    if places:
        yield "emoji letters", _swapped(word, places, lambda c: alphabets.EMOJI_LETTERS[c])
    places = _some(word, rng, {c: 0 for c, d in alphabets.LEET.items() if d[0].isdigit()}, keep=2)
    if places:
        keycaps = alphabets.KEYCAPS
        yield "keycaps", _swapped(word, places, lambda c: keycaps[alphabets.LEET[c][0]])


def _masked(word: str, rng: Random) -> Way:
    inner = range(1, len(word) - 1)
    vowels = [i for i in inner if word[i] in VOWEL_LETTERS] or list(inner)
    sign = rng.choice("***##-_•")
    yield "mask", _swapped(word, {rng.choice(vowels)}, lambda _: sign)
    if len(word) >= 6:
        yield "mask: two", _swapped(word, set(rng.sample(inner, 2)), lambda _: sign)
        yield "mask: dot", _swapped(word, {rng.choice(vowels)}, lambda _: ".")


def _repeated(word: str, rng: Random) -> Way:
    place = {rng.randrange(len(word))}
    yield "stretched", _swapped(word, place, lambda c: c * rng.randint(3, 8))
    some = set(rng.sample(range(len(word)), 2))
    yield "stretched: two letters", _swapped(word, some, lambda c: c * rng.randint(2, 4))
    yield "doubled", "".join(char * 2 for char in word)


def _typos(word: str, rng: Random) -> Way:
    found: list[tuple[str, str]] = []
    i = rng.randrange(1, len(word) - 1)
    found.append(("typo: swapped", word[:i] + word[i + 1] + word[i] + word[i + 2 :]))
    i = rng.randrange(1, len(word))
    found.append(("typo: doubled", word[:i] + word[i] + word[i:]))
    if len(word) >= 6:
        i = rng.randrange(1, len(word) - 1)
        found.append(("typo: dropped", word[:i] + word[i + 1 :]))
        i = rng.randrange(1, len(word) - 1)
        key = rng.choice(alphabets.KEYBOARD[word[i]])
        found.append(("typo: next key", word[:i] + key + word[i + 1 :]))
    bare = word[0] + "".join(c for c in word[1:] if c not in VOWEL_LETTERS)
    if len(set(bare)) >= 4:
        found.append(("typo: no vowels", bare))
    for category, text in found:
        if text != word and not ordinary(text):
            yield category, text


def _fonts(word: str, rng: Random) -> Way:
    wide = rng.choice((alphabets.FULLWIDTH, alphabets.FULLWIDTH_CAPITALS))
    yield "fullwidth", "".join(map(wide.__getitem__, word))
    for name in rng.sample(sorted(alphabets.FONTS), 3):
        font = alphabets.FONTS[name]
        places = set(range(len(word))) if rng.random() < 0.8 else _some(word, rng, font)
        yield f"font: {name}", _swapped(word, places, lambda c, font=font: font.get(c, c))  # type: ignore[misc]


def _homoglyphs(word: str, rng: Random) -> Way:
    for name in ("Cyrillic", rng.choice(("Greek", "Armenian", "Latin", "capitals"))):
        table = alphabets.HOMOGLYPHS[name]
        places = _some(word, rng, table)
        if places:
            yield f"look-alike: {name}", _swapped(word, places, lambda c, t=table: t[c])  # type: ignore[misc]
    tables = list(alphabets.HOMOGLYPHS.values())
    places = set(rng.sample(range(len(word)), rng.randint(2, len(word))))
    yield (
        "look-alike: mixed",
        _swapped(word, places, lambda c: rng.choice(tables).get(c, c)),
    )


def _marks(word: str, rng: Random) -> Way:
    places = set(rng.sample(range(len(word)), rng.randint(1, len(word))))
    yield "accents", _swapped(word, places, lambda c: c + rng.choice(alphabets.ACCENTS))
    places = _some(word, rng, alphabets.STROKED)
    if places:
        yield "stroked letters", _swapped(word, places, lambda c: alphabets.STROKED[c])
    yield (
        "struck through",
        "".join(char + stroke for char in word for stroke in (rng.choice(alphabets.STROKES),)),
    )
    yield (
        "zalgo",
        "".join(char + "".join(rng.choices(alphabets.ZALGO, k=rng.randint(2, 9))) for char in word),
    )


def _unseen(word: str, rng: Random) -> Way:
    yield "invisible", rng.choice(alphabets.INVISIBLE).join(word)
    yield "invisible", "".join(char + rng.choice(alphabets.INVISIBLE) for char in word)
    mark = rng.choice(alphabets.BIDI)
    cut = rng.randint(1, len(word) - 1)
    yield (
        "direction marks",
        f"{word[:cut]}{mark}{word[cut:]}"
        if "{}" not in mark
        else (word[:cut] + mark.format(word[cut:])),
    )


_GAPS = {
    "spaced": (" ", "  ", "   ", "\u00a0", "\u2002", "\u3000", " \u200b"),
    "spaced: signs": (".", "-", "_", "*", "/", "|", "~", "·", ",", "+", "=", ":", "'", "・", "…"),
    "spaced: signs and spaces": (" . ", " - ", " * ", ". ", ", ", " / ", " | "),
    "spaced: emoji": ("👏", " 👏 ", "🔥", "😂", "❤️", " 💀 "),
    "spaced: emotes": (" Kappa ", " LUL ", " PogChamp ", " KEKW "),
}


def _spaced(word: str, rng: Random) -> Way:
    for category, gaps in _GAPS.items():
        gap = rng.choice(gaps)
        letters = word.upper() if rng.random() < 0.3 and "emotes" not in category else word
        yield category, gap.join(letters)
    two = rng.randint(2, len(word) - 2)
    yield "cut: space", f"{word[:two]} {word[two:]}"
    yield "cut: sign", f"{word[:two]}{rng.choice('.-_/+&,!|~;:')}{word[two:]}"
    yield (
        "cut: signs",
        f"{word[:two]}{rng.choice(('...', ' - ', '. ', ', ', '--', ' / '))}{word[two:]}",
    )
    yield "cut: emoji", f"{word[:two]}{rng.choice(('😂', ' 🔥 ', '👍🏽', '🇩🇪'))}{word[two:]}"
    if len(word) >= 6:
        pieces = (word[:2], word[2 : len(word) // 2 + 1], word[len(word) // 2 + 1 :])
        yield "cut: three pieces", rng.choice((" ", "-", ". ")).join(pieces)
    place = rng.randint(1, len(word) - 1)
    inside = rng.choice(("'", '"', "(", ")", "!", "?", ";", "^", "´", "`", "’", "•"))
    yield "sign inside", word[:place] + inside + word[place:]


def _indicators(word: str, rng: Random) -> Way:
    gap = rng.choice((" ", "\u200b", "", " "))
    yield "regional indicators", gap.join(map(alphabets.INDICATORS.__getitem__, word))
    gap = rng.choice((" ", ""))
    yield "indicator codes", gap.join(f":regional_indicator_{char}:" for char in word)


def _mixed(word: str, rng: Random) -> Way:
    """Two ways at once, each of which is seen through by itself."""
    font = alphabets.FONTS[rng.choice(("maths bold", "circled", "small capitals"))]
    stretched = next(text for name, text in _repeated(word, rng) if name == "stretched")
    strange = [
        " ".join("".join(font[c] for c in word)),
        "".join(font[c] for c in stretched),
        "".join(c + rng.choice(alphabets.INVISIBLE) for c in stretched),
        f"mega{''.join(font[c] for c in word)}head",
        inflected(word, "s").upper().replace("O", "0").replace("E", "3"),
        ".".join(c + rng.choice(alphabets.ACCENTS) for c in word),
        "xX" + "".join(alphabets.HOMOGLYPHS["Cyrillic"].get(c, c) for c in word) + "Xx",
    ]
    yield "two ways", rng.choice(strange)


_WAYS = (
    *(_plain, _embedded, _leet, _masked, _repeated, _typos, _fonts, _homoglyphs, _marks),
    *(_unseen, _spaced, _indicators, _mixed),
)


def ways(word: str, rng: Random) -> Way:
    """Every such way that suits the word: what it is called, and the word hidden so."""
    for way in _WAYS:
        yield from way(word, rng)


def over_lines(word: str, rng: Random) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The word cut over an author's lines: what that is called, the lines before, the last one."""
    cut = rng.randint(2, len(word) - 2)
    before = rng.choice(("{}", "hello {}", "so he said {}", "{} "))
    behind = rng.choice(("{}", "{} lol", "{}!!", "{} thing"))
    yield "two lines", (before.format(word[:cut]),), behind.format(word[cut:])
    if len(word) >= 6:
        lines = (before.format(word[:2]), word[2:4])
        yield "three lines", lines, behind.format(word[4:])
    if len(word) <= 6:
        yield "a letter a line", tuple(word[:-1]), word[-1]
