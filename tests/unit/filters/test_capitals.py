import pytest

from filters.capitals import unshouted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Zorgle and Blippo", "Zorgle and Blippo"),
        ("that is REALLY good GG", "that is really good GG"),
        ("WHY IS THE USA SO FAR", "why is the USA so far"),
        ("NASA rocks", "NASA rocks"),
        ("QUIMBLE", "quimble"),
        ("ÜBERALL SCHÖN HIER", "überall schön hier"),
    ],
)
def test_said_as(text: str, said: str) -> None:
    assert unshouted(text) == said
