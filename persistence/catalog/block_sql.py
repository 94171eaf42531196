"""The statements that block seats and unblock them, by the rules of ledger_sql."""

from domain.events import SeatsBlocked, SeatsUnblocked
from persistence.catalog.catalog_sql import seat_events
from persistence.sales.event_sql import ORIGIN, THIS_TRANSACTION
from persistence.sales.state_sql import (
    HELD_UNTIL,
    SEAT,
    SEAT_PRICE,
    SEAT_STATE_NOW,
    SEAT_STATUS,
)

# The session is locked as by a hold: its price cannot change meanwhile.
LOCKED = """
screening AS (
    SELECT * FROM sessions WHERE id = $1
    FOR KEY SHARE
),
locked AS (
    SELECT ss.* FROM screening
    JOIN session_seats ss ON ss.session_id = screening.id
    WHERE ss.id = ANY($2::uuid[]) AND ss.zone_id IS NOT NULL
    ORDER BY ss.id
    FOR UPDATE OF ss
),
clock AS (
    SELECT clock_timestamp() AS now FROM (SELECT count(*) FROM locked) AS after_locking
)"""

SEAT_NOW = SEAT.format(
    ss="ss",
    version="coalesce(c.version, ss.version)",
    status=f"coalesce(c.status, {SEAT_STATUS.format(now='clock.now')})",
    held_until=HELD_UNTIL.format(now="clock.now"),
    price=SEAT_PRICE.format(ss="ss"),
    currency="screening.currency",
)
# All the seats, whether they have changed or not.
SEATS_NOW = f"""
SELECT jsonb_agg({SEAT_NOW})
FROM locked ss JOIN seats seat ON seat.id = ss.seat_id
CROSS JOIN screening CROSS JOIN clock
LEFT JOIN changed_seats c ON c.id = ss.id"""

# The guard that keeps a seat of a customer from being blocked. The race tests replace
# it.
NOBODY_HAS_THEM = "verdict.taken = 0"

# A hold that is over is still HELD: it has to be ended first.
BLOCK = f"""
WITH {ORIGIN.format("$5", "$6")},
{LOCKED},
verdict AS (
    SELECT count(*) AS found,
           count(*) FILTER (WHERE status NOT IN ('AVAILABLE', 'BLOCKED')) AS taken,
           jsonb_agg(DISTINCT reservation_id)
               FILTER (WHERE held_until <= clock.now) AS expired
    FROM locked, clock
),
changed_seats AS (
    UPDATE session_seats target
    SET status = 'BLOCKED', version = target.version + 1,
        changed_in = {THIS_TRANSACTION}
    FROM locked ss, verdict
    WHERE target.id = ss.id AND ss.status = 'AVAILABLE' AND target.status = 'AVAILABLE'
      AND verdict.found = cardinality($2::uuid[]) AND {NOBODY_HAS_THEM}
    RETURNING target.*
),
kept AS (
    INSERT INTO seat_blocks (session_seat_id, reason, blocked_by)
    SELECT id, $3, $4::uuid FROM changed_seats
),
{seat_events(SeatsBlocked)}
SELECT verdict.found = cardinality($2::uuid[]) AS found, verdict.expired,
       ({SEATS_NOW}) AS seats,
       (SELECT jsonb_agg({SEAT_STATE_NOW})
        FROM locked ss JOIN seats seat ON seat.id = ss.seat_id CROSS JOIN screening
        WHERE ss.status NOT IN ('AVAILABLE', 'BLOCKED')) AS taken
FROM verdict
"""

UNBLOCK = f"""
WITH {ORIGIN.format("$3", "$4")},
{LOCKED},
changed_seats AS (
    UPDATE session_seats target
    SET status = 'AVAILABLE', version = target.version + 1,
        changed_in = {THIS_TRANSACTION}
    FROM locked ss
    WHERE target.id = ss.id AND ss.status = 'BLOCKED' AND target.status = 'BLOCKED'
      AND (SELECT count(*) FROM locked) = cardinality($2::uuid[])
    RETURNING target.*
),
forgotten AS (
    DELETE FROM seat_blocks USING changed_seats c WHERE session_seat_id = c.id
),
{seat_events(SeatsUnblocked)}
SELECT (SELECT count(*) FROM locked) = cardinality($2::uuid[]) AS found,
       ({SEATS_NOW}) AS seats
"""
