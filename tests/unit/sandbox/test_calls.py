"""The calls of Stripe's API, by Stripe's own library."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import stripe

from tests.support.payment_sandbox import PaymentSandbox, client_of, order


async def test_a_page_is_opened_paid_and_captured(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()
    before = (session.status, session.payment_status, session.payment_intent)

    await sandbox.press(session, "pay")
    intent = await sandbox.payment_of(session)
    captured = await sandbox.calls.v1.payment_intents.capture_async(intent.id)
    after = await sandbox.calls.v1.checkout.sessions.retrieve_async(session.id)

    assert before == ("open", "unpaid", None)
    assert session.url == f"{sandbox.url}/pay/{session.id}"
    assert (session.livemode, session.client_reference_id) == (False, "attempt-1")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 3600)
    assert intent.metadata.to_dict() == {"attempt": "attempt-1"}
    assert (captured.status, captured.amount_received) == ("succeeded", 3600)
    assert (after.status, after.payment_status, after.url) == ("complete", "paid", None)


async def test_a_card_may_be_captured_at_once(sandbox: PaymentSandbox) -> None:
    intent = await sandbox.paid(**order(capture_method="automatic"))

    assert (intent.status, intent.amount_received) == ("succeeded", 3600)


async def test_what_is_free_needs_no_payment(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened(**order(amount=0))

    await sandbox.press(session, "pay")
    paid = await sandbox.calls.v1.checkout.sessions.retrieve_async(session.id)

    assert (paid.status, paid.payment_status) == ("complete", "no_payment_required")
    assert paid.payment_intent is None


async def test_an_embedded_page_has_a_secret_and_no_url(
    sandbox: PaymentSandbox,
) -> None:
    params = order()
    params |= {"ui_mode": "embedded_page", "return_url": params.pop("success_url")}
    del params["cancel_url"]

    session = await sandbox.calls.v1.checkout.sessions.create_async(params)

    assert session.url is None
    assert (session.client_secret or "").startswith(f"{session.id}_secret_")


async def test_an_authorisation_is_given_up(sandbox: PaymentSandbox) -> None:
    intent = await sandbox.paid()

    cancelled = await sandbox.calls.v1.payment_intents.cancel_async(
        intent.id, {"cancellation_reason": "abandoned"}
    )

    assert (cancelled.status, cancelled.amount_capturable) == ("canceled", 0)
    assert cancelled.cancellation_reason == "abandoned"


async def test_a_page_is_expired_with_its_payment(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()
    await sandbox.press(session, "decline")

    expired = await sandbox.calls.v1.checkout.sessions.expire_async(session.id)
    after = await sandbox.press(session, "pay")

    assert (expired.status, expired.url) == ("expired", None)
    assert (await sandbox.payment_of(session)).status == "canceled"
    assert after == f"/pay/{session.id}"


async def test_refunds_never_exceed_what_was_captured(sandbox: PaymentSandbox) -> None:
    calls, intent = sandbox.calls.v1, await sandbox.paid()
    await calls.payment_intents.capture_async(intent.id)

    refund = await calls.refunds.create_async(
        {"payment_intent": intent.id, "amount": 1000, "metadata": {"refund": "r1"}}
    )
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        await calls.refunds.create_async({"payment_intent": intent.id, "amount": 2601})
    rest = await calls.refunds.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        await calls.refunds.create_async({"payment_intent": intent.id})

    listed = await calls.refunds.list_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    assert refund.metadata
    assert refund.metadata.to_dict() == {"refund": "r1"}
    assert too_much.value.param == "amount"
    assert rest.amount == 2600
    assert again.value.code == "charge_already_refunded"
    assert [each.id for each in listed.data] == [rest.id, refund.id]
    assert (await calls.refunds.retrieve_async(refund.id)).amount == 1000


async def test_the_report_has_each_movement_of_money(sandbox: PaymentSandbox) -> None:
    calls = sandbox.calls.v1
    taken, given_up = await sandbox.paid(), await sandbox.paid()
    await calls.payment_intents.capture_async(taken.id)
    await calls.payment_intents.cancel_async(given_up.id)
    refund = await calls.refunds.create_async(
        {"payment_intent": taken.id, "amount": 600}
    )

    report = await calls.balance_transactions.list_async(
        {"created": {"gte": taken.created}, "limit": 100, "expand": ["data.source"]}
    )
    earlier = await calls.balance_transactions.list_async(
        {"created": {"lt": taken.created}}
    )

    lines = [(each.type, each.amount, each.net) for each in report.data]
    assert lines == [("refund", -600, -600), ("charge", 3600, 3600 - 134)]
    sources: list[Any] = [each.source for each in report.data]
    assert sources[0].id == refund.id
    assert [each.payment_intent for each in sources] == [taken.id, taken.id]
    assert earlier.data == []


async def test_lists_come_in_pages(sandbox: PaymentSandbox) -> None:
    calls, intent = sandbox.calls.v1, await sandbox.paid()
    await calls.payment_intents.capture_async(intent.id)
    made = [
        await calls.refunds.create_async({"payment_intent": intent.id, "amount": 100})
        for _ in range(3)
    ]

    first = await calls.refunds.list_async({"limit": 2})
    every = [each.id async for each in first.auto_paging_iter()]

    assert (len(first.data), first.has_more) == (2, True)
    assert every == [each.id for each in reversed(made)]


@pytest.mark.parametrize(
    "call",
    [
        lambda calls, intent_id: calls.payment_intents.capture_async(intent_id),
        lambda calls, intent_id: calls.payment_intents.cancel_async(intent_id),
        lambda calls, intent_id: calls.refunds.create_async(
            {"payment_intent": intent_id}
        ),
    ],
    ids=["capture", "cancel", "refund"],
)
async def test_a_declined_payment_has_nothing_to_take_or_give(
    sandbox: PaymentSandbox, call: Callable[[Any, str], Awaitable[object]]
) -> None:
    intent = await sandbox.paid("decline")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await call(sandbox.calls.v1, intent.id)

    assert refused.value.http_status == 400
    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.error
    assert refused.value.error.payment_intent
    assert refused.value.error.payment_intent.status == "requires_payment_method"


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"mode": None}, "parameter_missing", "mode"),
        ({"order": "7"}, "parameter_unknown", "order"),
        ({"expires_at": 1}, "parameter_invalid", "expires_at"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"line_items": []}, "parameter_invalid", "line_items"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"payment_intent_data": {"capture_method": "x"}}, "parameter_invalid", None),
    ],
)
async def test_wrong_parameters_are_refused(
    sandbox: PaymentSandbox, changes: dict[str, Any], code: str, param: str | None
) -> None:
    params = order()
    params.update(changes)
    for name in [name for name, value in changes.items() if value is None]:
        del params[name]

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sandbox.calls.v1.checkout.sessions.create_async(params)

    assert refused.value.code == code
    assert param in (None, refused.value.param)


async def test_unknown_objects_and_keys_are_refused(sandbox: PaymentSandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await sandbox.calls.v1.payment_intents.retrieve_async("pi_nothing")
    async with client_of(sandbox.url, "sk_test_other") as stranger:
        with pytest.raises(stripe.AuthenticationError):
            await stranger.v1.refunds.list_async()

    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
