"""How a channel and its video stand: YouTube's pages, and the official list of videos."""

from __future__ import annotations

import json

from tests.youtube_wire import Wire

CHANNEL = "UCzorglezorglezorglezorg"
CHAT = "chat-of-zorgle"


def of_channel() -> str:
    """A channel's page, when it streams nothing. It names videos all the same."""
    data = json.dumps({"metadata": {"channelMetadataRenderer": {"externalId": CHANNEL}}})
    link = f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">'
    more = '{"gridVideoRenderer": {"videoId": "olderBlippo"}}'
    return f"{link}<script>var ytInitialData = {data};var more = {more};</script>"


def of_video(video: str, state: str) -> str:
    """The page on which a video is watched; `untold` says no more than whose it is."""
    link = f'<link rel="canonical" href="https://www.youtube.com/watch?v={video}">'
    if state == "untold":
        return f'{link}<script>var x = {{"channelId":"{CHANNEL}"}};</script>'
    shown = json.dumps(player(video, state))
    return f"{link}<script>var ytInitialPlayerResponse = {shown};var meta = 1;</script>"


def of_chat() -> str:
    """The page of a chat in a window of its own: where it begins, in part and whole."""
    reload = [
        {"continuation": {"reloadContinuationData": {"continuation": name}}}
        for name in ("top", "all")
    ]
    menu = {"sortFilterSubMenuRenderer": {"subMenuItems": reload}}
    chat = {
        "continuations": [{"timedContinuationData": {"continuation": "top", "timeoutMs": 9}}],
        "header": {"liveChatHeaderRenderer": {"viewSelector": menu}},
    }
    data = json.dumps({"contents": {"liveChatRenderer": chat}})
    return f'<script>window["ytInitialData"] = {data};</script>'


def player(video: str, state: str) -> Wire:
    """The player's part of the page on which a video is watched."""
    if state == "missing":
        return {"playabilityStatus": {"status": "ERROR", "reason": "Video unavailable"}}
    if state == "private":
        why = "This is a private video. Please sign in to verify that you may see it."
        return {"playabilityStatus": {"status": "LOGIN_REQUIRED", "messages": [why]}}
    details: Wire = {"videoId": video, "channelId": CHANNEL, "title": "An evening"}
    told: Wire = {}
    status = "OK"
    match state:
        case "live" | "off":
            details |= {"isLive": True, "isLiveContent": True}
            told = {"isLiveNow": True, "startTimestamp": "2026-01-01T00:00:00Z"}
        case "upcoming":
            details |= {"isUpcoming": True, "isLiveContent": True}
            told = {"isLiveNow": False, "startTimestamp": "2036-01-01T00:00:00Z"}
            status = "LIVE_STREAM_OFFLINE"
        case "ended":
            details |= {"isLiveContent": True}
            told = {"isLiveNow": False, "endTimestamp": "2026-01-01T01:00:00Z"}
    renderer = {"liveBroadcastDetails": told} if told else {}
    return {
        "playabilityStatus": {"status": status},
        "videoDetails": details,
        "microformat": {"playerMicroformatRenderer": renderer},
    }


def listed(video: str, state: str) -> Wire:
    """The entry in the official list of videos."""
    begun = {"actualStartTime": "2026-01-01T00:00:00Z"}
    streams: dict[str, Wire] = {
        "live": begun | {"activeLiveChatId": CHAT},
        "off": begun,
        "upcoming": {"scheduledStartTime": "2036-01-01T00:00:00Z", "activeLiveChatId": CHAT},
        "ended": begun | {"actualEndTime": "2026-01-01T01:00:00Z"},
    }
    said = {"live": "live", "off": "live", "upcoming": "upcoming"}.get(state, "none")
    body: Wire = {"id": video, "snippet": {"channelId": CHANNEL, "liveBroadcastContent": said}}
    return body | ({"liveStreamingDetails": streams[state]} if state in streams else {})
