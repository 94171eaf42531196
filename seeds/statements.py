"""The SQL of the demo data: inserts what is missing, updates nothing."""

from persistence.catalog.catalog_sql import STATUS_AT_FIRST
from persistence.tables import SEAT_ORDER

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('seeds', 0))"

# Else autovacuum does it in a minute, while customers are served, and then every
# connection plans its statements again. Outside of a transaction.
TIDY = "VACUUM (ANALYZE) accounts, seats, sessions, session_seats"

HAS_NO_FUTURE_SESSION = """
SELECT NOT EXISTS (SELECT FROM sessions WHERE starts_at > clock_timestamp())
"""

KNOWN_PEOPLE = "SELECT email FROM accounts WHERE email = ANY($1::text[])"

ADD_ACCOUNT = """
INSERT INTO accounts (id, email, name, role, password_hash)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING id
"""

ADD_MOVIE = """
INSERT INTO movies (id, title, synopsis, duration_minutes, genres, rating,
                    title_key, search_key, keyed_title)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $2)
ON CONFLICT DO NOTHING RETURNING id
"""

# Takes the place of the cinema that the migration of an empty database has made, if
# nobody has used it. Older demo data has rooms, and they have another cinema.
ADD_CINEMA = """
WITH replaced AS (
    UPDATE cinemas
    SET id = $1, name = $2, city = $3, address = $4, time_zone = $5, currency = $6,
        name_key = $7, search_key = $8, keyed_name = $9
    WHERE name = 'Main' AND version = 1 AND NOT EXISTS (SELECT FROM rooms)
    RETURNING id
), added AS (
    INSERT INTO cinemas (id, name, city, address, time_zone, currency,
                         name_key, search_key, keyed_name)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
    WHERE NOT EXISTS (SELECT FROM replaced)
        AND NOT EXISTS (SELECT FROM rooms WHERE id = ANY($10::uuid[]))
    ON CONFLICT DO NOTHING RETURNING id
)
SELECT id FROM replaced UNION ALL SELECT id FROM added
"""

ADD_ROOM = """
INSERT INTO rooms (id, name, name_key, keyed_name, cinema_id, turnaround_minutes)
VALUES ($1, $2, $3, $2, $4, $5)
ON CONFLICT DO NOTHING RETURNING id
"""

# Older demo data has its rooms in another cinema, and a manager may have a zone with
# this name: then the seats get the default zone, which a trigger knows.
ADD_ZONE = """
INSERT INTO price_zones (id, cinema_id, name, name_key)
SELECT $1, id, $3, $4 FROM cinemas WHERE id = $2
ON CONFLICT DO NOTHING RETURNING id
"""
ADD_SEAT = """
INSERT INTO seats (id, room_id, row_label, number, label, label_key, x, y, place,
                   features, zone_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (
    SELECT zone.id FROM price_zones zone JOIN rooms room USING (cinema_id)
    WHERE zone.id = $11 AND room.id = $2))
ON CONFLICT DO NOTHING RETURNING id
"""

# A manager may have a session in the room at that time: ours is left out.
ADD_SESSION = """
INSERT INTO sessions
    (id, movie_id, room_id, starts_at, ends_at, price_minor, currency)
SELECT $1, $2, room.id, $4, $5, $6, $7
FROM rooms room
WHERE room.id = $3 AND NOT EXISTS (
    SELECT FROM sessions other
    WHERE room_id = room.id
        AND starts_at < $5::timestamptz + make_interval(mins => room.turnaround_minutes)
        AND ends_at + make_interval(mins => other.turnaround_minutes) > $4
)
ON CONFLICT DO NOTHING RETURNING id
"""

# Every seat that the room has, also those that a manager added. The id is a hash of
# session and seat (a version 8 UUID), since SQL has no uuid5.
PUT_ON_SALE = f"""
INSERT INTO session_seats (id, session_id, seat_id, status, version, zone_id)
SELECT overlay(overlay(
           md5(uuid_send(session.id) || uuid_send(seat.id))
           placing '8' from 13) placing '8' from 17)::uuid,
       session.id, seat.id, {STATUS_AT_FIRST}, 1, seat.zone_id
FROM sessions session
JOIN seats seat ON seat.room_id = session.room_id
WHERE session.id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT FROM session_seats WHERE session_id = session.id)
ORDER BY session.starts_at, session.id, {SEAT_ORDER}
"""  # noqa: S608  # made of constant fragments; values are parameters
