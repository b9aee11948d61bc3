"""Characters that look like a Latin letter, as tables for `str.translate`.

Does not know when to use them. Reviewed by hand and short: letters of other scripts that a reader
takes for Latin ones at a glance, lower case (readings are folded first).
"""

from __future__ import annotations


def _pairs(alike: str, latin: str) -> dict[int, str]:
    return dict(zip(map(ord, alike), latin, strict=True))


LATIN: dict[int, str] = {
    # Cyrillic
    **_pairs("авсԁеғһнијіјкӏмпорԛгѕтцυѵԝхуьԍ", "abcdefhhujijklmnopqrstuuvwxybg"),
    # Greek
    **_pairs("αβϲδεφγηικλμνορστχωζθ", "abcdefynikluvopotxwzo"),
    # Armenian
    **_pairs("օսհոցյ", "ouhngj"),
    # Latin letters without a decomposition, and phonetic ones
    **_pairs("ƒɑɡıłøđħŋɩʋɯƙɓɗɠɛɔʂʈʍ", "fagilodhniuwkbdgeostw"),
    # Latin small capitals
    **_pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
}
"""Letters of other scripts and alphabets that look Latin."""

_A = ord("a")
EMOJI_LETTERS: dict[int, str] = {
    first + i: chr(_A + i)
    for first in (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional
    for i in range(26)
} | {0x1F18E: "ab", 0x26CE: "u", 0x2B55: "o", 0x274C: "x", 0x2139: "i", 0x24C2: "m"}
"""Emoji that are letters, or are used as one, and have no compatibility form."""
