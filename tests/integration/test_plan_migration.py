"""Migration 0010: seats get labels and places, with sales in the database."""

import asyncio

import pytest

from domain.cinemas import FirstCinema
from persistence import migrate
from persistence.postgres.pool import Pool
from tests.support.older_database import ROOM, OlderDatabase

BEFORE, PLANS = "0009", "0010"
# As programs of the version before write it.
CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency)
VALUES ($1, '', '', 'UTC', 'BRL') RETURNING id
"""
ROOM_OF = "INSERT INTO rooms (name, cinema_id) VALUES ('Sala 9', $1) RETURNING id"
SEATS = """
INSERT INTO seats (room_id, row_label, number)
SELECT $1, $2, n FROM unnest($3::int[]) n RETURNING id
"""
ON_SALE = """
INSERT INTO session_seats (session_id, seat_id, status, version)
SELECT $1, unnest($2::uuid[]), 'AVAILABLE', 1
"""
PLAN = """
SELECT label, label_key, x, y, place, features, out_of_service FROM seats
WHERE room_id = $1 ORDER BY y, place
"""
ZONES_ON_SALE = """
SELECT c.name, z.name AS zone, z.is_default,
       seat.zone_id = ss.zone_id AND seat.zone_id = z.id AS agree
FROM session_seats ss JOIN sessions s ON s.id = ss.session_id
JOIN rooms r ON r.id = s.room_id JOIN cinemas c ON c.id = r.cinema_id
JOIN seats seat ON seat.id = ss.seat_id JOIN price_zones z ON z.id = ss.zone_id
ORDER BY c.name
"""


@pytest.fixture
async def older(scratch_database_url: str, scratch_pool: Pool) -> OlderDatabase:
    older = OlderDatabase(scratch_database_url, scratch_pool, BEFORE)
    await older.fill()
    for row in ("AA", "B", "1"):
        await older.pool.execute(SEATS, older.room, row, [2, 1])
    return older


async def on_sale(older: OlderDatabase, minutes: int) -> None:
    """A session in the room, with all of its seats."""
    session = await older.session(minutes)
    seats = await older.pool.fetch(
        "SELECT id FROM seats WHERE room_id = $1", older.room
    )
    await older.pool.execute(ON_SALE, session, [row["id"] for row in seats])


async def plan(older: OlderDatabase) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await older.pool.fetch(PLAN, older.room)]


async def test_seats_get_a_place_by_row_and_number(older: OlderDatabase) -> None:
    sold = await older.sold()

    await older.upgrade(FirstCinema())

    assert await plan(older) == [
        ("1-1", "1-1", 0, 0, 0, [], False),
        ("1-2", "1-2", 1, 0, 1, [], False),
        ("A1", "a1", 0, 1, 0, [], False),
        ("B1", "b1", 0, 2, 0, [], False),
        ("B2", "b2", 1, 2, 1, [], False),
        ("AA1", "aa1", 0, 3, 0, [], False),
        ("AA2", "aa2", 1, 3, 1, [], False),
    ]
    assert await older.sold() == sold != []


async def test_each_cinema_has_a_default_zone_and_sessions_have_it(
    older: OlderDatabase,
) -> None:
    second = await older.pool.fetchval(CINEMA, "Second")
    older.room = await older.pool.fetchval(ROOM_OF, second)
    await older.pool.execute(SEATS, older.room, "A", [1])
    await on_sale(older, 60)

    await older.upgrade(FirstCinema())
    await on_sale(older, 600)

    assert [tuple(row) for row in await older.pool.fetch(ZONES_ON_SALE)] == [
        ("Main", "Standard", True, True),
        ("Second", "Standard", True, True),
        ("Second", "Standard", True, True),
    ]


async def test_it_goes_back_with_its_sales_and_up_again(older: OlderDatabase) -> None:
    sold = await older.sold()
    await older.upgrade(FirstCinema())
    before = await plan(older)

    await older.downgrade()
    went_back = await older.sold()
    await older.upgrade(FirstCinema())

    assert went_back == await older.sold() == sold
    assert await plan(older) == before


async def test_an_interrupted_migration_runs_again(older: OlderDatabase) -> None:
    for _ in range(2):
        await asyncio.to_thread(migrate.upgrade, older.url, PLANS)
        await older.pool.execute("UPDATE alembic_version SET version_num = $1", BEFORE)

    assert await older.pool.fetchval("SELECT count(*) FROM price_zones") == 1


async def test_programs_of_the_version_before_add_rooms_and_seats(
    older: OlderDatabase,
) -> None:
    await older.upgrade(FirstCinema())

    cinema = await older.pool.fetchval(CINEMA, "Second")
    older.room = await older.pool.fetchval(ROOM_OF, cinema)
    await older.pool.execute(SEATS, older.room, "A", [3, 1, 2])
    await older.pool.execute(SEATS, older.room, "1", [1])
    await older.pool.execute(
        "UPDATE seats SET place = place + 2, x = x + 1.5"
        " WHERE room_id = $1 AND row_label = '1'",
        older.room,
    )
    await older.pool.execute(SEATS, older.room, "A", [4])
    await older.pool.execute(SEATS, older.room, "1", [2])
    await on_sale(older, 600)

    assert [row[:5] for row in await plan(older)] == [
        ("A1", "a1", 0, 0, 0),
        ("A2", "a2", 1, 0, 1),
        ("A3", "a3", 2, 0, 2),
        ("A4", "a4", 3, 0, 3),
        ("1-1", "1-1", 1.5, 1, 2),
        ("1-2", "1-2", 2.5, 1, 3),
    ]
    zones = await older.pool.fetch(ZONES_ON_SALE)
    assert {tuple(row) for row in zones if row["name"] == "Second"} == {
        ("Second", "Standard", True, True)
    }


async def test_a_room_without_a_cinema_gets_the_zone_of_the_first(
    older: OlderDatabase,
) -> None:
    await older.upgrade(FirstCinema())

    room = await older.pool.fetchval(ROOM, "Sala 2")
    await older.pool.execute(SEATS, room, "A", [1])

    zone = await older.pool.fetchval(
        "SELECT c.name FROM seats JOIN price_zones z ON z.id = zone_id"
        " JOIN cinemas c ON c.id = z.cinema_id WHERE room_id = $1",
        room,
    )
    assert zone == "Main"
