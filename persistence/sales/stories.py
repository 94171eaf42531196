"""The history of one reservation, from its rows: for the command `story`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from persistence.postgres.pool import Pool
from persistence.tables import SEAT_ORDER

RESERVATION = """
SELECT r.*, s.starts_at, movie.title, room.name AS room
FROM reservations r
JOIN sessions s ON s.id = r.session_id
JOIN movies movie ON movie.id = s.movie_id
JOIN rooms room ON room.id = s.room_id
WHERE r.id = $1
"""
SEATS = f"""
SELECT ss.id, seat.row_label, seat.number, claims.released_at, ss.status, ss.version,
       ss.held_until, ss.reservation_id, claims.id AS ticket_id, claims.used_at,
       claims.used_gate, claims.used_scan
FROM claims
JOIN session_seats ss ON ss.id = claims.session_seat_id
JOIN seats seat ON seat.id = ss.seat_id
WHERE claims.reservation_id = $1
ORDER BY {SEAT_ORDER}
"""  # noqa: S608  # made of constant fragments; values are parameters
PAYMENTS = "SELECT * FROM payments WHERE reservation_id = $1"
REFUNDS = "SELECT * FROM refunds WHERE payment_id = ANY($1) ORDER BY created_at"
# Without the secret of the provider's form.
ATTEMPTS = """
SELECT id, provider, provider_ref, charge_ref, amount_minor, currency, if_late, status,
       outcome, captured_minor, flag, created_at, expires_at, due_at, settled_at
FROM payment_attempts WHERE payment_id = ANY($1) ORDER BY created_at
"""
EFFECTS = """
SELECT e.* FROM payment_effects e JOIN payment_attempts a ON a.id = e.attempt_id
WHERE a.payment_id = ANY($1) ORDER BY e.created_at
"""
KEYS = "SELECT operation, created_at FROM idempotency_keys WHERE result_id = ANY($1)"
WAITING = """
SELECT id, request_id, topic, type, created_at, awaiting, sends, send_after
FROM outbox WHERE session_id = $1 AND data->>'reservation_id' = $2
ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` is by the database's clock; None for a state without a time of its own."""

    at: datetime | None
    what: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    session_id: UUID
    moments: list[Moment]


async def rows_of(pool: Pool, reservation_id: UUID) -> Rows | None:
    """All from one snapshot; None: there is no such reservation."""
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read"):
        found = await db.fetchrow(RESERVATION, reservation_id)
        if found is None:
            return None
        seats = await db.fetch(SEATS, reservation_id)
        paid = await db.fetch(PAYMENTS, reservation_id)
        payment_ids = [row["id"] for row in paid]
        attempts = await db.fetch(ATTEMPTS, payment_ids)
        effects = await db.fetch(EFFECTS, payment_ids)
        refunds = await db.fetch(REFUNDS, payment_ids)
        results = [reservation_id, *(row["id"] for row in (*paid, *refunds))]
        keys = await db.fetch(KEYS, results)
        waiting = await db.fetch(WAITING, found["session_id"], str(reservation_id))
    return Rows(
        session_id=found["session_id"],
        moments=[
            Moment(found["created_at"], "reservation", dict(found)),
            Moment(found["expires_at"], "hold ends unless paid", {}),
            *(moment for seat in seats for moment in _of_seat(seat)),
            *(moment for payment in paid for moment in _of_payment(payment)),
            *_of_each("attempt to pay", attempts),
            *_of_each("call to the provider", effects),
            *_of_each("refund", refunds),
            *_of_each("idempotency key", keys),
            *_of_each("event in the outbox", waiting),
        ],
    )


def _of_each(what: str, rows: Sequence[asyncpg.Record]) -> Iterator[Moment]:
    return (Moment(row["created_at"], what, dict(row)) for row in rows)


def _of_seat(seat: asyncpg.Record) -> Iterator[Moment]:
    yield Moment(None, "seat as it is now", dict(seat))
    label = f"{seat['row_label']}{seat['number']}"
    if seat["released_at"]:
        yield Moment(seat["released_at"], "seat given back", {"seat": label})
    if seat["used_at"]:
        facts = {"seat": label, "gate": seat["used_gate"], "scan": seat["used_scan"]}
        yield Moment(seat["used_at"], "ticket checked in", facts)


def _of_payment(payment: asyncpg.Record) -> Iterator[Moment]:
    yield Moment(payment["created_at"], "payment", dict(payment))
    if payment["approved_at"]:
        yield Moment(payment["approved_at"], "payment approved", {})
