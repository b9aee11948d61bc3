import re
import unicodedata

import pytest

from filters.emoji_names import _FLAGS, _NAMES, named, with_emoticons, without_emoticons
from filters.phrases_said import LANGUAGES


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("😂" * 40, "en", "tears of joy"),
        ("zorgle 😂", "de", "zorgle, Lachtränen"),
        ("i ❤️ zorgle", "en", "i heart zorgle"),
        ("❤💙💜", "fr", "cœur"),
        ("🔥🚀🎉👀", "es", "fuego, cohete"),
        ("👍🏿 👍🏻", "pt", "joinha"),
        ("👩🏽‍💻👨‍👩‍👧", "en", "programmer, family"),
        ("🇩🇪🇧🇷🇫🇷", "en", "Germany, Brazil"),
        ("🇿🇴🇷", "en", "zor"),
        ("🅱lippo 🆗", "en", "blippo ok"),
        ("vexn❌ar ❌", "en", "vexnxar, cross"),
        ("🍆🍑", "en", ""),
        ("🎉", "ja", "confetti"),
        ("日本語 ok", "en", "日本語 ok"),
    ],
)
def test_named(text: str, language: str, said: str) -> None:
    assert " ".join(named(text, language).split()) == said


def test_how_many_names_is_the_callers_choice() -> None:
    assert named("🔥🎉", most=0).strip() == ""
    assert named("🔥🎉🚀", most=3).strip() == "fire, confetti, rocket"


def test_emoticons_that_stand_alone_are_emoji() -> None:
    assert with_emoticons("zorgle <3 :D T_T") == "zorgle ❤ 😃 😭"
    assert with_emoticons("3:0 a:D 500 XP") == "3:0 a:D 500 XP"
    assert without_emoticons("zorgle :) blippo") == "zorgle blippo"


def test_the_tables_are_whole_and_short() -> None:
    assert len(_NAMES["en"]) >= 250
    assert len(_FLAGS["en"]) >= 60
    for table in (_NAMES, _FLAGS):
        for language in LANGUAGES:
            for key, name in table[language].items():
                assert 0 < len(name) <= 26, (key, language)
                assert re.fullmatch(r"[\w '’-]+", name), (key, language)
                assert unicodedata.normalize("NFKC", name) == name


def test_every_emoji_of_the_table_is_found() -> None:
    for language in LANGUAGES:
        for key, name in _NAMES[language].items():
            assert named(key, language).strip() == name
