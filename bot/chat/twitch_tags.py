"""Twitch's dialect of IRC: what a line from the server says happened in chat.

Does not know connections; pure. Reads PRIVMSG, USERNOTICE, CLEARMSG and CLEARCHAT. Every tag may be
missing or wrong: a wrong one counts as missing.

Source: Twitch developer documentation, "Twitch IRC" (commands and tags).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.chat.irc import IrcLine
from filters.message import (
    Author,
    ChatMessage,
    Event,
    Fragment,
    FragmentType,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Role,
)

PLATFORM = "twitch"

ROLE_OF_BADGE = {
    "broadcaster": Role.BROADCASTER,
    "moderator": Role.MODERATOR,
    "lead_moderator": Role.MODERATOR,
    "vip": Role.VIP,
    "subscriber": Role.SUBSCRIBER,
    "founder": Role.SUBSCRIBER,  # the first subscribers wear this instead
    "bot-badge": Role.BOT,
}
_ROLE_OF_TAG = {"mod": Role.MODERATOR, "vip": Role.VIP, "subscriber": Role.SUBSCRIBER}
_KIND_OF_NOTICE = {
    "sub": Kind.SUB,
    "resub": Kind.SUB,
    "subgift": Kind.GIFT,
    "anonsubgift": Kind.GIFT,
    "submysterygift": Kind.GIFT,
    "anonsubmysterygift": Kind.GIFT,
    "raid": Kind.RAID,
}
_ACTION = re.compile(r"\x01ACTION (.*?)\x01?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,9}")
_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_RANGE = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")
_CHEER = re.compile(r"(?<!\S)[A-Za-z0-9]*[A-Za-z]([1-9][0-9]{0,6})(?!\S)")
_MENTION = re.compile(r"(?<!\S)@\w{1,25}\b")

_Mark = tuple[int, int, FragmentType, str]
"""First character, one past the last, what it is, its id."""


def read(line: IrcLine) -> Event | None:
    """What happened; None if the line says nothing that matters here."""
    match line.command:
        case "PRIVMSG" if len(line.params) >= 2:
            return _message(line, line.params[1])
        case "USERNOTICE" if line.params:
            return _notice(line)
        case "CLEARMSG" if target := line.tags.get("target-msg-id"):
            return _removal(line, RemovalKind.DELETE, target)
        case "CLEARCHAT" if target := line.tags.get("target-user-id") or line.param(1):
            seconds = _number(line.tags, "ban-duration")
            return _removal(line, RemovalKind.CLEAR_AUTHOR, target, seconds)
        case "CLEARCHAT" if line.params:
            return _removal(line, RemovalKind.CLEAR_ALL, "")
    return None


def _removal(
    line: IrcLine, kind: RemovalKind, target: str, seconds: float | None = None
) -> Removal:
    channel = line.param(0).removeprefix("#")
    return Removal(PLATFORM, channel, kind, target, seconds, sent=_sent(line.tags))


def _notice(line: IrcLine) -> ChatMessage | None:
    name = line.tags.get("msg-id", "")
    if name == "sharedchatnotice":
        name = line.tags.get("source-msg-id", "")
    kind = _KIND_OF_NOTICE.get(name)
    text = line.param(1)
    if kind is not None:
        return _message(line, text, kind)
    # Announcements and the like: a viewer's words in a frame of the platform's.
    return _message(line, text) if text else None


def _message(line: IrcLine, text: str, kind: Kind = Kind.MESSAGE) -> ChatMessage:
    tags = line.tags
    action = _ACTION.fullmatch(text)
    if action:  # /me; ranges of emotes count from the first character of what it wraps
        text = action[1]
    shared_from = tags.get("source-room-id", "")
    if shared_from == tags.get("room-id"):
        shared_from = ""
    bits = _number(tags, "bits")
    reward = tags.get("custom-reward-id")
    login = tags.get("login") or line.nick
    # Badges, bits and rewards of a shared chat count in the channel that they come from.
    ours = not shared_from
    return ChatMessage(
        platform=PLATFORM,
        channel=line.param(0).removeprefix("#"),
        id=tags.get("id", ""),
        author=Author(
            id=tags.get("user-id") or login,
            name=tags.get("display-name") or login,
            roles=_roles(tags) if ours else frozenset(),
            login=login,
        ),
        text=text,
        kind=Kind.REDEMPTION if reward and ours else kind,
        fragments=_fragments(text, tags.get("emotes", ""), bits or 0),
        reply_to=tags.get("reply-parent-msg-id", ""),
        shared_from=shared_from,
        reward=Reward(reward) if reward and ours else None,
        first=tags.get("first-msg") == "1",
        paid=Payment(bits, "bits") if bits and ours else None,
        viewers=_number(tags, "msg-param-viewerCount") if kind is Kind.RAID else None,
        months=_number(tags, "msg-param-cumulative-months") or None,
        gifts=_number(tags, "msg-param-mass-gift-count") or 1 if kind is Kind.GIFT else None,
        sent=_sent(tags),
    )


def _sent(tags: Mapping[str, str]) -> float | None:
    value = tags.get("tmi-sent-ts", "")
    return int(value) / 1000 if _MILLISECONDS.fullmatch(value) else None


def _roles(tags: Mapping[str, str]) -> frozenset[Role]:
    worn = (badge.partition("/")[0] for badge in tags.get("badges", "").split(","))
    roles = {ROLE_OF_BADGE[badge] for badge in worn if badge in ROLE_OF_BADGE}
    roles |= {role for tag, role in _ROLE_OF_TAG.items() if tags.get(tag) == "1"}
    return frozenset(roles)


def _number(tags: Mapping[str, str], key: str) -> int | None:
    value = tags.get(key, "")
    return int(value) if _NUMBER.fullmatch(value) else None


def _fragments(text: str, emotes: str, bits: int) -> tuple[Fragment, ...]:
    marks = [*_emotes(text, emotes), *_cheers(text, bits)]
    marks += [(m.start(), m.end(), FragmentType.MENTION, "") for m in _MENTION.finditer(text)]
    if not marks:
        return ()
    cut: list[Fragment] = []
    done = 0
    for start, end, kind, ident in sorted(marks):
        if start < done:
            continue
        if start > done:
            cut.append(Fragment(FragmentType.TEXT, text[done:start]))
        cut.append(Fragment(kind, text[start:end], ident))
        done = end
    if done < len(text):
        cut.append(Fragment(FragmentType.TEXT, text[done:]))
    return tuple(cut)


def _emotes(text: str, emotes: str) -> Iterator[_Mark]:
    """`id:first-last,first-last/id:first-last`, counted in code points, ends included."""
    for emote in emotes.split("/"):
        ident, _, ranges = emote.partition(":")
        for part in ranges.split(","):
            if found := _RANGE.fullmatch(part):
                start, end = int(found[1]), int(found[2]) + 1
                if start < end <= len(text):
                    yield start, end, FragmentType.EMOTE, ident


def _cheers(text: str, bits: int) -> Iterator[_Mark]:
    """Words such as `Cheer100`, from the left, as long as the bits given pay for them."""
    for found in _CHEER.finditer(text) if bits else ():
        worth = int(found[1])
        if worth <= bits:
            bits -= worth
            yield found.start(), found.end(), FragmentType.CHEERMOTE, ""
