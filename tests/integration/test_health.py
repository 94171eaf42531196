"""/readyz while servers become unavailable and come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from starlette.requests import Request

from app import health
from app.asgi import application
from app.resources import Resources, open_resources
from app.settings import Settings
from persistence import migrate
from tests.support.asgi_server import started
from tests.support.embedded import EmbeddedStack
from tests.support.http_client import client_of
from tests.support.metrics_scrape import api_of
from tests.support.polling import eventually

READY = (200, {"ready": True, "postgres": "ok", "redis": "ok"})
FOR_EVER = 600.0


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
async def resources(settings: Settings) -> AsyncIterator[Resources]:
    async with open_resources(settings, "tests") as resources:
        yield resources


async def ready(resources: Resources) -> tuple[int, dict[str, Any]]:
    response = await health.ready(resources)
    return response.status_code, orjson.loads(bytes(response.body))


async def until_ready(resources: Resources) -> None:
    async def is_ready() -> bool:
        return await ready(resources) == READY

    await eventually(is_ready)


async def test_with_both_it_is_ready(settings: Settings) -> None:
    async with api_of(settings) as api, client_of(api.app) as http:
        is_ready = await http.get("/readyz")
        alive = await http.get("/healthz")

    assert (is_ready.status_code, is_ready.json()) == READY
    assert alive.status_code == 200


async def test_without_redis_it_is_ready_and_says_so(
    resources: Resources, stack: EmbeddedStack
) -> None:
    stack.valkey.stop()
    try:
        status, body = await ready(resources)
    finally:
        stack.valkey.start()
    await until_ready(resources)

    assert status == 200
    assert (body["ready"], body["postgres"]) == (True, "ok")
    assert body["redis"].startswith("away (")
    assert body["redis"].endswith("): Postgres decides alone")


async def test_without_postgres_it_is_not_ready_and_lives(
    resources: Resources, stack: EmbeddedStack
) -> None:
    stack.postgres.stop()
    try:
        status, body = await ready(resources)
        alive = await health.alive(Request({"type": "http"}))
    finally:
        stack.postgres.start()
    await until_ready(resources)

    assert status == 503
    assert (body["ready"], body["redis"]) == (False, "ok")
    assert body["postgres"].startswith("away (")
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
    async with open_resources(settings, "tests", patience=FOR_EVER) as resources:
        stack.postgres.pause()
        try:
            async with asyncio.timeout(FOR_EVER / 10):
                status, body = await ready(resources)
        finally:
            stack.postgres.resume()
        await until_ready(resources)

    assert status == 503
    assert body["postgres"] == "away (TimeoutError)"


@pytest.mark.parametrize("version", [None, "0001"])
async def test_without_its_tables_it_is_not_ready(
    unmigrated: Settings, version: str | None
) -> None:
    if version:
        await asyncio.to_thread(migrate.upgrade, unmigrated.database_url, version)

    async with open_resources(unmigrated, "tests") as resources:
        status, body = await ready(resources)

    assert status == 503
    assert body == {
        "ready": False,
        "postgres": "not migrated: run `make migrate`",
        "redis": "ok",
    }


async def test_it_is_ready_with_the_newest_tables_and_with_later_ones(
    unmigrated: Settings,
) -> None:
    url = unmigrated.database_url
    await asyncio.to_thread(migrate.upgrade, url, health.WRITTEN_FOR)
    newest = await migrate.is_current(url)

    async with open_resources(unmigrated, "tests") as resources:
        now = await ready(resources)
        await resources.pool.execute("UPDATE alembic_version SET version_num = '9999'")
        later = await ready(resources)

    assert newest
    assert (now, later) == (READY, READY)


async def test_before_it_serves_and_when_it_stops_it_is_not_ready(
    settings: Settings,
) -> None:
    app = application(settings)

    async with client_of(app) as http:
        before = await http.get("/readyz")
    async with started(app) as api:
        pass
    async with client_of(api) as http:
        after = await http.get("/readyz")

    for answer in (before, after):
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "api": "stopping"}
