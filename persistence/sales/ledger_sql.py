"""The statements that decide who has a seat. Each is atomic by itself.

What they change they tell, in the words of telling_sql.

Three rules hold everywhere. Rows are locked in the order of their ids, so crossing
crowds queue instead of deadlocking. The clock is `clock_timestamp()`, read after the
last lock: `now()` is the transaction's start and would let a late sale through. And
every UPDATE carries its guard, although the rows are locked: locks can be forgotten.
"""

from persistence.sales.event_sql import (
    FRESH_SEAT_STATE,
    ORIGIN,
    RESERVATION_STATUS,
    THIS_TRANSACTION,
    TOLD,
)

# The guard that keeps a seat from being sold twice: the race tests switch it off to
# see two winners.
SEAT_IS_FREE = "ss.status = 'AVAILABLE'"

# The guard reads `wanted`, the rows as they were when their locks were had. A condition
# on the updated table would be tried on the statement's older snapshot first and drop
# a seat that came free while we waited: a hold in part. `whole` makes sure of it: the
# statement fails, and leaves nothing, rather than hold less than was wanted.
# The session is locked first, weakly: its price cannot change under a hold.
HOLD = f"""
WITH {ORIGIN.format("$8", "$9")},
film AS (
    SELECT * FROM sessions WHERE id = $1
    FOR KEY SHARE
),
wanted AS (
    SELECT ss.* FROM film
    JOIN session_seats ss ON ss.session_id = film.id
    WHERE ss.id = ANY($2::uuid[])
    ORDER BY ss.id
    FOR UPDATE OF ss
),
verdict AS (
    SELECT count(*) AS found,
           count(*) FILTER (WHERE {SEAT_IS_FREE}) = cardinality($2::uuid[]) AS free,
           array_agg(DISTINCT ss.reservation_id)
               FILTER (WHERE ss.held_until <= clock_timestamp()) AS lapsed,
           clock_timestamp() AS now
    FROM wanted ss
),
touched AS (
    INSERT INTO reservations (id, session_id, customer_id, status,
                              amount_minor, currency, created_at, expires_at)
    SELECT $3, film.id, $4, 'PENDING',
           film.price_minor * cardinality($2::uuid[]), film.currency,
           verdict.now, verdict.now + $5::interval
    FROM film, verdict
    WHERE verdict.free AND film.starts_at > verdict.now
    RETURNING *
),
keyed AS (
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT customer_id, 'reserveSeats', $6, $7, id
    FROM touched WHERE $6::text IS NOT NULL
),
changed AS (
    UPDATE session_seats target
    SET status = 'HELD', reservation_id = r.id, held_until = r.expires_at,
        version = target.version + 1, changed_in = {THIS_TRANSACTION}
    FROM touched r, wanted ss
    WHERE target.id = ss.id AND {SEAT_IS_FREE}
    RETURNING target.*, r.id AS by
),
claimed AS (
    INSERT INTO claims (reservation_id, session_seat_id) SELECT by, id FROM changed
),
{TOLD}
SELECT film.id IS NOT NULL AND verdict.found = cardinality($2::uuid[]) AS found,
       film.starts_at <= verdict.now AS begun,
       verdict.lapsed,
       (SELECT data FROM story) AS held,
       1 / ((SELECT count(*) FROM changed)
            = (SELECT count(*) FROM touched) * cardinality($2::uuid[]))::int AS whole,
       CASE WHEN NOT verdict.free THEN (
           SELECT jsonb_agg({FRESH_SEAT_STATE})
           FROM wanted ss JOIN seats seat ON seat.id = ss.seat_id
           WHERE NOT {SEAT_IS_FREE}) END AS taken
FROM verdict LEFT JOIN film ON TRUE
"""

LOCKED_SEATS = """
film AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM touched)
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id AS by
    FROM touched r
    JOIN claims ON claims.reservation_id = r.id
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    ORDER BY ss.id
    FOR UPDATE OF ss
)"""

RELEASED = f"""
{LOCKED_SEATS},
changed AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = l.by
    RETURNING ss.*, l.by
),
unclaimed AS (
    UPDATE claims SET released_at = clock_timestamp()
    FROM changed c
    WHERE claims.reservation_id = c.by AND claims.session_seat_id = c.id
      AND claims.released_at IS NULL
),
{TOLD}
"""

CANCEL = f"""
WITH {ORIGIN.format("$3", "$4")},
locked AS (
    SELECT id, status, expires_at FROM reservations
    WHERE id = $1 AND customer_id = $2
    FOR UPDATE
),
verdict AS (
    SELECT max(CASE WHEN status = 'PENDING' AND expires_at <= clock_timestamp()
                    THEN 'EXPIRED' ELSE status END) AS status
    FROM locked
),
touched AS (
    UPDATE reservations r SET status = 'CANCELLED'
    FROM verdict
    WHERE r.id = $1 AND r.status = 'PENDING' AND verdict.status = 'PENDING'
    RETURNING r.*
),
{RELEASED}
SELECT verdict.status, (SELECT data FROM story) AS cancelled FROM verdict
"""

EXPIRE = """
WITH {origin},
locked AS (
    {due}
),
clock AS (
    SELECT clock_timestamp() AS now FROM (SELECT count(*) FROM locked) AS after_locking
),
touched AS (
    UPDATE reservations r SET status = 'EXPIRED'
    FROM locked, clock
    WHERE r.id = locked.id AND r.status = 'PENDING' AND r.expires_at <= clock.now
    RETURNING r.*
),
{released}
SELECT data, extract(
    epoch FROM clock.now - (data->>'expires_at')::timestamptz)::float8 AS late
FROM story, clock
"""

# Workers skip what another one is at work on; each reservation is swept by one.
EXPIRE_DUE = EXPIRE.format(
    origin=ORIGIN.format("$2", "$3"),
    due="""SELECT id FROM reservations
    WHERE status = 'PENDING' AND expires_at <= clock_timestamp()
    ORDER BY expires_at LIMIT $1
    FOR UPDATE SKIP LOCKED""",
    released=RELEASED,
)

# A buyer in front of a lapsed hold cannot skip it: it waits for its turn.
EXPIRE_THESE = EXPIRE.format(
    origin=ORIGIN.format("$2", "$3"),
    due="""SELECT id FROM reservations
    WHERE id = ANY($1::uuid[]) AND status = 'PENDING'
    ORDER BY id
    FOR UPDATE""",
    released=RELEASED,
)

# Inserted or not, the row's own hash comes back: DO UPDATE waits for a twin's commit.
CLAIM_KEY = """
INSERT INTO idempotency_keys AS mine (account_id, operation, key, input_hash, result_id)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, operation, key) DO UPDATE SET result_id = mine.result_id
RETURNING input_hash
"""

RECALL = """
SELECT input_hash, result_id FROM idempotency_keys
WHERE account_id = $1 AND operation = $2 AND key = $3
"""

RESERVATION = f"""
SELECT jsonb_build_object(
    'reservation_id', r.id, 'session_id', r.session_id,
    'customer_id', r.customer_id, 'status', {RESERVATION_STATUS},
    'amount_minor', r.amount_minor, 'currency', r.currency,
    'created_at', r.created_at, 'expires_at', r.expires_at,
    'seats', (
        SELECT jsonb_agg({FRESH_SEAT_STATE} ORDER BY ss.id)
        FROM claims
        JOIN session_seats ss ON ss.id = claims.session_seat_id
        JOIN seats seat ON seat.id = ss.seat_id
        JOIN sessions film ON film.id = ss.session_id
        WHERE claims.reservation_id = r.id))
FROM reservations r WHERE r.id = $1
"""
