"""The small rooms beside YouTube's connectors: pages, start, quota, what a look told."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from bot.chat import youtube_pages
from bot.chat.connector import ConnectorError, Fatal, Lost
from bot.chat.youtube_api import Gone, QuotaGone, TokenGone, failure
from bot.chat.youtube_live import State
from bot.chat.youtube_lookup import state
from bot.chat.youtube_quota import renewed_at
from bot.chat.youtube_start import Start
from tests.youtube_pages import listed, of_channel, of_chat
from tests.youtube_wire import Wire, problem


def unix(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("now", "renewed"),
    [
        ("2026-01-15T12:00:00", "2026-01-16T08:01:00"),  # winter: eight hours behind
        ("2026-07-15T12:00:00", "2026-07-16T07:01:00"),  # summer: seven
        ("2026-07-15T06:59:00", "2026-07-15T07:01:00"),
        ("2026-12-31T23:00:00", "2027-01-01T08:01:00"),
    ],
)
def test_a_key_gets_its_units_at_midnight_in_california(now: str, renewed: str) -> None:
    assert renewed_at(unix(now)) == unix(renewed)


def test_the_start_goes_by_youtubes_clock_once_that_is_known() -> None:
    seconds = [100.0]
    start = Start(clock=lambda: seconds[0], wall=lambda: 5000.0)  # a clock that is wrong
    assert not start.after(4000.0)
    seconds[0] = 130.0
    start.told("nonsense")
    start.told(format_datetime(datetime.fromtimestamp(2030, UTC), usegmt=True))
    assert start.after(2000.0)
    assert not start.after(1998.0)
    start.told(format_datetime(datetime.fromtimestamp(9000, UTC), usegmt=True))
    assert start.after(2000.0)
    assert start.after(None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("live", State.LIVE), ("upcoming", State.UPCOMING), ("ended", State.ENDED),
        ("plain", State.NO_STREAM), ("off", State.NO_CHAT),
    ],
)  # fmt: skip
def test_how_a_listed_video_stands(name: str, expected: State) -> None:
    assert state(listed("zorgleVideo", name)).state is expected


def test_a_listed_video_with_little_said_of_it() -> None:
    assert state({"liveStreamingDetails": {"activeLiveChatId": "c"}}).state is State.LIVE
    planned = {"activeLiveChatId": "c", "scheduledStartTime": "2036-01-01T00:00:00Z"}
    assert state({"liveStreamingDetails": planned}).state is State.UPCOMING


def test_a_robot_check_is_not_a_private_stream() -> None:
    page = (
        'var ytInitialPlayerResponse = {"playabilityStatus": {"status": "LOGIN_REQUIRED", '
        '"reason": "Sign in to confirm you are not a bot"}};'
        '"channelId":"UCzorglezorglezorglezorg"'
    )
    seen = youtube_pages.watched(page + '<link rel="canonical" href="/watch?v=zorgleVideo">')
    assert seen.state is State.UNTOLD
    assert seen.channel_id == "UCzorglezorglezorglezorg"


@pytest.mark.parametrize(
    "page",
    [
        '<meta property="og:url" content="https://www.youtube.com/watch?v=zorgleVideo">',
        "<link rel='shortlink' href=\"https://youtu.be/zorgleVideo\">",
        '<script>var x = {"videoId": "zorgleVideo"}</script>',
        '{"currentVideoEndpoint":{"watchEndpoint":{"videoId":"zorgleVideo"}}}',
    ],
)
def test_the_video_that_a_page_is_about(page: str) -> None:
    assert youtube_pages.watched(page).video == "zorgleVideo"


def test_a_channels_page_is_about_no_video() -> None:
    assert youtube_pages.watched(of_channel()).state is State.ABSENT


def test_of_two_chats_the_whole_one_is_read() -> None:
    assert youtube_pages.continuation(of_chat()) == "all"
    first = '{"contents": {"liveChatRenderer": {"continuations": [{"x": {"continuation": "c"}}]}}}'
    assert youtube_pages.continuation(f"ytInitialData = {first}") == "c"


@pytest.mark.parametrize("page", ["", "ytInitialPlayerResponse = {broken", "<html>", "{" * 100_000])
def test_a_page_that_says_nothing(page: str) -> None:
    assert youtube_pages.watched(page).state is State.ABSENT
    assert youtube_pages.continuation(page) == ""


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (400, "keyInvalid", Fatal), (401, "", Fatal), (401, "authError", Fatal),
        (403, "quotaExceeded", QuotaGone), (403, "dailyLimitExceeded", QuotaGone),
        (429, "quotaExceeded", QuotaGone), (403, "accessNotConfigured", Fatal),
        (403, "ipRefererBlocked", Fatal), (403, "rateLimitExceeded", Lost),
        (403, "liveChatEnded", Gone), (404, "liveChatNotFound", Gone), (404, "", Gone),
        (429, "", Lost), (500, "backendError", Lost), (503, "", Lost), (400, "odd", Lost),
        (400, "pageTokenInvalid", TokenGone), (403, "forbidden", Fatal),
    ],
)  # fmt: skip
def test_what_a_refusal_means(status: int, reason: str, expected: type[ConnectorError]) -> None:
    body = problem(status, reason, "see https://x/?key=zorgle-secret")
    for shape in (body, [body]):
        error = failure(status, shape)
        assert type(error) is expected
        assert "zorgle-secret" not in str(error)


@pytest.mark.parametrize("body", [None, [], {}, {"error": 7}, {"error": {"errors": [7, {}]}}])
def test_a_refusal_that_says_nothing(body: Wire | None) -> None:
    assert isinstance(failure(500, body), Lost)
