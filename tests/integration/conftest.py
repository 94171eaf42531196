"""Fixtures: a cinema with a customer, and clients of the schema."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from app.executable_schema import build_schema
from app.settings import Settings
from auth.passwords import Argon2Passwords
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.booking import BookingService
from domain.extensions import ExtensionService
from domain.reservation import Reservation
from persistence.key_value.client import open_redis
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.sales.ledger import PostgresLedger
from providers.stripe_provider import StripeProvider
from realtime.broker import Kafka
from realtime.hub import Hub
from tests.support.account_client import Post, client_of_accounts
from tests.support.catalog import answer
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.engine import PLANS
from tests.support.mail_server import MailServer
from tests.support.metric_growth import unplanned
from tests.support.null_services import NoSeatLocks, NothingCached, NoWakeup
from tests.support.payment_sandbox import KEY, PaymentSandbox, payment_sandbox
from tests.support.payment_settings import payment_settings
from tests.support.payments import Bought, Payments
from tests.support.prices import PricedShow, open_priced_session
from tests.support.realtime import Worker
from tests.support.refunds import sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.signing_keys import make_keys
from tests.support.ticket_buyer import Buyer
from tests.support.venue_documents import CINE, CREATE_CINEMA, PLANNED_ROOM


@pytest.fixture
def settings(
    stack: EmbeddedStack,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Settings of a program on the servers of the test run."""
    make_keys(tmp_path)
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
    before = unplanned()
    yield SchemaClient(build_schema(plans=PLANS), engine, pool)
    assert unplanned() == before


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
async def people(cinema: Cinema, ana: UUID) -> list[UUID]:
    """Ana, and two others."""
    return [ana, *await cinema.customers(2)]


@pytest.fixture
async def sold(pool: Pool, show: Show, ana: UUID) -> Reservation:
    """A seat of ana."""
    return await sell(pool, show, ana, 0)


@pytest.fixture
async def ticket(pool: Pool, sold: Reservation) -> UUID:
    return (await ticket_ids(pool, sold.id))[0]


@pytest.fixture
def payments(pool: Pool) -> Payments:
    """With a provider in memory."""
    return Payments(pool)


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    """A seat that ana holds, and the provider's page for it."""
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    return bought


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[PaymentSandbox]:
    async with payment_sandbox(tmp_path) as sandbox:
        yield sandbox


@pytest.fixture
async def provider(sandbox: PaymentSandbox) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(payment_settings(sandbox.url, stripe_secret_key=KEY))
    yield provider
    await provider.close()


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


@pytest.fixture
def booking(pool: Pool) -> BookingService:
    return BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())


@pytest.fixture
def extensions(pool: Pool) -> ExtensionService:
    return ExtensionService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())


@pytest.fixture
async def held(booking: BookingService, show: Show, ana: UUID) -> Reservation:
    """Two seats of ana."""
    return await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)


@pytest.fixture
async def priced(cinema: Cinema) -> PricedShow:
    return await open_priced_session(cinema)


@pytest.fixture
async def buyer(client: SchemaClient, priced: PricedShow, ana: UUID) -> Buyer:
    """Ana, who holds seats 0, 1 and 9."""
    buyer = Buyer(client, priced, ana)
    await buyer.hold(0, 1, 9)
    return buyer


@pytest.fixture
async def cine(client: SchemaClient) -> str:
    """The id of a cinema."""
    created = await answer(client, CREATE_CINEMA, name=f"Cine {uuid4()}", **CINE)
    return str(created["id"])


@pytest.fixture
async def room(client: SchemaClient, cine: str) -> dict[str, Any]:
    """A room of the cinema, with the seats A1 to A3."""
    rows = [{"row": "A", "seats": 3}]
    return await answer(client, PLANNED_ROOM, cinemaId=cine, name="Sala 1", rows=rows)
