"""The statements that cancel a session, by the rules of ledger_sql and refund_sql.

They are several, in one transaction. The session is locked first, against holds and
against late sales, then its reservations, payments, seats and quotas.
"""

from domain.events import RESERVATION_EVENTS, SessionCancelled
from persistence.catalog.catalog_sql import SESSION
from persistence.sales.event_sql import (
    ORIGIN,
    POSITION,
    THIS_TRANSACTION,
    insert_events,
    inserted_events,
)
from persistence.sales.ledger_sql import LOCKED_SEATS, RELEASED

IS_OVER = "SELECT ends_at <= clock_timestamp() FROM sessions WHERE id = $1"

SOLD = """
SELECT r.id FROM reservations r
WHERE r.id = ANY($1) AND r.status = 'CONFIRMED' AND EXISTS (
    SELECT FROM claims WHERE reservation_id = r.id AND released_at IS NULL)
"""

# A hold whose time was over has expired.
END_HOLDS = f"""
WITH {ORIGIN.format("$2", "$3")},
clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
),
changed_reservations AS (
    UPDATE reservations r
    SET status = CASE WHEN r.expires_at <= clock.now THEN 'EXPIRED'
                      ELSE 'CANCELLED' END
    FROM clock
    WHERE r.id = ANY($1) AND r.status = 'PENDING'
    RETURNING r.*
),
{LOCKED_SEATS},
{RELEASED},
{inserted_events(types=RESERVATION_EVENTS)}
SELECT count(*) FROM changed_reservations
"""

# Older programs sell nothing of it either, because its sales have ended.
CANCEL = f"""
WITH {ORIGIN.format("$3", "$4")},
clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
),
screening AS (
    UPDATE sessions s
    SET status = 'CANCELLED', cancelled_at = clock.now, cancel_reason = $2,
        sales_end_at = least(s.sales_end_at, clock.now), version = s.version + 1
    FROM clock
    WHERE s.id = $1 AND s.cancelled_at IS NULL
    RETURNING s.*
),
cancelled AS (
    SELECT id AS session_id, jsonb_build_object(
        'session_id', id, 'cancelled_at', cancelled_at, 'reason', cancel_reason,
        'position', {POSITION}) AS data
    FROM screening
),
recorded AS (
    INSERT INTO session_moves (session_id, changed_in)
    SELECT session_id, {THIS_TRANSACTION} FROM cancelled
    ON CONFLICT (session_id) DO UPDATE SET changed_in = excluded.changed_in
),
inserted_event AS (
    {insert_events("cancelled", [SessionCancelled])}
)
SELECT {SESSION} FROM screening
"""
