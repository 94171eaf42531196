"""The SQL of the demo data: inserts what is missing, updates nothing."""

from persistence.tables import SEAT_ORDER

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('seeds', 0))"

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

ADD_ROOM = """
INSERT INTO rooms (id, name, name_key, keyed_name) VALUES ($1, $2, $3, $2)
ON CONFLICT DO NOTHING RETURNING id
"""

ADD_SEAT = """
INSERT INTO seats (id, room_id, row_label, number) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING id
"""

# A manager may have a session in the room at that time: ours is left out.
ADD_SESSION = """
INSERT INTO sessions
    (id, movie_id, room_id, starts_at, ends_at, price_minor, currency)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (
    SELECT FROM sessions
    WHERE room_id = $3 AND starts_at < $5 AND ends_at > $4
)
ON CONFLICT DO NOTHING RETURNING id
"""

# Every seat that the room has, also those that a manager added. The id is a hash of
# session and seat (a version 8 UUID), since SQL has no uuid5.
PUT_ON_SALE = f"""
INSERT INTO session_seats (id, session_id, seat_id, status, version)
SELECT overlay(overlay(
           md5(uuid_send(session.id) || uuid_send(seat.id))
           placing '8' from 13) placing '8' from 17)::uuid,
       session.id, seat.id, 'AVAILABLE', 1
FROM sessions session
JOIN seats seat ON seat.room_id = session.room_id
WHERE session.id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT FROM session_seats WHERE session_id = session.id)
ORDER BY session.starts_at, session.id, {SEAT_ORDER}
"""  # noqa: S608  # made of constant fragments; values are parameters
