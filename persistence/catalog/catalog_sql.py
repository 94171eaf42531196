"""The statements that change the catalog, by the rules of ledger_sql.

A change of a room's seats or sessions locks the room's row first. So no session misses
a seat that is added meanwhile. And two sessions for the room at one time queue: at the
exclusion constraint alone they could deadlock. The order of locks is: movie, room,
session, reservations, seats.
"""

from domain.events import SeatsEvent, SeatsRepriced, SessionRemoved
from persistence.sales.event_sql import (
    CHANGED_SEAT_STATE,
    ORIGIN,
    POSITION,
    THIS_TRANSACTION,
    insert_events,
)

# Named one by one: a prepared `SELECT *` fails once when a migration adds a column.
MOVIE = "id, title, synopsis, duration_minutes, genres, rating, version"
ROOM = "id, cinema_id, name, turnaround_minutes, version"
SESSION = (
    "id, movie_id, room_id, starts_at, ends_at, price_minor, currency, status, version,"
    " sales_end_at"
)

ADD_MOVIE = f"""
INSERT INTO movies (title, synopsis, duration_minutes, genres, rating,
                    title_key, search_key, keyed_title)
VALUES ($1, $2, $3, $4, $5, $6, $7, $1)
RETURNING {MOVIE}
"""

# Only a rating can become NULL; $9 says whether it was entered.
ENTERED_MOVIE = """coalesce($2, title), coalesce($3, synopsis),
    coalesce($4, duration_minutes), coalesce($5, genres),
    CASE WHEN $9 THEN $6 ELSE rating END"""
CHANGE_MOVIE = f"""
UPDATE movies
SET (title, synopsis, duration_minutes, genres, rating) = ROW({ENTERED_MOVIE}),
    title_key = coalesce($7, title_key), search_key = coalesce($8, search_key),
    keyed_title = coalesce($2, keyed_title),
    version = version + (ROW(title, synopsis, duration_minutes, genres, rating)
        IS DISTINCT FROM ROW({ENTERED_MOVIE}))::int
WHERE id = $1
RETURNING {MOVIE}
"""

HAS_SESSIONS_TO_COME = """
SELECT EXISTS (
    SELECT FROM sessions WHERE movie_id = $1 AND starts_at > clock_timestamp()
    AND cancelled_at IS NULL)
"""
ARCHIVE_MOVIE = f"""
UPDATE movies SET archived_at = coalesce(archived_at, clock_timestamp()),
    version = version + (archived_at IS NULL)::int
WHERE id = $1
RETURNING {MOVIE}
"""

# Not FOR UPDATE: other transactions may still insert rows that refer to the room.
LOCK_ROOM = f"SELECT {ROOM} FROM rooms WHERE id = $1 FOR NO KEY UPDATE"


def seat_events(event: type[SeatsEvent]) -> str:
    """Of all `changed_seats`: an event for every 500, since a message has a limit."""
    return f"""
seat_batches AS (
    SELECT c.session_id, jsonb_build_object(
        'session_id', c.session_id, 'position', {POSITION},
        'seats', jsonb_agg({CHANGED_SEAT_STATE} ORDER BY c.id)) AS data
    FROM (SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY id) - 1 AS place
          FROM changed_seats) c
    JOIN seats seat ON seat.id = c.seat_id
    JOIN screening ON screening.id = c.session_id
    GROUP BY c.session_id, c.place / 500
    ORDER BY c.session_id, c.place / 500
),
inserted_events AS (
    {insert_events("seat_batches", [event])}
)"""


NOW = "SELECT clock_timestamp()"

# A session occupies its room from its start until just before the end of the
# turnaround, which is $3. $4 is the session that is moved. A cancelled one leaves its
# room to others.
IN_THE_ROOM = f"""
SELECT {SESSION} FROM sessions
WHERE room_id = $1 AND starts_at < $3 AND id IS DISTINCT FROM $4
    AND ends_at + make_interval(mins => turnaround_minutes) > $2
    AND cancelled_at IS NULL
ORDER BY starts_at LIMIT 1
"""

# A seat that is out of service can be put on sale: it is on the map.
STATUS_AT_FIRST = "CASE WHEN seat.out_of_service THEN 'BLOCKED' ELSE 'AVAILABLE' END"

# A new session has no watchers: its seats need no event. A trigger sets a missing end
# of sales.
ADD_SESSION = f"""
WITH screening AS (
    INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor, currency,
                          sales_end_at)
    VALUES ($1, $2, $3, $4, $5, $6, $8)
    RETURNING *
),
on_sale AS (
    INSERT INTO session_seats (session_id, seat_id, status, version, zone_id,
                               price_minor)
    SELECT screening.id, seat.id, {STATUS_AT_FIRST}, 1, seat.zone_id, price.amount_minor
    FROM screening JOIN seats seat ON seat.room_id = screening.room_id
    LEFT JOIN card_prices price ON price.card_id = $7 AND price.zone_id = seat.zone_id
        AND price.ticket_type_id = (SELECT id FROM ticket_types WHERE is_default)
)
SELECT {SESSION} FROM screening
"""

# A session that is moved meanwhile has another room: then the exclusion constraint
# decides alone.
LOCK_ROOM_OF_SESSION = """
SELECT turnaround_minutes FROM rooms
WHERE id = (SELECT room_id FROM sessions WHERE id = $1)
FOR NO KEY UPDATE
"""

# Waits for every hold under way, and makes new ones wait: they lock the row FOR KEY
# SHARE, which an UPDATE alone would not wait for. The race tests remove it.
LOCK_AGAINST_HOLDS = "FOR UPDATE"
LOCK_SESSION = f"""
SELECT {SESSION} FROM sessions WHERE id = $1
{LOCK_AGAINST_HOLDS}
"""

# All that customers have of a session, once it is locked: then none is added.
LOCK_SALES = """
SELECT id FROM reservations
WHERE session_id = $1 AND status IN ('PENDING', 'CONFIRMED')
ORDER BY id
FOR UPDATE
"""

# Separate statements: their clock and their snapshot are from after the locks.
HAS_BEGUN = "SELECT starts_at <= clock_timestamp() FROM sessions WHERE id = $1"
TAKEN = """
SELECT DISTINCT reservation_id, held_until <= clock_timestamp() IS TRUE AS expired
FROM session_seats WHERE session_id = $1 AND status IN ('HELD', 'SOLD')
"""

CHANGE_SESSION = f"""
UPDATE sessions SET starts_at = $2, ends_at = $3, price_minor = $4, currency = $5,
    version = version + 1
WHERE id = $1
RETURNING {SESSION}
"""

# $3 is the version that the session has afterwards.
SET_ORPHAN_RULE = f"""
UPDATE sessions SET orphan_rule = $2, version = $3 WHERE id = $1 AND orphan_rule <> $2
RETURNING {SESSION}
"""

# A moment that has passed ends the sales now.
SET_SALES_END = f"""
WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
UPDATE sessions SET sales_end_at = greatest($2::timestamptz, clock.now), version = $3
FROM clock
WHERE id = $1
    AND greatest(sales_end_at, clock.now) <> greatest($2::timestamptz, clock.now)
RETURNING {SESSION}
"""

# A new price is a new version of each seat, taken or not. Of a session with prices by
# zone $4 has the zones that changed; NULL: all seats cost as much as the session says.
REPRICE = f"""
WITH {ORIGIN.format("$2", "$3")},
screening AS (
    SELECT * FROM sessions WHERE id = $1
),
locked AS (
    SELECT ss.id, ss.zone_id FROM session_seats ss
    WHERE ss.session_id = $1 AND ($4::uuid[] IS NULL OR ss.zone_id = ANY($4))
    ORDER BY ss.id
    FOR UPDATE
),
changed_seats AS (
    UPDATE session_seats ss
    SET price_minor = coalesce(price.amount_minor, screening.price_minor),
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked CROSS JOIN screening
    LEFT JOIN session_prices price ON price.session_id = screening.id
        AND price.zone_id = locked.zone_id AND price.ticket_type_id = (
            SELECT id FROM ticket_types WHERE is_default)
    WHERE ss.id = locked.id
    RETURNING ss.*
),
{seat_events(SeatsRepriced)}
SELECT (SELECT count(*) FROM changed_seats) = (SELECT count(*) FROM locked) AS whole
"""

# Also those that have ended: their customers see them still.
HAS_RESERVATIONS = "SELECT EXISTS (SELECT FROM reservations WHERE session_id = $1)"
RECORD_REMOVAL = f"""
WITH {ORIGIN.format("$2", "$3")},
removed AS (
    SELECT id AS session_id, jsonb_build_object('session_id', id) AS data
    FROM sessions WHERE id = $1
)
{insert_events("removed", [SessionRemoved])}
"""
REMOVE_SESSION = (
    "DELETE FROM ticket_quotas WHERE session_id = $1",
    "DELETE FROM session_prices WHERE session_id = $1",
    "DELETE FROM session_moves WHERE session_id = $1",
    """DELETE FROM seat_blocks USING session_seats ss
       WHERE ss.id = session_seat_id AND ss.session_id = $1""",
    "DELETE FROM session_seats WHERE session_id = $1",
    "DELETE FROM sessions WHERE id = $1",
)
