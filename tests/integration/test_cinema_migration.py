"""Migration 0007: rooms get a cinema, with sales in the database, and back again."""

import asyncio

import asyncpg
import pytest

from domain.cinemas import FirstCinema
from persistence import migrate
from persistence.postgres.pool import Pool

BEFORE, CINEMAS = "0006", "0007"
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


class Older:
    """A database of the version before, with a sale."""

    def __init__(self, url: str, pool: Pool) -> None:
        self.url = url
        self.pool = pool

    async def fill(self) -> None:
        await asyncio.to_thread(migrate.downgrade, self.url, BEFORE)
        self.room = await self.pool.fetchval(ROOM, "Sala 1")
        self.movie = await self.pool.fetchval(MOVIE)
        session = await self.session(60)
        await self.session(600, currency="EUR")
        await self.session(900, currency="EUR")
        await self.pool.execute(SALE, self.room, session, "CUSTOMER")
        self.sold = await self.pool.fetch(SOLD)

    async def session(self, minutes: int, currency: str = "BRL") -> object:
        """In the room, for 100 minutes, in so many minutes."""
        return await self.pool.fetchval(
            SESSION, self.movie, self.room, minutes, currency
        )

    async def upgrade(self, first: FirstCinema) -> None:
        await asyncio.to_thread(
            migrate.upgrade, self.url, migrate.NEWEST, first_cinema=first
        )


@pytest.fixture
async def older(scratch_database_url: str, scratch_pool: Pool) -> Older:
    older = Older(scratch_database_url, scratch_pool)
    await older.fill()
    return older


async def test_rooms_go_to_the_cinema_that_the_operator_names(older: Older) -> None:
    await older.upgrade(FirstCinema("Cine  São João", "America/Sao_Paulo", "BRL"))

    [cinema] = await older.pool.fetch("SELECT * FROM cinemas")
    assert (cinema["name"], cinema["city"]) == ("Cine  São João", "")
    assert (cinema["time_zone"], cinema["currency"]) == ("America/Sao_Paulo", "BRL")
    assert cinema["search_key"] == "cine sao joao" and cinema["keyed_name"]
    room = await older.pool.fetchrow("SELECT * FROM rooms")
    assert room and room["cinema_id"] == cinema["id"]
    assert (room["version"], room["turnaround_minutes"]) == (1, 0)
    assert await older.pool.fetch(SOLD) == older.sold != []


async def test_by_default_it_is_main_in_utc_with_the_commonest_currency(
    older: Older,
) -> None:
    await older.upgrade(FirstCinema())

    [cinema] = await older.pool.fetch("SELECT name, time_zone, currency FROM cinemas")
    assert tuple(cinema) == ("Main", "UTC", "EUR")


async def test_it_goes_back_with_its_sales_and_up_again(older: Older) -> None:
    await older.upgrade(FirstCinema())
    await asyncio.to_thread(migrate.downgrade, older.url, BEFORE)

    assert await older.pool.fetch(SOLD) == older.sold
    with pytest.raises(asyncpg.ExclusionViolationError):
        await older.session(100)

    await older.upgrade(FirstCinema("Again"))

    assert await older.pool.fetchval("SELECT name FROM cinemas") == "Again"
    assert await older.pool.fetch(SOLD) == older.sold


async def test_an_interrupted_migration_runs_again(older: Older) -> None:
    for name in ("First", "Second"):
        await asyncio.to_thread(
            migrate.upgrade, older.url, CINEMAS, first_cinema=FirstCinema(name)
        )
        await older.pool.execute("UPDATE alembic_version SET version_num = $1", BEFORE)

    assert await older.pool.fetchval("SELECT name FROM cinemas") == "First"


async def test_programs_of_the_last_release_add_rooms_and_sessions(
    older: Older,
) -> None:
    """They know neither cinemas nor turnarounds, which are kept free all the same."""
    await older.upgrade(FirstCinema())
    cinema = await older.pool.fetchval("SELECT id FROM cinemas")

    older.room = await older.pool.fetchval(ROOM, "Sala 2")
    await older.pool.execute(
        "UPDATE rooms SET turnaround_minutes = 15 WHERE id = $1", older.room
    )
    first = await older.session(0)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await older.session(114)
    await older.session(115)

    room = await older.pool.fetchrow("SELECT * FROM rooms WHERE id = $1", older.room)
    assert room and (room["cinema_id"], room["version"]) == (cinema, 1)
    session = await older.pool.fetchrow("SELECT * FROM sessions WHERE id = $1", first)
    assert session and (session["status"], session["version"]) == ("SCHEDULED", 1)
