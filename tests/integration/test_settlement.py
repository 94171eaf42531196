"""What becomes of money: a sale, or it goes back. Each attempt has one outcome."""

from uuid import UUID

import pytest

from domain.attempts import IfLate
from domain.money import Money
from tests.support.cinema import Cinema, Show
from tests.support.payments import Payments

SOLD = ("CONFIRMED", "APPROVED", "SOLD", "CAPTURED")
GIVEN_UP = ("EXPIRED", "EXPIRED", "RELEASED", "CLOSED")
TICKETS = """
SELECT id, session_seat_id, price_minor FROM claims
WHERE reservation_id = $1 AND released_at IS NULL ORDER BY session_seat_id
"""
EVENTS = """
SELECT type FROM outbox WHERE data->>'reservation_id' = $1::uuid::text
ORDER BY position
"""


async def seats(cinema: Cinema, show: Show, *numbers: int) -> list[str]:
    states = await cinema.seat_states(show)
    return [states[number][0] for number in numbers]


async def test_money_that_comes_within_the_hold_buys_the_seats(
    payments: Payments, cinema: Cinema, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0, 1)
    await payments.start(bought)
    await payments.pay(bought)

    await payments.settle()

    assert await payments.state(bought) == SOLD
    assert await seats(cinema, show, 0, 1) == ["SOLD", "SOLD"]
    attempt = await payments.attempt(bought)
    assert (attempt["captured_minor"], attempt["due_at"]) == (5000, None)
    events = await payments.pool.fetch(EVENTS, bought.reservation_id)
    assert {row["type"] for row in events[-2:]} == {
        "ReservationConfirmed",
        "PaymentApproved",
    }


async def test_who_does_not_pay_buys_nothing_and_the_page_is_closed(
    payments: Payments, cinema: Cinema, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.settle()
    waits = (await payments.state(bought))[2]

    await payments.expire(bought)
    await payments.settle()

    assert waits is None
    assert await payments.state(bought) == ("EXPIRED", "PENDING", "RELEASED", "CLOSED")
    assert await seats(cinema, show, 0) == ["AVAILABLE"]


@pytest.mark.parametrize("if_late", [IfLate.SAME_SEATS, IfLate.SAME_OR_BETTER_SEATS])
async def test_late_money_buys_the_same_seats_if_they_are_free(
    payments: Payments, cinema: Cinema, show: Show, ana: UUID, if_late: IfLate
) -> None:
    bought = await payments.hold(show, ana, 0, 1)
    before = await payments.pool.fetch(TICKETS, bought.reservation_id)
    await payments.start(bought, if_late)
    await payments.pay(bought)
    await payments.expire(bought)

    await payments.settle()

    assert await payments.state(bought) == SOLD
    assert await seats(cinema, show, 0, 1) == ["SOLD", "SOLD"]
    assert await payments.pool.fetch(TICKETS, bought.reservation_id) == before


async def test_late_money_buys_the_best_seats_of_its_zone_if_the_buyer_wants(
    payments: Payments, cinema: Cinema, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0, 1)
    before = await payments.pool.fetch(TICKETS, bought.reservation_id)
    await payments.start(bought, IfLate.SAME_OR_BETTER_SEATS)
    await payments.pay(bought)
    await payments.expire(bought)
    [bruno] = await cinema.customers(1)
    await payments.hold(show, bruno, 0)

    await payments.settle()

    assert await payments.state(bought) == (
        "CONFIRMED",
        "APPROVED",
        "RESEATED",
        "CAPTURED",
    )
    tickets = await payments.pool.fetch(TICKETS, bought.reservation_id)
    states = dict(zip(show.seat_ids, await cinema.seat_states(show), strict=True))
    assert {states[each["session_seat_id"]][0] for each in tickets} == {"SOLD"}
    assert show.seat_ids[0] not in {each["session_seat_id"] for each in tickets}
    assert {(each["id"], each["price_minor"]) for each in tickets} == {
        (each["id"], each["price_minor"]) for each in before
    }
    reservation = await payments.ledger.reservation(bought.reservation_id)
    assert {seat.id for seat in reservation.seats} == {
        each["session_seat_id"] for each in tickets
    }
    assert reservation.total == Money(5000, "BRL")


async def test_a_second_attempt_may_follow_one_that_was_given_up(
    payments: Payments, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0)
    first = await payments.start(bought)
    await payments.pay(bought, Money(1, "BRL"))
    await payments.settle()
    held_until = (await payments.ledger.reservation(bought.reservation_id)).expires_at

    second = await payments.start(bought)
    await payments.pay(bought)
    await payments.settle()

    assert first.url != second.url
    assert second.expires_at <= held_until
    assert await payments.state(bought) == SOLD
    assert await payments.outcomes(bought) == ["RELEASED", "SOLD"]


async def test_a_hold_of_somebody_else_that_is_over_is_ended_first(
    payments: Payments, cinema: Cinema, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.pay(bought)
    await payments.expire(bought)
    [bruno] = await cinema.customers(1)
    other = await payments.hold(show, bruno, 0)
    await payments.let_end(other)

    await payments.settle()

    assert await payments.state(bought) == SOLD


async def test_a_hold_that_no_sweeper_has_ended_yet_is_late_too(
    payments: Payments, show: Show, ana: UUID
) -> None:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.pay(bought)
    await payments.let_end(bought)

    await payments.settle()

    assert await payments.state(bought) == SOLD
