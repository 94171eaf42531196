"""While Postgres is away clients are told so, soon; when it is back they are served."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from loadtest.documents import RESERVE_SEATS
from persistence.postgres import migrate
from persistence.postgres.pool import Pool, open_pool
from tests.support.cinema import Show, reserving
from tests.support.embedded import EmbeddedStack
from tests.support.replicated import Replicated, replicated_postgres
from tests.support.visitor import Visitor, visiting
from tests.support.waiting import eventually

MAP = "query ($id: ID!) { session(id: $id) { seatMap { available } } }"
WATCH = "subscription ($id: ID!) { seatMap(sessionId: $id) { __typename } }"
OWN = "{ reservations { totalCount } }"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Replicated]:
    with replicated_postgres(tmp_path / "postgres") as servers:
        migrate.upgrade(servers.url)
        yield servers


@pytest.fixture
async def pool(servers: Replicated) -> AsyncIterator[Pool]:
    pool = await open_pool(servers.url, max_size=4, name="tests", patience=2)
    yield pool
    await pool.close()


@pytest.fixture
async def visitor(
    stack: EmbeddedStack,
    servers: Replicated,
    ana: UUID,
    tmp_path: Path,
) -> AsyncIterator[Visitor]:
    environment = stack.environment | {"DATABASE_URL": servers.url}
    async with visiting(environment, tmp_path / "keys", ana) as visitor:
        yield visitor


@pytest.mark.parametrize("fault", ["kill", "pause"])
async def test_a_primary_that_is_away_is_told_until_another_is_promoted(
    servers: Replicated, visitor: Visitor, show: Show, fault: str
) -> None:
    assert await visitor.is_served(show, 0)
    await asyncio.gather(*(visitor.ask(OWN) for _ in range(20)))
    session = str(show.session_id)

    getattr(servers.primary, fault)()
    await asyncio.gather(
        visitor.is_told(RESERVE_SEATS, input=reserving(show, 1)),
        *(visitor.is_told(MAP, id=session) for _ in range(30)),
        *(visitor.is_told(OWN) for _ in range(30)),
        visitor.is_told_over_a_socket(OWN),
        visitor.is_told_over_a_socket(WATCH, id=session),
    )
    await servers.promote()

    async def is_served() -> bool:
        return await visitor.is_served(show, 2)

    await eventually(is_served, 30)
    assert "errors" not in await visitor.ask(OWN)
    assert "errors" not in await visitor.ask(MAP, id=session)


async def test_a_primary_that_takes_no_writes_any_more_is_left(
    servers: Replicated, pool: Pool, visitor: Visitor, show: Show
) -> None:
    """Its connections go on: each says once that it is not the primary."""
    assert await visitor.is_served(show, 0)
    await pool.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await pool.execute("SELECT pg_reload_conf()")
    await servers.promote()

    async def is_served() -> bool:
        return await visitor.is_served(show, 1)

    await eventually(is_served, 30)
