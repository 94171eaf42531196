"""The free seats of sessions: kept in Redis, and counted again when seats change."""

from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.seats import Availability, SeatStatus
from persistence.key_value.client import open_redis
from persistence.key_value.kept_counts import KEPT_SECONDS, KeptCounts, count_key
from persistence.postgres.pool import Pool
from persistence.queries.availabilities import COUNT, Availabilities
from persistence.queries.seat_maps import SeatMaps
from persistence.sales.ledger import PostgresLedger
from realtime.seat_counts import SeatCounts
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.holds import decide, holding
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.schema_client import SchemaClient

SESSION = """query ($id: ID!) {
  session(id: $id) { availability { total available } }
}"""
SESSIONS = """query ($room: ID!) {
  sessions(first: 50, filter: {roomId: $room}) {
    edges { node { id availability { total available } } }
  }
}"""


class Counting:
    """A pool that can be down, and counts its statements."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.statements = 0
        self.down = False

    async def fetch(self, statement: str, *args: object) -> Any:
        self.statements += 1
        if self.down:
            raise ConnectionRefusedError
        return await self._pool.fetch(statement, *args)


def free(available: int, total: int = 10) -> Availability:
    return Availability(total=total, available=available)


@pytest.fixture
def counting(pool: Pool) -> Counting:
    return Counting(pool)


@pytest.fixture
def kept(redis: Redis) -> KeptCounts:
    return KeptCounts(redis)


@pytest.fixture
def read(counting: Counting, kept: KeptCounts) -> Availabilities:
    return Availabilities(counting, kept)


async def test_a_session_says_how_many_seats_are_free(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    await client.reserve(ana, show, 0, 1, 2)

    shown = await client.data(SESSION, id=str(show.session_id))

    assert shown["session"]["availability"] == {"total": 10, "available": 7}


async def test_a_page_of_sessions_is_one_trip(
    read: Availabilities, counting: Counting, cinema: Cinema
) -> None:
    shows = [await cinema.open_session(seats=n) for n in range(1, 30)]
    ids = [show.session_id for show in shows]

    counted = [await read.by_session(ids) for _ in range(3)]

    assert counted[0] == {each: free(n, n) for n, each in enumerate(ids, 1)}
    assert counted[1] == counted[2] == counted[0]
    assert counting.statements == 1


async def test_a_list_counts_in_one_statement(
    client: SchemaClient, cinema: Cinema, show: Show
) -> None:
    room = str(await cinema.room_of(show))

    listed = await client.data(SESSIONS, room=room)

    [edge] = listed["sessions"]["edges"]
    assert edge["node"]["availability"] == {"total": 10, "available": 10}
    assert client.statements.count(COUNT) == 1


async def test_a_hold_that_is_over_counts_as_free(
    read: Availabilities, pool: Pool, show: Show, ana: UUID
) -> None:
    held = holding(ana, show.wanting(0))
    await decide(PostgresLedger(pool), held, holding(ana, show.wanting(1)))
    await expire_hold(pool, held.reservation_id)

    assert await read.by_session([show.session_id]) == {show.session_id: free(9)}


async def test_the_worker_counts_again_what_has_changed(
    scratch_pool: Pool, redis: Redis, kept: KeptCounts, worker: Worker
) -> None:
    cinema, ledger = Cinema(scratch_pool), PostgresLedger(scratch_pool)
    show = await cinema.open_session()
    [ana] = await cinema.customers(1)
    read = Availabilities(scratch_pool, kept)
    before = await read.by_session([show.session_id])
    worker.start()
    first = holding(ana, show.wanting(0, 1))
    await decide(ledger, first, holding(ana, show.wanting(2)))

    async def shown() -> Availability:
        return (await read.by_session([show.session_id]))[show.session_id]

    async def is_free(seats: int) -> bool:
        return await shown() == free(seats)

    await eventually(lambda: is_free(7))
    await ledger.cancel(first.reservation_id, ana)
    await eventually(lambda: is_free(9))
    seat_map = (await SeatMaps(scratch_pool).whole([show.session_id]))[show.session_id]
    assert before == {show.session_id: free(10)}
    assert await shown() == free(seat_map.count(SeatStatus.AVAILABLE))
    assert await redis.ttl(count_key(show.session_id)) > 1


async def test_a_count_ends_soon_when_no_worker_counts_again(
    scratch_pool: Pool, redis: Redis, kept: KeptCounts, worker: Worker
) -> None:
    """The fan-out is killed between its event and the next count."""
    cinema = Cinema(scratch_pool)
    show = await cinema.open_session()
    [ana] = await cinema.customers(1)
    read = Availabilities(scratch_pool, kept)
    await read.by_session([show.session_id])
    worker.start("relay", "fanout")
    await decide(PostgresLedger(scratch_pool), holding(ana, show.wanting(0)))

    async def is_gone() -> bool:
        return not await redis.exists(count_key(show.session_id))

    await eventually(is_gone)
    assert await read.by_session([show.session_id]) == {show.session_id: free(9)}


async def test_a_slow_reader_does_not_replace_what_the_worker_has_counted(
    kept: KeptCounts, redis: Redis, show: Show
) -> None:
    session = show.session_id
    await kept.replace({session: free(4)})
    await kept.add({session: free(5)})

    assert await kept.read([session]) == {session: free(4)}
    assert 0 < await redis.ttl(count_key(session)) <= KEPT_SECONDS


async def test_a_count_that_fails_is_made_later(
    counting: Counting, kept: KeptCounts, cinema: Cinema
) -> None:
    shows = [await cinema.open_session() for _ in range(60)]
    ids = [show.session_id for show in shows]
    counts = SeatCounts(Availabilities(counting), kept)
    counting.down = True
    counts.note(ids)
    with pytest.raises(ConnectionRefusedError):
        await counts.count_changed()
    counting.down = False
    await counts.count_changed()

    assert await kept.read(ids) == dict.fromkeys(ids, free(10))


async def test_without_redis_postgres_counts(counting: Counting, show: Show) -> None:
    async with open_redis("redis://127.0.0.1:1") as nowhere:
        read = Availabilities(counting, KeptCounts(nowhere))
        for _ in range(3):
            found = await read.by_session([show.session_id])
            assert found == {show.session_id: free(10)}

    assert counting.statements == 3
