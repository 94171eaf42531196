"""Idempotency keys: one key, one action, one answer."""

import asyncio
from collections.abc import Awaitable

import pytest
import stripe

from tests.support.payment_sandbox import PaymentSandbox, order


async def test_a_repeated_call_has_the_first_answer(sandbox: PaymentSandbox) -> None:
    intent = await sandbox.paid()
    capture = sandbox.calls.v1.payment_intents.capture_async

    first = await capture(intent.id, options={"idempotency_key": "k1"})
    again = await capture(intent.id, options={"idempotency_key": "k1"})

    assert first.last_response
    assert again.last_response
    assert first.last_response.body == again.last_response.body
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    (payment,) = (await sandbox.ledger())["payments"]
    assert payment["captured"] == 3600


async def test_a_key_is_good_for_one_body(sandbox: PaymentSandbox) -> None:
    create = sandbox.calls.v1.checkout.sessions.create_async
    await create(order(), {"idempotency_key": "k1"})

    with pytest.raises(stripe.IdempotencyError) as refused:
        await create(order(amount=100), {"idempotency_key": "k1"})

    assert refused.value.http_status == 400


async def test_a_refusal_is_kept_but_not_that_of_parameters(
    sandbox: PaymentSandbox,
) -> None:
    intents, intent = sandbox.calls.v1.payment_intents, await sandbox.paid()
    key: stripe.RequestOptions = {"idempotency_key": "k1"}
    await intents.cancel_async(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as kept:
        await intents.capture_async(intent.id, options=key)
    with pytest.raises(stripe.InvalidRequestError) as replayed:
        await intents.capture_async(intent.id, options=key)
    create = sandbox.calls.v1.checkout.sessions.create_async
    with pytest.raises(stripe.InvalidRequestError):
        await create({"mode": "x"}, {"idempotency_key": "k2"})

    session = await create(order(), {"idempotency_key": "k2"})

    assert kept.value.http_body == replayed.value.http_body
    assert session.status == "open"


async def test_a_key_in_use_is_refused_until_the_call_ends(
    sandbox: PaymentSandbox,
) -> None:
    intent = await sandbox.paid()
    await sandbox.fault("slow", call="payment_intents.capture", times=1, delay=1)
    capture = sandbox.calls.v1.payment_intents.capture_async
    key: stripe.RequestOptions = {"idempotency_key": "k1"}

    async with asyncio.TaskGroup() as group:
        calls = [
            group.create_task(outcome(capture(intent.id, options=key)))
            for _ in range(2)
        ]
    statuses = sorted(call.result() for call in calls)

    assert statuses == [200, 409]
    assert (await capture(intent.id, options=key)).status == "succeeded"


async def outcome(call: Awaitable[object]) -> int:
    try:
        await call
    except stripe.StripeError as error:
        return error.http_status or 0
    return 200
