"""Watchers of a seat map get the changes that managers make."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import orjson
import pytest

from domain.booking import BookingService
from domain.catalog import CatalogService
from domain.money import Money
from domain.new_seats import NewSeats
from domain.session_changes import SessionChange
from domain.venues import VenueService
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.venues import PostgresVenues
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.sales.ledger import PostgresLedger
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from realtime.hub import Hub
from realtime.payments import PaymentsHandler
from realtime.seat_feed import SeatFeed
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.folded_map import FoldedMap, true_map
from tests.support.null_services import NoSeatLocks, NothingCached, NoWakeup
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.sale_events import payments, read_topic, until_outbox_is_empty


@pytest.fixture
async def feed(stack: EmbeddedStack, scratch_pool: Pool) -> AsyncIterator[SeatFeed]:
    hub = Hub(stack.redis_url)
    async with hub:
        yield SeatFeed(hub, SeatMaps(scratch_pool))


async def test_new_prices_and_new_seats_reach_watchers(
    feed: SeatFeed, scratch_pool: Pool, worker: Worker, kafka: Kafka
) -> None:
    worker.start()
    cinema = Cinema(scratch_pool)
    catalog = CatalogService(PostgresCatalog(scratch_pool), NothingCached(), NoWakeup())
    venues = VenueService(PostgresVenues(scratch_pool), NothingCached(), NoWakeup())
    booking = BookingService(PostgresLedger(scratch_pool), NoSeatLocks(), NoWakeup())
    show = await cinema.open_session(seats=4)
    [ana] = await cinema.customers(1)
    watcher, began = FoldedMap(), asyncio.Event()
    task = asyncio.create_task(watcher.watch(feed, show.session_id, began))
    await began.wait()
    before = await SeatMaps(scratch_pool).read(show.session_id)

    async def hold_and_give_back() -> None:
        held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
        await booking.cancel_reservation(held.id, ana)

    await hold_and_give_back()
    price = Money(9900, "EUR")
    await catalog.update_session(show.session_id, {"price_per_seat": price})
    rows = [NewSeats(f"{n}", 100) for n in range(6)]
    await venues.add_seats(await cinema.room_of(show), rows)
    await hold_and_give_back()

    async def knows_the_truth() -> bool:
        return watcher.seats == await true_map(scratch_pool, show.session_id)

    await eventually(knows_the_truth)
    task.cancel()
    assert watcher.snapshots == 2  # the first one, and that with the new prices
    assert len(watcher.seats) == 604
    assert {seat.price for seat in watcher.seats.values()} == {price}
    assert watcher.seats[show.seat_ids[0]].version == 6
    # A watcher that reconnects and resumes gets the same seats.
    assert before
    async with aclosing(feed.watch(show.session_id, before.position)) as updates:
        resumed = await anext(updates)
    assert {seat.id: seat for seat in resumed.seats} == watcher.seats
    await until_outbox_is_empty(cinema)
    assert await read_topic(kafka, "reservations.dead-letters", show.session_id) == []


async def test_the_payments_consumer_skips_events_without_a_reservation(
    scratch_pool: Pool,
) -> None:
    """Also when an operator replays such an event to it."""
    cinema = Cinema(scratch_pool)
    show = await cinema.open_session(seats=2)
    change = SessionChange(price=Money(9900, "EUR"))
    await PostgresCatalog(scratch_pool).change_session(show.session_id, change)
    row = await scratch_pool.fetchrow(
        "UPDATE outbox SET awaiting = '{payments,fanout}'"
        " RETURNING id, type, created_at, data"
    )
    assert row
    event = CloudEvent(
        id=row["id"],
        type=row["type"],
        time=row["created_at"],
        session_id=show.session_id,
        data=row["data"],
    )

    assert orjson.loads(event.encode())["subject"] == str(show.session_id)
    await PaymentsHandler(PostgresLedger(scratch_pool), NoWakeup()).handle([event])

    awaiting = await scratch_pool.fetchval("SELECT awaiting FROM outbox")
    assert awaiting == ["fanout"]
    assert await payments(cinema, show) == []
