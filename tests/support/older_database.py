"""A database as the programs of an older version have left it."""

import asyncio

import asyncpg

from domain.cinemas import FirstCinema
from persistence import migrate
from persistence.postgres.pool import Pool

# As programs of the release before write it.
ROOM = "INSERT INTO rooms (name) VALUES ($1) RETURNING id"
MOVIE = """
INSERT INTO movies (title, synopsis, duration_minutes, genres)
VALUES ('Limite', '', 114, '{}') RETURNING id
"""
SESSION = """
INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor, currency)
VALUES ($1, $2, now() + $3::int * interval '1 minute',
        now() + ($3::int + 100) * interval '1 minute', 2500, $4)
RETURNING id
"""
SALE = """
WITH account AS (
    INSERT INTO accounts (email, name, role) VALUES ('ana@cinema.example', 'Ana', $3)
    RETURNING id
), seat AS (
    INSERT INTO seats (room_id, row_label, number) VALUES ($1, 'A', 1) RETURNING id
), reservation AS (
    INSERT INTO reservations (session_id, customer_id, status, amount_minor, currency,
                              created_at, expires_at)
    SELECT $2, id, 'CONFIRMED', 2500, 'BRL', now(), now() + interval '30 s' FROM account
    RETURNING id
), session_seat AS (
    INSERT INTO session_seats (session_id, seat_id, status, reservation_id, version)
    SELECT $2, seat.id, 'SOLD', reservation.id, 3 FROM seat, reservation
    RETURNING id, reservation_id
), claim AS (
    INSERT INTO claims (reservation_id, session_seat_id, price_minor)
    SELECT reservation_id, id, 2500 FROM session_seat
)
INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at,
                      approved_at)
SELECT id, 'APPROVED', 2500, 'BRL', now(), now() FROM reservation
"""
SOLD = """
SELECT r.status, r.amount_minor, r.currency, p.status, ss.status, ss.version,
       s.currency, s.price_minor, s.starts_at, s.ends_at
FROM reservations r JOIN payments p ON p.reservation_id = r.id
JOIN claims c ON c.reservation_id = r.id
JOIN session_seats ss ON ss.id = c.session_seat_id
JOIN sessions s ON s.id = r.session_id
"""


class OlderDatabase:
    """A database of the version `before`, with a sale."""

    def __init__(self, url: str, pool: Pool, before: str) -> None:
        self.url = url
        self.pool = pool
        self.before = before

    async def fill(self) -> None:
        await self.downgrade()
        self.room = await self.pool.fetchval(ROOM, "Sala 1")
        self.movie = await self.pool.fetchval(MOVIE)
        session = await self.session(60)
        await self.session(600, currency="EUR")
        await self.session(900, currency="EUR")
        await self.pool.execute(SALE, self.room, session, "CUSTOMER")

    async def session(self, minutes: int, currency: str = "BRL") -> object:
        """In the room, for 100 minutes, in so many minutes."""
        return await self.pool.fetchval(
            SESSION, self.movie, self.room, minutes, currency
        )

    async def sold(self) -> list[asyncpg.Record]:
        return await self.pool.fetch(SOLD)

    async def downgrade(self) -> None:
        await asyncio.to_thread(migrate.downgrade, self.url, self.before)

    async def upgrade(self, first: FirstCinema) -> None:
        await asyncio.to_thread(
            migrate.upgrade, self.url, migrate.NEWEST, first_cinema=first
        )
