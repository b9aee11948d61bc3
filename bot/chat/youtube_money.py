"""What a Super Chat cost, from the text that YouTube shows. Pure.

The text is asked for in English, but a setting of the server's may write it otherwise; so both ways
to separate thousands and decimals are read.
"""

from __future__ import annotations

import re

from filters.message import NO_CURRENCY, Payment

_NUMBER = re.compile(r"[0-9][0-9.,\u00a0\u202f' ]*")
_CODE = re.compile(r"[A-Z]{3}")
_THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}
_UNIT_OF_SIGN = {
    "$": "USD", "US$": "USD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "NT$": "TWD", "MX$": "MXN", "R$": "BRL", "S$": "SGD", "SG$": "SGD", "CLP$": "CLP",
    "AR$": "ARS", "COL$": "COP",
    "€": "EUR", "£": "GBP", "¥": "JPY", "\uffe5": "JPY", "円": "JPY", "CN¥": "CNY", "JP¥": "JPY",
    "₩": "KRW", "₹": "INR", "₫": "VND", "đ": "VND", "₱": "PHP", "₽": "RUB", "₺": "TRY", "₪": "ILS",
    "฿": "THB", "₴": "UAH", "₸": "KZT", "₦": "NGN", "₡": "CRC", "₲": "PYG", "zł": "PLN",
    "Kč": "CZK", "Ft": "HUF", "Rp": "IDR", "lei": "RON", "kr": "SEK",
}  # fmt: skip


def payment(text: str) -> Payment:
    """The amount and currency in a text such as `CA$5.00`, `5,00 €` or `SEK 50.00`.

    What cannot be read is still a payment: of 0, or in `NO_CURRENCY`.
    """
    number = _NUMBER.search(text)
    if number is None:
        return Payment(0.0, _unit(text))
    unit = _unit(f"{text[: number.start()]} {text[number.end() :]}")
    return Payment(_amount(number[0], unit), unit)


def _unit(text: str) -> str:
    sign = "".join(text.split())
    if sign in _UNIT_OF_SIGN:
        return _UNIT_OF_SIGN[sign]
    return sign if _CODE.fullmatch(sign) else NO_CURRENCY


def _amount(text: str, unit: str) -> float:
    """Three digits behind the last separator are thousands; else they are decimals."""
    groups = re.split(r"[^0-9]+", text.strip(" .,'\u00a0\u202f"))
    whole, last = groups[:-1], groups[-1]
    decimals = 3 if unit in _THREE_DECIMALS else 2
    separators = set(re.sub(r"[0-9]", "", text.strip(" .,'\u00a0\u202f")))
    if whole and (len(last) != 3 or decimals == 3 or (len(whole) > 1 and len(separators) > 1)):
        return float(f"{''.join(whole)}.{last}"[:40])
    return float("".join(groups)[:40])
