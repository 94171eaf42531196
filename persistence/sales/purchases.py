"""What mails about a sale need to know of it, in one read."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from domain.attempts import RefundStatus
from domain.money import Money
from domain.purchases import (
    Purchase,
    PurchasedTicket,
    PurchaseRefund,
    Screening,
    UnsoldPayment,
)
from persistence.postgres.pool import Pool
from persistence.sales.state_sql import CLAIM_PRICE

# Of a claim without a type, see persistence/tables/sales.py.
TICKETS = f"""
SELECT jsonb_agg(jsonb_build_object(
        'id', claims.id, 'session_seat_id', claims.session_seat_id,
        'generation', claims.generation,
        'holder_id', claims.holder_id,
        'seat', seat.label, 'type_name', type.name,
        'price_minor', {CLAIM_PRICE.format(claim="claims", r="r")},
        'refund_id', claims.refund_id, 'is_open', claims.released_at IS NULL
    ) ORDER BY length(seat.row_label), seat.row_label, seat.number)
FROM claims
JOIN session_seats ss ON ss.id = claims.session_seat_id
JOIN seats seat ON seat.id = ss.seat_id
JOIN ticket_types type ON type.id = claims.ticket_type_id
    OR claims.ticket_type_id IS NULL AND type.is_default
WHERE claims.reservation_id = r.id
"""  # noqa: S608 # constants
REFUND = """jsonb_build_object(
    'id', refunds.id, 'amount_minor', refunds.amount_minor,
    'currency', refunds.currency, 'status', refunds.status,
    'reason', refunds.reason, 'of_provider', refunds.attempt_id IS NOT NULL)"""
REFUNDS = f"""
SELECT jsonb_agg({REFUND})
FROM refunds JOIN payments p ON p.id = refunds.payment_id
WHERE p.reservation_id = r.id
"""  # noqa: S608 # constants
SCREENING = """movies.title AS movie, cinemas.name AS cinema, cinemas.address,
       cinemas.time_zone, rooms.name AS room, s.starts_at, s.ends_at, s.version,
       s.cancelled_at, s.cancel_reason, s.ends_at <= clock_timestamp() AS is_over"""
OF_RESERVATION = """JOIN sessions s ON s.id = r.session_id
JOIN movies ON movies.id = s.movie_id JOIN rooms ON rooms.id = s.room_id
JOIN cinemas ON cinemas.id = rooms.cinema_id"""
PURCHASE = f"""
SELECT r.id AS reservation_id, r.currency, {SCREENING},
       ({TICKETS}) AS tickets, ({REFUNDS}) AS refunds
FROM reservations r {OF_RESERVATION}
WHERE r.id = $1 AND r.status = 'CONFIRMED'
"""  # noqa: S608 # constants
# What cannot be released may have been captured, and is refunded then.
UNSOLD = f"""
SELECT {SCREENING}, back.refund
FROM payment_attempts a JOIN reservations r ON r.id = a.reservation_id {OF_RESERVATION}
JOIN LATERAL (
    SELECT CASE WHEN refunds.id IS NOT NULL THEN {REFUND} END AS refund
    FROM payment_effects e LEFT JOIN refunds ON refunds.id = e.refund_id
    WHERE e.attempt_id = a.id AND (refunds.id IS NOT NULL OR e.failed_at IS NULL)
    ORDER BY refunds.created_at DESC NULLS LAST LIMIT 1
) back ON TRUE
WHERE a.id = $1
"""  # noqa: S608 # constants


class Purchases:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def purchase(self, reservation_id: UUID) -> Purchase | None:
        """As it is now. None if it was not sold."""
        row = await self._pool.fetchrow(PURCHASE, reservation_id)
        if row is None:
            return None
        return Purchase(
            reservation_id=row["reservation_id"],
            screening=_screening(row),
            tickets=tuple(_ticket(row["currency"], each) for each in row["tickets"]),
            refunds=tuple(map(_refund, row["refunds"] or [])),
        )

    async def unsold(self, attempt_id: UUID) -> UnsoldPayment | None:
        """An attempt whose money goes back, as it is now. None: no money does."""
        row = await self._pool.fetchrow(UNSOLD, attempt_id)
        if row is None:
            return None
        refund = _refund(row["refund"]) if row["refund"] else None
        return UnsoldPayment(screening=_screening(row), refund=refund)


def _screening(row: asyncpg.Record) -> Screening:
    zone = ZoneInfo(row["time_zone"])
    return Screening(
        movie=row["movie"],
        cinema=row["cinema"],
        address=row["address"],
        room=row["room"],
        starts_at=row["starts_at"].astimezone(zone),
        ends_at=row["ends_at"].astimezone(zone),
        version=row["version"],
        cancelled_at=row["cancelled_at"],
        cancel_reason=row["cancel_reason"],
        is_over=row["is_over"],
    )


def _ticket(currency: str, ticket: dict[str, Any]) -> PurchasedTicket:
    refund_id, holder_id = ticket["refund_id"], ticket["holder_id"]
    return PurchasedTicket(
        id=UUID(ticket["id"]),
        session_seat_id=UUID(ticket["session_seat_id"]),
        generation=ticket["generation"],
        holder_id=UUID(holder_id) if holder_id else None,
        seat=ticket["seat"],
        type_name=ticket["type_name"],
        price=Money(ticket["price_minor"], currency),
        refund_id=UUID(refund_id) if refund_id else None,
        is_open=ticket["is_open"],
    )


def _refund(refund: dict[str, Any]) -> PurchaseRefund:
    return PurchaseRefund(
        id=UUID(refund["id"]),
        amount=Money(refund["amount_minor"], refund["currency"]),
        status=RefundStatus(refund["status"]),
        reason=refund["reason"],
        of_provider=refund["of_provider"],
    )
