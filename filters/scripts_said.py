"""What the letters of other scripts sound like, as tables: the script half of translit.py.

Knows Cyrillic, Greek, Hebrew, Arabic, hangul, kana, Thai and nine Indic scripts; for all others
translit.py asks anyascii. Does not know words or languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping


def _table(pairs: str) -> dict[str, str]:
    """A table written as `sign spelling sign spelling`; `-` is a sign that is silent."""
    signs = pairs.split()
    return {k: v.strip("-") for k, v in zip(signs[::2], signs[1::2], strict=True)}


def _jamo(pairs: str) -> dict[str, str]:
    """A table with its signs taken apart into the letters of hangul."""
    return {unicodedata.normalize("NFD", sign): said for sign, said in _table(pairs).items()}


# In the keys, ^ is the beginning of a word and $ its end. The longest key wins.
_CYRILLIC = _table("""
    а a б b в v г g ^г g ґ g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t
    у u ф f х h ц ts ч ch ш sh щ sh ъ - ы i ь - э e ю yu я ya ѫ u ^е ye дж j дз dz тч ch тш ch
    і i ї yi є ye ў w ђ j ј y љ ly њ ny ћ ch џ j ѓ g ќ k ѕ z һ h ғ g қ k ң ng ө o ұ u ү u ә a
""")
_GREEK = _table("""
    α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ ks ο o π p ρ r σ s ς s τ t υ i φ f χ h
    ψ ps ω o ου u αι e ει i υι i αυ av ευ ev
    μπ b ντ d γκ g γγ ng γχ nh γξ nks ^μπ b ^ντ d ^γκ g τζ j τσ ch σχ sh
""")
_HEBREW = _table("""
    א a ב b ג g ד d ה h ה$ a ו o ^ו v וו w ז z ח h ט t י i ^י y יי y כ k ך k ל l מ m ם m נ n ן n
    ס s ע a פ p ף f צ ts ץ ts ק k ר r ש sh ת t
    ג׳ j ג' j ז׳ zh ז' zh צ׳ ch צ' ch ץ׳ ch ץ' ch ת׳ th ת' th ד׳ th ד' th
""")
_ARABIC = _table("""
    ا a أ a إ i آ a ٱ a ب b ت t ث th ج j ح h خ kh د d ذ th ر r ز z س s ش sh ص s ض d ط t ظ z ع a
    غ g ف f ق k ك k ل l م m ن n ه h ة a و o ^و w وو w ي i ^ي y ى a ء - ؤ o ئ i تش ch دج j
    َ a ُ u ِ i ً an ٌ un ٍ in ّ - ْ -
    پ p چ ch ژ zh گ g ک k ڤ v ی i ^ی y ٹ t ڈ d ڑ r ں n ے e ہ h ۃ a ھ h ێ e ۆ o ڕ r ڵ l
""")
_HANGUL = _jamo("""
    ᄀ g ᄁ k ᄂ n ᄃ d ᄄ d ᄅ r ᄆ m ᄇ b ᄈ b ᄉ s ᄊ s ᄋ - ᄌ j ᄍ j ᄎ ch ᄏ k ᄐ t ᄑ p ᄒ h
    ᅡ a ᅢ e ᅣ ya ᅤ ye ᅥ u ᅦ e ᅧ yu ᅨ ye ᅩ o ᅪ wa ᅫ we ᅬ we ᅭ yo ᅮ u ᅯ wo ᅰ we ᅱ wi ᅲ yu ᅳ - ᅴ i ᅵ i
    ᆨ k ᆩ k ᆪ k ᆫ n ᆬ n ᆭ n ᆮ t ᆯ l ᆰ lk ᆱ lm ᆲ lp ᆳ l ᆴ lt ᆵ lp ᆶ l ᆷ m ᆸ p ᆹ p ᆺ t ᆻ t ᆼ ng
    ᆽ t ᆾ t ᆿ k ᇀ t ᇁ p ᇂ - ᆯᄅ l
    시 shi 샤 sha 섀 she 셔 shu 셰 she 쇼 sho 슈 shu 쉬 shi 쉐 she 씨 shi
    화 hwa 홰 hwe 훠 hwo 훼 hwe 휘 hwi 후 hu
    치 chi 츠 ch 지 ji
""")
_THAI = _table("""
    ก k ข k ฃ k ค k ฅ k ฆ k จ j ฉ ch ช ch ฌ ch ฎ d ฏ t ฐ t ฑ t ฒ t ถ t ท t ธ t ผ p พ p ภ p
""")
_OTHERS = _table("ფ p կ k ու u ը e ჭ ch ყ k ხ kh")

# Tables of nine Indic scripts are laid out alike, from Devanagari to Malayalam.
_INDIC = range(0x900, 0xD80, 0x80)
_UNSAID = "\ufffe"
"""Stands for the vowel that an Indic consonant holds and does not show."""


def _indic(pairs: str) -> dict[str, str]:
    """A table written in Devanagari, for all of the scripts laid out like it."""
    return {
        "".join([chr(ord(char) - 0x900 + first) for char in signs]): spelling
        for signs, spelling in _table(pairs).items() for first in _INDIC
    }  # fmt: skip


_INDIAN = _indic("""
    ख k घ g च ch छ ch ज j ज़ z झ j ठ t ढ d ध d फ f फ़ f भ b व v श sh ष sh ड़ r ढ़ r क़ k ख़ kh ग़ g
    ं N ँ N
""") | {_UNSAID: "a"}

_ROWS = """
    -アイウエオ kカキクケコ gガギグゲゴ sサシスセソ zザジズゼゾ tタチツテト dダヂヅデド nナニヌネノ
    hハヒフヘホ bバビブベボ pパピプペポ mマミムメモ rラリルレロ wワヰ.ヱヲ vヷヸヴヹヺ
"""
_UNEVEN = {"シ": "sh", "ジ": "j", "チ": "ch", "ヂ": "j", "ツ": "ts", "ヅ": "z", "フ": "f"}
_GLIDES = {"ウ": "w", "ク": "kw", "グ": "gw", "イ": "y"}


def _kana() -> dict[str, str]:
    """Katakana, alone and with a small vowel: ファ fa, ティ ti, チェ che, シャ sha, キャ kya."""
    table = {
        "ヤ": "ya",
        "ユ": "yu",
        "ヨ": "yo",
        "ン": "N",
        "ッ": "Q",
        "ー": "-",
        "ヵ": "ka",
        "ヶ": "ke",
    }
    for row in _ROWS.split():
        for char, vowel in zip(row[1:], "aiueo", strict=True):
            onset = _UNEVEN.get(char, row[0].strip("-"))
            # Japanese puts these vowels where a consonant would stand alone.
            put = char in "トド" or (vowel == "u" and onset)
            table[char] = onset + (vowel.upper() if put else vowel)
            for small, ending in zip("ァィゥェォ", "aiueo", strict=True):
                table[char + small] = _GLIDES.get(char, onset) + ending
            for small, ending in zip("ャュョ", ("ya", "yu", "yo"), strict=True):
                table[char + small] = onset + (ending[1:] if char in "シジチヂ" else ending)
    for small, vowel in zip("ァィゥェォャュョヮ", "a i u e o ya yu yo wa".split(), strict=True):
        table[small] = vowel
    for char, vowel in zip("アイエオ", "aieo", strict=True):
        table["ク" + char], table["グ" + char] = "kw" + vowel, "gw" + vowel
    return table


_KANA = _kana()


def _with(table: Mapping[str, str], sound: str, other: str) -> dict[str, str]:
    """The part of a table that begins with a sound, with another in its place."""
    return {
        sign: other + spelling.removeprefix(sound)
        for sign, spelling in table.items() if spelling.startswith(sound)
    }  # fmt: skip


SAID: dict[str, str] = {
    **_CYRILLIC, **_GREEK, **_HEBREW, **_ARABIC, **_HANGUL, **_THAI, **_OTHERS, **_INDIAN, **_KANA,
    "^": "", "$": "",
}  # fmt: skip
MARKS_OUT = (
    _with(_KANA, "h", "b") | {"フ": "bU"},
    _with(_KANA, "sh", "j") | _with(_KANA, "ch", "j"),
    {"ウァ": "va", "ウィ": "vi", "ウェ": "ve", "ウォ": "vo"},
)
"""Choices of kana whose voicing marks may have been stripped."""
OTHERWISE: tuple[dict[str, str], ...] = (
    # Cyrillic
    _table("в w"), _table("^г h"), _table("х kh"), _table("ж j"),
    # Greek
    _table("β b"), _table("μπ mp ντ nd γκ ng"), _table("χ kh"), _table("σ sh ς sh"),
    # Hebrew, Arabic
    _table("ב v"), _table("פ f"), _table("ו v וו v"), _table("כ h"), _table("ש s"),
    _table("ج g"), _table("و w"), _table("ث s"),
    # Hangul: it has no f, z or v, and si is also shi
    _jamo("ᄑ f 화 fa 홰 fe 훠 fo 훼 fe 휘 fi 후 fu"),
    _jamo("ᄌ z 지 zi"), _table("ᄇ v"), _jamo("시 si 씨 si"),
    # Kana: a long vowel may stand for one with r, there is no v, and si is also shi
    {"ー": "R"}, *MARKS_OUT, _with(_KANA, "b", "v"), {"シ": "si", "ジ": "zi"},
    # Indic scripts, Georgian
    {_UNSAID: ""}, _indic("ज z"), _indic("फ p"), _indic("व w"), _table("ფ f"),
)  # fmt: skip
"""What signs may be read as instead, all of an entry at once; the first ones count most."""


def _bare(text: str) -> str:
    """A text without the marks on its letters."""
    letters = unicodedata.normalize("NFD", text)
    return "".join([char for char in letters if not unicodedata.combining(char)])


_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_CONSONANTS = "".join([f"{chr(first + 0x15)}-{chr(first + 0x39)}" for first in _INDIC])
_NUKTAS = "".join([chr(first + 0x3C) for first in _INDIC])

Change = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
_CONTEXT: tuple[tuple[str, tuple[Change, ...]], ...] = (
    ("а-џ", (
        (re.compile("у(?=[аеиоэіыя])"), "w"),
        # Bulgarian has ъ as a vowel, before a consonant; Russian has it silent, before я.
        (re.compile("ъ(?=[бвгджзйклмнпрстфхцчшщ])"), "ѫ"),
    )),
    ("Ͱ-Ͽἀ-῾", (
        (re.compile("[Ͱ-Ͽἀ-῾]+"), lambda found: _bare(found[0])),
        (re.compile("γ?ου(?=[αεηιοω])"), "w"),
        (re.compile("γι(?=[αεηοω])"), "y"),
        # These are one sound at the beginning of a syllable, and after a vowel one or two.
        (re.compile("(?<=[βγδζθκλμνξπρσςτφχψ])(?:μπ|ντ|γκ)"), lambda found: _GREEK[found[0]]),
    )),
    # An r between consonants has a vowel before it, which is not written.
    ("\u0591-\u05f4", (
        (re.compile("[\u0591-\u05c7]+"), ""),
        (re.compile("(?<=[בגדזחטכלמנסעפצקש׳])ר(?![אויה])"), "אר"),
    )),
    ("ا-ي", (
        (re.compile("(?<=[بتثجحخدذزسشصضطظغفقكلمنهپچژگکڤ])ر(?![اويىیةآأإ\u064b-\u0652])"), "ار"),
        (re.compile("و(?=[اي])"), "w"),
    )),
    ("가-힣ᄀ-ᇿ", (
        (re.compile("[가-힣]+"), lambda found: unicodedata.normalize("NFD", found[0])),
        # A last consonant is said as a first one where a vowel follows.
        (re.compile("[ᆺᆻ]ᄋ(?=[ᅡ-ᅵ])"), "ᄉ"), (re.compile("ᆽᄋ(?=[ᅡ-ᅵ])"), "ᄌ"),
        (re.compile("ᆾᄋ(?=[ᅡ-ᅵ])"), "ᄎ"),
        (re.compile("ᄋ(?![ᅡ-ᅵ])"), "ᆼ"),
    )),
    # Thai and Lao write some vowels before the consonant that they follow.
    ("ก-ໄ", ((re.compile("([เ-ไເ-ໄ])([ก-ฮກ-ຮ])"), lambda found: found[2] + found[1]),)),
    ("ऀ-ൿ", (
        (re.compile(f"(?<=[{_CONSONANTS}{_NUKTAS}])(?=[{_CONSONANTS}])"), _UNSAID),
    )),
    ("ぁ-ヿ", ((re.compile("[ぁ-ゖ]+"), lambda found: found[0].translate(_HIRAGANA)),)),
)  # fmt: skip
IN_CONTEXT: tuple[tuple[re.Pattern[str], tuple[Change, ...]], ...] = tuple(
    (re.compile(f"[{letters}]"), changes) for letters, changes in _CONTEXT
)
