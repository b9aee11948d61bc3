import pytest

from filters import code_said
from filters.markup import strip, undirected


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<speak>zor</speak>", "zor"),
        ("&lt;b&gt;zor", "zor"),
        ("[[z'Or]] hey", "hey"),
        ("[zor](/zˈɔɹ/) hey", "zor hey"),
        ("[:rate 600] hey", "hey"),
        ("[zo<600,20>r<100,5>] hey", "hey"),
        ("\\pau=200\\ hey \\vct=9\\", "hey"),
        ("a < b and c > d [ok]", "a < b and c > d [ok]"),
    ],
)
def test_stripped_to(text: str, left: str) -> None:
    assert " ".join(strip(text).split()) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("spongebob: hello", "hello"),
        ("!voice3 hello", "hello"),
        ("[S1] hi [laughs] you (screaming) (brian)", "hi you"),
        ("note: hello", "note: hello"),
        ("hal 9000: no", "hal 9000: no"),
        ("(zorgle) [blippo]", "(zorgle) [blippo]"),
        ("man, what a game!", "man, what a game!"),
    ],
)
def test_voices_of_other_bots_are_not_said(text: str, left: str) -> None:
    assert " ".join(undirected(text).split()) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("say `two words` now", "say two words now"),
        ("run `zor --gle` now", "run code now"),
        ("```int x = zor[3];``` ok", "code ok"),
        ("`zor.gle(1)`", "code"),
        ("a ` b", "a ` b"),
    ],
)
def test_code_is_said_as_code(text: str, left: str) -> None:
    assert " ".join(code_said.said(text, "code").split()) == left
