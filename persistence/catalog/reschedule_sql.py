"""The statements that move a session with its customers, by the rules of catalog_sql.

The locks are those of the movie, the rooms, the session, its reservations and seats.
"""

from domain.events import ReservationMoved, SeatsMoved
from persistence.catalog.catalog_sql import SESSION, seat_events
from persistence.catalog.session_price_sql import DEFAULT_TYPE, LIMIT
from persistence.sales.event_sql import ORIGIN, THIS_TRANSACTION, inserted_events

# The session may have moved when they are locked: then they are others.
LOCK_ROOMS = """
SELECT id, cinema_id, turnaround_minutes FROM rooms
WHERE id = $2 OR id = (SELECT room_id FROM sessions WHERE id = $1)
ORDER BY id
FOR NO KEY UPDATE
"""
CLOCK = """
SELECT clock_timestamp() AS now, ends_at <= clock_timestamp() AS is_over
FROM sessions WHERE id = $1
"""
MOVE = f"""
UPDATE sessions SET starts_at = $2, ends_at = $3, room_id = $4,
    rescheduled_at = clock_timestamp(), version = version + 1
WHERE id = $1
RETURNING {SESSION}
"""

ON_SALE = """
SELECT ss.id, ss.status IN ('HELD', 'SOLD') AS is_taken, seat.id AS seat_id,
       seat.label_key, seat.features, seat.out_of_service
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
WHERE ss.session_id = $1
ORDER BY ss.id
FOR UPDATE OF ss
"""
SEATS_OF_ROOM = """
SELECT id AS seat_id, label_key, features, out_of_service FROM seats WHERE room_id = $1
ORDER BY id
"""
HOMELESS = """
SELECT ss.id, seat.row_label, seat.number, ss.status, ss.version, ss.held_until,
       coalesce(ss.price_minor, s.price_minor) AS price_minor, s.currency
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
JOIN sessions s ON s.id = ss.session_id
WHERE ss.id = ANY($1)
"""
# Of the room $2, for a session with prices by zone.
ZONES_WITHOUT_PRICE = f"""
SELECT DISTINCT zone.name AS zone
FROM seats seat JOIN price_zones zone ON zone.id = seat.zone_id
WHERE seat.room_id = $2
    AND EXISTS (SELECT FROM session_prices WHERE session_id = $1)
    AND NOT EXISTS (SELECT FROM session_prices price
        WHERE price.session_id = $1 AND price.zone_id = seat.zone_id
            AND price.ticket_type_id = {DEFAULT_TYPE})
ORDER BY zone.name
"""

# What the default type costs in the zone of `seat`. NULL: as much as the session says.
PRICE = f"""(SELECT amount_minor FROM session_prices price
    WHERE price.session_id = $1 AND price.zone_id = seat.zone_id
        AND price.ticket_type_id = {DEFAULT_TYPE})"""
PLACES = """
places AS (
    SELECT place.id, seat.id AS seat_id, seat.zone_id, seat.out_of_service
    FROM unnest($2::uuid[], $3::uuid[]) AS place (id, seat_id)
    JOIN seats seat ON seat.id = place.seat_id
)"""
# A seat that a manager has blocked stays blocked.
STATUS_THERE = """CASE
    WHEN EXISTS (SELECT FROM seat_blocks WHERE session_seat_id = ss.id) THEN 'BLOCKED'
    WHEN seat.out_of_service THEN 'BLOCKED' ELSE 'AVAILABLE' END"""
MOVE_FREE_SEATS = f"""
WITH {ORIGIN.format("$4", "$5")},
screening AS (
    SELECT * FROM sessions WHERE id = $1
),
{PLACES},
changed_seats AS (
    UPDATE session_seats ss
    SET seat_id = seat.seat_id, zone_id = seat.zone_id, price_minor = {PRICE},
        status = {STATUS_THERE}, version = ss.version + 1,
        changed_in = {THIS_TRANSACTION}
    FROM places seat
    WHERE ss.id = seat.id AND ss.status IN ('AVAILABLE', 'BLOCKED')
    RETURNING ss.*
),
{seat_events(SeatsMoved)}
SELECT count(*) FROM changed_seats
"""
# A moved seat keeps what was agreed for it, and costs others what its new place costs.
# Where only the start changes, it stays where it is.
MOVE_TAKEN_SEATS = f"""
WITH {ORIGIN.format("$4", "$5")},
screening AS (
    SELECT * FROM sessions WHERE id = $1
),
{PLACES},
locked AS (
    SELECT ss.id, claims.price_minor AS agreed_minor, seat.seat_id, seat.zone_id,
           {PRICE} AS there_minor
    FROM session_seats ss
    JOIN claims ON claims.session_seat_id = ss.id AND claims.released_at IS NULL
    LEFT JOIN places seat ON seat.id = ss.id
    WHERE ss.session_id = $1 AND ss.status IN ('HELD', 'SOLD')
    ORDER BY ss.id
    FOR UPDATE OF ss
),
changed_seats AS (
    UPDATE session_seats ss
    SET seat_id = coalesce(l.seat_id, ss.seat_id),
        zone_id = coalesce(l.zone_id, ss.zone_id),
        price_minor = CASE WHEN l.seat_id IS NULL THEN ss.price_minor
                           ELSE l.there_minor END,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked l
    WHERE ss.id = l.id
    RETURNING ss.*, l.agreed_minor
),
changed_reservations AS (
    SELECT * FROM reservations WHERE id IN (SELECT reservation_id FROM changed_seats)
),
{inserted_events(types=[ReservationMoved])}
SELECT count(*) FROM changed_seats
"""
# A seat that the room has not is not deleted: clients know it, and somebody may have
# had it once. It is BLOCKED, and without a zone nobody can put it on sale.
RETIRE_SEATS = f"""
WITH {ORIGIN.format("$3", "$4")},
screening AS (
    SELECT * FROM sessions WHERE id = $1
),
changed_seats AS (
    UPDATE session_seats SET status = 'BLOCKED', zone_id = NULL, version = version + 1,
        changed_in = {THIS_TRANSACTION}
    WHERE id = ANY($2) AND status IN ('AVAILABLE', 'BLOCKED') AND zone_id IS NOT NULL
    RETURNING *
),
{seat_events(SeatsMoved)}
SELECT count(*) FROM changed_seats
"""
ADD_SEATS = f"""
INSERT INTO session_seats (session_id, seat_id, status, version, zone_id, price_minor)
SELECT $1, seat.id,
       CASE WHEN seat.out_of_service THEN 'BLOCKED' ELSE 'AVAILABLE' END, 1,
       seat.zone_id, {PRICE}
FROM seats seat WHERE seat.id = ANY($2)
"""
CHANGE_QUOTAS = f"""
WITH locked AS (
    SELECT * FROM ticket_quotas WHERE session_id = $1
    ORDER BY ticket_type_id
    FOR UPDATE
)
UPDATE ticket_quotas q
SET seats_limit = greatest(locked.seats_taken, {LIMIT.format(session="$1")})
FROM locked JOIN ticket_types type ON type.id = locked.ticket_type_id
WHERE q.session_id = $1 AND q.ticket_type_id = locked.ticket_type_id
    AND type.quota_percent IS NOT NULL
"""
INSERT_KEY = """
INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
VALUES ($1, $2, $3, $4, $5)
"""
