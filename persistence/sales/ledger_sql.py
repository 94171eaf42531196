"""The statements that decide who has a seat. Each is atomic and writes its events.

Three rules hold in all of them. Rows are locked in the order of their ids, and quotas
of ticket types after seats, so crossing crowds queue instead of deadlocking. The clock
is `clock_timestamp()`, read after the last lock: `now()` is the transaction's start and
would let a late sale through. And every UPDATE carries its guard, although the rows are
locked: a lock may be missing.
"""

from persistence.sales.event_sql import (
    INSERTED_EVENTS,
    ORIGIN,
    THIS_TRANSACTION,
    inserted_events,
)
from persistence.sales.state_sql import (
    RESERVATION_STATE,
    RESERVATION_STATUS,
    SEATS_OF_RESERVATION,
)
from persistence.sales.statement_parts import WITHOUT_WAITING, with_parts

# The claims are locked too, so that they are read as they are now: a choice of other
# tickets, for whose reservation we waited, has changed their prices since our snapshot.
LOCKED_SEATS = """
screening AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM changed_reservations)
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id, claims.price_minor AS agreed_minor
    FROM changed_reservations r
    JOIN claims ON claims.reservation_id = r.id
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    ORDER BY ss.id
    FOR UPDATE OF ss, claims
)"""

# A counter changes from its locked row. From the row of the snapshot it would first be
# computed wrong after a wait, and the check of the table would refuse that. A
# wrong counter ends at 0: the check would stop the sweeper, for all sessions.
QUOTAS_GIVEN_BACK = """
given_back AS (
    SELECT r.session_id, u.ticket_type_id, count(*) AS tickets
    FROM unclaimed u JOIN changed_reservations r ON r.id = u.reservation_id
    GROUP BY r.session_id, u.ticket_type_id
),
locked_quotas AS (
    SELECT q.*, given_back.tickets
    FROM given_back JOIN ticket_quotas q USING (session_id, ticket_type_id)
    ORDER BY q.session_id, q.ticket_type_id
    FOR UPDATE OF q
),
changed_quotas AS (
    UPDATE ticket_quotas q SET seats_taken = greatest(l.seats_taken - l.tickets, 0)
    FROM locked_quotas l
    WHERE q.session_id = l.session_id AND q.ticket_type_id = l.ticket_type_id
)"""
# `locked_seats` may have more seats than those of `changed_reservations`.
RELEASED = f"""
changed_seats AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked_seats l JOIN changed_reservations r ON r.id = l.reservation_id
    WHERE ss.id = l.id AND ss.status = 'HELD'
      AND ss.reservation_id = l.reservation_id
    RETURNING ss.id, ss.session_id, ss.seat_id, ss.status, ss.version, ss.held_until,
              ss.price_minor, l.reservation_id, l.agreed_minor
),
unclaimed AS (
    UPDATE claims SET released_at = clock_timestamp(), released_version = c.version
    FROM changed_seats c
    WHERE claims.reservation_id = c.reservation_id AND claims.session_seat_id = c.id
      AND claims.released_at IS NULL
    RETURNING claims.reservation_id, claims.ticket_type_id
),
{QUOTAS_GIVEN_BACK}"""

# For one customer or for a group of them: no reservation is in it twice. As in hold_sql
# the only parameter is a list as jsonb. The seats are locked before the verdict: in a
# group a reservation is `whole` if nobody else has locked one of its seats. Only who
# has locked a reservation changes its claims, so nobody waits for those.
# This form waits for rows that somebody else has locked, and is sent for one cancel.
CANCEL = f"""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset($1) AS a (
        id uuid, customer_id uuid, request_id text, trace_parent text
    )
),
origin AS (
    SELECT id AS reservation_id, request_id, trace_parent FROM asked
),
locked AS (
    SELECT r.* FROM asked
    JOIN reservations r ON r.id = asked.id AND r.customer_id = asked.customer_id
    WHERE r.id = ANY(ARRAY(SELECT id FROM asked))
    ORDER BY r.id
    FOR UPDATE OF r /* wait */
),
claimed AS (
    SELECT claims.reservation_id, claims.session_seat_id,
           claims.price_minor AS agreed_minor
    FROM locked JOIN claims ON claims.reservation_id = locked.id
    WHERE claims.released_at IS NULL
    FOR UPDATE OF claims
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id, claimed.agreed_minor FROM session_seats ss
    JOIN claimed ON claimed.session_seat_id = ss.id
    WHERE ss.id = ANY(ARRAY(SELECT session_seat_id FROM claimed))
    ORDER BY ss.id
    FOR UPDATE OF ss /* wait */
),
verdict AS (
    SELECT r.id, {RESERVATION_STATUS} AS status,
           (SELECT count(*) FROM claimed JOIN locked_seats ON id = session_seat_id
            WHERE claimed.reservation_id = r.id)
           = (SELECT count(*) FROM claimed WHERE claimed.reservation_id = r.id) AS whole
    FROM locked r CROSS JOIN (SELECT count(*) FROM locked_seats) AS after_locking
),
changed_reservations AS (
    UPDATE reservations r SET status = 'CANCELLED'
    FROM verdict
    WHERE r.id = verdict.id AND verdict.whole
      AND r.status = 'PENDING' AND verdict.status = 'PENDING'
    RETURNING r.*
),
screening AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM changed_reservations)
),
{RELEASED},
{inserted_events("origin.reservation_id = reservation_state.reservation_id")}
SELECT asked.id AS member_id, coalesce(verdict.whole, FALSE) AS found, verdict.status,
       (SELECT data FROM reservation_state state
        WHERE state.reservation_id = asked.id) AS cancelled
FROM asked LEFT JOIN verdict ON verdict.id = asked.id
"""

# For a group. It waits for no row: what somebody else has locked is not found.
CANCEL_GROUP = with_parts(CANCEL, WITHOUT_WAITING, times=2)

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
{locked_seats},
{released},
{inserted_events}
SELECT data, extract(
    epoch FROM clock.now - (data->>'expires_at')::timestamptz)::float8 AS late
FROM reservation_state, clock
"""

ENDED = {
    "locked_seats": LOCKED_SEATS,
    "released": RELEASED,
    "inserted_events": INSERTED_EVENTS,
}

# A worker skips what another one has locked: each reservation is ended by one worker.
EXPIRE_DUE = EXPIRE.format(
    origin=ORIGIN.format("$2", "$3"),
    due="""SELECT id FROM reservations
    WHERE status = 'PENDING' AND expires_at <= clock_timestamp()
    ORDER BY expires_at LIMIT $1
    FOR UPDATE SKIP LOCKED""",
    **ENDED,
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
    **ENDED,
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
