import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import repeats
from filters.repeats import shortened


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zorgle blippo", "zorgle blippo"),
        ("zoooorgle GoOoOd", "zoorgle Good"),
        ("zorzorzorzor", "zorzor"),
        ("ʘ‿ʘʘ‿ʘʘ‿ʘʘ‿ʘ", "ʘ‿ʘʘ‿ʘ"),
        ("no no No no", "no no"),
        ("go zorgle " * 5, "go zorgle go zorgle"),
        ("what?!?! wow!!! so...", "what? wow! so."),
        ("1000000", "1000000"),
        ("abcdefghijklmno" * 2 + "abcdef", "abcdefghijklmno" * 2),
        ("xkcdqwrtpsdfg", "xkc"),
        ("Angstschweiß", "Angstschweiß"),
    ],
)
def test_shortened_to(text: str, said: str) -> None:
    assert shortened(text) == said


@given(st.text("abKkßẞİiσςΣ!?., xyz😂", max_size=16), st.integers(1, 4))
def test_no_repetition_is_passed_over(piece: str, times: int) -> None:
    text = " ".join((piece * times).split())
    said = repeats._AGAIN.sub(r"\1\1", repeats._STRETCHED.sub(r"\1\1", text))
    said = repeats._ENDLESS.sub(r"\1", repeats._MASHED.sub(r"\1", said))
    said = repeats._MARKS.sub(r"\1\2\3", said)
    assert shortened(text) == repeats._once(said)
