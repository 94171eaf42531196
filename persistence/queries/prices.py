"""Price cards of cinemas, and prices of sessions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, RowMapping, Select, select
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
    SessionPriceRow,
    SessionRow,
    SessionSeatRow,
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
            _with_names(CardPriceRow)
            .add_columns(
                col(PriceCardRow.id).label("card_id"),
                col(PriceCardRow.name).label("card_name"),
                col(PriceCardRow.version),
                col(PriceCardRow.cinema_id),
                col(CinemaRow.currency),
            )
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
        own: Rows = (
            _with_names(SessionPriceRow)
            .add_columns(col(SessionPriceRow.session_id), col(SessionRow.currency))
            .join(SessionRow, col(SessionRow.id) == col(SessionPriceRow.session_id))
            .where(col(SessionPriceRow.session_id).in_(session_ids))
        )
        shares: defaultdict[UUID, list[RowMapping]] = defaultdict(list)
        for row in await self._reader.fetch(own, since):
            shares[row["session_id"]].append(row)
        others = [each for each in session_ids if each not in shares]
        if others:
            for row in await self._reader.fetch(_of_one_price(others), since):
                shares[row["session_id"]].append(row)
        return {session_id: _in_order(rows) for session_id, rows in shares.items()}


def _with_names(prices: type[CardPriceRow | SessionPriceRow]) -> Select[Any]:
    return (
        select(
            col(prices.zone_id).label("zone_id"),
            col(prices.amount_minor).label("amount_minor"),
            *OF_ZONE,
            *OF_TYPE,
        )
        .select_from(prices)
        .join(PriceZoneRow, col(PriceZoneRow.id) == col(prices.zone_id))
        .join(TYPES, TYPES.c.id == col(prices.ticket_type_id))
    )


def _of_one_price(session_ids: Sequence[UUID]) -> Rows:
    zones = (
        select(col(SessionSeatRow.session_id), col(SessionSeatRow.zone_id))
        .where(col(SessionSeatRow.session_id).in_(session_ids))
        .distinct()
        .subquery()
    )
    return (
        select(
            zones.c.session_id,
            zones.c.zone_id,
            col(SessionRow.price_minor).label("amount_minor"),
            col(SessionRow.currency),
            *OF_ZONE,
            *OF_TYPE,
        )
        .select_from(zones)
        .join(SessionRow, col(SessionRow.id) == zones.c.session_id)
        .join(PriceZoneRow, col(PriceZoneRow.id) == zones.c.zone_id)
        .join(TYPES, TYPES.c.is_default)
    )


def _in_order(rows: Sequence[RowMapping]) -> list[TicketPrice]:
    return sorted(map(price_of, rows), key=price_order)


def price_of(row: CatalogRow) -> TicketPrice:
    return TicketPrice(
        zone=zone_of(row, "zone_"),
        ticket_type=ticket_type_of(row, "type_"),
        price=Money(row["amount_minor"], row["currency"]),
    )
