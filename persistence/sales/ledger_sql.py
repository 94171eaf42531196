"""The statements that decide who has a seat. Each is atomic and writes its events.

Three rules hold in all of them. Rows are locked in the order of their ids, so crossing
crowds queue instead of deadlocking. The clock is `clock_timestamp()`, read after the
last lock: `now()` is the transaction's start and would let a late sale through. And
every UPDATE carries its guard, although the rows are locked: a lock may be missing.
"""

from persistence.sales.event_sql import INSERTED_EVENTS, ORIGIN, THIS_TRANSACTION
from persistence.sales.state_sql import (
    RESERVATION_STATE,
    RESERVATION_STATUS,
    SEATS_OF_RESERVATION,
)

LOCKED_SEATS = """
screening AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM changed_reservations)
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id
    FROM changed_reservations r
    JOIN claims ON claims.reservation_id = r.id
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    ORDER BY ss.id
    FOR UPDATE OF ss
)"""

RELEASED = f"""
{LOCKED_SEATS},
changed_seats AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD'
      AND ss.reservation_id = l.reservation_id
    RETURNING ss.id, ss.session_id, ss.seat_id, ss.status, ss.version, ss.held_until,
              l.reservation_id
),
unclaimed AS (
    UPDATE claims SET released_at = clock_timestamp(), released_version = c.version
    FROM changed_seats c
    WHERE claims.reservation_id = c.reservation_id AND claims.session_seat_id = c.id
      AND claims.released_at IS NULL
),
{INSERTED_EVENTS}
"""

CANCEL = f"""
WITH {ORIGIN.format("$3", "$4")},
locked AS (
    SELECT id, status, expires_at FROM reservations
    WHERE id = $1 AND customer_id = $2
    FOR UPDATE
),
verdict AS (
    SELECT max({RESERVATION_STATUS}) AS status FROM locked r
),
changed_reservations AS (
    UPDATE reservations r SET status = 'CANCELLED'
    FROM verdict
    WHERE r.id = $1 AND r.status = 'PENDING' AND verdict.status = 'PENDING'
    RETURNING r.*
),
{RELEASED}
SELECT verdict.status, (SELECT data FROM reservation_state) AS cancelled FROM verdict
"""

EXPIRE = """
WITH {origin},
locked AS (
    {due}
),
clock AS (
    SELECT clock_timestamp() AS now FROM (SELECT count(*) FROM locked) AS after_locking
),
changed_reservations AS (
    UPDATE reservations r SET status = 'EXPIRED'
    FROM locked, clock
    WHERE r.id = locked.id AND r.status = 'PENDING' AND r.expires_at <= clock.now
    RETURNING r.*
),
{released}
SELECT data, extract(
    epoch FROM clock.now - (data->>'expires_at')::timestamptz)::float8 AS late
FROM reservation_state, clock
"""

# A worker skips what another one has locked: each reservation is ended by one worker.
EXPIRE_DUE = EXPIRE.format(
    origin=ORIGIN.format("$2", "$3"),
    due="""SELECT id FROM reservations
    WHERE status = 'PENDING' AND expires_at <= clock_timestamp()
    ORDER BY expires_at LIMIT $1
    FOR UPDATE SKIP LOCKED""",
    released=RELEASED,
)

NEXT_EXPIRY = """
SELECT extract(epoch FROM min(expires_at) - clock_timestamp())::float8
FROM reservations WHERE status = 'PENDING'
"""

# A customer who wants the seat of an expired hold cannot skip it: this statement waits.
EXPIRE_THESE = EXPIRE.format(
    origin=ORIGIN.format("$2", "$3"),
    due="""SELECT id FROM reservations
    WHERE id = ANY($1::uuid[]) AND status = 'PENDING'
    ORDER BY id
    FOR UPDATE""",
    released=RELEASED,
)

EARLIER_USE = """
SELECT input_hash, result_id FROM idempotency_keys
WHERE account_id = $1 AND operation = $2 AND key = $3
"""

RESERVATION_STATE_NOW = RESERVATION_STATE.format(
    r="r", status=RESERVATION_STATUS, seats=SEATS_OF_RESERVATION.format(r="r")
)
RESERVATION = f"""
SELECT {RESERVATION_STATE_NOW}
FROM reservations r WHERE r.id = $1
"""
