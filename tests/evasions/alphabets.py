"""Characters that look like the letters a-z, and letters of other scripts that sound like them.

Tables only, written for the tests and not taken from the filters' own: what agrees with them was
found twice. Does not know any word.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits


def _run(first: int, letters: str = ascii_lowercase, gaps: str = "") -> dict[str, str]:
    """An alphabet that Unicode encodes in one run; letters in `gaps` stand elsewhere."""
    run = {letter: chr(first + i) for i, letter in enumerate(letters)}
    return {letter: char for letter, char in run.items() if letter not in gaps}


FULLWIDTH = _run(0xFF41)
FULLWIDTH_CAPITALS = _run(0xFF21)
FONTS = {
    "maths bold": _run(0x1D41A),
    "maths italic": _run(0x1D44E, gaps="h") | {"h": "ℎ"},
    "maths bold italic": _run(0x1D482),
    "maths script": _run(0x1D4B6, gaps="ego") | {"e": "ℯ", "g": "ℊ", "o": "ℴ"},
    "maths bold script": _run(0x1D4EA),
    "maths fraktur": _run(0x1D51E),
    "maths double struck": _run(0x1D552),
    "maths bold fraktur": _run(0x1D586),
    "maths sans": _run(0x1D5BA),
    "maths sans bold": _run(0x1D5EE),
    "maths mono": _run(0x1D68A),
    "maths bold capitals": _run(0x1D400),
    "circled": _run(0x24D0),
    "circled capitals": _run(0x24B6),
    "circled black": _run(0x1F150),
    "squared": _run(0x1F130),
    "squared black": _run(0x1F170),
    "parenthesized": _run(0x249C),
    "superscript": dict(zip(ascii_lowercase, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ", strict=True)),
    "small capitals": dict(zip(ascii_lowercase, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ", strict=True)),
    "currency": dict(zip(ascii_lowercase, "₳฿₵ĐɆ₣₲ⱧłJ₭Ⱡ₥₦ØⱣQⱤ₴₮ɄV₩ӾɎⱫ", strict=True)),
}
HOMOGLYPHS = {
    "Cyrillic": dict(zip("abcdeghijklmnopqrstvwxy", "аЬсԁеԍһіјкӀмпорԛгѕтѵԝху", strict=True)),
    "Greek": dict(zip("abeikmnoprstuvwxyz", "αβεικΜηορΓςτυνωχγΖ", strict=True)),
    "Armenian": dict(zip("bghlnoqrsuw", "ԃցհլոօզրտսա", strict=True)),
    "Latin": dict(zip("abcdefghijklmnopqrstuvwxyz", "ɑɓƈɗɇƒɠɦɩʝƙƚɱɳɵƥʠɼʂƭʋⱱⱳӿƴʐ", strict=True)),
    "capitals": dict(zip("abcehijkmnopstxyz", "АВСЕНІЈКМΝОРЅТХУΖ", strict=True)),
}
ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030c\u0323\u0327\u0328\u0331"
ZALGO = "".join(map(chr, range(0x0300, 0x0334))) + "".join(map(chr, range(0x033D, 0x034F)))
STROKES = "\u0335\u0336\u0337\u0338\u0332\u0333\u20d2\u20e0\u0489"
STROKED = dict(zip("bdghiloptz", "ƀđǥħɨłøᵽŧƶ", strict=True))
INVISIBLE = (
    "\u200b \u200c \u200d \u2060 \u00ad \u034f \u2800 \u3164 \u115f \u180b \u180e \u2061 \u2062 "
    "\u2063 \u2064 \ufeff \ufe0e \ufe0f \U000e0100 \U000e0061 \U000e0020 \u17b5 \uffa0 \u206d"
).split(" ")
BIDI = ("\u200e", "\u200f", "\u202a{}\u202c", "\u202d{}\u202c", "\u2066{}\u2069", "\u2068{}\u2069")
EMOJI_LETTERS = {
    **{"a": "🅰️", "b": "🅱️", "o": "🅾️", "p": "🅿️", "i": "ℹ️", "m": "Ⓜ️", "x": "❌", "t": "✝️"},
    **{"c": "©️", "r": "®️"},
}
KEYCAPS = {digit: f"{digit}\ufe0f\u20e3" for digit in digits}
INDICATORS = _run(0x1F1E6)
LEET = {
    **{"a": "4@", "b": "8", "e": "3", "g": "96", "i": "1!", "l": "1", "o": "0", "s": "5$"},
    **{"t": "7+", "z": "2", "c": "("},
}
ART = {
    **{"a": "/\\ @", "b": "|3 13 8", "c": "( ¢ <", "d": "|)", "e": "€ 3", "f": "ƒ |=", "g": "6 9"},
    **{"h": "|-| }{ #", "i": "! | ¡", "j": "_|", "k": "|< |{", "l": "|_ £ |", "m": "|\\/| /\\/\\"},
    **{"n": "|\\| И", "o": "() 0", "p": "|> |*", "r": "|2 Я", "s": "$ § 5", "t": "+ 7 †"},
    **{"u": "|_| µ v", "v": "\\/", "w": "\\/\\/ vv", "x": "><", "y": "¥", "z": "2"},
}
KEYBOARD = dict(
    zip(
        ascii_lowercase,
        "sq vn xv sf wr dg fh gj uo hk jl kp nk bm ip ol wa et ad ry yi cb qe zc tu xs".split(),
        strict=True,
    )
)

CYRILLIC = {
    **{"A": "а", "E": "е", "I": "и", "O": "о", "U": "а|у", "AY": "ей|а", "EE": "и", "IE": "ай"},
    **{"OH": "о", "OO": "у", "OW": "ау", "OY": "ой", "AW": "о", "AR": "ар", "OR": "ор"},
    **{"ER": "ер", "L=": "л", "I_": "и", "B": "б", "D": "д", "F": "ф", "G": "г", "H": "х"},
    **{"J": "дж", "K": "к", "L": "л", "M": "м", "N": "н", "P": "п", "R": "р", "S": "с"},
    **{"T": "т", "V": "в", "W": "в", "Z": "з", "Y": "й", "SH": "ш", "CH": "ч", "TH": "т"},
    **{"KW": "кв", "X": "кс", "": ""},
}
GREEK = {
    **{"A": "α", "E": "ε", "I": "ι", "O": "ο", "U": "α|ου", "AY": "έι", "EE": "ι", "IE": "άι"},
    **{"OH": "ο", "OO": "ου", "OW": "άου", "OY": "όι", "AW": "ο", "AR": "αρ", "OR": "ορ"},
    **{"ER": "ερ", "L=": "λ", "I_": "ι", "B": "μπ", "D": "ντ", "F": "φ", "G": "γκ", "H": "χ"},
    **{"J": "τζ", "K": "κ", "L": "λ", "M": "μ", "N": "ν", "P": "π", "R": "ρ", "S": "σ"},
    **{"T": "τ", "V": "β", "W": "γου", "Z": "ζ", "Y": "γι", "SH": "σ", "CH": "τσ", "TH": "θ"},
    **{"KW": "κου", "X": "ξ", "": ""},
}
HEBREW = {
    **{"A": "א", "E": "", "I": "י", "O": "ו", "U": "א", "AY": "יי", "EE": "י", "IE": "יי"},
    **{"OH": "ו", "OO": "ו", "OW": "או", "OY": "וי", "AW": "ו", "AR": "אר", "OR": "ור"},
    **{"ER": "ר", "L=": "ל", "I_": "י", "B": "ב", "D": "ד", "F": "פ", "G": "ג", "H": "ה"},
    **{"J": "ג׳", "K": "ק", "L": "ל", "M": "מ", "N": "נ", "P": "פ", "R": "ר", "S": "ס"},
    **{"T": "ט", "V": "ו", "W": "ו", "Z": "ז", "Y": "י", "SH": "ש", "CH": "צ׳", "TH": "ת"},
    **{"KW": "קו", "X": "קס", "": ""},
}
ARABIC = {
    **{"A": "ا", "E": "ي", "I": "ي", "O": "و", "U": "ا", "AY": "ي", "EE": "ي", "IE": "اي"},
    **{"OH": "و", "OO": "و", "OW": "او", "OY": "وي", "AW": "و", "AR": "ار", "OR": "ور"},
    **{"ER": "ر", "L=": "ل", "I_": "ي", "B": "ب", "D": "د", "F": "ف", "G": "غ", "H": "ه"},
    **{"J": "ج", "K": "ك", "L": "ل", "M": "م", "N": "ن", "P": "پ", "R": "ر", "S": "س"},
    **{"T": "ت", "V": "ڤ", "W": "و", "Z": "ز", "Y": "ي", "SH": "ش", "CH": "تش", "TH": "ث"},
    **{"KW": "كو", "X": "كس", "": ""},
}
# Rows of the syllabary by consonant, in the order a i u e o.
_ROWS = {
    **{
        "": "ア イ ウ エ オ",
        "B": "バ ビ ブ ベ ボ",
        "D": "ダ ディ ドゥ デ ド",
        "F": "ファ フィ フ フェ フォ",
    },
    **{
        "G": "ガ ギ グ ゲ ゴ",
        "H": "ハ ヒ フ ヘ ホ",
        "J": "ジャ ジ ジュ ジェ ジョ",
        "K": "カ キ ク ケ コ",
    },
    **{"L": "ラ リ ル レ ロ", "M": "マ ミ ム メ モ", "N": "ナ ニ ヌ ネ ノ", "P": "パ ピ プ ペ ポ"},
    **{
        "R": "ラ リ ル レ ロ",
        "S": "サ シ ス セ ソ",
        "T": "タ ティ トゥ テ ト",
        "V": "ヴァ ヴィ ヴ ヴェ ヴォ",
    },
    **{"W": "ワ ウィ ウ ウェ ウォ", "Y": "ヤ イ ユ イェ ヨ", "Z": "ザ ジ ズ ゼ ゾ"},
    **{"SH": "シャ シ シュ シェ ショ", "CH": "チャ チ チュ チェ チョ", "TH": "サ シ ス セ ソ"},
}
KANA = {consonant: dict(zip("aiueo", row.split(), strict=True)) for consonant, row in _ROWS.items()}
KANA_VOWEL = {
    **{"A": "a", "E": "e", "I": "i", "O": "o", "U": "a", "AY": "eイ", "EE": "iー", "IE": "aイ"},
    **{"OH": "oー", "OO": "uー", "OW": "aウ", "OY": "oイ", "AW": "oー", "AR": "aー", "OR": "oー"},
    **{"ER": "aー", "I_": "iー"},
}
KANA_ALONE = {
    **{"B": "ブ", "D": "ド", "F": "フ", "G": "グ", "H": "フ", "J": "ジ", "K": "ク", "L": "ル"},
    **{"M": "ム", "N": "ン", "P": "プ", "R": "ル", "S": "ス", "T": "ト", "V": "ヴ", "W": "ウ"},
    **{"Y": "イ", "Z": "ズ", "SH": "シュ", "CH": "チ", "TH": "ス", "L=": "ル"},
}
HANGUL_FIRST = dict(
    zip(
        "G N D R L M B V S SH TH J Z CH K T P F H".split(),
        (0, 2, 3, 5, 5, 6, 7, 7, 9, 9, 9, 12, 12, 14, 15, 16, 17, 17, 18),
        strict=True,
    )
)
HANGUL_VOWEL = {
    **{"A": (1,), "E": (5,), "I": (20,), "O": (8,), "U": (4,), "AY": (5, 20), "EE": (20,)},
    **{"IE": (0, 20), "OH": (8,), "OO": (13,), "OW": (0, 13), "OY": (8, 20), "AW": (8,)},
    **{"AR": (0,), "OR": (8,), "ER": (4,), "I_": (20,)},
}
HANGUL_LAST = {"K": 1, "G": 1, "N": 4, "L": 8, "R": 8, "M": 16, "B": 17, "P": 17, "T": 19, "S": 19}
CAPITALS = dict(zip(ascii_lowercase, ascii_uppercase, strict=True))
