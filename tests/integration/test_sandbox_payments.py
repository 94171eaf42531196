"""The same sales and releases through Stripe's adapter, against the sandbox."""

from uuid import UUID

import pytest

from domain.attempts import IfLate
from domain.payment_provider import ProviderRefusedError
from persistence.postgres.pool import Pool
from providers.stripe_provider import StripeProvider
from tests.support.attempts import an_attempt
from tests.support.cinema import Cinema, Show
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.payments import Bought, Payments


@pytest.fixture
def payments(scratch_pool: Pool, provider: StripeProvider) -> Payments:
    return Payments(scratch_pool, provider=provider)


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought, IfLate.SAME_SEATS)
    return bought


async def press(
    payments: Payments, sandbox: PaymentSandbox, bought: Bought, action: str
) -> None:
    attempt = await payments.attempt(bought)
    answer = await sandbox.pages.post(
        f"/pay/{attempt['provider_ref']}", data={"action": action}
    )
    assert answer.status_code == 303, answer.text


async def money(payments: Payments, bought: Bought) -> tuple[str, int, str]:
    row = await payments.attempt(bought)
    return row["outcome"], row["captured_minor"], row["status"]


async def test_who_pays_has_the_seats_and_is_charged_once(
    payments: Payments, sandbox: PaymentSandbox, bought: Bought
) -> None:
    again = await payments.start(bought)
    await press(payments, sandbox, bought, "pay")

    await payments.settle()
    await payments.settle()

    assert again.url.startswith(sandbox.url)
    assert await money(payments, bought) == ("SOLD", 2500, "CAPTURED")
    reservation = await payments.ledger.reservation(bought.reservation_id)
    assert reservation.status == "CONFIRMED"


async def test_late_money_is_sold_or_released(
    payments: Payments,
    sandbox: PaymentSandbox,
    cinema: Cinema,
    show: Show,
    bought: Bought,
) -> None:
    [bruno] = await cinema.customers(1)
    other = await payments.hold(show, bruno, 1)
    await payments.start(other, IfLate.REFUND)
    for each in (bought, other):
        await press(payments, sandbox, each, "pay")
        await payments.expire(each)

    await payments.settle()

    assert await money(payments, bought) == ("SOLD", 2500, "CAPTURED")
    assert await money(payments, other) == ("RELEASED", 0, "CLOSED")


async def test_a_page_that_nobody_pays_is_closed(
    payments: Payments, sandbox: PaymentSandbox, bought: Bought
) -> None:
    await payments.expire(bought)

    await payments.settle()

    assert await money(payments, bought) == ("RELEASED", 0, "CLOSED")
    attempt = await payments.attempt(bought)
    page = await sandbox.calls.v1.checkout.sessions.retrieve_async(
        attempt["provider_ref"]
    )
    assert page.status == "expired"


async def test_an_attempt_that_stripe_does_not_know_is_refused(
    provider: StripeProvider,
) -> None:
    with pytest.raises(ProviderRefusedError):
        await provider.fetch(an_attempt(provider_ref="cs_test_unknown"))
