"""Tickets that are given back, against real Postgres."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.attempts import RefundStatus
from domain.booking import BookingService
from domain.errors import (
    IdempotencyConflictError,
    InvalidInputError,
    NotFoundError,
    NothingToRefundError,
    RefundTooLateError,
)
from domain.money import Money
from domain.people import Workplaces
from domain.refunds import RefundService
from domain.reservation import HoldTerms
from domain.sales import PaymentService
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.refunds import (
    EVERYWHERE,
    asking,
    refund_service,
    sell,
    ticket_ids,
)

PAYMENT = "SELECT status, refunded_minor FROM payments WHERE reservation_id = $1"
REFUNDED = "SELECT count(*) FROM refunds r JOIN payments p ON p.id = r.payment_id"
EVENTS = "SELECT type, data FROM outbox WHERE session_id = $1 ORDER BY position"
MOVE = """
UPDATE sessions SET starts_at = clock_timestamp() + $2::interval,
    ends_at = clock_timestamp() + $2::interval + interval '2 hours' WHERE id = $1
"""


@pytest.fixture
def refunds(pool: Pool) -> RefundService:
    return refund_service(pool)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    """A session for which the time to give tickets back is not over."""
    return await cinema.open_session(seats=10, starts_in=timedelta(days=3))


async def test_seats_are_on_sale_again_at_once(
    pool: Pool, refunds: RefundService, cinema: Cinema, show: Show
) -> None:
    ana, bruno = await cinema.customers(2)
    sold = await sell(pool, show, ana, 0, 1)

    refund = await refunds.refund_tickets(asking(sold))

    assert refund.amount == Money(5000, "BRL")
    assert (refund.status, refund.reason) == (RefundStatus.SUCCEEDED, "ill")
    assert (await cinema.seat_states(show))[:2] == [("AVAILABLE", 4)] * 2
    row = await pool.fetchrow(PAYMENT, sold.id)
    assert row and tuple(row) == ("APPROVED", 5000)
    events = await pool.fetch(EVENTS, show.session_id)
    data = {row["type"]: row["data"] for row in events[-2:]}
    given_back = data["TicketsRefunded"]
    assert [seat["version"] for seat in given_back["seats"]] == [4, 4]
    assert given_back["status"] == "CONFIRMED"
    assert data["PaymentRefunded"]["status"] == "REFUNDED"
    assert (await sell(pool, show, bruno, 1, 2)).seats


async def test_single_tickets_add_up_to_the_whole(
    pool: Pool, refunds: RefundService, cinema: Cinema, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1, 2)
    first, *others = await ticket_ids(pool, sold.id)

    one = await refunds.refund_tickets(asking(sold, [first]))
    rest = await refunds.refund_tickets(asking(sold))

    assert (one.amount, rest.amount) == (Money(2500, "BRL"), Money(5000, "BRL"))
    again = await refunds.refund_tickets(asking(sold, others))
    assert again.id == rest.id
    with pytest.raises(InvalidInputError) as wrong:
        await refunds.refund_tickets(asking(sold, [first, others[0]]))
    assert wrong.value.field == ("ticketIds", "0")
    with pytest.raises(NothingToRefundError):
        await refunds.refund_tickets(asking(sold))
    assert (await cinema.seat_states(show))[:3] == [("AVAILABLE", 4)] * 3
    types = [row["type"] for row in await pool.fetch(EVENTS, show.session_id)]
    assert {*types[-4:-2]} == {"TicketsRefunded", "PaymentPartlyRefunded"}
    assert {*types[-2:]} == {"TicketsRefunded", "PaymentRefunded"}


async def test_the_key_gives_the_same_refund_again(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    first, second = await ticket_ids(pool, sold.id)
    once = await refunds.refund_tickets(asking(sold, [first]), "key")
    await refunds.refund_tickets(asking(sold, [second]), "other key")

    assert await refunds.refund_tickets(asking(sold, [first]), "key") == once
    for wanted in ([second], None):
        with pytest.raises(IdempotencyConflictError):
            await refunds.refund_tickets(asking(sold, wanted), "key")
    assert await pool.fetchval(f"{REFUNDED} WHERE reservation_id = $1", sold.id) == 2


async def test_customers_may_until_some_hours_before_the_start(
    pool: Pool, refunds: RefundService, cinema: Cinema, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0)
    [rita] = await cinema.customers(1)
    await pool.execute(MOVE, show.session_id, timedelta(hours=23, minutes=59))

    with pytest.raises(RefundTooLateError) as late:
        await refunds.refund_tickets(asking(sold))

    starts_at = await pool.fetchval(
        "SELECT starts_at FROM sessions WHERE id = $1", show.session_id
    )
    assert late.value.until == starts_at - timedelta(hours=24)
    await pool.execute(
        "UPDATE sessions SET rescheduled_at = clock_timestamp() WHERE id = $1",
        show.session_id,
    )
    assert await refunds.refund_tickets(asking(sold))
    later = await sell(pool, show, ana, 1)  # who buys now knows the new start
    with pytest.raises(RefundTooLateError):
        await refunds.refund_tickets(asking(later))
    assert await refunds.refund_tickets(asking(later, by=rita, manages=EVERYWHERE))
    # Asked again, it is given back already: the deadline does not matter.
    assert await refunds.refund_tickets(asking(later))


async def test_only_the_customer_and_managers_of_the_cinema_may(
    pool: Pool, refunds: RefundService, cinema: Cinema, show: Show
) -> None:
    ana, bruno = await cinema.customers(2)
    sold = await sell(pool, show, ana, 0)
    elsewhere = Workplaces(cinema_ids=(uuid4(),))
    here = await pool.fetchval("SELECT first_cinema()")

    for manages in (None, elsewhere):
        with pytest.raises(NotFoundError):
            await refunds.refund_tickets(asking(sold, by=bruno, manages=manages))

    there = Workplaces(cinema_ids=(here,))
    assert await refunds.refund_tickets(asking(sold, by=bruno, manages=there))


async def test_what_is_not_sold_is_not_refunded(
    pool: Pool, refunds: RefundService, cinema: Cinema, show: Show
) -> None:
    ana, bruno = await cinema.customers(2)
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    with pytest.raises(NothingToRefundError):
        await refunds.refund_tickets(asking(held))
    await booking.cancel_reservation(held.id, ana)
    with pytest.raises(NothingToRefundError):
        await refunds.refund_tickets(asking(held))
    sold = await sell(pool, show, ana, 1)
    others = await sell(pool, show, bruno, 2)

    with pytest.raises(NotFoundError):
        await refunds.refund_tickets(asking(sold, await ticket_ids(pool, others.id)))
    assert (await cinema.seat_states(show))[:3] == [
        ("AVAILABLE", 3),
        ("SOLD", 3),
        ("SOLD", 3),
    ]


async def test_wrong_lists_are_refused(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0)
    for tickets, rule in (
        ([], "tickets_missing"),
        ([UUID(int=1)] * 2, "entry_repeated"),
        ([UUID(int=n) for n in range(9)], "list_length"),
    ):
        with pytest.raises(InvalidInputError) as wrong:
            await refunds.refund_tickets(asking(sold, tickets))

        assert (wrong.value.field, wrong.value.rule) == (("ticketIds",), rule)


async def test_a_customer_at_the_limit_can_buy_again(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    terms = HoldTerms(seats_per_customer=2)
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup(), terms)
    sold = await sell(pool, show, ana, 0, 1)
    await refunds.refund_tickets(asking(sold, (await ticket_ids(pool, sold.id))[:1]))

    held = await booking.reserve_seats(show.session_id, show.seat_ids[5:6], ana)

    assert len(held.seats) == 1


async def test_a_payment_that_was_refunded_is_still_the_answer_to_its_approval(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    first, _ = await ticket_ids(pool, sold.id)
    payments = PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    payment_id = await pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", sold.id
    )
    for wanted, status in (([first], "PARTLY_REFUNDED"), (None, "REFUNDED")):
        await refunds.refund_tickets(asking(sold, wanted))

        payment = await payments.approve_payment(payment_id, ana)

        assert payment.status == status


async def test_free_tickets_can_be_given_back(
    pool: Pool, refunds: RefundService, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(price_minor=0, starts_in=timedelta(days=3))
    sold = await sell(pool, show, ana, 0)

    refund = await refunds.refund_tickets(asking(sold))

    assert refund.amount == Money(0, "BRL")
    assert (await cinema.seat_states(show))[0] == ("AVAILABLE", 4)
