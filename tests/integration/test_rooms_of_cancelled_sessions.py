"""A cancelled session leaves its room to others, and keeps what it had itself."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.catalog import CatalogService
from domain.errors import RoomBusyError
from domain.money import Money
from domain.sessions import Session
from domain.venues import VenueService
from persistence import migrate
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.venues import PostgresVenues
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NothingCached, NoWakeup
from tests.support.refunds import cancellation_service
from tests.support.rescheduling import moving, rescheduling_service

BEFORE, FREE = "0023", "0024"
STARTS_AT = "SELECT starts_at FROM sessions WHERE id = $1"
CANCEL = """
UPDATE sessions SET status = 'CANCELLED', sales_end_at = starts_at,
    cancelled_at = starts_at WHERE id = $1
"""
# As programs of the last release add it.
ADD_SESSION = """
INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor, currency)
SELECT movie_id, room_id, starts_at, ends_at, 2500, 'BRL' FROM sessions WHERE id = $1
"""
CONSTRAINT = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conname = 'ex_sessions_one_in_a_room'
"""


@pytest.fixture
def catalog(pool: Pool) -> CatalogService:
    return CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup())


@pytest.fixture
async def cancelled(pool: Pool, show: Show, ana: UUID) -> Show:
    await cancellation_service(pool).cancel_session(show.session_id, "flood", ana)
    return show


async def create(
    catalog: CatalogService, cinema: Cinema, show: Show, **later: float
) -> Session:
    """Of the same movie in the same room, so much later."""
    starts_at: datetime = await cinema.pool.fetchval(STARTS_AT, show.session_id)
    return await catalog.create_session(
        await cinema.movie_of(show),
        await cinema.room_of(show),
        starts_at + timedelta(**later),
        Money(2500, "BRL"),
    )


async def test_another_session_is_created_there(
    catalog: CatalogService, cinema: Cinema, cancelled: Show
) -> None:
    created = await create(catalog, cinema, cancelled)
    with pytest.raises(RoomBusyError) as busy:
        await create(catalog, cinema, cancelled, minutes=30)

    assert busy.value.session.id == created.id


async def test_another_session_is_moved_there(
    pool: Pool, cinema: Cinema, cancelled: Show, ana: UUID
) -> None:
    other = await cinema.open_session()
    room = await cinema.room_of(cancelled)

    moved = await rescheduling_service(pool).reschedule_session(
        moving(other, ana, None, room)
    )

    assert moved.room_id == room


async def test_it_is_in_the_way_of_no_longer_movie_and_no_turnaround(
    pool: Pool, catalog: CatalogService, cinema: Cinema, show: Show, ana: UUID
) -> None:
    following = await create(catalog, cinema, show, minutes=130)
    cancellations = cancellation_service(pool)
    await cancellations.cancel_session(following.id, "flood", ana)
    venues = VenueService(PostgresVenues(pool), NothingCached(), NoWakeup())

    movie = await catalog.update_movie(
        await cinema.movie_of(show), {"duration_minutes": 140}
    )
    room = await venues.update_room(
        await cinema.room_of(show), {"turnaround_minutes": 30}
    )

    assert (movie.duration_minutes, room.turnaround_minutes) == (140, 30)


async def test_the_migration_runs_again_and_goes_back_while_no_room_was_used_again(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    show = await Cinema(scratch_pool).open_session()
    await scratch_pool.execute(CANCEL, show.session_id)

    await asyncio.to_thread(migrate.downgrade, scratch_database_url, BEFORE)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await scratch_pool.execute(ADD_SESSION, show.session_id)
    for _ in range(2):
        await asyncio.to_thread(migrate.upgrade, scratch_database_url, FREE)
        await scratch_pool.execute(
            "UPDATE alembic_version SET version_num = $1", BEFORE
        )
    await asyncio.to_thread(migrate.upgrade, scratch_database_url, FREE)
    await scratch_pool.execute(ADD_SESSION, show.session_id)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await scratch_pool.execute(ADD_SESSION, show.session_id)

    with pytest.raises(Exception, match="ex_sessions_one_in_a_room"):
        await asyncio.to_thread(migrate.downgrade, scratch_database_url, BEFORE)

    constraint = await scratch_pool.fetchval(CONSTRAINT)
    assert "WHERE ((cancelled_at IS NULL))" in constraint
    version = await scratch_pool.fetchval("SELECT version_num FROM alembic_version")
    assert version == FREE
