"""The fan-out sends a session's watchers one message for a burst of events."""

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from domain.events import FANOUT_CONSUMER, PAYMENTS_CONSUMER
from domain.reservation import Reservation
from persistence.key_value.kept_counts import KeptCounts
from persistence.postgres.pool import Pool
from persistence.queries.availabilities import Availabilities
from persistence.sales.ledger import PostgresLedger
from persistence.sales.outbox import confirm
from realtime.cloud_event import CloudEvent
from realtime.fanout import FanoutHandler
from realtime.hub import Hub
from realtime.seat_counts import SeatCounts
from realtime.seat_message import SeatMessage
from realtime.topics import seat_channel
from tests.support.cinema import Cinema
from tests.support.null_services import NoSeatLocks
from tests.support.polling import soon, until_blocked
from tests.support.sale_events import hold, outbox_size

WAITING = """
SELECT id, type, created_at AS time, session_id, data FROM outbox ORDER BY position
"""


def seat_counts(pool: Pool, redis: Redis) -> SeatCounts:
    return SeatCounts(Availabilities(pool), KeptCounts(redis))


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
def fanout(scratch_pool: Pool, redis: Redis) -> FanoutHandler:
    return FanoutHandler(
        scratch_pool, redis, NoSeatLocks(), seat_counts(scratch_pool, redis)
    )


async def waiting(cinema: Cinema) -> list[CloudEvent]:
    return [CloudEvent(**row) for row in await cinema.pool.fetch(WAITING)]


async def test_watchers_get_one_message_for_all_changes_of_a_burst(
    cinema: Cinema, fanout: FanoutHandler, hub: Hub
) -> None:
    show, other = await cinema.open_session(), await cinema.open_session()
    ledger = PostgresLedger(cinema.pool)
    for seat in range(3):
        await hold(cinema, show, seat)
    last = await hold(cinema, show, 3)
    await ledger.cancel(last.id, last.customer_id)
    await hold(cinema, other, 0)
    events = [
        replace(event, trace_parent=f"trace-{number}")
        for number, event in enumerate(await waiting(cinema))
    ]

    async with (
        hub.listen(seat_channel(show.session_id)) as ours,
        hub.listen(seat_channel(other.session_id)) as theirs,
    ):
        await fanout.handle(events)
        [message] = await soon(ours.next_burst())
        [another] = await soon(theirs.next_burst())

    seen = SeatMessage.decode(message)
    assert [(seat.id, seat.version) for seat in seen.change.seats] == [
        *((show.seat_ids[number], 2) for number in range(3)),
        (show.seat_ids[3], 3),
    ]
    assert seen.change.position == events[0].data["position"]
    assert seen.time == events[0].time
    assert seen.trace_parents == tuple(f"trace-{number}" for number in range(5))
    assert len(SeatMessage.decode(another).change.seats) == 1


class SlowNodes(NoSeatLocks):
    """Clears nothing before it is asked about all three reservations."""

    def __init__(self) -> None:
        self.all_asked = asyncio.Barrier(3)

    async def clear(self, reservation: Reservation) -> None:
        await self.all_asked.wait()


async def test_the_markers_of_a_burst_of_cancels_are_cleared_together(
    cinema: Cinema, redis: Redis
) -> None:
    show, ledger = await cinema.open_session(), PostgresLedger(cinema.pool)
    for seat in range(3):
        held = await hold(cinema, show, seat)
        await ledger.cancel(held.id, held.customer_id)

    counts = seat_counts(cinema.pool, redis)
    fanout = FanoutHandler(cinema.pool, redis, SlowNodes(), counts)
    await soon(fanout.handle(await waiting(cinema)))


async def test_the_last_of_two_consumers_deletes_an_event_it_waited_for(
    cinema: Cinema,
) -> None:
    show = await cinema.open_session()
    await hold(cinema, show, 0)
    [event] = await waiting(cinema)

    async with cinema.pool.acquire() as db, db.transaction():
        assert await confirm(db, [event.id], PAYMENTS_CONSUMER) == {event.id}
        last = asyncio.create_task(confirm(cinema.pool, [event.id], FANOUT_CONSUMER))
        await until_blocked(cinema.pool, 1)

    assert await last == {event.id}
    assert await outbox_size(cinema) == 0
    assert await confirm(cinema.pool, [event.id], FANOUT_CONSUMER) == set()
