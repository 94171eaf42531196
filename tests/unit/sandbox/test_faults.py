"""Faults, each as the shop's client sees it."""

import pytest
import stripe

from tests.support.payment_sandbox import PaymentSandbox, client_of
from tests.support.polling import eventually


@pytest.mark.parametrize(("fault", "is_done"), [("down", False), ("lost_answer", True)])
async def test_the_connection_is_dropped_before_or_after(
    sandbox: PaymentSandbox, fault: str, *, is_done: bool
) -> None:
    intent = await sandbox.paid()
    await sandbox.fault(fault, call="payment_intents.capture", times=1)
    capture = sandbox.calls.v1.payment_intents.capture_async
    key: stripe.RequestOptions = {"idempotency_key": "k1"}

    with pytest.raises(stripe.APIConnectionError):
        await capture(intent.id, options=key)
    (payment,) = (await sandbox.ledger())["payments"]
    again = await capture(intent.id, options=key)

    assert (payment["captured"] > 0) is is_done
    assert again.amount_received == 3600


async def test_a_black_hole_never_answers(sandbox: PaymentSandbox) -> None:
    intent = await sandbox.paid()
    await sandbox.fault("black_hole", call="payment_intents.capture")

    async with client_of(sandbox.url, seconds=0.2) as hurried:
        with pytest.raises(stripe.APIConnectionError):
            await hurried.v1.payment_intents.capture_async(intent.id)

    read = await sandbox.calls.v1.payment_intents.retrieve_async(intent.id)
    assert read.status == "requires_capture"


async def test_a_failure_after_the_deed_is_repeated(sandbox: PaymentSandbox) -> None:
    """As Stripe does it: also the answer 500 is that of the key."""
    intent = await sandbox.paid()
    await sandbox.fault("failed_answer", call="payment_intents.capture", times=1)
    capture = sandbox.calls.v1.payment_intents.capture_async
    key: stripe.RequestOptions = {"idempotency_key": "k1"}

    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            await capture(intent.id, options=key)
        assert failed.value.http_status == 500

    read = await sandbox.calls.v1.payment_intents.retrieve_async(intent.id)
    assert (read.status, read.amount_received) == ("succeeded", 3600)


async def test_a_fault_ends_by_itself(sandbox: PaymentSandbox) -> None:
    await sandbox.fault("down", lasts=0.3)

    with pytest.raises(stripe.APIConnectionError):
        await sandbox.opened()

    async def is_up() -> bool:
        return bool((await sandbox.pages.get("/faults")).json() == [])

    await eventually(is_up)
    assert (await sandbox.opened()).status == "open"


@pytest.mark.parametrize(
    ("fault", "amount", "currency"),
    [("other_amount", 3599, "usd"), ("other_currency", 3600, "eur")],
)
async def test_another_sum_is_paid(
    sandbox: PaymentSandbox, fault: str, amount: int, currency: str
) -> None:
    await sandbox.fault(fault, times=1)

    wrong, right = await sandbox.paid(), await sandbox.paid()

    assert (wrong.amount, wrong.currency) == (amount, currency)
    assert (right.amount, right.currency) == (3600, "usd")


async def test_a_declined_payment_can_be_paid_again(sandbox: PaymentSandbox) -> None:
    await sandbox.fault("declined", times=1)
    session = await sandbox.opened()

    await sandbox.press(session, "pay")
    declined = await sandbox.payment_of(session)
    back = await sandbox.press(session, "pay")
    paid = await sandbox.payment_of(session)

    assert declined.last_payment_error
    assert declined.last_payment_error.code == "card_declined"
    assert (paid.id, paid.status) == (declined.id, "requires_capture")
    assert back.endswith(f"/paid?id={session.id}")


async def test_a_card_is_confirmed_first(sandbox: PaymentSandbox) -> None:
    await sandbox.fault("three_d_secure", times=1)
    session = await sandbox.opened()

    await sandbox.press(session, "pay")
    asked = await sandbox.payment_of(session)
    await sandbox.press(session, "confirm")

    assert asked.status == "requires_action"
    assert (await sandbox.payment_of(session)).status == "requires_capture"


async def test_an_authorisation_is_lost(sandbox: PaymentSandbox) -> None:
    intent = await sandbox.paid()
    await sandbox.fault("lost_authorisation")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sandbox.calls.v1.payment_intents.capture_async(intent.id)

    assert refused.value.error
    assert refused.value.error.payment_intent
    assert refused.value.error.payment_intent.status == "canceled"


@pytest.mark.parametrize(
    ("fault", "status", "refunded", "report"),
    [
        ("slow_refund", "succeeded", 3600, ["refund", "charge"]),
        ("failed_refund", "failed", 0, ["refund_failure", "refund", "charge"]),
    ],
)
async def test_a_refund_is_pending_first(
    sandbox: PaymentSandbox, fault: str, status: str, refunded: int, report: list[str]
) -> None:
    calls, intent = sandbox.calls.v1, await sandbox.paid()
    await calls.payment_intents.capture_async(intent.id)
    await sandbox.fault(fault, delay=3600)
    refund = await calls.refunds.create_async({"payment_intent": intent.id})

    action = "succeed" if status == "succeeded" else "fail"
    await sandbox.pages.post(f"/refunds/{refund.id}", data={"action": action})

    (payment,) = (await sandbox.ledger())["payments"]
    lines = await calls.balance_transactions.list_async()
    assert refund.status == "pending"
    assert (payment["refunds"][0]["status"], payment["refunded"]) == (status, refunded)
    assert [each.type for each in lines.data] == report


async def test_unknown_faults_are_refused_and_all_can_be_removed(
    sandbox: PaymentSandbox,
) -> None:
    refused = await sandbox.pages.post("/faults", data={"name": "rain"})
    endless = await sandbox.pages.post("/faults", data={"name": "slow", "delay": "inf"})
    await sandbox.fault("slow")
    await sandbox.fault("declined", times=2)
    both = (await sandbox.pages.get("/faults")).json()
    await sandbox.pages.post("/faults/remove")

    assert (refused.status_code, endless.status_code) == (400, 400)
    assert [(each["name"], each["times"]) for each in both] == [
        ("declined", 2),
        ("slow", None),
    ]
    assert (await sandbox.pages.get("/faults")).json() == []
