"""Triggers that record each change of a seat and each event in its own transaction.

They do not depend on the product: they also see a change without an event. They run as
their owner, so the roles of the product need no right to write here.
"""

from typing import Any
from uuid import UUID

from persistence.postgres.pool import Pool
from tests.cluster.row_readers import (
    change_row,
    claim_row,
    event_row,
    key_row,
    microseconds,
    payment_row,
    quota_row,
    refund_row,
    reservation_row,
    seat_row,
    session_row,
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
REFUNDS = """
SELECT f.*, p.reservation_id FROM refunds f JOIN payments p ON p.id = f.payment_id
JOIN reservations r ON r.id = p.reservation_id WHERE r.session_id = ANY($1::uuid[])
"""
KEYS = """
SELECT k.* FROM idempotency_keys k WHERE k.result_id IN (
    SELECT id FROM reservations WHERE session_id = ANY($1::uuid[])
    UNION ALL
    SELECT unnest(ARRAY[p.id, f.id]) FROM payments p
    JOIN reservations r ON r.id = p.reservation_id
    LEFT JOIN refunds f ON f.payment_id = p.id
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
                "sessions": [session_row(r) for r in await db.fetch(SESSIONS, wanted)],
                "seats": [seat_row(r) for r in await db.fetch(SEATS, wanted)],
                "reservations": [
                    reservation_row(r) for r in await db.fetch(RESERVATIONS, wanted)
                ],
                "claims": [claim_row(r) for r in await db.fetch(CLAIMS, wanted)],
                "quotas": [quota_row(r) for r in await db.fetch(QUOTAS, wanted)],
                "payments": [payment_row(r) for r in await db.fetch(PAYMENTS, wanted)],
                "refunds": [refund_row(r) for r in await db.fetch(REFUNDS, wanted)],
                "keys": [key_row(r) for r in await db.fetch(KEYS, wanted)],
                "changes": [change_row(r) for r in await db.fetch(CHANGES, wanted)],
                "outbox": [event_row(r) for r in await db.fetch(EVENTS, wanted)],
                "unconfirmed": [
                    str(r["id"]) for r in await db.fetch(UNCONFIRMED, wanted)
                ],
            }
