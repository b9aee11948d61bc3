import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.fold import clean
from filters.names_said import MAX_NAME, nobody, says, spoken_name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Cool_Zorgle123", "Cool Zorgle"),
        ("CoolZorgle", "Cool Zorgle"),
        ("Some_Viewer_1", "Some Viewer"),
        ("xX_Dark_Blippo_Xx", "Dark Blippo"),
        ("R2D2", "R2D2"),
        ("DJVexnar", "DJ Vexnar"),
        ("DARKBLIPPO", "Darkblippo"),
        ("zorgle.tv", "zorgle tv"),
        ("ｆａｎｃｙ★zorgle", "fancy zorgle"),
        ("zoooooorgle", "zoorgle"),
        ("quimble_of_the_far_north_west", "quimble of the far"),
        ("q" * 3 + "uimble" * 6, "qquimbleuimbleuimble"),
        ("123456789", ""),
        ("___", ""),
        ("😂", ""),
        ("名前", "名前"),
        ("O'Zorgle", "O'Zorgle"),
    ],
)
def test_said_as(name: str, said: str) -> None:
    assert spoken_name(name) == said


@given(st.text(max_size=60))
def test_any_name_is_short_and_clean(name: str) -> None:
    said = spoken_name(name)
    assert len(said) <= MAX_NAME
    assert clean(said) == said
    assert said == "" or any(map(str.isalnum, said))


def test_who_says() -> None:
    assert says("Zorgle", "en") == "Zorgle says"
    assert says("Zorgle", "pt-BR") == "Zorgle diz"
    assert says("", "de") == "jemand aus dem Chat sagt"
    assert says("", "en") == f"{nobody('en')} says" == "a viewer says"
