"""Money that buys nothing goes back: it is released, or refunded."""

from uuid import UUID

import pytest

from domain.attempts import AttemptStatus, IfLate
from domain.money import Money
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.payments import Payments


@pytest.mark.parametrize(
    ("if_late", "taken"),
    [
        pytest.param(IfLate.REFUND, [], id="not-wanted"),
        pytest.param(IfLate.SAME_SEATS, [0], id="taken"),
        pytest.param(IfLate.SAME_OR_BETTER_SEATS, [0, *range(2, 10)], id="too-few"),
    ],
)
async def test_late_money_that_buys_nothing_is_given_up(
    payments: Payments,
    cinema: Cinema,
    ana: UUID,
    if_late: IfLate,
    taken: list[int],
) -> None:
    show = await cinema.open_session()
    bought = await payments.hold(show, ana, 0, 1)
    await payments.start(bought, if_late)
    await payments.pay(bought)
    await payments.expire(bought)
    for seat in taken:
        [other] = await cinema.customers(1)
        await payments.hold(show, other, seat)
    before = await cinema.seat_states(show)

    await payments.settle()

    reservation, _, *money = await payments.state(bought)
    assert (reservation, *money) == ("EXPIRED", "RELEASED", "CLOSED")
    assert await cinema.seat_states(show) == before


CLOSE = "UPDATE sessions SET sales_end_at = clock_timestamp() WHERE id = $1"
CANCEL = """
WITH clock AS (SELECT clock_timestamp() AS now)
UPDATE sessions SET cancelled_at = now, sales_end_at = now FROM clock WHERE id = $1
"""
START = """
UPDATE sessions SET starts_at = clock_timestamp() - interval '1 minute',
    sales_end_at = clock_timestamp() + interval '1 hour' WHERE id = $1
"""


@pytest.mark.parametrize("change", [CLOSE, CANCEL, START])
async def test_late_money_buys_no_session_that_is_over(
    payments: Payments, show: Show, ana: UUID, change: str
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.pay(bought)
    await payments.expire(bought)
    await payments.pool.execute(change, show.session_id)

    await payments.settle()

    assert (await payments.state(bought))[2:] == ("RELEASED", "CLOSED")


async def test_money_for_a_cancelled_reservation_is_given_up(
    payments: Payments, cinema: Cinema, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought, IfLate.SAME_OR_BETTER_SEATS)
    await payments.pay(bought)
    await payments.ledger.cancel(bought.reservation_id, ana)

    await payments.settle()

    reservation, _, *money = await payments.state(bought)
    assert (reservation, *money) == ("CANCELLED", "RELEASED", "CLOSED")
    assert await cinema.seat_states(show) == [("AVAILABLE", 4), *[("AVAILABLE", 1)] * 9]


@pytest.mark.parametrize(
    ("amount", "flag"),
    [
        (Money(2499, "BRL"), "AMOUNT"),
        (Money(2501, "BRL"), "AMOUNT"),
        (Money(2500, "USD"), "CURRENCY"),
    ],
)
async def test_money_that_was_not_asked_for_buys_nothing_and_is_flagged(
    payments: Payments, show: Show, ana: UUID, amount: Money, flag: str
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.pay(bought, amount)

    await payments.settle()

    assert (await payments.state(bought))[2:] == ("RELEASED", "CLOSED")
    assert (await payments.attempt(bought))["flag"] == flag
    reservation = await payments.ledger.reservation(bought.reservation_id)
    assert {seat.status for seat in reservation.seats} == {"HELD"}


async def test_captured_money_that_buys_nothing_is_refunded(
    payments: Payments, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought, IfLate.REFUND)
    attempt = await payments.pay(bought)
    page = payments.provider.pages[attempt]
    page.status, page.captured_minor = AttemptStatus.CAPTURED, 2500
    await payments.expire(bought)

    await payments.settle()
    await payments.settle()

    assert (await payments.state(bought))[2:] == ("REFUNDED", "CAPTURED")
    assert list(page.refunds.values()) == [2500]
    [refund] = await payments.pool.fetch(
        "SELECT status, amount_minor FROM refunds WHERE payment_id = $1",
        bought.payment_id,
    )
    assert tuple(refund) == ("SUCCEEDED", 2500)


async def test_a_customer_with_too_many_seats_gets_no_late_ones(
    pool: Pool, show: Show, ana: UUID
) -> None:
    payments = Payments(pool, seats_per_customer=2)
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.pay(bought)
    await payments.expire(bought)
    await payments.hold(show, ana, 1, 2)

    await payments.settle()

    assert (await payments.state(bought))[2:] == ("RELEASED", "CLOSED")
