"""The statements that decide who has a seat. Each is atomic and writes its events.

Three rules hold in all of them. Rows are locked in the order of their ids, so crossing
crowds queue instead of deadlocking. The clock is `clock_timestamp()`, read after the
last lock: `now()` is the transaction's start and would let a late sale through. And
every UPDATE carries its guard, although the rows are locked: a lock may be missing.
"""

from domain.idempotency import RESERVE_SEATS
from persistence.sales.event_sql import INSERTED_EVENTS, ORIGIN, THIS_TRANSACTION
from persistence.sales.state_sql import (
    RESERVATION_STATE,
    RESERVATION_STATUS,
    SEAT_STATE_NOW,
    SEATS_OF_RESERVATION,
)

INSERT_KEY = """
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT customer_id, '{operation}', {key}, {hash}, {result}
    FROM changed_reservations WHERE {key}::text IS NOT NULL"""

# The guard that keeps a seat from being sold twice. The race tests replace it, to see
# two winners.
SEAT_IS_FREE = "ss.status = 'AVAILABLE'"

# Whether the customer was shown the present start and total. The session is locked.
AS_SHOWN = """coalesce(screening.starts_at = $10::timestamptz, TRUE)
      AND coalesce((screening.price_minor * cardinality($2::uuid[]), screening.currency)
                   = ($11::int, $12::text), TRUE)"""

# The guard reads `wanted`: the rows as they were once they were locked. A condition on
# the updated table is first tried on the statement's older snapshot. It would drop a
# seat that became free while we waited, and hold only a part of what was wanted.
# `whole` is the second guard: rather than hold a part, the statement divides by zero,
# fails and changes nothing.
# The session is locked first, FOR KEY SHARE: no price or start changes meanwhile.
HOLD = f"""
WITH {ORIGIN.format("$8", "$9")},
screening AS (
    SELECT * FROM sessions WHERE id = $1
    FOR KEY SHARE
),
wanted AS (
    SELECT ss.* FROM screening
    JOIN session_seats ss ON ss.session_id = screening.id
    WHERE ss.id = ANY($2::uuid[])
    ORDER BY ss.id
    FOR UPDATE OF ss
),
verdict AS (
    SELECT count(*) AS found,
           count(*) FILTER (WHERE {SEAT_IS_FREE}) = cardinality($2::uuid[]) AS free,
           array_agg(DISTINCT ss.reservation_id)
               FILTER (WHERE ss.held_until <= clock_timestamp()) AS expired,
           clock_timestamp() AS now
    FROM wanted ss
),
changed_reservations AS (
    INSERT INTO reservations (id, session_id, customer_id, status,
                              amount_minor, currency, created_at, expires_at)
    SELECT $3, screening.id, $4, 'PENDING',
           screening.price_minor * cardinality($2::uuid[]), screening.currency,
           verdict.now, verdict.now + $5::interval
    FROM screening, verdict
    WHERE verdict.free AND screening.starts_at > verdict.now AND {AS_SHOWN}
    RETURNING *
),
inserted_key AS (
    {INSERT_KEY.format(operation=RESERVE_SEATS, key="$6", hash="$7", result="id")}
),
changed_seats AS (
    UPDATE session_seats target
    SET status = 'HELD', reservation_id = r.id, held_until = r.expires_at,
        version = target.version + 1, changed_in = {THIS_TRANSACTION}
    FROM changed_reservations r, wanted ss
    WHERE target.id = ss.id AND {SEAT_IS_FREE}
    RETURNING target.*
),
claimed AS (
    INSERT INTO claims (reservation_id, session_seat_id, price_minor)
    SELECT c.reservation_id, c.id, screening.price_minor
    FROM changed_seats c, screening
),
{INSERTED_EVENTS}
SELECT screening.id IS NOT NULL AND verdict.found = cardinality($2::uuid[]) AS found,
       screening.id, screening.movie_id, screening.room_id, screening.starts_at,
       screening.ends_at, screening.price_minor, screening.currency,
       screening.starts_at <= verdict.now AS begun,
       verdict.expired,
       (SELECT data FROM reservation_state) AS held,
       1 / ((SELECT count(*) FROM changed_seats)
            = cardinality($2::uuid[])
              * (SELECT count(*) FROM changed_reservations))::int AS whole,
       CASE WHEN NOT verdict.free THEN (
           SELECT jsonb_agg({SEAT_STATE_NOW})
           FROM wanted ss JOIN seats seat ON seat.id = ss.seat_id
           WHERE NOT {SEAT_IS_FREE}) END AS taken
FROM verdict LEFT JOIN screening ON TRUE
"""

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
