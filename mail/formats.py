"""Moments and amounts as people write them in their language."""

from datetime import datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency

from domain.money import Money, minor_digits


def moment_text(moment: datetime, locale: str) -> str:
    """In the time zone of the moment: Friday, December 4, 2026, 8:30 PM."""
    language = _babel(locale)
    day = format_date(moment, "full", locale=language)
    return f"{day}, {format_time(moment, 'short', locale=language)}"


def amount_text(money: Money, locale: str) -> str:
    amount = Decimal(money.amount_minor).scaleb(-minor_digits(money.currency))
    # Babel would round where people write fewer decimals than ISO 4217 has.
    return format_currency(
        amount, money.currency, locale=_babel(locale), decimal_quantization=False
    )


def _babel(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")
