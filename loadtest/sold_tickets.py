"""Sessions that begin soon and are sold out, for the scenario of the door."""

from dataclasses import dataclass
from uuid import UUID

from persistence.postgres.connection import connect
from seeds.people import LOAD_CUSTOMERS

# As sales leave them: a reservation for each seat.
SELL = """
WITH movie AS (
    INSERT INTO movies (title, synopsis, duration_minutes, genres)
    VALUES ('Load test', 'A door.', 114, '{drama}') RETURNING id
), room AS (
    INSERT INTO rooms (name)
    SELECT 'Load test ' || gen_random_uuid() FROM generate_series(1, $2::int)
    RETURNING id
), seat AS (
    INSERT INTO seats (room_id, row_label, number)
    SELECT room.id, chr(65 + n / 40), n % 40 + 1
    FROM room, generate_series(0, $3::int - 1) n
    RETURNING id, room_id
), screening AS (
    INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor, currency)
    SELECT movie.id, room.id, clock_timestamp() + interval '30 minutes',
           clock_timestamp() + interval '150 minutes', 2500, 'BRL'
    FROM movie, room
    RETURNING id, room_id
), reservation AS (
    INSERT INTO reservations (id, session_id, customer_id, status, amount_minor,
                              currency, created_at, expires_at)
    SELECT seat.id, screening.id, $1, 'CONFIRMED', 2500, 'BRL', clock_timestamp(),
           clock_timestamp() + interval '30 seconds'
    FROM screening JOIN seat USING (room_id)
    RETURNING id, session_id
), paid AS (
    INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at,
                          approved_at)
    SELECT id, 'APPROVED', 2500, 'BRL', clock_timestamp(), clock_timestamp()
    FROM reservation
), session_seat AS (
    INSERT INTO session_seats (id, session_id, seat_id, status, reservation_id, version)
    SELECT id, session_id, id, 'SOLD', id, 3 FROM reservation
    RETURNING id
)
INSERT INTO claims (reservation_id, session_seat_id, price_minor)
SELECT id, id, 2500 FROM session_seat
RETURNING id
"""
ADD_USHER = """
WITH usher AS (
    INSERT INTO accounts (email, name, role, works_locally)
    VALUES (gen_random_uuid() || '@load.example', 'Usher', 'USHER', TRUE)
    RETURNING id
)
INSERT INTO memberships (account_id, cinema_id)
SELECT usher.id, cinemas.id FROM usher, cinemas
RETURNING account_id
"""
USED = """
SELECT count(*) FROM claims WHERE id = ANY($1) AND used_at IS NOT NULL
"""


@dataclass(frozen=True)
class SoldTickets:
    ids: list[UUID]
    usher: UUID


async def sell(database_url: str, sessions: int, seats: int) -> SoldTickets:
    """`seats` of each session."""
    db = await connect(database_url)
    try:
        async with db.transaction():
            sold = await db.fetch(SELL, LOAD_CUSTOMERS[0].id, sessions, seats)
            usher = await db.fetchval(ADD_USHER)
    finally:
        await db.close()
    return SoldTickets([row["id"] for row in sold], usher)


async def used(database_url: str, tickets: SoldTickets) -> int:
    db = await connect(database_url)
    try:
        return int(await db.fetchval(USED, tickets.ids))
    finally:
        await db.close()
