"""Phoneme notations, spelled roughly as English spells the sounds.

Knows IPA (as espeak-ng and misaki write it too), X-SAMPA, Kirshenbaum's ASCII and ARPAbet; tells
them apart by their characters. Does not know any block list, nor which engine obeys what, nor the
language of what is said: it is exact for consonants and rough for vowels.
"""

from __future__ import annotations

import re
import unicodedata

from filters.signs import Signs

LIMIT = 3_000
"""Code points of a notation that are looked at: more than the phonemes of the longest line."""


def _table(pairs: str) -> dict[str, str]:
    signs = pairs.split()
    return dict(zip(signs[::2], signs[1::2], strict=True))


_SPELLED = _table("""
    p p b b t t d d k k g g ɡ g q k c k ɟ g ʈ t ɖ d ɢ g ɓ b ɗ d ɠ g ʄ g ʛ g
    m m n n ɱ m ɳ n ɲ ny ɴ n ŋ ng ŋk nk ŋg ng ŋɡ ng
    f f v v s s z z h h x kh θ th ð th ʃ sh ʒ zh ɸ f β b ʂ sh ʐ zh ɕ sh ʑ zh ç h ɣ g χ kh ʁ r
    ħ h ɦ h ɧ sh ɬ l ɮ l tʃ ch dʒ j tɕ ch dʑ j tʂ ch dʐ j ʧ ch ʤ j ʨ ch ʥ j ʦ ts ʣ dz
    r r ɹ r ɻ r ɾ r ɽ r ʀ r ɺ l l l ɫ l ɭ l ʟ l ʎ ly w w ʍ w ɥ w ʋ v j y ʔən ten ʔn tn
    i i ɪ i ɨ i ᵻ i y u ʏ u e e ɛ e ø o œ o ɘ e ɵ o ə e ᵊ e ɜ er ɜɹ er ɜr er ɝ er ɝɹ er ɚ er ɚɹ er
    ɞ e æ a a a ɑ a ɐ a ɶ a ʌ u ɒ o ɔ o o o u u ʊ u ʉ u ᵿ u ɯ u ɤ o
    eɪ ai ei ai ɛɪ ai aɪ i ai i ɑɪ i oʊ o ou o əʊ o aʊ ou au ou ɔɪ oi
""")
"""Each sound, as English spells it."""
_SPELLED_SIGNS = Signs(_SPELLED)

_ASCII = _table(r"""
    tS tʃ dZ dʒ S ʃ Z ʒ T θ D ð N ŋ J ɲ L l B β C ç G ɣ X χ H ɥ F m P ʋ K ɬ W ʍ R ɹ
    r\ ɹ R\ ɹ h\ h v\ ʋ s\ ɕ z\ ʑ 4 ɾ 5 l ? ʔ
    V ʌ U ʊ I ɪ E ɛ O ɔ A ɑ Q ɒ { æ & æ } ʉ @ ə @` ɚ 3 ɜ 3` ɝ M ɯ Y ʏ
    1 ɨ 2 ø 6 ɐ 7 ɤ 8 ɵ 9 œ 0 ɒ a# ɐ I2 ɪ I# ɪ @2 ə @5 ʊ i2 i e2 e t# ɾ
""") | {"=": "\u0329", "~": "\u0303"}
"""X-SAMPA, Kirshenbaum and espeak-ng's mnemonics, where they differ from IPA."""
_ASCII_SIGNS = Signs(_ASCII)
_ARPABET = _table("""
    AA ɑ AE æ AH ʌ AO ɔ AW aʊ AX ə AXR ɚ AY aɪ EH ɛ ER ɝ EY eɪ IH ɪ IX ɪ IY i OW oʊ OY ɔɪ UH ʊ UW u
    UX u B b CH tʃ D d DH ð DX ɾ EL əl EM əm EN ən F f G g HH h H h JH dʒ K k L l M m N n NG ŋ NX n
    P p R r S s SH ʃ T t TH θ V v W w WH w Y j Z z ZH ʒ AH0 ə
""")
_MISAKI = str.maketrans({"A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ"})
_ARPABET_GAP = re.compile(r"[\s{}._,-]+")
_STRESS = re.compile("[012]$")
_PAUSE = re.compile(r"_(?:\^_[\w-]{0,12}|[^\w\s])?")
_SYLLABIC = re.compile("(.)[\u0329\u030d]")
_NASAL = re.compile("(?<=[aeiouyɑɐɛɔœəɪʊ])\u0303")
_ENGLISH = re.compile("[ɹɚɝɜʌæɑə]")
_LAST_WEAK = re.compile(r"[əɐ](?!\w)")
# Stress, length, tone, ties and all that only colours a sound.
_COLOUR = re.compile("[\u02b0-\u02dd\u02df-\u02ff\u0300-\u036f'\",%:;.|()\u203f-]+")


def _from_arpabet(text: str) -> str:
    """The words of an ARPAbet notation in IPA; empty if the text is none."""
    words = []
    for word in re.split(r"[|/#&]|\s{2,}", text.upper()):
        signs = [sign for sign in _ARPABET_GAP.split(word) if sign and not sign.isdigit()]
        sounds = [_ARPABET.get(sign) or _ARPABET.get(_STRESS.sub("", sign)) for sign in signs]
        if None in sounds:
            return ""
        words.append("".join(filter(None, sounds)))
    # One sign alone, or two, may well be something else.
    return " ".join(words) if len(_ARPABET_GAP.split(text.strip())) > 2 else ""


def _from_ascii(text: str) -> str:
    plain = _PAUSE.sub("", text)
    return "".join([_ASCII.get(sign, sign) for sign in _ASCII_SIGNS.cut(plain)])


def _as_ipa(text: str) -> str:
    if text.isascii():
        return _from_arpabet(text) or _from_ascii(text)
    return text.translate(_MISAKI).lower()


def phonemes(text: str) -> str:
    """A notation of sounds, in the letters a to z as English spells them: `fʌn` is `fun`.

    Args:
        text: words in IPA, X-SAMPA, Kirshenbaum's notation, ARPAbet or what misaki gives to Kokoro;
            anything else is read letter by letter.

    Returns:
        the words with single spaces between them, without stress and length; empty if nothing is
        a sound. ɾ is a `t` where the notation looks English, otherwise an `r`.
    """
    ipa = _as_ipa(text[:LIMIT])
    if _ENGLISH.search(ipa):
        ipa = ipa.replace("ɾ", "t")
    ipa = _SYLLABIC.sub(r"ə\1", unicodedata.normalize("NFD", ipa).replace("c\u0327", "ç"))
    ipa = _COLOUR.sub("", _NASAL.sub("n", ipa).replace("\u02de", "r"))
    ipa = _LAST_WEAK.sub("a", ipa)
    words = (
        "".join([_SPELLED.get(sign, "") for sign in _SPELLED_SIGNS.cut(word)])
        for word in ipa.split()
    )
    return " ".join(filter(None, words))
