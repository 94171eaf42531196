"""Metrics of the way of a change to the watchers, and of breaks in it."""

import asyncio
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from domain.errors import SeatsUnavailableError
from domain.events import RESERVATIONS
from domain.seats import SeatMap, SeatMapDelta
from persistence.key_value.client import open_redis
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from realtime.broker import Kafka
from realtime.hub import Hub
from realtime.seat_feed import SeatFeed
from realtime.topics import RESYNC, seat_channel
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.metric_growth import counted, growing, soon_grown
from tests.support.polling import eventually, soon
from tests.support.realtime import Worker
from tests.support.sale_events import hold, until_outbox_is_empty

HANDLED = "cinema_event_handling_lag_seconds_count"
SENDS = "cinema_relay_sends_total"
PUT_ASIDE = "cinema_dead_letters_total"
DELIVERED = "cinema_delivery_lag_seconds_count"


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
def feed(hub: Hub, scratch_pool: Pool) -> SeatFeed:
    return SeatFeed(hub, SeatMaps(scratch_pool))


async def test_events_are_counted_when_they_leave_and_when_they_arrive(
    worker: Worker, cinema: Cinema
) -> None:
    show = await cinema.open_session()
    before = {name: counted(HANDLED, consumer=name) for name in ("payments", "fanout")}
    worker.start("relay", "payments", "fanout", "notices")

    # Three reservations and their three payments. Consumers may confirm and delete
    # events before the relay has marked and counted them.
    async with (
        soon_grown(SENDS, 6, send="first"),
        soon_grown("cinema_relay_lag_seconds_count", 6),
    ):
        for seat in range(3):
            await hold(cinema, show, seat)
        await until_outbox_is_empty(cinema)

    async def are_counted() -> bool:  # a moment after they are confirmed
        grown = {
            name: counted(HANDLED, consumer=name) - before[name] for name in before
        }
        # Events of other tests, and repeats, may be counted, too.
        return grown["payments"] >= 3 and grown["fanout"] >= 6

    await eventually(are_counted)


async def test_a_second_sending_counts_as_such(worker: Worker, cinema: Cinema) -> None:
    await hold(cinema, await cinema.open_session(), 0)
    again = counted(SENDS, send="again")
    worker.start("relay")

    async def is_sent_twice() -> bool:  # no consumer confirms it
        await cinema.pool.execute("UPDATE outbox SET send_after = clock_timestamp()")
        return counted(SENDS, send="again") > again

    with growing(SENDS, 1, send="first"), growing("cinema_relay_lag_seconds_count", 1):
        await eventually(is_sent_twice)


async def test_the_lag_of_a_delta_is_that_of_its_oldest_change(
    worker: Worker, cinema: Cinema, feed: SeatFeed
) -> None:
    worker.start()
    show = await cinema.open_session(seats=3)
    late = counted("cinema_delivery_lag_seconds_sum")

    async with aclosing(feed.watch(show.session_id)) as updates:
        await anext(updates)
        await hold(cinema, show, 0)
        with growing(DELIVERED, 0):
            assert isinstance(await soon(anext(updates)), SeatMapDelta)
        await hold(cinema, show, 1)
        # The first is counted when the next is asked for.
        with growing(DELIVERED, 1), growing("cinema_seat_map_resyncs_total", 0):
            assert isinstance(await soon(anext(updates)), SeatMapDelta)

    assert 0 < counted("cinema_delivery_lag_seconds_sum") - late < 60


async def test_a_resync_is_counted(
    cinema: Cinema, feed: SeatFeed, redis: Redis
) -> None:
    show = await cinema.open_session(seats=3)
    async with aclosing(feed.watch(show.session_id)) as updates:
        await anext(updates)

        with growing("cinema_seat_map_resyncs_total", 1), growing(DELIVERED, 0):
            await redis.publish(seat_channel(show.session_id), RESYNC)
            assert isinstance(await soon(anext(updates)), SeatMap)


@pytest.mark.usefixtures("hub")
async def test_a_broken_connection_is_counted(stack: EmbeddedStack) -> None:
    before = counted("cinema_pubsub_losses_total")

    async def is_counted() -> bool:
        return counted("cinema_pubsub_losses_total") > before

    stack.valkey.stop()
    try:
        await eventually(is_counted)
    finally:
        stack.valkey.start()


async def test_dead_letters_are_counted_by_consumer(
    worker: Worker, cinema: Cinema, kafka: Kafka, show: Show
) -> None:
    names = ("payments", "fanout")
    before = {name: counted(PUT_ASIDE, consumer=name) for name in names}
    worker.start()
    await hold(cinema, show, 0)
    await until_outbox_is_empty(cinema)  # the topics exist now

    async with kafka.producer() as producer:
        key = str(show.session_id).encode()
        await producer.send_and_wait(RESERVATIONS, b"{poison", key=key)

    async def are_counted() -> bool:
        return all(counted(PUT_ASIDE, consumer=name) > before[name] for name in names)

    await eventually(are_counted)


async def test_a_hold_without_a_lock_is_counted_by_its_reason(
    unused_port: int, show: Show
) -> None:
    nowhere = open_redis(f"redis://127.0.0.1:{unused_port}")
    locks = RedlockSeatLocks([ScriptBatch(nowhere)])
    name = "cinema_unlocked_decisions_total"

    with (
        growing(name, 1, reason="no_quorum"),
        growing(name, 0, reason="out_of_patience"),
    ):
        async with locks.guard(show.wanting(0)):
            pass
    await nowhere.aclose()


async def test_a_crowd_in_one_process_is_refused_by_the_first_caller(
    redis: Redis, cinema: Cinema, show: Show
) -> None:
    """One of three asks Redis and Postgres; two are refused in the process."""
    locks = RedlockSeatLocks([ScriptBatch(redis)])
    name = "cinema_seat_refusals_total"
    held = await hold(cinema, show, 0)
    asked = asyncio.Event()

    async def refused_by_postgres() -> None:
        async with locks.guard(show.wanting(0)):
            await asked.wait()
            raise SeatsUnavailableError(held.seats)

    async def refused_by_its_fellow() -> None:
        async with locks.guard(show.wanting(0)):
            raise AssertionError("the seat is taken")

    with (
        growing(name, 1, known_by="postgres"),
        growing(name, 2, known_by="process"),
        growing(name, 0, known_by="redis"),
    ):
        first = asyncio.create_task(refused_by_postgres())
        others = [asyncio.create_task(refused_by_its_fellow()) for _ in range(2)]
        await asyncio.sleep(0)
        asked.set()
        errors = await asyncio.gather(first, *others, return_exceptions=True)

    assert [type(error) for error in errors] == [SeatsUnavailableError] * 3
