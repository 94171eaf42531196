"""Types of tickets that customers choose after the hold."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.booking import BookingService
from domain.errors import DomainError
from loadtest.documents import APPROVE_PAYMENT, CANCEL_RESERVATION
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, expire_hold
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.prices import (
    ADULT,
    CHILD,
    DEARER,
    STUDENT,
    PricedShow,
    students_of,
    tickets,
)
from tests.support.schema_client import SchemaClient
from tests.support.ticket_buyer import CHOOSE, Buyer

CONSISTENT = """
SELECT r.amount_minor = (
        SELECT sum(price_minor) FROM claims WHERE reservation_id = r.id)
    AND coalesce(p.amount_minor = r.amount_minor, TRUE)
FROM reservations r LEFT JOIN payments p ON p.reservation_id = r.id WHERE r.id = $1
"""
COUNTED = """
SELECT q.seats_taken = (
    SELECT count(*) FROM claims JOIN session_seats ss ON ss.id = claims.session_seat_id
    WHERE ss.session_id = q.session_id AND claims.ticket_type_id = q.ticket_type_id
        AND claims.released_at IS NULL)
FROM ticket_quotas q WHERE q.session_id = $1
"""


@pytest.mark.parametrize("paid", [True, False])
async def test_total_and_payment_change_with_the_types(
    cinema: Cinema, buyer: Buyer, paid: bool
) -> None:
    priced, key = buyer.show, UUID(buyer.reservation)
    if paid:
        await open_payment(cinema.pool, key)

    chosen = await buyer.choose({0: priced.child, 9: priced.student})
    if not paid:
        await open_payment(cinema.pool, key)

    total = CHILD + ADULT + STUDENT + DEARER
    assert chosen["total"]["amountMinor"] == total
    assert sum(seat["price"]["amountMinor"] for seat in chosen["seats"]) == total
    if paid:
        assert chosen["payment"]["amount"]["amountMinor"] == total
    assert await cinema.pool.fetchval(CONSISTENT, key)
    assert await students_of(cinema, priced) == 1
    again = await buyer.choose({9: priced.adult})
    assert again["total"]["amountMinor"] == CHILD + 2 * ADULT + DEARER
    assert await cinema.pool.fetchval(CONSISTENT, key)
    assert await students_of(cinema, priced) == 0


async def test_a_payment_that_changes_is_an_event_again(
    cinema: Cinema, buyer: Buyer
) -> None:
    await open_payment(cinema.pool, UUID(buyer.reservation))
    await buyer.choose({0: buyer.show.child})

    amounts = await cinema.pool.fetch(
        "SELECT (data->>'amount_minor')::int AS amount FROM outbox"
        " WHERE type = 'PaymentOpened' AND data->>'reservation_id' = $1"
        " ORDER BY position",
        buyer.reservation,
    )

    before = 3 * ADULT + DEARER
    assert [row["amount"] for row in amounts] == [before, before - ADULT + CHILD]


async def test_a_seat_that_keeps_its_type_keeps_its_price(
    cinema: Cinema, buyer: Buyer
) -> None:
    priced = buyer.show
    await buyer.choose({0: priced.child})
    await cinema.pool.execute(
        "UPDATE session_prices SET amount_minor = amount_minor + 7"
        " WHERE session_id = $1",
        priced.session_id,
    )

    chosen = await buyer.choose({0: priced.child, 1: priced.child})

    assert chosen["total"]["amountMinor"] == 2 * CHILD + 7 + ADULT + DEARER


async def test_what_cannot_be_chosen_changes_nothing(
    client: SchemaClient, cinema: Cinema, buyer: Buyer
) -> None:
    priced, before = buyer.show, await buyer.tickets()

    async def entered(wanted: list[dict[str, str]]) -> dict[str, Any]:
        return await client.mutate(
            CHOOSE, buyer.customer, reservationId=buyer.reservation, tickets=wanted
        )

    unsold = await buyer.choose({0: priced.unsold, 1: priced.child})
    assert unsold["code"] == "TICKET_TYPE_NOT_SOLD"
    for wrong in (
        [],
        tickets(priced, {5: priced.child}),
        tickets(priced, {0: priced.child}) * 2,
    ):
        assert (await entered(wrong))["fields"] == [{"path": ["tickets"]}]
    [known] = tickets(priced, {0: priced.child})
    for name in ("seatId", "ticketTypeId"):
        nowhere = [{**known, name: "x"}]
        assert (await entered(nowhere))["code"] == "NOT_FOUND"
    never = [{**known, "ticketTypeId": str(uuid4())}]
    assert (await entered(never))["code"] == "NOT_FOUND"
    [bia] = await cinema.customers(1)
    other = Buyer(client, priced, bia)
    other.reservation = buyer.reservation
    assert (await other.choose({0: priced.child}))["code"] == "NOT_FOUND"
    other.reservation = str(uuid4())
    assert (await other.choose({0: priced.child}))["code"] == "NOT_FOUND"
    assert await buyer.tickets() == before


async def test_a_quota_is_moved_or_refused(
    client: SchemaClient, cinema: Cinema, buyer: Buyer
) -> None:
    priced = buyer.show
    [bia] = await cinema.customers(1)
    other = Buyer(client, priced, bia)
    await other.hold(2, 3, 4, 5)
    await other.choose(dict.fromkeys((2, 3, 4), priced.student))

    refused = await buyer.choose({0: priced.student, 1: priced.student})
    assert refused["code"] == "TICKET_QUOTA_EXHAUSTED"
    assert await students_of(cinema, priced) == 3
    await other.choose({2: priced.child})
    await buyer.choose({0: priced.student, 1: priced.student})
    assert await students_of(cinema, priced) == 4


async def test_a_reservation_that_has_ended_is_refused_by_its_end(
    client: SchemaClient, cinema: Cinema, buyer: Buyer
) -> None:
    priced, types = buyer.show, {0: buyer.show.child}
    payment = await open_payment(cinema.pool, UUID(buyer.reservation))
    await client.mutate(APPROVE_PAYMENT, buyer.customer, paymentId=str(payment))
    paid = await buyer.choose(types)
    await buyer.hold(2)
    await expire_hold(cinema.pool, UUID(buyer.reservation))
    overdue = await buyer.choose({2: priced.child})
    await buyer.hold(3)
    await client.mutate(
        CANCEL_RESERVATION, buyer.customer, reservationId=buyer.reservation
    )
    cancelled = await buyer.choose({3: priced.child})

    assert (paid["code"], paid["paymentStatus"]) == ("PAYMENT_CLOSED", "APPROVED")
    assert overdue["code"] == "RESERVATION_EXPIRED"
    assert cancelled["code"] == "RESERVATION_CLOSED"
    assert cancelled["status"] == "CANCELLED"


async def test_choices_that_cross_other_calls_leave_equal_sums(
    cinema: Cinema, priced: PricedShow
) -> None:
    """Approvals, cancels, opened payments and choices of the same reservations."""
    ledger = PostgresLedger(cinema.pool)
    booking = BookingService(ledger, NoSeatLocks(), NoWakeup())
    customers = await cinema.customers(4)
    made: list[UUID] = []

    def check(outcomes: Sequence[object]) -> None:
        wrong = [each for each in outcomes if isinstance(each, BaseException)]
        assert all(isinstance(each, DomainError) for each in wrong), wrong

    async def buy(number: int, customer: UUID) -> None:
        seats = priced.seat_ids[2 * number : 2 * number + 2]
        for _ in range(3):
            held = await booking.reserve_seats(priced.session_id, seats, customer)
            made.append(held.id)
            opening = asyncio.create_task(open_payment(cinema.pool, held.id))
            outcomes = await asyncio.gather(
                *(
                    booking.choose_tickets(held.id, customer, [(seat, ticket_type)])
                    for seat in seats
                    for ticket_type in (priced.child, priced.student)
                ),
                booking.cancel_reservation(held.id, customer),
                return_exceptions=True,
            )
            check(outcomes)
            await asyncio.wait([opening])  # it fails when the reservation has ended
        held = await booking.reserve_seats(priced.session_id, seats, customer)
        made.append(held.id)
        payment = await open_payment(cinema.pool, held.id)
        last = await asyncio.gather(
            booking.choose_tickets(held.id, customer, [(seats[0], priced.child)]),
            ledger.approve(payment, customer, None),
            booking.choose_tickets(held.id, customer, [(seats[1], priced.student)]),
            return_exceptions=True,
        )
        check(last)

    async with asyncio.timeout(60):
        await asyncio.gather(*(buy(*each) for each in enumerate(customers)))

    for reservation_id in made:
        assert await cinema.pool.fetchval(CONSISTENT, reservation_id)
    assert await cinema.pool.fetchval(COUNTED, priced.session_id)
