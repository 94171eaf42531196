"""The page where buyers pay, and that of the faults; and the ledger of both."""

from tests.support.payment_sandbox import SHOP, PaymentSandbox, order


async def test_the_page_shows_the_order_and_its_buttons(
    sandbox: PaymentSandbox,
) -> None:
    session = await sandbox.opened()

    page = await sandbox.pages.get(f"/pay/{session.id}")

    assert page.status_code == 200
    assert "<h1>Pay USD 36.00</h1>" in page.text
    assert "1 x Tickets" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for action in ("pay", "decline", "challenge", "push", "cancel"):
        assert f'value="{action}"' in page.text


async def test_names_are_text_and_no_markup(sandbox: PaymentSandbox) -> None:
    params = order()
    price = params["line_items"][0]["price_data"]
    price["product_data"] = {"name": "<img src=x>"}
    session = await sandbox.opened(**params)

    page = await sandbox.pages.get(f"/pay/{session.id}")

    assert "1 x &lt;img src=x&gt;" in page.text


async def test_buyers_go_back_to_the_shop(sandbox: PaymentSandbox) -> None:
    paid, left = await sandbox.opened(), await sandbox.opened()

    after_paying = await sandbox.press(paid, "pay")
    after_leaving = await sandbox.press(left, "cancel")
    page = await sandbox.pages.get(f"/pay/{paid.id}")

    assert after_paying == f"{SHOP}/paid?id={paid.id}"
    assert after_leaving == f"{SHOP}/back"
    assert "<h1>Paid</h1>" in page.text
    # Leaving closes nothing: the buyer may come back and pay.
    assert await sandbox.press(left, "pay") == f"{SHOP}/paid?id={left.id}"


async def test_a_page_is_paid_once(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()

    await sandbox.press(session, "pay")
    await sandbox.press(session, "pay")

    (payment,) = (await sandbox.ledger())["payments"]
    assert payment["authorised"] == payment["amount"] == 3600


async def test_a_declined_card_is_announced_on_the_page(
    sandbox: PaymentSandbox,
) -> None:
    session = await sandbox.opened()

    back = await sandbox.press(session, "decline")

    page = await sandbox.pages.get(back)
    assert '<p role="alert">Your card was declined.</p>' in page.text
    assert 'value="pay"' in page.text


async def test_an_expired_page_takes_no_money(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()
    await sandbox.calls.v1.checkout.sessions.expire_async(session.id)

    page = await sandbox.pages.get(f"/pay/{session.id}")

    assert "<h1>This page has expired</h1>" in page.text
    assert (await sandbox.ledger())["payments"] == []


async def test_with_manual_capture_of_all_money_cards_are_the_only_way(
    sandbox: PaymentSandbox,
) -> None:
    session = await sandbox.opened(payment_intent_data={"capture_method": "manual"})

    page = await sandbox.pages.get(f"/pay/{session.id}")
    refused = await sandbox.pages.post(f"/pay/{session.id}", data={"action": "push"})

    assert session.payment_method_types == ["card"]
    assert 'value="push"' not in page.text
    assert refused.status_code == 400


async def test_wrong_requests_are_refused(sandbox: PaymentSandbox) -> None:
    session = await sandbox.opened()

    nothing = await sandbox.pages.get("/pay/cs_nothing")
    no_button = await sandbox.pages.post(f"/pay/{session.id}", data={"action": "x"})

    assert (nothing.status_code, no_button.status_code) == (404, 400)


async def test_the_ledger_has_each_payment_to_the_cent(
    sandbox: PaymentSandbox,
) -> None:
    calls, intent = sandbox.calls.v1, await sandbox.paid()
    await calls.payment_intents.capture_async(intent.id)
    await calls.refunds.create_async(
        {"payment_intent": intent.id, "amount": 1, "metadata": {"refund": "r1"}}
    )

    (payment,) = (await sandbox.ledger())["payments"]

    (refund,) = payment.pop("refunds")
    times = [payment.pop(f"{name}_at") for name in ("created", "authorised")]
    times += [payment.pop("captured_at"), refund["created_at"], refund["settled_at"]]
    assert times == sorted(times)
    assert payment == {
        "payment_intent": intent.id,
        "checkout_session": payment["checkout_session"],
        "client_reference_id": "attempt-1",
        "metadata": {"attempt": "attempt-1"},
        "method": "card",
        "status": "succeeded",
        "currency": "usd",
        "amount": 3600,
        "authorised": 3600,
        "capturable": 0,
        "captured": 3600,
        "refunded": 1,
        "canceled_at": None,
    }
    assert (refund["amount"], refund["status"]) == (1, "succeeded")
    assert refund["metadata"] == {"refund": "r1"}


async def test_the_page_of_faults_has_buttons_for_all(sandbox: PaymentSandbox) -> None:
    await sandbox.paid(**order(capture_method="automatic"))
    await sandbox.paid()
    await sandbox.paid("push")
    await sandbox.fault("slow_refund")

    page = await sandbox.pages.get("/")
    form = await sandbox.pages.post(
        "/faults",
        data={"name": "slow", "call": "", "times": "3", "delay": "1", "lasts": ""},
        headers={"Accept": "text/html"},
    )

    assert form.status_code == 303
    assert "The money arrives" in page.text
    assert "End the authorisation" in page.text
    assert "Remove slow_refund" in page.text
    assert "payment_intent.succeeded" in page.text
