"""A room that many want at the same time, or that grows meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.catalog import CatalogService
from domain.errors import RoomBusyError
from domain.money import Money
from domain.new_seats import NewSeats
from domain.sessions import Session
from domain.venues import VenueService
from persistence.catalog import catalog_sql, venue_sql
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.venues import PostgresVenues
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.gate import STOP, Gate
from tests.support.null_services import NothingCached, NoWakeup
from tests.support.polling import blocked, eventually, until_blocked

EVENING = datetime.now(UTC) + timedelta(days=9)
PRICE = Money(2500, "BRL")


@pytest.fixture
def catalog(pool: Pool) -> CatalogService:
    return CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup())


async def create(
    catalog: CatalogService, place: dict[str, str], minutes: int = 0
) -> Session:
    movie_id, room_id = UUID(place["movieId"]), UUID(place["roomId"])
    starts_at = EVENING + timedelta(minutes=minutes)
    return await catalog.create_session(movie_id, room_id, starts_at, PRICE)


async def test_exactly_one_of_many_has_the_room_and_the_others_know_which(
    catalog: CatalogService, place: dict[str, str], cinema: Cinema
) -> None:
    answers = await asyncio.gather(
        *(create(catalog, place, minutes) for minutes in range(0, 100, 4)),
        create(catalog, place, -114),
        create(catalog, place, 99 + 114),
        return_exceptions=True,
    )

    made = [answer for answer in answers[:25] if isinstance(answer, Session)]
    refused = [each for each in answers if isinstance(each, RoomBusyError)]
    assert len(made) == 1
    assert len(refused) == 24
    assert {each.session for each in refused} == {made[0]}
    assert all(isinstance(answer, Session) for answer in answers[25:])
    room_id = UUID(place["roomId"])
    assert await cinema.count("sessions", "room_id = $1", room_id) == 3


async def test_who_came_in_past_the_lock_is_found_at_the_next_look(
    catalog: CatalogService,
    place: dict[str, str],
    pool: Pool,
) -> None:
    """As seeding does: the exclusion constraint waits for it, and decides."""
    async with pool.acquire() as other:
        seeding = other.transaction()
        await seeding.start()
        [inserted] = await other.fetch(
            catalog_sql.ADD_SESSION,
            UUID(place["movieId"]),
            UUID(place["roomId"]),
            EVENING,
            EVENING + timedelta(hours=2),
            100,
            "BRL",
            None,
            None,
        )
        creating = asyncio.create_task(create(catalog, place, 60))
        await until_blocked(pool, 1)
        await seeding.commit()

        with pytest.raises(RoomBusyError) as refused:
            await creating

    assert refused.value.session.id == inserted["id"]


async def test_the_database_refuses_a_second_session_by_itself(
    catalog: CatalogService,
    place: dict[str, str],
    cinema: Cinema,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blind = catalog_sql.IN_THE_ROOM.replace("LIMIT 1", "LIMIT 0")
    monkeypatch.setattr(catalog_sql, "IN_THE_ROOM", blind)
    await create(catalog, place)

    with pytest.raises(asyncpg.ExclusionViolationError) as refused:
        await create(catalog, place, 113)

    assert refused.value.constraint_name == "ex_sessions_one_in_a_room"
    room_id = UUID(place["roomId"])
    assert await cinema.count("sessions", "room_id = $1", room_id) == 1


@pytest.mark.parametrize("locked", [True, False])
async def test_a_new_session_misses_no_seat_that_is_added_meanwhile(
    place: dict[str, str],
    cinema: Cinema,
    catalog: CatalogService,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    """Without the lock on the room it does: that is what the lock is for."""
    put = venue_sql.PUT_ON_SALE.rstrip() + f" HAVING {STOP} IS NOT NULL"
    monkeypatch.setattr(venue_sql, "PUT_ON_SALE", put)
    if not locked:
        free = catalog_sql.LOCK_ROOM.replace("FOR NO KEY UPDATE", "")
        monkeypatch.setattr(catalog_sql, "LOCK_ROOM", free)
    room_id = UUID(place["roomId"])
    async with Gate(cinema.pool) as gate:
        venues = VenueService(PostgresVenues(cinema.pool), NothingCached(), NoWakeup())
        adding = venues.add_seats(room_id, [NewSeats("B", 5)])
        adding_task = asyncio.create_task(adding)
        await until_blocked(cinema.pool, 1)
        creating = asyncio.create_task(create(catalog, place))

        async def is_past_or_waits() -> bool:
            return creating.done() or await blocked(cinema.pool) == 2

        await eventually(is_past_or_waits)
        await gate.open()
        session = await creating
        await adding_task

    on_sale = await cinema.count("session_seats", "session_id = $1", session.id)
    assert on_sale == (8 if locked else 3)


async def test_sessions_and_seats_that_come_together_all_fit(
    catalog: CatalogService, place: dict[str, str], pool: Pool
) -> None:
    venues = VenueService(PostgresVenues(pool), NothingCached(), NoWakeup())
    room_id = UUID(place["roomId"])

    await asyncio.gather(
        *(create(catalog, place, 114 * number) for number in range(8)),
        *(venues.add_seats(room_id, [NewSeats("A", 3)]) for _ in range(8)),
        *(venues.add_seats(room_id, [NewSeats("B", 2)]) for _ in range(8)),
    )

    seats = await pool.fetch(
        "SELECT row_label, count(*) AS seats, max(number) AS last FROM seats"
        " WHERE room_id = $1 GROUP BY row_label ORDER BY row_label",
        room_id,
    )
    assert [tuple(row) for row in seats] == [("A", 27, 27), ("B", 16, 16)]
    on_sale = await pool.fetch(
        "SELECT count(*) AS on_sale, count(DISTINCT seat_id) AS seats"
        " FROM session_seats ss JOIN sessions s ON s.id = ss.session_id"
        " WHERE s.room_id = $1 GROUP BY s.id",
        room_id,
    )
    assert [tuple(row) for row in on_sale] == [(43, 43)] * 8
