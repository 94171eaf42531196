"""The catalog is read once, dropped after a change, and read without Redis too."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import RowMapping, TextClause, event
from sqlalchemy.ext.asyncio import AsyncEngine

from persistence.key_value.catalog_cache import SECONDS, RedisCatalogCache
from persistence.key_value.client import open_redis
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import Window
from persistence.queries.reading import Rows
from tests.support.cinema import Cinema
from tests.support.metric_growth import growing

RENAME = "UPDATE movies SET title = $2 WHERE id = $1"


class Reads:
    """The queries of one API process; counts those that reach Postgres."""

    def __init__(self, engine: AsyncEngine, pool: Pool, redis: Redis) -> None:
        self.cache = RedisCatalogCache(redis, pool)
        self.queries = Queries.on(engine, pool, self.cache)
        self.statements = 0
        event.listen(engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1

    async def title(self, movie_id: UUID) -> str:
        return (await self.queries.movies.by_id([movie_id]))[movie_id].title


@pytest.fixture
def reads(engine: AsyncEngine, pool: Pool, empty_redis: Redis) -> Reads:
    return Reads(engine, pool, empty_redis)


@pytest.fixture
async def movie_id(cinema: Cinema, pool: Pool) -> UUID:
    show = await cinema.open_session()
    query = "SELECT movie_id FROM sessions WHERE id = $1"
    return UUID(str(await pool.fetchval(query, show.session_id)))


async def test_each_kind_is_read_once_and_equal_the_second_time(
    reads: Reads, cinema: Cinema
) -> None:
    show = await cinema.open_session(seats=3)
    queries = reads.queries
    session = (await queries.sessions.by_id([show.session_id]))[show.session_id]
    room, movie = [session.room_id], [session.movie_id]

    async def everything() -> tuple[object, ...]:
        return (
            await queries.sessions.by_id([session.id]),
            await queries.movies.by_id(movie),
            await queries.rooms.by_id(room),
            await queries.rooms.seats(room),
            await queries.rooms.capacities(room),
            await queries.movies.page(Window(3)),
            await queries.rooms.page(Window(3)),
        )

    first = await everything()
    reads.statements = 0

    assert await everything() == first
    assert reads.statements == 0


async def test_only_what_is_missing_is_read(
    reads: Reads, movie_id: UUID, empty_redis: Redis
) -> None:
    await reads.title(movie_id)
    nobody = uuid4()
    reads.statements = 0

    with (
        growing("cinema_catalog_reads_total", 2, found_in="redis"),
        growing("cinema_catalog_reads_total", 2, found_in="postgres"),
    ):
        found = await reads.queries.movies.by_id([nobody, movie_id])
        again = await reads.queries.movies.by_id([nobody, movie_id])

    assert found == again
    assert found.keys() == {movie_id}
    assert reads.statements == 2
    assert [key async for key in empty_redis.scan_iter(f"*{nobody}*")] == []


async def test_a_change_is_visible_to_every_process_once_it_was_answered(
    reads: Reads, engine: AsyncEngine, pool: Pool, empty_redis: Redis, movie_id: UUID
) -> None:
    other = Reads(engine, pool, empty_redis)
    await reads.title(movie_id)
    await pool.execute(RENAME, movie_id, "Limite, restored")
    before = await other.title(movie_id)

    await other.cache.drop()

    assert before == "Limite"
    assert await reads.title(movie_id) == "Limite, restored"
    assert await other.title(movie_id) == "Limite, restored"


async def test_a_reader_overtaken_by_a_change_stores_nothing_old(
    reads: Reads, pool: Pool, movie_id: UUID
) -> None:
    reader = reads.queries.movies._reader
    read, stored = asyncio.Event(), asyncio.Event()
    fetch = reader.fetch

    async def slow(
        rows: Rows | TextClause, since: int | None = None
    ) -> Sequence[RowMapping]:
        fetched = await fetch(rows, since)
        read.set()
        await stored.wait()
        return fetched

    reader.fetch = slow  # type: ignore[method-assign] # as if it were overtaken
    late = asyncio.create_task(reads.title(movie_id))
    await read.wait()
    await pool.execute(RENAME, movie_id, "Limite, restored")
    await reads.cache.drop()
    stored.set()

    assert await late == "Limite"
    assert await reads.title(movie_id) == "Limite, restored"


@pytest.mark.usefixtures("movie_id")
async def test_pages_that_strangers_can_vary_are_not_stored(
    reads: Reads, empty_redis: Redis
) -> None:
    movies, rooms = reads.queries.movies, reads.queries.rooms
    [(cursor, _), *_] = (await movies.page(Window(1))).items
    [(room_cursor, _), *_] = (await rooms.page(Window(1))).items
    keys = await empty_redis.dbsize()

    await movies.page(Window(1), search=uuid4().hex)
    await movies.page(Window(1, after=cursor))
    await movies.page(Window(1, from_end=True))
    await rooms.page(Window(1, before=room_cursor))

    assert await empty_redis.dbsize() == keys


async def test_nothing_is_stored_for_long(
    reads: Reads, empty_redis: Redis, movie_id: UUID
) -> None:
    await reads.title(movie_id)
    await reads.queries.movies.page(Window(2))

    for key in (f"catalog:movie:{movie_id}", "catalog:movies.by-key:2"):
        assert 0 < await empty_redis.ttl(key) <= SECONDS


async def test_an_unreadable_value_is_loaded_again(
    reads: Reads, empty_redis: Redis, movie_id: UUID
) -> None:
    for garbage in (b"", b"{", b'{"id": 1}', b"\xff\xfe", b"null"):
        await empty_redis.set(f"catalog:movie:{movie_id}", garbage)

        assert await reads.title(movie_id) == "Limite"


async def test_without_redis_postgres_answers_and_only_one_reader_waits(
    engine: AsyncEngine, pool: Pool, unused_port: int, movie_id: UUID
) -> None:
    async with open_redis(f"redis://127.0.0.1:{unused_port}") as redis:
        reads = Reads(engine, pool, redis)
        asked = 0
        mget = redis.mget

        async def counted(*keys: object) -> object:
            nonlocal asked
            asked += 1
            return await mget(*keys)  # type: ignore[arg-type]

        redis.mget = counted  # type: ignore[method-assign,assignment]

        assert await reads.title(movie_id) == "Limite"
        assert await reads.title(movie_id) == "Limite"
        await reads.cache.drop()
        await reads.queries.rooms.page(Window(1))

    assert asked == 1
    assert reads.statements == 3
