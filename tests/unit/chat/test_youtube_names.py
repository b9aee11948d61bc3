import pytest

from bot.chat.youtube_names import Source, source

CHANNEL = "UCzorglezorglezorglezorg"


@pytest.mark.parametrize(
    ("text", "sort", "ident"),
    [
        ("@Zorgle", "handle", "@zorgle"),
        (" zorgle.tv ", "handle", "@zorgle.tv"),
        ("@zörgle", "handle", "@zörgle"),
        ("https://www.youtube.com/@Zorgle", "handle", "@zorgle"),
        ("youtube.com/@zorgle/live", "handle", "@zorgle"),
        ("https://m.youtube.com/@z%C3%B6rgle/streams?x=1", "handle", "@zörgle"),
        (CHANNEL, "channel", CHANNEL),
        (f"https://www.youtube.com/channel/{CHANNEL}/live", "channel", CHANNEL),
        ("zorgleVideo", "video", "zorgleVideo"),
        ("https://www.youtube.com/watch?v=zorgleVideo&t=1s", "video", "zorgleVideo"),
        ("https://www.youtube.com/watch?a=b&v=zorgleVideo", "video", "zorgleVideo"),
        ("https://youtu.be/zorgleVideo?si=x", "video", "zorgleVideo"),
        ("HTTPS://YOUTUBE.COM/live/zorgleVideo?feature=share", "video", "zorgleVideo"),
        ("https://studio.youtube.com/video/zorgleVideo/livestreaming", "video", "zorgleVideo"),
        ("youtube.com/embed/zorgle-_123", "video", "zorgle-_123"),
    ],
)
def test_every_usual_way_to_give_a_channel_or_stream(text: str, sort: str, ident: str) -> None:
    assert source(text) == Source(sort, ident)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "@x", "two words", "x" * 40, "https://example.org/@zorgle", "//x", "http://[",
        "https://youtube.com.example.org/watch?v=zorgleVideo", "https://youtube.com/",
        "https://youtube.com/watch?v=short", "https://youtube.com/channel/UCshort", "youtu.be/",
        "https://youtube.com/c/zorgle", "@zorgle\r\nX: y", "https://youtube.com/watch",
    ],
)  # fmt: skip
def test_what_is_neither_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="give @name") as refused:
        source(text)
    assert "\n" not in str(refused.value)
