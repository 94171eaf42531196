"""Fixtures on real servers: each process of the test run starts its own stack."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from auth.signing_keys import KeyRing
from persistence import migrate
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool, open_pool
from realtime.broker import Kafka
from tests.support.bearer import KEY, NOON
from tests.support.embedded import EmbeddedStack, embedded_stack
from tests.support.signing_keys import put_key


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with embedded_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def database_url(stack: EmbeddedStack) -> str:
    migrate.upgrade(stack.database_url)
    return stack.database_url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, max_size=16, name="tests")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def migrated(stack: EmbeddedStack) -> str:
    """The name of a database to copy, which takes a fifth of migrating another."""
    name = "migrated"
    asyncio.run(_create_database(stack.database_url, name))
    migrate.upgrade(_url_of(name, stack.database_url))
    return name


async def _create_database(server_url: str, name: str) -> None:
    server = await asyncpg.connect(server_url)
    await server.execute(f"CREATE DATABASE {name}")
    await server.close()


def _url_of(name: str, server_url: str) -> str:
    return f"{server_url.rpartition('/')[0]}/{name}"


@pytest.fixture
async def scratch_database_url(migrated: str, database_url: str) -> AsyncIterator[str]:
    """A migrated database for one test, which may break it."""
    name = f"scratch_{uuid4().hex}"
    server = await asyncpg.connect(database_url)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
    yield _url_of(name, database_url)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
async def scratch_pool(scratch_database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(scratch_database_url, max_size=16, name="tests")
    yield pool
    await pool.close()


@pytest.fixture
async def redis(stack: EmbeddedStack) -> AsyncIterator[Redis]:
    async with Redis.from_url(stack.redis_url) as redis:
        yield redis


@pytest.fixture
def seat_locks(redis: Redis) -> RedlockSeatLocks:
    return RedlockSeatLocks([ScriptBatch(redis)])


@pytest.fixture
def kafka(stack: EmbeddedStack) -> Kafka:
    environment = stack.environment
    return Kafka(
        bootstrap_servers=stack.kafka_bootstrap,
        idempotence=False,
        replication_factor=1,
        partitions=4,
        fetch_wait_ms=int(environment["KAFKA_FETCH_MAX_WAIT_MS"]),
        session_timeout_ms=int(environment["KAFKA_SESSION_TIMEOUT_MS"]),
    )


@pytest.fixture(scope="session")
def key_ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """Holds the key that signs the bearer tokens of the tests."""
    folder = tmp_path_factory.mktemp("signing-keys")
    put_key(folder, KEY, NOON)
    return KeyRing(folder)


@pytest.fixture
def unused_port() -> int:
    """A port that no process listens on. Another program may still take it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
