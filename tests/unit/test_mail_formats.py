"""Moments and amounts in mails."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.money import Money
from mail.formats import amount_text, moment_text

EVENING = datetime(2026, 12, 4, 20, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Friday, December 4, 2026, 8:30\u202fPM"),
        ("pt-BR", "sexta-feira, 4 de dezembro de 2026, 20:30"),
        ("es", "viernes, 4 de diciembre de 2026, 20:30"),
    ],
)
def test_a_moment_is_by_the_clock_of_the_cinema(locale: str, text: str) -> None:
    assert moment_text(EVENING, locale) == text


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(4200, "BRL"), "pt-BR", "R$\xa042,00"),
        (Money(4250, "BRL"), "en", "R$42.50"),
        (Money(4200, "CLP"), "es", "4.200\xa0CLP"),
        (Money(1234, "KWD"), "en", "KWD1.234"),
        # People write no decimals, and ISO 4217 has two.
        (Money(1250, "AFN"), "en", "AFN12.5"),
    ],
)
def test_an_amount_is_in_the_minor_unit(money: Money, locale: str, text: str) -> None:
    assert amount_text(money, locale) == text
