"""Rows of 0.1.0 are composed and get keys; what its programs still write, too."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.commands.arguments import main
from domain.text import order_key, search_key
from persistence import migrate
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import Window
from persistence.revisions.revise import revise
from tests.support.null_services import NothingCached

# As 0.1.0 writes them.
ADD_MOVIE = """
INSERT INTO movies (title, synopsis, duration_minutes, genres, rating)
VALUES ($1, $2, 90, $3, $4) RETURNING id
"""
ADD_ROOM = "INSERT INTO rooms (name) VALUES ($1) RETURNING id"
RENAME = "UPDATE movies SET title = $2 WHERE id = $1"
ADD_ACCOUNT = """
INSERT INTO accounts (email, name, role) VALUES ($1, $2, 'CUSTOMER') RETURNING id
"""


@pytest.fixture
async def old_tables(scratch_database_url: str) -> str:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, "0002")
    return scratch_database_url


@pytest.fixture
async def old_rows(old_tables: str) -> dict[str, UUID]:
    db = await asyncpg.connect(old_tables)
    cafe = "Cafe\u0301"
    rows = {
        "cafe": await db.fetchval(
            ADD_MOVIE, cafe, f"Um {cafe} só.", [f"{cafe} preto"], "a\u0301"
        ),
        "twice": await db.fetchval(ADD_MOVIE, "Zebra 10", "", ["Café", cafe], None),
        "plain": await db.fetchval(ADD_MOVIE, "zebra 2", "", ["drama"], None),
        "room": await db.fetchval(ADD_ROOM, f"{cafe} 2"),
        "person": await db.fetchval(ADD_ACCOUNT, "ana@x.example", f"Ana {cafe}"),
    }
    await db.close()
    return rows


@pytest.fixture
async def scratch_queries(
    scratch_database_url: str, scratch_pool: Pool
) -> AsyncIterator[Queries]:
    engine = open_engine(scratch_database_url, max_size=2, name="tests")
    yield Queries.on(engine, scratch_pool, NothingCached())
    await engine.dispose()


async def state(database_url: str) -> list[dict[str, Any]]:
    db = await asyncpg.connect(database_url)
    rows = [
        dict(row)
        for table in ("movies", "rooms", "accounts")
        for row in await db.fetch(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
    ]
    await db.close()
    return rows


async def test_what_0_1_0_stored_is_composed_and_gets_keys(
    old_tables: str, old_rows: dict[str, UUID]
) -> None:
    await asyncio.to_thread(migrate.upgrade, old_tables)

    rows = {row["id"]: row for row in await state(old_tables)}
    cafe, twice = rows[old_rows["cafe"]], rows[old_rows["twice"]]
    assert (cafe["title"], cafe["synopsis"], cafe["rating"], cafe["genres"]) == (
        "Café",
        "Um Café só.",
        "á",
        ["Café preto"],
    )
    assert twice["genres"] == ["Café", "Cafe\u0301"]  # nothing is lost
    assert rows[old_rows["person"]]["name"] == "Ana Café"
    room = rows[old_rows["room"]]
    assert (room["name"], room["name_key"]) == ("Café 2", order_key("Café 2"))
    for row in (cafe, twice, rows[old_rows["plain"]]):
        title = row["title"]
        assert row["title_key"] == order_key(title)
        assert row["search_key"] == search_key(title)
        assert row["keyed_title"] == title


async def test_migrate_check_lists_what_changes_and_changes_nothing(
    old_tables: str,
    old_rows: dict[str, UUID],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", old_tables)
    before = await state(old_tables)

    code = await asyncio.to_thread(main, ["migrate", "--check"])

    cafe, twice = f"movies {old_rows['cafe']}", f"movies {old_rows['twice']}"
    shown = capsys.readouterr()
    assert code == 1
    assert shown.out.splitlines() == [
        rf"{cafe}: 'Cafe\u0301' becomes 'Caf\xe9'",
        rf"{cafe}: 'Cafe\u0301' becomes 'Caf\xe9'",
        rf"{cafe}: 'a\u0301' becomes '\xe1'",
        rf"{cafe}: 'Cafe\u0301 preto' becomes 'Caf\xe9 preto'",
        (
            rf"{twice}: genre 'Cafe\u0301' is the same as 'Caf\xe9': its genres do not"
            " change"
        ),
        rf"rooms {old_rows['room']}: 'Cafe\u0301' becomes 'Caf\xe9'",
        rf"accounts {old_rows['person']}: 'Cafe\u0301' becomes 'Caf\xe9'",
        "Rows that change: 6. Nothing was changed.",
    ]
    assert shown.err == "Rows that would become the same as another one: 1.\n"
    assert await state(old_tables) == before


async def test_what_0_1_0_writes_on_the_new_tables_is_found_at_once(
    scratch_pool: Pool, scratch_queries: Queries
) -> None:
    movies = scratch_queries.movies
    for title in ("Sala 10", "sala 2"):
        await scratch_pool.fetchval(ADD_MOVIE, title, "", ["drama"], None)
    renamed = await scratch_pool.fetchval(ADD_MOVIE, "Limite", "", ["drama"], None)
    await scratch_pool.execute(RENAME, renamed, "ÉPOCA Cafe\u0301")
    await scratch_pool.fetchval(ADD_ROOM, "SALA 1")

    at_once = [
        await movies.count(search=words) for words in ("epoca café", "SALA", "limite")
    ]
    rooms = (await scratch_queries.rooms.page(Window(9))).items
    async with scratch_pool.acquire() as db:
        revised = [await revise(db), await revise(db)]
    later = await movies.page(Window(9), search="a")

    assert at_once == [1, 2, 0]
    assert [room.name for _, room in rooms] == ["SALA 1"]
    assert revised == [4, 0]
    assert [movie.title for _, movie in later.items] == [
        "ÉPOCA Café",
        "sala 2",
        "Sala 10",
    ]


async def test_two_programs_revise_each_row_once(scratch_pool: Pool) -> None:
    for number in range(50):
        await scratch_pool.fetchval(ADD_MOVIE, f"Sala {number}", "", ["a"], None)

    async with scratch_pool.acquire() as one, scratch_pool.acquire() as other:
        await asyncio.gather(revise(one), revise(other))

    wrong = await scratch_pool.fetchval(
        "SELECT count(*) FROM movies WHERE keyed_title IS DISTINCT FROM title"
    )
    assert wrong == 0
