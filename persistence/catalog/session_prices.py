"""A session's own copy of its price card."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import InvalidInputError, NotFoundError, raise_if_any
from domain.money import Money
from domain.price_cards import NewPrice
from domain.sessions import Session
from persistence.catalog import session_price_sql as sql
from persistence.catalog.card_prices import price_columns, wrong_for_cinema
from persistence.postgres.pool import Connection


async def price_of_card(
    db: Connection, card_id: UUID, room_id: UUID, cinema_id: UUID
) -> Money:
    """What the default type costs in the default zone.

    The card and the default type stay as they are until the transaction ends. Raises
    NotFoundError, or InvalidInputError for each zone in which the default type has no
    price.
    """
    card = await db.fetchrow(sql.LOCK_CARD, card_id)
    if card is None:
        raise NotFoundError
    if card["cinema_id"] != cinema_id:
        raise InvalidInputError("priceCardId", rule="card_of_other_cinema")
    await db.execute(sql.LOCK_DEFAULT_TYPE)
    raise_if_any(
        [
            InvalidInputError("priceCardId", rule="price_missing", **row)
            for row in await db.fetch(sql.MISSING, card_id, room_id, cinema_id)
        ]
    )
    amount = await db.fetchval(sql.DEFAULT_PRICE, card_id, cinema_id)
    return Money(amount, card["currency"])


async def copy_card(db: Connection, session_id: UUID, card_id: UUID) -> None:
    await db.execute(sql.COPY_PRICES, session_id, card_id)
    await db.execute(sql.ADD_QUOTAS, session_id)


@dataclass(frozen=True, slots=True)
class Repriced:
    price_per_seat: Money
    zone_ids: list[UUID]


async def change_prices(
    db: Connection, session: Session, prices: Sequence[NewPrice] | None
) -> Repriced | None:
    """All prices of the session, which is locked against holds. None: no change.

    Raises InvalidInputError.
    """
    if prices is None:
        return None
    cinema_id = await db.fetchval(sql.CINEMA_OF_SESSION, session.id)
    currency = session.price_per_seat.currency
    columns = price_columns(prices)
    await db.execute(sql.LOCK_DEFAULT_TYPE)
    wrong = await wrong_for_cinema(db, cinema_id, currency, prices)
    missing = await db.fetch(sql.MISSING_NOW, cinema_id, session.id, *columns[:2])
    wrong += [
        InvalidInputError("prices", rule="price_missing", **row) for row in missing
    ]
    raise_if_any(wrong)
    before = {tuple(row) for row in await db.fetch(sql.PRICES, session.id)}
    changed = before ^ {*zip(*columns, strict=True)}
    if not changed:
        return None
    await db.execute(sql.SAVE_PRICES, session.id, *columns)
    await db.execute(sql.REMOVE_PRICES, session.id, *columns[:2])
    await db.execute(sql.ADD_QUOTAS, session.id)
    amount = await db.fetchval(sql.DEFAULT_PRICE_NOW, session.id, cinema_id)
    zones = {zone_id for zone_id, *_ in changed}
    return Repriced(Money(amount, currency), sorted(zones))


async def check_new_seats(db: Connection, seat_ids: Sequence[UUID]) -> None:
    """Raises InvalidInputError if a session to come has no price for their zone."""
    raise_if_any(
        [
            InvalidInputError("rows", rule="zone_without_price", **row)
            for row in await db.fetch(sql.ZONES_WITHOUT_PRICE, seat_ids)
        ]
    )
