"""While Postgres is unavailable clients soon get UNAVAILABLE, and then are served."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from loadtest.documents import RESERVE_SEATS
from persistence.postgres.pool import Pool, open_pool
from tests.support.cinema import Show, reserving
from tests.support.embedded import EmbeddedStack
from tests.support.in_process_client import InProcessClient, in_process_client
from tests.support.polling import eventually
from tests.support.replicated import Replicated, replicated_postgres

MAP = "query ($id: ID!) { session(id: $id) { seatMap { available } } }"
WATCH = "subscription ($id: ID!) { seatMap(sessionId: $id) { __typename } }"
OWN = "{ reservations { totalCount } }"


@pytest.fixture
def servers(tmp_path: Path, postgres_data: Path) -> Iterator[Replicated]:
    with replicated_postgres(tmp_path / "postgres", postgres_data) as servers:
        yield servers


@pytest.fixture
async def pool(servers: Replicated) -> AsyncIterator[Pool]:
    pool = await open_pool(servers.url, max_size=4, name="tests", patience=2)
    yield pool
    await pool.close()


@pytest.fixture
async def client(
    stack: EmbeddedStack,
    servers: Replicated,
    ana: UUID,
    tmp_path: Path,
) -> AsyncIterator[InProcessClient]:
    # Few connections: each that a request finds frozen costs it its patience.
    environment = stack.environment | {
        "DATABASE_URL": servers.url,
        "DB_POOL_SIZE": "4",
    }
    async with in_process_client(environment, tmp_path / "keys", ana) as client:
        yield client


@pytest.mark.parametrize("fault", ["kill", "pause"])
async def test_clients_get_unavailable_until_another_primary_is_promoted(
    servers: Replicated, client: InProcessClient, show: Show, fault: str
) -> None:
    assert await client.reserves(show, 0)
    await asyncio.gather(*(client.ask(OWN) for _ in range(20)))
    session = str(show.session_id)

    getattr(servers.primary, fault)()
    await asyncio.gather(
        client.expect_unavailable(RESERVE_SEATS, input=reserving(show, 1)),
        *(client.expect_unavailable(MAP, id=session) for _ in range(30)),
        *(client.expect_unavailable(OWN) for _ in range(30)),
        client.expect_unavailable_by_socket(OWN),
        client.expect_unavailable_by_socket(WATCH, id=session),
    )
    await servers.promote()

    async def reserves() -> bool:
        return await client.reserves(show, 2)

    await eventually(reserves)
    assert "errors" not in await client.ask(OWN)
    assert "errors" not in await client.ask(MAP, id=session)


async def test_connections_to_a_demoted_primary_are_closed(
    servers: Replicated, pool: Pool, client: InProcessClient, show: Show
) -> None:
    """Each open connection raises one error: the server is not the primary."""
    assert await client.reserves(show, 0)
    await pool.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await pool.execute("SELECT pg_reload_conf()")
    await servers.promote()

    async def reserves() -> bool:
        return await client.reserves(show, 1)

    await eventually(reserves)
