import pytest

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
