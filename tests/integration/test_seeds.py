"""The demo data, planted again and again."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import argon2
import pytest
from asyncpg import Record

from app.commands import arguments
from persistence.postgres.pool import Pool
from seeds.plant import needs_planting, plant
from seeds.programme import SAO_PAULO, programme
from seeds.rooms import ROOMS, row_label

TODAY = date(2030, 3, 14)
TABLES = ("accounts", "movies", "rooms", "seats", "sessions", "session_seats")
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


async def test_planting_twice_changes_nothing(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    assert await asyncio.to_thread(needs_planting, scratch_database_url)

    first = await plant(scratch_database_url, TODAY)
    planted = await contents(scratch_pool)
    second = await plant(scratch_database_url, TODAY)

    assert first["films"] == 12 and first["rooms"] == 6
    assert first["accounts"] == 603
    assert first["sessions"] == 14 * 22
    assert first["seats on sale"] == 68_768
    assert second.total() == 0
    assert await contents(scratch_pool) == planted
    assert not await asyncio.to_thread(needs_planting, scratch_database_url)


async def test_it_is_planted_again_when_all_is_over(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    await plant(scratch_database_url, date(2020, 3, 14))

    assert await asyncio.to_thread(needs_planting, scratch_database_url)

    await plant(scratch_database_url, TODAY)

    assert not await asyncio.to_thread(needs_planting, scratch_database_url)
    assert await scratch_pool.fetchval("SELECT count(*) FROM sessions") == 2 * 308


async def test_two_seeders_at_once_plant_it_once(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    one, other = await asyncio.gather(
        plant(scratch_database_url, TODAY), plant(scratch_database_url, TODAY)
    )

    assert min(one.total(), other.total()) == 0
    assert await scratch_pool.fetchval("SELECT count(*) FROM sessions") == 308


async def test_tomorrow_adds_a_day_and_leaves_the_rest(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    await plant(scratch_database_url, TODAY)
    before = await scratch_pool.fetch("SELECT * FROM sessions ORDER BY id")
    await scratch_pool.execute(
        "UPDATE movies SET title = 'Ours' WHERE title = 'Limite'"
    )

    added = await plant(scratch_database_url, TODAY + timedelta(days=1))

    one_day = sum(room.shows_a_day for room in ROOMS)
    seats = sum(room.rows * room.seats_in_row * room.shows_a_day for room in ROOMS)
    assert +added == Counter({"sessions": one_day, "seats on sale": seats})
    assert (
        await scratch_pool.fetch(
            "SELECT * FROM sessions WHERE id = ANY($1::uuid[]) ORDER BY id",
            [row["id"] for row in before],
        )
        == before
    )
    titles = await scratch_pool.fetch("SELECT title FROM movies")
    assert "Ours" in {row["title"] for row in titles}
    assert await scratch_pool.fetchval(OVERLAPS) == 0


async def test_a_managers_own_session_is_not_planted_across(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    await plant(scratch_database_url, TODAY)
    after = TODAY + timedelta(days=14)
    evening = datetime(after.year, after.month, after.day, 12, tzinfo=SAO_PAULO)
    await scratch_pool.execute(
        "INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor,"
        " currency) SELECT id, $1, $2, $3, 1, 'BRL' FROM movies LIMIT 1",
        ROOMS[-1].id,
        evening,
        evening + timedelta(hours=8),
    )

    added = await plant(scratch_database_url, TODAY + timedelta(days=1))

    assert 0 < added["sessions"] < sum(room.shows_a_day for room in ROOMS)
    assert await scratch_pool.fetchval(OVERLAPS) == 0


async def test_who_and_where(scratch_database_url: str, scratch_pool: Pool) -> None:
    await plant(scratch_database_url, TODAY)

    people = await scratch_pool.fetch(
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
    assert await scratch_pool.fetchval(crowd) == 600
    sizes = await scratch_pool.fetch(
        "SELECT count(*) AS seats FROM seats GROUP BY room_id ORDER BY seats"
    )
    assert [row["seats"] for row in sizes] == [60, 96, 140, 192, 300, 1000]
    assert await scratch_pool.fetchval(OVERLAPS) == 0
    fresh = await scratch_pool.fetchrow(
        "SELECT count(DISTINCT changed_in) AS writers, min(changed_in) AS writer,"
        " min(status) || max(status) AS states, max(version) AS version"
        " FROM session_seats"
    )
    assert fresh and fresh["writers"] == 1 and fresh["writer"] > 0
    assert fresh["states"] == "AVAILABLEAVAILABLE" and fresh["version"] == 1


def test_everything_is_shown_at_times_and_prices_that_people_know() -> None:
    shows = list(programme(TODAY))

    assert {show.starts_at.tzinfo for show in shows} == {UTC}
    at_home = [(show, show.starts_at.astimezone(SAO_PAULO)) for show in shows]
    assert {starts_at.hour for _, starts_at in at_home} <= set(range(13, 24))
    assert {starts_at.minute % 10 for _, starts_at in at_home} == {0}
    assert len({show.film.title for show in shows}) == 12
    assert min(show.price_minor for show in shows) == 2400
    assert max(show.price_minor for show in shows) == 4200 + 600 + 800


def test_rows_go_on_behind_z() -> None:
    assert [row_label(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]


def test_without_demo_data_prepare_plants_nothing(
    scratch_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", scratch_database_url)
    monkeypatch.setenv("DEMO_DATA", "false")
    monkeypatch.delenv("SIGNING_KEYS_DIR", raising=False)

    assert arguments.main(["prepare"]) == 0

    assert needs_planting(scratch_database_url)
