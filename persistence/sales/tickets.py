"""Types of tickets that a customer chooses after the hold: one transaction."""

from collections import Counter
from uuid import UUID

import asyncpg

from domain.errors import (
    InvalidInputError,
    NotFoundError,
    PaymentClosedError,
    ReservationClosedError,
    ReservationExpiredError,
    TicketQuotaExhaustedError,
    TicketTypeNotSoldError,
)
from domain.payment import PaymentStatus
from domain.reservation import Reservation, ReservationStatus
from domain.ticket_types import Types
from persistence.codec import reservation_from_json
from persistence.postgres.pool import Connection
from persistence.sales import ticket_sql as sql
from persistence.sales.ledger_sql import RESERVATION
from telemetry import origin


async def choose(
    db: Connection, reservation_id: UUID, customer_id: UUID, types: Types
) -> Reservation:
    """In a transaction. Raises what Ledger.choose_tickets raises."""
    session = await db.fetchrow(sql.LOCK_SESSION, reservation_id, customer_id)
    if session is None:
        raise NotFoundError
    _check(await db.fetchval(sql.LOCK_RESERVATION, reservation_id))
    if await db.fetchval(sql.IS_BEING_PAID, reservation_id):
        raise PaymentClosedError(PaymentStatus.PENDING)
    await _change(db, session, reservation_id, types)
    return reservation_from_json(await db.fetchval(RESERVATION, reservation_id))


def _check(status: str) -> None:
    match ReservationStatus(status):
        case ReservationStatus.EXPIRED:
            raise ReservationExpiredError
        case ReservationStatus.CONFIRMED:
            raise PaymentClosedError(PaymentStatus.APPROVED)
        case ReservationStatus.CANCELLED as cancelled:
            raise ReservationClosedError(cancelled)


async def _change(
    db: Connection,
    session: asyncpg.Record,
    reservation_id: UUID,
    types: Types,
) -> None:
    rows = await db.fetch(
        sql.CHOSEN,
        reservation_id,
        session["price_minor"],
        *map(list, zip(*types, strict=True)),
    )
    if len(rows) != len(types):
        raise InvalidInputError("tickets", rule="seats_not_chosen")
    if not all(row["exists"] for row in rows):
        raise NotFoundError
    changed = [row for row in rows if row["type_id"] != row["type_before"]]
    if any(row["price_minor"] is None for row in changed):
        raise TicketTypeNotSoldError
    if not changed:
        return
    more = Counter(row["type_id"] for row in changed)
    more.subtract(row["type_before"] for row in changed)
    for quota in await db.fetch(sql.LOCK_QUOTAS, session["id"], list(more)):
        tickets = more[quota["ticket_type_id"]]
        if tickets > max(0, quota["seats_left"]):
            raise TicketQuotaExhaustedError
        await db.execute(
            sql.CHANGE_QUOTA, session["id"], quota["ticket_type_id"], tickets
        )
    await db.execute(sql.PRICE_OLD_CLAIMS, reservation_id)
    columns = ("seat_id", "type_id", "price_minor")
    await db.execute(
        sql.CHANGE_CLAIMS,
        reservation_id,
        *([row[column] for row in changed] for column in columns),
    )
    await db.execute(sql.CHANGE_TOTAL, reservation_id, *origin.of_event())
