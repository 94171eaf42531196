"""The statements that hold seats, for one customer or for a group of them.

See ledger_sql for the rules of all statements that decide. No seat and no idempotency
key is in a group twice (grouped_calls), so its holds do not depend on each other: it
decides each of them as if it were alone.
"""

from persistence.sales.event_sql import THIS_TRANSACTION, inserted_events
from persistence.sales.state_sql import SEAT_PRICE, SEAT_STATE_NOW
from persistence.sales.statement_parts import WITHOUT_WAITING, with_parts

# The guard that keeps a seat from being sold twice. The race tests replace it, to see
# two winners.
SEAT_IS_FREE = "ss.status = 'AVAILABLE'"

# Whether the customer was shown the present start and total. The session is locked.
# A condition that joined three tables at once would have Postgres join them otherwise,
# and cost a group a tenth of its time.
AS_SHOWN = """coalesce(screening.starts_at = asked.starts_at, TRUE)
      AND coalesce(screening.currency = asked.total_currency, TRUE)
      AND coalesce(verdict.total = asked.amount_minor, TRUE)"""

SEATS_OF_HOLD = "cardinality(seat_ids)"
CHOSEN = "AS chosen"
WANTS = "wants AS ("
EXPIRED = "verdict.expired"
# ticket_hold_sql replaces these for holds that choose types of tickets. A hold that
# chooses none is of the default type, at the price in the locked row of the seat.
WANTED_SEATS = "chosen.id AS hold_id, unnest(chosen.seat_ids) AS session_seat_id"
TICKET = """ss.seat_price AS agreed_minor,
           (SELECT id FROM ticket_types WHERE is_default) AS type_id"""
IN_THE_SESSION = "AND asked.session_id = ss.session_id"
AFTER_LOCKING = "(SELECT count(*) FROM locked) AS after_locking"
MAY_HAVE_TICKETS = "TRUE"
REFUSED_TICKETS = "FALSE AS exhausted"

# Holds of a customer in a session take turns, so that each one counts those before it.
# Of a group only those are decided whose turn it is.
TURN = "uuid_hash_extended(customer_id, uuid_hash_extended(session_id, 0))"
WAIT_FOR_TURN = f"pg_advisory_xact_lock({TURN}) IS NOT NULL"
HAS_TURN = f"pg_try_advisory_xact_lock({TURN})"
WITHIN_LIMIT = "asked.owned + asked.seats <= asked.seats_per_customer"

# The guard reads `wanted`: the rows as they were once they were locked. A condition on
# the updated table is first tried on the statement's older snapshot. It would drop a
# seat that became free while we waited, and hold only a part of what was wanted.
# `whole` is the second guard: rather than hold a part, the statement divides by zero,
# fails and changes nothing.
# The customers' turns come first: who waits for one has locked nothing. Afterwards a
# function reads `owned`, because the snapshot of this statement is older.
# The sessions are locked next, FOR KEY SHARE: no price, start or end of
# sales changes meanwhile.
# The only parameter is a list of holds as jsonb, and no column is an array: on a new
# connection asyncpg would look up the type of each array first.
# This form waits for rows that somebody else has locked, and is sent for one hold.
HOLD = f"""
WITH in_turn AS MATERIALIZED (
    SELECT *, {SEATS_OF_HOLD} AS seats FROM jsonb_to_recordset($1) AS a (
        id uuid, session_id uuid, customer_id uuid, seat_ids uuid[], seconds float8,
        seats_per_customer int, operation text, key text, input_hash text,
        starts_at timestamptz, amount_minor int, total_currency text,
        request_id text, trace_parent text
    ) WHERE {WAIT_FOR_TURN}
),
asked AS (
    SELECT in_turn.*, own.seats AS owned
    FROM seats_of_customers(
        ARRAY(SELECT id FROM in_turn), ARRAY(SELECT session_id FROM in_turn),
        ARRAY(SELECT customer_id FROM in_turn)
    ) AS own JOIN in_turn ON in_turn.id = own.hold_id
),
origin AS (
    SELECT id AS reservation_id, request_id, trace_parent FROM asked
),
screening AS (
    SELECT * FROM sessions WHERE id = ANY(ARRAY(SELECT session_id FROM asked))
    ORDER BY id
    FOR KEY SHARE /* wait */
),
{WANTS}
    SELECT {WANTED_SEATS} FROM asked {CHOSEN}
),
locked AS (
    SELECT ss.*, {SEAT_PRICE.format(ss="ss")} AS seat_price FROM screening
    JOIN session_seats ss ON ss.session_id = screening.id
    WHERE ss.id = ANY(ARRAY(SELECT session_seat_id FROM wants))
    ORDER BY ss.id
    FOR UPDATE OF ss /* wait */
),
wanted AS (
    SELECT ss.*, asked.id AS hold_id, {TICKET}
    FROM locked ss
    JOIN wants ON wants.session_seat_id = ss.id
    JOIN asked ON asked.id = wants.hold_id {IN_THE_SESSION}
),
clock AS (
    SELECT clock_timestamp() AS now FROM {AFTER_LOCKING}
),
verdict AS (
    SELECT ss.hold_id, count(*) AS found,
           count(*) FILTER (WHERE {SEAT_IS_FREE}) AS free,
           sum(ss.agreed_minor) AS total,
           jsonb_agg(DISTINCT ss.reservation_id)
               FILTER (WHERE ss.held_until <= clock.now) AS expired
    FROM wanted ss, clock GROUP BY ss.hold_id
),
changed_reservations AS (
    INSERT INTO reservations (id, session_id, customer_id, status,
                              amount_minor, currency, created_at, expires_at)
    SELECT asked.id, screening.id, asked.customer_id, 'PENDING',
           verdict.total, screening.currency,
           clock.now, clock.now + make_interval(secs => asked.seconds)
    FROM asked
    JOIN verdict ON verdict.hold_id = asked.id
    JOIN screening ON screening.id = asked.session_id
    CROSS JOIN clock
    WHERE verdict.free = asked.seats AND screening.sales_end_at > clock.now
      AND {AS_SHOWN} AND {MAY_HAVE_TICKETS} AND {WITHIN_LIMIT}
    RETURNING *
),
inserted_keys AS (
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT asked.customer_id, asked.operation, asked.key,
           decode(asked.input_hash, 'hex'), asked.id
    FROM changed_reservations r JOIN asked ON asked.id = r.id
    WHERE asked.key IS NOT NULL
),
changed_seats AS (
    UPDATE session_seats target
    SET status = 'HELD', reservation_id = r.id, held_until = r.expires_at,
        version = target.version + 1, changed_in = {THIS_TRANSACTION}
    FROM changed_reservations r JOIN wanted ss ON ss.hold_id = r.id
    WHERE target.id = ss.id AND {SEAT_IS_FREE}
    RETURNING target.*, ss.agreed_minor, ss.type_id
),
claimed AS (
    INSERT INTO claims (reservation_id, session_seat_id, price_minor, ticket_type_id)
    SELECT reservation_id, id, agreed_minor, type_id FROM changed_seats
),
{inserted_events("origin.reservation_id = reservation_state.reservation_id")}
SELECT asked.id AS member_id,
       screening.id IS NOT NULL AND coalesce(verdict.found, 0) = asked.seats AS found,
       screening.id, screening.movie_id, screening.room_id, screening.starts_at,
       screening.ends_at, screening.price_minor, screening.currency,
       screening.status, screening.version, screening.sales_end_at,
       screening.sales_end_at <= clock.now AS closed,
       {EXPIRED} AS expired, verdict.total::int AS total, {REFUSED_TICKETS},
       CASE WHEN NOT {WITHIN_LIMIT} THEN (
           SELECT coalesce(jsonb_agg(r.id), '[]') FROM reservations r
           WHERE r.session_id = asked.session_id AND r.customer_id = asked.customer_id
             AND r.status = 'PENDING' AND r.expires_at <= clock.now) END AS over_limit,
       (SELECT data FROM reservation_state state
        WHERE state.reservation_id = asked.id) AS held,
       1 / ((SELECT count(*) FROM changed_seats)
            = (SELECT coalesce(sum(a.seats), 0)
               FROM changed_reservations r JOIN asked a ON a.id = r.id))::int AS whole,
       CASE WHEN verdict.free < asked.seats THEN (
           SELECT jsonb_agg({SEAT_STATE_NOW})
           FROM wanted ss JOIN seats seat ON seat.id = ss.seat_id
           WHERE ss.hold_id = asked.id AND NOT {SEAT_IS_FREE}) END AS taken
FROM asked
CROSS JOIN clock
LEFT JOIN screening ON screening.id = asked.session_id
LEFT JOIN verdict ON verdict.hold_id = asked.id
"""

# For a group. It waits for no row: what somebody else has locked is not found.
HOLD_GROUP = with_parts(
    with_parts(HOLD, WITHOUT_WAITING, times=2), {WAIT_FOR_TURN: HAS_TURN}
)

# The first of some blocks of seats that is free and that nobody else has locked, and
# no seat if there is none. It waits for no seat, so it may lock them in any order.
# `screening` is locked before them, as everywhere. The condition of the locking query
# is the guard: it is tried again on the row as it is once it is locked. A block is only
# tried when those before it were not whole, because of the LIMIT.
FIRST_BLOCK = f"""blocks AS MATERIALIZED (
    SELECT ARRAY(SELECT jsonb_array_elements_text(ids)::uuid) AS seat_ids
    FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS block (ids, number)
    ORDER BY number
),
first_block AS MATERIALIZED (
    SELECT asked.id, blocks.seat_ids
    FROM asked CROSS JOIN blocks CROSS JOIN LATERAL (
        SELECT count(*) AS seats FROM (
            SELECT FROM session_seats ss
            WHERE ss.id = ANY(blocks.seat_ids) AND {SEAT_IS_FREE}
              AND ss.session_id = (SELECT id FROM screening)
            ORDER BY ss.id
            FOR UPDATE SKIP LOCKED
        ) AS ss
    ) AS free
    WHERE free.seats = cardinality(blocks.seat_ids)
    LIMIT 1
),
{WANTS}"""
EXPIRED_IN_BLOCKS = """(
    SELECT jsonb_agg(DISTINCT ss.reservation_id) FROM session_seats ss
    WHERE ss.id IN (SELECT unnest(seat_ids) FROM blocks) AND ss.held_until <= clock.now
)"""
HOLD_FIRST = with_parts(
    HOLD,
    {
        SEATS_OF_HOLD: "coalesce(jsonb_array_length($2::jsonb -> 0), 0)",
        WANTS: FIRST_BLOCK,
        f"asked {CHOSEN}": f"first_block {CHOSEN}",
        EXPIRED: EXPIRED_IN_BLOCKS,
    },
)
