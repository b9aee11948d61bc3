import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.youtube_money import payment
from filters.message import Payment


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("$5.00", 5.0, "USD"),
        ("US$1,234.50", 1234.5, "USD"),
        ("CA$2.79", 2.79, "CAD"),
        ("€5.00", 5.0, "EUR"),
        ("5,00\u00a0€", 5.0, "EUR"),  # defect 10: pytchat reads 0.0
        ("₫50.000", 50_000.0, "VND"),  # defect 10: pytchat reads 50.0
        ("₫50,000", 50_000.0, "VND"),
        ("¥500", 500.0, "JPY"),  # defect 10: pytchat keeps the sign as the currency
        ("\uffe5500", 500.0, "JPY"),
        ("SEK\u00a050.00", 50.0, "SEK"),
        ("1.234,56 kr", 1234.56, "SEK"),
        ("1 234,56 zł", 1234.56, "PLN"),
        ("KWD 1.500", 1.5, "KWD"),
        ("R$10.00", 10.0, "BRL"),
        ("£3", 3.0, "GBP"),
        ("¤¤7", 7.0, "XXX"),
        ("free", 0.0, "XXX"),
        ("", 0.0, "XXX"),
    ],
)
def test_what_a_super_chat_cost(text: str, amount: float, unit: str) -> None:
    assert payment(text) == Payment(amount, unit)


@given(st.text(max_size=80))
def test_any_text_is_some_payment(text: str) -> None:
    paid = payment(text)
    assert paid.amount >= 0
    assert math.isfinite(paid.amount)
    assert paid.unit
