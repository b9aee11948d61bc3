import pytest

from filters.numbers_said import shortened
from filters.phrases_said import phrases


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zorgle", "zorgle"),
        ("123456", "123456"),
        ("1,234.56 or 1.234,56", "1,234.56 or 1.234,56"),
        ("1234567", "about 1.2 million"),
        ("1000000", "1 million"),
        ("1.000.000", "1 million"),
        ("$2,500,000.00", "$2.5 million"),
        ("83200000", "about 83 million"),
        ("999999999", "about 999 million"),
        ("0123456", "a long number"),
        ("01234567", "a long number"),
        ("1234567890", "a long number"),
        ("12 34 56 78 90", "a long number"),
        ("zorgle12345678", "zorgle a long number"),
        ("3.14159265", "3.14"),
        ("1e99", "a long number"),
        ("9!9!9!", "9 9 9!"),
        ("#1 and #zorgle", "number 1 and #zorgle"),
        ("2026-11-23 20:00", "2026-11-23 at 20:00"),
        ("12:30, 3-2, 24/7, v1.2.3, 5€", "12:30, 3-2, 24/7, v1.2.3, 5€"),
        ("12345 a 12345 b 12345 c 1 d 2", "12345 a 12345 b 12345 c a number d"),
    ],
)
def test_said_as(text: str, said: str) -> None:
    assert " ".join(shortened(text, phrases("en")).split()) == said


@pytest.mark.parametrize(
    ("language", "one", "less_than_two", "several"),
    [
        ("es", "1 millón", "unos 1,2 millones", "12 millones"),
        ("pt", "1 milhão", "cerca de 1,2 milhão", "12 milhões"),
        ("de", "1 Million", "etwa 1,2 Millionen", "12 Millionen"),
        ("fr", "1 million", "environ 1,2 million", "12 millions"),
    ],
)
def test_millions_agree(language: str, one: str, less_than_two: str, several: str) -> None:
    said = phrases(language)
    assert shortened("1000000", said) == one
    assert shortened("1234567", said) == less_than_two
    assert shortened("12000000", said) == several
