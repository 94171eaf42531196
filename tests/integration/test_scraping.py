"""Who may scrape, figures while a server is unavailable, the worker's endpoint."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from pydantic import SecretStr

from app import wiring
from app.asgi import application
from app.metrics_endpoint import MetricsEndpoint
from app.metrics_server import serve_metrics
from app.resources import open_resources
from app.settings import Settings
from tests.support.embedded import EmbeddedStack
from tests.support.http_client import client_of
from tests.support.metrics_scrape import (
    Served,
    api_of,
    figure,
    figures_in,
    scrape,
)
from tests.support.polling import eventually

FOR_EVER = 600.0
TOKEN = "a token of some length"


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Served]:
    async with api_of(settings) as app:
        yield app


@pytest.fixture
async def guarded(settings: Settings) -> AsyncIterator[Served]:
    changed = settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    async with api_of(changed) as app:
        yield app


async def until_postgres_is_back(api: Served) -> None:
    async def is_back() -> bool:
        return figure(await scrape(api), "cinema_up", server="postgres") == 1

    await eventually(is_back)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.9", "::1", "::ffff:172.16.0.1"]
)
async def test_who_is_near_may_scrape(api: Served, address: str) -> None:
    async with client_of(api.app, address) as http:
        assert (await http.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("8.8.8.8", {}),
        ("2a00:1450::1", {}),
        ("::ffff:8.8.8.8", {}),
        ("testclient", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("10.0.0.1", {"Forwarded": "for=10.0.0.2"}),
    ],
)
async def test_a_stranger_does_not_learn_that_it_is_there(
    api: Served, address: str, headers: dict[str, str]
) -> None:
    async with client_of(api.app, address) as http:
        refused = await http.get("/metrics", headers=headers)
        nothing = await http.get("/nothing-at-all", headers=headers)

    assert (refused.status_code, refused.text) == (404, "Not Found")
    assert (nothing.status_code, nothing.text) == (404, "Not Found")


async def test_with_a_token_it_is_the_token_that_counts(guarded: Served) -> None:
    near, far = client_of(guarded.app), client_of(guarded.app, "8.8.8.8")
    good, bad, strange = (
        {b"Authorization": f"Bearer {token}".encode("latin-1")}
        for token in (TOKEN, f"{TOKEN}2", "\u00e9")
    )

    answers = [
        (await http.get("/metrics", headers=headers)).status_code
        for http in (near, far)
        for headers in ({}, bad, strange, good)
    ]

    assert answers == [401, 401, 401, 200] * 2
    await near.aclose()
    await far.aclose()


async def test_without_postgres_it_tells_the_rest(
    api: Served, stack: EmbeddedStack
) -> None:
    stack.postgres.stop()
    try:
        scraped = await scrape(api)
    finally:
        stack.postgres.start()
    await until_postgres_is_back(api)

    assert figure(scraped, "cinema_up", server="postgres") == 0
    assert figure(scraped, "cinema_up", server="redis") == 1
    assert figure(scraped, "cinema_outbox_events") is None
    assert figure(scraped, "cinema_behind_seconds", who="relay") is None
    assert figure(scraped, "cinema_holds_total") is not None


async def test_silent_servers_do_not_hold_it_up(
    settings: Settings, stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "API_PATIENCE_SECONDS", FOR_EVER)
    async with api_of(settings) as api:
        stack.postgres.pause()
        stack.valkey.pause()
        try:
            async with asyncio.timeout(FOR_EVER / 10):
                scraped = await scrape(api)
        finally:
            stack.postgres.resume()
            stack.valkey.resume()
        await until_postgres_is_back(api)

    assert figure(scraped, "cinema_up", server="postgres") == 0
    assert figure(scraped, "cinema_up", server="redis") == 0


async def test_before_the_start_it_tells_what_was_counted(settings: Settings) -> None:
    app = application(settings)

    async with client_of(app) as http:
        scraped = figures_in((await http.get("/metrics")).text)

    assert figure(scraped, "cinema_holds_total") is not None
    assert figure(scraped, "cinema_up", server="postgres") is None


async def test_the_worker_answers_on_a_port_of_its_own_until_it_stops(
    settings: Settings, unused_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_port}/metrics"
    async with (
        open_resources(settings, "tests") as resources,
        httpx2.AsyncClient() as http,
    ):
        endpoint = MetricsEndpoint(None, resources)
        listening = asyncio.create_task(
            serve_metrics(endpoint, "127.0.0.1", unused_port)
        )

        async def answers() -> bool:
            try:
                return (await http.get(url)).status_code == 200
            except httpx2.ConnectError:
                return False

        await eventually(answers)
        scraped = figures_in((await http.get(url)).text)
        listening.cancel()
        await asyncio.wait({listening})

        assert listening.cancelled()
        assert not await answers()
    assert figure(scraped, "cinema_up", server="postgres") == 1
    state = {"pool": "decisions", "state": "most"}
    assert figure(scraped, "cinema_db_connections", **state) == settings.db_pool_size


async def test_a_port_that_is_taken_is_an_error_that_can_be_tried_again(
    unused_port: int,
) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", unused_port)
    try:
        with pytest.raises(OSError, match="in use"):
            await serve_metrics(MetricsEndpoint(None), "127.0.0.1", unused_port)
    finally:
        server.close()
        await server.wait_closed()
