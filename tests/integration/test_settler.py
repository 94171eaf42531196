"""The settler's loop: a webhook wakes it, and without one it looks when it has to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from domain.payment_provider import ProviderEvent
from persistence.money.provider_events import ProviderEvents
from realtime.hub import Hub
from realtime.settler import Settler
from realtime.topics import SETTLER_WAKEUP
from realtime.wakeups import RedisWakeup
from tests.support.cinema import Show
from tests.support.payments import Bought, Payments
from tests.support.polling import eventually

NOT_DUE = (
    "UPDATE payment_attempts SET due_at = due_at + interval '1 hour' WHERE id = $1"
)
DUE = "UPDATE payment_attempts SET due_at = clock_timestamp() WHERE id = $1"
EFFECTS_DONE = """
SELECT bool_and(done_at IS NOT NULL) FROM payment_effects WHERE attempt_id = $1
"""


@asynccontextmanager
async def settling(payments: Payments, hub: Hub) -> AsyncIterator[None]:
    loop = Settler(payments.settlement, payments.effects, hub)
    running = asyncio.create_task(loop.run())
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until_settled(payments: Payments, bought: Bought, attempt: UUID) -> None:
    async def is_done() -> bool:
        done = await payments.pool.fetchval(EFFECTS_DONE, attempt)
        return bool(done) and await payments.outcomes(bought) == ["SOLD"]

    await eventually(is_done)


async def test_an_event_has_a_payment_settled_at_once(
    payments: Payments, show: Show, ana: UUID, hub: Hub, redis: Redis
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    attempt = await payments.pay(bought)
    await payments.pool.execute(NOT_DUE, attempt)
    event = ProviderEvent(id=str(uuid4()), type="paid", attempt_id=attempt)

    async with settling(payments, hub):
        await ProviderEvents(payments.pool).record(payments.provider.name, event)
        RedisWakeup(redis, SETTLER_WAKEUP).notify()
        await until_settled(payments, bought, attempt)


async def test_without_an_event_the_settler_looks_when_it_is_due(
    payments: Payments, show: Show, ana: UUID, hub: Hub
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    attempt = await payments.pay(bought)
    await payments.pool.execute(DUE, attempt)

    async with settling(payments, hub):
        await until_settled(payments, bought, attempt)


async def test_one_step_that_fails_stops_no_other(
    payments: Payments, show: Show, ana: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    broken = await payments.hold(show, ana, 0)
    whole = await payments.hold(show, ana, 1)
    for each in (broken, whole):
        await payments.start(each)
    await payments.pay(whole)
    lost = (await payments.attempt(broken))["id"]
    del payments.provider.pages[lost]  # the provider's code raises KeyError

    await payments.settle()

    assert await payments.outcomes(whole) == ["SOLD"]
    assert await payments.outcomes(broken) == [None]
    assert "a step of a payment failed" in caplog.text
