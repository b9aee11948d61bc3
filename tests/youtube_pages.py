"""How a video stands, as YouTube's page of it and the official list of videos say it."""

from __future__ import annotations

from tests.youtube_wire import Wire

CHANNEL = "UCzorglezorglezorglezorg"
CHAT = "chat-of-zorgle"


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
