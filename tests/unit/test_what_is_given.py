"""bot.payments, bot.template, bot.rows and their settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line import Line, Stages
from bot.money_said import money
from bot.payments import Occasion, Payments, occasion
from bot.rows import Rows
from bot.settings import SettingsError, load
from bot.settings_text import shown
from bot.template import checked, fill
from filters.message import Author, ChatMessage, Kind, Payment

KNOWN = ("name", "amount")


def message(kind: Kind = Kind.MESSAGE, platform: str = "t", **more: object) -> ChatMessage:
    return ChatMessage(platform, "c", "1", Author("a", "Ann"), "", kind=kind, **more)  # type: ignore[arg-type]


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_filled_in_is_never_a_template(name: str, amount: str) -> None:
    assert fill("<{name}|{amount}>", {"name": name, "amount": amount}) == f"<{name}|{amount}>"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{nam} gave", "there is no {nam}; there are: {name} {amount}"),
        ("{} gave", "there is no {}; there are: {name} {amount}"),
        ("{name.__class__}", "there is no {name.__class__}"),
        ("{name gave", "a single brace"),
        ("name} gave", "a single brace"),
        ("{{name}}", "a single brace"),
    ],
)
def test_a_place_that_is_not_known_is_refused_with_those_that_are(template: str, why: str) -> None:
    with pytest.raises(ValueError, match="there is no|single brace") as error:
        checked(template, KNOWN)
    assert str(error.value).startswith(why)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        (
            "SUB",
            "{txt}",
            "PAID__SUB: there is no {txt}; there are: {name} {amount} {months} {text}",
        ),
        ("GIFT", "{text}", "PAID__GIFT: there is no {text}; there are: {name} {amount} {months}"),
        ("MINIMUMS", "bits", "PAID__MINIMUMS: write unit=amount"),
        ("MINIMUMS", "bits=-1", "PAID__MINIMUMS: write unit=amount"),
        ("MINIMUMS", "bits=nan", "PAID__MINIMUMS: write unit=amount"),
        ("MINIMUMS", "doubloons=3", "PAID__MINIMUMS: write unit=amount"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(
    key: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ISHOWTTS_PAID__{key}", value)
    with pytest.raises(SettingsError) as error:
        load()
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_minimums_are_read_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_PAID__MINIMUMS", "Bits=100, eur = 2.50,points=500")
    settings = load()
    assert settings.paid.minimums == {"bits": 100, "EUR": 2.5, "points": 500}
    assert "ISHOWTTS_PAID__MINIMUMS=bits=100,EUR=2.5,points=500\n" in shown(settings)


@pytest.mark.parametrize(
    ("of", "what"),
    [
        (message(), None),
        (message(Kind.RAID), None),
        (message(paid=Payment(5, "bits")), Occasion.BITS),
        (message(paid=Payment(5, "points")), Occasion.REWARD),
        (message(paid=Payment(5, "EUR")), Occasion.SUPER_CHAT),
        (message(Kind.REDEMPTION), Occasion.REWARD),
        (message(Kind.SUB), Occasion.SUB),
        (message(Kind.SUB, "youtube"), Occasion.MEMBER),
        (message(Kind.GIFT, "youtube"), Occasion.MEMBER_GIFT),
    ],
)
def test_what_was_given(of: ChatMessage, what: Occasion | None) -> None:
    assert occasion(of) is what


@pytest.mark.parametrize(
    ("amount", "unit", "language", "said"),
    [
        (5, "EUR", "en", "5 euros"), (1, "USD", "en", "1 dollar"), (7.5, "GBP", "de", "7.50 Pfund"),
        (500, "JPY", "fr", "500 yens"), (20, "BRL", "pt", "20 reais"), (20, "BRL", "en", "20 BRL"),
        (50, "SEK", "es", "50 SEK"), (5, "USD", "xx", "5 USD"), (0, "EUR", "en", ""),
        (5, "XXX", "en", ""),
    ],
)  # fmt: skip
def test_money_is_said_in_words(amount: float, unit: str, language: str, said: str) -> None:
    assert money(Payment(amount, unit), language) == said


def test_what_is_enough_or_has_no_minimum_is_left_as_it_is() -> None:
    payments = Payments({"bits": 100})
    for paid in (Payment(100, "bits"), Payment(0, "bits"), Payment(0.01, "EUR"), None):
        one = message(paid=paid)
        assert payments.counted(one) is one
    assert payments.counted(message(paid=Payment(99.9, "bits"))).paid is None


def test_the_subs_of_a_mass_gift_are_counted_once_and_not_for_ever() -> None:
    rows = Rows()
    one, many = message(Kind.GIFT, gifts=1), message(Kind.GIFT, gifts=2)
    assert not rows.is_counted(many, 0.0)
    assert rows.is_counted(one, 1.0)
    assert not rows.is_counted(message(Kind.GIFT, "youtube", gifts=1), 1.0)
    assert rows.is_counted(one, 2.0)
    assert not rows.is_counted(one, 3.0)
    assert not rows.is_counted(many, 4.0)
    assert not rows.is_counted(one, 100.0)


def test_rows_remember_a_bounded_number_of_channels_and_givers() -> None:
    rows = Rows()
    for number in range(3_000):
        who = Author(f"a{number}", "Ann")
        gift = ChatMessage("t", f"c{number}", "1", who, "", kind=Kind.GIFT, gifts=9)
        rows.is_counted(gift, 0.0)
        rows.begin(Line(gift, 5.0, Stages(0.0)), 0.0)
    assert len(rows._last) <= 1_000
    assert len(rows._expected) <= 1_000
