"""Payments are opened and closed in batches: one statement that confirms the events."""

import asyncio

import pytest

from domain.events import FANOUT_CONSUMER, PAYMENTS_CONSUMER
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ledger import PostgresLedger
from persistence.sales.ledger_sql import EXPIRE_THESE
from realtime.cloud_event import CloudEvent
from realtime.payments import PaymentsHandler
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.null_services import NoWakeup
from tests.support.polling import until_blocked
from tests.support.sale_events import hold, payments

PLANS = """
SELECT generic_plans, custom_plans FROM pg_prepared_statements
WHERE statement LIKE '%SELECT id, ''PENDING'', amount_minor%'
"""


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session()


async def waiting(cinema: Cinema) -> list[CloudEvent]:
    rows = await cinema.pool.fetch(
        "SELECT * FROM outbox WHERE $1 = ANY(awaiting) ORDER BY position",
        PAYMENTS_CONSUMER,
    )
    return [
        CloudEvent(
            id=row["id"],
            type=row["type"],
            time=row["created_at"],
            session_id=row["session_id"],
            data=row["data"],
            request_id=row["type"],  # to see whose request is named
            trace_parent=None,
        )
        for row in rows
    ]


async def handle(db: Pool | Connection, *events: CloudEvent) -> None:
    handler = PaymentsHandler(PostgresLedger(db), NoWakeup())  # type: ignore[arg-type] # one connection is enough
    await handler.handle(events)


async def events_of_payments(cinema: Cinema) -> list[tuple[str, str]]:
    rows = await cinema.pool.fetch(
        "SELECT type, request_id FROM outbox WHERE topic = 'payments' ORDER BY position"
    )
    return [(row["type"], row["request_id"]) for row in rows]


async def test_a_batch_is_one_trip_to_postgres_with_a_generic_plan(
    cinema: Cinema, show: Show
) -> None:
    for seat in range(3):
        await hold(cinema, show, seat)
    events = await waiting(cinema)
    asked: list[object] = []

    async with cinema.pool.acquire() as db:
        await handle(db)  # a new connection looks up the types of arrays
        with db.query_logger(asked.append):
            await handle(db, *events)

        planned = await db.fetch(PLANS)

    assert await payments(cinema, show) == ["PENDING"] * 3
    assert await waiting(cinema) == []
    assert len(asked) == 1
    assert [tuple(each) for each in planned] == [(2, 0)]


async def test_two_workers_with_the_same_batch_open_each_payment_once(
    cinema: Cinema, show: Show
) -> None:
    for seat in range(5):
        await hold(cinema, show, seat)
    events = await waiting(cinema)

    await asyncio.gather(*(handle(cinema.pool, *events) for _ in range(4)))
    await handle(cinema.pool, *events)  # again, later

    assert await payments(cinema, show) == ["PENDING"] * 5
    opened = ("PaymentOpened", "ReservationCreated")
    assert await events_of_payments(cinema) == [opened] * 5


async def test_what_began_and_ended_in_one_batch_has_no_payment(
    cinema: Cinema, show: Show
) -> None:
    held = await hold(cinema, show, 0)
    await PostgresLedger(cinema.pool).cancel(held.id, held.customer_id)

    await handle(cinema.pool, *await waiting(cinema))

    assert await payments(cinema, show) == []
    assert await waiting(cinema) == []


async def test_one_batch_opens_some_payments_and_closes_others(
    cinema: Cinema, show: Show
) -> None:
    held = await hold(cinema, show, 0)
    [created] = await waiting(cinema)
    await handle(cinema.pool, created)
    await PostgresLedger(cinema.pool).cancel(held.id, held.customer_id)
    await hold(cinema, show, 1)

    await handle(cinema.pool, created, *await waiting(cinema))

    assert await payments(cinema, show) == ["CANCELLED", "PENDING"]
    first, *others = await events_of_payments(cinema)
    assert first == ("PaymentOpened", "ReservationCreated")
    assert sorted(others) == [
        ("PaymentCancelled", "ReservationCancelled"),
        ("PaymentOpened", "ReservationCreated"),
    ]


async def test_an_expiry_under_way_is_waited_for(cinema: Cinema, show: Show) -> None:
    held = await hold(cinema, show, 0)
    events = await waiting(cinema)
    await expire_hold(cinema.pool, held.id)

    async with cinema.pool.acquire() as db, db.transaction():
        await db.fetch(EXPIRE_THESE, [held.id], None, None)
        opening = asyncio.create_task(handle(cinema.pool, *events))
        await until_blocked(cinema.pool, 1)
    await opening

    assert await payments(cinema, show) == []


async def test_events_go_on_waiting_for_other_consumers(
    cinema: Cinema, show: Show
) -> None:
    await hold(cinema, show, 0)
    [created] = await waiting(cinema)

    await handle(cinema.pool, created)

    awaiting = await cinema.pool.fetchval(
        "SELECT awaiting FROM outbox WHERE id = $1", created.id
    )
    assert awaiting == [FANOUT_CONSUMER]
