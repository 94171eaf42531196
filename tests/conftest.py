"""Fixtures on real servers: each process of the test run starts its own stack."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from redis.asyncio import Redis
from xdist.remote import Producer

from auth.signing_keys import KeyRing
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool, open_pool
from realtime.broker import Kafka
from tests.support.bearer import KEY, NOON
from tests.support.both_engines import executes
from tests.support.embedded import EmbeddedStack, embedded_stack
from tests.support.prepared import MIGRATED, copied_database, make_postgres, prepared
from tests.support.scheduling import Scheduling
from tests.support.signing_keys import put_key

settings.register_profile("patient", deadline=None)  # a slow day is no failure
settings.load_profile("patient")


@pytest.hookimpl(optionalhook=True)  # there is pytest without xdist, too
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if executes(item.path):
            item.add_marker(pytest.mark.both_engines)


@pytest.fixture(scope="session")
def postgres_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of Postgres, migrated; copy it."""
    return prepared(tmp_path_factory, "postgres", make_postgres)


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, postgres_data: Path
) -> Iterator[EmbeddedStack]:
    path = tmp_path_factory.mktemp("servers") / "stack"
    with embedded_stack(path, postgres_data) as stack:
        yield stack


@pytest.fixture(scope="session")
def database_url(stack: EmbeddedStack) -> str:
    """Of a migrated database, which tests share."""
    return stack.database_url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, max_size=16, name="tests")
    yield pool
    await pool.close()


@pytest.fixture
async def scratch_database_url(database_url: str) -> AsyncIterator[str]:
    """A migrated database for one test, which may break it."""
    async with copied_database(database_url, MIGRATED) as url:
        yield url


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
