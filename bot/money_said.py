"""An amount of money as a voice says it: `5 euros`, not the `euros five` of a sign in front.

Does not know what it was given for. A currency or a language that is not here is said by its code.
"""

from __future__ import annotations

from filters.message import NO_CURRENCY, Payment

_NAMES = {
    "en": {
        "USD": ("dollar", "dollars"), "EUR": ("euro", "euros"),
        "GBP": ("pound", "pounds"), "JPY": ("yen", "yen"),
    },
    "es": {
        "USD": ("dólar", "dólares"), "EUR": ("euro", "euros"),
        "GBP": ("libra", "libras"), "JPY": ("yen", "yenes"),
    },
    "pt": {
        "USD": ("dólar", "dólares"), "EUR": ("euro", "euros"),
        "GBP": ("libra", "libras"), "JPY": ("iene", "ienes"), "BRL": ("real", "reais"),
    },
    "de": {
        "USD": ("Dollar", "Dollar"), "EUR": ("Euro", "Euro"),
        "GBP": ("Pfund", "Pfund"), "JPY": ("Yen", "Yen"),
    },
    "fr": {
        "USD": ("dollar", "dollars"), "EUR": ("euro", "euros"),
        "GBP": ("livre", "livres"), "JPY": ("yen", "yens"),
    },
}  # fmt: skip


def number(amount: float) -> str:
    """A number with two decimals, or none where they are 0."""
    return f"{amount:.2f}".removesuffix(".00")


def money(paid: Payment, language: str) -> str:
    """An amount and its currency in a language (ISO 639-1); empty where either is not known."""
    if not paid.amount or paid.unit == NO_CURRENCY:
        return ""
    names = _NAMES.get(language, {}).get(paid.unit)
    unit = names[paid.amount != 1] if names else paid.unit
    return f"{number(paid.amount)} {unit}"
