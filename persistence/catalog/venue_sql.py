"""The statements that change cinemas and rooms, by the rules of catalog_sql."""

from domain.events import SeatsAdded
from persistence.catalog.catalog_sql import ROOM, SESSION, seat_events
from persistence.sales.event_sql import ORIGIN

FACTS = """name, city, address, time_zone, currency, sales_minutes_after_start,
    companion_release_minutes, refund_hours_before_start"""
CINEMA = f"id, {FACTS}, version"

# A missing number has the default of its column.
ADD_CINEMA = f"""
INSERT INTO cinemas (name, city, address, time_zone, currency,
                     name_key, search_key, keyed_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING {CINEMA}
"""

LOCK_CINEMA = f"SELECT {CINEMA} FROM cinemas WHERE id = $1 FOR NO KEY UPDATE"

CHANGE_CINEMA = f"""
UPDATE cinemas
SET ({FACTS}) = ROW($2, $3, $4, $5, $6, $7, $8, $9),
    name_key = $10, search_key = $11, keyed_name = $12, version = version + 1
WHERE id = $1
RETURNING {CINEMA}
"""

# No row: there is no such cinema.
ADD_ROOM = f"""
INSERT INTO rooms (name, name_key, keyed_name, cinema_id, turnaround_minutes)
SELECT $1, $2, $1, id, $4 FROM cinemas WHERE id = coalesce($3, first_cinema())
RETURNING {ROOM}
"""

CHANGE_ROOM = f"""
UPDATE rooms
SET name = $2, name_key = $3, keyed_name = $2, turnaround_minutes = $4,
    version = version + 1
WHERE id = $1
RETURNING {ROOM}
"""

# The first session that begins within the turnaround of another one, of those that
# have not ended.
IN_THE_TURNAROUND = f"""
SELECT {", ".join(f"other.{column}" for column in SESSION.split(", "))}
FROM sessions own
JOIN sessions other ON other.room_id = own.room_id AND other.starts_at > own.starts_at
    AND other.starts_at < own.ends_at + make_interval(mins => $2)
WHERE own.room_id = $1 AND own.ends_at > clock_timestamp()
    AND own.cancelled_at IS NULL AND other.cancelled_at IS NULL
ORDER BY other.starts_at, other.id
LIMIT 1
"""

CHANGE_TURNAROUNDS = """
UPDATE sessions SET turnaround_minutes = $2
WHERE room_id = $1 AND ends_at > clock_timestamp() AND turnaround_minutes <> $2
"""

PUT_ON_SALE = f"""
WITH {ORIGIN.format("$3", "$4")},
screening AS (
    SELECT * FROM sessions WHERE room_id = $1 AND starts_at > clock_timestamp()
),
changed_seats AS (
    INSERT INTO session_seats (session_id, seat_id, status, version, zone_id,
                               price_minor)
    SELECT screening.id, seat.id, 'AVAILABLE', 1, seat.zone_id, (
        SELECT price.amount_minor FROM session_prices price
        WHERE price.session_id = screening.id AND price.zone_id = seat.zone_id
            AND price.ticket_type_id = (SELECT id FROM ticket_types WHERE is_default))
    FROM screening, seats seat WHERE seat.id = ANY($2::uuid[])
    RETURNING *
),
{seat_events(SeatsAdded)}
SELECT count(*) FROM changed_seats
"""

# Its seats are a change of the room.
COUNT_CHANGE = f"UPDATE rooms SET version = version + 1 WHERE id = $1 RETURNING {ROOM}"

# Waits for every new session of the room, and makes later ones wait.
LOCK_ROOM_ALONE = f"SELECT {ROOM} FROM rooms WHERE id = $1 FOR UPDATE"
HAS_SESSIONS = "SELECT EXISTS (SELECT FROM sessions WHERE room_id = $1)"
REMOVE_ROOM = (
    "DELETE FROM seats WHERE room_id = $1",
    "DELETE FROM rooms WHERE id = $1",
)
