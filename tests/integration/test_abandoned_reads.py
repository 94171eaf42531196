"""Clients that go: their reads break no connection, and their changes happen once."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from loadtest.documents import RESERVE_SEATS
from persistence.key_value.client import open_redis
from persistence.postgres.engine import reading
from persistence.postgres.pool import Pool, open_pool
from runtime.cancel_scope import CancelScope
from tests.support.asgi_server import speaking
from tests.support.asgi_socket import settle
from tests.support.cinema import Cinema, Show, reserving
from tests.support.embedded import EmbeddedStack
from tests.support.in_process_client import InProcessClient, in_process_client
from tests.support.polling import eventually, until_blocked
from transport.server.http_limits import BoundedHttp

GATE = "SELECT pg_advisory_xact_lock(73)"  # closed until the transaction ends
BACKEND = "SELECT pg_backend_pid() FROM pg_advisory_xact_lock(73)"
LIST = "abandoned:gate"
LOCK = "SELECT FROM session_seats WHERE session_id = $1 FOR UPDATE"

Step = Callable[[], Awaitable[object]]


async def abandoned(read: Step, until_begun: Step, answer: Step) -> None:
    """Cancels it while the server is at work for it, and waits for its end."""
    scope = CancelScope()

    async def run() -> None:
        with scope:
            await read()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await until_begun()
    scope.cancel()
    await settle()
    assert not task.done()
    await answer()
    await asyncio.wait([task], timeout=60)
    assert task.cancelled()


async def abandoned_at_gate(read: Step, pool: Pool) -> None:
    async with pool.acquire() as db:
        gate = db.transaction()
        await gate.start()
        await db.execute(GATE)
        await abandoned(read, lambda: until_blocked(pool, 1), gate.commit)


async def test_an_abandoned_read_leaves_its_connection_to_the_next(
    database_url: str, pool: Pool
) -> None:
    single = await open_pool(database_url, max_size=1, name="tests")
    before = await single.fetchval("SELECT pg_backend_pid()")

    await abandoned_at_gate(lambda: single.fetch(BACKEND), pool)

    assert await single.fetchval("SELECT pg_backend_pid()") == before
    await single.close()


async def test_one_of_several_statements_ends_after_the_first(
    database_url: str, pool: Pool
) -> None:
    single = await open_pool(database_url, max_size=1, name="tests")
    before = await single.fetchval("SELECT pg_backend_pid()")
    others: list[int] = []

    async def read() -> None:
        async with single.acquire() as db, db.transaction():
            await db.fetch(BACKEND)
            others.append(await db.fetchval("SELECT 1"))

    await abandoned_at_gate(read, pool)

    assert not others
    async with single.acquire() as db:
        assert await db.fetchval("SELECT pg_backend_pid()") == before
        assert not db.is_in_transaction()
    await single.close()


async def test_one_of_the_catalog_leaves_its_connection(
    engine: AsyncEngine, pool: Pool
) -> None:
    backends: list[int] = []

    async def read() -> None:
        async with reading(engine) as db:
            backends.append((await db.execute(text(BACKEND))).scalar_one())

    await abandoned_at_gate(read, pool)
    await read()

    assert len(set(backends)) == 1


async def in_pipeline(redis: Redis) -> None:
    async with redis.pipeline(transaction=False) as pipe:
        pipe.blpop([LIST])
        await pipe.execute()


@pytest.mark.parametrize("read", [lambda redis: redis.blpop([LIST]), in_pipeline])
async def test_one_of_redis_leaves_its_connection(
    stack: EmbeddedStack, redis: Redis, read: Callable[[Redis], Awaitable[object]]
) -> None:
    single = open_redis(
        stack.environment["REDIS_URL"], max_connections=1, socket_timeout=60
    )
    before = await single.client_id()

    async def waits() -> bool:
        return bool((await redis.info("clients"))["blocked_clients"])

    await abandoned(
        lambda: read(single), lambda: eventually(waits), lambda: redis.rpush(LIST, "x")
    )

    assert await single.client_id() == before
    await single.aclose()


@pytest.fixture
async def client(
    stack: EmbeddedStack, database_url: str, ana: UUID, tmp_path: Path
) -> AsyncIterator[InProcessClient]:
    environment = stack.environment | {"DATABASE_URL": database_url}
    async with in_process_client(environment, tmp_path / "keys", ana) as client:
        yield client


async def test_a_hold_whose_client_has_gone_happens_once(
    client: InProcessClient, show: Show, cinema: Cinema, pool: Pool
) -> None:
    key = str(uuid4())
    variables = {"input": reserving(show, 0, key=key)}
    body = json.dumps({"query": RESERVE_SEATS, "variables": variables})
    async with speaking(BoundedHttp, client.app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        async with pool.acquire() as db, db.transaction():
            await db.execute(LOCK, show.session_id)
            writer.write(
                "POST /graphql HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {client.token}\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            await until_blocked(pool, 1)
            writer.transport.abort()
            await client.ask("{ __typename }")  # meanwhile the server notices

        async def is_held() -> bool:
            return (await cinema.seat_states(show))[0] == ("HELD", 2)

        await eventually(is_held)
        again = await client.reserve(show, 0, key)

    assert again["data"]["reserveSeats"]["status"] == "PENDING"
    assert await cinema.count("reservations", "session_id = $1", show.session_id) == 1
