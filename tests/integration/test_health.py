"""What a load balancer is told while servers go away and come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from starlette.requests import Request

from app.health import WRITTEN_FOR, Health
from app.settings import Settings
from app.wiring import connections
from persistence.postgres import migrate
from tests.support.embedded import EmbeddedStack
from tests.support.http_client import client_of
from tests.support.metrics_scrape import api_of
from tests.support.polling import eventually

READY = (200, {"ready": True, "postgres": "ok", "redis": "ok"})
FOR_EVER = 600.0
REQUEST = Request({"type": "http", "method": "GET", "path": "/readyz", "headers": []})


@pytest.fixture
async def unmigrated(settings: Settings) -> AsyncIterator[Settings]:
    name = f"empty_{uuid4().hex}"
    server = await asyncpg.connect(settings.database_url)
    await server.execute(f"CREATE DATABASE {name}")
    url = settings.database_url.rsplit("/", 1)[0] + f"/{name}"
    yield settings.model_copy(update={"database_url": url})
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
async def health(settings: Settings) -> AsyncIterator[Health]:
    health = Health()
    async with connections(settings, "tests") as to:
        health.watch(to)
        yield health


async def ready(health: Health) -> tuple[int, dict[str, Any]]:
    response = await health.ready(REQUEST)
    return response.status_code, orjson.loads(bytes(response.body))


async def until_ready(health: Health) -> None:
    async def is_ready() -> bool:
        return await ready(health) == READY

    await eventually(is_ready)


async def test_with_both_it_is_ready(health: Health) -> None:
    assert await ready(health) == READY
    assert (await health.alive(REQUEST)).status_code == 200


async def test_without_redis_it_is_ready_and_says_so(
    health: Health, stack: EmbeddedStack
) -> None:
    stack.valkey.stop()
    try:
        status, told = await ready(health)
    finally:
        stack.valkey.start()
    await until_ready(health)

    assert status == 200
    assert (told["ready"], told["postgres"]) == (True, "ok")
    assert told["redis"].startswith("away (")
    assert told["redis"].endswith("): Postgres decides alone")


async def test_without_postgres_it_is_not_ready_and_lives(
    health: Health, stack: EmbeddedStack
) -> None:
    stack.postgres.stop()
    try:
        status, told = await ready(health)
        alive = await health.alive(REQUEST)
    finally:
        stack.postgres.start()
    await until_ready(health)

    assert status == 503
    assert (told["ready"], told["redis"]) == (False, "ok")
    assert told["postgres"].startswith("away (")
    assert (alive.status_code, bytes(alive.body)) == (200, b"ok")


@pytest.mark.parametrize("fault", ["stop", "pause"])
async def test_an_api_that_starts_without_postgres_is_ready_once_it_is_there(
    settings: Settings, stack: EmbeddedStack, fault: str
) -> None:
    mend = {"stop": stack.postgres.start, "pause": stack.postgres.resume}
    getattr(stack.postgres, fault)()
    with ExitStack() as ending:
        ending.callback(mend[fault])
        async with api_of(settings) as api, client_of(api.app) as http:
            refused = await http.get("/readyz")
            ending.close()

            async def is_ready() -> bool:
                return (await http.get("/readyz")).status_code == 200

            await eventually(is_ready)

    assert refused.status_code == 503
    assert refused.json()["postgres"].startswith("away (")


async def test_a_postgres_that_is_silent_is_not_waited_for(
    settings: Settings, stack: EmbeddedStack
) -> None:
    health = Health()
    async with connections(settings, "tests", patience=FOR_EVER) as to:
        health.watch(to)
        stack.postgres.pause()
        try:
            async with asyncio.timeout(FOR_EVER / 10):
                status, told = await ready(health)
        finally:
            stack.postgres.resume()
        await until_ready(health)

    assert status == 503
    assert told["postgres"] == "away (TimeoutError)"


@pytest.mark.parametrize("version", [None, "0001"])
async def test_without_its_tables_it_is_not_ready(
    unmigrated: Settings, version: str | None
) -> None:
    health = Health()
    if version:
        await asyncio.to_thread(migrate.upgrade, unmigrated.database_url, version)

    async with connections(unmigrated, "tests") as to:
        health.watch(to)
        status, told = await ready(health)

    assert status == 503
    assert told == {
        "ready": False,
        "postgres": "not migrated: run `make migrate`",
        "redis": "ok",
    }


async def test_it_is_ready_with_the_newest_tables_and_with_later_ones(
    unmigrated: Settings,
) -> None:
    health, url = Health(), unmigrated.database_url
    await asyncio.to_thread(migrate.upgrade, url, WRITTEN_FOR)
    newest = await migrate.is_current(url)

    async with connections(unmigrated, "tests") as to:
        health.watch(to)
        now = await ready(health)
        await to.pool.execute("UPDATE alembic_version SET version_num = '9999'")
        later = await ready(health)

    assert newest
    assert (now, later) == (READY, READY)


async def test_before_it_serves_and_when_it_stops_it_is_not_ready(
    health: Health,
) -> None:
    health.stop()

    assert await ready(health) == (503, {"ready": False, "api": "stopping"})
    assert await ready(Health()) == (503, {"ready": False, "api": "stopping"})
