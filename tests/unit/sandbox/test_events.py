"""Events: signed, sent until they are received, late, twice or never."""

import json
import re

import pytest
import stripe

from tests.support.payment_sandbox import SECRETS, PaymentSandbox
from tests.support.polling import eventually


async def test_events_are_signed_with_each_secret(sandbox: PaymentSandbox) -> None:
    intent = await sandbox.paid()
    await sandbox.webhooks.until("checkout.session.completed")

    signature, body = sandbox.webhooks.received[-1]

    for secret in SECRETS:
        event = stripe.Webhook.construct_event(body, signature, secret)
        assert event.livemode is False
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, SECRETS[0])
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_other")
    bodies = [json.loads(body) for _, body in sandbox.webhooks.received]
    authorised = next(
        each["data"]["object"]
        for each in bodies
        if each["type"] == "payment_intent.amount_capturable_updated"
    )
    assert (authorised["id"], authorised["metadata"]) == (
        intent.id,
        {"attempt": "attempt-1"},
    )


async def test_each_change_has_its_event(sandbox: PaymentSandbox) -> None:
    calls = sandbox.calls.v1
    session = await sandbox.opened()
    for button in ("decline", "challenge", "refuse", "challenge", "confirm"):
        await sandbox.press(session, button)
    intent = await sandbox.payment_of(session)
    await calls.payment_intents.capture_async(intent.id)
    await calls.refunds.create_async({"payment_intent": intent.id})
    await calls.checkout.sessions.expire_async((await sandbox.opened()).id)

    await sandbox.webhooks.until(
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "refund.created",
        "refund.updated",
        "checkout.session.expired",
    )


async def test_an_event_is_sent_until_it_is_received(sandbox: PaymentSandbox) -> None:
    sandbox.webhooks.status = 500
    await sandbox.calls.v1.checkout.sessions.expire_async((await sandbox.opened()).id)
    await sandbox.webhooks.until("checkout.session.expired")

    sandbox.webhooks.status = 200
    await sandbox.webhooks.until(*["checkout.session.expired"] * 2)

    await eventually(lambda: all_sent(sandbox))
    bodies = {body for _, body in sandbox.webhooks.received}
    assert len(bodies) == 1


async def all_sent(sandbox: PaymentSandbox) -> bool:
    return bool((await sandbox.ledger())["events_to_send"] == 0)


async def test_events_come_twice(sandbox: PaymentSandbox) -> None:
    await sandbox.fault("webhooks_twice")

    await sandbox.calls.v1.checkout.sessions.expire_async((await sandbox.opened()).id)

    await sandbox.webhooks.until(*["checkout.session.expired"] * 2)
    await eventually(lambda: all_sent(sandbox))
    assert len(sandbox.webhooks.received) == 2


async def test_events_never_come_and_are_sent_again_by_hand(
    sandbox: PaymentSandbox,
) -> None:
    await sandbox.fault("webhooks_never", times=1)
    expire = sandbox.calls.v1.checkout.sessions.expire_async

    await expire((await sandbox.opened()).id)
    never_sent = await sandbox.ledger()
    await expire((await sandbox.opened()).id)
    await sandbox.webhooks.until("checkout.session.expired")
    page = (await sandbox.pages.get("/")).text
    *_, oldest = re.findall('action="(/events/[^"]+)"', page)
    await sandbox.pages.post(oldest)

    await sandbox.webhooks.until(*["checkout.session.expired"] * 2)
    assert never_sent["events_to_send"] == 0
    assert len({body for _, body in sandbox.webhooks.received}) == 2


@pytest.mark.parametrize("fault", ["webhooks_late", "webhooks_out_of_order"])
async def test_events_wait_without_anything_else_waiting(
    sandbox: PaymentSandbox, fault: str
) -> None:
    await sandbox.fault(fault, times=1, delay=3600)
    expire = sandbox.calls.v1.checkout.sessions.expire_async

    late = await expire((await sandbox.opened()).id)
    prompt = await expire((await sandbox.opened()).id)
    await sandbox.webhooks.until("checkout.session.expired")

    (_, body), *others = sandbox.webhooks.received
    assert late.id != prompt.id == json.loads(body)["data"]["object"]["id"]
    assert others == []
    assert (await sandbox.ledger())["events_to_send"] == 1


async def test_money_that_is_sent_arrives_later(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()
    await sandbox.press(session, "push")
    waiting = await sandbox.payment_of(session)

    await sandbox.pages.post(f"/payments/{waiting.id}", data={"action": "arrive"})
    arrived = await sandbox.payment_of(session)

    assert (waiting.status, waiting.amount_received) == ("processing", 0)
    assert (arrived.status, arrived.amount_received) == ("succeeded", 3600)
    await sandbox.webhooks.until(
        "checkout.session.completed",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    )


async def test_money_that_is_sent_arrives_by_itself(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()

    await sandbox.pages.post(
        f"/pay/{session.id}", data={"action": "push", "delay": "0.2"}
    )

    await sandbox.webhooks.until("checkout.session.async_payment_succeeded")
    assert (await sandbox.payment_of(session)).amount_received == 3600


async def test_money_that_is_sent_may_not_arrive(sandbox: PaymentSandbox) -> None:
    await sandbox.fault("slow_money", delay=0)
    await sandbox.fault("failed_money")

    session = await sandbox.opened()
    await sandbox.press(session, "pay")

    await sandbox.webhooks.until("checkout.session.async_payment_failed")
    intent = await sandbox.payment_of(session)
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
