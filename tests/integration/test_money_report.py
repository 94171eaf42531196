"""`python -m app money DAY`, with the sandbox's report and real rows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.attempts import Attempt, IfLate
from domain.ports import Hold
from domain.reconciliation import ReconciliationService, unsettled
from persistence.money.books import PostgresBooks
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from providers.stripe_provider import StripeProvider
from providers.stripe_report import StripeReport
from tests.support.attempts import an_attempt
from tests.support.cinema import Show
from tests.support.events import open_payment
from tests.support.payment_sandbox import KEY, PaymentSandbox
from tests.support.payment_settings import payment_settings

SOLD = """
INSERT INTO payment_attempts (id, payment_id, reservation_id, provider, provider_ref,
    charge_ref, amount_minor, currency, if_late, return_url, status, outcome,
    captured_minor, created_at, expires_at, settled_at)
SELECT $2, id, reservation_id, $6, $3, $4, amount_minor, currency, $5,
    'https://a.example', 'CAPTURED', 'SOLD', amount_minor, created_at, created_at,
    clock_timestamp()
FROM payments WHERE reservation_id = $1
"""
LOST = """
UPDATE payment_attempts
SET captured_minor = 0, status = 'CLOSED', flag = 'CAPTURE_FAILED' WHERE id = $1
"""
REFUNDED = """
WITH refund AS (
    INSERT INTO refunds (id, payment_id, attempt_id, amount_minor, currency, status,
        reason, provider_ref, settled_at)
    SELECT $2, payment_id, id, 2500, currency, 'SUCCEEDED', 'ill', $3,
        clock_timestamp()
    FROM payment_attempts WHERE id = $1
    RETURNING *
)
UPDATE claims SET released_at = clock_timestamp(), refund_id = refund.id
FROM refund WHERE claims.id = (
    SELECT id FROM claims WHERE reservation_id = $4 ORDER BY id LIMIT 1)
"""


@pytest.fixture
async def provider(sandbox: PaymentSandbox) -> AsyncIterator[StripeProvider]:
    settings = payment_settings(sandbox.url, stripe_secret_key=KEY)
    provider = StripeProvider(settings)
    vars(provider)["name"] = f"sandbox {uuid4()}"  # its attempts are of one test
    yield provider
    await provider.close()


@pytest.fixture
async def reconciliation(
    sandbox: PaymentSandbox, provider: StripeProvider, pool: Pool
) -> AsyncIterator[ReconciliationService]:
    report = StripeReport(payment_settings(sandbox.url, stripe_secret_key=KEY))
    yield ReconciliationService(provider, report, PostgresBooks(pool))
    await report.close()


@pytest.fixture
async def reservation_id(pool: Pool, show: Show, ana: UUID) -> UUID:
    """Two tickets for 25.00 BRL each, with a payment."""
    hold = Hold(
        reservation_id=uuid4(),
        customer_id=ana,
        wanted=show.wanting(0, 1),
        period=timedelta(hours=1),
    )
    await PostgresLedger(pool).hold(hold)
    await open_payment(pool, hold.reservation_id)
    return hold.reservation_id


@pytest.fixture
async def attempt(
    sandbox: PaymentSandbox, provider: StripeProvider, reservation_id: UUID
) -> Attempt:
    """Paid and captured, and not in our rows yet."""
    attempt = an_attempt(reservation_id=reservation_id, created_at=datetime.now(UTC))
    attempt = replace(attempt, amount=attempt.amount * 2)
    opened = await provider.open(attempt)
    attempt = replace(attempt, provider_ref=opened.provider_ref)
    paid = await sandbox.pages.post(
        f"/pay/{opened.provider_ref}", data={"action": "pay"}
    )
    assert paid.status_code == 303, paid.text
    await provider.capture(attempt)
    state = await provider.fetch(attempt)
    return replace(attempt, charge_ref=state.charge_ref)


async def sell(pool: Pool, provider: StripeProvider, attempt: Attempt) -> None:
    await pool.execute(
        SOLD,
        attempt.reservation_id,
        attempt.id,
        attempt.provider_ref,
        attempt.charge_ref,
        IfLate.REFUND,
        provider.name,
    )


def today() -> date:
    return datetime.now(UTC).date()


async def test_a_day_with_a_sale_and_a_refund_agrees(
    provider: StripeProvider,
    reconciliation: ReconciliationService,
    attempt: Attempt,
    pool: Pool,
) -> None:
    begun = today()
    await sell(pool, provider, attempt)
    refund_id = uuid4()
    refund = await provider.refund(attempt, refund_id, 2500)
    await pool.execute(
        REFUNDED, attempt.id, refund_id, refund.provider_ref, attempt.reservation_id
    )

    found = [await reconciliation.of_day(day) for day in {begun, today()}]

    assert [each.differences for each in found] == [[]] * len(found)
    assert sum(each.captures for each in found) == 1
    assert sum(each.refunds for each in found) == 1


async def test_money_that_our_rows_do_not_have_is_named(
    reconciliation: ReconciliationService, attempt: Attempt
) -> None:
    found = [await reconciliation.of_day(day) for day in {attempt.created_at.date()}]

    assert [line for each in found for line in each.differences] == [
        f"CAPTURE of 5000 BRL, {attempt.charge_ref}: we have nothing of it"
    ]


async def test_a_refund_that_was_made_by_hand_is_named(
    sandbox: PaymentSandbox,
    provider: StripeProvider,
    reconciliation: ReconciliationService,
    attempt: Attempt,
    pool: Pool,
) -> None:
    await sell(pool, provider, attempt)
    made = await sandbox.calls.v1.refunds.create_async(
        {"payment_intent": str(attempt.charge_ref), "amount": 100}
    )

    found = await reconciliation.of_day(today())

    assert found.differences == [f"REFUND of 100 BRL, {made.id}: we have nothing of it"]


async def test_seats_that_are_sold_without_money_are_named(
    provider: StripeProvider, attempt: Attempt, pool: Pool
) -> None:
    """Nothing moved for them, so no report of the provider names them."""
    begun = today()
    await sell(pool, provider, attempt)
    await pool.execute(LOST, attempt.id)
    books = PostgresBooks(pool)

    found = [await books.of_day(provider.name, day, []) for day in {begun, today()}]

    lines = [line for each in found for line in unsettled(each)]
    named = f"attempt {attempt.id} ({attempt.charge_ref})"
    assert lines == [f"{named}: staff have to look at it, CAPTURE_FAILED"]
