"""Sessions that managers cancel, against real Postgres."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from domain.attempts import RefundStatus
from domain.booking import BookingService
from domain.cancellations import CancellationService
from domain.errors import (
    IdempotencyConflictError,
    InvalidInputError,
    NotFoundError,
    PaymentClosedError,
    SessionClosedError,
    SessionOverError,
)
from domain.sales import PaymentService
from domain.session_changes import SessionChange
from domain.sessions import SessionStatus
from persistence.catalog.catalog import PostgresCatalog
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.refunds import (
    ADD_ATTEMPT,
    SUMS,
    asking,
    cancellation_service,
    refund_service,
    sell,
    ticket_ids,
)

EVENTS = """
SELECT type, count(*) AS events FROM outbox WHERE session_id = $1 GROUP BY type
"""


@pytest.fixture
def cancellations(pool: Pool) -> CancellationService:
    return cancellation_service(pool)


@pytest.fixture
def booking(pool: Pool) -> BookingService:
    return BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())


@pytest.fixture
async def rita(cinema: Cinema) -> UUID:
    """Who cancels."""
    return (await cinema.customers(1))[0]


async def events(pool: Pool, show: Show) -> dict[str, int]:
    rows = await pool.fetch(EVENTS, show.session_id)
    return {row["type"]: row["events"] for row in rows}


async def test_holds_end_and_sales_are_refunded(
    pool: Pool,
    cancellations: CancellationService,
    booking: BookingService,
    cinema: Cinema,
    show: Show,
) -> None:
    ana, bruno, carla, rita = await cinema.customers(4)
    sold = await sell(pool, show, ana, 0, 1)
    part = await sell(pool, show, bruno, 2, 3)
    before = await events(pool, show)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[4:6], carla)
    overdue = await booking.reserve_seats(show.session_id, show.seat_ids[6:7], carla)
    payment_id = await open_payment(pool, held.id)
    await expire_hold(pool, overdue.id)

    session = await cancellations.cancel_session(show.session_id, " flood ", rita)

    assert (session.status, session.version) == (SessionStatus.CANCELLED, 2)
    assert {status for status, _ in await cinema.seat_states(show)} == {"AVAILABLE"}
    rows = await pool.fetch(
        "SELECT id, status FROM reservations WHERE session_id = $1", show.session_id
    )
    statuses = {row["id"]: row["status"] for row in rows}
    assert statuses == {
        sold.id: "CONFIRMED",
        part.id: "CONFIRMED",
        held.id: "CANCELLED",
        overdue.id: "EXPIRED",
    }
    sums = await pool.fetchrow(SUMS, show.session_id)
    assert sums and tuple(sums) == (2, 10_000, 0)
    after = await events(pool, show)
    assert {type_: after[type_] - before.get(type_, 0) for type_ in after} == {
        **dict.fromkeys(before, 0),
        "ReservationCreated": 2,
        "ReservationCancelled": 1,
        "ReservationExpired": 1,
        "TicketsRefunded": 2,
        "PaymentRefunded": 2,
        "PaymentOpened": 1,
        "SessionCancelled": 1,
    }
    for seats in (show.seat_ids[:1], show.seat_ids[9:]):
        with pytest.raises(SessionClosedError):
            await booking.reserve_seats(show.session_id, seats, ana)
    payments = PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    with pytest.raises(PaymentClosedError):
        await payments.approve_payment(payment_id, carla)


async def test_tickets_that_were_given_back_before_are_not_refunded_again(
    pool: Pool,
    cancellations: CancellationService,
    cinema: Cinema,
    rita: UUID,
    ana: UUID,
) -> None:
    show = await cinema.open_session(starts_in=timedelta(days=3))
    part, whole = [await sell(pool, show, ana, n, n + 1) for n in (0, 2)]
    [first, _] = await ticket_ids(pool, part.id)
    await refund_service(pool).refund_tickets(asking(part, [first]))
    await refund_service(pool).refund_tickets(asking(whole))

    for _ in range(2):
        await cancellations.cancel_session(show.session_id, "flood", rita)

    sums = await pool.fetchrow(SUMS, show.session_id)
    assert sums and tuple(sums) == (3, 10_000, 0)


async def test_it_is_cancelled_once_however_often_it_is_called(
    pool: Pool,
    cancellations: CancellationService,
    cinema: Cinema,
    show: Show,
    rita: UUID,
) -> None:
    [ana] = await cinema.customers(1)
    await sell(pool, show, ana, 0, 1)
    cancel = cancellations.cancel_session
    calls = [cancel(show.session_id, "flood", rita, "key") for _ in range(5)]
    calls += [cancel(show.session_id, "fire", rita) for _ in range(5)]

    sessions = await asyncio.gather(*calls)

    assert {each.version for each in sessions} == {2}
    assert await cancel(show.session_id, "flood", rita, "key") in sessions
    assert (await events(pool, show))["SessionCancelled"] == 1
    sums = await pool.fetchrow(SUMS, show.session_id)
    assert sums and tuple(sums) == (1, 5000, 0)


async def test_a_key_is_for_one_session(
    cancellations: CancellationService, cinema: Cinema, show: Show, rita: UUID
) -> None:
    other = await cinema.open_session()
    await cancellations.cancel_session(show.session_id, "flood", rita, "key")

    for session_id, reason in ((other.session_id, "flood"), (show.session_id, "fire")):
        with pytest.raises(IdempotencyConflictError):
            await cancellations.cancel_session(session_id, reason, rita, "key")

    assert not await cinema.count(
        "sessions", "id = $1 AND cancelled_at IS NOT NULL", other.session_id
    )


async def test_what_is_over_is_not_cancelled(
    cancellations: CancellationService, cinema: Cinema, rita: UUID
) -> None:
    running = await cinema.open_session(starts_in=timedelta(hours=-1))
    over = await cinema.open_session(starts_in=timedelta(hours=-3))

    session = await cancellations.cancel_session(running.session_id, "flood", rita)
    with pytest.raises(SessionOverError):
        await cancellations.cancel_session(over.session_id, "flood", rita)
    with pytest.raises(NotFoundError):
        await cancellations.cancel_session(UUID(int=1), "flood", rita)
    with pytest.raises(InvalidInputError):
        await cancellations.cancel_session(running.session_id, " ", rita)

    assert session.status is SessionStatus.CANCELLED


async def test_a_cancelled_session_is_never_changed_again(
    pool: Pool, cancellations: CancellationService, show: Show, rita: UUID
) -> None:
    session = await cancellations.cancel_session(show.session_id, "flood", rita)
    catalog = PostgresCatalog(pool)
    later = session.starts_at + timedelta(days=1)

    for change in (SessionChange(starts_at=later), SessionChange(sales_end_at=later)):
        with pytest.raises(InvalidInputError) as wrong:
            await catalog.change_session(show.session_id, change)
        assert wrong.value.rule == "session_cancelled"


async def test_money_of_a_provider_is_pending(
    pool: Pool, cancellations: CancellationService, show: Show, ana: UUID, rita: UUID
) -> None:
    sold = await sell(pool, show, ana, 0)
    await pool.fetchval(ADD_ATTEMPT, sold.id)

    await cancellations.cancel_session(show.session_id, "flood", rita)

    row = await pool.fetchrow(
        "SELECT refund.status, effect.operation FROM payments p"
        " JOIN refunds refund ON refund.payment_id = p.id"
        " JOIN payment_effects effect ON effect.refund_id = refund.id"
        " WHERE p.reservation_id = $1",
        sold.id,
    )
    assert row and tuple(row) == (RefundStatus.PENDING, "REFUND")
