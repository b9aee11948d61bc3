"""Emoji and emoticons as words: at most a few names, each once.

Does not know what else is in the text. The tables are data/emoji.txt and data/flags.txt; what is
not in them is not said. Emoji that are letters become their letters.
"""

from __future__ import annotations

import re
from importlib import resources

from filters.charsets import Table
from filters.phrases_said import LANGUAGES, spoken_language

MAX_NAMES = 2
"""Distinct names that are said of one text."""

_A = ord("a")
_REGIONAL = 0x1F1E6
_SIGNED = {0x1F18E: "ab", 0x1F191: "cl", 0x1F192: "cool", 0x1F193: "free", 0x1F194: "id"} | {
    0x1F195: "new", 0x1F196: "ng", 0x1F197: "ok", 0x1F198: "SOS", 0x1F199: "up", 0x1F19A: "versus"
}  # fmt: skip
_LETTERS = Table(
    {first + i: chr(_A + i) for first in (0x1F150, 0x1F170, _REGIONAL) for i in range(26)}
    | {code: f" {word} " for code, word in _SIGNED.items()}
)
# Joiners, variation selectors, skin tones, gender signs and tags: parts of emoji that are not said.
_PARTS = Table(
    dict.fromkeys(
        [0x200D, 0xFE0E, 0xFE0F, 0x2640, 0x2642, *range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080)]
    )
)
# Signs that stand for a letter where they stand inside a word.
_INSIDE = re.compile(r"(?<=[^\W\d_])[\u274c\u2b55](?=[^\W\d_])")
_INSIDE_LETTER = {"\u274c": "x", "\u2b55": "o"}

_EMOTICONS = {
    "❤": ("<3", "<33", "<333", "♡"),
    "💔": ("</3",),
    "🙂": (":)", ":-)", "(:", ":]", "^^", "^_^", "(^_^)", "(^^)", ":-]", "=)"),
    "😃": (":D", ":-D", "=D", "^o^"),
    "😉": (";)", ";-)", ";D"),
    "😛": (":P", ":-P", ":p", ":-p", "=P", ";P", ";p"),
    "🙁": (":(", ":-(", "):", ":[", "=(", ":c", ":C"),
    "😢": (":'(", ";_;", ";-;"),
    "😭": ("T_T", "T.T", "TT_TT", "T-T", "Q_Q"),
    "😮": (":o", ":O", ":-O", ":-o", "o.o", "O.O", "O_O", "o_o"),
    "🤨": ("o_O", "O_o", "o.O", "O.o"),
    "😕": (":/", ":-/", ":\\", ":|", ":-|", ":s", ":S"),
    "😑": ("-_-", "-.-", "-__-", "._.", "=_="),
    "😎": ("B-)", "8-)"),
    "😘": (":*", ":-*", ";*"),
    "😺": (":3", ":>", "UwU", "uwu", "OwO", "owo"),
    "😠": (">:(", ">:[", ">.<", ">_<"),
    "😨": ("D:", "D="),
    "🤷": ("¯\\_(ツ)_/¯", "¯\\(ツ)/¯"),
}
_EMOTICON = {form: emoji for emoji, forms in _EMOTICONS.items() for form in forms}
_EMOTICON_SIGN = re.compile(r"[:;=<>^\-_.\u2661\u00af]|[B8D][=:-]|uwu|owo", re.I)


def without_emoticons(text: str) -> str:
    """The text without emoticons that stand alone."""
    if not _EMOTICON_SIGN.search(text):
        return text
    return " ".join([word for word in text.split(" ") if word not in _EMOTICON])


def _table(name: str) -> dict[str, dict[str, str]]:
    """A data file as name tables by language."""
    tables: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for line in (resources.files("filters") / "data" / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            key, _, names = line.partition(" ")
            for language, said in zip(LANGUAGES, names.split(" | "), strict=True):
                tables[language][key] = said
    return tables


_NAMES = _table("emoji.txt")
_FLAGS = _table("flags.txt")
_SEQUENCES = sorted((key for key in _NAMES["en"] if len(key) > 1), key=len, reverse=True)
# Pictures, arrows, dingbats; not the letters among them, which are gone before.
_ONE = (
    "(?:" + "|".join(map(re.escape, _SEQUENCES)) + "|[\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff"
    "\U0001f000-\U0001f14f\U0001f1e6-\U0001faff])"
)
_EMOJI = re.compile(_ONE)
# What every one of them begins with.
_MAY_HOLD = re.compile(
    f"[{re.escape(''.join({sequence[0] for sequence in _SEQUENCES}))}"
    "\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f14f\U0001f1e6-\U0001faff]"
)
_RUN = re.compile(rf"\s*{_ONE}(?:\s*{_ONE})*\s*")
_REGIONALS = re.compile("[\U0001f1e6-\U0001f1ff]+")


def _flag(run: str) -> str:
    """The countries of a run of regional letters as their codes, "" if not all are known."""
    letters = "".join(chr(ord("A") + ord(char) - _REGIONAL) for char in run)
    codes = [letters[i : i + 2] for i in range(0, len(letters), 2)]
    return " ".join(codes) if all(code in _FLAGS["en"] for code in codes) else ""


def _fresh(names: list[str], said: list[str], most: int) -> list[str]:
    found = []
    for name in names:
        if name and name not in said and len(said) < most:
            said.append(name)
            found.append(name)
    return found


def with_emoticons(text: str) -> str:
    """The text with emoticons that stand alone as the emoji they mean."""
    if not _EMOTICON_SIGN.search(text):
        return text
    return " ".join([_EMOTICON.get(word, word) for word in text.split(" ")])


def named(text: str, language: str = "en", most: int = MAX_NAMES) -> str:
    """The text with emoji as names in `language` (ISO 639-1), at most `most` distinct ones.

    A sequence (joined, with a skin tone, a flag) is one emoji. One without a name, or that was
    named before, leaves a space behind.
    """
    if text.isascii():
        return text
    text = _PARTS.replace(text)
    said: list[str] = []
    names, countries = _NAMES[spoken_language(language)], _FLAGS[spoken_language(language)]

    def regional(match: re.Match[str]) -> str:
        codes = _flag(match[0])
        if not codes:
            return _LETTERS.replace(match[0])
        return " " + ", ".join(_fresh([countries[c] for c in codes.split()], said, most)) + " "

    def run(match: re.Match[str]) -> str:
        found = _fresh([names.get(e, "") for e in _EMOJI.findall(match[0])], said, most)
        if not found:
            return " "
        last = match.end() == len(text) and match.start() and text[match.start() - 1].isalnum()
        return (", " if last else " ") + ", ".join(found) + " "

    text = _LETTERS.replace(_REGIONALS.sub(regional, text))
    text = _INSIDE.sub(lambda m: _INSIDE_LETTER[m[0]], text)
    return _RUN.sub(run, text) if _MAY_HOLD.search(text) else text
