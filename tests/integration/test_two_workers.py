"""Several workers at once: one sends, all sweep, and no work is done twice."""

import asyncio
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.events import RESERVATIONS
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from persistence.sales.outbox import Outbox, OutboxEvent
from realtime.broker import Kafka
from realtime.hub import Hub
from realtime.relay import Relay
from tests.support.cinema import Cinema, expire_hold
from tests.support.embedded import EmbeddedStack
from tests.support.metric_growth import counted
from tests.support.polling import eventually, soon
from tests.support.realtime import Worker
from tests.support.sale_events import hold, read_topic

NOT_AGAIN = "UPDATE outbox SET send_after = clock_timestamp() + interval '1 hour'"


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


class FreezingOutbox(Outbox):
    """As if the process were frozen between `due` and the sending."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.frozen = asyncio.Event()
        self.thawed = asyncio.Event()
        self.asked_again = asyncio.Event()

    async def due(self, holder: UUID, limit: int) -> list[OutboxEvent]:
        events = await super().due(holder, limit)
        if events:
            self.frozen.set()
            await self.thawed.wait()
        return events

    async def renew_lease(self, holder: UUID) -> bool:
        if self.thawed.is_set():
            self.asked_again.set()
        return await super().renew_lease(holder)


async def test_a_relay_that_was_frozen_sends_nothing_afterwards(
    worker: Worker, cinema: Cinema, kafka: Kafka, stack: EmbeddedStack, redis: Redis
) -> None:
    outbox = FreezingOutbox(cinema.pool)
    show = await cinema.open_session()
    hub = Hub(stack.redis_url)
    async with hub:
        first = asyncio.create_task(Relay(outbox, kafka, hub, redis).run())
        await hold(cinema, show, 0)
        await soon(outbox.frozen.wait())
        worker.start("relay")

        async def is_sent() -> bool:
            return await cinema.count("outbox", "sends > 0") == 1

        # The lease has ended, and before that by the clock of the first relay.
        await eventually(is_sent)
        # On a slow machine the other relay would rightly send it again.
        await cinema.pool.execute(NOT_AGAIN)
        before = len(await read_topic(kafka, RESERVATIONS, show.session_id))
        outbox.thawed.set()
        await soon(outbox.asked_again.wait())
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

    assert before > 0
    assert len(await read_topic(kafka, RESERVATIONS, show.session_id)) == before


async def test_a_relay_that_stops_gracefully_has_a_successor_at_once(
    worker: Worker, cinema: Cinema
) -> None:
    worker.start("relay")

    async def is_held() -> bool:
        return await cinema.count("relay_lease", "held_until > clock_timestamp()") == 1

    await eventually(is_held)
    leads = counted("cinema_relay_leads")
    await worker.stop()

    assert await cinema.count("relay_lease", "held_until > clock_timestamp()") == 0
    assert (leads, counted("cinema_relay_leads")) == (1, 0)


async def test_sweepers_share_due_holds_and_never_expire_one_twice(
    cinema: Cinema,
) -> None:
    show = await cinema.open_session(seats=60)
    held = [await hold(cinema, show, seat) for seat in range(60)]
    for each in held:
        await expire_hold(cinema.pool, each.id)
    sweepers = [PostgresLedger(cinema.pool) for _ in range(2)]

    async def sweep(ledger: PostgresLedger) -> list[UUID]:
        swept = list[UUID]()
        while ended := await ledger.expire_due(5):
            swept += [each.id for each in ended]
        return swept

    first, second = await asyncio.gather(*map(sweep, sweepers))

    assert sorted(first + second) == sorted(each.id for each in held)
    assert await cinema.count("outbox", "type = 'ReservationExpired'") == 60
    assert {version for _, version in await cinema.seat_states(show)} == {3}


async def test_a_sweeper_skips_rows_that_another_has_locked(cinema: Cinema) -> None:
    show = await cinema.open_session(seats=2)
    held = [await hold(cinema, show, seat) for seat in range(2)]
    for each in held:
        await expire_hold(cinema.pool, each.id)

    async with cinema.pool.acquire() as db, db.transaction():
        await db.execute(
            "SELECT FROM reservations WHERE id = $1 FOR UPDATE", held[0].id
        )
        swept = await PostgresLedger(cinema.pool).expire_due(10)

    assert [each.id for each in swept] == [held[1].id]


async def test_a_sweeper_knows_when_the_next_hold_ends(cinema: Cinema) -> None:
    ledger = PostgresLedger(cinema.pool)
    assert await ledger.seconds_to_next_expiry() is None
    show = await cinema.open_session(seats=2)
    held = await hold(cinema, show, 0)

    left = await ledger.seconds_to_next_expiry()
    assert left is not None
    assert 0 < left <= (held.expires_at - held.created_at).total_seconds()

    await expire_hold(cinema.pool, held.id)
    overdue = await ledger.seconds_to_next_expiry()
    assert overdue is not None
    assert overdue <= 0
