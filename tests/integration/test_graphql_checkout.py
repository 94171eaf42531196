"""startCheckout, and what a payment says about its money, as GraphQL answers it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.executable_schema import build_schema
from domain.money import Money
from domain.sales import PaymentService
from loadtest.documents import APPROVE_PAYMENT, START_CHECKOUT
from persistence.postgres.pool import Pool
from tests.support.api_examples import example
from tests.support.cinema import Cinema, Show
from tests.support.engine import PLANS
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.payments import RETURN_URL, Bought, Payments
from tests.support.schema_client import SchemaClient

PAYMENT = "query ($id: ID!) { payment(id: $id) { status provider outcome } }"


@pytest.fixture
def till(engine: AsyncEngine, pool: Pool, payments: Payments) -> SchemaClient:
    """A client of an API that takes money through a provider."""
    client = SchemaClient(build_schema(plans=PLANS), engine, pool)
    name = payments.provider.name
    client.services = replace(
        client.services,
        checkout=payments.checkout,
        payment_provider=name,
        payments=PaymentService(payments.ledger, NoSeatLocks(), NoWakeup(), name),
    )
    return client


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    return await payments.hold(show, ana, 0)


async def start(client: SchemaClient, bought: Bought, **entered: object) -> Any:
    return await client.mutate(
        START_CHECKOUT,
        bought.customer_id,
        paymentId=str(bought.payment_id),
        **{"returnUrl": RETURN_URL, **entered},
    )


async def paid(client: SchemaClient, bought: Bought) -> Any:
    answer = await client.data(PAYMENT, bought.customer_id, id=str(bought.payment_id))
    return answer["payment"]


async def test_a_checkout_is_answered_with_its_payment(
    till: SchemaClient, payments: Payments, bought: Bought
) -> None:
    name = payments.provider.name
    before = await paid(till, bought)

    checkout = await start(till, bought, ifLate="SAME_OR_BETTER_SEATS")
    await payments.pay(bought)
    await payments.settle()

    assert before == {"status": "PENDING", "provider": name, "outcome": None}
    assert checkout["__typename"] == "Checkout"
    assert checkout["url"].startswith("https://pay.example/")
    assert checkout["clientSecret"] is None
    assert checkout["payment"] == {
        "id": str(bought.payment_id),
        "status": "PENDING",
        "provider": name,
        "outcome": None,
        "amount": {"amountMinor": 2500, "currency": "BRL"},
    }
    assert await paid(till, bought) == {
        "status": "APPROVED",
        "provider": name,
        "outcome": "SOLD",
    }


async def test_the_documented_checkout_works(
    till: SchemaClient, bought: Bought
) -> None:
    answer = await till.data(
        example("Pay"), bought.customer_id, payment=str(bought.payment_id)
    )

    assert answer["startCheckout"]["url"].startswith("https://pay.example/")


async def test_each_refusal_has_its_type(
    till: SchemaClient, payments: Payments, bought: Bought, cinema: Cinema
) -> None:
    wrong = await start(till, bought, returnUrl="http://app.example")
    assert (wrong["__typename"], wrong["fields"][0]["path"]) == (
        "InvalidInput",
        ["returnUrl"],
    )

    payments.provider.fail("open")
    down = await start(till, bought)
    assert (down["__typename"], down["code"]) == (
        "ProviderUnavailable",
        "PROVIDER_UNAVAILABLE",
    )
    payments.provider.mend()

    refused = await till.mutate(
        APPROVE_PAYMENT, bought.customer_id, paymentId=str(bought.payment_id)
    )
    assert refused["__typename"] == "WrongProvider"

    [bruno] = await cinema.customers(1)
    other = Bought(bruno, bought.reservation_id, bought.payment_id)
    assert (await start(till, other))["__typename"] == "NotFound"


async def test_money_that_was_given_up_is_seen(
    till: SchemaClient, payments: Payments, bought: Bought
) -> None:
    await start(till, bought)
    await payments.pay(bought, Money(1, "BRL"))
    await payments.settle()

    assert (await paid(till, bought))["outcome"] == "RELEASED"


async def test_without_a_provider_customers_approve(
    client: SchemaClient, bought: Bought
) -> None:
    refused = await start(client, bought)
    before = await paid(client, bought)
    await client.mutate(
        APPROVE_PAYMENT, bought.customer_id, paymentId=str(bought.payment_id)
    )

    assert (refused["__typename"], refused["provider"]) == ("WrongProvider", "approve")
    assert before == {"status": "PENDING", "provider": "approve", "outcome": None}
    assert await paid(client, bought) == {
        "status": "APPROVED",
        "provider": "approve",
        "outcome": "SOLD",
    }
