import pytest

from bot.chat.twitch_anonymous import channel_name


@pytest.mark.parametrize(
    "text",
    [
        "somename", "SomeName", " somename ", "#somename", "@SomeName", "twitch.tv/somename",
        "https://www.twitch.tv/SomeName", "http://m.twitch.tv/somename/?a=b#c",
        "HTTPS://TWITCH.TV/somename",
    ],
)  # fmt: skip
def test_every_usual_way_to_give_a_channel(text: str) -> None:
    assert channel_name(text) == "somename"


@pytest.mark.parametrize(
    "text",
    [
        "", "#", "@#name", "some name", "naïve", "a" * 26, "_x", "x\r\nQUIT", "name,other",
        "https://example.org/somename", "https://twitch.tv.example.org/x", "twitch.tv/videos/123",
        "twitch.tv/", "https://twitch.tv", "//x", "http://[", "x/y",
    ],
)  # fmt: skip
def test_what_is_no_channel_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Twitch channel"):
        channel_name(text)
