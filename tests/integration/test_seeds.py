"""The demo data, added again and again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import argon2
import pytest
from asyncpg import Record

from app.commands import arguments
from persistence.postgres.pool import Pool, open_pool
from seeds.cinemas import AMAZONAS, PAULISTA
from seeds.demo_data import add, is_needed
from seeds.programme import programme
from seeds.rooms import ROOMS, row_label
from tests.support.prepared import MIGRATED, copied_database

TODAY = date(2030, 3, 14)
TABLES = ["accounts", "cinemas", "price_zones", "movies", "rooms", "seats"]
TABLES += ["sessions", "session_seats"]
COUNTED = "SELECT reltuples FROM pg_class WHERE relname = 'session_seats'"
OVERLAPS = """
SELECT count(*) FROM sessions a JOIN sessions b
ON a.room_id = b.room_id AND a.id < b.id
    AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
"""


async def contents(pool: Pool) -> dict[str, Record | None]:
    """How many rows each table has, and a checksum of all that is in them."""
    return {
        table: await pool.fetchrow(
            "SELECT count(*), md5(string_agg(row::text, '' ORDER BY id))"  # noqa: S608  # constants
            f" FROM {table} row"
        )
        for table in TABLES
    }


@dataclass(frozen=True)
class Seeded:
    name: str
    added: Counter[str]


@pytest.fixture(scope="module")
async def seeded(database_url: str) -> AsyncIterator[Seeded]:
    """A database with the demo data of TODAY, for copies: adding it takes seconds."""
    async with copied_database(database_url, MIGRATED) as url:
        assert await asyncio.to_thread(is_needed, url)
        yield Seeded(url.rpartition("/")[2], await add(url, TODAY))


@pytest.fixture
async def seeded_url(database_url: str, seeded: Seeded) -> AsyncIterator[str]:
    async with copied_database(database_url, seeded.name) as url:
        yield url


@pytest.fixture
async def seeded_pool(seeded_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(seeded_url, max_size=4, name="tests")
    yield pool
    await pool.close()


async def test_seeding_twice_changes_nothing(
    seeded: Seeded, seeded_url: str, seeded_pool: Pool
) -> None:
    first = seeded.added
    added = await contents(seeded_pool)
    second = await add(seeded_url, TODAY)

    assert first["movies"] == 12 and first["rooms"] == 6 and first["cinemas"] == 2
    assert first["accounts"] == 603
    assert first["price zones"] == 2
    assert first["sessions"] == 14 * 22
    assert first["session seats"] == 68_768
    assert await seeded_pool.fetchval(COUNTED) == 68_768  # autovacuum has nothing to do
    assert second.total() == 0
    assert await contents(seeded_pool) == added
    assert not await asyncio.to_thread(is_needed, seeded_url)


async def test_it_is_added_again_when_all_sessions_are_over(
    seeded_url: str, seeded_pool: Pool
) -> None:
    await seeded_pool.execute(
        "UPDATE sessions SET starts_at = starts_at - interval '10 years',"
        " ends_at = ends_at - interval '10 years'"
    )

    assert await asyncio.to_thread(is_needed, seeded_url)

    await add(seeded_url, TODAY + timedelta(days=14))

    assert not await asyncio.to_thread(is_needed, seeded_url)
    assert await seeded_pool.fetchval("SELECT count(*) FROM sessions") == 2 * 308


async def test_two_seeders_at_once_add_it_once(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    one, other = await asyncio.gather(
        add(scratch_database_url, TODAY), add(scratch_database_url, TODAY)
    )

    assert min(one.total(), other.total()) == 0
    assert await scratch_pool.fetchval("SELECT count(*) FROM sessions") == 308


async def test_tomorrow_adds_a_day_and_leaves_the_rest(
    seeded_url: str, seeded_pool: Pool
) -> None:
    before = await seeded_pool.fetch("SELECT * FROM sessions ORDER BY id")
    await seeded_pool.execute("UPDATE movies SET title = 'Ours' WHERE title = 'Limite'")

    added = await add(seeded_url, TODAY + timedelta(days=1))

    one_day = sum(room.sessions_a_day for room in ROOMS)
    seats = sum(room.rows * room.seats_in_row * room.sessions_a_day for room in ROOMS)
    assert +added == Counter({"sessions": one_day, "session seats": seats})
    assert (
        await seeded_pool.fetch(
            "SELECT * FROM sessions WHERE id = ANY($1::uuid[]) ORDER BY id",
            [row["id"] for row in before],
        )
        == before
    )
    titles = await seeded_pool.fetch("SELECT title FROM movies")
    assert "Ours" in {row["title"] for row in titles}
    assert await seeded_pool.fetchval(OVERLAPS) == 0


async def test_a_managers_own_session_is_left_alone(
    seeded_url: str, seeded_pool: Pool
) -> None:
    after = TODAY + timedelta(days=14)
    clock = ZoneInfo(AMAZONAS.time_zone)
    evening = datetime(after.year, after.month, after.day, 12, tzinfo=clock)
    await seeded_pool.execute(
        "INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor,"
        " currency) SELECT id, $1, $2, $3, 1, 'BRL' FROM movies LIMIT 1",
        ROOMS[-1].id,
        evening,
        evening + timedelta(hours=8),
    )

    added = await add(seeded_url, TODAY + timedelta(days=1))

    assert 0 < added["sessions"] < sum(room.sessions_a_day for room in ROOMS)
    assert await seeded_pool.fetchval(OVERLAPS) == 0


async def test_two_cinemas_in_two_time_zones(seeded_pool: Pool) -> None:
    cinemas = await seeded_pool.fetch(
        "SELECT cinemas.id, time_zone, currency, count(*) FROM cinemas JOIN rooms"
        " ON cinema_id = cinemas.id GROUP BY cinemas.id ORDER BY count(*)"
    )

    assert [tuple(row) for row in cinemas] == [
        (AMAZONAS.id, "America/Manaus", "BRL", 1),
        (PAULISTA.id, "America/Sao_Paulo", "BRL", 5),
    ]


async def test_rooms_of_older_demo_data_stay_in_their_cinema(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    await scratch_pool.executemany(
        "INSERT INTO rooms (id, name) VALUES ($1, $2)",
        [(room.id, room.name) for room in ROOMS],
    )

    added = await add(scratch_database_url, TODAY)

    assert added["cinemas"] == added["rooms"] == 0 < added["sessions"]
    zones = "SELECT DISTINCT name FROM price_zones z JOIN seats ON zone_id = z.id"
    assert await scratch_pool.fetchval(zones) == "Standard"
    assert await scratch_pool.fetchval("SELECT count(*) FROM cinemas") == 1


async def test_people_and_rooms(seeded_pool: Pool) -> None:
    people = await seeded_pool.fetch(
        "SELECT email, role, password_hash FROM accounts"
        " WHERE password_hash IS NOT NULL ORDER BY email"
    )
    assert [(row["email"], row["role"]) for row in people] == [
        ("ana@cinema.example", "CUSTOMER"),
        ("bruno@cinema.example", "CUSTOMER"),
        ("manager@cinema.example", "MANAGER"),
    ]
    for row in people:
        name = row["email"].partition("@")[0]
        hasher = argon2.PasswordHasher()
        assert hasher.verify(row["password_hash"], f"correct-horse-{name}")
        assert not hasher.check_needs_rehash(row["password_hash"])
    crowd = "SELECT count(*) FROM accounts WHERE email ~ '^load-[0-9]{3}@'"
    assert await seeded_pool.fetchval(crowd) == 600
    sizes = await seeded_pool.fetch(
        "SELECT count(*) AS seats FROM seats GROUP BY room_id ORDER BY seats"
    )
    assert [row["seats"] for row in sizes] == [60, 96, 140, 192, 300, 1000]
    assert await seeded_pool.fetchval(OVERLAPS) == 0
    fresh = await seeded_pool.fetchrow(
        "SELECT count(DISTINCT changed_in) AS writers, min(changed_in) AS writer,"
        " min(status) || max(status) AS states, max(version) AS version"
        " FROM session_seats"
    )
    assert fresh and fresh["writers"] == 1 and fresh["writer"] > 0
    assert fresh["states"] == "AVAILABLEAVAILABLE" and fresh["version"] == 1


def test_sessions_have_usual_times_and_prices() -> None:
    sessions = list(programme(TODAY))

    assert {session.starts_at.tzinfo for session in sessions} == {UTC}
    at_home = [
        (session, session.starts_at.astimezone(ZoneInfo(session.room.cinema.time_zone)))
        for session in sessions
    ]
    assert {starts_at.hour for _, starts_at in at_home} <= set(range(13, 24))
    assert {starts_at.minute % 10 for _, starts_at in at_home} == {0}
    assert len({session.movie.title for session in sessions}) == 12
    assert min(session.price_minor for session in sessions) == 2400
    assert max(session.price_minor for session in sessions) == 4200 + 600 + 800


def test_rows_continue_after_z_with_aa() -> None:
    assert [row_label(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]


def test_without_demo_data_prepare_adds_none(
    scratch_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", scratch_database_url)
    monkeypatch.setenv("DEMO_DATA", "false")
    monkeypatch.delenv("SIGNING_KEYS_DIR", raising=False)

    assert arguments.main(["prepare"]) == 0

    assert is_needed(scratch_database_url)
