"""Fixtures: a cinema with a customer, and clients of the schema."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from app.executable_schema import build_schema
from app.settings import Settings
from auth.passwords import Argon2Passwords
from auth.signing_keys import KeyRing, make_key
from auth.tokens import TokenIssuer
from persistence.key_value.client import open_redis
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from realtime.broker import Kafka
from realtime.hub import Hub
from tests.support.account_client import Post, client_of_accounts
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.engine import PLANS
from tests.support.mail_server import MailServer
from tests.support.metric_growth import counted
from tests.support.null_services import NothingCached
from tests.support.realtime import Worker
from tests.support.schema_client import SchemaClient
from transport.plans.run import Reason


@pytest.fixture
def settings(
    stack: EmbeddedStack,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Settings of a program on the servers of the test run."""
    make_key(tmp_path)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", database_url)  # migrated
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
    return Settings.load()


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_url, max_size=4, name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[Argon2Passwords]:
    """Their hashes cost a hundredth: for tests that are not about this cost."""
    passwords = Argon2Passwords()
    cheap = PasswordHasher(time_cost=1, memory_cost=1_024)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    yield passwords
    passwords.close()


@pytest.fixture
async def hub(stack: EmbeddedStack) -> AsyncIterator[Hub]:
    async with Hub(stack.redis_url) as hub:
        assert isinstance(hub, Hub)
        yield hub


@pytest.fixture
async def empty_redis(stack: EmbeddedStack, redis: Redis) -> AsyncIterator[Redis]:
    """An empty Redis, through a client with the time limits of production."""
    await redis.flushdb()  # without limits: a stall of the machine is no failure
    async with open_redis(stack.redis_url) as limited:
        yield limited


@pytest.fixture
def queries(engine: AsyncEngine, pool: Pool) -> Queries:
    return Queries.on(engine, pool, NothingCached())


@pytest.fixture
def client(engine: AsyncEngine, pool: Pool) -> Iterator[SchemaClient]:
    """All that a test does through it has a plan, except introspection and mistakes."""
    before = _unplanned()
    yield SchemaClient(build_schema(plans=PLANS), engine, pool)
    assert _unplanned() == before


def _unplanned() -> dict[str, float]:
    return {
        reason: counted("cinema_unplanned_operations_total", reason=reason)
        for reason in set(get_args(Reason)) - {"introspection", "variables"}
    }


@pytest.fixture
def cinema(pool: Pool) -> Cinema:
    return Cinema(pool)


@pytest.fixture
async def ana(cinema: Cinema) -> UUID:
    return (await cinema.customers(1))[0]


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(seats=10, price_minor=2500)


@pytest.fixture
async def place(cinema: Cinema) -> dict[str, str]:
    """A movie, and a room with three seats and no sessions."""
    return await cinema.empty_room()


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    async with server.running():
        yield server


@pytest.fixture
def post(scratch_pool: Pool, mail_server: MailServer) -> Post:
    return Post(scratch_pool, mail_server)


@pytest.fixture
async def account_client(
    scratch_pool: Pool, scratch_database_url: str, key_ring: KeyRing
) -> AsyncIterator[SchemaClient]:
    """On the tables of `post`."""
    engine = open_engine(scratch_database_url, max_size=2, name="tests")
    yield client_of_accounts(engine, scratch_pool, TokenIssuer(key_ring))
    await engine.dispose()


@pytest.fixture
async def worker(
    scratch_pool: Pool, stack: EmbeddedStack, kafka: Kafka
) -> AsyncIterator[Worker]:
    """A worker on `scratch_pool`; the test starts its loops."""
    async with Worker(scratch_pool, stack.redis_url, kafka) as worker:
        yield worker
