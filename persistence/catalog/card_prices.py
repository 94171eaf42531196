"""Entered prices: what a cinema cannot have, and their columns in statements."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import InvalidInputError
from domain.price_cards import NewPrice
from persistence.catalog import price_sql as sql
from persistence.catalog_rows import CatalogRow
from persistence.postgres.pool import Connection


async def wrong_for_cinema(
    db: Connection, cinema_id: UUID, currency: str, prices: Sequence[NewPrice]
) -> list[InvalidInputError]:
    """What the cinema cannot have."""
    zones = await db.fetch(sql.UNKNOWN_ZONES, cinema_id, [p.zone_id for p in prices])
    types = await db.fetch(sql.UNKNOWN_TYPES, [p.ticket_type_id for p in prices])
    wrong = [
        InvalidInputError(*_path(row), "zoneId", rule="zone_unknown") for row in zones
    ]
    wrong += [
        InvalidInputError(*_path(row), "ticketTypeId", rule="ticket_type_unknown")
        for row in types
    ]
    wrong += [
        InvalidInputError(
            "prices",
            str(number),
            "price",
            "currency",
            rule="currency_of_cinema",
            currency=currency,
        )
        for number, each in enumerate(prices)
        if each.price.currency != currency
    ]
    return wrong


def _path(row: CatalogRow) -> tuple[str, str]:
    return "prices", str(row["number"] - 1)


def price_columns(
    prices: Sequence[NewPrice],
) -> tuple[list[UUID], list[UUID], list[int]]:
    return (
        [each.zone_id for each in prices],
        [each.ticket_type_id for each in prices],
        [each.price.amount_minor for each in prices],
    )
