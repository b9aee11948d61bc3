"""Events as JSON objects, the form in which they are recorded and replayed.

Does not know files, clocks, or when an event happened: the key `at` belongs to recordings, is
read by `at` and is otherwise left alone. Unknown keys of the object are kept in `extra`; those of
the objects inside a message, and roles that are unknown, are kept there under the name of theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, cast

from filters.message import (
    Author,
    ChatMessage,
    Event,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Role,
)

Object = Mapping[str, Any]

_COMMON = {"at", "platform", "channel", "kind"}
_REMOVAL = _COMMON | {"target", "seconds", "sent"}
_MESSAGE = _COMMON | {
    "id", "author", "text", "fragments", "reply_to", "shared_from", "reward", "first", "paid",
    "viewers", "months", "gifts", "sent",
}  # fmt: skip
_AUTHOR = {"id", "name", "login", "roles"}
_FRAGMENT = {"type", "text", "id"}
_REWARD = {"id", "title"}
_PAID = {"amount", "unit"}
_ROLES = {str(role): role for role in Role}
_KINDS = {str(kind): kind for kind in (*Kind, *RemovalKind)}


def decode(data: object) -> Event:
    """The event that a JSON object describes. A key that is null counts as missing.

    Raises:
        ValueError: something is missing or of the wrong type; the text names the key.
    """
    if not isinstance(data, Mapping):
        raise ValueError("not a JSON object")
    name = _text(data, "kind", Kind.MESSAGE)
    kind = _KINDS.get(name)
    if kind is None:
        raise ValueError(f"kind: {name[:40]!a} is not one of {', '.join(_KINDS)}")
    return _removal(data, kind) if isinstance(kind, RemovalKind) else _message(data, kind)


def at(data: Object) -> float:
    """Seconds from the start of the recording; 0 if the object does not say.

    Raises:
        ValueError: it is not a finite number.
    """
    return _number(data, "at") or 0.0


def encode(event: Event) -> dict[str, object]:
    """The JSON object from which `decode` makes the same event. Empty values are left out.

    Raises:
        ValueError: `extra` holds something else than `decode` puts there; the text names the key.
    """
    known = _REMOVAL if isinstance(event, Removal) else _MESSAGE
    common: dict[str, object] = {
        **_rest(event.extra, known),
        "platform": event.platform,
        "channel": event.channel,
        "kind": str(event.kind),
    }
    if isinstance(event, Removal):
        return (
            common
            | _filled({"target": event.target})
            | _given("seconds", event.seconds)
            | _given("sent", event.sent)
        )
    return (
        common
        | {"id": event.id, "author": _author_object(event), "text": event.text}
        | _filled(
            {
                "fragments": _fragment_objects(event),
                "reply_to": event.reply_to,
                "shared_from": event.shared_from,
                "first": event.first,
            }
        )
        | _given("reward", _reward_object(event))
        | _given("paid", _paid_object(event))
        | _given("viewers", event.viewers)
        | _given("months", event.months)
        | _given("gifts", event.gifts)
        | _given("sent", event.sent)
    )


def _removal(data: Object, kind: RemovalKind) -> Removal:
    target = _text(data, "target")
    if not target and kind is not RemovalKind.CLEAR_ALL:
        raise ValueError(f"target: missing, {kind} needs it")
    return Removal(
        platform=_text(data, "platform", "replay"),
        channel=_text(data, "channel"),
        kind=kind,
        target=target,
        seconds=_amount(data, "seconds"),
        sent=_number(data, "sent"),
        extra=_rest(data, _REMOVAL),
    )


def _message(data: Object, kind: Kind) -> ChatMessage:
    fragments = _fragments(data)
    joined = "".join(f.text for f in fragments)
    text = _text(data, "text", joined)
    if kind is Kind.MESSAGE and not fragments and data.get("text") is None:
        raise ValueError("text: missing, a message needs it")
    if fragments and joined != text:
        raise ValueError("fragments: their texts, joined, are not the text")
    return ChatMessage(
        platform=_text(data, "platform", "replay"),
        channel=_text(data, "channel"),
        id=_text(data, "id"),
        author=_author(data),
        text=text,
        kind=kind,
        fragments=fragments,
        reply_to=_text(data, "reply_to"),
        shared_from=_text(data, "shared_from"),
        reward=_reward(data),
        first=_flag(data, "first"),
        paid=_payment(data),
        viewers=_count(data, "viewers"),
        months=_count(data, "months"),
        gifts=_count(data, "gifts"),
        sent=_number(data, "sent"),
        extra=_rest(data, _MESSAGE) | _unknown_within(data),
    )


def _unknown_within(data: Object) -> dict[str, object]:
    """What the objects inside a message, found right before, hold that this program cannot name."""
    author = _object(data, "author") or {}
    roles = _unknown_roles(_list(author, "roles", within="author"))
    fragments = [_rest(f, _FRAGMENT) for f in _list(data, "fragments") if isinstance(f, Mapping)]
    return _filled(
        {
            "author": _rest(author, _AUTHOR) | _filled({"roles": roles}),
            "fragments": fragments if any(fragments) else None,
            "reward": _rest(_object(data, "reward") or {}, _REWARD),
            "paid": _rest(_object(data, "paid") or {}, _PAID),
        }
    )


def _author(data: Object) -> Author:
    author = _object(data, "author") or {}
    name = _text(author, "name", within="author")
    roles = _list(author, "roles", within="author")
    if not all(isinstance(role, str) for role in roles):
        raise ValueError("author.roles: must be strings")
    return Author(
        id=_text(author, "id", within="author") or name,
        name=name,
        roles=frozenset(_ROLES[role] for role in roles if role in _ROLES),
        login=_text(author, "login", within="author"),
    )


def _fragments(data: Object) -> tuple[Fragment, ...]:
    found = []
    for number, item in enumerate(_list(data, "fragments")):
        place = f"fragments[{number}]"
        if not isinstance(item, Mapping):
            raise ValueError(f"{place}: must be an object")
        kind = _text(item, "type", "text", within=place)
        words = _text(item, "text", within=place)
        found.append(Fragment(kind, words, _text(item, "id", within=place)))
    return tuple(found)


def _reward(data: Object) -> Reward | None:
    reward = _object(data, "reward")
    if reward is None:
        return None
    return Reward(_text(reward, "id", within="reward"), _text(reward, "title", within="reward"))


def _payment(data: Object) -> Payment | None:
    paid = _object(data, "paid")
    if paid is None:
        return None
    amount = _amount(paid, "amount", within="paid")
    unit = _text(paid, "unit", within="paid")
    if amount is None or not unit:
        raise ValueError(f"paid.{'unit' if amount is not None else 'amount'}: missing")
    return Payment(amount, unit)


def _key(key: str, within: str) -> str:
    return f"{within}.{key}" if within else key


def _text(data: Object, key: str, default: str = "", *, within: str = "") -> str:
    value = data.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise ValueError(f"{_key(key, within)}: must be a string")
    return value


def _number(data: Object, key: str, *, within: str = "") -> float | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_key(key, within)}: must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{_key(key, within)}: must be a finite number")
    return number


def _amount(data: Object, key: str, *, within: str = "") -> float | None:
    number = _number(data, key, within=within)
    if number is not None and number < 0:
        raise ValueError(f"{_key(key, within)}: must not be negative")
    return number


def _count(data: Object, key: str) -> int | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{key}: must be a whole number, not negative")
    return value


def _flag(data: Object, key: str) -> bool:
    value = data.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise ValueError(f"{key}: must be true or false")
    return value


def _object(data: Object, key: str) -> Object | None:
    value = data.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise ValueError(f"{key}: must be an object")
    return value


def _list(data: Object, key: str, *, within: str = "") -> Sequence[object]:
    value = data.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError(f"{_key(key, within)}: must be a list")
    return cast("list[object]", value)


def _rest(data: Object, known: set[str]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key not in known}


def _filled(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value}


def _given(key: str, value: object) -> dict[str, object]:
    return {} if value is None else {key: value}


def _unknown_roles(roles: Sequence[object]) -> list[object]:
    return [role for role in roles if role not in _ROLES]


def _author_object(message: ChatMessage) -> dict[str, object]:
    author, unknown = message.author, _object(message.extra, "author") or {}
    roles = [*sorted(author.roles), *_unknown_roles(_list(unknown, "roles", within="author"))]
    return (
        _rest(unknown, _AUTHOR)
        | {"id": author.id, "name": author.name, "roles": roles}
        | _filled({"login": author.login})
    )


def _fragment_objects(message: ChatMessage) -> list[dict[str, object]]:
    unknown = _list(message.extra, "fragments")
    return [
        (_rest(more, _FRAGMENT) if isinstance(more, Mapping) else {})
        | {"type": fragment.type, "text": fragment.text}
        | _filled({"id": fragment.id})
        for fragment, more in zip_longest(message.fragments, unknown[: len(message.fragments)])
    ]


def _reward_object(message: ChatMessage) -> dict[str, object] | None:
    reward = message.reward
    if reward is None:
        return None
    unknown = _rest(_object(message.extra, "reward") or {}, _REWARD)
    return unknown | {"id": reward.id, "title": reward.title}


def _paid_object(message: ChatMessage) -> dict[str, object] | None:
    paid = message.paid
    if paid is None:
        return None
    unknown = _rest(_object(message.extra, "paid") or {}, _PAID)
    return unknown | {"amount": paid.amount, "unit": paid.unit}
