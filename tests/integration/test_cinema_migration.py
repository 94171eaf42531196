"""Migration 0007: rooms get a cinema, with sales in the database, and back again."""

import asyncio

import asyncpg
import pytest

from domain.cinemas import FirstCinema
from persistence import migrate
from persistence.postgres.pool import Pool
from tests.support.older_database import ROOM, OlderDatabase

BEFORE, CINEMAS = "0006", "0007"


@pytest.fixture
async def older(scratch_database_url: str, scratch_pool: Pool) -> OlderDatabase:
    older = OlderDatabase(scratch_database_url, scratch_pool, BEFORE)
    await older.fill()
    return older


async def test_rooms_go_to_the_cinema_that_the_operator_names(
    older: OlderDatabase,
) -> None:
    sold = await older.sold()

    await older.upgrade(FirstCinema("Cine  São João", "America/Sao_Paulo", "BRL"))

    [cinema] = await older.pool.fetch("SELECT * FROM cinemas")
    assert (cinema["name"], cinema["city"]) == ("Cine  São João", "")
    assert (cinema["time_zone"], cinema["currency"]) == ("America/Sao_Paulo", "BRL")
    assert cinema["search_key"] == "cine sao joao" and cinema["keyed_name"]
    room = await older.pool.fetchrow("SELECT * FROM rooms")
    assert room and room["cinema_id"] == cinema["id"]
    assert (room["version"], room["turnaround_minutes"]) == (1, 0)
    assert await older.sold() == sold != []


async def test_by_default_it_is_main_in_utc_with_the_commonest_currency(
    older: OlderDatabase,
) -> None:
    await older.upgrade(FirstCinema())

    [cinema] = await older.pool.fetch("SELECT name, time_zone, currency FROM cinemas")
    assert tuple(cinema) == ("Main", "UTC", "EUR")


async def test_it_goes_back_with_its_sales_and_up_again(older: OlderDatabase) -> None:
    sold = await older.sold()
    await older.upgrade(FirstCinema())

    await older.downgrade()

    assert await older.sold() == sold
    with pytest.raises(asyncpg.ExclusionViolationError):
        await older.session(100)

    await older.upgrade(FirstCinema("Again"))

    assert await older.pool.fetchval("SELECT name FROM cinemas") == "Again"
    assert await older.sold() == sold


async def test_an_interrupted_migration_runs_again(older: OlderDatabase) -> None:
    for name in ("First", "Second"):
        await asyncio.to_thread(
            migrate.upgrade, older.url, CINEMAS, first_cinema=FirstCinema(name)
        )
        await older.pool.execute("UPDATE alembic_version SET version_num = $1", BEFORE)

    assert await older.pool.fetchval("SELECT name FROM cinemas") == "First"


async def test_programs_of_the_last_release_add_rooms_and_sessions(
    older: OlderDatabase,
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
