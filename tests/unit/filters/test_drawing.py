import pytest

from filters.drawing import find
from filters.fold import clean


@pytest.mark.parametrize(
    "text",
    [
        "█" * 60,
        "╔═╗╚═╝" * 5,
        "⠿⠛⠻" * 8,
        "zorgle " + "░▒▓" * 8,
        "=" * 22 + ")",
        "/\\" * 8,
        "c=3~~~ " * 6,
        "( ͡° ͜ʖ ͡°) " * 3,
        "(◕‿◕) " * 5,
        "ʕ•ᴥ•ʔ " * 5,
        "8=D hey",
        "hey 8===>",
        "(.)(.) hey",
        "%&§" * 40,
    ],
)
def test_drawings_are_seen(text: str) -> None:
    assert find(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "<3 <3 <3 <3 <3 <3 <3",
        "¯\\_(ツ)_/¯",
        "why (╯°□°)╯︵ ┻━┻",
        "!" * 80,
        "(a+b)*c = d, or not?",
        "(a+b)*(c-d)/(e^2)=f",
        "is 8=3 or c=3 or x == y",
        "zorgle -> blippo :) :D",
        "**bold** __under__ ~~gone~~",
        "https://zorgle.example/a_b/c-d",
        "你好，世界！今天天气很好。",
        "😂" * 50,
        "f(x)(y)",
    ],
)
def test_text_is_no_drawing(text: str) -> None:
    assert find(clean(text)) is None


def test_a_figure_is_told_by_its_place_and_a_drawing_is_the_whole_text() -> None:
    assert find("hey 8===> you") == (4, 9)
    text = "so " + "█" * 30
    assert find(text) == (0, len(text))
