"""Managers who change or remove the same thing at once, with and without the locks."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.catalog import CatalogService
from domain.errors import InvalidInputError, NotFoundError, OutdatedError
from domain.money import Money
from domain.sessions import Session
from domain.venues import VenueService
from persistence.catalog import catalog_sql, move_sql, venue_sql
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.venues import PostgresVenues
from persistence.postgres.pool import Pool
from tests.support.gate import STOP, Gate
from tests.support.null_services import NothingCached, NoWakeup
from tests.support.polling import blocked, eventually, until_blocked

EVENING = datetime.now(UTC) + timedelta(days=9)
ADD_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency)
VALUES ('Cine', 'Belém', 'Street 1', 'UTC', 'BRL') RETURNING id
"""


@pytest.fixture
def catalog(pool: Pool) -> CatalogService:
    return CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup())


@pytest.fixture
def venues(pool: Pool) -> VenueService:
    return VenueService(PostgresVenues(pool), NothingCached(), NoWakeup())


async def create(catalog: CatalogService, place: dict[str, str]) -> Session:
    movie_id, room_id = UUID(place["movieId"]), UUID(place["roomId"])
    price = Money(2500, "BRL")
    return await catalog.create_session(movie_id, room_id, EVENING, price)


async def crossing(
    pool: Pool, first: Coroutine[Any, Any, object], second: Coroutine[Any, Any, object]
) -> tuple[object, object]:
    """Results or errors. The first stops in its transaction until the second has come.

    Until then the second waits for it, or is over.
    """
    async with Gate(pool) as gate:
        one = asyncio.create_task(first)
        await until_blocked(pool, 1)
        other = asyncio.create_task(second)

        async def is_past_or_waits() -> bool:
            return other.done() or await blocked(pool) == 2

        await eventually(is_past_or_waits)
        await gate.open()
        return await asyncio.gather(one, other, return_exceptions=True)


@pytest.mark.parametrize("locked", [True, False])
async def test_the_second_of_two_changes_is_outdated(
    venues: VenueService, pool: Pool, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock on the cinema it undoes the first: that is what it is for."""
    cinema_id = await pool.fetchval(ADD_CINEMA)
    stopped = venue_sql.CHANGE_CINEMA.rstrip() + f", {STOP}"
    monkeypatch.setattr(venue_sql, "CHANGE_CINEMA", stopped)
    if not locked:
        free = venue_sql.LOCK_CINEMA.replace("FOR NO KEY UPDATE", "")
        monkeypatch.setattr(venue_sql, "LOCK_CINEMA", free)

    _, second = await crossing(
        pool,
        venues.update_cinema(cinema_id, {"name": "One"}, 1),
        venues.update_cinema(cinema_id, {"city": "Santarém"}, 1),
    )

    stored = await pool.fetchrow(
        "SELECT name, city FROM cinemas WHERE id = $1", cinema_id
    )
    assert stored
    assert isinstance(second, OutdatedError) is locked
    assert tuple(stored) == (("One", "Belém") if locked else ("Cine", "Santarém"))


@pytest.mark.parametrize("locked", [True, False])
async def test_an_archived_movie_gets_no_session_meanwhile(
    catalog: CatalogService,
    place: dict[str, str],
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    """Without the lock on the movie it does: that is what the lock is for."""
    stopped = catalog_sql.ARCHIVE_MOVIE.rstrip() + f", {STOP}"
    monkeypatch.setattr(catalog_sql, "ARCHIVE_MOVIE", stopped)
    if not locked:
        free = move_sql.DURATION.replace(move_sql.LOCK_AGAINST_DURATIONS, "")
        monkeypatch.setattr(move_sql, "DURATION", free)

    _, created = await crossing(
        pool,
        catalog.archive_movie(UUID(place["movieId"])),
        create(catalog, place),
    )

    assert isinstance(created, InvalidInputError if locked else Session)


@pytest.mark.parametrize("locked", [True, False])
async def test_a_removed_room_gets_no_session_meanwhile(
    catalog: CatalogService,
    venues: VenueService,
    place: dict[str, str],
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    *,
    locked: bool,
) -> None:
    """Without the lock on the room a foreign key has to refuse the removal."""
    monkeypatch.setattr(venue_sql, "HAS_SESSIONS", f"{venue_sql.HAS_SESSIONS}, {STOP}")
    if not locked:
        free = venue_sql.LOCK_ROOM_ALONE.replace("FOR UPDATE", "")
        monkeypatch.setattr(venue_sql, "LOCK_ROOM_ALONE", free)

    removed, created = await crossing(
        pool, venues.remove_room(UUID(place["roomId"])), create(catalog, place)
    )

    assert isinstance(created, NotFoundError if locked else Session)
    assert isinstance(removed, asyncpg.ForeignKeyViolationError) is not locked
