"""Catalog and own lists come from the replica if it is up to date enough."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from domain.ports import Hold
from domain.reservation import DEFAULT_TERMS
from persistence.key_value.catalog_cache import RedisCatalogCache
from persistence.key_value.client import open_redis
from persistence.key_value.own_writes import OwnWrites
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool, open_pool
from persistence.postgres.replica import LATE_SECONDS, Replica
from persistence.queries import Queries
from persistence.queries.keyset import Window
from persistence.queries.sessions import SessionsWanted
from persistence.sales.ledger import PostgresLedger
from runtime.supervision import keep_running
from tests.support.cinema import Cinema, Show
from tests.support.metric_growth import growing
from tests.support.polling import eventually
from tests.support.replicated import Replicated, replicated_postgres

PAUSE = "SELECT pg_wal_replay_pause()"
RESUME = "SELECT pg_wal_replay_resume()"
ALL = SessionsWanted()


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, postgres_data: Path
) -> Iterator[Replicated]:
    path = tmp_path_factory.mktemp("postgres")
    with replicated_postgres(path, postgres_data) as servers:
        yield servers


@pytest.fixture
async def pool(servers: Replicated) -> AsyncIterator[Pool]:
    pool = await open_pool(servers.url, max_size=4, name="tests", patience=2)
    yield pool
    await pool.close()


@pytest.fixture
async def redis(redis: Redis) -> Redis:
    await redis.flushdb()
    return redis


class Process:
    """The parts of an API process that these tests need."""

    def __init__(
        self, pool: Pool, redis: Redis, queries: Queries, replica: Replica
    ) -> None:
        self.cache = RedisCatalogCache(redis, pool, replicated=True)
        self.own_writes = OwnWrites(redis)
        self.ledger = PostgresLedger(pool, self.own_writes)
        self.queries = queries
        self.replica = replica

    async def until_replicated(self) -> None:
        """The replica is known to have replayed all commits up to now."""
        since = await self.cache.since()
        assert since is not None

        async def has_it() -> bool:
            return self.replica.has_replayed(since)

        await eventually(has_it)

    async def sessions(self) -> list[UUID]:
        page = await self.queries.sessions.page(Window(100), ALL)
        return [session.id for _, session in page.items]

    async def own(self, who: UUID) -> int:
        return await self.queries.reservations.count(who)

    async def hold(self, show: Show, seat: int, who: UUID) -> None:
        verdict = await self.ledger.hold(
            Hold(
                reservation_id=uuid4(),
                customer_id=who,
                wanted=show.wanting(seat),
                period=DEFAULT_TERMS.period,
            )
        )
        assert verdict.reservation


@pytest.fixture
async def process(
    servers: Replicated, pool: Pool, redis: Redis
) -> AsyncIterator[Process]:
    engine = open_engine(servers.url, max_size=4, name="tests", patience=2)
    standby = open_engine(
        servers.url, max_size=4, name="tests", patience=0.75, standby=True
    )
    replica = Replica(standby, pool)
    cache = RedisCatalogCache(redis, pool, replicated=True)
    queries = Queries.on(engine, pool, cache, replica, OwnWrites(redis))
    watching = asyncio.create_task(keep_running("replica", replica.watch))
    process = Process(pool, redis, queries, replica)
    await process.until_replicated()
    yield process
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await standby.dispose()
    await engine.dispose()


async def test_replicated_rows_are_read_from_the_replica(
    process: Process, show: Show
) -> None:
    await process.cache.drop()
    await process.until_replicated()

    with (
        growing("cinema_reads_total", 3, server="replica"),
        growing("cinema_reads_total", 0, server="primary"),
    ):
        assert show.session_id in await process.sessions()
        assert await process.queries.sessions.count(ALL) > 0
        read = await process.queries.sessions.by_id([show.session_id])

    assert set(read) == {show.session_id}


async def test_a_change_is_visible_before_the_replica_has_replayed_it(
    process: Process, servers: Replicated, cinema: Cinema
) -> None:
    await servers.on_standby(PAUSE)
    try:
        show = await cinema.open_session()
        await process.cache.drop()

        with growing("cinema_reads_total", 0, server="replica"):
            assert show.session_id in await process.sessions()
            read = await process.queries.sessions.by_id([show.session_id])
    finally:
        await servers.on_standby(RESUME)
    await process.until_replicated()

    with growing("cinema_reads_total", 1, server="replica"):
        assert show.session_id in await process.sessions()
    assert set(read) == {show.session_id}


async def test_after_a_change_own_lists_come_from_the_primary(
    process: Process, show: Show, ana: UUID, cinema: Cinema, redis: Redis
) -> None:
    [bruno] = await cinema.customers(1)
    await process.cache.drop()
    await process.until_replicated()

    await process.hold(show, 0, ana)

    with growing("cinema_reads_total", 1, server="primary"):
        assert await process.own(ana) == 1
    with growing("cinema_reads_total", 1, server="replica"):
        assert await process.own(bruno) == 0
    assert 0 < await redis.pttl(f"wrote:{ana}") <= 5_000


async def test_a_late_replica_is_not_read_until_it_has_caught_up(
    process: Process, servers: Replicated, cinema: Cinema, ana: UUID
) -> None:
    async def is_used() -> bool:
        return process.replica.has_replayed(0)

    async def is_left() -> bool:
        return not process.replica.has_replayed(0)

    await eventually(is_used)
    await servers.on_standby(PAUSE)
    try:
        await cinema.open_session()
        await eventually(is_left)
        with growing("cinema_reads_total", 1, server="primary"):
            assert await process.own(ana) == 0
    finally:
        await servers.on_standby(RESUME)

    await eventually(is_used)


async def test_an_idle_primary_does_not_make_the_replica_late(process: Process) -> None:
    await asyncio.sleep(1.5 * LATE_SECONDS)

    assert process.replica.has_replayed(0)


@pytest.mark.parametrize("fault", ["kill", "pause"])
async def test_an_unavailable_replica_is_not_noticed(
    process: Process, servers: Replicated, ana: UUID, fault: str
) -> None:
    async def is_used() -> bool:
        return process.replica.has_replayed(0)

    await eventually(is_used)
    getattr(servers.standby, fault)()
    try:
        with growing("cinema_reads_total", 1, server="primary"):
            assert await process.own(ana) == 0
        assert not process.replica.has_replayed(0)
    finally:
        if fault == "kill":
            servers.standby.start()
        else:
            servers.standby.resume()

    await eventually(is_used)


async def test_without_redis_the_primary_is_read(
    redis: Redis, unused_port: int, ana: UUID
) -> None:
    async with open_redis(f"redis://127.0.0.1:{unused_port}") as nowhere:
        assert await OwnWrites(nowhere).since(ana) is None
        await OwnWrites(nowhere).mark(ana)
    assert await OwnWrites(redis).since(ana) == 0


async def test_a_promoted_server_is_no_longer_a_replica(
    process: Process, servers: Replicated, show: Show
) -> None:
    """The last test of this module: it leaves the servers unusable."""
    servers.primary.kill()
    await servers.promote()

    async def is_left() -> bool:
        return not process.replica.has_replayed(0)

    await eventually(is_left)

    async def is_read() -> bool:
        return show.session_id in await process.sessions()

    await eventually(is_read)
