"""bot.redaction: tokens are taken out by shape and by value, and ordinary words stay."""

from __future__ import annotations

import pytest

from bot.redaction import hide, redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("PASS oauth:zorgle1", "PASS oauth:***"),
        ("Authorization: Bearer zorgle1", "Authorization: Bearer ***"),
        ("{'Authorization': 'OAuth zorgle1'}", "{'Authorization': 'OAuth ***'}"),
        ("?client_id=ab&refresh_token=zorgle1&x=y", "?client_id=ab&refresh_token=***&x=y"),
        ('{"access_token": "zorgle1", "a": 1}', '{"access_token": "***", "a": 1}'),
        ("{'device_code': 'zorgle1'}", "{'device_code': '***'}"),
        ("invalid oauth token", "invalid oauth token"),
        ("the key: a word", "the key: a word"),
        ("closed (code 1006)", "closed (code 1006)"),
    ],
)
def test_by_shape(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_by_value_wherever_it_stands_but_no_short_word() -> None:
    hide("blippowibble")
    hide("word")
    assert redact("xblippowibbley word") == "x***y word"


def test_of_very_many_values_the_latest_are_remembered() -> None:
    for number in range(1000):
        hide(f"blippo-secret-{number}")
    assert redact("blippo-secret-999") == "***"
    assert redact("blippo-secret-0") == "blippo-secret-0"
