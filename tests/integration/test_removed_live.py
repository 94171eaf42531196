"""The subscriptions of those who watch a session end when it is removed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from uuid import UUID

import pytest

from domain.catalog import CatalogService
from domain.errors import NotFoundError
from domain.seats import SeatMap, SeatMapDelta
from persistence.catalog.catalog import PostgresCatalog
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from realtime.broker import Kafka
from realtime.hub import Hub
from realtime.seat_feed import SeatFeed
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.null_services import NothingCached, NoWakeup
from tests.support.polling import soon
from tests.support.realtime import Worker
from tests.support.sale_events import read_topic, until_outbox_is_empty

Updates = AsyncGenerator[SeatMap | SeatMapDelta, None]


@pytest.fixture
async def feeds(
    stack: EmbeddedStack, scratch_pool: Pool
) -> AsyncIterator[list[SeatFeed]]:
    """Of two API processes."""
    async with AsyncExitStack() as opened:
        hubs = [Hub(stack.redis_url) for _ in range(2)]
        for hub in hubs:
            await opened.enter_async_context(hub)
        yield [SeatFeed(hub, SeatMaps(scratch_pool)) for hub in hubs]


async def end_of(updates: Updates, began: asyncio.Event) -> str:
    try:
        async with aclosing(updates):
            async for _ in updates:
                began.set()
    except NotFoundError as error:
        return error.code
    return "the updates ended"


async def watch(feeds: list[SeatFeed], session_id: UUID) -> list[asyncio.Task[str]]:
    began = [asyncio.Event() for _ in feeds]
    tasks = [
        asyncio.create_task(end_of(feed.watch(session_id), event))
        for feed, event in zip(feeds, began, strict=True)
    ]
    await soon(asyncio.gather(*(event.wait() for event in began)))
    return tasks


async def test_all_who_watch_a_removed_session_hear_of_it(
    feeds: list[SeatFeed], scratch_pool: Pool, worker: Worker, kafka: Kafka
) -> None:
    worker.start()
    cinema = Cinema(scratch_pool)
    show, other = [await cinema.open_session() for _ in range(2)]
    watching = await watch(feeds, show.session_id)
    [still] = await watch(feeds[:1], other.session_id)
    catalog = CatalogService(PostgresCatalog(scratch_pool), NothingCached(), NoWakeup())

    await catalog.remove_session(show.session_id)

    assert await soon(asyncio.gather(*watching)) == ["NOT_FOUND"] * 2
    assert await SeatMaps(scratch_pool).read(show.session_id) is None
    assert not still.done()
    still.cancel()
    await asyncio.gather(still, return_exceptions=True)
    await until_outbox_is_empty(cinema)
    assert await read_topic(kafka, "reservations.dead-letters", show.session_id) == []
