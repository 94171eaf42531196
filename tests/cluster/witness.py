"""Triggers that record each change of a seat and each event in its own transaction.

They do not depend on the product: they also see a change without an event. They run as
their owner, so the roles of the product need no right to write here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from persistence.postgres.pool import Pool
from tests.cluster.evidence import (
    SECOND,
    ClaimRow,
    Event,
    KeyRow,
    PaymentRow,
    QuotaRow,
    ReservationRow,
    SeatChange,
    SeatRow,
    SeatState,
    SessionRow,
)

INSTALL = """
CREATE TABLE witnessed_seats AS
SELECT *, clock_timestamp() AS at FROM session_seats WHERE FALSE;
CREATE FUNCTION witness_seat() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO witnessed_seats SELECT NEW.*, clock_timestamp();
    RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER INSERT OR UPDATE ON session_seats
    FOR EACH ROW EXECUTE FUNCTION witness_seat();
CREATE TABLE witnessed_events (
    position bigint, id uuid, topic text, type text, session_id uuid, data jsonb,
    at timestamptz);
CREATE FUNCTION witness_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO witnessed_events SELECT NEW.position, NEW.id, NEW.topic, NEW.type,
        NEW.session_id, NEW.data, clock_timestamp();
    RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER INSERT ON outbox
    FOR EACH ROW EXECUTE FUNCTION witness_event();
"""
SEATS = """
SELECT ss.*, coalesce(ss.price_minor, s.price_minor) AS price,
       seats.row_label, seats.place
FROM session_seats ss JOIN sessions s ON s.id = ss.session_id
JOIN seats ON seats.id = ss.seat_id WHERE ss.session_id = ANY($1::uuid[])
"""
SESSIONS = """
SELECT s.id, s.sales_end_at, cinemas.id AS cinema,
       (s.starts_at AT TIME ZONE time_zone)::date AS day
FROM sessions s JOIN rooms ON rooms.id = s.room_id
JOIN cinemas ON cinemas.id = rooms.cinema_id WHERE s.id = ANY($1::uuid[])
"""
RESERVATIONS = """
SELECT r.*, s.sales_end_at FROM reservations r JOIN sessions s ON s.id = r.session_id
WHERE r.session_id = ANY($1::uuid[])
"""
CLAIMS = """
SELECT claims.*, nullif(ticket_type_id, type.id) AS ticket_type
FROM ticket_types type, claims JOIN reservations r ON r.id = claims.reservation_id
WHERE r.session_id = ANY($1::uuid[]) AND type.is_default
"""
QUOTAS = """
SELECT q.*, price.amount_minor FROM ticket_quotas q
JOIN session_prices price USING (session_id, ticket_type_id)
WHERE q.session_id = ANY($1::uuid[])
"""
PAYMENTS = """
SELECT p.* FROM payments p JOIN reservations r ON r.id = p.reservation_id
WHERE r.session_id = ANY($1::uuid[])
"""
KEYS = """
SELECT k.* FROM idempotency_keys k WHERE k.result_id IN (
    SELECT id FROM reservations WHERE session_id = ANY($1::uuid[])
    UNION ALL
    SELECT p.id FROM payments p JOIN reservations r ON r.id = p.reservation_id
    WHERE r.session_id = ANY($1::uuid[]))
"""
CHANGES = "SELECT * FROM witnessed_seats WHERE session_id = ANY($1::uuid[])"
EVENTS = "SELECT * FROM witnessed_events WHERE session_id = ANY($1::uuid[])"
UNCONFIRMED = "SELECT id FROM outbox WHERE session_id = ANY($1::uuid[])"
PENDING = """SELECT id FROM reservations
WHERE status = 'PENDING' AND session_id = ANY($1::uuid[])"""
UNFINISHED = (PENDING, UNCONFIRMED)


class Witness:
    """Installs the triggers and reads what they recorded."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def install(self) -> None:
        await self._pool.execute(INSTALL)

    async def has_unfinished(self, sessions: list[str]) -> bool:
        """Whether a hold has not ended, or an event waits for a consumer."""
        wanted = [UUID(session) for session in sessions]
        return any([await self._pool.fetch(each, wanted) for each in UNFINISHED])

    async def read(self, sessions: list[str]) -> dict[str, Any]:
        """The fields of the evidence that are in Postgres, from one snapshot."""
        wanted = [UUID(session) for session in sessions]
        async with (
            self._pool.acquire() as db,
            db.transaction(isolation="repeatable_read", readonly=True),
        ):
            return {
                "read_at": microseconds(await db.fetchval("SELECT clock_timestamp()")),
                "sessions": [_session(r) for r in await db.fetch(SESSIONS, wanted)],
                "seats": [_seat(r) for r in await db.fetch(SEATS, wanted)],
                "reservations": [
                    _reservation(r) for r in await db.fetch(RESERVATIONS, wanted)
                ],
                "claims": [_claim(r) for r in await db.fetch(CLAIMS, wanted)],
                "quotas": [_quota(r) for r in await db.fetch(QUOTAS, wanted)],
                "payments": [_payment(r) for r in await db.fetch(PAYMENTS, wanted)],
                "keys": [_key(r) for r in await db.fetch(KEYS, wanted)],
                "changes": [_change(r) for r in await db.fetch(CHANGES, wanted)],
                "outbox": [_event(r) for r in await db.fetch(EVENTS, wanted)],
                "unconfirmed": [
                    str(r["id"]) for r in await db.fetch(UNCONFIRMED, wanted)
                ],
            }


def microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND)


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def _session(row: asyncpg.Record) -> SessionRow:
    return SessionRow(
        id=str(row["id"]),
        cinema=str(row["cinema"]),
        day=row["day"],
        sales_end_at=microseconds(row["sales_end_at"]),
    )


def _seat(row: asyncpg.Record) -> SeatRow:
    return SeatRow(
        id=str(row["id"]),
        session=str(row["session_id"]),
        version=row["version"],
        status=row["status"],
        reservation=_text(row["reservation_id"]),
        price_minor=row["price"],
        row=row["row_label"],
        place=row["place"],
    )


def _reservation(row: asyncpg.Record) -> ReservationRow:
    return ReservationRow(
        id=str(row["id"]),
        session=str(row["session_id"]),
        customer=str(row["customer_id"]),
        status=row["status"],
        amount_minor=row["amount_minor"],
        created_at=microseconds(row["created_at"]),
        expires_at=microseconds(row["expires_at"]),
        extensions=row["extensions"],
        sales_end_at=microseconds(row["sales_end_at"]),
    )


def _claim(row: asyncpg.Record) -> ClaimRow:
    return ClaimRow(
        reservation=str(row["reservation_id"]),
        seat=str(row["session_seat_id"]),
        open=row["released_at"] is None,
        price_minor=row["price_minor"],
        ticket_type=_text(row["ticket_type"]),
    )


def _quota(row: asyncpg.Record) -> QuotaRow:
    return QuotaRow(
        session=str(row["session_id"]),
        ticket_type=str(row["ticket_type_id"]),
        price_minor=row["amount_minor"],
        seats_limit=row["seats_limit"],
        seats_taken=row["seats_taken"],
    )


def _payment(row: asyncpg.Record) -> PaymentRow:
    return PaymentRow(
        id=str(row["id"]),
        reservation=str(row["reservation_id"]),
        status=row["status"],
        amount_minor=row["amount_minor"],
    )


def _key(row: asyncpg.Record) -> KeyRow:
    return KeyRow(
        customer=str(row["account_id"]),
        operation=row["operation"],
        key=row["key"],
        result=str(row["result_id"]),
    )


def _change(row: asyncpg.Record) -> SeatChange:
    held_until = row["held_until"]
    return SeatChange(
        seat=str(row["id"]),
        version=row["version"],
        status=row["status"],
        reservation=_text(row["reservation_id"]),
        held_until=held_until and microseconds(held_until),
        at=microseconds(row["at"]),
        transaction=row["changed_in"],
    )


def _event(row: asyncpg.Record) -> Event:
    data = row["data"]
    return Event(
        position=row["position"],
        id=str(row["id"]),
        topic=row["topic"],
        type=row["type"],
        session=str(row["session_id"]),
        reservation=data.get("reservation_id"),
        amount_minor=data.get("amount_minor"),
        seats=tuple(
            SeatState(
                seat=seat["id"],
                version=seat["version"],
                status=seat["status"],
                price_minor=seat.get("agreed_minor", seat["price_minor"]),
            )
            for seat in data.get("seats") or ()
        ),
        at=microseconds(row["at"]),
    )
