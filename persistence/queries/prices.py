"""Price cards of cinemas, and prices of sessions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    RowMapping,
    Uuid,
    bindparam,
    select,
    text,
)
from sqlmodel import col

from domain.money import Money
from domain.price_cards import PriceCard, price_order
from domain.text import order_key
from domain.ticket_prices import TicketPrice
from persistence.catalog_rows import CatalogRow, ticket_type_of, zone_of
from persistence.queries.reading import ReadCache, Reader, Rows
from persistence.tables import (
    CardPriceRow,
    CinemaRow,
    PriceCardRow,
    PriceZoneRow,
    TicketTypeRow,
)

CARDS = TypeAdapter(list[PriceCard])
PRICES = TypeAdapter(list[TicketPrice])
OF_ZONE: tuple[ColumnElement[Any], ...] = (
    col(PriceZoneRow.name).label("zone_name"),
    col(PriceZoneRow.is_default).label("zone_is_default"),
)
TYPES = select(TicketTypeRow).subquery()
OF_TYPE = tuple(column.label(f"type_{column.name}") for column in TYPES.c)

# A session without prices of its own sells the default type, in each zone.
PRICES_OF_SESSIONS = """
SELECT s.id AS session_id, s.currency, price.amount_minor,
       zone.id AS zone_id, zone.name AS zone_name, zone.is_default AS zone_is_default,
       type.id AS type_id, type.name AS type_name, type.is_default AS type_is_default,
       type.proof_required AS type_proof_required, type.description AS type_description,
       type.quota_percent AS type_quota_percent
FROM sessions s CROSS JOIN LATERAL (
    SELECT zone_id, ticket_type_id, amount_minor
    FROM session_prices WHERE session_id = s.id
    UNION ALL
    SELECT DISTINCT seat.zone_id, type.id, s.price_minor
    FROM session_seats seat JOIN ticket_types type ON type.is_default
    WHERE seat.session_id = s.id
        AND NOT EXISTS (SELECT FROM session_prices WHERE session_id = s.id)
) AS price
JOIN price_zones zone ON zone.id = price.zone_id
JOIN ticket_types type ON type.id = price.ticket_type_id
WHERE s.id = ANY({ids})
"""
BY_ZONE = text(PRICES_OF_SESSIONS.format(ids=":ids")).bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)


class Prices:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def cards(self, cinema_ids: Sequence[UUID]) -> dict[UUID, list[PriceCard]]:
        """The cards of each cinema, by name. Leaves out the cinemas without cards."""
        return await self._cache.by_id("price-cards", cinema_ids, CARDS, self._cards)

    async def of_sessions(
        self, session_ids: Sequence[UUID]
    ) -> dict[UUID, list[TicketPrice]]:
        """A session with one price sells the default type, in each zone that it has."""
        return await self._cache.by_id("prices", session_ids, PRICES, self._of_sessions)

    async def _cards(
        self, cinema_ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, list[PriceCard]]:
        rows: Rows = (
            select(
                col(CardPriceRow.zone_id),
                col(CardPriceRow.amount_minor),
                *OF_ZONE,
                *OF_TYPE,
                col(PriceCardRow.id).label("card_id"),
                col(PriceCardRow.name).label("card_name"),
                col(PriceCardRow.version),
                col(PriceCardRow.cinema_id),
                col(CinemaRow.currency),
            )
            .select_from(CardPriceRow)
            .join(PriceZoneRow, col(PriceZoneRow.id) == col(CardPriceRow.zone_id))
            .join(TYPES, TYPES.c.id == col(CardPriceRow.ticket_type_id))
            .join(PriceCardRow, col(PriceCardRow.id) == col(CardPriceRow.card_id))
            .join(CinemaRow, col(CinemaRow.id) == col(PriceCardRow.cinema_id))
            .where(col(PriceCardRow.cinema_id).in_(cinema_ids))
        )
        of_card: defaultdict[UUID, list[RowMapping]] = defaultdict(list)
        for row in await self._reader.fetch(rows, since):
            of_card[row["card_id"]].append(row)
        cards: defaultdict[UUID, list[PriceCard]] = defaultdict(list)
        for card_id, own in of_card.items():
            card = PriceCard(
                id=card_id,
                name=own[0]["card_name"],
                prices=tuple(_in_order(own)),
                version=own[0]["version"],
            )
            cards[own[0]["cinema_id"]].append(card)
        for each in cards.values():
            each.sort(key=lambda card: order_key(card.name))
        return cards

    async def _of_sessions(
        self, session_ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, list[TicketPrice]]:
        shares: defaultdict[UUID, list[RowMapping]] = defaultdict(list)
        for row in await self._reader.fetch(BY_ZONE.bindparams(ids=session_ids), since):
            shares[row["session_id"]].append(row)
        return {session_id: _in_order(rows) for session_id, rows in shares.items()}


def _in_order(rows: Sequence[RowMapping]) -> list[TicketPrice]:
    return sorted(map(price_of, rows), key=price_order)


def price_of(row: CatalogRow) -> TicketPrice:
    return TicketPrice(
        zone=zone_of(row, "zone_"),
        ticket_type=ticket_type_of(row, "type_"),
        price=Money(row["amount_minor"], row["currency"]),
    )
