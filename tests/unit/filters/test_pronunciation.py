import pytest

from filters.abbreviations import abbreviations
from filters.phrases_said import LANGUAGES
from filters.pronunciation import parse_pronunciations, pronounced

LIST = """\ufeff
# comment
Zorgle = zor gull
[ES]
gg = buena partida
c++ = ce más más
"""


def test_a_list_is_read_by_language() -> None:
    assert parse_pronunciations(LIST) == {
        "": {"zorgle": "zor gull"},
        "es": {"gg": "buena partida", "c++": "ce más más"},
    }
    assert parse_pronunciations("") == {}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("zorgle", "line 2: write `word = what is said`"),
        ("zorgle =", "line 2: write `word"),
        ("two words = x", "line 2: 'two words' is not one word"),
        ("mr. = mister", "is not one word"),
        ("[spanish language]", "line 2: write a language as its code"),
        ("z = " + "x" * 99, "line 2: keep the word to 40 characters"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(line: str, told: str) -> None:
    with pytest.raises(ValueError, match="line 2") as error:
        parse_pronunciations(f"# first\n{line}\n")
    assert told in str(error.value)


def test_only_whole_tokens_are_replaced_and_the_first_table_wins() -> None:
    tables = [{"zor": "one"}, {"zor": "two", "gle": "three"}]
    assert pronounced("zor, ZOR! zorgle (gle)", tables) == "one, one! zorgle (three)"
    assert pronounced("zor", []) == "zor"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_abbreviations_do_not_grow_when_said_twice(language: str) -> None:
    table = abbreviations(language)
    assert len(table) >= 30
    for said in table.values():
        assert pronounced(said, [table]) == said
    assert "gg" not in table
    assert abbreviations("ja") == abbreviations("en")
