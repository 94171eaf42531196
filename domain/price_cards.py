"""What tickets cost, by zone and type: cards of a cinema, and prices of a session."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.money import CURRENCIES, Money, highest_price
from domain.text import composed, is_line
from domain.ticket_prices import TicketPrice
from domain.ticket_types import type_order

MAX_CARD_NAME_LENGTH: Final = 100
MAX_PRICES: Final = 500  # of a card


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCard:
    id: UUID
    name: str
    prices: tuple[TicketPrice, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    zone_id: UUID
    ticket_type_id: UUID
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """All that managers enter of a card."""

    name: str
    prices: tuple[NewPrice, ...]

    def validated(self) -> "CardFacts":
        """With a composed name. Raises InvalidInputError for all wrong fields.

        What depends on the cinema is checked where the card is stored.
        """
        name = composed(self.name, MAX_CARD_NAME_LENGTH)
        wrong = [*wrong_prices(self.prices)]
        if not is_line(name, MAX_CARD_NAME_LENGTH):
            wrong.insert(
                0,
                InvalidInputError(
                    "name", rule="name_length", longest=MAX_CARD_NAME_LENGTH
                ),
            )
        raise_if_any(wrong)
        return CardFacts(name=name, prices=self.prices)


def wrong_prices(prices: Sequence[NewPrice]) -> Iterator[InvalidInputError]:
    if len(prices) > MAX_PRICES:
        yield InvalidInputError("prices", rule="list_length", longest=MAX_PRICES)
        return
    if not prices:
        yield InvalidInputError("prices", rule="prices_missing")
    known: set[tuple[UUID, UUID]] = set()
    for number, each in enumerate(prices):
        path = ("prices", str(number))
        if (each.zone_id, each.ticket_type_id) in known:
            yield InvalidInputError(*path, rule="entry_repeated")
        known.add((each.zone_id, each.ticket_type_id))
        highest = highest_price(each.price.currency)
        if not 0 <= each.price.amount_minor <= highest:
            yield InvalidInputError(
                *(*path, "price", "amountMinor"),
                rule="number_range",
                lowest=0,
                highest=highest,
            )
        if each.price.currency not in CURRENCIES:
            yield InvalidInputError(*path, "price", "currency", rule="currency_code")


def price_order(price: TicketPrice) -> tuple[bool, str, bool, str]:
    """Zone by zone, and type by type: the default one first, then by name."""
    zone, ticket_type = price.zone, price.ticket_type
    return (not zone.is_default, zone.name, *type_order(ticket_type))
