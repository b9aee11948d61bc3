"""Phoneme notations spelled as English spells the sounds. The words are invented."""

from __future__ import annotations

import random
import re

import pytest

from filters.notation import phonemes


@pytest.mark.parametrize(
    ("notation", "spelled"),
    [
        # IPA
        ("zˈɔːɹɡəl", "zorgel"),
        ("zˈɔːɹɡl̩", "zorgel"),
        ("blˈɪpoʊ", "blipo"),
        ("vˈɛksnɑːɹ", "veksnar"),
        ("kwˈɪmbəl dɹˈuːkə", "kwimbel druka"),
        ("t͡ʃɪndʒæθ", "chinjath"),
        ("ʃʌʒɐ", "shuzha"),
        ("ʃɪŋkɪŋ zɪŋɡɚ zʌŋ", "shinking zinger zung"),
        ("zɛ̃pɔ̃", "zenpon"),
        ("ɲuʎaçex", "nyulyahekh"),
        # What is a t in English is an r elsewhere.
        ("ɡɹˈɑːɾi", "grati"),
        ("gɾoɾi", "grori"),
        ("zˈʌʔn̩ ʔapel", "zuten apel"),
        # misaki
        ("ɡɹˈOmp ʤˈIzᵊl", "gromp jizel"),
        # X-SAMPA, Kirshenbaum, espeak-ng
        ('"zO:rg@l', "zorgel"),
        ("z'O:rg@L", "zorgel"),
        ("tSVndZ{T", "chunjath"),
        ("SVZI#", "shuzhi"),
        ("r\\EN@`", "renger"),
        ("z_hOg", "zhog"),
        ("z_^_fr_^_Op", "zop"),
        ("sn'A@f", "snaef"),
        # ARPAbet
        ("Z AO1 R G AH0 L", "zorgel"),
        ("{B L IH1 P OW0}", "blipo"),
        ("z-ao-r-g-ax-l", "zorgel"),
        ("s n aa 1 r f & g r aa m p", "snarf gramp"),
        ("CH AH1 N  JH AE1 TH", "chun jath"),
        # no notation
        ("zorgle", "zorgle"),
        ("", ""),
        ("... *** ^^", ""),
    ],
)
def test_notations_are_spelled(notation: str, spelled: str) -> None:
    assert phonemes(notation) == spelled


@pytest.mark.parametrize(
    "sign", ["ə", "_", "a\u0329", "AH0 ", "  |", "S", "tʃ", "^_", "\u0303", "\ud800"]
)
def test_any_length_of_anything_is_spelled(sign: str) -> None:
    assert re.fullmatch("[a-z]*( [a-z]+)*", phonemes(sign * 10_000))


def test_any_characters_are_spelled() -> None:
    rng = random.Random(3)
    for last in (0x7F, 0x3FF, 0x10FFFF):
        text = "".join([chr(rng.randint(0, last)) for _ in range(10_000)])
        assert re.fullmatch("[a-z]*( [a-z]+)*", phonemes(text))
