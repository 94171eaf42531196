"""What waits for money is on /metrics, by the database's clock."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.settings import Settings
from domain.ports import Hold
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.events import open_payment
from tests.support.metrics_scrape import Served, api_of, figure, scrape

ATTEMPT = """
INSERT INTO payment_attempts (payment_id, reservation_id, provider, amount_minor,
    currency, if_late, return_url, status, created_at, expires_at, due_at)
SELECT id, reservation_id, 'sandbox', amount_minor, currency, 'REFUND',
    'https://a.example', 'OPEN', created_at, clock_timestamp() + $2, clock_timestamp()
FROM payments WHERE reservation_id = $1 RETURNING id
"""
CALL = """
INSERT INTO payment_effects (attempt_id, operation, amount_minor, created_at, due_at)
VALUES ($1, 'CAPTURE', 2500, clock_timestamp() - interval '1 hour', clock_timestamp())
"""
HOUR = timedelta(hours=1)


@pytest.fixture
async def api(settings: Settings, scratch_database_url: str) -> AsyncIterator[Served]:
    changed = settings.model_copy(update={"database_url": scratch_database_url})
    async with api_of(changed) as app:
        yield app


async def attempt(pool: Pool, customer_id: UUID, window: timedelta) -> UUID:
    show = await Cinema(pool).open_session(seats=1)
    hold = Hold(
        reservation_id=uuid4(),
        customer_id=customer_id,
        wanted=show.wanting(0),
        period=HOUR,
    )
    await PostgresLedger(pool).hold(hold)
    await open_payment(pool, hold.reservation_id)
    attempt_id: UUID = await pool.fetchval(ATTEMPT, hold.reservation_id, window)
    return attempt_id


async def test_money_that_waits_is_measured(api: Served, scratch_pool: Pool) -> None:
    [customer_id] = await Cinema(scratch_pool).customers(1)
    before = await scrape(api)
    await attempt(scratch_pool, customer_id, HOUR)
    buyer_may_pay = await scrape(api)
    late = await attempt(scratch_pool, customer_id, -HOUR)
    await scratch_pool.execute(CALL, late)
    after = await scrape(api)

    count, age = "cinema_unsettled_attempts", "cinema_unsettled_attempts_seconds"
    assert (figure(before, count), figure(before, age)) == (0, 0)
    assert (figure(buyer_may_pay, count), figure(buyer_may_pay, age)) == (1, 0)
    assert figure(after, count) == 2
    assert 3600 <= (figure(after, age) or 0) < 3700
    waiting, seconds = "cinema_payment_calls_waiting", "cinema_payment_calls_seconds"
    assert figure(before, waiting, operation="capture") == 0
    assert figure(after, waiting, operation="capture") == 1
    assert 3600 <= (figure(after, seconds, operation="capture") or 0) < 3700
    assert figure(after, waiting, operation="refund") == 0
