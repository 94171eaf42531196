"""The statement that extends a hold, by the rules of ledger_sql."""

from domain.events import ReservationExtended
from domain.idempotency import EXTEND_RESERVATION
from persistence.sales.event_sql import ORIGIN, THIS_TRANSACTION, inserted_events
from persistence.sales.ledger_sql import LOCKED_SEATS
from persistence.sales.state_sql import RESERVATION_STATUS

# The guard that lets either the expiry or an extension win, and no extension too many.
# The race tests replace it.
CAN_BE_EXTENDED = """verdict.status = 'PENDING' AND verdict.expires_at > verdict.now
      AND verdict.extensions < $6"""

# The seats of `changed_reservations` get its new end, and the event is written.
EXTENDED_SEATS = f"""{LOCKED_SEATS},
changed_seats AS (
    UPDATE session_seats ss
    SET held_until = r.expires_at, version = ss.version + 1,
        changed_in = {THIS_TRANSACTION}
    FROM locked_seats l JOIN changed_reservations r ON r.id = l.reservation_id
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = r.id
    RETURNING ss.*, l.agreed_minor
),
{inserted_events(types=[ReservationExtended])}"""

# `verdict` reads the clock once the reservation is locked. `whole` is the second guard:
# rather than extend a part, the statement divides by zero, fails and changes nothing.
EXTEND = f"""
WITH {ORIGIN.format("$7", "$8")},
locked AS (
    SELECT id, status, expires_at, extensions FROM reservations
    WHERE id = $1 AND customer_id = $2
    FOR UPDATE
),
verdict AS (
    SELECT *, {RESERVATION_STATUS} AS status_now, clock_timestamp() AS now
    FROM locked r
),
changed_reservations AS (
    UPDATE reservations r
    SET expires_at = r.expires_at + make_interval(secs => $5::float8),
        extensions = r.extensions + 1
    FROM verdict
    WHERE r.id = verdict.id AND r.status = 'PENDING' AND {CAN_BE_EXTENDED}
    RETURNING r.*
),
inserted_key AS (
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT customer_id, '{EXTEND_RESERVATION}', $3, $4, id
    FROM changed_reservations WHERE $3::text IS NOT NULL
),
{EXTENDED_SEATS}
SELECT verdict.status_now AS status, verdict.now,
       (SELECT data FROM reservation_state) AS extended,
       (SELECT starts_at FROM screening) AS starts_at,
       (SELECT sales_end_at FROM screening) AS sales_end_at,
       1 / ((SELECT count(*) FROM changed_seats)
            = (SELECT count(*) FROM changed_reservations r
               JOIN claims ON claims.reservation_id = r.id))::int AS whole
FROM verdict
"""
