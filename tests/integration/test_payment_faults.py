"""A provider fails at the worst moment: no money is lost or taken twice."""

from uuid import UUID

import pytest

from domain.attempts import IfLate
from tests.support.cinema import Show
from tests.support.metric_growth import growing
from tests.support.payments import EFFECTS, Bought, Payments


async def test_a_provider_that_is_down_delays_the_sale_only(
    payments: Payments, bought: Bought
) -> None:
    await payments.pay(bought)
    payments.provider.fail("fetch")
    await payments.settle()
    waiting = await payments.attempt(bought)
    payments.provider.mend()

    await payments.settle()

    assert (waiting["outcome"], waiting["due_at"] is None) == (None, False)
    assert (await payments.state(bought))[2:] == ("SOLD", "CAPTURED")


@pytest.mark.parametrize("fault", ["fail", "lose_answer"])
@pytest.mark.parametrize("call", ["capture", "cancel", "refund"])
async def test_a_call_that_may_have_happened_is_made_again(
    payments: Payments, bought: Bought, call: str, fault: str
) -> None:
    attempt = await payments.pay(bought)
    if call == "cancel":
        await payments.ledger.cancel(bought.reservation_id, bought.customer_id)
    getattr(payments.provider, fault)(call)
    if call == "refund":
        await payments.settle()
        await payments.refund(bought)
    await payments.settle()
    effects = await payments.pool.fetch(EFFECTS, attempt)
    payments.provider.mend()

    await payments.call_again()

    assert [effects[-1][name] for name in ("tries", "done_at")] == [1, None]
    page = payments.provider.pages[attempt]
    money = (page.status, page.captured_minor, list(page.refunds.values()))
    assert (
        money
        == {
            "capture": ("CAPTURED", 2500, []),
            "cancel": ("CLOSED", 0, []),
            "refund": ("CAPTURED", 2500, [2500]),
        }[call]
    )
    done = await payments.pool.fetch(EFFECTS, attempt)
    assert all(effect["done_at"] and effect["due_at"] is None for effect in done)


@pytest.mark.parametrize(
    ("call", "flag"), [("capture", "CAPTURE_FAILED"), ("refund", "REFUND_FAILED")]
)
async def test_a_no_for_good_is_for_the_staff(
    payments: Payments, bought: Bought, call: str, flag: str
) -> None:
    attempt = await payments.pay(bought)
    payments.provider.refuse(call)
    with growing("cinema_payment_calls_refused_total", 1, operation=call):
        await payments.settle()
        if call == "refund":
            await payments.refund(bought)
            await payments.settle()

    assert (await payments.attempt(bought))["flag"] == flag
    effect = (await payments.pool.fetch(EFFECTS, attempt))[-1]
    assert effect["failed_at"] and effect["error"] == "refused_by_a_test"
    reservation = await payments.ledger.reservation(bought.reservation_id)
    assert reservation.status == "CONFIRMED"


async def test_who_pays_while_the_page_is_closed_has_paid(
    payments: Payments, bought: Bought
) -> None:
    attempt = (await payments.attempt(bought))["id"]

    def pay() -> None:
        if payments.provider.pages[attempt].status == "OPEN":
            payments.provider.pay_asked(attempt)

    payments.provider.after["fetch"] = pay
    await payments.expire(bought)

    await payments.settle()

    assert (await payments.state(bought))[2:] == ("SOLD", "CAPTURED")


async def test_money_that_is_on_its_way_is_waited_for(
    payments: Payments, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 1)
    await payments.start(bought, IfLate.SAME_SEATS)
    page = payments.provider.pages[(await payments.attempt(bought))["id"]]
    page.is_processing = True
    await payments.expire(bought)
    await payments.settle()
    waits = await payments.outcomes(bought)
    page.is_processing = False
    await payments.pay(bought)

    await payments.settle()

    assert waits == [None]
    assert (await payments.state(bought))[2:] == ("SOLD", "CAPTURED")


async def test_what_was_given_up_and_captured_by_hand_is_refunded(
    payments: Payments, bought: Bought
) -> None:
    attempt = await payments.pay(bought)
    await payments.ledger.cancel(bought.reservation_id, bought.customer_id)
    payments.provider.before["cancel"] = lambda: payments.provider.capture_by_hand(
        attempt
    )

    await payments.settle()  # the cancel is refused
    await payments.settle()

    page = payments.provider.pages[attempt]
    assert list(page.refunds.values()) == [2500]
    assert await payments.outcomes(bought) == ["RELEASED"]
