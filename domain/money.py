"""Amounts of money: whole minor units and a currency, never floats.

Which currencies there are, since when and until when, is Babel's data, which has the
dates of CLDR. The amount is in the minor unit of ISO 4217.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from babel.core import get_global
from babel.numbers import get_currency_precision

WRITTEN_CURRENCY: Final = re.compile(r"[A-Z]{3}")
# Eight seats at this price still fit into an Int of GraphQL. Currencies that people use
# without decimals often have large numbers: 100,000,000 may be a few cinema tickets.
HIGHEST_PRICES: Final = {0: 250_000_000}
HIGHEST_PRICE: Final = 100_000_000
# ISO 4217 has two for the rest. Babel knows how many people write, which may be fewer.
MINOR_DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


@dataclass(frozen=True, slots=True)
class Money:
    amount_minor: int
    currency: str  # ISO 4217

    def __mul__(self, count: int) -> Self:
        return type(self)(self.amount_minor * count, self.currency)


def _periods() -> Mapping[str, list[tuple[date, date]]]:
    """When each currency was legal tender somewhere: the first and the last day."""
    periods = defaultdict(list)
    for currencies in get_global("territory_currencies").values():
        for code, start, end, is_tender in currencies:
            if is_tender:
                first = date(*start) if start else date.min
                periods[code].append((first, date(*end) if end else date.max))
    return dict(periods)


_PERIODS = _periods()
CURRENCIES = frozenset(_PERIODS)  # present and past ones


def in_use(currency: str, day: date) -> bool:
    return any(first <= day <= last for first, last in _PERIODS.get(currency, ()))


def minor_digits(currency: str) -> int:
    """How many decimals the minor unit of ISO 4217 stands for."""
    return MINOR_DIGITS.get(currency, 2)


def highest_price(currency: str) -> int:
    """For a seat, in minor units. It depends on the decimals that people use."""
    return HIGHEST_PRICES.get(get_currency_precision(currency), HIGHEST_PRICE)
