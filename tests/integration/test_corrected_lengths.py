"""A movie's duration is corrected: the ends of its sessions to come follow."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.catalog import CatalogService
from domain.errors import RoomBusyError
from domain.money import Money
from domain.sessions import Session
from loadtest.documents import UPDATE_MOVIE
from persistence.catalog import catalog_sql, move_sql
from persistence.catalog.catalog import PostgresCatalog
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from tests.support.catalog import answer
from tests.support.cinema import Cinema
from tests.support.gate import STOP, Gate
from tests.support.null_services import NothingCached, NoWakeup
from tests.support.polling import blocked, eventually, until_blocked
from tests.support.schema_client import SchemaClient

EVENING = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
PRICE = Money(2500, "BRL")


@pytest.fixture
def catalog(pool: Pool) -> CatalogService:
    return CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup())


@pytest.fixture
def movie_id(place: dict[str, str]) -> UUID:
    return UUID(place["movieId"])


async def create(
    catalog: CatalogService, place: dict[str, str], minutes: int = 0
) -> Session:
    starts_at = EVENING + timedelta(minutes=minutes)
    return await catalog.create_session(
        UUID(place["movieId"]), UUID(place["roomId"]), starts_at, PRICE
    )


async def lengths(pool: Pool, *sessions: Session) -> list[int]:
    rows = await pool.fetch(
        "SELECT extract(epoch FROM ends_at - starts_at)::int / 60 AS minutes"
        " FROM sessions WHERE id = ANY($1::uuid[]) ORDER BY starts_at",
        [session.id for session in sessions],
    )
    return [row["minutes"] for row in rows]


async def moves(pool: Pool, sessions: Sequence[Session]) -> list[UUID]:
    rows = await pool.fetch(
        "SELECT session_id FROM outbox WHERE type = 'SessionMoved'"
        " AND session_id = ANY($1::uuid[])",
        [session.id for session in sessions],
    )
    return [row["session_id"] for row in rows]


@pytest.mark.parametrize("minutes", [90, 150])
async def test_the_ends_of_all_its_sessions_to_come_follow(
    catalog: CatalogService,
    cinema: Cinema,
    place: dict[str, str],
    movie_id: UUID,
    minutes: int,
) -> None:
    other = await cinema.empty_room()
    here = [await create(catalog, place, at) for at in (0, 150)]
    there = await create(catalog, {**other, "movieId": place["movieId"]})
    of_another_movie = await create(catalog, other, 300)
    begun = await create(catalog, place, 900)
    await cinema.pool.execute(
        "UPDATE sessions SET starts_at = clock_timestamp() - interval '1 minute',"
        " ends_at = clock_timestamp() + interval '113 minutes' WHERE id = $1",
        begun.id,
    )

    await catalog.update_movie(movie_id, {"duration_minutes": minutes})

    assert await lengths(cinema.pool, *here, there) == [minutes] * 3
    assert await lengths(cinema.pool, begun, of_another_movie) == [114] * 2
    everything = [*here, there, begun, of_another_movie]
    assert sorted(await moves(cinema.pool, everything)) == sorted(
        session.id for session in (*here, there)
    )


async def test_a_session_in_the_way_is_named_and_nothing_changes(
    client: SchemaClient,
    catalog: CatalogService,
    cinema: Cinema,
    place: dict[str, str],
) -> None:
    other = await cinema.empty_room()
    first, second, last = [await create(catalog, place, at) for at in (0, 200, 320)]
    there = await create(catalog, {**other, "movieId": place["movieId"]})

    refused = await answer(
        client, UPDATE_MOVIE, id=place["movieId"], title="Longer", durationMinutes=121
    )

    assert refused["__typename"] == "RoomBusy"
    assert refused["conflictingSession"]["id"] == str(last.id)
    sessions = (first, second, last, there)
    assert await lengths(cinema.pool, *sessions) == [114] * 4
    assert await moves(cinema.pool, sessions) == []
    assert (await answer(client, UPDATE_MOVIE, id=place["movieId"]))["title"] == (
        "Limite"
    )


async def test_the_same_duration_corrects_what_an_older_program_left(
    catalog: CatalogService, pool: Pool, place: dict[str, str], movie_id: UUID
) -> None:
    session = await create(catalog, place)
    await pool.execute(
        "UPDATE sessions SET ends_at = starts_at + interval '4 minutes' WHERE id = $1",
        session.id,
    )

    for _ in range(2):
        await catalog.update_movie(movie_id, {"duration_minutes": 114})

    assert await lengths(pool, session) == [114]
    assert await moves(pool, [session]) == [session.id]


@pytest.mark.parametrize("locked", [True, False])
async def test_a_session_that_is_created_meanwhile_has_the_new_length(
    catalog: CatalogService,
    cinema: Cinema,
    place: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    """Without the lock on the movie it has not: that is what the lock is for."""
    changed = catalog_sql.CHANGE_MOVIE.rstrip() + f", {STOP}"
    monkeypatch.setattr(catalog_sql, "CHANGE_MOVIE", changed)
    if not locked:
        free = move_sql.DURATION.replace(move_sql.LOCK_AGAINST_DURATIONS, "")
        monkeypatch.setattr(move_sql, "DURATION", free)
    async with Gate(cinema.pool) as gate:
        changing = asyncio.create_task(
            catalog.update_movie(UUID(place["movieId"]), {"duration_minutes": 150})
        )
        await until_blocked(cinema.pool, 1)
        creating = asyncio.create_task(create(catalog, place))

        async def is_past_or_waits() -> bool:
            return creating.done() or await blocked(cinema.pool) == 2

        await eventually(is_past_or_waits)
        await gate.open()
        await changing
        session = await creating

    assert await lengths(cinema.pool, session) == [150 if locked else 114]


async def test_corrections_new_and_moved_sessions_at_once_never_overlap(
    catalog: CatalogService, cinema: Cinema, place: dict[str, str], movie_id: UUID
) -> None:
    """Nor do they deadlock, in two rooms with sessions of two movies."""
    other = await cinema.empty_room()
    both: list[dict[str, Any]] = [
        {"movieId": movie, "roomId": room}
        for movie in (place["movieId"], other["movieId"])
        for room in (place["roomId"], other["roomId"])
    ]
    made = [
        await create(catalog, where, 400 * number)
        for where in both
        for number in range(3)
        if where["movieId"] == place["movieId"]
    ]
    calls = [
        *(
            catalog.update_movie(UUID(movie["movieId"]), {"duration_minutes": minutes})
            for minutes in range(90, 250, 16)
            for movie in (place, other)
        ),
        *(create(catalog, both[n % 4], 100 * n) for n in range(12)),
        *(
            catalog.update_session(
                session.id, {"starts_at": session.starts_at + timedelta(minutes=30)}
            )
            for session in made
        ),
    ]

    answers = await asyncio.gather(*calls, return_exceptions=True)

    wrong = [each for each in answers if isinstance(each, Exception)]
    assert all(isinstance(each, RoomBusyError) for each in wrong), wrong
    ends = await cinema.pool.fetch(
        "SELECT s.ends_at = s.starts_at + make_interval(mins => m.duration_minutes)"
        " AS fits FROM sessions s JOIN movies m ON m.id = s.movie_id"
        " WHERE m.id = ANY($1::uuid[])",
        [movie_id, UUID(other["movieId"])],
    )
    assert {row["fits"] for row in ends} == {True}


async def test_a_watcher_that_comes_back_is_sent_the_whole_map(
    catalog: CatalogService, queries: Queries, place: dict[str, str]
) -> None:
    session = await create(catalog, place)
    before = (await queries.seat_maps.whole([session.id]))[session.id]
    later = session.starts_at + timedelta(hours=1)
    await catalog.update_session(session.id, {"starts_at": later})

    missed = await queries.seat_maps.read(session.id, before.position)

    assert missed == (await queries.seat_maps.whole([session.id]))[session.id]
    assert missed.starts_at == later
